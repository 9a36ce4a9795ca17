//! The table: one item for each thing, every write conditional on what was read.
//!
//! An item carries `v`, a random version drawn with each write. A write names the version that it replaces; where
//! another request has written the item in between, the answer is the item as it is now. A write whose answer was
//! lost recognises itself by its version, so repeating it is harmless. Attribute names exist here and nowhere else.
//!
//! Steps use [`Table`]. What it does rests on the few operations of [`Storage`], which [`DynamoDb`] carries out, and
//! in the model checker's world a map.

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
pub use item::{AnyItem, Item, Key, NetworkRecord};
pub use items::{mails_of_image, record_of_image};
pub use storage::{Committed, Condition, Consistency, Expected, Outcome, Storage, Version, Versioned, Write};
pub use table::{Commit, Conflicts, Mark, Replacing, Retries, Stored, Table, Written};
