//! Answers and problems, and how they become responses.

use jiff::Timestamp;
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use portal::problem::{Kind, Refusal};
use portal::progress::Progress;
use portal::steps::Cookie;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::wire;

/// What a step answers.
pub type Answer = Result<Success, Stop>;

/// A yes. Has no `Debug`: it holds cookies and personal data.
#[derive(Default)]
pub struct Success {
    /// The body, unless the answer is empty.
    pub body: Option<Value>,
    /// Cookies to set; an empty value deletes.
    pub cookies: Vec<(Cookie, String)>,
    /// The cookie of the browser, and until when it is kept.
    pub device: Option<(String, Timestamp)>,
    /// Whether the browser is to forget what it keeps of the portal.
    pub clears_site_data: bool,
    /// A status other than the step's own.
    pub status: Option<u16>,
}

impl Success {
    /// The progress document.
    pub fn progress(progress: &Progress) -> Self {
        Self {
            body: Some(wire::progress(progress)),
            ..Self::default()
        }
    }

    /// A JSON document.
    pub fn json(body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::default()
        }
    }

    /// Nothing to say.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// With this cookie.
    #[must_use]
    pub fn with_cookie(mut self, cookie: Cookie, value: String) -> Self {
        self.cookies.push((cookie, value));
        self
    }

    /// With the cookie by which this browser is known until then.
    #[must_use]
    pub fn with_device(mut self, value: String, until: Timestamp) -> Self {
        self.device = Some((value, until));
        self
    }

    /// Without this cookie from now on.
    #[must_use]
    pub fn without_cookie(self, cookie: Cookie) -> Self {
        self.with_cookie(cookie, String::new())
    }
}

/// A no, with what the person needs to go on.
#[derive(Debug)]
pub struct Problem {
    /// The no.
    pub refusal: Refusal,
    /// Where the person is.
    pub progress: Option<Progress>,
    /// Cookies that are over.
    pub deletes: Vec<Cookie>,
}

impl Problem {
    /// With where the person is.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// And the cookie is over.
    #[must_use]
    pub fn deleting(mut self, cookie: Cookie) -> Self {
        self.deletes.push(cookie);
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            progress: None,
            deletes: Vec::new(),
        }
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Refusal::of(kind).into()
    }
}

/// Why a step stops short of a yes.
#[derive(Debug)]
pub enum Stop {
    /// A no: nothing is broken.
    Refused(Box<Problem>),
    /// Something is broken.
    Broken(Fault),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

impl From<Kind> for Stop {
    fn from(kind: Kind) -> Self {
        Problem::from(kind).into()
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

impl From<portal::keys::UnknownKey> for Stop {
    fn from(unknown: portal::keys::UnknownKey) -> Self {
        Self::Broken(unknown.into())
    }
}

/// Headers that every answer carries (`docs/api.md` 1).
pub(crate) const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "no-referrer"),
];

fn respond(
    status: u16,
    media_type: Option<&str>,
    body: Body,
    cookies: &[(Cookie, String)],
    request_id: &str,
) -> Response<Body> {
    let mut builder = Response::builder()
        .status(status)
        .header("x-request-id", request_id);
    for (name, value) in HEADERS {
        builder = builder.header(*name, *value);
    }
    if let Some(media_type) = media_type {
        builder = builder.header("content-type", media_type);
    }
    for (cookie, value) in cookies {
        let end = if value.is_empty() { "; Max-Age=0" } else { "" };
        builder = builder.header(
            "set-cookie",
            format!(
                "{}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{end}",
                cookie.name()
            ),
        );
    }
    // All parts are ours and well formed; were one not, the answer must not look like a yes.
    builder.body(body).unwrap_or_else(|_| {
        let mut broken = Response::new(Body::Empty);
        *broken.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        broken
    })
}

/// An instant as HTTP writes it; the end of time where it has no such form, for a cookie that is kept too long opens
/// nothing.
fn rfc9110(instant: Timestamp) -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&instant)
        .unwrap_or_else(|_| "Fri, 31 Dec 9999 23:59:59 GMT".to_owned())
}

/// The response of a yes.
pub(crate) fn success(status: u16, success: Success, request_id: &str) -> Response<Body> {
    let (media_type, body) = match success.body {
        Some(body) => (Some("application/json"), Body::Text(body.to_string())),
        None => (None, Body::Empty),
    };
    let mut response = respond(
        success.status.unwrap_or(status),
        media_type,
        body,
        &success.cookies,
        request_id,
    );
    if let Some((value, until)) = success.device {
        // A date and not an age: the contract's cookies have no Max-Age but the one that deletes.
        let until = rfc9110(until);
        let cookie = format!(
            "{}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Expires={until}",
            Cookie::Device.name()
        );
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append("set-cookie", cookie);
        }
    }
    if success.clears_site_data {
        let value = HeaderValue::from_static("\"storage\"");
        response.headers_mut().insert("clear-site-data", value);
    }
    response
}

/// The response of a no: RFC 9457. What was sent is never echoed.
pub(crate) fn problem(problem: &Problem, base: &str, request_id: &str) -> Response<Body> {
    let refusal = &problem.refusal;
    let kind = refusal.kind;
    let mut document = json!({
        "type": format!("{base}{}", kind.code()),
        "title": kind.title(),
        "status": kind.status(),
        "code": kind.code(),
        "instance": format!("urn:request:{request_id}"),
    });
    if let Some(members) = document.as_object_mut() {
        if !refusal.errors.is_empty() {
            let errors: Vec<Value> = refusal
                .errors
                .iter()
                .map(|error| json!({ "pointer": error.pointer, "code": error.code.code() }))
                .collect();
            members.insert("errors".to_owned(), errors.into());
        }
        if let Some(tries) = refusal.tries_left {
            members.insert("triesLeft".to_owned(), tries.into());
        }
        if let Some(seconds) = refusal.retry_after_seconds {
            members.insert("retryAfterSeconds".to_owned(), seconds.into());
        }
        if let Some(progress) = &problem.progress {
            members.insert("progress".to_owned(), wire::progress(progress));
        }
    }
    let deleted: Vec<(Cookie, String)> = problem
        .deletes
        .iter()
        .map(|cookie| (*cookie, String::new()))
        .collect();
    let body = Body::Text(document.to_string());
    let mut response = respond(
        kind.status(),
        Some("application/problem+json"),
        body,
        &deleted,
        request_id,
    );
    if let Some(seconds) = refusal.retry_after_seconds {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}
