//! Drawn items: everything that the rules can make.

mod accounts;
mod flows;
mod inquiries;
mod operators;
mod take_overs;

use jiff::Timestamp;
use portal::challenge::Challenge;
use portal::code::{Label, Purpose};
use portal::guards::Attempt;
use portal::keys::KeyId;
use portal::mail::{Content, Delivery, Promise};
use portal::values::{
    ChallengeId, EmailAddress, Line, NameKana, NetworkTag, OfficeName, OfficeNumber, PhoneNumber, Profile,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

pub(super) use self::accounts::{account, codes, notices, promised_notice};
pub(super) use self::flows::{address_change, log_in, registration, reset};
pub(super) use self::inquiries::inquiry;
pub(super) use self::operators::operator;
pub(super) use self::take_overs::{agenda, promised_bulletin, take_over};

pub(super) fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,43}"
}

/// Any whole second that there is.
pub(super) fn instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        4 => 1_775_000_000_i64..1_780_000_000,
        1 => Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
    ]
    .prop_map(|second| Timestamp::from_second(second).unwrap())
}

pub(super) fn instants() -> impl Strategy<Value = Vec<Timestamp>> {
    vec(instant(), 0..20)
}

pub(super) fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = (instant(), id(), any::<bool>()).prop_map(|(at, network, accepts_risk)| Attempt {
        at,
        network: NetworkTag::new(network),
        accepts_risk,
    });
    vec(attempt, 0..6)
}

pub(super) fn email() -> impl Strategy<Value = EmailAddress> {
    ("[a-zA-Z0-9.!#$%&'*+/^_`{|}~-]{1,20}", "[a-z0-9]{1,10}")
        .prop_map(|(local, domain)| EmailAddress::parse(&format!("{local}@{domain}.jp")).unwrap())
}

pub(super) fn office() -> impl Strategy<Value = OfficeName> {
    ("[0-9]{2}[0-9A-HJ-NPR-Z][0-9]{7}", "\\PC{1,60}").prop_map(|(number, name)| OfficeName {
        number: OfficeNumber::parse(&number).unwrap(),
        name,
    })
}

/// A line as the rules make it.
pub(super) fn line() -> impl Strategy<Value = Line> {
    "[一-龠ぁ-んァ-ヶ髙﨑𠮷A-Za-z0-9{}#:'\" -]{1,40}"
        .prop_filter_map("a name", |text| Line::parse(&text).ok())
}

pub(super) fn profile() -> impl Strategy<Value = Profile> {
    let kana = "[ァ-ヺー]{1,30}".prop_map(|kana| NameKana::parse(&kana).unwrap());
    let phone = "0[0-9]{9,10}".prop_map(|digits| PhoneNumber::parse(&digits).unwrap());
    (
        email(),
        line(),
        kana,
        option::of(line()),
        option::of(line()),
        phone,
    )
        .prop_map(|(email, name, name_kana, department, job_title, phone)| Profile {
            email,
            name,
            name_kana,
            department,
            job_title,
            phone,
        })
}

pub(super) fn promise(content: impl Strategy<Value = Content>) -> impl Strategy<Value = Promise> {
    (
        any::<u32>(),
        email(),
        content,
        instant(),
        instant(),
        any::<u32>(),
        proptest::sample::select(Delivery::ALL.as_slice()),
        option::of(instant()),
    )
        .prop_map(
            |(number, to, content, expires_at, promised_at, sends, delivery, sent_at)| Promise {
                number,
                to,
                content,
                expires_at,
                promised_at,
                sends,
                delivery,
                sent_at,
            },
        )
}

pub(super) fn challenge() -> impl Strategy<Value = Challenge> {
    let purpose = prop_oneof![
        Just(Purpose::Login),
        Just(Purpose::Registration),
        Just(Purpose::Reset),
        Just(Purpose::AddressChange)
    ];
    let content = (purpose, id(), id(), any::<u32>(), "[A-Z][3-9]").prop_map(
        |(purpose, challenge, key, counter, label)| Content::OneTimeCode {
            purpose,
            challenge: ChallengeId::new(challenge),
            key: KeyId::new(key),
            counter,
            label: Label::stored(label),
        },
    );
    (promise(content), any::<u32>()).prop_map(|(mail, tries)| {
        let Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            label,
        } = mail.content.clone()
        else {
            unreachable!("the content is a code")
        };
        Challenge {
            id: challenge,
            purpose,
            key,
            counter,
            label,
            tries,
            mail,
        }
    })
}
