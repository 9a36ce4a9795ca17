//! What holds for every text, every instant and every order of events: the corpus, and properties of drawn values.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod chosen;
// Files of `laws`, and no dependency on it: that would build the rules twice for every mutant, and AWS once.
#[expect(unreachable_pub, reason = "public where it is a library")]
#[path = "../../../../tests/laws/src/corpus.rs"]
mod corpus;
mod drawn;
mod guards;
#[expect(unreachable_pub, reason = "public where it is a library")]
#[path = "../../../../tests/laws/src/texts.rs"]
mod laws;
mod numbers;
mod parsers;
mod series;
mod steps;
mod time;
