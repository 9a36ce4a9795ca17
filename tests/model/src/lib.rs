//! The procedure with every interleaving, crash, lost message and step of the clock.
//!
//! The model explores the product's own steps (`functions/*`), on a simulated storage, claims system and source of
//! randomness ([`io`]). Read [`submission`] for how a step is run, then [`state`] and [`world`], then
//! [`explore`] for the events, [`invariants`], and [`scenes`].

pub mod address;
pub mod client;
pub mod explore;
pub mod invariants;
pub mod io;
pub mod ledger;
mod mine;
pub mod moves;
pub mod people;
pub mod scenes;
pub mod state;
pub mod submission;
pub mod table;
pub mod take_over;
pub mod way_on;
pub mod world;
