//! The table: one item for each thing, every write conditional on what was read.
//!
//! An item carries `v`, a random version drawn with each write. A write names the version that it replaces; whoever
//! loses gets the item as it is now. A write whose answer was lost recognises itself by its version, so repeating it
//! is harmless. Attribute names exist here and nowhere else.

mod codec;
mod items;
#[cfg(test)]
mod roundtrip;
mod table;

pub use codec::{Attributes, image_of_json, json_of_image};
pub use items::{NetworkRecord, mail_of_image, record_of_image};
pub(crate) use table::fault;
pub use table::{Found, Item, Mark, Replacing, Seats, Stored, Table, Written};
