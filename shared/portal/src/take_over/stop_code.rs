//! 停止コード — stops a take-over without a log-in; derived like an initial password, not stored.

use crate::initial_password::mailed_secret;
use crate::keys::{KeyId, KeyRing, UnknownKey};
use crate::secret::Secret;
use crate::values::OfficeNumber;

/// The inputs of a stop code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StopCode {
    /// The key of the ring.
    pub key: KeyId,
    /// Random; drawn when the take-over is asked for.
    pub nonce: String,
}

impl StopCode {
    /// The code: formed like an initial password.
    pub fn code(&self, ring: &KeyRing, office: &OfficeNumber) -> Result<Secret, UnknownKey> {
        mailed_secret(ring, &self.key, &["stop-code", office.as_str(), &self.nonce])
    }

    /// Whether this is the code, as typed or pasted from the mail: white space around it is removed. Compared in
    /// constant time.
    pub fn is_code(&self, ring: &KeyRing, office: &OfficeNumber, typed: &Secret) -> Result<bool, UnknownKey> {
        let typed = Secret::new(typed.expose().trim().to_owned());
        Ok(self.code(ring, office)?.same_as(&typed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::ring;
    use crate::samples::office;

    fn source(nonce: &str) -> StopCode {
        StopCode {
            key: KeyId::new("k1"),
            nonce: nonce.to_owned(),
        }
    }

    #[test]
    fn a_stop_code_is_formed_like_an_initial_password_and_another_one_for_each_take_over() {
        let code = |nonce| source(nonce).code(&ring(), &office().number).unwrap();
        assert_eq!(code("a").expose().len(), 20);
        assert!(
            code("a")
                .expose()
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        );
        assert!(!code("a").same_as(&code("b")));
        let other = OfficeNumber::parse("1379901019").unwrap();
        assert!(!source("a").code(&ring(), &other).unwrap().same_as(&code("a")));
    }

    #[test]
    fn white_space_around_a_stop_code_is_removed_and_nothing_else_is_forgiven() {
        let number = office().number;
        let code = source("a").code(&ring(), &number).unwrap();
        let is = |typed: String| {
            source("a")
                .is_code(&ring(), &number, &Secret::new(typed))
                .unwrap()
        };
        assert!(is(code.expose().to_owned()));
        assert!(is(format!("\u{3000}{}\n", code.expose())));
        assert!(!is(code.expose().to_uppercase()));
        assert!(!is(String::new()));
    }
}
