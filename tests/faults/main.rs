//! Fault injection: with any fault between the functions and their neighbours, and a crash at any point, the person can
//! continue as `docs/api.md` says, and the invariants hold.
//!
//! The short form breaks one call of each request of a journey, for every call and every kind of fault.
//! `cargo xtask faults` runs the long form: one fault per journey, in all combinations, and prints the table.

// A journey is one long future of many steps.
#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod claims;
mod crashes;
mod journeys;
mod mails;
mod person;
mod rates;
mod report;
mod table;
