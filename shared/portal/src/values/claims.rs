//! The user id of 電子請求受付システム, and the secrets of that system.

use super::FieldCode;
use crate::secret::Secret;
use crate::text;

/// 電子請求受付システムのユーザID — begins with KJ, 14 characters in practice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimsUserId(String);

impl ClaimsUserId {
    /// Normalises width, case, spaces and hyphens; refuses only what cannot be a user id by its form (`docs/api.md`
    /// 3).
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let id = text::compact(typed).to_ascii_uppercase();
        if id.is_empty() {
            return Err(FieldCode::Required);
        }
        let well_formed =
            id.starts_with("KJ") && id.len() <= 32 && id.chars().all(|c| c.is_ascii_alphanumeric());
        if well_formed {
            Ok(Self(id))
        } else {
            Err(FieldCode::NotAClaimsUserId)
        }
    }

    /// The id as a screen or a mail names it: its beginning, and at most its last four characters.
    pub fn masked(&self) -> String {
        let shown = self.0.len().saturating_sub(2).min(8) / 2;
        format!("KJ***{}", &self.0[self.0.len() - shown..])
    }

    /// The normalised id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A secret of another system, unchanged, because its rules are not known here. Refuses only what cannot have been
/// typed, an invisible character: it would cost a try.
pub fn foreign_secret(typed: &str, longest: usize) -> Result<Secret, FieldCode> {
    if typed.is_empty() {
        Err(FieldCode::Required)
    } else if typed.chars().count() > longest {
        Err(FieldCode::TooLong)
    } else if typed.chars().any(text::hides) {
        Err(FieldCode::ForbiddenCharacter)
    } else {
        Ok(Secret::new(typed.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_masked_to_its_last_characters_never_to_more_than_half() {
        for (id, masked) in [
            ("KJ137990101801", "KJ***1801"),
            ("KJ12345678", "KJ***5678"),
            ("KJ1234567", "KJ***567"),
            ("KJ12", "KJ***2"),
            ("KJ1", "KJ***"),
            ("KJ", "KJ***"),
        ] {
            assert_eq!(ClaimsUserId::parse(id).unwrap().masked(), masked);
        }
    }

    #[test]
    fn a_claims_user_id_may_be_typed_the_way_people_type_it() {
        for typed in [
            "KJ000000000001",
            "ｋｊ０００００００００００１",
            " kj 0000-0000-0001 ",
            "KJ00000000000１",
        ] {
            assert_eq!(
                ClaimsUserId::parse(typed).unwrap().as_str(),
                "KJ000000000001",
                "typed {typed:?}"
            );
        }
    }

    #[test]
    fn only_what_cannot_be_a_claims_user_id_is_refused_by_form() {
        for typed in [
            "1370000001",
            "SJ000000000001",
            "taro@example.jp",
            "KJ00000000000あ",
            &format!("KJ{}", "0".repeat(31)),
        ] {
            assert_eq!(
                ClaimsUserId::parse(typed).unwrap_err(),
                FieldCode::NotAClaimsUserId,
                "typed {typed:?}"
            );
        }
        for typed in ["KJ1", "KJ", "KJABCDEFGHIJKLMN"] {
            assert!(ClaimsUserId::parse(typed).is_ok(), "typed {typed:?}");
        }
        assert_eq!(ClaimsUserId::parse(" 　").unwrap_err(), FieldCode::Required);
    }

    #[test]
    fn a_claims_user_id_has_32_characters_at_most() {
        assert!(ClaimsUserId::parse(&format!("KJ{}", "0".repeat(30))).is_ok());
        assert!(ClaimsUserId::parse(&format!("KJ{}", "0".repeat(31))).is_err());
    }

    #[test]
    fn a_secret_of_another_system_is_taken_as_typed() {
        assert_eq!(foreign_secret("", 4).unwrap_err(), FieldCode::Required);
        for typed in ["a", " a ", "ｱｱｱｱ"] {
            assert_eq!(foreign_secret(typed, 4).unwrap().expose(), typed);
        }
        assert_eq!(foreign_secret("ｱｱｱｱｱ", 4).unwrap_err(), FieldCode::TooLong);
        for typed in ["a\n", "a\u{200B}b", "\u{FEFF}a", "a\u{202E}"] {
            assert_eq!(
                foreign_secret(typed, 4).unwrap_err(),
                FieldCode::ForbiddenCharacter
            );
        }
    }
}
