//! The HTTP client for the functions.

use axum::body::Body;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Plain HTTP/1.1 without additions, so that a function sees exactly the browser's request.
pub(crate) type Upstream = Client<HttpConnector, Body>;

/// A client with a pool of its own.
pub(crate) fn client() -> Upstream {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}
