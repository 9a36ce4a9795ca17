//! Whatever breaks between the functions and their neighbours, and wherever a process dies: the person gets on as
//! `docs/api.md` says, and what must be true stays true.
//!
//! The short form breaks one call of each request of a journey, and does so for every call and every kind of fault.
//! `cargo xtask faults` runs the long form: one fault in a journey, all combinations, and prints the table.

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
