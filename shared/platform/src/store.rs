//! The table: one item for each thing, every write conditional on what was read.
//!
//! An item has an attribute `v`, a random version drawn with each write. A write names the version that it replaces;
//! after a conflict it returns the item in its present state. A write whose answer was lost is recognised by its
//! version, so repeating it is harmless. Attribute names exist only in this module.
//!
//! Steps use [`Table`], which is built on the operations of [`Storage`]: [`DynamoDb`] implements them, and the model
//! checker implements them in memory.

mod codec;
mod dynamodb;
mod item;
mod items;
#[cfg(test)]
mod roundtrip;
mod storage;
mod table;

pub use codec::{Attributes, image_of_json, json_of_image};
pub use dynamodb::DynamoDb;
pub(crate) use dynamodb::fault;
pub use item::{AnyItem, Ephemeral, Item, Key, NetworkRecord};
pub(crate) use items::{INDEXED_STATE, KEY};
pub use items::{key_of_image, mails_of_image, pk, record_of_image};
pub use storage::{Committed, Condition, Consistency, Expected, Outcome, Storage, Version, Versioned, Write};
pub use table::{Commit, Conflicts, Mark, ROUNDS, Replacing, Retries, Stored, Table, Written};
