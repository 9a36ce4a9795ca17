//! Compares the two storages on which steps run.
//!
//! Steps are explored on the storage of the model checker and run on DynamoDB. Several clients read and write a few
//! items in random order, with current or old versions; each operation runs on both storages, on the real one through
//! the SDK and with faults, and must have the same result.

#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod cancelled;
mod drawn;
mod items;
