//! メールの配達結果 — what SES says became of a mail, noted where the mail was promised, so that the still open
//! screen can show it.

use std::collections::HashMap;

use platform::config::Variable;
use platform::store::{Mark, Table};
use portal::mail::Delivery;
use serde::Deserialize;
use serde_json::Value;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[Variable::PortalTable];

/// An event of SES, as `EventBridge` hands it over.
#[derive(Deserialize)]
struct Event {
    detail: Detail,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(rename = "eventType")]
    event_type: String,
    mail: Mail,
}

#[derive(Deserialize)]
struct Mail {
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

/// What kind of event leads to which state, and from which states on: news that comes late, or in another order,
/// does not undo what is known.
fn transition(event_type: &str) -> Option<(&'static [Delivery], Delivery)> {
    match event_type {
        "Delivery" => Some((&[Delivery::Queued, Delivery::Sent], Delivery::Delivered)),
        "Bounce" => Some((
            &[Delivery::Queued, Delivery::Sent, Delivery::Delivered],
            Delivery::Bounced,
        )),
        "Reject" | "Rendering Failure" => Some((&[Delivery::Queued, Delivery::Sent], Delivery::Failed)),
        // A complaint is about a mail that was delivered; a delay is no end.
        _ => None,
    }
}

/// Notes one event. Events of mails that are none of ours, or that nobody waits for any more, change nothing.
pub async fn handle(table: &Table, event: Value) -> Result<(), lambda_runtime::Error> {
    let event: Event = serde_json::from_value(event)?;
    let detail = event.detail;
    let tag = |name: &str| detail.mail.tags.get(name).and_then(|values| values.first());
    let Some((from, to)) = transition(&detail.event_type) else {
        tracing::info!(event = detail.event_type, "a mail event that changes nothing");
        return Ok(());
    };
    let (Some(kind), Some(key), Some(of)) = (tag("kind"), tag("key"), tag("of")) else {
        tracing::warn!(event = detail.event_type, "a mail event without our tags");
        return Ok(());
    };
    let Some(number) = tag("number").and_then(|number| number.parse().ok()) else {
        tracing::warn!(event = detail.event_type, "a mail event without a number");
        return Ok(());
    };
    let mark = Mark {
        key: format!("{kind}#{key}"),
        number,
        of: of.clone(),
        from,
        to,
        sent_at: None,
    };
    let noted = table.mark_mail(&mark).await?;
    tracing::info!(event = detail.event_type, kind, noted, "mail event");
    Ok(())
}
