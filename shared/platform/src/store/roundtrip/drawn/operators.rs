//! Drawn operators of the desk.

use portal::desk::{Identity, Operation, Operator, Reason, Target};
use portal::inquiry::ReceiptNumber;
use portal::values::{AccountKey, ClaimsUserId, FlowId, MemberId, OfficeNumber, OperatorId, RequestKey};
use proptest::option;
use proptest::prelude::*;

use super::{id, instant};

pub(in super::super) fn operator() -> impl Strategy<Value = Operator> {
    let target = prop_oneof![
        id().prop_map(|key| Target::Address(AccountKey::new(key))),
        "[0-9]{10}".prop_map(|number| Target::Office(OfficeNumber::parse(&number).unwrap())),
        id().prop_map(|key| Target::Inquiry(ReceiptNumber::of(&RequestKey::new(key), 0))),
        Just(Target::Inquiries),
        "KJ[0-9]{8}".prop_map(|user| Target::ClaimsUser(ClaimsUserId::parse(&user).unwrap())),
        id().prop_map(|id| Target::Operator(OperatorId::new(id))),
    ];
    let who = ("[A-Z]{4}:[a-z@.#]{1,20}", "[a-z:/#-]{1,60}");
    let reason = option::of("[ぁ-ん一-龠]{1,60}".prop_map(Reason::stored));
    let operation = (id(), reason, target, option::of(id()), instant());
    (who, operation).prop_map(|((operator, name), (id, reason, target, member, at))| Operator {
        who: Identity {
            id: OperatorId::new(operator),
            name,
        },
        last: Operation {
            id: FlowId::new(id),
            reason,
            target,
            member: member.map(MemberId::new),
            at,
        },
    })
}
