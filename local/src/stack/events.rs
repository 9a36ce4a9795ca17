//! `EventBridge` with the events of SES.

use super::wait_for;
use crate::function::{Function, InvokeError};
use serde_json::Value;
use std::time::Duration;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

/// How often an event is delivered to a failing function: Lambda's two retries after the first attempt.
const EVENT_ATTEMPTS: u32 = 3;

/// Delivers SES's events to the function, as `EventBridge` does: in any order, each until it succeeds.
pub(super) async fn tell(
    mut heard: mpsc::UnboundedReceiver<Value>,
    function: Function,
    delay: Duration,
    stopped: watch::Receiver<bool>,
) {
    let mut stopped = std::pin::pin!(wait_for(stopped));
    let mut telling = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut stopped => return,
            Some(_) = telling.join_next() => {}
            event = heard.recv() => match event {
                Some(event) => {
                    telling.spawn(tell_one(event, function.clone(), delay));
                }
                None => return,
            },
        }
    }
}

async fn tell_one(event: Value, function: Function, delay: Duration) {
    tokio::time::sleep(delay).await;
    let kind = event
        .get("detail-type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let mut failures = 0;
    let mut wait = Duration::from_millis(200);
    loop {
        match function.invoke(event.clone()).await {
            Ok(_) => return,
            Err(error) => {
                if matches!(error, InvokeError::Failed(_)) {
                    failures += 1;
                }
                if failures == EVENT_ATTEMPTS {
                    tracing::error!(kind, %error, "mail-events: an event was given up");
                    return;
                }
                tracing::debug!(kind, %error, "mail-events: an event was not taken: trying again");
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}
