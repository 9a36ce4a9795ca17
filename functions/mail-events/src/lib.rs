//! メールの配達結果 — records the delivery events of SES on the item that promised the mail, so that an open screen can show
//! the status.

mod effect;

use platform::config::Variable;
use platform::store::{Mark, Table};
use serde::Deserialize;
use serde_json::Value;

use effect::{Detail, Effect};

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[Variable::PortalTable];

/// An event of SES, as `EventBridge` delivers it.
#[derive(Deserialize)]
struct SesEvent {
    detail: Detail,
}

/// Records one event. Events of other systems' mails, or of mails that no item waits for any more, change nothing.
pub async fn handle(table: &Table, event: Value) -> Result<(), lambda_runtime::Error> {
    let SesEvent { detail } = serde_json::from_value(event)?;
    let event = detail.name();
    let (to, from) = match detail.effect() {
        Effect::Reached(to, from) => (to, from),
        Effect::OurFault(to, from) => {
            tracing::error!(event, "SES would not deliver what we wrote");
            (to, from)
        }
        Effect::Noted => {
            tracing::info!(event, "a mail event that changes nothing");
            return Ok(());
        }
        Effect::Unknown => {
            tracing::warn!(event, "a mail event of a type that is not known");
            return Ok(());
        }
    };
    let tag = |name: &str| detail.mail.tags.get(name).and_then(|values| values.first());
    let (Some(kind), Some(key), Some(of)) = (tag("kind"), tag("key"), tag("of")) else {
        tracing::warn!(event, "a mail event without our tags");
        return Ok(());
    };
    let Some(number) = tag("number").and_then(|number| number.parse().ok()) else {
        tracing::warn!(event, "a mail event without a number");
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
    tracing::info!(event, kind, noted, "mail event");
    Ok(())
}
