//! A local replacement for AWS.
//!
//! The binary combines the parts for `cargo xtask dev`; tests use single parts in process:
//!
//! - [`engine`]: DynamoDB, with the tables of the portal.
//! - [`emulator`]: invokes functions behind `cargo lambda watch`.
//! - [`ses`]: a double of SES v2 that stores every mail and can bounce, reject or throttle by address.
//! - [`mapping`]: an emulator of Lambda's event source mapping, from a table's stream to a function.
//! - [`mailbox`]: the mails under `/_dev`, for people and for tests.
//! - [`front`]: the one origin of the browser: the front's files, `/api/` and `/_dev/`.
//! - [`faults`]: faults between the functions and their neighbours, by a plan.
//! - [`tls`]: a self-signed certificate.
//! - [`stack`]: all of them together.
//!
//! Nothing here is ever deployed, and no function depends on it.

pub mod aws;
pub mod clock;
pub mod emulator;
pub mod engine;
pub mod faults;
pub mod front;
pub mod function;
pub mod mailbox;
pub mod mapping;
pub mod problem;
pub mod server;
pub mod ses;
pub mod stack;
pub mod tls;

mod html;
mod json_lines;
mod upstream;
