//! What holds for whatever reaches the portal from outside: requests, items, events, answers, mails.
//!
//! The tests try these laws on drawn input and on the corpus, the fuzz targets on whatever reaches a line of code that
//! nothing reached before.

pub(crate) mod claims;
pub(crate) mod doubles;
pub(crate) mod edge;
pub(crate) mod events;
pub(crate) mod items;
pub(crate) mod mail;
