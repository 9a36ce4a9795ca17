//! Who asks: the kind of user and the organisation, with its number as the person wrote it.

use core::fmt;

use crate::text;
use crate::values::{FieldCode, Line};

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident, $code:literal, $label:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $label] $variant,)* }

        impl $name {
            /// All of them, in the order of the screen.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word on the wire and in the table.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The label on the screen.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// The choice of this word.
            pub fn parse(code: &str) -> Result<Self, FieldCode> {
                if code.is_empty() {
                    return Err(FieldCode::Required);
                }
                let mut all = Self::ALL.iter().copied();
                all.find(|choice| choice.code() == code).ok_or(FieldCode::NotAChoice)
            }
        }
    )*};
}

choices! {
    /// 利用者区分
    UserKind {
        CareOffice, "care-office", "介護事業所";
        DeemedCareOffice, "deemed-care-office", "みなし介護事業所";
        MedicalInstitution, "medical-institution", "医療機関";
        Municipality, "municipality", "市町村（保険者）";
        Other, "other", "その他";
    }
    /// 医療機関の種類 — the 点数表 of an institution, which is the third digit of its ten-digit code.
    InstitutionKind {
        Medical, "medical", "医科（病院・診療所）";
        Dental, "dental", "歯科";
        Pharmacy, "pharmacy", "薬局";
        OtherInstitution, "other", "その他";
    }
}

impl InstitutionKind {
    /// 点数表番号, where the kind has one.
    const fn table(self) -> Option<&'static str> {
        match self {
            Self::Medical => Some("1"),
            Self::Dental => Some("3"),
            Self::Pharmacy => Some("4"),
            Self::OtherInstitution => None,
        }
    }
}

/// 都道府県 — its two-digit number, 01 to 47.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefecture(usize);

/// The names of the prefectures, in the order of their numbers (JIS X 0401).
pub const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

impl Prefecture {
    /// The prefecture of this number, `01` to `47`.
    pub fn parse(number: &str) -> Result<Self, FieldCode> {
        if number.is_empty() {
            return Err(FieldCode::Required);
        }
        let two_digits = number.len() == 2 && number.bytes().all(|digit| digit.is_ascii_digit());
        let place = number
            .parse::<usize>()
            .ok()
            .filter(|place| (1..=47).contains(place));
        place
            .filter(|_| two_digits)
            .map(Self)
            .ok_or(FieldCode::NotAChoice)
    }

    /// The number.
    pub fn code(self) -> String {
        format!("{:02}", self.0)
    }

    /// The name.
    pub fn label(self) -> &'static str {
        PREFECTURES.get(self.0.saturating_sub(1)).copied().unwrap_or("")
    }
}

/// 番号 — 事業所番号, 医療機関コード or 保険者番号, as a person wrote it: without spaces and hyphens, in ASCII where it has a
/// form there. It is for the desk to read; what is no number at all (「申請中」) is taken, too.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WrittenNumber(String);

/// Characters of a number.
pub const NUMBER_LONGEST: usize = 40;

impl WrittenNumber {
    /// An optional number; an empty one is `None`.
    pub fn parse_optional(typed: Option<&str>) -> Result<Option<Self>, FieldCode> {
        let Some(line) = Line::parse_optional(typed)? else {
            return Ok(None);
        };
        let number = text::compact(line.as_str()).to_ascii_uppercase();
        if text::graphemes(&number) > NUMBER_LONGEST {
            Err(FieldCode::TooLong)
        } else {
            Ok(Some(Self(number)).filter(|number| !number.0.is_empty()))
        }
    }

    /// A number from storage.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WrittenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrittenNumber(***)")
    }
}

/// Whether a number may be a slip: it does not have the form of its kind, or its check digit is wrong by the published
/// rule and by the one that real numbers of four prefectures follow. Only ever a warning: about one in a thousand real
/// numbers fails both.
pub fn is_doubtful(
    user: UserKind,
    number: &WrittenNumber,
    prefecture: Option<Prefecture>,
    institution: Option<InstitutionKind>,
) -> bool {
    let number = number.as_str();
    match user {
        UserKind::MedicalInstitution if number.len() == 7 => {
            let table = institution.and_then(InstitutionKind::table);
            let Some((prefecture, table)) = prefecture.zip(table) else {
                // The other three characters are unknown; those of the four prefectures do not count in the check digit.
                return !number.bytes().all(|digit| digit.is_ascii_digit());
            };
            !is_office_number(&format!("{}{table}{number}", prefecture.code()))
        }
        UserKind::CareOffice | UserKind::DeemedCareOffice | UserKind::MedicalInstitution => {
            !is_office_number(number)
        }
        UserKind::Municipality => !(number.len() == 6 && has_check_digit(number)),
        UserKind::Other => false,
    }
}

/// Ten characters with a check digit over the first nine; in four prefectures also over the fourth to the ninth alone, without
/// prefecture and kind.
fn is_office_number(number: &str) -> bool {
    let is_one = number.len() == 10 && number.is_ascii();
    let exceptional = number
        .get(..2)
        .is_some_and(|prefecture| ["11", "12", "13", "14"].contains(&prefecture));
    is_one && (has_check_digit(number) || (exceptional && number.get(3..).is_some_and(has_check_digit)))
}

/// Whether the last character is the check digit of the others: modulus 10 with weights 2 and 1 from the right, the digits
/// of each product added.
fn has_check_digit(number: &str) -> bool {
    let mut values = number.chars().rev().map(value_of);
    let Some(Some(check @ 0..=9)) = values.next() else {
        return false;
    };
    let mut sum = 0;
    for (place, value) in values.enumerate() {
        let Some(value) = value else { return false };
        let product = if place % 2 == 0 { 2 * value } else { value };
        sum += product / 10 + product % 10;
    }
    (sum + check) % 10 == 0
}

/// A digit's value; letters go on from A = 10, without I, O and Q.
fn value_of(c: char) -> Option<u32> {
    match c {
        'I' | 'O' | 'Q' => None,
        '0'..='9' => c.to_digit(10),
        'A'..='Z' => {
            let left_out = ['I', 'O', 'Q'].iter().filter(|letter| **letter < c).count();
            Some(c.to_digit(36)?.saturating_sub(u32::try_from(left_out).ok()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(typed: &str) -> WrittenNumber {
        WrittenNumber::parse_optional(Some(typed)).unwrap().unwrap()
    }

    fn doubtful(user: UserKind, typed: &str) -> bool {
        is_doubtful(user, &number(typed), None, None)
    }

    /// `docs/api.md` 7
    #[test]
    fn there_are_five_kinds_of_users() {
        let codes: Vec<_> = UserKind::ALL.iter().map(|kind| kind.code()).collect();
        let expected = [
            "care-office",
            "deemed-care-office",
            "medical-institution",
            "municipality",
            "other",
        ];
        assert_eq!(codes, expected);
        for kind in UserKind::ALL {
            assert_eq!(UserKind::parse(kind.code()), Ok(*kind));
            assert!(!kind.label().is_empty());
        }
        assert_eq!(UserKind::parse(""), Err(FieldCode::Required));
        assert_eq!(UserKind::parse("Other"), Err(FieldCode::NotAChoice));
    }

    #[test]
    fn a_prefecture_goes_by_its_two_digits() {
        assert_eq!(Prefecture::parse("01").map(Prefecture::label), Ok("北海道"));
        assert_eq!(Prefecture::parse("13").map(Prefecture::label), Ok("東京都"));
        assert_eq!(Prefecture::parse("47").map(Prefecture::label), Ok("沖縄県"));
        assert_eq!(Prefecture::parse("09").map(Prefecture::code), Ok("09".to_owned()));
        for wrong in ["0", "1", "00", "48", "001", "+1", "東京都", "１３"] {
            assert_eq!(Prefecture::parse(wrong), Err(FieldCode::NotAChoice), "{wrong}");
        }
        assert_eq!(Prefecture::parse(""), Err(FieldCode::Required));
    }

    #[test]
    fn a_number_is_taken_as_people_write_it() {
        for (typed, stored) in [
            ("１３-7000 0001", "1370000001"),
            ("34b0100012", "34B0100012"),
            (" 申請中 ", "申請中"),
        ] {
            assert_eq!(number(typed).as_str(), stored, "typed {typed}");
        }
        for nothing in [None, Some(""), Some(" － ")] {
            assert_eq!(WrittenNumber::parse_optional(nothing), Ok(None));
        }
        let long = |length| WrittenNumber::parse_optional(Some("1".repeat(length).as_str())).map(|_| ());
        assert_eq!([40, 41].map(long), [Ok(()), Err(FieldCode::TooLong)]);
        assert_eq!(
            WrittenNumber::parse_optional(Some("13\u{202E}7")),
            Err(FieldCode::ForbiddenCharacter)
        );
        assert_eq!(format!("{:?}", number("1")), "WrittenNumber(***)");
    }

    /// Numbers of real form from public lists; the last one only passes by the rule of its prefecture.
    #[test]
    fn the_check_digit_of_an_office_is_found_right_by_either_rule() {
        for right in [
            "0110113719",
            "2794900205",
            "34B0100012",
            "0190100271",
            "0190100081",
            "1113103835",
        ] {
            for user in [
                UserKind::CareOffice,
                UserKind::DeemedCareOffice,
                UserKind::MedicalInstitution,
            ] {
                assert!(!doubtful(user, right), "{right}");
            }
        }
        for wrong in [
            "0110113710",
            "34B0100013",
            "34O0100012",
            "013103835",
            "申請中",
            "01101137190",
            "011011371B",
        ] {
            assert!(doubtful(UserKind::CareOffice, wrong), "{wrong}");
        }
        assert!(
            doubtful(UserKind::CareOffice, "2113103835"),
            "the exception is that of four prefectures"
        );
    }

    #[test]
    fn seven_digits_of_an_institution_are_completed_by_prefecture_and_kind() {
        let doubtful = |typed, prefecture: Option<&str>, kind| {
            let prefecture = prefecture.map(|code| Prefecture::parse(code).unwrap());
            is_doubtful(UserKind::MedicalInstitution, &number(typed), prefecture, kind)
        };
        let medical = Some(InstitutionKind::Medical);
        assert!(!doubtful("0113719", Some("01"), medical));
        assert!(doubtful("0113710", Some("01"), medical));
        assert!(doubtful("0113719", Some("02"), medical));
        assert!(!doubtful("0113710", None, None), "the rest is unknown");
        assert!(!doubtful(
            "0113710",
            Some("01"),
            Some(InstitutionKind::OtherInstitution)
        ));
        assert!(doubtful("011371A", None, None));
        let tables = [
            InstitutionKind::Medical,
            InstitutionKind::Dental,
            InstitutionKind::Pharmacy,
        ];
        assert_eq!(
            tables.map(InstitutionKind::table),
            [Some("1"), Some("3"), Some("4")]
        );
    }

    #[test]
    fn a_municipality_has_six_digits_and_others_have_any_number() {
        // 13101: 1·2 + 0·1 + 1·2 + 3·1 + 1·2 = 9.
        assert!(!doubtful(UserKind::Municipality, "131011"));
        // The number of the local government itself, which ends in another check digit.
        assert!(doubtful(UserKind::Municipality, "131016"));
        assert!(doubtful(UserKind::Municipality, "13101"));
        assert!(!doubtful(UserKind::Other, "なし"));
    }
}
