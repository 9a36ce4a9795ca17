//! The filter of a function's records: the part of Lambda's syntax that the template uses.

use serde_json::{Value, json};

/// Records with a mail that is still to be sent, as the template's `FilterCriteria` select them.
pub const QUEUED_MAIL: &str = r#"{"dynamodb":{"NewImage":{"queued":{"BOOL":[true]}}}}"#;

/// Records of items with an event, as the template's `FilterCriteria` select them.
pub const EVENTFUL: &str = r#"{"dynamodb":{"NewImage":{"event":{"M":{"id":{"S":[{"exists":true}]}}}}}}"#;

/// A filter pattern: objects are matched recursively, a list at a leaf contains the accepted values.
///
/// Of the operators only `{"exists": true}` and `{"exists": false}` are supported; another one is an error.
#[derive(Clone, Debug)]
pub struct Filter(Value);

/// Why a text is not a pattern.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It is not JSON, or not an object.
    #[error("a filter pattern is a JSON object")]
    NotAnObject,
    /// A leaf is neither a list nor an object.
    #[error("the field {0:?} of the pattern holds neither a list nor an object")]
    NotAList(String),
    /// It uses an unsupported operator.
    #[error("the field {0:?} of the pattern uses an operator that is not understood")]
    Operator(String),
}

impl Filter {
    /// Accepts every record.
    pub fn everything() -> Self {
        Self(Value::Object(serde_json::Map::new()))
    }

    /// [`QUEUED_MAIL`].
    pub fn queued_mail() -> Self {
        Self(json!({
            "dynamodb": { "NewImage": { "queued": { "BOOL": [true] } } }
        }))
    }

    /// [`EVENTFUL`].
    pub fn eventful() -> Self {
        Self(json!({
            "dynamodb": { "NewImage": { "event": { "M": { "id": { "S": [{ "exists": true }] } } } } }
        }))
    }

    /// Parses a pattern of a template.
    pub fn parse(pattern: &str) -> Result<Self, FilterError> {
        let pattern: Value = serde_json::from_str(pattern).map_err(|_| FilterError::NotAnObject)?;
        if !pattern.is_object() {
            return Err(FilterError::NotAnObject);
        }
        check("", &pattern)?;
        Ok(Self(pattern))
    }

    /// Whether `record`, in Lambda's form, matches.
    pub fn passes(&self, record: &Value) -> bool {
        matches(&self.0, Some(record))
    }
}

fn check(field: &str, pattern: &Value) -> Result<(), FilterError> {
    match pattern {
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(field, pattern)| check(field, pattern)),
        Value::Array(choices) => {
            let known = |choice: &Value| match choice {
                Value::Object(_) => exists(choice).is_some(),
                Value::Array(_) => false,
                _ => true,
            };
            if choices.iter().all(known) {
                Ok(())
            } else {
                Err(FilterError::Operator(field.to_owned()))
            }
        }
        _ => Err(FilterError::NotAList(field.to_owned())),
    }
}

fn matches(pattern: &Value, found: Option<&Value>) -> bool {
    match pattern {
        Value::Object(fields) => fields
            .iter()
            .all(|(field, pattern)| matches(pattern, found.and_then(|found| found.get(field)))),
        Value::Array(choices) => choices.iter().any(|choice| match (exists(choice), found) {
            (Some(wanted), found) => found.is_some() == wanted,
            (None, Some(Value::Array(values))) => values.contains(choice),
            (None, Some(value)) => value == choice,
            (None, None) => false,
        }),
        _ => false,
    }
}

/// The value of an `exists` operator.
fn exists(choice: &Value) -> Option<bool> {
    let operator = choice.as_object().filter(|operator| operator.len() == 1)?;
    operator.get("exists")?.as_bool()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_queued_mail_passes_the_filter_of_deliver_mail() {
        let filter = Filter::queued_mail();
        assert_eq!(filter.0, Filter::parse(QUEUED_MAIL).unwrap().0);
        let with = |image: Value| json!({ "eventName": "MODIFY", "dynamodb": { "NewImage": image } });
        assert!(filter.passes(&with(json!({ "queued": { "BOOL": true } }))));
        assert!(!filter.passes(&with(json!({ "queued": { "BOOL": false } }))));
        assert!(!filter.passes(&with(json!({ "pk": { "S": "OFFICE#1" } }))));
        assert!(!filter.passes(&json!({ "eventName": "REMOVE", "dynamodb": {} })));
    }

    #[test]
    fn only_an_item_with_an_event_passes_the_filter_of_keep_audit() {
        let filter = Filter::eventful();
        assert_eq!(filter.0, Filter::parse(EVENTFUL).unwrap().0);
        let with = |image: Value| json!({ "eventName": "MODIFY", "dynamodb": { "NewImage": image } });
        assert!(filter.passes(&with(json!({ "event": { "M": { "id": { "S": "1" } } } }))));
        assert!(!filter.passes(&with(json!({ "pk": { "S": "OFFICE#1" } }))));
        assert!(!filter.passes(&json!({ "eventName": "REMOVE", "dynamodb": {} })));
    }

    #[test]
    fn exists_asks_only_whether_a_field_is_there() {
        let filter = Filter::parse(r#"{"eventName":["INSERT"],"dynamodb":{"NewImage":[{"exists":false}]}}"#);
        let filter = filter.unwrap();
        assert!(filter.passes(&json!({ "eventName": "INSERT", "dynamodb": {} })));
        assert!(!filter.passes(&json!({ "eventName": "INSERT", "dynamodb": { "NewImage": {} } })));
        assert!(!filter.passes(&json!({ "eventName": "REMOVE", "dynamodb": {} })));
    }

    #[test]
    fn a_pattern_that_is_not_understood_is_refused() {
        assert_eq!(Filter::parse("[]").unwrap_err(), FilterError::NotAnObject);
        assert_eq!(
            Filter::parse(r#"{"a":"b"}"#).unwrap_err(),
            FilterError::NotAList("a".to_owned())
        );
        let prefix = Filter::parse(r#"{"a":[{"prefix":"b"}]}"#);
        assert_eq!(prefix.unwrap_err(), FilterError::Operator("a".to_owned()));
    }
}
