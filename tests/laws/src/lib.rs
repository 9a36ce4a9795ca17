//! Laws for all input of the portal: texts, requests, items, events, answers, mails. For tests only.
//!
//! The tests check these laws on random input and on the corpus, the fuzz targets on coverage-guided input. The tests
//! of `portal` are built without AWS, so they include `corpus` and `texts` as files.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a law that is broken says so by a panic"
)]

pub mod claims;
pub mod corpus;
pub mod doubles;
pub mod edge;
pub mod events;
pub mod items;
pub mod mail;
pub mod targets;
pub mod texts;
