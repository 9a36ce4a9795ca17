//! 登録情報 and 事業所.

use super::{Draft, EmailAddress, Line, NameKana, PhoneNumber, digest};

/// 新規ユーザ登録情報 — the data with which a user is registered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// ID（メールアドレス）
    pub email: EmailAddress,
    /// 氏名
    pub name: Line,
    /// 氏名（フリガナ）
    pub name_kana: NameKana,
    /// 部署名
    pub department: Option<Line>,
    /// 役職名
    pub job_title: Option<Line>,
    /// 電話番号
    pub phone: PhoneNumber,
}

impl Profile {
    /// The digest that 「登録する」 names, so that exactly the confirmed profile is registered.
    pub fn draft(&self) -> Draft {
        Draft::new(digest(&[
            b"profile",
            self.email.as_str().as_bytes(),
            self.name.as_str().as_bytes(),
            self.name_kana.as_str().as_bytes(),
            self.department.as_ref().map_or("", Line::as_str).as_bytes(),
            self.job_title.as_ref().map_or("", Line::as_str).as_bytes(),
            self.phone.as_str().as_bytes(),
        ]))
    }
}

/// 事業所 — an office as the claims system names it: 介護保険事業所番号 and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OfficeName {
    /// 介護保険事業所番号
    pub number: OfficeNumber,
    /// 事業所名
    pub name: String,
}

/// 介護保険事業所番号 — `^[0-9]{2}[0-9A-HJ-NPR-Z][0-9]{7}$`: two digits of the prefecture, the kind of the office, which may be
/// a letter except I, O and Q, and seven digits.
///
/// The last one is a check digit, but it is not verified: real numbers break its rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeNumber(String);

impl OfficeNumber {
    /// Accepts a number in exactly this form, from the claims system or from storage.
    pub fn parse(text: &str) -> Option<Self> {
        let is_in_its_place = |(at, byte): (usize, u8)| match byte {
            b'0'..=b'9' => true,
            b'I' | b'O' | b'Q' => false,
            b'A'..=b'Z' => at == 2,
            _ => false,
        };
        let is_one = text.len() == 10 && text.bytes().enumerate().all(is_in_its_place);
        is_one.then(|| Self(text.to_owned()))
    }

    /// The ten characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_number_is_ten_characters_with_a_letter_only_for_the_kind() {
        for number in ["1379901018", "28A9906112", "34B9909132", "99Z9999999"] {
            assert_eq!(OfficeNumber::parse(number).unwrap().as_str(), number);
        }
        for number in [
            "",
            "137990101",
            "13799010180",
            "13I9901018",
            "13O9901018",
            "13Q9901018",
            "13a9901018",
            "A379901018",
            "137990101B",
            "137990101 ",
            "１379901018",
            "137-990101",
            "二379901",
        ] {
            assert_eq!(OfficeNumber::parse(number), None, "{number}");
        }
    }
}
