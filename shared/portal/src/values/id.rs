//! Identifiers: digests of what a browser holds, and random ids.

use sha2::{Digest, Sha256};

use super::OfficeNumber;
use crate::keys::{KeyRing, UnknownKey};

/// URL-safe Base64 of a SHA-256: an identifier for what the table must not contain.
pub fn digest(parts: &[&[u8]]) -> String {
    use base64::Engine as _;
    let mut hash = Sha256::new();
    for part in parts {
        // Each part is preceded by its length, so that different lists of parts give different digests.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.finalize())
}

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// An id that was drawn, or comes from storage.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

opaque! {
    /// The identifier of a flow: the digest of its cookie, so that a copy of the table grants no access.
    FlowId;
    /// The identifier of a session: the digest of its cookie.
    SessionId;
    /// 利用者 — the identifier of a member; random, so that it reveals nothing.
    MemberId;
    /// The identifier of a device of a member: a digest of the device's cookie and the member's id.
    DeviceId;
    /// The identifier of a challenge; random, and the salt of its codes.
    ChallengeId;
    /// The digest of an Idempotency-Key.
    RequestKey;
    /// The digest of a request's body, by which a repetition is known.
    BodyDigest;
    /// The digest of a profile, which 「登録する」 names.
    Draft;
    /// The identifier of an account: the digest of its address.
    AccountKey;
    /// The identifier of a network in one record: a short keyed hash, so that a copy of the table reveals no IP
    /// address.
    NetworkTag;
    /// The identifier of an address in the record of one office: a short digest.
    AddressTag;
    /// The identifier of a letter; random, so that it reveals nothing.
    LetterId;
    /// 担当者 — the identifier of an operator at the desk: as AWS names the role's session, or locally by name.
    OperatorId;
    /// The identifier of a request in the record of an address: a short digest of its key.
    RequestTag;
    /// A day in Japan on which take-overs open: `2026-04-01`.
    AgendaDay;
}

impl FlowId {
    /// The flow of this cookie.
    pub fn of_cookie(cookie: &str) -> Self {
        Self(digest(&[b"flow", cookie.as_bytes()]))
    }
}

/// The public name of a flow, with which a page says which flow it shows (`flow` in progress, the header
/// Portal-Flow): eight characters of `a-z0-9`, not secret. Every start has a new one, because the flow's cookie is
/// new.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FlowName(String);

impl FlowName {
    /// The name of this flow. It grants no access: neither cookie nor id can be computed from it.
    pub fn of(flow: &FlowId) -> Self {
        Self(short_name(b"flow-name", flow))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn short_name(kind: &[u8], flow: &FlowId) -> String {
    let digest = digest(&[kind, flow.as_str().as_bytes()]);
    let sign = |octet: u8| char::from_digit(u32::from(octet) % 36, 36);
    digest.bytes().filter_map(sign).take(8).collect()
}

/// The name by which a page says which session it shows (`session.id` at マイページ, the header Portal-Session), and by
/// which a person names a session to end it: eight characters of `a-z0-9`, no secret. It is that of the log-in which gave
/// the session, so it stays when the session's cookie is renewed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionName(String);

impl SessionName {
    /// The name of the session that this log-in gave. It opens nothing: neither cookie nor id can be found from it.
    pub fn of(flow: &FlowId) -> Self {
        Self(short_name(b"session-name", flow))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SessionId {
    /// The session of this cookie.
    pub fn of_cookie(cookie: &str) -> Self {
        Self(digest(&[b"session", cookie.as_bytes()]))
    }
}

impl DeviceId {
    /// The device of this cookie as this member's: two members never know one device by the same id. The id stays when the
    /// member's address changes.
    pub fn of_cookie(cookie: &str, member: &MemberId) -> Self {
        let mut name = digest(&[b"device", member.as_str().as_bytes(), cookie.as_bytes()]);
        // 132 bits: no collision can be found, and it is small in the account's item.
        name.truncate(22);
        Self(name)
    }
}

impl NetworkTag {
    /// The network in the record of this kind and id: two records never know one network by the same tag.
    ///
    /// It is derived with the ring's current key: when that is replaced, counts by network start again; total counts
    /// do not.
    pub fn derive(keys: &KeyRing, record: [&str; 2], network: &str) -> Result<Self, UnknownKey> {
        use base64::Engine as _;
        let [kind, id] = record;
        let tag = keys.derive(keys.current(), &["network", kind, id, network])?;
        let mut name = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(tag);
        // 66 bits: two networks of one record do not collide by chance.
        name.truncate(11);
        Ok(Self(name))
    }
}

impl RequestKey {
    /// The key within its scope: the same one of another member or for another path is another key.
    #[must_use]
    pub fn within(&self, scope: &[&str]) -> Self {
        let mut parts: Vec<&[u8]> = vec![b"request"];
        parts.extend(scope.iter().map(|part| part.as_bytes()));
        parts.push(self.0.as_bytes());
        Self(digest(&parts))
    }
}

impl RequestTag {
    /// The tag of this request.
    pub fn of(request: &RequestKey) -> Self {
        let mut name = digest(&[b"counted", request.as_str().as_bytes()]);
        // 66 bits: two requests of one record do not collide by chance.
        name.truncate(11);
        Self(name)
    }
}

impl AddressTag {
    /// The address of this account, as this office asked about it: two offices never know one address by the same tag.
    pub fn of(office: &OfficeNumber, address: &AccountKey) -> Self {
        let mut name = digest(&[b"asked", office.as_str().as_bytes(), address.as_str().as_bytes()]);
        // 66 bits: two addresses of one office do not collide by chance.
        name.truncate(11);
        Self(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::ring;

    #[test]
    fn a_network_has_another_tag_in_each_record_and_no_tag_reveals_it() {
        let tag = |id, network| NetworkTag::derive(&ring(), ["CLAIMS", id], network).unwrap();
        let here = tag("KJ1", "192.0.2.1");
        assert_eq!(here.as_str().len(), 11);
        assert_eq!(here, tag("KJ1", "192.0.2.1"));
        assert_ne!(here, tag("KJ1", "192.0.2.2"));
        assert_ne!(here, tag("KJ2", "192.0.2.1"));
    }

    #[test]
    fn an_id_says_what_it_was_made_of() {
        assert_eq!(MemberId::new("m").as_str(), "m");
        assert_eq!(AccountKey::new("a").as_str(), "a");
    }

    #[test]
    fn a_flow_has_a_name_of_eight_small_letters_and_digits_and_no_two_have_the_same() {
        let name = |cookie: String| FlowName::of(&FlowId::of_cookie(&cookie));
        let names: std::collections::HashSet<_> = (0..1_000).map(|n| name(n.to_string())).collect();
        assert_eq!(names.len(), 1_000);
        for name in &names {
            let well_formed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            assert!(name.as_str().len() == 8 && name.as_str().chars().all(well_formed));
        }
    }

    #[test]
    fn a_session_has_a_name_of_the_same_form_that_is_not_its_log_ins() {
        let flow = FlowId::of_cookie("c");
        let name = SessionName::of(&flow);
        assert_eq!(name, SessionName::of(&flow));
        assert_ne!(name.as_str(), FlowName::of(&flow).as_str());
        assert_ne!(name, SessionName::of(&FlowId::of_cookie("d")));
        let well_formed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        assert!(name.as_str().len() == 8 && name.as_str().chars().all(well_formed));
    }

    /// The ids in the table must not change; the expected values were computed independently of this code.
    #[test]
    fn a_cookie_has_another_name_for_each_thing_that_it_opens() {
        assert_eq!(
            digest(&[b"flow", b"c"]),
            "MCYz2MeVfcG0DcBYmk7z0hI7LyM9sp7WuHLf-tmwMO4"
        );
        assert_eq!(
            FlowId::of_cookie("c").as_str(),
            "MCYz2MeVfcG0DcBYmk7z0hI7LyM9sp7WuHLf-tmwMO4"
        );
        assert_eq!(
            SessionId::of_cookie("c").as_str(),
            "GW6LQ0ugg9rxG6LgHqPy770ts-ot4LZU9tvE1o8qVS0"
        );
        let member = MemberId::new("a");
        assert_eq!(
            DeviceId::of_cookie("c", &member).as_str(),
            "aM2EFtPsELvO5zyQDBwaCO"
        );
        let other = MemberId::new("b");
        assert_ne!(
            DeviceId::of_cookie("c", &member),
            DeviceId::of_cookie("c", &other)
        );
    }
}
