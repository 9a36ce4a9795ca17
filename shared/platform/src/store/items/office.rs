//! The layout of 事業所.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use portal::guards::AddressGuard;
use portal::limits::Limits;
use portal::office::{AnsweredRequest, Founding, Office};
use portal::values::{AccountKey, AddressTag, Draft, FlowId, MemberId, OfficeName, OfficeNumber, RequestKey};

use super::super::codec::{Attributes, Reader, Writer};
use super::Layout;
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
        let mut founding = Writer::default();
        founding
            .text("flow", self.founding.flow.as_str())
            .text("request", self.founding.request.as_str())
            .text("draft", self.founding.draft.as_str())
            .text("member", self.founding.member.as_str())
            .time("at", self.founding.at);
        writer
            .text("name", &self.office.name)
            .map("founding", founding)
            .raw("members", AttributeValue::M(members));
        writer.maps("answered", self.answered.iter().map(write_answered).collect());
        if !self.addresses.asked.is_empty() {
            writer.raw("asked", AttributeValue::M(asked_of(&self.addresses)));
        }
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let founding = reader.map("founding")?;
        let members = reader.map("members")?;
        let member = |(member, account): (&str, &AttributeValue)| match account {
            AttributeValue::S(account) => Ok((MemberId::new(member), AccountKey::new(account.as_str()))),
            _ => Err(reader.corrupt("members")),
        };
        Ok(Self {
            office: OfficeName {
                number: OfficeNumber::parse(id).ok_or_else(|| reader.corrupt("pk"))?,
                name: reader.text("name")?.to_owned(),
            },
            members: members.entries().map(member).collect::<Result<_, _>>()?,
            founding: Founding {
                flow: FlowId::new(founding.text("flow")?),
                request: RequestKey::new(founding.text("request")?),
                draft: Draft::new(founding.text("draft")?),
                member: MemberId::new(founding.text("member")?),
                at: founding.time("at")?,
            },
            addresses: match reader.map_if("asked")? {
                None => AddressGuard::default(),
                Some(asked) => read_asked(&asked)?,
            },
            answered: reader
                .maps("answered")?
                .iter()
                .map(read_answered)
                .collect::<Result<_, _>>()?,
        })
    }
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
        body: Draft::new(reader.text("body")?),
        member: MemberId::new(reader.text("of")?),
        at: reader.time("at")?,
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
