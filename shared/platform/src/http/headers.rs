//! What the headers and the context of a request say.

use std::collections::BTreeMap;
use std::net::IpAddr;

use lambda_http::http::HeaderMap;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use portal::account::BrowserKind;
use portal::steps::Cookie;
use portal::values::{RequestKey, digest};

use super::origin_secret::{Entry, viewer_address};
use crate::random::{self, Random};

/// The maximum number of names in the device cookie: at least one for each member of an office with the standard limit,
/// who may share a browser.
pub const MOST_DEVICE_NAMES: usize = 8;

/// The maximum length of a cookie that is read: that of the device cookie.
const LONGEST_COOKIE: usize = MOST_DEVICE_NAMES * (random::COOKIE_LENGTH + 1) - 1;

/// Whether the content type is this one, in UTF-8.
pub(super) fn is_of_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut types = headers.get_all("content-type").iter();
    let (Some(only), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(only) = only.to_str() else { return false };
    let mut parts = only.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some(wanted)
        && parts.all(|parameter| {
            parameter
                .strip_prefix("charset=")
                .is_none_or(|set| matches!(set.trim_matches('"'), "utf-8" | "utf8"))
        })
}

/// The Idempotency-Key: 16 to 64 characters of `A-Z a-z 0-9 _ -`, quoted or bare.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Option<RequestKey> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let (Some(only), None) = (keys.next(), keys.next()) else {
        return None;
    };
    let key = only.to_str().ok()?.trim();
    let key = match key.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => key,
    };
    let well_formed = (16..=64).contains(&key.len())
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    well_formed.then(|| RequestKey::new(digest(&[b"idempotency-key", key.as_bytes()])))
}

/// The kind of browser that the header User-Agent names; of several the first counts.
pub(super) fn browser(headers: &HeaderMap) -> BrowserKind {
    let said = headers.get("user-agent").and_then(|said| said.to_str().ok());
    said.map(BrowserKind::of).unwrap_or_default()
}

/// The header Portal-Flow or Portal-Session; a repeated one names none.
pub(super) fn page_name(headers: &HeaderMap, header: &str) -> Option<String> {
    let mut names = headers.get_all(header).iter();
    let name = names.next()?;
    let only = names.next().is_none();
    Some(
        only.then(|| name.to_str().ok())
            .flatten()
            .unwrap_or_default()
            .to_owned(),
    )
}

/// The portal's cookies, parsed pair by pair and as octets: a malformed pair of another cookie hides none of them. A
/// cookie that is sent twice with different values is ambiguous, and is ignored.
pub(super) fn cookies(headers: &HeaderMap) -> BTreeMap<&'static str, String> {
    let mut found: BTreeMap<&'static str, Option<&[u8]>> = BTreeMap::new();
    let lines = headers.get_all("cookie").iter();
    for pair in lines.flat_map(|line| line.as_bytes().split(|octet| *octet == b';')) {
        let pair = pair.trim_ascii();
        let Some(end) = pair.iter().position(|octet| *octet == b'=') else {
            continue;
        };
        let (name, value) = (pair.get(..end), pair.get(end + 1..));
        let ours = Cookie::ALL
            .into_iter()
            .find(|cookie| name == Some(cookie.name().as_bytes()));
        if let (Some(cookie), Some(value)) = (ours, value) {
            found
                .entry(cookie.name())
                .and_modify(|first| *first = first.filter(|first| *first == value))
                .or_insert(Some(value));
        }
    }
    let value = |value: &[u8]| {
        let text = std::str::from_utf8(value).ok()?;
        (1..=LONGEST_COOKIE)
            .contains(&text.len())
            .then(|| text.to_owned())
    };
    found
        .into_iter()
        .filter_map(|(name, found)| Some((name, value(found?)?)))
        .collect()
}

/// The caller's network: an IPv4 address, or the /64 of an IPv6 address. It is the viewer's as CloudFront reports it, or
/// without CloudFront the gateway's peer; no other header is read.
pub(super) fn network(request: &Request, entry: Entry) -> Option<String> {
    let viewer = (entry == Entry::Edge).then(|| viewer_address(request.headers()));
    let address = viewer.flatten().or_else(|| peer(request))?;
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.octets().to_vec(),
            None => address.octets().iter().take(8).copied().collect(),
        },
    };
    Some(digest(&[b"network", &octets]))
}

/// The address that the gateway sees.
fn peer(request: &Request) -> Option<IpAddr> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return None;
    };
    context.http.source_ip.as_deref()?.parse().ok()
}

/// The request id, never the client's: Lambda's id of the invocation, or a drawn one.
pub(super) fn request_id(request: &Request, random: &Random) -> String {
    let given = request
        .lambda_context_ref()
        .map(|context| context.request_id.clone());
    match given.filter(|id| !id.is_empty()).map_or_else(|| random.id(), Ok) {
        Ok(id) => id,
        Err(fault) => {
            tracing::error!(%fault, "a request has no id of its own");
            "unknown".to_owned()
        }
    }
}
