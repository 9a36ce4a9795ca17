//! The data of a registered person, except the mail address.

use std::fmt;

use super::FieldCode;
use crate::text;

/// 氏名, 部署名, 役職名 — one line of text about a person, at most 100 characters as people count them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Line(String);

/// Characters of a name as people count them (`docs/api.md` 8).
pub const LINE_LONGEST: usize = 100;

/// Maximum octets of a line: a character may carry any number of marks.
const LINE_OCTETS: usize = 2_000;

impl Line {
    /// A required line.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let line = text::name_line(typed)?;
        if line.is_empty() {
            Err(FieldCode::Required)
        } else if text::graphemes(&line) > LINE_LONGEST || line.len() > LINE_OCTETS {
            Err(FieldCode::TooLong)
        } else {
            Ok(Self(line))
        }
    }

    /// An optional line; an empty one is `None`.
    pub fn parse_optional(typed: Option<&str>) -> Result<Option<Self>, FieldCode> {
        match typed.map(Self::parse) {
            None | Some(Err(FieldCode::Required)) => Ok(None),
            Some(Ok(line)) => Ok(Some(line)),
            Some(Err(code)) => Err(code),
        }
    }

    /// A line from storage.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line(***)")
    }
}

/// 氏名（フリガナ） — full-width katakana, at most 200 characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NameKana(String);

/// Characters of a フリガナ (`docs/api.md` 8).
pub const KANA_LONGEST: usize = 200;

impl NameKana {
    /// Converts hiragana and half-width kana; refuses anything but kana, ー, ・ and space.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let kana = text::katakana(typed)?;
        if kana.is_empty() {
            Err(FieldCode::Required)
        } else if !kana
            .chars()
            .all(|c| text::is_katakana(c) || c == '・' || c == ' ')
        {
            Err(FieldCode::NotKana)
        } else if text::graphemes(&kana) > KANA_LONGEST {
            Err(FieldCode::TooLong)
        } else {
            Ok(Self(kana))
        }
    }

    /// A フリガナ from storage.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NameKana {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameKana(***)")
    }
}

/// 電話番号 — ten or eleven digits, the first a zero.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Normalises hyphens of every kind, brackets, spaces, full width and `+81`.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let compact: String = text::compact(typed)
            .chars()
            .filter(|c| !"()[]「」〔〕.".contains(*c))
            .collect();
        if compact.is_empty() {
            return Err(FieldCode::Required);
        }
        let national = match compact.strip_prefix("+81") {
            // `+81(0)3…` is as common as `+813…`.
            Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
            None => compact,
        };
        let well_formed = national.starts_with('0')
            && matches!(national.len(), 10 | 11)
            && national.chars().all(|c| c.is_ascii_digit());
        if well_formed {
            Ok(Self(national))
        } else {
            Err(FieldCode::NotAPhoneNumber)
        }
    }

    /// A number from storage.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_may_be_typed_the_way_people_type_it() {
        for typed in [
            "0312345678",
            "03-1234-5678",
            "０３－１２３４－５６７８",
            "(03)1234-5678",
            "03ー1234ー5678",
            "+81 3 1234 5678",
            "+81(0)3-1234-5678",
            "03‐1234−5678",
            "（０３）１２３４ｰ５６７８",
            " 03 1234 5678 ",
        ] {
            assert_eq!(
                PhoneNumber::parse(typed).unwrap().as_str(),
                "0312345678",
                "typed {typed:?}"
            );
        }
        for typed in [
            "312345678",
            "03123456789012",
            "03-1234-567",
            "0312345678 内線12",
            "abc",
            "٠٣١٢٣٤٥٦٧٨",
        ] {
            assert_eq!(
                PhoneNumber::parse(typed).unwrap_err(),
                FieldCode::NotAPhoneNumber,
                "typed {typed:?}"
            );
        }
    }

    #[test]
    fn a_reading_holds_kana_only() {
        assert_eq!(
            NameKana::parse("かいご・たろう").unwrap().as_str(),
            "カイゴ・タロウ"
        );
        for typed in ["介護", "Taro", "カイゴ1", "-カイゴ"] {
            assert_eq!(
                NameKana::parse(typed).unwrap_err(),
                FieldCode::NotKana,
                "typed {typed:?}"
            );
        }
        assert!(NameKana::parse(&"ア".repeat(200)).is_ok());
        assert_eq!(
            NameKana::parse(&"ア".repeat(201)).unwrap_err(),
            FieldCode::TooLong
        );
    }

    #[test]
    fn a_name_is_counted_as_people_count() {
        assert!(Line::parse(&"葛\u{E0100}".repeat(100)).is_ok());
        assert_eq!(Line::parse(&"葛".repeat(101)).unwrap_err(), FieldCode::TooLong);
        assert_eq!(Line::parse(" \u{3000} ").unwrap_err(), FieldCode::Required);
        assert_eq!(Line::parse_optional(Some(" ")).unwrap(), None);
    }

    #[test]
    fn a_name_takes_2000_octets_at_most() {
        let marks = |octets: usize| format!("{}{}", "か", "\u{308}".repeat((octets - 4) / 2) + "a");
        assert_eq!((marks(2_000).len(), text::graphemes(&marks(2_000))), (2_000, 2));
        assert!(Line::parse(&marks(2_000)).is_ok());
        assert_eq!(Line::parse(&marks(2_002)).unwrap_err(), FieldCode::TooLong);
    }

    #[test]
    fn a_line_that_may_be_missing_is_as_good_as_any_other_where_it_is_not() {
        assert_eq!(Line::parse_optional(None).unwrap(), None);
        assert_eq!(
            Line::parse_optional(Some("事務")).unwrap(),
            Some(Line::stored("事務".to_owned()))
        );
        assert_eq!(
            Line::parse_optional(Some("\u{200B}x")).unwrap_err(),
            FieldCode::ForbiddenCharacter
        );
        assert_eq!(NameKana::parse(" ").unwrap_err(), FieldCode::Required);
        assert_eq!(PhoneNumber::parse("()").unwrap_err(), FieldCode::Required);
        assert_eq!(PhoneNumber::parse("03123456789").unwrap().as_str(), "03123456789");
    }

    #[test]
    fn what_belongs_to_a_person_cannot_be_printed() {
        let line = Line::stored("介護 太郎".to_owned());
        let kana = NameKana::stored("カイゴ タロウ".to_owned());
        let phone = PhoneNumber::stored("0312345678".to_owned());
        assert_eq!(
            (line.as_str(), kana.as_str(), phone.as_str()),
            ("介護 太郎", "カイゴ タロウ", "0312345678")
        );
        assert_eq!(
            format!("{line:?} {kana:?} {phone:?}"),
            "Line(***) NameKana(***) PhoneNumber(***)"
        );
    }
}
