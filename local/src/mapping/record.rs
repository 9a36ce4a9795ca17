//! A stream record in the form in which Lambda passes it to a function.

use serde_json::Value;
use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

/// A record's position in its stream. Of two, the one with the greater number came later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SequenceNumber(pub(super) String);

impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        // Up to 40 digits without leading zeros: too many for an integer; the longer one is greater.
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
pub(super) struct StreamRecord {
    pub(super) sequence_number: SequenceNumber,
    /// Seconds since the epoch.
    pub(super) created: i64,
    /// The function's input.
    pub(super) event: Value,
}

impl StreamRecord {
    /// Takes a record of the stream. One without its number has no position and is omitted.
    pub(super) fn new(event: Value) -> Option<Self> {
        let change = event.get("dynamodb")?;
        let sequence_number = change.get("SequenceNumber")?.as_str()?.to_owned();
        let created = change.get("ApproximateCreationDateTime").and_then(Value::as_i64);
        Some(Self {
            sequence_number: SequenceNumber(sequence_number),
            created: created.unwrap_or_default(),
            event,
        })
    }

    /// The lane of the record's item, one of `lanes`, so that the item's changes stay in order.
    pub(super) fn lane(&self, lanes: usize) -> usize {
        let mut hasher = DefaultHasher::new();
        self.event
            .pointer("/dynamodb/Keys")
            .map(Value::to_string)
            .hash(&mut hasher);
        let lanes = u64::try_from(lanes.max(1)).unwrap_or(1);
        usize::try_from(hasher.finish() % lanes).unwrap_or_default()
    }

    /// The kind of item: its key up to the first `#`. The rest may be a person's address.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_are_ordered_as_numbers() {
        let number = |text: &str| SequenceNumber(text.to_owned());
        assert!(number("99") < number("100"));
        assert!(number("100") < number("101"));
    }
}
