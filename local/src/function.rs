//! A Lambda function as the things that invoke it see it.

use crate::upstream::Upstream;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, Uri, header},
};
use http_body_util::{BodyExt as _, Limited};
use serde_json::Value;
use std::{pin::Pin, sync::Arc, time::Duration};

/// What Lambda lets a synchronous answer have.
const MAX_ANSWER: usize = 6 * 1024 * 1024;

type Invocation = Pin<Box<dyn Future<Output = Result<Value, InvokeError>> + Send>>;

/// Something that takes an event and answers with JSON: a handler in this process, or one behind an emulator.
#[derive(Clone)]
pub struct Function(Arc<dyn Fn(Value) -> Invocation + Send + Sync>);

/// Why an invocation gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The function was reached and failed. The event counts as tried.
    #[error("the function failed: {0}")]
    Failed(String),
    /// The function was not reached. The event does not count as tried.
    #[error("the function cannot be reached: {0}")]
    Unavailable(String),
}

impl Function {
    /// A function that is called in this process.
    pub fn from_fn<F, Answer>(handler: F) -> Self
    where
        F: Fn(Value) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Value, InvokeError>> + Send + 'static,
    {
        Self(Arc::new(move |event| Box::pin(handler(event))))
    }

    /// The function `name` behind the invoke API at `base`, as `cargo lambda watch` offers it.
    pub(crate) fn emulated(client: Upstream, base: &Uri, name: &str, timeout: Duration) -> Self {
        let base = base.to_string();
        let uri = format!(
            "{}/2015-03-31/functions/{name}/invocations",
            base.trim_end_matches('/')
        );
        Self::from_fn(move |event| {
            let (client, uri) = (client.clone(), uri.clone());
            async move {
                tokio::time::timeout(timeout, invoke(&client, &uri, &event))
                    .await
                    .unwrap_or_else(|_| Err(InvokeError::Failed("Sandbox.Timedout".to_owned())))
            }
        })
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

async fn invoke(client: &Upstream, uri: &str, event: &Value) -> Result<Value, InvokeError> {
    let unavailable = |error: &dyn std::error::Error| InvokeError::Unavailable(error.to_string());
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(event.to_string()))
        .map_err(|error| unavailable(&error))?;
    let (head, body) = client
        .request(request)
        .await
        .map_err(|error| unavailable(&error))?
        .into_parts();
    let body = Limited::new(body, MAX_ANSWER)
        .collect()
        .await
        .map_err(|error| InvokeError::Failed(format!("the answer broke off: {error}")))?
        .to_bytes();

    match head.status {
        // Lambda itself answers 200 to a failed invocation and says so in a header; the emulator answers 500.
        status if status.is_success() && !head.headers.contains_key("x-amz-function-error") => {
            if body.is_empty() {
                return Ok(Value::Null);
            }
            serde_json::from_slice(&body)
                .map_err(|error| InvokeError::Failed(format!("the answer is not JSON: {error}")))
        }
        // Not built yet, busy, or restarting: none of these is the event's fault.
        StatusCode::NOT_FOUND
        | StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Err(InvokeError::Unavailable(head.status.to_string())),
        status => Err(InvokeError::Failed(
            error_type(&body).unwrap_or_else(|| status.to_string()),
        )),
    }
}

/// The kind of error a runtime reported. Its message stays out of logs: it may quote the event.
fn error_type(body: &[u8]) -> Option<String> {
    let report: Value = serde_json::from_slice(body).ok()?;
    report.get("errorType")?.as_str().map(str::to_owned)
}
