//! The layout of 事業所.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use portal::guards::AddressGuard;
use portal::limits::Limits;
use portal::office::{AnsweredRequest, Founding, Invited, Office, Reason, Released};
use portal::values::{
    AccountKey, AddressTag, BodyDigest, Draft, FlowId, Line, MemberId, OfficeName, OfficeNumber, RequestKey,
};

use super::super::codec::{Attributes, Reader, Writer};
use super::notices::{read_notices, write_notices};
use super::{KEY, Layout, address};
use crate::fault::Fault;

impl Layout for Office {
    fn id_text(id: &OfficeNumber) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        let mut members = Writer::default().finish();
        for (member, account) in &self.members {
            members.insert(
                member.as_str().to_owned(),
                AttributeValue::S(account.as_str().to_owned()),
            );
        }
        writer
            .text("name", &self.office.name)
            .map("founding", write_founding(&self.founding))
            .raw("members", AttributeValue::M(members));
        writer.maps("answered", self.answered.iter().map(write_answered).collect());
        let invited = self.invited.iter();
        writer.named(
            "invited",
            invited.map(|(id, invited)| (id.as_str(), write_invited(invited))),
        );
        writer.named(
            "told",
            self.notices.iter().map(|(id, budget)| {
                let mut writer = Writer::default();
                write_notices(&mut writer, budget);
                (id.as_str(), writer)
            }),
        );
        writer.time_if("takeOverUntil", self.take_over_until);
        if !self.addresses.asked.is_empty() {
            writer.raw("asked", AttributeValue::M(asked_of(&self.addresses)));
        }
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let members = reader.map("members")?;
        let member = |(member, account): (&str, &AttributeValue)| match account {
            AttributeValue::S(account) => Ok((MemberId::new(member), AccountKey::new(account.as_str()))),
            _ => Err(reader.corrupt("members")),
        };
        Ok(Self {
            office: OfficeName {
                number: OfficeNumber::parse(id).ok_or_else(|| reader.corrupt(KEY))?,
                name: reader.text("name")?.to_owned(),
            },
            members: members.entries().map(member).collect::<Result<_, _>>()?,
            founding: read_founding(&reader.map("founding")?)?,
            addresses: match reader.map_if("asked")? {
                None => AddressGuard::default(),
                Some(asked) => read_asked(&asked)?,
            },
            answered: reader
                .maps("answered")?
                .iter()
                .map(read_answered)
                .collect::<Result<_, _>>()?,
            invited: reader
                .named("invited")?
                .iter()
                .map(|(id, invited)| Ok((MemberId::new(*id), read_invited(invited)?)))
                .collect::<Result<_, Fault>>()?,
            notices: reader
                .named("told")?
                .iter()
                .map(|(id, told)| Ok((MemberId::new(*id), read_notices(told)?)))
                .collect::<Result<_, Fault>>()?,
            take_over_until: reader.time_if("takeOverUntil")?,
        })
    }
}

pub(super) fn write_founding(founding: &Founding) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("flow", founding.flow.as_str())
        .text("request", founding.request.as_str())
        .text("draft", founding.draft.as_str())
        .text("member", founding.member.as_str())
        .time("at", founding.at)
        .time_if("passwordEndsAt", founding.password_ends_at);
    writer
}

pub(super) fn read_founding(reader: &Reader<'_>) -> Result<Founding, Fault> {
    Ok(Founding {
        flow: FlowId::new(reader.text("flow")?),
        request: RequestKey::new(reader.text("request")?),
        draft: Draft::new(reader.text("draft")?),
        member: MemberId::new(reader.text("member")?),
        at: reader.time("at")?,
        password_ends_at: reader.time_if("passwordEndsAt")?,
    })
}

fn write_answered(request: &AnsweredRequest) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("key", request.key.as_str())
        .text("body", request.body.as_str())
        .text("of", request.member.as_str())
        .time("at", request.at);
    writer
}

fn read_answered(reader: &Reader<'_>) -> Result<AnsweredRequest, Fault> {
    Ok(AnsweredRequest {
        key: RequestKey::new(reader.text("key")?),
        body: BodyDigest::new(reader.text("body")?),
        member: MemberId::new(reader.text("of")?),
        at: reader.time("at")?,
    })
}

fn write_invited(invited: &Invited) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("name", invited.name.as_str())
        .text("email", invited.email.as_str())
        .time("at", invited.at)
        .text_if("reason", invited.released.map(|released| released.reason.code()))
        .time_if("released", invited.released.map(|released| released.at));
    writer
}

fn read_invited(reader: &Reader<'_>) -> Result<Invited, Fault> {
    let reason = match reader.text_if("reason")? {
        None => None,
        Some(reason) => Some(Reason::parse(reason).ok_or_else(|| reader.corrupt("reason"))?),
    };
    let released = reader.time_if("released")?.zip(reason);
    Ok(Invited {
        name: Line::stored(reader.text("name")?.to_owned()),
        email: address(reader, "email")?,
        at: reader.time("at")?,
        released: released.map(|(at, reason)| Released { at, reason }),
    })
}

fn asked_of(addresses: &AddressGuard) -> Attributes {
    let asked = addresses.asked.iter();
    asked
        .map(|(address, at)| {
            let second = AttributeValue::N(at.as_second().to_string());
            (address.as_str().to_owned(), second)
        })
        .collect()
}

fn read_asked(reader: &Reader<'_>) -> Result<AddressGuard, Fault> {
    let instant = |value: &AttributeValue| Timestamp::from_second(value.as_n().ok()?.parse().ok()?).ok();
    let mut guard = AddressGuard::default();
    for (address, at) in reader.entries() {
        let at = instant(at).ok_or_else(|| reader.corrupt("asked"))?;
        guard.asked.insert(AddressTag::new(address), at);
    }
    Ok(guard)
}
