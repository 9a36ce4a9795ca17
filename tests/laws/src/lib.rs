//! What holds for whatever reaches the portal from outside: texts, requests, items, events, answers, mails. For tests
//! only.
//!
//! The tests try these laws on drawn input and on the corpus, the fuzz targets on whatever reaches a line of code that
//! nothing reached before. The tests of `portal` are built without AWS, so they take `corpus` and `texts` as files.
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
