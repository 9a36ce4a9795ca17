//! The procedure with every interleaving, crash, lost message and step of the clock.
//!
//! One model, used three times: its decisions are the product's own functions (`portal`); the checker explores them
//! (`cargo xtask model`); and the same calls, drawn at random, drive the real handlers on the embedded engine, in
//! lock step with the model (`tests/lockstep.rs` of the acceptance tests).
//!
//! Read [`steps`] beside `functions/*`, then [`state`], then [`explore`] for what must hold, then [`scenes`].

pub mod explore;
pub mod io;
pub mod items;
pub mod scenes;
pub mod state;
pub mod steps;
pub mod way_on;
