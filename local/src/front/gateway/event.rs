//! The event of an HTTP request, in API Gateway's payload format 2.0.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts, uri::Authority};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use uuid::Uuid;

/// Names the network from which a request comes; read here and nowhere else.
const DEV_NETWORK: HeaderName = HeaderName::from_static("dev-network");

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The API's own domain. As deployed, the edge does not hand the browser's `Host` on.
const DOMAIN: &str = "localhost";

/// Headers between two hops (RFC 9110, 7.6.1), `Expect`, which is answered here, and those that have another place in
/// the event or that API Gateway writes itself.
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

/// What may not stand in a query as it is (RFC 3986, 3.4); a percent sign is left alone.
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

/// The network from which a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network(IpAddr);

impl Network {
    /// The one that `Dev-Network` names, or the peer's; nothing if the header is not one address. Both loop-back
    /// addresses are one network.
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

/// The event; nothing for a request that API Gateway would refuse itself, for its `Host` is not one.
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
    // Only the last one is true.
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

/// The body as text, if it says that it is text and is; else in base64.
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
mod tests {
    use super::*;
    use axum::http::Request;

    const PEER: &str = "127.0.0.1:50000";

    fn head(request: axum::http::request::Builder) -> Parts {
        request.body(()).unwrap().into_parts().0
    }

    fn event(request: axum::http::request::Builder) -> Option<Value> {
        let head = head(request);
        let network = Network::of(&head.headers, PEER.parse().unwrap())?;
        of(&head, b"", network, "http")
    }

    fn get(uri: &str) -> axum::http::request::Builder {
        Request::get(uri).header("host", "localhost:8080")
    }

    #[test]
    fn a_host_that_is_not_one_is_refused() {
        for host in [
            "localhost",
            "localhost:8080",
            "[::1]:8080",
            "127.0.0.1",
            "portal.example.jp",
        ] {
            assert!(event(Request::get("/").header("host", host)).is_some(), "{host}");
        }
        for host in [
            "",
            "a b",
            "a,b",
            "user@localhost",
            "localhost:99999",
            "localhost:",
            "[::1",
            "介護",
        ] {
            assert!(event(Request::get("/").header("host", host)).is_none(), "{host}");
        }
        assert!(event(Request::get("/")).is_none());
        assert!(
            event(get("/").header("host", "localhost:8080")).is_none(),
            "twice"
        );
    }

    #[test]
    fn what_the_browser_says_of_protocol_and_host_does_not_reach_the_function() {
        let request = get("/api/v1/terms")
            .header("x-forwarded-proto", "https, http")
            .header("x-forwarded-port", "x")
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-forwarded-for", "198.51.100.1");
        let headers = event(request).unwrap()["headers"].clone();
        assert_eq!(headers["x-forwarded-proto"], "http");
        assert_eq!(headers["x-forwarded-port"], "80");
        assert_eq!(headers["host"], DOMAIN);
        assert_eq!(headers["x-forwarded-for"], "203.0.113.9,198.51.100.1,127.0.0.1");
    }

    #[test]
    fn a_query_is_handed_on_in_characters_that_an_address_may_have() {
        let of = |uri: &str| event(get(uri)).unwrap()["rawQueryString"].clone();
        assert_eq!(of("/?a=%E4%BB%8B&b=1"), "a=%E4%BB%8B&b=1");
        assert_eq!(of("/?a={}|^`\\"), "a=%7B%7D%7C%5E%60%5C");
        assert_eq!(of("/?a=‹"), "a=%E2%80%B9");
        assert_eq!(of("/"), "");
    }

    #[test]
    fn headers_between_two_hops_are_dropped_with_those_that_connection_names() {
        let request = get("/")
            .header("connection", "close, X-Private")
            .header("x-private", "1")
            .header("te", "trailers")
            .header("Accept-Language", "ja")
            .header("accept-language", "en");
        let headers = event(request).unwrap()["headers"].clone();
        assert_eq!(headers["accept-language"], "ja,en");
        for gone in ["connection", "x-private", "te"] {
            assert!(headers.get(gone).is_none(), "{gone}");
        }
    }

    #[test]
    fn cookies_have_a_place_of_their_own_whatever_is_in_them() {
        let mut request = get("/").header("cookie", "a=1; __Host-session=x;b=\"2\"");
        let odd = HeaderValue::from_bytes("visitor=介護".as_bytes()).unwrap();
        request = request.header("cookie", odd);
        let odd = HeaderValue::from_bytes(&[b'c', b'=', 0xff]).unwrap();
        let event = event(request.header("cookie", odd)).unwrap();
        assert_eq!(
            event["cookies"],
            json!(["a=1", "__Host-session=x", "b=\"2\"", "visitor=介護", "c=\u{ff}"])
        );
        assert!(event["headers"].get("cookie").is_none());
    }

    #[test]
    fn dev_network_names_the_network_and_goes_no_further() {
        let source = |request: axum::http::request::Builder| {
            let event = event(request)?;
            assert!(event["headers"].get("dev-network").is_none());
            Some(event["requestContext"]["http"]["sourceIp"].clone())
        };
        assert_eq!(source(get("/")).unwrap(), "127.0.0.1");
        assert_eq!(
            source(get("/").header("dev-network", "203.0.113.9")).unwrap(),
            "203.0.113.9"
        );
        assert_eq!(
            source(get("/").header("Dev-Network", " 2001:db8::1 ")).unwrap(),
            "2001:db8::1"
        );
        for odd in ["", "203.0.113.9, 203.0.113.10", "203.0.113.0/24", "office"] {
            assert!(source(get("/").header("dev-network", odd)).is_none(), "{odd}");
        }
        let twice = get("/").header("dev-network", "::1").header("dev-network", "::1");
        assert!(source(twice).is_none());
        let peers = ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"];
        let networks = peers.map(|peer| Network::of(&HeaderMap::new(), peer.parse().unwrap()).unwrap());
        assert_eq!(networks, [networks[0]; 3]);
    }

    #[test]
    fn a_body_is_text_if_it_says_so_and_is() {
        let of = |kind: &'static str, body: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            content(&headers, body)
        };
        assert_eq!(of("application/json", b"{}"), ("{}".to_owned(), false));
        assert_eq!(of("application/json", &[b'{', 0xff]), ("e/8=".to_owned(), true));
        assert_eq!(of("image/png", b"{}"), ("e30=".to_owned(), true));
    }
}
