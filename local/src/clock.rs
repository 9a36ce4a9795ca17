//! The one place that reads time.

use jiff::{Timestamp, Unit};
use std::sync::Arc;

/// What time it is for the engine, the mails and the pump. Tests hand in a clock of their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "the local stack's own clock: it uses none of the functions' code"
    )]
    pub fn system() -> Self {
        Self::from_fn(Timestamp::now)
    }

    /// A clock that shows what `now` returns.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time, to the millisecond: what SES and `EventBridge` show.
    pub fn now(&self) -> Timestamp {
        let exact = (self.0)();
        exact.round(Unit::Millisecond).unwrap_or(exact)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Clock")
            .field(&self.now().to_string())
            .finish()
    }
}
