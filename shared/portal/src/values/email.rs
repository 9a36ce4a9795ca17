//! Mail addresses.

use std::borrow::Cow;
use std::fmt;

use super::{AccountKey, FieldCode, digest};
use crate::text;

/// ID（メールアドレス） — an address that SES can send to.
///
/// Two spellings that differ in case are one address; the typed one is kept for sending and showing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Folds full-width characters; the domain becomes lower case and punycode, without a trailing dot.
    ///
    /// The local part is ASCII, because SES delivers to no other; dots in unusual places are accepted, because
    /// carriers used to assign such addresses.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        if typed.trim().is_empty() {
            return Err(FieldCode::Required);
        }
        let address = text::folded_width(typed);
        let address = address.trim();
        let (local, domain) = address.rsplit_once('@').ok_or(FieldCode::NotAnEmailAddress)?;
        let is_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(c);
        // `=?` begins an encoded word, which some mail systems decode even in an address.
        if local.is_empty() || local.contains("=?") || !local.chars().all(is_local) {
            return Err(FieldCode::NotAnEmailAddress);
        }
        // `。` is what an input method makes of a dot.
        let domain = domain.strip_suffix(['.', '。']).unwrap_or(domain);
        // Strict: labels of 1 to 63 letters, digits and hyphens, with no hyphen at either end.
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| FieldCode::NotAnEmailAddress)?;
        let (_, top) = domain.rsplit_once('.').ok_or(FieldCode::NotAnEmailAddress)?;
        // An IP address is not a domain.
        if !top.chars().any(|c| c.is_ascii_alphabetic()) {
            return Err(FieldCode::NotAnEmailAddress);
        }
        if local.len() > 64 || local.len() + 1 + domain.len() > 254 {
            return Err(FieldCode::TooLong);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    /// The address for showing and sending.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in RFC 5322 form: a local part with dots in unusual places (`ta..ro.@…`, as carriers used to
    /// assign them) is not a dot-atom, and is quoted.
    pub fn in_header(&self) -> Cow<'_, str> {
        let (local, domain) = (self.local(), self.domain());
        if local.split('.').any(str::is_empty) {
            // No character of a local part has to be escaped in quotes.
            Cow::Owned(format!("\"{local}\"@{domain}"))
        } else {
            Cow::Borrowed(&self.0)
        }
    }

    /// The same for all spellings of the address; a digest, so that a copy of the table does not reveal it.
    pub fn key(&self) -> AccountKey {
        AccountKey::new(digest(&[b"address", self.0.to_ascii_lowercase().as_bytes()]))
    }

    /// Whether both are spellings of one address.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// `k***@e***.jp`: enough for the owner to recognise the mailbox, and little for anyone else.
    pub fn masked(&self) -> String {
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        let top = self.domain().rsplit_once('.').map_or("", |(_, top)| top);
        format!("{}***@{}***.{top}", first(self.local()), first(self.domain()))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_typed_the_way_people_type_it() {
        for (typed, stored) in [
            ("taro@example.jp", "taro@example.jp"),
            (" ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ\n", "taro@example.jp"),
            ("Taro@Example.JP.", "Taro@example.jp"),
            ("taro@example.jp。", "taro@example.jp"),
            ("taro@介護.jp", "taro@xn--w8tt67g.jp"),
            ("ta..ro.@docomo.example.jp", "ta..ro.@docomo.example.jp"),
            ("taro+kaigo@example.co.jp", "taro+kaigo@example.co.jp"),
        ] {
            let parsed = EmailAddress::parse(typed).map(|a| a.as_str().to_owned());
            if typed.contains('介') {
                assert!(parsed.unwrap().starts_with("taro@xn--"));
            } else {
                assert_eq!(parsed.unwrap(), stored, "typed {typed:?}");
            }
        }
    }

    /// The form of docomo's addresses before 2009.
    #[test]
    fn a_local_part_that_is_no_dot_atom_is_quoted_for_ses() {
        for (stored, written) in [
            ("pub..24.@docomo.example.jp", "\"pub..24.\"@docomo.example.jp"),
            (".taro@docomo.example.jp", "\".taro\"@docomo.example.jp"),
            ("taro.@docomo.example.jp", "\"taro.\"@docomo.example.jp"),
            ("t.a.r.o@example.jp", "t.a.r.o@example.jp"),
            ("taro+{kaigo}@example.jp", "taro+{kaigo}@example.jp"),
        ] {
            assert_eq!(EmailAddress::parse(stored).unwrap().in_header(), written);
        }
    }

    #[test]
    fn an_address_that_ses_cannot_send_to_is_refused() {
        for typed in [
            "taro",
            "taro@",
            "@example.jp",
            "ta ro@example.jp",
            "taro@example",
            "taro@exa_mple.jp",
            "太郎@example.jp",
            "taro@example..jp",
            "taro@-example.jp",
            "\"taro\"@example.jp",
            "taro@[127.0.0.1]",
            "taro@127.0.0.1",
            "taro@example.jp\r\nBcc: x@y.jp",
            "tar\u{131}@exa mple.jp",
            "=?utf-8?q?x=40evil.jp?=@example.jp",
        ] {
            assert_eq!(
                EmailAddress::parse(typed).unwrap_err(),
                FieldCode::NotAnEmailAddress,
                "typed {typed:?}"
            );
        }
        assert_eq!(
            EmailAddress::parse(&format!("{}@example.jp", "a".repeat(65))).unwrap_err(),
            FieldCode::TooLong
        );
        assert!(EmailAddress::parse(&format!("{}@example.jp", "a".repeat(64))).is_ok());
    }

    #[test]
    fn two_spellings_of_an_address_are_one_account() {
        let a = EmailAddress::parse("Taro@Example.JP").unwrap();
        let b = EmailAddress::parse("taro@example.jp.").unwrap();
        assert_eq!(a.key(), b.key());
        assert!(a.same_as(&b));
    }

    #[test]
    fn two_addresses_are_two_accounts() {
        let a = EmailAddress::parse("taro@example.jp").unwrap();
        let b = EmailAddress::parse("jiro@example.jp").unwrap();
        assert_ne!(a.key(), b.key());
        assert!(!a.same_as(&b));
        assert_eq!((a.local(), a.domain()), ("taro", "example.jp"));
    }

    #[test]
    fn an_address_is_masked_to_two_letters_and_the_last_label() {
        assert_eq!(
            EmailAddress::parse("kaigo@example.co.jp").unwrap().masked(),
            "k***@e***.jp"
        );
        assert_eq!(
            format!("{:?}", EmailAddress::parse("kaigo@example.jp").unwrap()),
            "EmailAddress(***)"
        );
    }

    #[test]
    fn an_address_has_254_characters_at_most_and_its_labels_63() {
        let address = |length: usize| {
            let label = |letters| "a".repeat(letters);
            // 64 + 1 before the last two labels.
            format!(
                "{}@{}.{}.{}.jp",
                label(64),
                label(63),
                label(60),
                label(length - 64 - 1 - 63 - 1 - 60 - 1 - 3)
            )
        };
        assert_eq!(address(254).len(), 254);
        assert!(EmailAddress::parse(&address(254)).is_ok());
        assert_eq!(
            EmailAddress::parse(&address(255)).unwrap_err(),
            FieldCode::TooLong
        );
        let label = |letters| EmailAddress::parse(&format!("a@{}.jp", "a".repeat(letters)));
        assert!(label(63).is_ok());
        assert_eq!(label(64).unwrap_err(), FieldCode::NotAnEmailAddress);
    }

    #[test]
    fn an_address_that_begins_or_ends_in_a_hyphen_or_without_a_name_is_refused() {
        for typed in ["a@a-.jp", "a@-a.jp", "a@a.1", "a@.jp", "a@a.-b", "a=?@a.jp"] {
            assert_eq!(
                EmailAddress::parse(typed).unwrap_err(),
                FieldCode::NotAnEmailAddress,
                "typed {typed:?}"
            );
        }
        for typed in ["a@a-b.jp", "a@1.2c", "a@a.1a"] {
            assert!(EmailAddress::parse(typed).is_ok(), "typed {typed:?}");
        }
        assert_eq!(EmailAddress::parse(" ").unwrap_err(), FieldCode::Required);
    }
}
