//! Identifiers in the shapes that AWS and the contract use.

/// A random UUID (version 4), as `EventBridge` and API Gateway number things.
pub(crate) fn uuid() -> String {
    let mut bytes = random_bytes();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut id = hex(&bytes);
    for dash in [20, 16, 12, 8] {
        id.insert(dash, '-');
    }
    id
}

/// A message id as SES gives one: the time in hexadecimal, a UUID-like part and a counter that stays zero.
pub(crate) fn message_id(unix_milliseconds: i64) -> String {
    format!("{unix_milliseconds:016x}-{}-000000", uuid())
}

#[expect(
    clippy::disallowed_methods,
    reason = "names for local mails and requests, nothing that is guessed at"
)]
fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without an entropy source nothing else on the machine works either; these ids are names, not secrets.
        tracing::warn!("the operating system gave no randomness: ids repeat");
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_begins_with_its_time_and_never_repeats() {
        let id = message_id(1_775_001_600_000);
        assert!(id.starts_with("0000019d46570000-"), "{id}");
        assert!(id.ends_with("-000000"));
        assert_ne!(id, message_id(1_775_001_600_000));
    }

    #[test]
    fn a_uuid_says_that_it_is_random() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(id.chars().nth(14), Some('4'));
    }
}
