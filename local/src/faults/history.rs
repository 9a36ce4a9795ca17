//! Earlier states of items, for stale reads.

use serde_json::{Value, json};
use std::collections::HashMap;

/// The number of earlier states per item.
const KEPT: usize = 4;

/// An item's table and key.
pub(super) type Key = (String, String);

/// The states of items before each of their last changes, oldest first; `None` where there was no item.
#[derive(Debug, Default)]
pub(super) struct History(HashMap<Key, Vec<Option<Value>>>);

impl History {
    /// Records the state of an item before a change.
    pub(super) fn note(&mut self, key: Key, before: Option<Value>) {
        let states = self.0.entry(key).or_default();
        if states.len() == KEPT {
            states.remove(0);
        }
        states.push(before);
    }

    /// The item before its last change; `None` if it never changed.
    pub(super) fn before(&self, key: &Key) -> Option<&Option<Value>> {
        self.0.get(key)?.last()
    }
}

/// The items that a write changes.
pub(super) fn changed_by(operation: &str, body: &Value) -> Vec<Key> {
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => key_of(body).into_iter().collect(),
        "TransactWriteItems" => body
            .get("TransactItems")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten()
            // A check changes nothing.
            .filter(|(part, _)| *part != "ConditionCheck")
            .filter_map(|(_, part)| key_of(part))
            .collect(),
        _ => Vec::new(),
    }
}

/// The table and the key that a request, or a part of a transaction, names.
pub(super) fn key_of(part: &Value) -> Option<Key> {
    let table = part.get("TableName")?.as_str()?;
    let item = part.get("Key").or_else(|| part.get("Item"))?;
    let key = item.get("pk")?.get("S")?.as_str()?;
    Some((table.to_owned(), key.to_owned()))
}

/// The request that reads an item strongly consistent.
pub(super) fn strong_read((table, key): &Key) -> Value {
    json!({ "TableName": table, "Key": { "pk": { "S": key } }, "ConsistentRead": true })
}

/// Whether a read may be stale.
pub(super) fn may_be_behind(operation: &str, body: &Value) -> bool {
    operation == "GetItem" && body.get("ConsistentRead") != Some(&Value::Bool(true))
}
