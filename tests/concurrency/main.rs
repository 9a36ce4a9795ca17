//! Concurrency tests: many requests at once on the real handlers, and assertions that hold in any interleaving.
//!
//! `cargo nextest run -p acceptance --test concurrency` is the short form; `cargo xtask concurrency` takes more rounds, larger
//! numbers of requests and chosen seeds, and prints the distribution of the answers.

// A journey is one long future of many steps.
#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod addresses;
mod claims;
mod codes;
mod inquiries;
mod load;
mod mails;
mod members;
mod passwords;
mod registration;
mod resets;
mod sessions;
mod take_overs;
