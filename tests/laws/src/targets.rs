//! The fuzz targets; tests/values/fuzzed.rs runs them, too.

use std::cell::LazyCell;

use jiff::Timestamp;
use portal::account::BrowserKind;
use portal::code::{Label, Purpose};
use portal::initial_password::Source;
use portal::inquiry::{EntryKind, Message, ReceiptNumber, Reply};
use portal::keys::KeyId;
use portal::mail::{Content, Notice, Promise};
use portal::take_over::{Bulletin, News, StopCode};
use portal::values::{ChallengeId, EmailAddress, MemberId, OfficeName, OfficeNumber, RequestKey};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::claims::System;
use crate::doubles::Aws;
use crate::texts;

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

thread_local! {
    static RUNTIME: LazyCell<Runtime> = LazyCell::new(runtime);
    static TABLE: LazyCell<Aws> = LazyCell::new(Aws::default);
    static SYSTEM: LazyCell<System> = LazyCell::new(|| block_on(System::start()));
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// A text, through every parser.
pub fn values(typed: &str) {
    texts::of_any_text(typed);
}

/// A request: the step, lines of headers, an empty line, the body.
pub fn requests(octets: &[u8]) {
    if let Some(sent) = crate::edge::Sent::of_octets(octets) {
        block_on(crate::edge::of_any_request(&sent));
    }
}

/// An item of the table, and an image of the stream, as DynamoDB's JSON.
pub fn items(octets: &[u8]) {
    let Ok(item) = serde_json::from_slice::<Value>(octets) else {
        return;
    };
    TABLE.with(|table| block_on(crate::items::of_any_item(table, &item)));
    if let Some(image) = item.as_object() {
        crate::items::of_any_image(image);
    }
}

/// An event of the stream, or of SES.
pub fn events(octets: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(octets) else {
        return;
    };
    block_on(crate::events::of_any_batch(&event));
    block_on(crate::events::of_any_mail_event(&event));
    // The image alone, because an event is mostly envelope.
    let change = json!({ "SequenceNumber": "1", "NewImage": event });
    block_on(crate::events::of_any_batch(
        &json!({ "Records": [{ "dynamodb": change }] }),
    ));
}

/// An answer of the claims system.
pub fn claims(octets: &[u8]) {
    SYSTEM.with(|system| block_on(system.of_any_body(octets)));
}

/// The parts of a promise, and a display name.
pub fn mails(text: &str) {
    crate::mail::of_any_display_name(text);
    let mut parts = text.splitn(3, '\n');
    let mut part = || parts.next().unwrap_or_default();
    let (one, other, address) = (part(), part(), part());
    let to = EmailAddress::parse(address)
        .unwrap_or_else(|_| EmailAddress::parse("a@example.jp").expect("an address"));
    let key = KeyId::new("k");
    let numbers = text.bytes().fold(0_u32, |sum, octet| {
        sum.wrapping_mul(31).wrapping_add(octet.into())
    });
    let contents = [
        Content::OneTimeCode {
            purpose: Purpose::Login,
            challenge: ChallengeId::new(one),
            key: key.clone(),
            counter: numbers,
            label: Label::stored("K7".to_owned()),
        },
        Content::InitialPassword {
            member: MemberId::new(one),
            office: text.to_owned(),
            source: Source {
                key,
                nonce: other.to_owned(),
                issue: numbers,
            },
        },
        Content::InitialPasswordGuide {
            challenge: ChallengeId::new(one),
            offices: vec![text.to_owned(), other.to_owned()],
        },
        Content::Notice {
            member: MemberId::new(one),
            what: Notice::PasswordReplaced,
            browser: BrowserKind::of(text),
            about: Some(text.to_owned()),
            is_last: numbers % 2 == 0,
        },
        Content::InquiryReceipt {
            number: ReceiptNumber::of(&RequestKey::new(one), numbers),
        },
        Content::InquiryReply(Box::new(Reply {
            number: ReceiptNumber::of(&RequestKey::new(one), numbers),
            kind: EntryKind::Answer,
            text: Message::parse(text).ok(),
        })),
        Content::TakeOver(Box::new(Bulletin {
            office: OfficeName {
                number: OfficeNumber::parse("1370000001").expect("a number"),
                name: text.to_owned(),
            },
            news: News::Asked,
            asked_at: Timestamp::UNIX_EPOCH,
            from: Timestamp::UNIX_EPOCH,
            claims_user_end: "0001".to_owned(),
            contact_masked: to.masked(),
            stop_code: Some(StopCode {
                key: KeyId::new("k"),
                nonce: other.to_owned(),
            }),
        })),
    ];
    for content in contents {
        let expires = Timestamp::from_second(i64::from(numbers)).expect("an instant");
        crate::mail::of_any_promise(&Promise::first(to.clone(), content, expires, expires));
    }
}
