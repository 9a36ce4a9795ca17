//! The layout of an operator at the desk.

use portal::account::Account;
use portal::claims_record::ClaimsRecord;
use portal::desk::{Identity, Operation, Operator, Reason, Target};
use portal::inquiry::Inquiry;
use portal::limits::Limits;
use portal::office::Office;
use portal::time::plus;
use portal::values::{FlowId, MemberId, OperatorId};

use super::super::codec::{Reader, Writer};
use super::super::item::{Item as _, Key};
use super::{KEPT_AFTER_EXPIRY, Layout, pk};
use crate::fault::Fault;

impl Layout for Operator {
    fn id_text(id: &OperatorId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        let last = &self.last;
        writer
            .text("name", &self.who.name)
            .text("operation", last.id.as_str())
            .text_if("reason", last.reason.as_ref().map(Reason::as_str))
            .text("target", &target_text(&last.target))
            .text_if("member", last.member.as_ref().map(MemberId::as_str))
            .time("at", last.at)
            // No rule reads it: it is kept for as long as the stream could need it.
            .time("ttl", plus(last.at, KEPT_AFTER_EXPIRY));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let target = match reader.text("target")? {
            Inquiry::KIND => Target::Inquiries,
            one => match Key::parse(one) {
                Some(Key::Office(number)) => Target::Office(number),
                Some(Key::Account(key)) => Target::Address(key),
                Some(Key::Inquiry(number)) => Target::Inquiry(number),
                Some(Key::Claims(user)) => Target::ClaimsUser(user),
                Some(Key::Operator(id)) => Target::Operator(id),
                _ => return Err(reader.corrupt("target")),
            },
        };
        Ok(Self {
            who: Identity {
                id: OperatorId::new(id),
                name: reader.text("name")?.to_owned(),
            },
            last: Operation {
                id: FlowId::new(reader.text("operation")?),
                reason: reader.text_if("reason")?.map(str::to_owned).map(Reason::stored),
                target,
                member: reader.text_if("member")?.map(MemberId::new),
                at: reader.time("at")?,
            },
        })
    }
}

/// The key of the item that an operation is about, or the kind of all of them.
fn target_text(target: &Target) -> String {
    match target {
        Target::Office(number) => pk(&Office::key(number)),
        Target::Address(key) => pk(&Account::key(key)),
        Target::Inquiry(number) => pk(&Inquiry::key(number)),
        Target::Inquiries => Inquiry::KIND.to_owned(),
        Target::ClaimsUser(user) => pk(&ClaimsRecord::key(user)),
        Target::Operator(id) => pk(&Operator::key(id)),
    }
}
