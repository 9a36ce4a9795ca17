//! 新しいパスワード — the rules for a password (`docs/limits.md`, NIST SP 800-63B-4, ASVS 6.2).

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::limits::Limits;
use crate::secret::Secret;
use crate::text;
use crate::values::{FieldCode, OfficeName, Profile};

/// Common passwords of at least fifteen characters, sorted (source: `data/README.md`).
static COMMON: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../data/common-long.txt").lines().collect());
/// Short common passwords, sorted; a long password must not be a repetition of one.
static UNITS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut units: Vec<&str> = include_str!("../data/common-units.txt").lines().collect();
    units.sort_unstable();
    units
});

/// Words that a stranger would try first at this portal.
const PORTAL_WORDS: &[&str] = &[
    "介護",
    "カイゴ",
    "情報基盤",
    "ポータル",
    "国保",
    "kaigo",
    "kiban",
    "portal",
    "kokuho",
];

/// The maximum length of a submitted password in octets: the longest of 128 code points is shorter in any form.
pub const LONGEST_AS_SENT: usize = 4_096;
/// The maximum length of a compared password, in octets after NFC: no valid password is longer.
const LONGEST_FOLDED: usize = 1_024;

/// The normal form of a password, wherever it is set or compared: NFC (NIST SP 800-63B-4, 3.1.1.2).
pub fn folded(typed: &str) -> Secret {
    Secret::new(typed.nfc().collect())
}

/// A typed password in its normal form. Both the steps that set one and the step that compares one use it, so every
/// password that can be set can also be typed, in any Unicode form.
pub fn read(typed: &str) -> Result<Secret, FieldCode> {
    if typed.is_empty() {
        return Err(FieldCode::Required);
    }
    if typed.len() > LONGEST_AS_SENT {
        return Err(FieldCode::TooLong);
    }
    let folded = folded(typed);
    if folded.expose().len() > LONGEST_FOLDED {
        return Err(FieldCode::TooLong);
    }
    Ok(folded)
}

/// Words that one person's password must not contain, in addition to the portal's.
#[derive(Debug, Clone, Default)]
pub struct PersonalWords {
    words: Vec<String>,
}

impl PersonalWords {
    /// The words of this person: name and reading, parts of the address, the office.
    pub fn of(profile: &Profile, office: &OfficeName) -> Self {
        let mut words = Vec::new();
        let mut add = |word: &str| {
            let folded = text::folded_for_search(word);
            let letters = folded.chars().count();
            // Two kanji or kana make a name; three Latin letters may be a coincidence.
            let enough = if folded.is_ascii() { 4 } else { 2 };
            if letters >= enough {
                words.push(folded);
            }
        };
        for name in [
            profile.name.as_str(),
            profile.name_kana.as_str(),
            office.name.as_str(),
        ] {
            add(name);
            name.split([' ', '・']).for_each(&mut add);
        }
        add(office.number.as_str());
        add(profile.email.as_str());
        add(profile.email.local());
        profile
            .email
            .local()
            .split(['.', '-', '_', '+'])
            .for_each(&mut add);
        profile.email.domain().split('.').for_each(&mut add);
        Self { words }
    }

    fn is_in(&self, folded: &str) -> bool {
        PORTAL_WORDS.iter().any(|word| folded.contains(word))
            || self.words.iter().any(|word| folded.contains(word.as_str()))
    }
}

/// Whether this may become a password; the comparison with the present one is made elsewhere, because it costs a
/// hash.
pub fn check(password: &Secret, context: &PersonalWords, limits: &Limits) -> Result<(), FieldCode> {
    let typed = password.expose();
    let length = u64::try_from(typed.chars().count()).unwrap_or(u64::MAX);
    if length == 0 {
        return Err(FieldCode::Required);
    }
    if !typed.chars().all(text::is_password_character) {
        return Err(FieldCode::ForbiddenCharacter);
    }
    if length < limits.password_shortest {
        return Err(FieldCode::TooShort);
    }
    if length > limits.password_longest {
        return Err(FieldCode::TooLong);
    }
    if is_common(typed) {
        return Err(FieldCode::CommonPassword);
    }
    if context.is_in(&text::folded_for_search(typed)) {
        return Err(FieldCode::ContainsContextWord);
    }
    Ok(())
}

fn is_common(typed: &str) -> bool {
    let folded: String = text::folded_width(typed).to_lowercase();
    COMMON.binary_search(&folded.as_str()).is_ok() || repeats_a_common_unit(&folded) || is_a_run(&folded)
}

/// `passwordpassword`, `abcabcabcabcabc`: a unit of up to four characters or a common password, repeated, the last
/// time perhaps cut.
fn repeats_a_common_unit(folded: &str) -> bool {
    let chars: Vec<char> = folded.chars().collect();
    (1..=chars.len() / 2).any(|length| {
        let repeats = chars.iter().zip(chars.iter().skip(length)).all(|(a, b)| a == b);
        let unit: String = chars.iter().take(length).collect();
        repeats && (length <= 4 || UNITS.binary_search(&unit.as_str()).is_ok())
    })
}

/// `123456789012345`, `abcdefghijklmno` and the same backwards: each character follows the one before.
fn is_a_run(folded: &str) -> bool {
    let steps: Vec<i64> = folded
        .chars()
        .zip(folded.chars().skip(1))
        .map(|(a, b)| i64::from(u32::from(b)) - i64::from(u32::from(a)))
        .collect();
    // 9 is followed by 0 on a keyboard.
    steps.iter().all(|step| matches!(step, 1 | -9)) || steps.iter().all(|step| matches!(step, -1 | 9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Problems, ProfileForm};
    use crate::values::OfficeNumber;

    fn checked(typed: &str) -> Result<(), FieldCode> {
        let form = ProfileForm {
            email: Some("taro.kaigo@sakura-care.example.jp"),
            name: Some("見本 花子"),
            name_kana: Some("みほん はなこ"),
            phone: Some("0312345678"),
            ..ProfileForm::default()
        };
        let office = OfficeName {
            number: OfficeNumber::parse("1370000001").unwrap(),
            name: "さくら訪問ステーション".to_owned(),
        };
        let context = PersonalWords::of(&form.parse(Problems::default()).unwrap(), &office);
        check(&folded(typed), &context, &Limits::standard())
    }

    #[test]
    fn any_fifteen_characters_are_a_password() {
        for typed in [
            "correct horse battery",
            "ながいあんしょうばんごう二十六",
            "😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰",
            "  two spaces at both ends  ",
        ] {
            assert_eq!(checked(typed), Ok(()), "typed {typed}");
        }
    }

    #[test]
    fn a_password_is_counted_in_code_points_after_nfc() {
        assert_eq!(checked("q7#Lw2!vZp9&sK"), Err(FieldCode::TooShort));
        assert_eq!(checked("q7#Lw2!vZp9&sK4"), Ok(()));
        // か + combining mark is one code point after NFC: fourteen.
        assert_eq!(checked("q7#Lw2!vZp9&sか\u{3099}"), Err(FieldCode::TooShort));
        let long: String = ('\u{4e00}'..).step_by(7).take(128).collect();
        assert_eq!(checked(&long), Ok(()));
        assert_eq!(checked(&format!("{long}x")), Err(FieldCode::TooLong));
    }

    #[test]
    fn control_and_unassigned_characters_are_no_password() {
        assert_eq!(
            checked("correct horse\u{0}battery"),
            Err(FieldCode::ForbiddenCharacter)
        );
        assert_eq!(
            checked("correct horse\u{378}battery"),
            Err(FieldCode::ForbiddenCharacter)
        );
    }

    #[test]
    fn what_many_people_use_is_no_password() {
        for typed in [
            "passwordpassword",
            "PassWordPassWord",
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "abcabcabcabcabca",
            "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ",
            "9876543210987654",
            "qwertyuiopasdfghjkl",
        ] {
            assert_eq!(checked(typed), Err(FieldCode::CommonPassword), "typed {typed}");
        }
    }

    #[test]
    fn a_unit_of_up_to_four_characters_is_no_password_however_often_it_comes() {
        for typed in ["xq7!xq7!xq7!xq7!", "xq7!xq7!xq7!xq7", "xq7!xq7!xq7!xq7!x"] {
            assert_eq!(checked(typed), Err(FieldCode::CommonPassword), "typed {typed}");
        }
        for typed in ["xq7!zxq7!zxq7!z", "xq7!xq7!xq7!xq7x", "yxq7!xq7!xq7!xq7!"] {
            assert_eq!(checked(typed), Ok(()), "typed {typed}");
        }
    }

    #[test]
    fn a_common_password_is_repeated_where_it_comes_twice_at_least() {
        assert_eq!(checked("1q2w3e4r5t1q2w3e4r5t"), Err(FieldCode::CommonPassword));
        assert_eq!(checked("1q2w3e4r5t1q2w3e4r5t1q"), Err(FieldCode::CommonPassword));
        assert_eq!(checked("1q2w3e4r5t1q2w3"), Ok(()));
    }

    #[test]
    fn only_a_run_from_end_to_end_is_a_run() {
        for typed in [
            "567890123456789",
            "ghijklmnopqrstu",
            "utsrqponmlkjihg",
            "321098765432109",
        ] {
            assert_eq!(checked(typed), Err(FieldCode::CommonPassword), "typed {typed}");
        }
        for typed in [
            "ghijklmnopqrstv",
            "ghijklmnmlkjihg",
            "acegikmoqsuwyac",
            "135791357913571",
        ] {
            assert_eq!(checked(typed), Ok(()), "typed {typed}");
        }
    }

    /// Row 14 of the faults: accepted when it was set, refused when it was used.
    #[test]
    fn whatever_may_be_set_may_be_typed_in_any_form() {
        let limits = Limits::standard();
        // Each syllable is one code point, and three of three octets where か and ゛ stand apart, as macOS sends them.
        let syllables: String = ('각'..).step_by(7).take(128).collect();
        let apart: String = syllables.nfd().collect();
        assert!(apart.len() > 1_024);
        let typed = read(&apart).unwrap();
        assert!(typed.same_as(&read(&syllables).unwrap()));
        assert_eq!(check(&typed, &PersonalWords::default(), &limits), Ok(()));
        let longer = read(&format!("{apart}가")).unwrap();
        assert_eq!(
            check(&longer, &PersonalWords::default(), &limits),
            Err(FieldCode::TooLong)
        );
        // No password of 128 code points is longer than the maximum.
        assert!(4 * limits.password_longest <= u64::try_from(LONGEST_FOLDED).unwrap());
    }

    #[test]
    fn a_password_is_read_up_to_1024_octets_after_nfc() {
        let told = |typed: &str| read(typed).map(|read| read.expose().len());
        assert_eq!(told(""), Err(FieldCode::Required));
        for (octets, expected) in [
            (1, Ok(1)),
            (1_023, Ok(1_023)),
            (1_024, Ok(1_024)),
            (1_025, Err(FieldCode::TooLong)),
            (LONGEST_AS_SENT, Err(FieldCode::TooLong)),
            (LONGEST_AS_SENT + 1, Err(FieldCode::TooLong)),
        ] {
            assert_eq!(told(&"x".repeat(octets)), expected, "{octets}");
        }
        let syllables = |count: usize| "각".repeat(count).nfd().collect::<String>();
        assert_eq!(told(&syllables(341)), Ok(1_023));
        assert_eq!(told(&syllables(342)), Err(FieldCode::TooLong));
    }

    #[test]
    fn an_empty_password_is_refused_as_missing_not_as_short() {
        assert_eq!(checked(""), Err(FieldCode::Required));
        assert_eq!(checked(" "), Err(FieldCode::TooShort));
    }

    #[test]
    fn a_word_of_two_kana_or_four_latin_letters_counts_as_a_name() {
        for (typed, is_free) in [
            ("花子 q7#Lw2!vZp9&sK", false),
            ("花 q7#Lw2!vZp9&sK4", true),
            ("taro q7#Lw2!vZp9&sK", false),
            ("tar q7#Lw2!vZp9&sK4", true),
            ("jp q7#Lw2!vZp9&sK4", true),
            ("care q7#Lw2!vZp9&sK", true),
        ] {
            assert_eq!(checked(typed).is_ok(), is_free, "typed {typed}");
        }
    }

    #[test]
    fn a_password_that_a_stranger_would_try_is_refused() {
        for typed in [
            "Hanako! みほん 12345 xyz",
            "my-KAIGO-password-77",
            "sakura-care sakura 88",
            "1370000001-abcdefg",
            "花子のながいパスワードですよ二十",
            "ｶｲｺﾞ の 長い 暗証 です よ 22",
        ] {
            assert_eq!(
                checked(typed),
                Err(FieldCode::ContainsContextWord),
                "typed {typed}"
            );
        }
    }

    #[test]
    fn the_list_is_sorted_for_the_search() {
        assert!(COMMON.is_sorted());
        assert!(COMMON.len() > 1_000);
    }
}
