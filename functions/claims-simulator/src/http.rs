//! The simulator's HTTP answers and refusals.

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::fields::FieldProblem;
use crate::table::TableFault;

/// A success.
pub(crate) enum Success {
    Json(String),
    Nothing,
}

impl Success {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Json(value.to_string())
    }
}

/// A refusal, sent as an RFC 9457 problem.
pub(crate) struct SimulatorRefusal {
    status: StatusCode,
    errors: Vec<FieldProblem>,
}

impl SimulatorRefusal {
    pub(crate) fn status(status: StatusCode) -> Self {
        Self {
            status,
            errors: Vec::new(),
        }
    }

    pub(crate) fn field(name: &str, code: &'static str) -> Self {
        vec![FieldProblem::new(name, code)].into()
    }

    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::BAD_REQUEST if self.errors.is_empty() => "the request is not one JSON object",
            StatusCode::BAD_REQUEST => "the request does not keep to the contract",
            StatusCode::NOT_FOUND => "there is nothing here",
            StatusCode::METHOD_NOT_ALLOWED => "not with this method",
            StatusCode::PAYLOAD_TOO_LARGE => "the request is too large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "the request is not called application/json",
            StatusCode::SERVICE_UNAVAILABLE => "the claims system is out of order",
            _ => "something went wrong",
        }
    }

    fn to_json(&self) -> Value {
        let mut problem =
            json!({ "type": "about:blank", "title": self.title(), "status": self.status.as_u16() });
        if let (Some(problem), false) = (problem.as_object_mut(), self.errors.is_empty()) {
            problem.insert(
                "errors".to_owned(),
                self.errors.iter().map(FieldProblem::to_json).collect(),
            );
        }
        problem
    }
}

impl From<Vec<FieldProblem>> for SimulatorRefusal {
    fn from(errors: Vec<FieldProblem>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            errors,
        }
    }
}

impl From<TableFault> for SimulatorRefusal {
    fn from(fault: TableFault) -> Self {
        tracing::error!(request = fault.request, "the simulator's table failed");
        Self::status(StatusCode::SERVICE_UNAVAILABLE)
    }
}

pub(crate) fn respond(answer: Result<Success, SimulatorRefusal>) -> Response<Body> {
    let (status, content_type, body) = match answer {
        Ok(Success::Json(body)) => (StatusCode::OK, Some("application/json"), Body::Text(body)),
        Ok(Success::Nothing) => (StatusCode::NO_CONTENT, None, Body::Empty),
        Err(refusal) => (
            refusal.status,
            Some("application/problem+json"),
            Body::Text(refusal.to_json().to_string()),
        ),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

/// The contract requires JSON; the `_dev` routes, for people with curl, accept any content type.
pub(crate) fn expect_json(request: &Request) -> Result<(), SimulatorRefusal> {
    request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .filter(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
        .map(|_| ())
        .ok_or(SimulatorRefusal::status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

/// A decoded path segment; `None` if it is not text.
pub(crate) fn percent_decoded(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(String::from)
}
