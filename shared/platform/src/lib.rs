//! Everything that uses AWS, HTTP, the clock, randomness and the environment.
//!
//! The rules are in `portal`; this crate connects them to the world. A step reads: open the flow, check its stage,
//! check the fields, decide and store, answer.

pub mod clock;
pub mod config;
pub mod fault;
pub mod random;
pub mod telemetry;

pub mod audit;
pub mod aws;
pub mod claims;
pub mod keys;
pub mod new_password;
pub mod passwords;
pub mod store;
pub mod stream;

pub mod http;
pub mod inquiries;
pub mod wire;

pub mod budget;
pub mod contention;
pub mod flow;
pub mod members;
pub mod session;
pub mod take_over;
pub mod void_claims;

pub mod start;
pub mod starts;
