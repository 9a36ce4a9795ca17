//! The schedule of `EventBridge`: one invocation of a function in each hour of the stack's clock.

use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::wait_for;
use crate::clock::Clock;
use crate::function::Function;

/// How often the clock is looked at. It can be advanced by hand.
const LOOK: Duration = Duration::from_millis(250);

const HOUR: i64 = 3_600;

/// Invokes the function whenever another hour has begun since the start or the last invocation. A run that fails is
/// repeated in the next hour.
pub(super) async fn hourly(function: Function, clock: Clock, stopped: watch::Receiver<bool>) {
    let mut stopped = std::pin::pin!(wait_for(stopped));
    let hour = || clock.now().as_second().div_euclid(HOUR);
    let mut last = hour();
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if hour() == last {
            continue;
        }
        last = hour();
        let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event" });
        if let Err(error) = function.invoke(event).await {
            tracing::warn!(%error, "the schedule's invocation failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use jiff::Timestamp;
    use serde_json::Value;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_function_is_invoked_once_in_each_hour_of_the_stacks_clock() {
        let second = Arc::new(AtomicI64::new(HOUR - 1));
        let clock = {
            let second = second.clone();
            Clock::from_fn(move || Timestamp::from_second(second.load(Ordering::SeqCst)).unwrap())
        };
        let (invoked, mut invocations) = mpsc::unbounded_channel();
        let function = Function::from_fn(move |_| {
            invoked.send(()).unwrap();
            async { Ok(Value::Null) }
        });
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(hourly(function, clock, stopped));
        tokio::time::sleep(LOOK * 3).await;
        assert!(invocations.try_recv().is_err(), "not at the start");
        for _ in 0..2 {
            second.fetch_add(HOUR, Ordering::SeqCst);
            tokio::time::sleep(LOOK * 3).await;
            assert!(invocations.try_recv().is_ok());
            assert!(invocations.try_recv().is_err(), "once an hour");
        }
        stop.send(true).unwrap();
        task.await.unwrap();
    }
}
