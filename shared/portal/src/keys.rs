//! 鍵束 — the keys from which codes, initial passwords and peppers are derived.

use std::collections::BTreeMap;
use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The name of a key of the ring; stored with everything that is derived with the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// A name from storage or configuration.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ring does not hold the named key: it was removed while something still depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownKey(pub KeyId);

/// All valid keys, and the current one, which is used for new derivations.
///
/// A ring may hold two versions, so that a key is replaced without downtime: add the new one, make it current, and
/// remove the old one once nothing depends on it.
pub struct KeyRing {
    current: KeyId,
    keys: BTreeMap<KeyId, Zeroizing<Vec<u8>>>,
}

/// The minimum length of a key: 256 bits.
pub const KEY_OCTETS: usize = 32;

impl KeyRing {
    /// A ring of `keys` with this `current` one; `None` if that is missing or a key has less than 256 bits.
    pub fn new(current: KeyId, keys: BTreeMap<KeyId, Zeroizing<Vec<u8>>>) -> Option<Self> {
        let sound = keys.contains_key(&current) && keys.values().all(|key| key.len() >= KEY_OCTETS);
        sound.then_some(Self { current, keys })
    }

    /// The key for new derivations.
    pub fn current(&self) -> &KeyId {
        &self.current
    }

    /// 32 octets for one purpose: HKDF-SHA-256 (RFC 5869) over the purpose's parts.
    pub fn derive(&self, key: &KeyId, purpose: &[&str]) -> Result<Zeroizing<[u8; 32]>, UnknownKey> {
        let secret = self.keys.get(key).ok_or_else(|| UnknownKey(key.clone()))?;
        let mut info = Vec::new();
        for part in purpose {
            info.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            info.extend(part.as_bytes());
        }
        let mut out = Zeroizing::new([0_u8; 32]);
        // Expanding to 32 octets is always possible (RFC 5869 allows 8,160); a failure would leave zeros, so it is an error.
        Hkdf::<Sha256>::new(Some(b"portal/v1"), secret)
            .expand(&info, out.as_mut())
            .map_err(|_| UnknownKey(key.clone()))?;
        Ok(out)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn ring() -> KeyRing {
        let keys =
            [("k1", 1_u8), ("k2", 2)].map(|(id, octet)| (KeyId::new(id), Zeroizing::new(vec![octet; 32])));
        KeyRing::new(KeyId::new("k1"), keys.into()).unwrap()
    }

    #[test]
    fn each_purpose_and_each_key_gives_its_own_secret() {
        let ring = ring();
        let a = ring.derive(&KeyId::new("k1"), &["otp", "ab", "c"]).unwrap();
        let b = ring.derive(&KeyId::new("k1"), &["otp", "a", "bc"]).unwrap();
        let c = ring.derive(&KeyId::new("k2"), &["otp", "ab", "c"]).unwrap();
        assert_ne!(a, b);
        assert_ne!(a, c);
        assert!(ring.derive(&KeyId::new("k3"), &["otp"]).is_err());
    }

    #[test]
    fn a_ring_needs_its_current_key_and_keys_of_256_bits() {
        assert!(KeyRing::new(KeyId::new("k1"), BTreeMap::new()).is_none());
        let short = [(KeyId::new("k1"), Zeroizing::new(vec![1; 31]))].into();
        assert!(KeyRing::new(KeyId::new("k1"), short).is_none());
        let long_enough = [(KeyId::new("k1"), Zeroizing::new(vec![1; 32]))].into();
        assert!(KeyRing::new(KeyId::new("k1"), long_enough).is_some());
    }

    #[test]
    fn a_ring_cannot_be_printed() {
        assert_eq!(KeyId::new("k1").as_str(), "k1");
        assert_eq!(ring().current(), &KeyId::new("k1"));
        assert_eq!(format!("{:?}", ring()), r#"KeyRing { current: KeyId("k1"), .. }"#);
    }
}
