//! The contract: facts that are written twice agree. Compares tables of the code, the template, the local router, the
//! generated files and `docs/api.md`, in both directions.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot read a file of ours has failed, which is all it can do"
)]

mod alarms;
mod calendar;
mod cryptography;
mod dangers;
mod deployment;
mod generated;
mod hand_in;
mod house;
mod limits;
mod logs;
mod manual;
mod names;
mod openapi;
mod purity;
mod roles;
mod steps;
mod template;
mod variables;
mod ways_out;
mod web;
mod words;
