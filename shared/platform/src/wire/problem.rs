//! Refusals: RFC 9457 (`docs/api.md` 1, 8).

use portal::form::FieldProblem;
use portal::problem::Refusal;
use portal::values::FieldCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Count, Progress, Word};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A URI that ends in the code.
    #[serde(rename = "type")]
    pub uri: String,
    /// Constant for a code.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The kind.
    pub code: &'static str,
    /// A URN that ends in the request's id.
    #[schemars(regex(pattern = "^urn:request:.+$"))]
    pub instance: String,
    /// The problems of the fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub errors: Vec<FieldError>,
    /// Tries that are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<Count>,
    /// The seconds until the next try.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub retry_after_seconds: Option<u64>,
    /// The progress of the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// The pointer of the field; of an unknown field, that of the object that contains it.
    #[schemars(extend("format" = "json-pointer"))]
    pub pointer: String,
    /// The problem.
    pub code: Word<FieldCode>,
}

impl Problem {
    /// The document; `base` is the beginning of every `type`. It never contains submitted values.
    pub fn of(refusal: &Refusal, progress: Option<&Progress>, base: &str, request_id: &str) -> Self {
        let kind = refusal.kind;
        let error = |problem: &FieldProblem| FieldError {
            pointer: problem.pointer.clone(),
            code: Word(problem.code),
        };
        Self {
            uri: format!("{base}{}", kind.code()),
            title: kind.title(),
            status: kind.status(),
            code: kind.code(),
            instance: format!("urn:request:{request_id}"),
            errors: refusal.errors.iter().map(error).collect(),
            tries_left: refusal.tries_left.map(Count),
            retry_after_seconds: refusal.retry_after_seconds,
            progress: progress.cloned(),
        }
    }
}
