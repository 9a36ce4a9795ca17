//! Mails: one recipient, only the portal's headers, the secret alone on its line.

use std::collections::BTreeMap;

use portal::code::OneTimeCode;
use portal::inquiry::Message;
use portal::keys::{KeyId, KeyRing};
use portal::mail::{Content, Promise};
use portal::values::EmailAddress;
use serde_json::Value;
use zeroize::Zeroizing;

/// The sender in these tests.
pub const SENDER: &str = "no-reply@mail.example.jp";

/// The front page in these tests.
pub const PORTAL: &str = "https://portal.example.jp/";

/// Subjects and display names of the manual.
const SUBJECTS: [&str; 29] = [
    "ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）",
    "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
    "【介護情報基盤ポータル】初期パスワードのお知らせ",
    "【介護情報基盤ポータル】初期パスワードでのログインのご案内",
    "【介護情報基盤ポータル】パスワードが再設定されました",
    "【介護情報基盤ポータル】パスワードが変更されました",
    "【介護情報基盤ポータル】メールアドレスが変更されました",
    "【介護情報基盤ポータル】ご利用が停止されました",
    "【介護情報基盤ポータル】ご利用の停止が解除されました",
    "【介護情報基盤ポータル】管理者になりました",
    "【介護情報基盤ポータル】管理者ではなくなりました",
    "【介護情報基盤ポータル】新しい端末からログインがありました",
    "【介護情報基盤ポータル】ユーザ登録が削除されました",
    "【介護情報基盤ポータル】事業所のユーザが登録されました",
    "【介護情報基盤ポータル】事業所のユーザが削除されました",
    "【介護情報基盤ポータル】事業所のユーザの利用が停止されました",
    "【介護情報基盤ポータル】事業所のユーザの利用の停止が解除されました",
    "【介護情報基盤ポータル】事業所のユーザが管理者になりました",
    "【介護情報基盤ポータル】事業所のユーザが管理者ではなくなりました",
    "【介護情報基盤ポータル】メールアドレスが事業所の別のユーザのものになりました",
    "【介護情報基盤ポータル】メールアドレスが別の事業所で登録されました",
    "【介護情報基盤ポータル】お問い合わせを受け付けました",
    "【介護情報基盤ポータル】お問い合わせへの回答",
    "【介護情報基盤ポータル】お問い合わせについてのお願い",
    "【介護情報基盤ポータル】お問い合わせの対応の完了",
    "【介護情報基盤ポータル】引き継ぎの申請がありました",
    "【介護情報基盤ポータル】引き継ぎができるようになりました",
    "【介護情報基盤ポータル】引き継ぎが中止されました",
    "【介護情報基盤ポータル】引き継ぎが完了しました",
];

/// A ring of one key.
pub fn ring() -> KeyRing {
    let keys = BTreeMap::from([(KeyId::new("k"), Zeroizing::new(vec![7; 32]))]);
    KeyRing::new(KeyId::new("k"), keys).expect("a ring")
}

/// The law for the text of a mail, with any stored promise.
pub fn of_any_promise(promise: &Promise) {
    let ring = ring();
    let Ok(text) = deliver_mail::body(promise, &ring, PORTAL) else {
        // A key that is missing from the ring is an error, and nothing is sent.
        return;
    };
    let first = text.lines().next().expect("a line");
    match &promise.content {
        Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            ..
        } => {
            let code =
                OneTimeCode::derive(&ring, key, *purpose, challenge, *counter).expect("the key was there");
            assert_eq!(first, format!("ワンタイムパスワード：{}", code.digits()));
            assert_eq!(text.matches("ワンタイムパスワード：").count(), 1, "{text}");
        }
        Content::InitialPassword { member, source, .. } => {
            let password = source.password(&ring, member).expect("the key was there");
            assert_eq!(first, format!("初期パスワード：{}", password.expose()));
            assert!(
                text.lines().nth(1).expect("a line").starts_with("事業所："),
                "{text}"
            );
            assert!(
                !has_six_digits_in_a_row(text.lines().nth(1).expect("a line")),
                "{text}"
            );
            assert_eq!(text.matches(password.expose()).count(), 1);
        }
        Content::InitialPasswordGuide { offices, .. } => {
            let lines: Vec<&str> = text.lines().take(offices.len()).collect();
            assert_eq!(lines.len(), offices.len(), "{text}");
            for line in lines {
                assert!(
                    line.starts_with("事業所：") && !has_six_digits_in_a_row(line),
                    "{text}"
                );
            }
        }
        Content::Notice { .. } => assert!(first.starts_with("日時：") && !has_six_digits_in_a_row(&text)),
        Content::InquiryReceipt { number } => {
            assert_eq!(first, format!("受付番号：{}", number.as_str()));
        }
        Content::InquiryReply(reply) => {
            assert_eq!(first, format!("受付番号：{}", reply.number.as_str()));
            let said = reply.text.as_ref().map_or("", Message::as_str);
            assert!(text.contains(&format!("\n\n{said}\n\n")), "{text}");
        }
        Content::TakeOver(bulletin) => {
            let code = bulletin.stop_code.as_ref().map(|stop_code| {
                let code = stop_code.code(&ring, &bulletin.office.number);
                code.expect("the key was there").expose().to_owned()
            });
            let codes: Vec<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix("停止コード："))
                .collect();
            assert_eq!(
                codes,
                code.iter().map(String::as_str).collect::<Vec<_>>(),
                "{text}"
            );
            assert!(!has_six_digits_in_a_row(&text), "{text}");
        }
    }
    assert_eq!(text.lines().filter(|line| *line == PORTAL).count(), 1, "{text}");
    let header = deliver_mail::from(promise.content.sender_name(), SENDER);
    assert!(header.is_ascii() && !header.contains(['\r', '\n']), "{header}");
    assert!(SUBJECTS.contains(&promise.content.subject()));
}

fn has_six_digits_in_a_row(line: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    line.split(|c| !is_digit(c)).any(|run| run.chars().count() >= 6)
}

/// The law for any display name: the header is one line of encoded words and ends with the sender's address.
pub fn of_any_display_name(name: &str) {
    let header = deliver_mail::from(name, SENDER);
    assert!(header.is_ascii() && !header.contains(['\r', '\n']), "{header}");
    assert!(header.ends_with(&format!(" <{SENDER}>")), "{header}");
    assert_eq!(header.matches('<').count(), 1);
    let words = header.strip_suffix(&format!(" <{SENDER}>")).expect("our address");
    assert!(
        words
            .split(' ')
            .all(|word| word.len() <= 75 && word.starts_with("=?UTF-8?B?") && word.ends_with("?="))
    );
}

/// The law for the request to SES.
pub fn of_any_letter(letter: &Value) {
    let names: Vec<&str> = letter
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        [
            "ConfigurationSetName",
            "Content",
            "Destination",
            "EmailTags",
            "FromEmailAddress"
        ]
    );
    let destination = letter["Destination"].as_object().expect("an object");
    assert_eq!(
        destination.keys().collect::<Vec<_>>(),
        ["ToAddresses"],
        "no copies"
    );
    let to = letter["Destination"]["ToAddresses"].as_array().expect("a list");
    assert_eq!(to.len(), 1);
    let address = to[0].as_str().expect("an address");
    // Quotes stand around the local part alone, and no address that is stored holds one.
    let stored = EmailAddress::parse(&address.replace('"', "")).expect("an address");
    assert_eq!(stored.in_header(), address);
    let from = letter["FromEmailAddress"].as_str().expect("a sender");
    assert!(
        from.ends_with(&format!("?= <{SENDER}>")) && from.is_ascii(),
        "{from}"
    );
    let simple = &letter["Content"]["Simple"];
    assert!(SUBJECTS.contains(&simple["Subject"]["Data"].as_str().expect("a subject")));
    assert!(simple["Headers"].is_null(), "no header but SES's own");
    assert!(simple["Body"]["Html"].is_null(), "text alone");
    let text = simple["Body"]["Text"]["Data"].as_str().expect("a text");
    let firsts = ["ワンタイムパスワード：", "初期パスワード：", "事業所：", "日時："];
    assert!(firsts.iter().any(|first| text.starts_with(first)), "{text}");
    let tags = letter["EmailTags"].as_array().expect("tags");
    let names: Vec<&Value> = tags.iter().map(|tag| &tag["Name"]).collect();
    assert_eq!(names, ["kind", "key", "number", "of"]);
}
