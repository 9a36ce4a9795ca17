//! Handing requests on to the functions, and their answers back, as the deployed edge does.

use crate::{problem::ProblemPages, upstream::Upstream};
use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use http_body_util::BodyExt as _;
use portal::problem::Kind;
use std::{net::SocketAddr, time::Duration};

/// The largest body handed on. The functions refuse far smaller ones themselves, in their own order.
const MAX_BODY: usize = 1024 * 1024;

/// How much of a body that is too large is read and thrown away, so that its sender gets to see the answer.
const MOST_DISCARDED: usize = 32 * 1024 * 1024;

/// A function that is asked for the first time is built first.
const PATIENCE: Duration = Duration::from_mins(5);

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers that are between two hops only (RFC 9110, 7.6.1), and `Expect`, which is answered here.
const BETWEEN_HOPS: [&str; 10] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The emulator numbers requests with these; one that a browser sent would be taken for its own.
const EMULATOR_PREFIX: &str = "lambda-runtime-";

/// Where requests go.
#[derive(Clone)]
pub(super) struct Target {
    client: Upstream,
    base: String,
    problems: ProblemPages,
}

impl Target {
    /// `base` has no trailing slash; the request's path is put behind it as it is.
    pub(super) fn new(client: Upstream, base: String, problems: ProblemPages) -> Self {
        Self {
            client,
            base,
            problems,
        }
    }
}

/// Hands a request on. Whatever goes wrong on the way is answered with a problem of ours.
pub(super) async fn forward(
    State(target): State<Target>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    match try_forward(&target, peer, request).await {
        Ok(response) => response,
        Err(kind) => target.problems.problem(kind).into_response(),
    }
}

async fn try_forward(target: &Target, peer: SocketAddr, request: Request) -> Result<Response, Kind> {
    let (mut head, body) = request.into_parts();
    let body = read(&head.headers, body).await?;
    if is_text(&head.headers) && std::str::from_utf8(&body).is_err() {
        // The emulator gives up on such a body, where a function would have called it unreadable.
        return Err(Kind::UnreadableRequest);
    }
    readdress(&mut head, &target.base, peer)?;

    let request = Request::from_parts(head, Body::from(body));
    match tokio::time::timeout(PATIENCE, target.client.request(request)).await {
        Ok(Ok(answer)) => accept(answer.map(Body::new)),
        Ok(Err(error)) => {
            tracing::warn!(target = target.base, %error, "the functions cannot be reached");
            Err(Kind::TemporarilyUnavailable)
        }
        Err(_) => {
            tracing::warn!(target = target.base, "the functions did not answer in time");
            Err(Kind::TemporarilyUnavailable)
        }
    }
}

/// Reads the body whole: a function gets it whole.
async fn read(headers: &HeaderMap, mut body: Body) -> Result<Bytes, Kind> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(MAX_BODY));
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Kind::UnreadableRequest)?;
        let Some(data) = frame.data_ref() else { continue };
        length = length.saturating_add(data.len());
        if length <= MAX_BODY {
            bytes.extend_from_slice(data);
        } else if length > MOST_DISCARDED {
            break;
        }
    }
    if length > MAX_BODY {
        Err(Kind::TooLarge)
    } else {
        Ok(bytes.into())
    }
}

/// What the emulator hands to a function as text, and so has to be text.
fn is_text(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_none_or(|kind| {
        kind.to_str()
            .is_ok_and(|kind| kind.starts_with("text/") || kind.starts_with("application/json"))
    })
}

/// Turns the request to the target. Cookies, origin and keys stay as they came.
fn readdress(head: &mut Parts, base: &str, peer: SocketAddr) -> Result<(), Kind> {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = format!("{base}{path}")
        .parse::<Uri>()
        .map_err(|_| Kind::NotFound)?;
    head.version = axum::http::Version::HTTP_11;
    head.extensions.clear();

    drop_hop_headers(&mut head.headers);
    // The client writes its own of these two: the one from the address, the other from the body.
    head.headers.remove(header::HOST);
    head.headers.remove(header::CONTENT_LENGTH);
    drop_emulator_headers(&mut head.headers);
    forwarded_for(&mut head.headers, peer);
    Ok(())
}

/// Adds who asked to whatever the request claims already, as CloudFront does: only the last one is true.
fn forwarded_for(headers: &mut HeaderMap, peer: SocketAddr) {
    let peer = peer.ip().to_canonical().to_string();
    let claimed: Vec<&str> = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let chain = claimed
        .into_iter()
        .chain([peer.as_str()])
        .collect::<Vec<_>>()
        .join(", ");
    if let Ok(chain) = HeaderValue::from_str(&chain) {
        headers.insert(X_FORWARDED_FOR, chain);
    }
}

/// A function's answer goes back as it is; what only the emulator says is said again in our words.
fn accept(answer: Response) -> Result<Response, Kind> {
    let status = answer.status();
    if !is_from_a_function(answer.headers()) {
        if status.is_server_error() {
            tracing::warn!(%status, "a function failed, or could not be started");
            return Err(Kind::TemporarilyUnavailable);
        }
        if status.is_client_error() {
            return Err(Kind::NotFound);
        }
    }
    let (mut head, body) = answer.into_parts();
    drop_hop_headers(&mut head.headers);
    drop_emulator_headers(&mut head.headers);
    head.extensions.clear();
    Ok(Response::from_parts(head, body))
}

/// Functions answer with JSON and say so; the emulator's own answers are plain text, or say nothing.
fn is_from_a_function(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/"))
}

fn drop_emulator_headers(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with(EMULATOR_PREFIX))
        .cloned()
        .collect();
    for name in named {
        headers.remove(name);
    }
}

fn drop_hop_headers(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in BETWEEN_HOPS {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_added_behind_what_the_request_claims() {
        let mut headers = HeaderMap::new();
        headers.append(X_FORWARDED_FOR, HeaderValue::from_static("203.0.113.9"));
        headers.append(X_FORWARDED_FOR, HeaderValue::from_static("198.51.100.1"));
        forwarded_for(&mut headers, "[::ffff:127.0.0.1]:5000".parse().unwrap());
        assert_eq!(headers.get_all(X_FORWARDED_FOR).iter().count(), 1);
        assert_eq!(headers[X_FORWARDED_FOR], "203.0.113.9, 198.51.100.1, 127.0.0.1");
    }

    #[test]
    fn headers_between_two_hops_are_dropped_with_those_that_connection_names() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Private"),
            ("x-private", "1"),
            ("te", "trailers"),
            ("cookie", "a=1"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        drop_hop_headers(&mut headers);
        assert_eq!(
            headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["cookie"]
        );
    }
}
