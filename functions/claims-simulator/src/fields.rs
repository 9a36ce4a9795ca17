//! Reads the fields of one JSON object strictly, and reports each problem.
//!
//! All problems are collected, so that the author of a request sees them at once. A problem names a field and never
//! contains a value.

use serde_json::{Map, Value, json};

/// The problem of a field: its RFC 6901 pointer and a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldProblem {
    pointer: String,
    code: &'static str,
}

impl FieldProblem {
    pub(crate) fn new(field: &str, code: &'static str) -> Self {
        Self {
            pointer: format!("/{}", field.replace('~', "~0").replace('/', "~1")),
            code,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "pointer": self.pointer, "code": self.code })
    }
}

/// The fields that were not read yet, and the problems so far.
pub(crate) struct Fields {
    left: Map<String, Value>,
    problems: Vec<FieldProblem>,
}

impl Fields {
    /// The object in `body`; `None` if it is anything else.
    pub(crate) fn of(body: &[u8]) -> Option<Self> {
        let left = serde_json::from_slice(body).ok()?;
        Some(Self {
            left,
            problems: Vec::new(),
        })
    }

    /// A required text. A missing one is returned as the empty text: see [`finish`](Self::finish).
    pub(crate) fn text(&mut self, name: &'static str) -> String {
        match self.left.remove(name) {
            Some(Value::String(text)) => text,
            None | Some(Value::Null) => self.refuse(name, "required"),
            Some(_) => self.refuse(name, "wrong-type"),
        }
    }

    /// A required, non-empty text of at most `limit` characters.
    pub(crate) fn text_within(&mut self, name: &'static str, limit: usize) -> String {
        let known = self.problems.len();
        let text = self.text(name);
        if self.problems.len() > known {
            return text;
        }
        match text.chars().count() {
            0 => self.refuse(name, "too-short"),
            length if length > limit => self.refuse(name, "too-long"),
            _ => text,
        }
    }

    /// An optional text; an empty one counts as missing.
    pub(crate) fn optional_text(&mut self, name: &'static str) -> Option<String> {
        match self.left.remove(name) {
            Some(Value::String(text)) => Some(text).filter(|text| !text.is_empty()),
            None | Some(Value::Null) => None,
            Some(_) => {
                self.refuse(name, "wrong-type");
                None
            }
        }
    }

    /// An optional flag; a missing one is false.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        match self.left.remove(name) {
            Some(Value::Bool(flag)) => flag,
            None | Some(Value::Null) => false,
            Some(_) => {
                self.refuse(name, "wrong-type");
                false
            }
        }
    }

    /// Adds a problem with this code.
    pub(crate) fn refuse(&mut self, name: &str, code: &'static str) -> String {
        self.problems.push(FieldProblem::new(name, code));
        String::new()
    }

    /// `read`, if there are no problems and no unread fields.
    pub(crate) fn finish<T>(mut self, read: T) -> Result<T, Vec<FieldProblem>> {
        let unknown = self
            .left
            .keys()
            .map(|name| FieldProblem::new(name, "unknown-field"));
        self.problems.extend(unknown);
        if self.problems.is_empty() {
            Ok(read)
        } else {
            Err(self.problems)
        }
    }
}
