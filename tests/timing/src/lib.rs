//! Tests for a timing side channel at the log-in: whether the bytes or the response time of a refusal reveal its reason.
//!
//! Every refused log-in gets the same response (docs/ARCHITECTURE.md, invariant 10). There is a caller for every reason
//! to refuse, each with an account that is restored before every request, and the statistics that show whether an
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
