//! Text that must reach no log, item or response.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A password or code as a person typed it.
///
/// Cannot be printed, cloned by accident or serialised; its memory is wiped. Compares in constant time.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one place that must send or hash it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both are the same text, in constant time.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_cannot_be_printed() {
        assert_eq!(format!("{:?}", Secret::new("canary".to_owned())), "Secret(***)");
    }

    #[test]
    fn two_secrets_are_the_same_where_their_text_is() {
        let same = |a: &str, b: &str| Secret::new(a.to_owned()).same_as(&Secret::new(b.to_owned()));
        assert!(same("canary", "canary"));
        assert!(!same("canary", "canard"));
        assert!(!same("canary", "canary "));
        assert_eq!(Secret::new("canary".to_owned()).expose(), "canary");
    }
}
