//! The table's stream: Lambda's events, and the answers of the functions that read it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A batch of changes.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// In the order of the stream.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// A record of the stream.
#[derive(Debug, Deserialize)]
pub struct StreamRecord {
    /// The change.
    pub dynamodb: Images,
}

/// The change of one item.
#[derive(Debug, Deserialize)]
pub struct Images {
    /// Its position in the stream.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
    /// The item after the change, unless it was removed.
    #[serde(rename = "NewImage")]
    pub new: Option<Map<String, Value>>,
    /// The item before the change, if it existed.
    #[serde(rename = "OldImage")]
    pub old: Option<Map<String, Value>>,
}

/// The records that Lambda must deliver again.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub struct BatchAnswer {
    /// One entry for each record.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<ItemFailure>,
}

/// A record that Lambda must deliver again.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct ItemFailure {
    /// Its sequence number.
    #[serde(rename = "itemIdentifier")]
    pub item: String,
}
