//! The few refusals that the dev server gives itself, in the form the contract asks for (RFC 9457).

use crate::ids;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portal::problem::Kind;
use serde_json::json;
use std::sync::Arc;

/// Where the kinds of problem are described: a URL to which a problem's code is appended.
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
        }
    }
}

/// A refusal of the dev server itself. The functions have each of them too.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    pages: ProblemPages,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { kind, pages } = self;
        let request_id = ids::uuid();
        let document = json!({
            "type": format!("{}{}", pages.0, kind.code()),
            "title": kind.title(),
            "status": kind.status(),
            "code": kind.code(),
            "instance": format!("urn:request:{request_id}"),
        });
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
        if let Ok(request_id) = HeaderValue::from_str(&request_id) {
            headers.insert("x-request-id", request_id);
        }
        response
    }
}
