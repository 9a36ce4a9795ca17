//! Answers and problems, and their responses.

use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use portal::problem::{Kind, Refusal};
use portal::steps::Cookie;
use portal::time::Seconds;
use serde::Serialize;

use crate::fault::Fault;
use crate::wire::{self, Document, Progress};

/// The result of a step.
pub type Answer = Result<Success, Stop>;

/// A success. Has no `Debug`: it contains cookies and personal data.
#[derive(Default)]
pub struct Success {
    /// The body, unless it is empty.
    pub body: Option<Document>,
    /// Cookies to set; an empty value deletes.
    pub cookies: Vec<(Cookie, String)>,
    /// The device cookie, and how long the browser keeps it.
    pub device: Option<(String, Seconds)>,
    /// Whether the browser is told to clear its stored data of the portal.
    pub clears_site_data: bool,
    /// A status that overrides the step's own.
    pub status: Option<u16>,
}

impl Success {
    /// A success with this document.
    pub fn json(document: impl Into<Document>) -> Self {
        Self {
            body: Some(document.into()),
            ..Self::default()
        }
    }

    /// A success without a body.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Sets this cookie.
    #[must_use]
    pub fn with_cookie(mut self, cookie: Cookie, value: String) -> Self {
        self.cookies.push((cookie, value));
        self
    }

    /// Sets the device cookie for this time.
    #[must_use]
    pub fn with_device(mut self, value: String, life: Seconds) -> Self {
        self.device = Some((value, life));
        self
    }

    /// Deletes this cookie.
    #[must_use]
    pub fn without_cookie(self, cookie: Cookie) -> Self {
        self.with_cookie(cookie, String::new())
    }
}

/// A refusal, with the data that the person needs to continue.
#[derive(Debug)]
pub struct Problem {
    /// The refusal.
    pub refusal: Refusal,
    /// The progress of the person's flow.
    pub progress: Option<Progress>,
    /// Cookies to delete.
    pub deletes: Vec<Cookie>,
}

impl Problem {
    /// Adds the progress.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Deletes this cookie.
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

/// Why a step does not succeed.
#[derive(Debug)]
pub enum Stop {
    /// Refused: nothing is broken.
    Refused(Box<Problem>),
    /// Broken.
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

/// Headers of every response (`docs/api.md` 1).
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

/// A page: a whole document in UTF-8, and the digest of its only style.
#[derive(Debug)]
pub struct Page {
    /// The document.
    pub document: String,
    /// The SHA-256 of the style, in Base64.
    pub style_digest: &'static str,
}

/// The headers of a page that are not those of every response: it shows a form, which may be sent to the portal alone,
/// and a browser names no origin for a page without any referrer.
fn page_headers(page: &Page) -> [(&'static str, String); 3] {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        page.style_digest
    );
    [
        ("content-type", "text/html; charset=utf-8".to_owned()),
        ("content-security-policy", policy),
        ("referrer-policy", "same-origin".to_owned()),
    ]
}

fn respond_page(status: u16, page: Page, request_id: &str) -> Response<Body> {
    let mut response = respond(status, None, None::<&()>, &[], request_id);
    for (name, value) in page_headers(&page) {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    *response.body_mut() = Body::Text(page.document);
    response
}

/// Builds the page of a success.
pub(crate) fn success_page(status: u16, page: Page, request_id: &str) -> Response<Body> {
    respond_page(status, page, request_id)
}

/// Builds the page of a refusal.
pub(crate) fn problem_page(refusal: &Refusal, page: Page, request_id: &str) -> Response<Body> {
    let mut response = respond_page(refusal.kind.status(), page, request_id);
    if let Some(seconds) = refusal.retry_after_seconds {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

/// A document as JSON; its members are in alphabetical order.
fn text(document: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_value(document)?.to_string())
}

fn respond(
    status: u16,
    media_type: Option<&str>,
    document: Option<&impl Serialize>,
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
    let body = document.map_or(Ok(Body::Empty), |document| text(document).map(Body::Text));
    // All parts are well formed; if one were not, the response must not look like a success.
    let response = body.ok().and_then(|body| builder.body(body).ok());
    response.unwrap_or_else(|| {
        let mut broken = Response::new(Body::Empty);
        *broken.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        broken
    })
}

/// Builds the response of a success.
pub(crate) fn success(status: u16, success: Success, request_id: &str) -> Response<Body> {
    let mut response = respond(
        success.status.unwrap_or(status),
        success.body.is_some().then_some("application/json"),
        success.body.as_ref(),
        &success.cookies,
        request_id,
    );
    if let Some((value, life)) = success.device {
        let cookie = format!(
            "{}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}",
            Cookie::Device.name(),
            life.count()
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

/// Builds the problem response (RFC 9457). It never contains submitted values.
pub(crate) fn problem(problem: &Problem, base: &str, request_id: &str) -> Response<Body> {
    let refusal = &problem.refusal;
    let kind = refusal.kind;
    let document = wire::Problem::of(refusal, problem.progress.as_ref(), base, request_id);
    let deleted: Vec<(Cookie, String)> = problem
        .deletes
        .iter()
        .map(|cookie| (*cookie, String::new()))
        .collect();
    let mut response = respond(
        kind.status(),
        Some("application/problem+json"),
        Some(&document),
        &deleted,
        request_id,
    );
    if let Some(seconds) = refusal.retry_after_seconds {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}
