//! The refusals of the dev server itself, in the form of the contract (RFC 9457).

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portal::problem::Kind;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// The base URL of the problem pages, to which a problem's code is appended.
#[derive(Clone, Debug)]
pub struct ProblemPages(Arc<str>);

impl ProblemPages {
    /// The pages below `base`, which ends in a slash.
    pub fn below(base: &str) -> Self {
        Self(base.into())
    }

    pub(crate) fn problem(&self, kind: Kind) -> Problem {
        Problem {
            kind,
            pages: self.clone(),
            detail: None,
        }
    }
}

/// The seconds until a retry is useful: the same as the functions answer.
fn retry_after(kind: Kind) -> Option<u32> {
    (kind == Kind::TemporarilyUnavailable).then_some(5)
}

/// A refusal of the dev server itself. The functions have the same kinds.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    pages: ProblemPages,
    detail: Option<String>,
}

impl Problem {
    /// Adds details for a developer.
    pub(crate) fn with_detail(self, detail: String) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { kind, pages, detail } = self;
        let request_id = Uuid::new_v4().to_string();
        let mut document = json!({
            "type": format!("{}{}", pages.0, kind.code()),
            "title": kind.title(),
            "status": kind.status(),
            "code": kind.code(),
            "instance": format!("urn:request:{request_id}"),
        });
        if let Some(members) = document.as_object_mut() {
            members.extend(retry_after(kind).map(|seconds| ("retryAfterSeconds".to_owned(), seconds.into())));
            members.extend(detail.map(|detail| ("detail".to_owned(), detail.into())));
        }
        let mut response = Response::new(Body::from(document.to_string()));
        *response.status_mut() =
            StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                header::STRICT_TRANSPORT_SECURITY,
                "max-age=63072000; includeSubDomains",
            ),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
            (header::REFERRER_POLICY, "no-referrer"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Some(seconds) = retry_after(kind) {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Ok(request_id) = HeaderValue::from_str(&request_id) {
            headers.insert("x-request-id", request_id);
        }
        response
    }
}
