//! What holds for every text, every instant and every order of events: the corpus, and properties of drawn values.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod chosen;
mod corpus;
mod drawn;
mod guards;
mod laws;
mod parsers;
mod series;
mod steps;
mod time;
