//! The whole portal in one process: the real handlers on the real SDK, the embedded engine, the SES double, the
//! claims simulator, and a clock that tests set. For tests only.
//!
//! ```no_run
//! # async fn example() {
//! let world = testkit::World::start().await;
//! let mut hanako = world.clerk();
//! hanako.authenticates(&testkit::people::PLAIN_OFFICE).await.is(200);
//! hanako.types_the_mailed_code("kaigo1@example.jp").await.is(200);
//! # }
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a test that cannot continue panics, and reads only the parts of an answer that it needs"
)]

mod auditor;
mod clerk;
mod death;
mod gate;
mod history;
pub mod invariants;
mod members;
mod meter;
pub mod people;
mod recorder;
pub mod roles;
mod world;

pub use clerk::{Clerk, Reply};
pub use death::{Death, Deaths};
pub use gate::{Gate, WaitingCall};
pub use history::ItemWrite;
pub use members::{only_member, only_member_mut};
pub use meter::{Meter, Used};
pub use wiring::needs;
pub use world::{Settings, World};
