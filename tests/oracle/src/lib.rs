//! Whether the answer of a log-in that leads nowhere tells why it leads nowhere: by its bytes, or by its time.
//!
//! Everybody who must not get in gets one answer (docs/ARCHITECTURE.md, invariant 10). Here are all the people who must
//! not, each in an account that stays as it is, and the statistics that say whether a stranger with a stop-watch could
//! tell them apart. `cargo xtask oracle` measures and writes docs/oracle.md.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a measurement that cannot go on says so by a panic"
)]

pub mod measure;
pub mod report;
pub mod scene;
pub mod stats;
