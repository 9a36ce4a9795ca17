//! Laws for any text that a client may send.
//!
//! The property tests check these laws on random texts, the corpus on chosen ones, and the fuzz target `values` on
//! coverage-guided ones.

use portal::code::OneTimeCode;
use portal::form::{Problems, ProfileForm, WarningCode, warnings};
use portal::limits::Limits;
use portal::password::{self, PersonalWords};
use portal::text;
use portal::values::{
    ClaimsUserId, EmailAddress, FieldCode, KANA_LONGEST, LINE_LONGEST, Line, NameKana, OfficeName,
    OfficeNumber, PhoneNumber, Profile, foreign_secret,
};

/// All of them.
pub fn of_any_text(typed: &str) {
    claims_user_id(typed);
    email(typed);
    line(typed);
    kana(typed);
    phone(typed);
    code(typed);
    secret(typed);
    password(typed);
    form(typed);
}

/// It is safe to embed: no control characters, no bidi controls, no line ends.
fn is_inert(text: &str) -> bool {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{AD}')
    };
    !text.chars().any(acts)
}

fn has_single_inner_spaces(text: &str) -> bool {
    !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ")
}

/// 電子請求受付システムのユーザID
pub fn claims_user_id(typed: &str) {
    let parsed = ClaimsUserId::parse(typed);
    match &parsed {
        Ok(id) => {
            let id = id.as_str();
            assert!(id.starts_with("KJ") && id.len() <= 32, "{id} of {typed:?}");
            assert!(
                id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()),
                "{id} of {typed:?}"
            );
            assert_eq!(ClaimsUserId::parse(id).as_ref(), parsed.as_ref(), "{typed:?}");
        }
        Err(code) => assert!(
            matches!(code, FieldCode::Required | FieldCode::NotAClaimsUserId),
            "{code:?}"
        ),
    }
}

/// ID（メールアドレス）
pub fn email(typed: &str) {
    match EmailAddress::parse(typed) {
        Ok(address) => {
            let stored = address.as_str();
            assert!(stored.is_ascii() && stored.len() <= 254, "{stored} of {typed:?}");
            assert!(
                !stored.contains([
                    ' ', '\t', '\r', '\n', '<', '>', '(', ')', ',', ';', ':', '"', '[', ']', '\\'
                ]),
                "{stored} of {typed:?}"
            );
            assert!(!stored.contains("=?"), "{stored} is an encoded word");
            assert_eq!(stored.matches('@').count(), 1);
            let (local, domain) = (address.local(), address.domain());
            assert!((1..=64).contains(&local.len()), "{stored}");
            assert!(domain.contains('.') && !domain.ends_with('.'), "{stored}");
            assert_eq!(domain, domain.to_lowercase());
            assert!(
                domain.split('.').all(|label| (1..=63).contains(&label.len())),
                "{stored}"
            );
            let again = EmailAddress::parse(stored).expect("the stored form is an address");
            assert_eq!(again, address, "{typed:?}");
            for spelling in [
                stored.to_uppercase(),
                stored.to_lowercase(),
                format!(" {stored}\u{3000}"),
                format!("{stored}."),
                full_width(stored),
            ] {
                let other = EmailAddress::parse(&spelling).expect("a spelling of an address is one");
                assert_eq!(other.key(), address.key(), "{spelling:?}");
                assert!(other.same_as(&address));
            }
            let masked = address.masked();
            assert!(masked.is_ascii() && masked.contains("***@"), "{masked}");
            assert_eq!(format!("{address:?}"), "EmailAddress(***)");
        }
        Err(code) => assert!(
            matches!(
                code,
                FieldCode::Required | FieldCode::NotAnEmailAddress | FieldCode::TooLong
            ),
            "{code:?}"
        ),
    }
}

/// The form that an input method in full-width mode would produce.
fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        c => c,
    };
    text.chars().map(wide).collect()
}

/// 氏名, 部署名, 役職名
pub fn line(typed: &str) {
    match Line::parse(typed) {
        Ok(line) => {
            let stored = line.as_str();
            assert!(!stored.is_empty() && text::graphemes(stored) <= LINE_LONGEST && stored.len() <= 2_000);
            assert!(has_single_inner_spaces(stored), "{stored:?} of {typed:?}");
            assert!(is_inert(stored), "{stored:?} of {typed:?}");
            assert!(
                !stored
                    .chars()
                    .any(|c| matches!(c, '\u{FF61}'..='\u{FF9F}' | '\u{2F00}'..='\u{2FDF}')),
                "{stored:?}"
            );
            assert_eq!(Line::parse(stored).as_ref(), Ok(&line), "{typed:?}");
            assert_eq!(Line::parse_optional(Some(typed)), Ok(Some(line)));
        }
        Err(FieldCode::Required) => assert_eq!(Line::parse_optional(Some(typed)), Ok(None)),
        Err(code) => {
            assert!(
                matches!(code, FieldCode::ForbiddenCharacter | FieldCode::TooLong),
                "{code:?}"
            );
            assert_eq!(Line::parse_optional(Some(typed)), Err(code));
        }
    }
}

/// 氏名（フリガナ）
pub fn kana(typed: &str) {
    match NameKana::parse(typed) {
        Ok(kana) => {
            let stored = kana.as_str();
            let is_kana = |c| matches!(c, 'ァ'..='ヺ' | 'ー' | '・' | ' ');
            assert!(stored.chars().all(is_kana), "{stored:?} of {typed:?}");
            assert!((1..=KANA_LONGEST).contains(&stored.chars().count()));
            assert!(has_single_inner_spaces(stored), "{stored:?} of {typed:?}");
            assert_eq!(NameKana::parse(stored).as_ref(), Ok(&kana), "{typed:?}");
            let hiragana: String = stored
                .chars()
                .map(|c| match c {
                    'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
                    c => c,
                })
                .collect();
            assert_eq!(NameKana::parse(&hiragana).as_ref(), Ok(&kana), "{hiragana:?}");
        }
        Err(code) => assert!(
            matches!(
                code,
                FieldCode::Required | FieldCode::NotKana | FieldCode::TooLong | FieldCode::ForbiddenCharacter
            ),
            "{code:?}"
        ),
    }
}

/// 電話番号
pub fn phone(typed: &str) {
    match PhoneNumber::parse(typed) {
        Ok(phone) => {
            let digits = phone.as_str();
            assert!(
                matches!(digits.len(), 10 | 11) && digits.starts_with('0'),
                "{digits}"
            );
            assert!(digits.bytes().all(|octet| octet.is_ascii_digit()), "{digits}");
            assert_eq!(PhoneNumber::parse(digits).as_ref(), Ok(&phone));
            let abroad = format!("+81{}", &digits[1..]);
            if !digits.starts_with("00") {
                assert_eq!(PhoneNumber::parse(&abroad).as_ref(), Ok(&phone), "{abroad}");
            }
        }
        Err(code) => assert!(
            matches!(code, FieldCode::Required | FieldCode::NotAPhoneNumber),
            "{code:?}"
        ),
    }
}

/// ワンタイムパスワード
pub fn code(typed: &str) {
    match OneTimeCode::parse(typed) {
        Ok(code) => {
            let digits = code.digits();
            assert!(digits.len() == 6 && digits.bytes().all(|octet| octet.is_ascii_digit()));
            assert!(OneTimeCode::parse(digits).is_ok_and(|again| again.matches(&code)));
            assert!(!format!("{code:?}").contains(digits));
        }
        Err(code) => assert!(
            matches!(
                code,
                FieldCode::Required | FieldCode::NotSixDigits | FieldCode::ForbiddenCharacter
            ),
            "{code:?}"
        ),
    }
}

/// Secrets of the claims system.
pub fn secret(typed: &str) {
    match foreign_secret(typed, 128) {
        Ok(secret) => {
            assert_eq!(secret.expose(), typed, "a secret of others is never touched");
            assert!(!typed.is_empty() && typed.chars().count() <= 128);
            assert!(is_inert(typed));
        }
        Err(code) => assert!(matches!(
            code,
            FieldCode::Required | FieldCode::TooLong | FieldCode::ForbiddenCharacter
        )),
    }
}

/// パスワード
pub fn password(typed: &str) {
    let folded = password::folded(typed);
    assert!(
        password::folded(folded.expose()).same_as(&folded),
        "folding twice"
    );
    let limits = Limits::standard();
    let context = PersonalWords::of(&a_profile(), &an_office());
    let verdict = password::check(&folded, &context, &limits);
    if verdict.is_ok() {
        let length = folded.expose().chars().count();
        assert!((15..=128).contains(&length), "{length}");
        assert!(!folded.expose().chars().any(char::is_control));
        // A password that is valid without a context is valid with one, or is refused because of the context.
        assert_eq!(
            password::check(&folded, &PersonalWords::default(), &limits),
            Ok(())
        );
    }
    if let Err(code) = verdict {
        assert!(
            matches!(
                code,
                FieldCode::Required
                    | FieldCode::ForbiddenCharacter
                    | FieldCode::TooShort
                    | FieldCode::TooLong
                    | FieldCode::CommonPassword
                    | FieldCode::ContainsContextWord
            ),
            "{code:?}"
        );
    }
    assert_eq!(format!("{folded:?}"), "Secret(***)");
}

/// 新規ユーザ登録情報, with the same text in each field: the form reports for each field the problem of its value.
pub fn form(typed: &str) {
    let form = ProfileForm {
        email: Some(typed),
        name: Some(typed),
        name_kana: Some(typed),
        department: Some(typed),
        job_title: Some(typed),
        phone: Some(typed),
    };
    let found = form
        .parse(Problems::default())
        .expect_err("no text is an address and a name in kana");
    let told = |pointer: &str| {
        found
            .iter()
            .filter(|p| p.pointer == pointer)
            .map(|p| p.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(told("/email"), Vec::from_iter(EmailAddress::parse(typed).err()));
    assert_eq!(told("/name"), Vec::from_iter(Line::parse(typed).err()));
    assert_eq!(told("/nameKana"), Vec::from_iter(NameKana::parse(typed).err()));
    assert_eq!(
        told("/department"),
        Vec::from_iter(Line::parse_optional(Some(typed)).err())
    );
    assert_eq!(
        told("/jobTitle"),
        Vec::from_iter(Line::parse_optional(Some(typed)).err())
    );
    assert_eq!(told("/phone"), Vec::from_iter(PhoneNumber::parse(typed).err()));

    if let Ok(email) = EmailAddress::parse(typed) {
        let profile = Profile { email, ..a_profile() };
        for warning in warnings(&profile) {
            assert_eq!(warning.pointer, "/email");
            match (warning.code, warning.suggestion) {
                (WarningCode::PossibleTypo, Some(meant)) => {
                    let meant = EmailAddress::parse(&meant).expect("a suggestion is an address");
                    assert_eq!(meant.local(), profile.email.local());
                    assert!(
                        warnings(&Profile {
                            email: meant,
                            ..a_profile()
                        })
                        .iter()
                        .all(|warning| warning.code != WarningCode::PossibleTypo)
                    );
                }
                (WarningCode::DeliveryDoubtful, None) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_ne!(profile.draft(), a_profile().draft());
    }
}

/// 見本 花子, whose data no input resembles.
pub fn a_profile() -> Profile {
    let form = ProfileForm {
        email: Some("hanako.mihon@sakura-care.example.jp"),
        name: Some("見本 花子"),
        name_kana: Some("みほん はなこ"),
        department: None,
        job_title: None,
        phone: Some("0312345678"),
    };
    form.parse(Problems::default()).expect("a profile")
}

/// Her office.
pub fn an_office() -> OfficeName {
    OfficeName {
        number: OfficeNumber::parse("1370000001").unwrap(),
        name: "さくら訪問ステーション".to_owned(),
    }
}
