//! Every write of the table, in order, read from its stream.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use platform::store::Attributes;
use portal_local::engine::Stream;
use serde_json::Value;

/// One write of one item.
#[derive(Debug, Clone)]
pub struct ItemWrite {
    /// The item's key.
    pub key: String,
    /// The item before, if it was there.
    pub before: Option<Attributes>,
    /// The item after, if it is there.
    pub after: Option<Attributes>,
    /// When, on the clock of the world.
    pub at: Timestamp,
}

impl ItemWrite {
    /// The kind of item.
    pub fn kind(&self) -> &str {
        self.key.split('#').next().unwrap_or_default()
    }

    /// Whether it is of this kind of item.
    pub fn is_of(&self, kind: &str) -> bool {
        self.kind() == kind
    }
}

/// All changes of a table that its stream still has: those of the last day.
pub(crate) fn of_table(stream: &Stream) -> Vec<ItemWrite> {
    let records = stream.all().unwrap();
    records
        .iter()
        .map(|record| {
            let change = &record["dynamodb"];
            let created = change["ApproximateCreationDateTime"].as_i64().unwrap();
            ItemWrite {
                key: change["Keys"]["pk"]["S"].as_str().unwrap().to_owned(),
                before: change.get("OldImage").map(image),
                after: change.get("NewImage").map(image),
                at: Timestamp::from_second(created).unwrap(),
            }
        })
        .collect()
}

fn image(streamed: &Value) -> Attributes {
    let attributes = streamed.as_object().unwrap().iter();
    attributes
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

/// The types that the store writes.
fn attribute(streamed: &Value) -> AttributeValue {
    let (kind, value) = streamed.as_object().unwrap().iter().next().unwrap();
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => AttributeValue::S(text.clone()),
        ("N", Value::String(digits)) => AttributeValue::N(digits.clone()),
        ("BOOL", Value::Bool(flag)) => AttributeValue::Bool(*flag),
        ("M", map) => AttributeValue::M(image(map)),
        ("L", Value::Array(list)) => AttributeValue::L(list.iter().map(attribute).collect()),
        other => panic!("the store writes no {other:?}"),
    }
}
