//! The corpus and random input through the real functions.

// A journey is one long future of many steps.
#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod drawn;
mod fuzzed;
mod letters;
mod requests;
mod through;
