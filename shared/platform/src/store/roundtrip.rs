//! Every item that the rules can make is read as it was written; a garbled one is a corrupt item.

mod drawn;

use std::collections::BTreeMap;
use std::fmt::Debug;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use portal::account::Member;
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::guards::{
    AddressGuard, ClaimsGuard, CountedReceipt, InquiryHour, MailBudget, ReceiptBudget, RefusedStarts,
    SecurityCodeGuard,
};
use portal::limits::Limits;
use portal::login::SessionPointer;
use portal::mail::{Delivery, Letter, Promise};
use portal::office::{AnsweredRequest, Founding, Invited, Office, Reason, Released};
use portal::registration::{self};
use portal::values::{
    AccountKey, AddressTag, BodyDigest, ClaimsUserId, Draft, FlowId, LetterId, MemberId, NetworkTag,
    RequestKey, RequestTag, SessionId,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::codec::{Attributes, Reader, Writer, image_of_json, json_of_image};
use super::item::NetworkRecord;
use super::items::{Layout, mails_of_image};
use crate::fault::Fault;

use self::drawn::{
    account, address_change, agenda, attempts, codes, id, inquiry, instant, instants, log_in, notices,
    office, operator, profile, promised_bulletin, promised_notice, registration, reset, take_over,
};

fn attributes<T: Layout>(item: &T) -> Attributes {
    let mut writer = Writer::default();
    item.write(&mut writer, &Limits::standard());
    writer.finish()
}

fn read<T: Layout>(id: &T::Id, attributes: &Attributes) -> Result<T, Fault> {
    T::read(T::id_text(id), &Reader::new(T::KIND, attributes))
}

/// The laws of an item.
fn is_read_as_written<T: Layout + PartialEq + Debug>(item: &T, garbling: &[Garbling]) {
    let written = attributes(item);
    let again = read::<T>(item.id(), &written).unwrap();
    assert_eq!(again, *item);
    assert_eq!(attributes(&again), written, "writing it again changes nothing");
    assert_eq!(
        image_of_json(&json_of_image(&written)).unwrap(),
        written,
        "as the stream has it"
    );
    for garbling in garbling {
        let garbled = garbling.apply(&written);
        let faults = [
            read::<T>(item.id(), &garbled).err(),
            mails_of_image(&garbled).err(),
        ];
        for fault in faults.into_iter().flatten() {
            assert!(matches!(fault, Fault::CorruptItem { .. }), "{fault}");
        }
    }
}

/// A mail that tells something.
fn mail_of_letter() -> impl Strategy<Value = Promise> {
    prop_oneof![promised_notice(), promised_bulletin()]
}

/// The stream's filter and its reader find the promises of an item.
fn is_seen_by_the_stream(attributes: &Attributes, promises: &[Promise]) {
    let mut seen = mails_of_image(attributes).unwrap();
    let mut promises = promises.to_vec();
    let key = |mail: &Promise| (mail.number, mail.content.of().to_owned());
    seen.sort_by_key(key);
    promises.sort_by_key(key);
    assert_eq!(seen, promises, "the stream sees the promise");
    let queued = promises.iter().any(|mail| mail.delivery == Delivery::Queued);
    let flag = attributes.get("queued");
    assert_eq!(
        flag,
        queued.then_some(&AttributeValue::Bool(true)),
        "and so does its filter"
    );
}

/// Ways to garble an item: an attribute is missing, or has another value.
#[derive(Debug, Clone)]
struct Garbling {
    at: usize,
    with: Option<AttributeValue>,
}

impl Garbling {
    fn apply(&self, attributes: &Attributes) -> Attributes {
        let mut at = self.at;
        self.map(attributes, &mut at)
    }

    fn map(&self, attributes: &Attributes, at: &mut usize) -> Attributes {
        let sorted: BTreeMap<&String, &AttributeValue> = attributes.iter().collect();
        let inner = sorted
            .into_iter()
            .filter_map(|(name, value)| Some((name.clone(), self.value(value, at)?)));
        inner.collect()
    }

    fn value(&self, value: &AttributeValue, at: &mut usize) -> Option<AttributeValue> {
        if *at == 0 {
            *at = usize::MAX;
            return self.with.clone();
        }
        *at -= 1;
        Some(match value {
            AttributeValue::M(map) => AttributeValue::M(self.map(map, at)),
            AttributeValue::L(list) => {
                AttributeValue::L(list.iter().filter_map(|inner| self.value(inner, at)).collect())
            }
            other => other.clone(),
        })
    }
}

fn garblings() -> impl Strategy<Value = Vec<Garbling>> {
    let text = prop_oneof![".{0,20}", "-?[0-9]{1,30}", "(NaN|1e400|0x1|otp|queued|manager)"];
    let value = prop_oneof![
        text.clone().prop_map(AttributeValue::S),
        text.prop_map(AttributeValue::N),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        Just(AttributeValue::L(vec![AttributeValue::S("x".to_owned())])),
        Just(AttributeValue::M(Attributes::new())),
        Just(AttributeValue::Ss(vec!["x".to_owned()])),
    ];
    vec(
        (0_usize..60, option::of(value)).prop_map(|(at, with)| Garbling { at, with }),
        8,
    )
}

proptest! {
    #[test]
    fn a_stored_reset_is_read_as_it_was_written(item in reset(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
        let mut attributes = attributes(&item);
        attributes.insert("pk".to_owned(), AttributeValue::S(format!("RESET#{}", item.id.as_str())));
        let mails: Vec<Promise> = item.promise().into_iter().collect();
        is_seen_by_the_stream(&attributes, &mails);
    }

    #[test]
    fn a_stored_registration_is_read_as_it_was_written(item in registration(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
        let mail = match &item.stage {
            registration::Stage::Otp { challenge, .. } => vec![challenge.mail.clone()],
            _ => Vec::new(),
        };
        is_seen_by_the_stream(&attributes(&item), &mail);
    }

    #[test]
    fn a_stored_log_in_is_read_as_it_was_written(item in log_in(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
    }

    #[test]
    fn a_stored_address_change_is_read_as_it_was_written(item in address_change(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
        is_seen_by_the_stream(&attributes(&item), std::slice::from_ref(&item.challenge.mail));
    }

    #[test]
    fn a_stored_letter_is_read_as_it_was_written(id in id(), first in mail_of_letter(), more in vec(mail_of_letter(), 0..4), garblings in garblings()) {
        let more = (2..).zip(more).map(|(number, mail)| Promise { number, ..mail }).collect();
        let first = Promise { number: 1, ..first };
        let item = Letter { id: LetterId::new(id), first, more };
        is_read_as_written(&item, &garblings);
        let mails: Vec<Promise> = item.mails().cloned().collect();
        is_seen_by_the_stream(&attributes(&item), &mails);
    }

    #[test]
    fn a_stored_account_is_read_as_it_was_written(item in account(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
        let mails: Vec<Promise> = item.members().filter_map(Member::promised).cloned().collect();
        is_seen_by_the_stream(&attributes(&item), &mails);
    }

    #[test]
    fn a_stored_office_is_read_as_it_was_written(
        name in office(),
        members in proptest::collection::btree_map(id(), id(), 0..5),
        founding in (id(), id(), id(), id(), instant(), option::of(instant())),
        asked in proptest::collection::btree_map(id(), instant(), 0..10),
        answered in proptest::collection::vec((id(), id(), id(), instant()), 0..3),
        invited in vec((id(), profile(), instant(), option::of((instant(), any::<bool>()))), 0..4),
        notices in proptest::collection::btree_map(id(), notices(), 0..3),
        take_over_until in option::of(instant()),
        garblings in garblings(),
    ) {
        let (flow, request, draft, member, at, password_ends_at) = founding;
        let seat = |(member, account): (String, String)| (MemberId::new(member), AccountKey::new(account));
        let item = Office {
            office: name,
            members: members.into_iter().map(seat).collect(),
            founding: Founding {
                flow: FlowId::new(flow),
                request: RequestKey::new(request),
                draft: Draft::new(draft),
                member: MemberId::new(member),
                at,
                password_ends_at,
            },
            addresses: AddressGuard {
                asked: asked.into_iter().map(|(tag, at)| (AddressTag::new(tag), at)).collect(),
            },
            answered: answered
                .into_iter()
                .map(|(key, body, member, at)| AnsweredRequest {
                    key: RequestKey::new(key),
                    body: BodyDigest::new(body),
                    member: MemberId::new(member),
                    at,
                })
                .collect(),
            invited: invited
                .into_iter()
                .map(|(id, profile, at, released)| {
                    let released = released.map(|(at, elsewhere)| Released {
                        at,
                        reason: if elsewhere { Reason::OwnedElsewhere } else { Reason::NotUsed },
                    });
                    let (name, email) = (profile.name, profile.email);
                    (MemberId::new(id), Invited { name, email, at, released })
                })
                .collect(),
            notices: notices.into_iter().map(|(id, told)| (MemberId::new(id), told)).collect(),
            take_over_until,
        };
        is_read_as_written(&item, &garblings);
    }

    #[test]
    fn a_stored_take_over_and_agenda_are_read_as_they_were_written(take_over in take_over(), agenda in agenda(), garblings in garblings()) {
        is_read_as_written(&take_over, &garblings);
        is_read_as_written(&agenda, &garblings);
    }

    #[test]
    fn a_stored_claims_user_and_contact_are_read_as_they_were_written(
        user in "KJ[0-9A-Z]{0,30}",
        failures in attempts(),
        open in attempts(),
        asked in instants(),
        codes in codes(),
        mails in instants(),
        judged_at in instant(),
        garblings in garblings(),
    ) {
        let user = ClaimsUserId::parse(&user).unwrap();
        let mails = MailBudget { sends: mails };
        let receipt = |at: &Timestamp| CountedReceipt { request: RequestTag::new(user.as_str()), at: *at };
        let receipts = ReceiptBudget { counted: asked.iter().map(receipt).collect() };
        let contact = Contact { key: AccountKey::new(user.as_str()), mails: mails.clone(), receipts };
        is_read_as_written(&contact, &garblings);
        let item = ClaimsRecord { user, passwords: ClaimsGuard { failures, open }, security_codes: SecurityCodeGuard { asked }, codes, mails, judged_at };
        is_read_as_written(&item, &garblings);
    }

    #[test]
    fn a_stored_session_and_network_are_read_as_they_were_written(
        ids in (id(), id(), id(), id()),
        at in (instant(), instant(), instant()),
        requests: u64,
        inquiries in option::of((instant(), any::<u64>())),
        garblings in garblings(),
    ) {
        let session = SessionPointer {
            id: SessionId::new(ids.0),
            account: AccountKey::new(ids.1),
            member: MemberId::new(ids.2),
            expires_at: at.0,
            last_seen_at: at.1,
        };
        is_read_as_written(&session, &garblings);
        let budget = RefusedStarts { since: at.2, count: requests };
        let inquiries = inquiries.map(|(since, count)| InquiryHour { since, count });
        let network = NetworkRecord { network: NetworkTag::new(ids.3), budget, inquiries };
        is_read_as_written(&network, &garblings);
    }

    #[test]
    fn a_stored_operator_is_read_as_it_was_written(item in operator(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
    }

    #[test]
    fn a_stored_inquiry_is_read_as_it_was_written(item in inquiry(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
        is_seen_by_the_stream(&attributes(&item), std::slice::from_ref(&item.receipt));
    }
}
