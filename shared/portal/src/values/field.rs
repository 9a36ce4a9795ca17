//! The problems of one field.

use crate::text;

/// The problem of one field (`docs/api.md` 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldCode {
    /// No value was given.
    Required,
    /// A field of this name does not exist.
    UnknownField,
    /// Longer than the limit.
    TooLong,
    /// Shorter than the limit.
    TooShort,
    /// Not a mail address that can receive mail.
    NotAnEmailAddress,
    /// A character other than kana.
    NotKana,
    /// Not a telephone number of Japan.
    NotAPhoneNumber,
    /// Not six digits.
    NotSixDigits,
    /// Not a user id of 電子請求受付システム.
    NotAClaimsUserId,
    /// A character that cannot be stored or shown.
    ForbiddenCharacter,
    /// A common password.
    CommonPassword,
    /// A password with a word that a stranger would try.
    ContainsContextWord,
    /// The present password or the initial one.
    SameAsBefore,
    /// Not one of the choices.
    NotAChoice,
}

impl FieldCode {
    /// All of them, in the order of `docs/api.md` 8.
    pub const ALL: [Self; 14] = [
        Self::Required,
        Self::UnknownField,
        Self::TooLong,
        Self::TooShort,
        Self::NotAnEmailAddress,
        Self::NotKana,
        Self::NotAPhoneNumber,
        Self::NotSixDigits,
        Self::NotAClaimsUserId,
        Self::ForbiddenCharacter,
        Self::CommonPassword,
        Self::ContainsContextWord,
        Self::SameAsBefore,
        Self::NotAChoice,
    ];

    /// The word on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::UnknownField => "unknown-field",
            Self::TooLong => "too-long",
            Self::TooShort => "too-short",
            Self::NotAnEmailAddress => "not-an-email-address",
            Self::NotKana => "not-kana",
            Self::NotAPhoneNumber => "not-a-phone-number",
            Self::NotSixDigits => "not-six-digits",
            Self::NotAClaimsUserId => "not-a-claims-user-id",
            Self::ForbiddenCharacter => "forbidden-character",
            Self::CommonPassword => "common-password",
            Self::ContainsContextWord => "contains-context-word",
            Self::SameAsBefore => "same-as-before",
            Self::NotAChoice => "not-a-choice",
        }
    }
}

impl From<text::TextProblem> for FieldCode {
    fn from(problem: text::TextProblem) -> Self {
        match problem {
            text::TextProblem::Forbidden => Self::ForbiddenCharacter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/api.md` 8
    #[test]
    fn what_is_wrong_with_a_field_has_a_word_of_its_own() {
        assert_eq!(
            FieldCode::ALL.map(FieldCode::code),
            [
                "required",
                "unknown-field",
                "too-long",
                "too-short",
                "not-an-email-address",
                "not-kana",
                "not-a-phone-number",
                "not-six-digits",
                "not-a-claims-user-id",
                "forbidden-character",
                "common-password",
                "contains-context-word",
                "same-as-before",
                "not-a-choice",
            ]
        );
    }
}
