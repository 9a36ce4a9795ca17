//! Everything that touches AWS, HTTP, the clock, chance and the environment.
//!
//! The rules are in `portal`; here they meet the world. A step reads: open the call, load, decide, store, answer.

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

pub mod start;
pub mod steps;
