//! From a request to a call: all checks before the step's own rules.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response};
use portal::account::{BrowserKind, Session};
use portal::form::{FieldProblem, Problems};
use portal::guards::pad_to_quantum;
use portal::keys::{KeyRing, UnknownKey};
use portal::limits::Limits;
use portal::problem::{Kind, Refusal};
use portal::steps::{self, Cookie, Field, Function, Method, Step};
use portal::values::{FieldCode, FlowId, FlowName, NetworkTag, RequestKey, SessionId, digest};

use super::answer::{self, Answer, Problem, Stop};
use super::body::Fields;
use super::origin_secret::{Entry, OriginSecrets, viewer_address};
use crate::clock::Clock;
use crate::random::{self, Random};
use crate::telemetry;

/// Separates the device names in the device cookie: one for each account with a log-in from the browser.
pub const DEVICE_NAMES_SEPARATOR: char = '.';

/// The maximum number of names in the device cookie: at least one for each member of an office with the standard limit,
/// who may share a browser.
pub const MOST_DEVICE_NAMES: usize = 8;

/// The maximum length of a cookie that is read: that of the device cookie.
const LONGEST_COOKIE: usize = MOST_DEVICE_NAMES * (random::COOKIE_LENGTH + 1) - 1;

/// A request that passed all checks.
pub struct Call {
    /// Its step.
    pub step: Step,
    /// The instant of the whole request.
    pub now: Timestamp,
    /// The body.
    pub fields: Fields,
    /// The Idempotency-Key; always present where the step requires one.
    key: Option<RequestKey>,
    cookies: BTreeMap<&'static str, String>,
    /// The flow that the page shows (the header Portal-Flow), if it says so.
    page_flow: Option<String>,
    /// The session that the page shows (the header Portal-Session), where it says so.
    page_session: Option<String>,
    /// What the path names, where the step's path has such a part.
    named: Option<String>,
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
            fields: Fields::read(body, step.fields).map_err(|_| Kind::UnreadableRequest)?,
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

/// What every HTTP function needs.
#[derive(Clone)]
pub struct Edge {
    /// The function: it serves its own steps only.
    pub function: Function,
    /// The clock.
    pub clock: Clock,
    /// The source of cookies and ids.
    pub random: Random,
    /// The numbers in force.
    pub limits: Arc<Limits>,
    /// The portal's own origins.
    pub origins: Arc<[String]>,
    /// The beginning of every problem's `type`.
    pub problem_base: Arc<str>,
    /// The valid origin secrets.
    pub origin_secrets: OriginSecrets,
}

impl Edge {
    /// Answers a request, always with a response: a Lambda error can only be a bug of the portal or a failure of AWS.
    pub async fn serve<F, A>(&self, request: Request, step: F) -> Response<Body>
    where
        F: FnOnce(Call) -> A + Send,
        A: Future<Output = Answer> + Send,
    {
        let began = Instant::now();
        let cold = telemetry::is_cold();
        let request_id = request_id(&request, &self.random);
        let mut name = "none";
        let answer = match self.open(&request) {
            Ok(call) => {
                name = call.step.name;
                let status = call.step.success;
                // A panic is a bug; the person still gets an answer, and the Lambda environment survives.
                let answer = AssertUnwindSafe(step(call)).catch_unwind().await;
                answer.map(|answer| (status, answer)).ok()
            }
            Err(kind) => Some((0, Err(kind.into()))),
        };
        let unavailable = || Problem::from(Refusal::of(Kind::TemporarilyUnavailable).with_retry_after(5));
        let (outcome, response) = match answer {
            Some((status, Ok(success))) => ("ok", answer::success(status, success, &request_id)),
            Some((_, Err(Stop::Refused(problem)))) => (
                problem.refusal.kind.code(),
                answer::problem(&problem, &self.problem_base, &request_id),
            ),
            Some((_, Err(Stop::Broken(fault)))) => {
                let cause = fault.source().map(tracing::field::display);
                tracing::error!(request_id, step = name, %fault, cause, "a step broke");
                (
                    "broken",
                    answer::problem(&unavailable(), &self.problem_base, &request_id),
                )
            }
            None => {
                tracing::error!(request_id, step = name, "a step panicked");
                (
                    "panicked",
                    answer::problem(&unavailable(), &self.problem_base, &request_id),
                )
            }
        };
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            request_id,
            step = name,
            outcome,
            status = response.status().as_u16(),
            milliseconds,
            cold,
            "request answered"
        );
        response
    }

    /// As [`serve`](Self::serve), and delays the answers that `is_padded` names to a multiple of the quantum since the
    /// request came in: their response time must not reveal their reason ([`pad_to_quantum`]).
    pub async fn serve_padded<F, A>(
        &self,
        request: Request,
        step: F,
        is_padded: impl Fn(Step, &Answer) -> bool + Send,
    ) -> Response<Body>
    where
        F: FnOnce(Call) -> A + Send,
        A: Future<Output = Answer> + Send,
    {
        let began = Instant::now();
        let padded = |call: Call| async move {
            let served = call.step;
            let answer = step(call).await;
            if is_padded(served, &answer) {
                let quantum = self.limits.refusal_quantum.duration();
                tokio::time::sleep(pad_to_quantum(began.elapsed(), quantum)).await;
            }
            answer
        };
        self.serve(request, padded).await
    }

    fn open(&self, request: &Request) -> Result<Call, Kind> {
        let entry = self.origin_secrets.entry(request.headers());
        if entry == Entry::Around {
            tracing::warn!("a request came around CloudFront");
            return Err(Kind::ForeignOrigin);
        }
        let path = request.raw_http_path();
        let path = if path.is_empty() {
            request.uri().path()
        } else {
            path
        };
        let step = steps::find(request.method().as_str(), path)
            .filter(|step| step.function == self.function)
            .ok_or(Kind::NotFound)?;
        let headers = request.headers();
        self.check_origin(headers)?;
        let body: &[u8] = match request.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(octets) => octets,
            _ => &[],
        };
        // A body of a GET request is ignored.
        let body = if step.method == Method::Get { &[] } else { body };
        if !body.is_empty() && !is_json(headers) {
            return Err(Kind::UnsupportedMediaType);
        }
        if u64::try_from(body.len()).unwrap_or(u64::MAX) > self.limits.body_bytes.count() {
            return Err(Kind::TooLarge);
        }
        let mut call = Call::new(step, self.clock.now(), body)?;
        if step.keyed {
            call.key = Some(idempotency_key(headers).ok_or(Kind::IdempotencyKeyMissing)?);
        }
        call.cookies = cookies(headers);
        call.page_flow = page_name(headers, "portal-flow");
        call.page_session = page_name(headers, "portal-session");
        call.named = step.named_in(path).map(str::to_owned);
        call.browser = browser(headers);
        call.network = network(request, entry);
        Ok(call)
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Kind> {
        let ours = |origin: &[u8]| self.origins.iter().any(|ours| ours.as_bytes() == origin);
        if headers
            .get_all("origin")
            .iter()
            .all(|origin| ours(origin.as_bytes()))
        {
            Ok(())
        } else {
            Err(Kind::ForeignOrigin)
        }
    }
}

/// Whether the content type is `application/json` in UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all("content-type").iter();
    let (Some(only), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(only) = only.to_str() else { return false };
    let mut parts = only.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some("application/json")
        && parts.all(|parameter| {
            parameter
                .strip_prefix("charset=")
                .is_none_or(|set| matches!(set.trim_matches('"'), "utf-8" | "utf8"))
        })
}

/// The Idempotency-Key: 16 to 64 characters of `A-Z a-z 0-9 _ -`, quoted or bare.
fn idempotency_key(headers: &HeaderMap) -> Option<RequestKey> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let (Some(only), None) = (keys.next(), keys.next()) else {
        return None;
    };
    let key = only.to_str().ok()?.trim();
    let key = match key.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => key,
    };
    let well_formed = (16..=64).contains(&key.len())
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    well_formed.then(|| RequestKey::new(digest(&[b"idempotency-key", key.as_bytes()])))
}

/// The kind of browser that the header User-Agent names; of several the first counts.
fn browser(headers: &HeaderMap) -> BrowserKind {
    let said = headers.get("user-agent").and_then(|said| said.to_str().ok());
    said.map(BrowserKind::of).unwrap_or_default()
}

/// The header Portal-Flow or Portal-Session; a repeated one names none.
fn page_name(headers: &HeaderMap, header: &str) -> Option<String> {
    let mut names = headers.get_all(header).iter();
    let name = names.next()?;
    let only = names.next().is_none();
    Some(
        only.then(|| name.to_str().ok())
            .flatten()
            .unwrap_or_default()
            .to_owned(),
    )
}

/// The portal's cookies, parsed pair by pair and as octets: a malformed pair of another cookie hides none of them. A
/// cookie that is sent twice with different values is ambiguous, and is ignored.
fn cookies(headers: &HeaderMap) -> BTreeMap<&'static str, String> {
    let mut found: BTreeMap<&'static str, Option<&[u8]>> = BTreeMap::new();
    let lines = headers.get_all("cookie").iter();
    for pair in lines.flat_map(|line| line.as_bytes().split(|octet| *octet == b';')) {
        let pair = pair.trim_ascii();
        let Some(end) = pair.iter().position(|octet| *octet == b'=') else {
            continue;
        };
        let (name, value) = (pair.get(..end), pair.get(end + 1..));
        let ours = Cookie::ALL
            .into_iter()
            .find(|cookie| name == Some(cookie.name().as_bytes()));
        if let (Some(cookie), Some(value)) = (ours, value) {
            found
                .entry(cookie.name())
                .and_modify(|first| *first = first.filter(|first| *first == value))
                .or_insert(Some(value));
        }
    }
    let value = |value: &[u8]| {
        let text = std::str::from_utf8(value).ok()?;
        (1..=LONGEST_COOKIE)
            .contains(&text.len())
            .then(|| text.to_owned())
    };
    found
        .into_iter()
        .filter_map(|(name, found)| Some((name, value(found?)?)))
        .collect()
}

/// The caller's network: an IPv4 address, or the /64 of an IPv6 address. It is the viewer's as CloudFront reports it, or
/// without CloudFront the gateway's peer; no other header is read.
fn network(request: &Request, entry: Entry) -> Option<String> {
    let viewer = (entry == Entry::Edge).then(|| viewer_address(request.headers()));
    let address = viewer.flatten().or_else(|| peer(request))?;
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.octets().to_vec(),
            None => address.octets().iter().take(8).copied().collect(),
        },
    };
    Some(digest(&[b"network", &octets]))
}

/// The address that the gateway sees.
fn peer(request: &Request) -> Option<IpAddr> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return None;
    };
    context.http.source_ip.as_deref()?.parse().ok()
}

/// The request id, never the client's: Lambda's id of the invocation, or a drawn one.
fn request_id(request: &Request, random: &Random) -> String {
    let given = request
        .lambda_context_ref()
        .map(|context| context.request_id.clone());
    match given.filter(|id| !id.is_empty()).map_or_else(|| random.id(), Ok) {
        Ok(id) => id,
        Err(fault) => {
            tracing::error!(%fault, "a request has no id of its own");
            "unknown".to_owned()
        }
    }
}
