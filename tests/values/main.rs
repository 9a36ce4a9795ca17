//! Whatever is typed, sent, stored or answered: the corpus and drawn input through the real functions.

// A journey is one long future of many steps.
#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

#[expect(dead_code, reason = "the values' own tests use all of it")]
#[path = "../../shared/portal/tests/values/corpus.rs"]
mod corpus;
mod drawn;
mod fuzzed;
mod laws;
mod letters;
mod requests;
#[path = "../../fuzz/src/targets.rs"]
mod targets;
#[path = "../../shared/portal/tests/values/laws.rs"]
mod texts;
mod through;
