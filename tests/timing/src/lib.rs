//! A timing side channel at the log-in: whether a refusal tells by its bytes, or by its response time, why it was made.
//!
//! Every refused log-in gets the same response (docs/ARCHITECTURE.md, invariant 10). Here is a caller for every reason
//! to refuse, each with an account that is put back before every request, and the statistics that say whether an
//! attacker who measures response times could distinguish them. `cargo xtask timing` writes docs/timing.md.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a measurement that cannot go on says so by a panic"
)]

pub mod measure;
pub mod report;
pub mod scene;
pub mod stats;
