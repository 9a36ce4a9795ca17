//! The stored form of the key ring: `{"current": "k2", "keys": {"k1": "<Base64>", "k2": "<Base64>"}}`.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use portal::keys::{KeyId, KeyRing, UnknownKey};
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

/// The key ring, as functions share it.
pub type Keys = Arc<KeyRing>;

/// Whether a typed secret is the derived one. A secret whose key is no longer in the ring matches nothing, so that it keeps
/// nobody else out; the log says so, because the right secret is refused until an operator puts the key back.
pub fn matches(compared: Result<bool, UnknownKey>) -> bool {
    compared.unwrap_or_else(|unknown| {
        tracing::error!(key = unknown.0.as_str(), "the key ring does not hold this key");
        false
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ring {
    current: String,
    keys: BTreeMap<String, String>,
}

/// Reads a ring; `None` if it is malformed, has no current key, or has a key of less than 256 bits.
pub fn parse(json: &str) -> Option<KeyRing> {
    let ring: Ring = serde_json::from_str(json).ok()?;
    let mut keys = BTreeMap::new();
    for (id, mut text) in ring.keys {
        let key = base64::engine::general_purpose::STANDARD.decode(&text);
        text.zeroize();
        keys.insert(KeyId::new(id), Zeroizing::new(key.ok()?));
    }
    KeyRing::new(KeyId::new(ring.current), keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_read_whole_or_not_at_all() {
        let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
        let ring = |current: &str, key: &str| format!(r#"{{"current":"{current}","keys":{{"k1":"{key}"}}}}"#);
        assert!(parse(&ring("k1", &key)).is_some());
        assert!(parse(&ring("k2", &key)).is_none());
        assert!(parse(&ring("k1", "c2hvcnQ=")).is_none());
        assert!(parse(&ring("k1", "no base64")).is_none());
        assert!(parse("{}").is_none());
    }
}
