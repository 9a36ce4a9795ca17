//! The two storages that steps run on, held to each other.
//!
//! Steps are explored on the storage of the model checker and run on DynamoDB. Several clients read and write a few
//! items in drawn order, with versions that they hold, fresh or not; each operation is carried out on both storages,
//! on the real one through the SDK and with faults on the way, and has to come to the same.

#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod cancelled;
mod drawn;
mod items;
