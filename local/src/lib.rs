//! What AWS would be, on one machine.
//!
//! The binary puts these together for `cargo xtask dev`; tests take the parts they need in process:
//!
//! - [`engine`]: DynamoDB, with the tables of the portal.
//! - [`emulator`]: how functions are invoked, behind `cargo lambda watch`.
//! - [`ses`]: a double of SES v2 that keeps every mail and can bounce, reject or throttle by address.
//! - [`mapping`]: an emulator of Lambda's event source mapping, from a table's stream to a function.
//! - [`mailbox`]: the mails, for people and for tests, under `/_dev`.
//! - [`front`]: the one origin that a browser sees: the front's files, `/api/` and `/_dev/`.
//! - [`faults`]: what breaks between the functions and their neighbours, by a plan.
//! - [`tls`]: a certificate of our own making.
//! - [`stack`]: all of the above, wired.
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
