//! A request that passed the checks of the edge, as a step sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portal::account::{BrowserKind, Session};
use portal::form::{FieldProblem, Problems};
use portal::keys::{KeyRing, UnknownKey};
use portal::problem::{Kind, Refusal};
use portal::steps::{Cookie, Field, Step};
use portal::values::{FieldCode, FlowId, FlowName, NetworkTag, RequestKey, SessionId};

use super::answer::Stop;
use super::body::Fields;
use crate::random;

/// Separates the device names in the device cookie: one for each account with a log-in from the browser.
pub const DEVICE_NAMES_SEPARATOR: char = '.';

/// A request that passed all checks.
pub struct Call {
    /// Its step.
    pub step: Step,
    /// The instant of the whole request.
    pub now: Timestamp,
    /// The body.
    pub fields: Fields,
    /// The Idempotency-Key; always present where the step requires one.
    pub(super) key: Option<RequestKey>,
    pub(super) cookies: BTreeMap<&'static str, String>,
    /// The flow that the page shows (the header Portal-Flow), if it says so.
    pub(super) page_flow: Option<String>,
    /// The session that the page shows (the header Portal-Session), where it says so.
    pub(super) page_session: Option<String>,
    /// What the path names, where the step's path has such a part.
    pub(super) named: Option<String>,
    /// The kind of browser, by its User-Agent.
    pub browser: BrowserKind,
    /// The digest of the caller's network, if it is known.
    pub network: Option<String>,
}

impl Call {
    /// A call of a step with this body, without cookies, key or network. For the model checker.
    pub fn new(step: Step, now: Timestamp, body: &[u8]) -> Result<Self, Kind> {
        Ok(Self {
            step,
            now,
            fields: if step.is_form() {
                Fields::read_form(body, step.fields)
            } else {
                Fields::read(body, step.fields)
            }
            .map_err(|_| Kind::UnreadableRequest)?,
            key: None,
            cookies: BTreeMap::new(),
            page_flow: None,
            page_session: None,
            named: None,
            browser: BrowserKind::default(),
            network: None,
        })
    }

    /// Adds this cookie.
    #[must_use]
    pub fn with_cookie(mut self, cookie: Cookie, value: String) -> Self {
        self.cookies.insert(cookie.name(), value);
        self
    }

    /// Adds this Idempotency-Key, as its digest.
    #[must_use]
    pub fn with_key(mut self, key: RequestKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The flow of this cookie.
    pub fn flow(&self, cookie: Cookie) -> Option<FlowId> {
        self.cookies
            .get(cookie.name())
            .map(|value| FlowId::of_cookie(value))
    }

    /// Whether the page shows another flow than this one: another tab has begun one since (`docs/api.md` 1).
    pub fn means_another_flow(&self, flow: &FlowId) -> bool {
        self.step.acts_on_a_flow()
            && self
                .page_flow
                .as_deref()
                .is_some_and(|name| name != FlowName::of(flow).as_str())
    }

    /// With the name of the session that the page shows.
    #[must_use]
    pub fn with_page_session(mut self, name: &str) -> Self {
        self.page_session = Some(name.to_owned());
        self
    }

    /// Whether the page shows another session than this one: another tab has logged in since
    /// (`docs/api.md` 1).
    pub fn means_another_session(&self, session: &Session) -> bool {
        self.step.acts_on_a_session()
            && self
                .page_session
                .as_deref()
                .is_some_and(|name| name != session.name().as_str())
    }

    /// With what the path names.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.named = Some(name.to_owned());
        self
    }

    /// The name in the path; empty if the path has none. It is the client's own text: it is compared with known names,
    /// and reaches no log.
    pub fn named(&self) -> &str {
        self.named.as_deref().unwrap_or_default()
    }

    /// The session of the session cookie.
    pub fn session(&self) -> Option<SessionId> {
        self.cookies
            .get(Cookie::Session.name())
            .map(|value| SessionId::of_cookie(value))
    }

    /// The device names in the device cookie, the newest first; only well-formed ones.
    pub fn device_names(&self) -> Vec<&str> {
        self.cookies
            .get(Cookie::Device.name())
            .map_or_else(Vec::new, |value| {
                value
                    .split(DEVICE_NAMES_SEPARATOR)
                    .filter(|name| random::is_cookie(name))
                    .collect()
            })
    }

    /// The caller's network, as its tag in the record of this kind and id. Calls without a known address share one
    /// network.
    pub fn network_tag(&self, record: [&str; 2], keys: &KeyRing) -> Result<NetworkTag, UnknownKey> {
        NetworkTag::derive(keys, record, self.network.as_deref().unwrap_or(""))
    }

    /// The Idempotency-Key's digest.
    pub fn key(&self) -> Result<&RequestKey, Stop> {
        self.key
            .as_ref()
            .ok_or_else(|| Kind::IdempotencyKeyMissing.into())
    }

    /// A required and well-formed field; if it is not, the problem includes all unknown fields.
    pub fn field<T>(
        &self,
        field: Field,
        parse: impl FnOnce(&str) -> Result<T, FieldCode>,
    ) -> Result<T, Stop> {
        let mut problems = self.problems();
        let value = problems.take(field.pointer(), parse(self.fields.text(field).unwrap_or("")));
        Ok(problems.finish(value).map_err(Refusal::invalid)?)
    }

    /// The problems that were found while the body was read: unknown fields.
    pub fn problems(&self) -> Problems {
        Problems::from_found(self.fields.unknown())
    }

    /// Refuses a body with unknown fields, for a step without fields.
    pub fn no_fields(&self) -> Result<(), Stop> {
        let unknown: Vec<FieldProblem> = self.fields.unknown();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(Refusal::invalid(unknown).into())
        }
    }
}
