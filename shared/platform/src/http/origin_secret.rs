//! The origin secret: CloudFront sends it, so a request that has it came through CloudFront and its firewall.
//!
//! Only then is the viewer's address believed, which CloudFront overwrites in every request (`docs/api.md` 1, abuse
//! case P12). Two values are valid at a time, so that the secret can be rotated without refused requests
//! (`infra/README.md`).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lambda_http::http::HeaderMap;
use sha2::{Digest as _, Sha256};

/// The header with the origin secret.
pub const ORIGIN_SECRET: &str = "x-origin-secret";

/// The header in which CloudFront reports the viewer's address and port.
const VIEWER_ADDRESS: &str = "cloudfront-viewer-address";

/// The SHA-256 digests of the valid origin secrets, as 64 lower-case hexadecimal digits each. None: the function may be
/// called directly, as on a developer's machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OriginSecrets(Arc<[[u8; 32]]>);

/// How a request reached the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Directly, which is allowed here.
    Direct,
    /// Through CloudFront.
    Edge,
    /// Around CloudFront, although it has to come through it.
    Around,
}

impl OriginSecrets {
    /// The digests in this list, separated by commas; `None` if one is malformed.
    pub fn read(list: &str) -> Option<Self> {
        let digests = list.split(',').map(|digest| octets(digest.trim()));
        Some(Self(digests.collect::<Option<Vec<_>>>()?.into()))
    }

    /// How a request with these headers reached the function. A repeated header counts as a wrong one.
    pub fn entry(&self, headers: &HeaderMap) -> Entry {
        if self.0.is_empty() {
            return Entry::Direct;
        }
        // Digests are compared, so the time of the comparison tells nothing about the secret.
        let is_valid =
            only(headers, ORIGIN_SECRET).is_some_and(|sent| self.0.contains(&Sha256::digest(sent).into()));
        if is_valid { Entry::Edge } else { Entry::Around }
    }
}

/// The octets of a digest.
fn octets(digest: &str) -> Option<[u8; 32]> {
    let is_hexadecimal = |c: u8| c.is_ascii_digit() || matches!(c, b'a'..=b'f');
    if digest.len() != 64 || !digest.bytes().all(is_hexadecimal) {
        return None;
    }
    let mut octets = [0; 32];
    for (at, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(digest.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(octets)
}

/// The viewer's address as CloudFront reports it: `198.51.100.10:46532`, or `2001:db8::1:46532` without brackets.
pub(super) fn viewer_address(headers: &HeaderMap) -> Option<IpAddr> {
    let reported = std::str::from_utf8(only(headers, VIEWER_ADDRESS)?).ok()?;
    if let Ok(bracketed) = reported.parse::<SocketAddr>() {
        return Some(bracketed.ip());
    }
    let (address, port) = reported.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    address.parse().ok()
}

/// The value of a header that is sent once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `printf %s current | sha256sum` prints.
    const CURRENT: &str = "97b0560280ed60a5a1eaa1bc45492543c8a986ad5a25b468c427eb83c3e88191";
    /// What `printf %s next | sha256sum` prints.
    const NEXT: &str = "c6c1c9a9c8543f1e4cd980064cf1625eeb61a90703b2464fff039f21682508b3";

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in all {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn either_of_two_secrets_opens_and_nothing_else() {
        let list = format!("{CURRENT}, {NEXT}");
        let secrets = OriginSecrets::read(&list).unwrap();
        let entry = |all: &[_]| secrets.entry(&headers(all));
        assert_eq!(entry(&[(ORIGIN_SECRET, "current")]), Entry::Edge);
        assert_eq!(entry(&[(ORIGIN_SECRET, "next")]), Entry::Edge);
        assert_eq!(entry(&[(ORIGIN_SECRET, "before")]), Entry::Around);
        assert_eq!(entry(&[(ORIGIN_SECRET, "")]), Entry::Around);
        assert_eq!(entry(&[]), Entry::Around);
        let twice = [(ORIGIN_SECRET, "current"), (ORIGIN_SECRET, "current")];
        assert_eq!(entry(&twice), Entry::Around);
        assert_eq!(
            entry(&[(ORIGIN_SECRET, CURRENT)]),
            Entry::Around,
            "a digest is not the secret"
        );
    }

    #[test]
    fn without_a_secret_a_function_may_be_called_directly() {
        let open = OriginSecrets::default();
        assert_eq!(open.entry(&headers(&[(ORIGIN_SECRET, "any")])), Entry::Direct);
    }

    #[test]
    fn a_malformed_list_is_refused() {
        for list in [
            "",
            "current",
            &CURRENT[1..],
            &CURRENT.to_uppercase(),
            &format!("{CURRENT},"),
        ] {
            assert_eq!(OriginSecrets::read(list), None, "{list}");
        }
        assert!(OriginSecrets::read(CURRENT).is_some());
    }

    #[test]
    fn the_viewers_address_is_read_without_its_port() {
        for (reported, address) in [
            ("198.51.100.10:46532", Some("198.51.100.10")),
            ("2001:db8::1:46532", Some("2001:db8::1")),
            (
                "2001:0db8:85a3:0:0:8a2e:0370:7334:443",
                Some("2001:db8:85a3::8a2e:370:7334"),
            ),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("198.51.100.10", None),
            ("198.51.100.10:", None),
            ("198.51.100.10:99999", None),
            ("viewer:443", None),
            ("", None),
        ] {
            assert_eq!(
                viewer_address(&headers(&[(VIEWER_ADDRESS, reported)])),
                address.map(|address| address.parse().unwrap()),
                "{reported}"
            );
        }
        let twice = [(VIEWER_ADDRESS, "192.0.2.1:1"), (VIEWER_ADDRESS, "192.0.2.2:1")];
        assert_eq!(viewer_address(&headers(&twice)), None);
    }
}
