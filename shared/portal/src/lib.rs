//! The procedure of 初回利用登録 and ログイン, as pure rules.
//!
//! Every decision is a function of the stored state, the submission and the present instant. Nothing in this crate
//! reads a clock, draws a random number, uses a network or knows how items are stored; its `Cargo.toml` has no
//! dependency that could. Read the modules in this order.

pub mod limits;
pub mod time;

pub mod form;
pub mod secret;
pub mod text;
pub mod values;

pub mod code;
pub mod initial_password;
pub mod keys;
pub mod password;
pub mod terms;

pub mod audit;
pub mod calendar;
pub mod change;
pub mod problem;

pub mod challenge;
pub mod guards;
pub mod mail;

pub mod account;
pub mod address_change;
pub mod claims;
pub mod claims_record;
pub mod contact;
pub mod desk;
pub mod inquiry;
pub mod login;
pub mod office;
pub mod password_reset;
pub mod registration;
pub mod take_over;

pub mod progress;
pub mod steps;

#[cfg(test)]
mod samples;
