//! A double of SES v2: it answers the real SDK, keeps every mail, and does to each address what it was told.

mod address;
mod api;
mod event;
mod postbox;
mod send;

pub use address::fold;
pub use postbox::{Mail, Outcome, Postbox, PostboxOptions};

use crate::server::Server;
use std::io;
use tokio::net::TcpListener;

/// Serves the SES v2 API on `listener`; `postbox` is what it works on.
pub fn serve(listener: TcpListener, postbox: Postbox) -> io::Result<Server> {
    Server::start(listener, api::router(postbox))
}
