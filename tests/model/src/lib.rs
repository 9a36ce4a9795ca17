//! The procedure with every interleaving, crash, lost message and step of the clock.
//!
//! What is explored are the product's own steps (`functions/*`), on a storage, a claims system and a source of chance
//! that the model makes up ([`io`]). Read [`submission`] for how a step is run, then [`state`] and [`world`], then
//! [`explore`] for what may happen, [`invariants`] for what must hold, and [`scenes`].

pub mod client;
pub mod explore;
pub mod invariants;
pub mod io;
pub mod ledger;
pub mod moves;
pub mod people;
pub mod scenes;
pub mod state;
pub mod submission;
pub mod table;
pub mod way_on;
pub mod world;
