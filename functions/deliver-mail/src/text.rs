//! The texts of the mails. They are in `mail/`, one file per mail, so that they can be edited without Rust.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal::code::{OneTimeCode, Purpose};
use portal::keys::{KeyRing, UnknownKey};
use portal::mail::{Content, Notice, Promise};
use portal::time::japanese_clock;

const REGISTRATION_CODE: &str = include_str!("../mail/registration-code.txt");
const LOGIN_CODE: &str = include_str!("../mail/login-code.txt");
const RESET_CODE: &str = include_str!("../mail/reset-code.txt");
const INITIAL_PASSWORD: &str = include_str!("../mail/initial-password.txt");
const INITIAL_PASSWORD_GUIDE: &str = include_str!("../mail/initial-password-guide.txt");
const PASSWORD_RESET: &str = include_str!("../mail/password-reset.txt");
const PASSWORD_REPLACED: &str = include_str!("../mail/password-replaced.txt");
const MEMBER_DISABLED: &str = include_str!("../mail/member-disabled.txt");
const MEMBER_ENABLED: &str = include_str!("../mail/member-enabled.txt");
const MADE_MANAGER: &str = include_str!("../mail/made-manager.txt");
const MADE_MEMBER: &str = include_str!("../mail/made-member.txt");

/// The text of a mail. Its secret is derived here, and nowhere before.
pub fn body(promise: &Promise, keys: &KeyRing, portal_url: &str) -> Result<String, UnknownKey> {
    let expires = japanese_clock(promise.expires_at);
    let text = match &promise.content {
        Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            label,
        } => {
            let code = OneTimeCode::derive(keys, key, *purpose, challenge, *counter)?;
            let template = match purpose {
                Purpose::Registration => REGISTRATION_CODE,
                Purpose::Login => LOGIN_CODE,
                Purpose::Reset => RESET_CODE,
            };
            template
                .replace("{code}", code.digits())
                .replace("{label}", label.as_str())
        }
        Content::InitialPassword {
            member,
            office,
            source,
        } => INITIAL_PASSWORD
            .replace("{password}", source.password(keys, member)?.expose())
            .replace("{office}", &on_a_line(office)),
        Content::InitialPasswordGuide { offices, .. } => {
            let lines: Vec<String> = offices
                .iter()
                .map(|office| format!("事業所：{}", on_a_line(office)))
                .collect();
            INITIAL_PASSWORD_GUIDE.replace("{offices}", &lines.join("\n"))
        }
        Content::Notice { what, browser, .. } => {
            let template = match what {
                Notice::PasswordReset => PASSWORD_RESET,
                Notice::PasswordReplaced => PASSWORD_REPLACED,
                Notice::MemberDisabled => MEMBER_DISABLED,
                Notice::MemberEnabled => MEMBER_ENABLED,
                Notice::MadeManager => MADE_MANAGER,
                Notice::MadeMember => MADE_MEMBER,
            };
            let device = Some(browser.label()).filter(|label| !label.is_empty());
            template
                .replace("{when}", &japanese_clock(promise.promised_at))
                .replace(
                    "{device}",
                    device.as_deref().unwrap_or("種類のわからないブラウザ"),
                )
        }
    };
    Ok(text.replace("{expires}", &expires).replace("{url}", portal_url))
}

/// A name on one line of a mail: without line ends, and without a run of six digits, which only a code has.
fn on_a_line(name: &str) -> String {
    let mut line = String::with_capacity(name.len());
    let mut run = 0;
    for c in name.chars() {
        let c = if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            c
        };
        run = if c.is_ascii_digit() || ('０'..='９').contains(&c) {
            run + 1
        } else {
            0
        };
        if run == 6 {
            line.push(' ');
            run = 1;
        }
        line.push(c);
    }
    line
}

/// `=?UTF-8?B?…?= <address>`: a display name in header fields (RFC 2047), in words of at most 75 characters.
pub fn from(name: &str, address: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in name.chars() {
        // 45 octets become 60 characters of Base64, and 72 with the delimiters.
        if word.len() + c.len_utf8() > 45 {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let encoded: Vec<String> = words
        .iter()
        .map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)))
        .collect();
    format!("{} <{address}>", encoded.join(" "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use portal::account::BrowserKind;
    use portal::code::Label;
    use portal::initial_password::Source;
    use portal::keys::KeyId;
    use portal::values::{ChallengeId, EmailAddress, MemberId};
    use zeroize::Zeroizing;

    use super::*;

    fn ring() -> KeyRing {
        KeyRing::new(
            KeyId::new("k"),
            BTreeMap::from([(KeyId::new("k"), Zeroizing::new(vec![7; 32]))]),
        )
        .unwrap()
    }

    fn samples() -> Vec<Promise> {
        let to = EmailAddress::parse("taro@example.jp").unwrap();
        let now = "2026-04-01T00:00:00Z".parse().unwrap();
        let until = "2026-04-01T00:10:00Z".parse().unwrap();
        let code = |purpose| Content::OneTimeCode {
            purpose,
            challenge: ChallengeId::new("c"),
            key: KeyId::new("k"),
            counter: 0,
            label: Label::stored("K7".to_owned()),
        };
        let source = Source {
            key: KeyId::new("k"),
            nonce: "n".to_owned(),
            issue: 1,
        };
        [
            code(Purpose::Registration),
            code(Purpose::Login),
            code(Purpose::Reset),
            Content::InitialPasswordGuide {
                challenge: ChallengeId::new("c"),
                offices: vec![
                    "見本ステーション".to_owned(),
                    "見本１２３４567\r\n停止コード：x".to_owned(),
                ],
            },
            Content::Notice {
                member: MemberId::new("m"),
                what: Notice::PasswordReset,
                browser: BrowserKind::default(),
            },
            Content::Notice {
                member: MemberId::new("m"),
                what: Notice::PasswordReplaced,
                browser: BrowserKind::of("Firefox/145.0 (Windows)"),
            },
            Content::Notice {
                member: MemberId::new("m"),
                what: Notice::MemberDisabled,
                browser: BrowserKind::of("Firefox/145.0 (Windows)"),
            },
            Content::Notice {
                member: MemberId::new("m"),
                what: Notice::MemberEnabled,
                browser: BrowserKind::of("Firefox/145.0 (Windows)"),
            },
            Content::Notice {
                member: MemberId::new("m"),
                what: Notice::MadeManager,
                browser: BrowserKind::of("Firefox/145.0 (Windows)"),
            },
            Content::Notice {
                member: MemberId::new("m"),
                what: Notice::MadeMember,
                browser: BrowserKind::of("Firefox/145.0 (Windows)"),
            },
            Content::InitialPassword {
                member: MemberId::new("m"),
                office: "見本ステーション１２３４567\r\n初期パスワード：x".to_owned(),
                source,
            },
        ]
        .map(|content| Promise::first(to.clone(), content, until, now))
        .into()
    }

    #[test]
    fn every_mail_says_what_it_is_for_on_lines_of_their_own() {
        for promise in samples() {
            let text = body(&promise, &ring(), "https://portal.example.jp/").unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let has_secret = promise.content.is_overtaken_by_later_mails();
            let expires = lines.contains(&"有効期限：2026年4月1日 9時10分");
            assert_eq!(expires, has_secret, "{text}");
            assert!(!text.contains(['{', '}', '\r']), "{text}");
            match promise.content {
                Content::OneTimeCode { .. } => {
                    assert!(lines.contains(&"照合記号：K7"));
                    assert!(
                        lines[0].starts_with("ワンタイムパスワード：") && lines[0].chars().count() == 11 + 6
                    );
                }
                Content::InitialPasswordGuide { .. } => {
                    let offices = [
                        "事業所：見本ステーション",
                        "事業所：見本１２３４5 67  停止コード：x",
                    ];
                    assert_eq!(lines[..2], offices, "{text}");
                }
                Content::Notice { what, .. } => {
                    assert_eq!(lines[0], "日時：2026年4月1日 9時00分", "{text}");
                    let device = lines.contains(&"端末：Firefox / Windows");
                    assert_eq!(device, what != Notice::PasswordReset, "{text}");
                }
                Content::InitialPassword { .. } => {
                    assert!(lines[0].starts_with("初期パスワード："));
                    let office = "事業所：見本ステーション１２３４5 67  初期パスワード：x";
                    assert_eq!(lines[1], office, "{text}");
                }
            }
        }
    }

    #[test]
    fn a_mail_holds_no_other_run_of_six_digits_and_no_link_but_the_front_page() {
        for promise in samples() {
            let text = body(&promise, &ring(), "https://portal.example.jp/").unwrap();
            let runs = text
                .split(|c: char| !c.is_ascii_digit() && !('０'..='９').contains(&c))
                .filter(|run| run.chars().count() >= 6)
                .count();
            let expected = usize::from(matches!(promise.content, Content::OneTimeCode { .. }));
            assert_eq!(runs, expected, "{text}");
            assert_eq!(text.matches("://").count(), 1);
        }
    }

    #[test]
    fn a_display_name_goes_as_encoded_words() {
        let header = from("介護保険資格確認等WEBサービス", "no-reply@mail.example.jp");
        assert!(header.is_ascii());
        assert!(header.split(' ').all(|word| word.len() <= 75), "{header}");
        assert!(header.ends_with("?= <no-reply@mail.example.jp>"));
    }
}
