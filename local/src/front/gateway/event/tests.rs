//! The parts of a request that reach a function, and their form.

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
