//! Everything that touches AWS, HTTP, the clock, chance and the environment.
//!
//! The rules are in `portal`; here they meet the world. A step reads: open the flow, look at its stage, look
//! at the fields, decide and store, answer.

pub mod clock;
pub mod config;
pub mod fault;
pub mod random;
pub mod telemetry;

pub mod audit;
pub mod claims;
pub mod keys;
pub mod passwords;
pub mod store;
pub mod stream;

pub mod http;
pub mod wire;

pub mod budget;
pub mod contention;
pub mod flow;
pub mod session;

pub mod start;
pub mod starts;
