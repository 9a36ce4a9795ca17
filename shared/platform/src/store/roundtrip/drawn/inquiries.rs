//! Drawn inquiries.

use portal::inquiry::{
    Entry, EntryKind, Handling, Inquiry, InquiryState, InstitutionKind, Message, Prefecture, Question,
    ReceiptNumber, UserKind, WrittenNumber,
};
use portal::mail::Content;
use portal::values::{BodyDigest, OperatorId, RequestKey};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{id, instant, line, profile, promise};

fn message() -> impl Strategy<Value = Message> {
    "[一-龠ぁ-んァ-ヶ<>&=+@ \n-]{0,60}。".prop_map(|text| Message::parse(&text).unwrap())
}

fn operator() -> impl Strategy<Value = OperatorId> {
    "[a-z0-9@._-]{1,64}".prop_map(OperatorId::new)
}

fn handling() -> impl Strategy<Value = Handling> {
    let entry = (
        select(EntryKind::ALL.to_vec()),
        instant(),
        option::of(operator()),
        option::of(message()),
    );
    let entry = entry.prop_map(|(kind, at, by, text)| Entry { kind, at, by, text });
    (
        select(InquiryState::ALL.to_vec()),
        1..100_u32,
        option::of(operator()),
        proptest::collection::vec(entry, 0..4),
    )
        .prop_map(|(state, moves, operator, entries)| Handling {
            state,
            moves,
            operator,
            entries,
        })
}

fn question() -> impl Strategy<Value = Question> {
    let number =
        "[0-9A-Z]{1,10}".prop_map(|text| WrittenNumber::parse_optional(Some(&text)).unwrap().unwrap());
    let prefecture = (1..=47_u8).prop_map(|number| Prefecture::parse(&format!("{number:02}")).unwrap());
    (
        (select(UserKind::ALL), line(), profile()),
        option::of(number),
        option::of(select(InstitutionKind::ALL)),
        option::of(prefecture),
        ("[a-z-]{1,20}", "[a-z-]{1,20}"),
        message(),
    )
        .prop_map(|(who, number, institution, prefecture, topic, message)| {
            let (user_kind, organisation, profile) = who;
            Question {
                user_kind,
                organisation,
                number,
                institution,
                prefecture,
                name: profile.name,
                name_kana: profile.name_kana,
                email: profile.email,
                phone: profile.phone,
                category: topic.0,
                subcategory: topic.1,
                message,
            }
        })
}

pub(in crate::store::roundtrip) fn inquiry() -> impl Strategy<Value = Inquiry> {
    let number =
        (id(), 0..8_u32).prop_map(|(key, attempt)| ReceiptNumber::of(&RequestKey::new(key), attempt));
    number.prop_flat_map(|number| {
        let content = Just(Content::InquiryReceipt {
            number: number.clone(),
        });
        let handling = option::of(handling());
        (id(), id(), instant(), question(), promise(content), handling).prop_map(
            move |(request, body, received_at, question, receipt, handling)| Inquiry {
                number: number.clone(),
                request: RequestKey::new(request),
                body: BodyDigest::new(body),
                received_at,
                question,
                receipt,
                handling: handling.unwrap_or_default(),
            },
        )
    })
}
