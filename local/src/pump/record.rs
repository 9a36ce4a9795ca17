//! A stream record in the form in which Lambda hands it to a function.

use crate::aws;
use aws_sdk_dynamodbstreams::{
    primitives::DateTime,
    types::{AttributeValue, Record as StreamRecord},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use std::{
    cmp::Ordering,
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

/// A record's place in its shard. Of two, the one with the greater number came later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SequenceNumber(pub(super) String);

impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        // Up to 40 digits without leading zeros: too many for an integer, but the longer one is the greater one.
        self.0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One change of one item.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) sequence_number: SequenceNumber,
    /// Seconds since the epoch.
    pub(super) created: i64,
    /// What the function gets.
    pub(super) event: Value,
}

impl Record {
    /// Takes over what the stream gave. A record without its number cannot be placed and is none.
    pub(super) fn new(record: &StreamRecord, stream_arn: &str) -> Option<Self> {
        let change = record.dynamodb()?;
        let sequence_number = change.sequence_number()?.to_owned();

        let mut dynamodb = Map::new();
        let created = change.approximate_creation_date_time();
        if let Some(created) = created {
            dynamodb.insert("ApproximateCreationDateTime".to_owned(), seconds(created));
        }
        for (name, image) in [
            ("Keys", change.keys()),
            ("NewImage", change.new_image()),
            ("OldImage", change.old_image()),
        ] {
            if let Some(image) = image {
                dynamodb.insert(name.to_owned(), item(image));
            }
        }
        dynamodb.insert("SequenceNumber".to_owned(), json!(sequence_number));
        dynamodb.insert(
            "SizeBytes".to_owned(),
            json!(change.size_bytes().unwrap_or_default()),
        );
        if let Some(view) = change.stream_view_type() {
            dynamodb.insert("StreamViewType".to_owned(), json!(view.as_str()));
        }

        let mut event = json!({
            "eventID": record.event_id(),
            "eventName": record.event_name().map(aws_sdk_dynamodbstreams::types::OperationType::as_str),
            "eventVersion": record.event_version().unwrap_or("1.1"),
            "eventSource": "aws:dynamodb",
            "awsRegion": aws::REGION,
            "dynamodb": dynamodb,
            "eventSourceARN": stream_arn,
        });
        // Only what DynamoDB itself removed, having expired, says who did it.
        if let (Some(identity), Some(event)) = (record.user_identity(), event.as_object_mut()) {
            let identity = json!({ "type": identity.r#type(), "principalId": identity.principal_id() });
            event.insert("userIdentity".to_owned(), identity);
        }
        Some(Self {
            sequence_number: SequenceNumber(sequence_number),
            created: created.map_or(0, DateTime::secs),
            event,
        })
    }

    /// One of `lanes` numbers, always the same for the same item, so that its changes stay in order.
    pub(super) fn lane(&self, lanes: usize) -> usize {
        let mut hasher = DefaultHasher::new();
        self.event
            .pointer("/dynamodb/Keys")
            .map(Value::to_string)
            .hash(&mut hasher);
        let lanes = u64::try_from(lanes.max(1)).unwrap_or(1);
        usize::try_from(hasher.finish() % lanes).unwrap_or_default()
    }

    /// The kind of item: its key up to the first `#`. What follows may be a person's address.
    pub(super) fn key_prefix(&self) -> String {
        let key = self
            .event
            .pointer("/dynamodb/Keys/pk/S")
            .and_then(Value::as_str)
            .unwrap_or_default();
        key.split_once('#')
            .map_or_else(|| "…".to_owned(), |(kind, _)| format!("{kind}#…"))
    }
}

fn item(attributes: &HashMap<String, AttributeValue>) -> Value {
    attributes
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect::<Map<_, _>>()
        .into()
}

fn attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(truth) => json!({ "BOOL": truth }),
        AttributeValue::Null(is_null) => json!({ "NULL": is_null }),
        AttributeValue::M(attributes) => json!({ "M": item(attributes) }),
        AttributeValue::L(values) => json!({ "L": values.iter().map(attribute).collect::<Vec<_>>() }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(numbers) => json!({ "NS": numbers }),
        AttributeValue::B(bytes) => json!({ "B": STANDARD.encode(bytes) }),
        AttributeValue::Bs(blobs) => {
            json!({ "BS": blobs.iter().map(|bytes| STANDARD.encode(bytes)).collect::<Vec<_>>() })
        }
        // A type that DynamoDB does not have today.
        _ => json!({}),
    }
}

/// Lambda writes whole seconds, as an integer.
fn seconds(time: &DateTime) -> Value {
    json!(time.secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodbstreams::primitives::Blob;

    #[test]
    fn sequence_numbers_are_ordered_as_numbers() {
        let number = |text: &str| SequenceNumber(text.to_owned());
        assert!(number("99") < number("100"));
        assert!(number("100") < number("101"));
    }

    #[test]
    fn every_type_of_attribute_is_written_as_dynamodb_writes_it() {
        let nested = AttributeValue::M(HashMap::from([(
            "介護".to_owned(),
            AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::Null(true)]),
        )]));
        assert_eq!(
            attribute(&nested),
            json!({ "M": { "介護": { "L": [{ "BOOL": true }, { "NULL": true }] } } })
        );
        assert_eq!(
            attribute(&AttributeValue::B(Blob::new([1, 2, 255]))),
            json!({ "B": "AQL/" })
        );
        assert_eq!(
            attribute(&AttributeValue::Ns(vec!["1".to_owned()])),
            json!({ "NS": ["1"] })
        );
    }
}
