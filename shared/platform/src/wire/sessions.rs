//! セッション (`docs/api.md` 5).

use jiff::Timestamp;
use portal::account;
use schemars::JsonSchema;
use serde::Serialize;

use super::Time;

/// The living sessions of a person, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sessions {
    /// Each of them.
    pub sessions: Vec<ListedSession>,
}

/// One of a person's sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ListedSession {
    /// Names the session; no secret.
    #[schemars(regex(pattern = "^[a-z0-9]{8}$"))]
    pub id: String,
    /// When the log-in was completed.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub last_seen_at: Time,
    /// The kind of browser, as it said itself; empty if it is not known.
    #[schemars(length(max = 64), example = "Microsoft Edge / Windows")]
    pub device: String,
    /// Whether it is the session of this call.
    pub current: bool,
}

impl ListedSession {
    /// As it goes over the wire.
    pub fn of(session: &account::Session, last_seen_at: Timestamp, is_current: bool) -> Self {
        Self {
            id: session.name().as_str().to_owned(),
            created_at: Time(session.created_at),
            last_seen_at: Time(last_seen_at),
            device: session.browser.label(),
            current: is_current,
        }
    }
}
