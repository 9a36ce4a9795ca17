//! The HTTP client towards the functions.

use axum::body::Body;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Speaks plain HTTP/1.1 and adds nothing of its own, so that what the browser sent is what a function sees.
pub(crate) type Upstream = Client<HttpConnector, Body>;

/// A client with a pool of its own.
pub(crate) fn client() -> Upstream {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}
