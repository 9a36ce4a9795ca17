//! The table's stream, as Lambda hands it to the functions that read it, and what they answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A batch of changes.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// In the order of the stream.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// One of them.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// The change itself.
    pub dynamodb: Change,
}

/// What became of an item.
#[derive(Debug, Deserialize)]
pub struct Change {
    /// Its place in the stream.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
    /// The item as it is since then, unless it was removed.
    #[serde(rename = "NewImage")]
    pub new: Option<Map<String, Value>>,
    /// The item as it was before, if it was there.
    #[serde(rename = "OldImage")]
    pub old: Option<Map<String, Value>>,
}

/// Which records are to come again.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub struct BatchAnswer {
    /// One for each.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<ItemFailure>,
}

/// A record that is to come again.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct ItemFailure {
    /// Its sequence number.
    #[serde(rename = "itemIdentifier")]
    pub item: String,
}
