//! A double of SES v2: it answers the real SDK, stores every mail, and applies the outcome that is set for each
//! address.

mod address;
mod api;
mod event;
mod postbox;
mod send;

pub use address::fold;
pub use postbox::{Mail, MailOutcome, Postbox, PostboxOptions};

use crate::server::Server;
use std::io;
use tokio::net::TcpListener;

/// Serves the SES v2 API of `postbox` on `listener`.
pub fn serve(listener: TcpListener, postbox: Postbox) -> io::Result<Server> {
    Server::start(listener, api::router(postbox))
}
