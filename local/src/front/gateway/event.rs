//! The event of an HTTP request, in API Gateway's payload format 2.0.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts, uri::Authority};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use uuid::Uuid;

/// Names the source network of a request; read only here.
const DEV_NETWORK: HeaderName = HeaderName::from_static("dev-network");

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The API's own domain. As deployed, the edge does not forward the browser's `Host`.
const DOMAIN: &str = "localhost";

/// Hop-by-hop headers (RFC 9110, 7.6.1), `Expect`, which is answered here, and headers that have another place in the
/// event or that API Gateway writes itself.
const NOT_HANDED_ON: [&str; 15] = [
    "connection",
    "cookie",
    "dev-network",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
];

/// Characters that must be escaped in a query (RFC 3986, 3.4); a percent sign is kept.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The source network of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network(IpAddr);

impl Network {
    /// The network of `Dev-Network`, or the peer's; `None` if the header is not one address. Both loop-back addresses
    /// are one network.
    pub(super) fn of(headers: &HeaderMap, peer: SocketAddr) -> Option<Self> {
        let mut named = headers.get_all(DEV_NETWORK).iter();
        let address = match (named.next(), named.next()) {
            (None, _) => {
                let peer = peer.ip().to_canonical();
                let local = peer.is_loopback();
                if local {
                    IpAddr::V4(Ipv4Addr::LOCALHOST)
                } else {
                    peer
                }
            }
            (Some(named), None) => named.to_str().ok()?.trim().parse().ok()?,
            (Some(_), Some(_)) => return None,
        };
        Some(Self(address))
    }
}

/// The event; `None` for a request that API Gateway would refuse because its `Host` is invalid.
pub(super) fn of(head: &Parts, body: &[u8], network: Network, scheme: &str) -> Option<Value> {
    host(head)?;
    let Network(source) = network;
    let path = encoded(head.uri.path());
    let query = encoded(head.uri.query().unwrap_or_default());
    let now = now();
    let text = |name: &HeaderName| head.headers.get(name).map(text);
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(head, body.len(), source, scheme),
        "requestContext": {
            "accountId": crate::aws::ACCOUNT,
            "apiId": "local",
            "domainName": DOMAIN,
            "domainPrefix": "local",
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", head.version),
                "sourceIp": source.to_string(),
                "userAgent": text(&header::USER_AGENT).unwrap_or_default(),
            },
            "requestId": Uuid::new_v4().to_string(),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if let Some(event) = event.as_object_mut() {
        let cookies = cookies(&head.headers);
        if !cookies.is_empty() {
            event.insert("cookies".to_owned(), json!(cookies));
        }
        if !body.is_empty() {
            let (body, encoded) = content(&head.headers, body);
            event.insert("body".to_owned(), body.into());
            event.insert("isBase64Encoded".to_owned(), encoded.into());
        }
    }
    Some(event)
}

/// The one host that the request names.
fn host(head: &Parts) -> Option<Authority> {
    let mut named = head.headers.get_all(header::HOST).iter();
    let host = match (named.next(), named.next(), head.uri.authority()) {
        // HTTP/2 names it in the address.
        (None, _, Some(authority)) => authority.clone(),
        (Some(host), None, _) => Authority::try_from(host.as_bytes()).ok()?,
        _ => return None,
    };
    let is_one = !host.as_str().contains('@') && name_is_one(host.host()) && port_is_one(&host);
    is_one.then_some(host)
}

/// A name of letters, digits, hyphens, underscores and dots, or an IP address.
fn name_is_one(name: &str) -> bool {
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    }
}

fn port_is_one(host: &Authority) -> bool {
    match host.as_str().rsplit_once(':') {
        Some((before, port)) if !before.is_empty() && !port.ends_with(']') => port.parse::<u16>().is_ok(),
        _ => true,
    }
}

/// Lower-case names; values of one name joined by commas.
fn headers(head: &Parts, length: usize, source: IpAddr, scheme: &str) -> Map<String, Value> {
    let between_hops: Vec<String> = head
        .headers
        .get_all(header::CONNECTION)
        .iter()
        .map(text)
        .flat_map(|names| {
            names
                .split(',')
                .map(|name| name.trim().to_ascii_lowercase())
                .collect::<Vec<_>>()
        })
        .collect();
    let mut headers = Map::new();
    for name in head.headers.keys() {
        let known = name.as_str();
        if NOT_HANDED_ON.contains(&known) || between_hops.iter().any(|between| between == known) {
            continue;
        }
        headers.insert(known.to_owned(), joined(&head.headers, name).into());
    }
    let claimed = joined(&head.headers, &X_FORWARDED_FOR);
    // Only the last address is true.
    let chain = if claimed.is_empty() {
        source.to_string()
    } else {
        format!("{claimed},{source}")
    };
    for (name, value) in [
        ("host", DOMAIN.to_owned()),
        ("content-length", length.to_string()),
        ("x-forwarded-for", chain),
        ("x-forwarded-proto", scheme.to_owned()),
        (
            "x-forwarded-port",
            if scheme == "https" { "443" } else { "80" }.to_owned(),
        ),
    ] {
        headers.insert(name.to_owned(), value.into());
    }
    headers
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    headers
        .get_all(name)
        .iter()
        .map(text)
        .collect::<Vec<_>>()
        .join(",")
}

/// A value as text: UTF-8 if it is, else one character for each byte.
fn text(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

/// The pairs of all `Cookie` lines.
fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .map(text)
        .flat_map(|line| {
            line.split(';')
                .map(|pair| pair.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|pair| !pair.is_empty())
        .collect()
}

/// The body as text, if it is declared as text and is UTF-8; else in base64.
fn content(headers: &HeaderMap, body: &[u8]) -> (String, bool) {
    let says_text = headers.get(header::CONTENT_TYPE).is_none_or(|kind| {
        kind.to_str()
            .is_ok_and(|kind| kind.starts_with("text/") || kind.starts_with("application/json"))
    });
    match std::str::from_utf8(body) {
        Ok(text) if says_text => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}

fn encoded(part: &str) -> String {
    utf8_percent_encode(part, QUERY).to_string()
}

#[expect(
    clippy::disallowed_methods,
    reason = "when a request arrives is no decision of the product"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests;
