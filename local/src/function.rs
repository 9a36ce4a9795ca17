//! A Lambda function, for callers.

use serde_json::Value;
use std::{pin::Pin, sync::Arc};

type Invocation = Pin<Box<dyn Future<Output = Result<Value, InvokeError>> + Send>>;

/// A handler of events that answers with JSON: in this process, or behind an emulator.
#[derive(Clone)]
pub struct Function(Arc<dyn Fn(Value) -> Invocation + Send + Sync>);

/// Why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The function was reached and failed. The attempt counts.
    #[error("the function failed: {0}")]
    Failed(String),
    /// The function was not reached. The attempt does not count.
    #[error("the function cannot be reached: {0}")]
    Unavailable(String),
}

impl Function {
    /// A handler in this process.
    pub fn from_fn<F, Output>(handler: F) -> Self
    where
        F: Fn(Value) -> Output + Send + Sync + 'static,
        Output: Future<Output = Result<Value, InvokeError>> + Send + 'static,
    {
        Self(Arc::new(move |event| Box::pin(handler(event))))
    }

    /// Invokes the function and waits for its answer.
    pub async fn invoke(&self, event: Value) -> Result<Value, InvokeError> {
        (self.0)(event).await
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Function")
    }
}
