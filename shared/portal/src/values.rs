//! Values: each exists only if it is well formed. Parsers say what is wrong, never what was typed.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::secret::Secret;
use crate::text;

/// What is wrong with one field, as `docs/api.md` 8 names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldCode {
    /// Nothing was given.
    Required,
    /// A field of this name does not exist.
    UnknownField,
    /// Longer than the limit.
    TooLong,
    /// Shorter than the limit.
    TooShort,
    /// No mail address that we can send to.
    NotAnEmailAddress,
    /// Something other than kana.
    NotKana,
    /// No telephone number of Japan.
    NotAPhoneNumber,
    /// Not six digits.
    NotSixDigits,
    /// No user id of 電子請求受付システム.
    NotAClaimsUserId,
    /// A character that cannot be stored or shown.
    ForbiddenCharacter,
    /// A password that many people use.
    CommonPassword,
    /// A password with a word that a stranger would try.
    ContainsContextWord,
    /// The present password or the initial one.
    SameAsBefore,
    /// None of the choices.
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

/// URL-safe Base64 of a SHA-256: how the table names what it must not know.
pub fn digest(parts: &[&[u8]]) -> String {
    use base64::Engine as _;
    let mut hash = Sha256::new();
    for part in parts {
        // Each part with its length before it, so that no two lists of parts run together.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.finalize())
}

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes an id that was drawn or stored.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

opaque! {
    /// The name by which the table knows a flow: the digest of its cookie, so that a copy of the table opens none.
    FlowId;
    /// The name by which the table knows a session: the digest of its cookie.
    SessionId;
    /// 利用者 — names a member; random, so that it tells nothing.
    MemberId;
    /// The name by which an account knows a device: a digest of the device's cookie and the account.
    DeviceId;
    /// Names one challenge; random, and the salt of its codes.
    ChallengeId;
    /// The digest of an Idempotency-Key.
    RequestKey;
    /// The digest of a profile: what 「登録する」 refers to.
    Draft;
}

impl FlowId {
    /// The flow of this cookie.
    pub fn of_cookie(cookie: &str) -> Self {
        Self(digest(&[b"flow", cookie.as_bytes()]))
    }
}

impl SessionId {
    /// The session of this cookie.
    pub fn of_cookie(cookie: &str) -> Self {
        Self(digest(&[b"session", cookie.as_bytes()]))
    }
}

impl DeviceId {
    /// The device of this cookie, as this account knows it: no two accounts know one by the same name.
    pub fn of_cookie(cookie: &str, account: &AccountKey) -> Self {
        let mut name = digest(&[b"device", account.as_str().as_bytes(), cookie.as_bytes()]);
        // 132 bits: enough that nobody finds another one, and small in the account's item.
        name.truncate(22);
        Self(name)
    }
}

/// 電子請求受付システムのユーザID — begins with KJ, 14 characters in practice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimsUserId(String);

impl ClaimsUserId {
    /// Width, case, spaces and hyphens are put right; refused only if it cannot be one by its form (`docs/api.md` 3).
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

    /// The normalised id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// ID（メールアドレス） — an address that SES can send to.
///
/// Two spellings that differ in case are one address; the one that was typed is kept for sending and showing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Full-width characters are folded, the domain becomes small letters and punycode, a trailing dot falls away.
    ///
    /// The local part is ASCII, for SES delivers to no other; dots in odd places are let through, because
    /// carriers of the past gave such addresses out.
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
        // Strict is: labels of 1 to 63 letters, digits and hyphens, with no hyphen at either end.
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| FieldCode::NotAnEmailAddress)?;
        let (_, top) = domain.rsplit_once('.').ok_or(FieldCode::NotAnEmailAddress)?;
        // An IP address is none.
        if !top.chars().any(|c| c.is_ascii_alphabetic()) {
            return Err(FieldCode::NotAnEmailAddress);
        }
        if local.len() > 64 || local.len() + 1 + domain.len() > 254 {
            return Err(FieldCode::TooLong);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    /// The address as it is shown and sent to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one address have in common, and what no copy of the table tells at a glance.
    pub fn key(&self) -> AccountKey {
        AccountKey(digest(&[b"address", self.0.to_ascii_lowercase().as_bytes()]))
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

    /// `k***@e***.jp`: tells its owner which mailbox to open, and others little.
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

/// Names the account of an address without showing the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey(String);

impl AccountKey {
    /// Takes a stored key.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 氏名, 部署名, 役職名 — one line of text about a person, at most 100 characters as people count them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Line(String);

/// Characters of a name as people count them (`docs/api.md` 8).
pub const LINE_LONGEST: usize = 100;
/// Octets that a hundred such characters may take: a character may carry marks without end, a name does not.
const LINE_OCTETS: usize = 2_000;

impl Line {
    /// A line that has to be there.
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

    /// A line that may be missing; an empty one is.
    pub fn parse_optional(typed: Option<&str>) -> Result<Option<Self>, FieldCode> {
        match typed.map(Self::parse) {
            None | Some(Err(FieldCode::Required)) => Ok(None),
            Some(Ok(line)) => Ok(Some(line)),
            Some(Err(code)) => Err(code),
        }
    }

    /// Takes a stored line.
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
    /// Hiragana and half-width kana are converted; anything but kana, ー, ・ and space is refused.
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

    /// Takes a stored フリガナ.
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
    /// Hyphens of every kind, brackets, spaces, full width and `+81` are put right.
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

    /// Takes a stored number.
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

/// A secret of another system: taken as typed, for its rules are not ours.
pub fn foreign_secret(typed: &str, longest: usize) -> Result<Secret, FieldCode> {
    if typed.is_empty() {
        Err(FieldCode::Required)
    } else if typed.chars().count() > longest {
        Err(FieldCode::TooLong)
    } else if !typed.chars().all(text::is_printable) {
        Err(FieldCode::ForbiddenCharacter)
    } else {
        Ok(Secret::new(typed.to_owned()))
    }
}

/// 新規ユーザ登録情報 — what a user is registered with.
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
    /// The digest that 「登録する」 names, so that nothing but what was shown is registered.
    pub fn draft(&self) -> Draft {
        Draft(digest(&[
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
    pub number: String,
    /// 事業所名
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn an_id_says_what_it_was_made_of() {
        assert_eq!(MemberId::new("m").as_str(), "m");
        assert_eq!(AccountKey::new("a").as_str(), "a");
    }

    /// The names of the table must not change by themselves; computed apart from this code.
    #[test]
    fn a_cookie_has_another_name_for_each_thing_that_it_opens() {
        assert_eq!(
            digest(&[b"flow", b"c"]),
            "MCYz2MeVfcG0DcBYmk7z0hI7LyM9sp7WuHLf-tmwMO4"
        );
        assert_eq!(
            FlowId::of_cookie("c").as_str(),
            "MCYz2MeVfcG0DcBYmk7z0hI7LyM9sp7WuHLf-tmwMO4"
        );
        assert_eq!(
            SessionId::of_cookie("c").as_str(),
            "GW6LQ0ugg9rxG6LgHqPy770ts-ot4LZU9tvE1o8qVS0"
        );
        let account = AccountKey::new("a");
        assert_eq!(
            DeviceId::of_cookie("c", &account).as_str(),
            "aM2EFtPsELvO5zyQDBwaCO"
        );
        let other = AccountKey::new("b");
        assert_ne!(
            DeviceId::of_cookie("c", &account),
            DeviceId::of_cookie("c", &other)
        );
    }

    #[test]
    fn a_claims_user_id_has_32_characters_at_most() {
        assert!(ClaimsUserId::parse(&format!("KJ{}", "0".repeat(30))).is_ok());
        assert!(ClaimsUserId::parse(&format!("KJ{}", "0".repeat(31))).is_err());
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
    fn an_address_that_begins_or_ends_in_a_hyphen_or_without_a_name_is_none() {
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

    #[test]
    fn two_addresses_are_two_accounts() {
        let a = EmailAddress::parse("taro@example.jp").unwrap();
        let b = EmailAddress::parse("jiro@example.jp").unwrap();
        assert_ne!(a.key(), b.key());
        assert!(!a.same_as(&b));
        assert_eq!((a.local(), a.domain()), ("taro", "example.jp"));
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
    fn a_secret_of_another_system_is_taken_as_typed() {
        assert_eq!(foreign_secret("", 4).unwrap_err(), FieldCode::Required);
        for typed in ["a", " a ", "ｱｱｱｱ"] {
            assert_eq!(foreign_secret(typed, 4).unwrap().expose(), typed);
        }
        assert_eq!(foreign_secret("ｱｱｱｱｱ", 4).unwrap_err(), FieldCode::TooLong);
        assert_eq!(
            foreign_secret("a\n", 4).unwrap_err(),
            FieldCode::ForbiddenCharacter
        );
    }
}
