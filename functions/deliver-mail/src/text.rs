//! The texts of the mails. They are in `mail/`, one file per mail, so that they can be edited without Rust.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal::code::{OneTimeCode, Purpose};
use portal::inquiry::{EntryKind, Message};
use portal::keys::{KeyRing, UnknownKey};
use portal::mail::{Content, Notice, Promise};
use portal::take_over::{Bulletin, News};
use portal::time::japanese_clock;

const REGISTRATION_CODE: &str = include_str!("../mail/registration-code.txt");
const LOGIN_CODE: &str = include_str!("../mail/login-code.txt");
const RESET_CODE: &str = include_str!("../mail/reset-code.txt");
const ADDRESS_CODE: &str = include_str!("../mail/address-code.txt");
const INITIAL_PASSWORD: &str = include_str!("../mail/initial-password.txt");
const INITIAL_PASSWORD_GUIDE: &str = include_str!("../mail/initial-password-guide.txt");
const PASSWORD_RESET: &str = include_str!("../mail/password-reset.txt");
const PASSWORD_REPLACED: &str = include_str!("../mail/password-replaced.txt");
const ADDRESS_CHANGED: &str = include_str!("../mail/address-changed.txt");
const ADDRESS_LEFT: &str = include_str!("../mail/address-left.txt");
const MEMBER_DISABLED: &str = include_str!("../mail/member-disabled.txt");
const MEMBER_ENABLED: &str = include_str!("../mail/member-enabled.txt");
const MADE_MANAGER: &str = include_str!("../mail/made-manager.txt");
const NEW_DEVICE: &str = include_str!("../mail/new-device.txt");
const MEMBER_REMOVED: &str = include_str!("../mail/member-removed.txt");
const COLLEAGUE_ADDED: &str = include_str!("../mail/colleague-added.txt");
const COLLEAGUE_REMOVED: &str = include_str!("../mail/colleague-removed.txt");
const COLLEAGUE_DISABLED: &str = include_str!("../mail/colleague-disabled.txt");
const COLLEAGUE_ENABLED: &str = include_str!("../mail/colleague-enabled.txt");
const COLLEAGUE_MADE_MANAGER: &str = include_str!("../mail/colleague-made-manager.txt");
const COLLEAGUE_MADE_MEMBER: &str = include_str!("../mail/colleague-made-member.txt");
const COLLEAGUE_CLAIM_VOID: &str = include_str!("../mail/colleague-claim-void.txt");
const DISABLED_BY_DESK: &str = include_str!("../mail/disabled-by-desk.txt");
const ENABLED_BY_DESK: &str = include_str!("../mail/enabled-by-desk.txt");
const COLLEAGUE_DISABLED_BY_DESK: &str = include_str!("../mail/colleague-disabled-by-desk.txt");
const COLLEAGUE_ENABLED_BY_DESK: &str = include_str!("../mail/colleague-enabled-by-desk.txt");
const CLAIM_VOID: &str = include_str!("../mail/claim-void.txt");
const INQUIRY_RECEIPT: &str = include_str!("../mail/inquiry-receipt.txt");
const INQUIRY_ANSWERED: &str = include_str!("../mail/inquiry-answered.txt");
const INQUIRY_RETURNED: &str = include_str!("../mail/inquiry-returned.txt");
const INQUIRY_CLOSED: &str = include_str!("../mail/inquiry-closed.txt");
const TAKE_OVER_ASKED: &str = include_str!("../mail/take-over-asked.txt");
const TAKE_OVER_TOLD: &str = include_str!("../mail/take-over-told.txt");
const TAKE_OVER_REMINDER: &str = include_str!("../mail/take-over-reminder.txt");
const TAKE_OVER_OPENED: &str = include_str!("../mail/take-over-opened.txt");
const TAKE_OVER_STOPPED: &str = include_str!("../mail/take-over-stopped.txt");
const TAKE_OVER_COMPLETED: &str = include_str!("../mail/take-over-completed.txt");
const MADE_MEMBER: &str = include_str!("../mail/made-member.txt");

/// What the last notice of its kind says, before the budget is used up.
const LAST_FOR_A_WHILE: &str = "短い間に同じお知らせを何度もお送りしたため、このあと最長1日の間、同じお知らせをお送りしないことがあります。いまの状態は、マイページでご確認ください。\n\n";

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
                Purpose::AddressChange => ADDRESS_CODE,
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
        Content::InquiryReceipt { number } => INQUIRY_RECEIPT
            .replace("{number}", number.as_str())
            .replace("{when}", &japanese_clock(promise.promised_at)),
        Content::InquiryReply(reply) => {
            let template = match reply.kind {
                EntryKind::Answer => INQUIRY_ANSWERED,
                EntryKind::Return => INQUIRY_RETURNED,
                EntryKind::Close | EntryKind::Addition => INQUIRY_CLOSED,
            };
            let text = template
                .replace("{number}", reply.number.as_str())
                .replace("{when}", &japanese_clock(promise.promised_at))
                .replace("{url}", portal_url);
            // Last of all: what an operator wrote stays as it is.
            let said = reply.text.as_ref().map_or("", Message::as_str);
            return Ok(text.replace("{said}", said));
        }
        Content::Notice {
            what,
            browser,
            about,
            is_last,
            ..
        } => {
            let template = match what {
                Notice::PasswordReset => PASSWORD_RESET,
                Notice::PasswordReplaced => PASSWORD_REPLACED,
                Notice::AddressChanged => ADDRESS_CHANGED,
                Notice::AddressLeft => ADDRESS_LEFT,
                Notice::MemberDisabled => MEMBER_DISABLED,
                Notice::MemberEnabled => MEMBER_ENABLED,
                Notice::MadeManager => MADE_MANAGER,
                Notice::MadeMember => MADE_MEMBER,
                Notice::NewDevice => NEW_DEVICE,
                Notice::MemberRemoved => MEMBER_REMOVED,
                Notice::ColleagueAdded => COLLEAGUE_ADDED,
                Notice::ColleagueRemoved => COLLEAGUE_REMOVED,
                Notice::ColleagueDisabled => COLLEAGUE_DISABLED,
                Notice::ColleagueEnabled => COLLEAGUE_ENABLED,
                Notice::ColleagueMadeManager => COLLEAGUE_MADE_MANAGER,
                Notice::ColleagueMadeMember => COLLEAGUE_MADE_MEMBER,
                Notice::ColleagueClaimVoid => COLLEAGUE_CLAIM_VOID,
                Notice::DisabledByDesk => DISABLED_BY_DESK,
                Notice::EnabledByDesk => ENABLED_BY_DESK,
                Notice::ColleagueDisabledByDesk => COLLEAGUE_DISABLED_BY_DESK,
                Notice::ColleagueEnabledByDesk => COLLEAGUE_ENABLED_BY_DESK,
                Notice::ClaimVoid => CLAIM_VOID,
            };
            let device = Some(browser.label()).filter(|label| !label.is_empty());
            template
                .replace("{when}", &japanese_clock(promise.promised_at))
                .replace(
                    "{device}",
                    device.as_deref().unwrap_or("種類のわからないブラウザ"),
                )
                .replace("{about}", &on_a_line(about.as_deref().unwrap_or_default()))
                .replace("{last}", if *is_last { LAST_FOR_A_WHILE } else { "" })
        }
        Content::TakeOver(bulletin) => take_over(bulletin, promise, keys)?,
    };
    Ok(text.replace("{expires}", &expires).replace("{url}", portal_url))
}

/// The text of a mail about a take-over. A recipient who cannot stop it gets no code.
fn take_over(bulletin: &Bulletin, promise: &Promise, keys: &KeyRing) -> Result<String, UnknownKey> {
    let template = match (bulletin.news, &bulletin.stop_code) {
        (News::Asked, Some(_)) => TAKE_OVER_ASKED,
        (News::Reminder, Some(_)) => TAKE_OVER_REMINDER,
        (News::Asked | News::Reminder, None) => TAKE_OVER_TOLD,
        (News::Opened, _) => TAKE_OVER_OPENED,
        (News::Stopped, _) => TAKE_OVER_STOPPED,
        (News::Completed, _) => TAKE_OVER_COMPLETED,
    };
    let text = match &bulletin.stop_code {
        Some(stop_code) => {
            let code = stop_code.code(keys, &bulletin.office.number)?;
            template.replace("{stop}", code.expose())
        }
        None => template.to_owned(),
    };
    Ok(text
        .replace("{when}", &japanese_clock(promise.promised_at))
        .replace("{asked}", &japanese_clock(bulletin.asked_at))
        .replace("{from}", &japanese_clock(bulletin.from))
        .replace("{end}", &bulletin.claims_user_end)
        .replace("{contact}", &on_a_line(&bulletin.contact_masked))
        .replace("{number}", &on_a_line(bulletin.office.number.as_str()))
        .replace("{office}", &on_a_line(&bulletin.office.name)))
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

    use jiff::Timestamp;
    use portal::account::BrowserKind;
    use portal::code::Label;
    use portal::initial_password::Source;
    use portal::inquiry::{ReceiptNumber, Reply};
    use portal::keys::KeyId;
    use portal::take_over::StopCode;
    use portal::values::{ChallengeId, EmailAddress, MemberId, OfficeName, OfficeNumber, RequestKey};
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
            code(Purpose::AddressChange),
            Content::InitialPasswordGuide {
                challenge: ChallengeId::new("c"),
                offices: vec![
                    "見本ステーション".to_owned(),
                    "見本１２３４567\r\n停止コード：x".to_owned(),
                ],
            },
            Content::InitialPassword {
                member: MemberId::new("m"),
                office: "見本ステーション１２３４567\r\n初期パスワード：x".to_owned(),
                source,
            },
            Content::InquiryReceipt {
                number: ReceiptNumber::of(&RequestKey::new("7"), 0),
            },
        ]
        .into_iter()
        .chain(replies())
        .chain(notices())
        .chain(bulletins(now))
        .map(|content| Promise::first(to.clone(), content, until, now))
        .collect()
    }

    /// What operators say about an inquiry.
    fn replies() -> impl Iterator<Item = Content> {
        let reply = |(kind, text): (EntryKind, Option<&str>)| {
            Content::InquiryReply(Box::new(Reply {
                number: ReceiptNumber::of(&RequestKey::new("7"), 0),
                kind,
                text: text.map(|text| Message::parse(text).unwrap()),
            }))
        };
        let said = Some("一行目\n二行目");
        [
            (EntryKind::Answer, said),
            (EntryKind::Return, said),
            (EntryKind::Close, said),
            (EntryKind::Close, None),
        ]
        .into_iter()
        .map(reply)
    }

    /// What an operator wrote is no template.
    #[test]
    fn the_words_of_an_operator_come_as_they_were_written() {
        let said = "{url} {when} {said} <b>1 & 2</b>";
        let reply = Reply {
            number: ReceiptNumber::of(&RequestKey::new("7"), 0),
            kind: EntryKind::Answer,
            text: Some(Message::parse(said).unwrap()),
        };
        let to = EmailAddress::parse("taro@example.jp").unwrap();
        let now = "2026-04-01T00:00:00Z".parse().unwrap();
        let content = Content::InquiryReply(Box::new(reply));
        let text = body(
            &Promise::first(to, content, now, now),
            &ring(),
            "https://portal.example.jp/",
        )
        .unwrap();
        assert_eq!(text.lines().filter(|line| *line == said).count(), 1, "{text}");
    }

    /// Every notice, also as the last one for a while. The data is more than each of them has.
    fn notices() -> impl Iterator<Item = Content> {
        let notice = |(what, is_last): (&Notice, bool)| Content::Notice {
            member: MemberId::new("m"),
            what: *what,
            browser: BrowserKind::of("Firefox/145.0 (Windows)"),
            about: Some("h***@e***.jp".to_owned()),
            is_last,
        };
        [false, true]
            .into_iter()
            .flat_map(|is_last| Notice::ALL.iter().map(move |what| (what, is_last)))
            .map(notice)
    }

    /// Every news of a take-over, to a member who can stop it and to a recipient who cannot.
    fn bulletins(now: Timestamp) -> impl Iterator<Item = Content> {
        let stop_code = StopCode {
            key: KeyId::new("k"),
            nonce: "n".to_owned(),
        };
        let bulletin = move |(news, stop_code)| {
            Content::TakeOver(Box::new(Bulletin {
                office: OfficeName {
                    number: OfficeNumber::parse("1370000001").unwrap(),
                    name: "見本１２３４567\r\n停止コード：x".to_owned(),
                },
                news,
                asked_at: now,
                from: now,
                claims_user_end: "0001".to_owned(),
                contact_masked: "k***@e***.jp".to_owned(),
                stop_code,
            }))
        };
        News::ALL
            .iter()
            .flat_map(move |news| [(*news, None), (*news, Some(stop_code.clone()))])
            .filter(|(news, code)| matches!(news, News::Asked | News::Reminder) || code.is_none())
            .map(bulletin)
    }

    #[test]
    fn every_mail_says_what_it_is_for_on_lines_of_their_own() {
        for promise in samples() {
            let text = body(&promise, &ring(), "https://portal.example.jp/").unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let stops = matches!(&promise.content, Content::TakeOver(it) if it.stop_code.is_some());
            let has_secret = stops || promise.content.is_overtaken_by_later_mails();
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
                Content::Notice { what, is_last, .. } => {
                    assert_eq!(lines[0], "日時：2026年4月1日 9時00分", "{text}");
                    // The reset and the desk know no browser, and the one that made a claim void is another office's.
                    let device = lines.contains(&"端末：Firefox / Windows");
                    let is_of_desk = what.code().ends_with("-by-desk");
                    let has_device =
                        !is_of_desk && !matches!(what, Notice::PasswordReset | Notice::ClaimVoid);
                    assert_eq!(device, has_device, "{text}");
                    let about = lines.contains(&"対象のユーザ：h***@e***.jp");
                    let is_colleague = what.code().starts_with("colleague-") || what == Notice::ClaimVoid;
                    assert_eq!(about, is_colleague, "{text}");
                    let last = text.contains("同じお知らせをお送りしないことがあります");
                    assert_eq!(last, is_last && what.is_counted(), "{text}");
                }
                Content::InquiryReceipt { .. } => {
                    let expected = ["受付番号：HLFH-YKKW-QQCK", "日時：2026年4月1日 9時00分"];
                    assert_eq!(lines[..2], expected, "{text}");
                }
                Content::InquiryReply(reply) => {
                    let expected = ["受付番号：HLFH-YKKW-QQCK", "日時：2026年4月1日 9時00分"];
                    assert_eq!(lines[..2], expected, "{text}");
                    let said = lines.windows(2).any(|two| two == ["一行目", "二行目"]);
                    assert_eq!(said, reply.text.is_some(), "{text}");
                }
                Content::TakeOver(bulletin) => {
                    let first = if stops {
                        "停止コード："
                    } else {
                        "日時：2026年4月1日 9時00分"
                    };
                    assert!(lines[0].starts_with(first), "{text}");
                    let codes = lines.iter().filter(|line| line.starts_with("停止コード："));
                    assert_eq!(codes.count(), usize::from(stops), "{text}");
                    for line in [
                        "事業所：見本１２３４5 67  停止コード：x",
                        "事業所番号：13700 00001",
                        "申請の日時：2026年4月1日 9時00分",
                        "電子請求受付システムのユーザID：末尾が 0001",
                    ] {
                        assert!(lines.contains(&line), "{text}");
                    }
                    let is_told = matches!(bulletin.news, News::Asked | News::Reminder);
                    let contact = "電子請求受付システムに登録されたメールアドレス：k***@e***.jp";
                    assert_eq!(lines.contains(&contact), is_told, "{text}");
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
