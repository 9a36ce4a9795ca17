//! Journeys in the manual's words: the real handlers, the real SDK, the embedded engine, a clock that the test sets.

// A journey is one long future of many steps.
#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod abuse;
mod address_change;
mod already_registered;
mod attacks;
mod audit;
mod capacity;
mod certificates;
mod claims;
mod claims_on_an_address;
mod client_certificates;
mod completed;
mod confirm;
mod desk;
mod devices;
mod edge;
mod gate;
mod golden;
mod happy;
mod inquiry;
mod inquiry_form;
mod inquiry_handling;
mod login;
mod login_otp;
mod lost;
mod mail;
mod members;
mod my_page;
mod new_password;
mod notices;
mod otp;
mod own_account;
mod password_reset;
mod profile;
mod progress;
mod refusals;
mod roles;
mod security_code;
mod sessions;
mod tabs;
mod take_over;
mod waits;
