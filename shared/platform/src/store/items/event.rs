//! The event of a write: in the item, and in the stream.

use portal::account::Account;
use portal::audit::{Act, Event};
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::desk::Operator;
use portal::registration::Registration;
use portal::take_over::TakeOver;
use portal::values::{FlowId, MemberId};

use super::super::codec::{Attributes, Reader, Writer};
use super::super::item::Item as _;
use super::account::{CHANGES, HOLDERS, VOID_CLAIMS};
use super::{EVENT, KEY, VERSION};
use crate::audit::{Counts, Record};
use crate::fault::Fault;

/// The event of the write with this version. The event contains the version, so that a reader of the stream can
/// distinguish it from an event that a later write of another kind carries along.
pub(crate) fn write_event(event: &Event, version: &str) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("id", version)
        .text("act", event.act.code())
        .time("at", event.at)
        .text_if("by", event.by.as_ref().map(FlowId::as_str))
        .text_if("about", event.about.as_ref().map(MemberId::as_str));
    writer
}

/// The act of the write that made this image, if there is one: an event with another version than the item's is one
/// that a later write carries along.
pub fn record_of_image(image: &Attributes, sequence: &str) -> Result<Option<Record>, Fault> {
    let reader = Reader::new("stream", image);
    let Some(event) = reader.map_if(EVENT)? else {
        return Ok(None);
    };
    let id = event.text("id")?;
    if reader.text(VERSION)? != id {
        return Ok(None);
    }
    let subject = reader.text(KEY)?;
    let mut record = Record {
        id: id.to_owned(),
        at: event.time("at")?,
        act: Act::parse(event.text("act")?).ok_or_else(|| reader.corrupt("event.act"))?,
        subject: subject.to_owned(),
        claims_user: None,
        office: None,
        member: None,
        by: event.text_if("by")?.map(str::to_owned),
        operator: None,
        target: None,
        reason: None,
        counts: Counts::default(),
        sequence: sequence.to_owned(),
    };
    let number = |office: Reader<'_>| office.text("number").map(str::to_owned);
    let count = |of: &Reader<'_>, name| Ok::<_, Fault>(of.count(name)?.filter(|count: &u64| *count > 0));
    match subject.split_once('#').map(|(kind, _)| kind) {
        Some(Account::KIND) => {
            let about = event.text_if("about")?;
            record.member = about.map(str::to_owned);
            record.counts.wrong_passwords = reader.number_if("wrong")?;
            // The acts that make a member the owner of the address.
            if matches!(record.act, Act::PasswordChanged | Act::AddressChanged) {
                let mut now_void = 0;
                for claim in reader.maps(VOID_CLAIMS)? {
                    now_void += u64::from(claim.time("at")? == record.at);
                }
                record.counts.void_claims = Some(now_void).filter(|count| *count > 0);
            }
            let is_of_reset = matches!(
                record.act,
                Act::ResetAsked | Act::ResetCodeWrong | Act::ResetCodeRight
            );
            if is_of_reset {
                // The counts of the address, whether or not a member has it.
                record.counts.wrong_codes = count(&reader, "codes")?;
                record.counts.mails = count(&reader, "resets")?;
            }
            for (id, holder) in reader.named(HOLDERS)? {
                // An act without a member is about the owner, if there is one.
                let is_owner = !holder.flag("pending")?;
                if about != Some(id) && !(about.is_none() && is_owner) {
                    continue;
                }
                record.member = Some(id.to_owned());
                record.office = Some(number(holder.map("office")?)?);
                let is_of_change = matches!(record.act, Act::AddressCodePromised | Act::AddressCodeWrong);
                let counted = if is_of_change {
                    holder.map_if(CHANGES)?
                } else {
                    Some(holder)
                };
                if let Some(counted) = counted.filter(|_| !is_of_reset) {
                    record.counts.wrong_codes = count(&counted, "codes")?;
                    record.counts.mails = count(&counted, "mails")?;
                }
                let mut of_devices = 0;
                for device in holder.maps("devices")? {
                    of_devices += device.number_if::<u64>("wrong")?.unwrap_or(0);
                }
                record.counts.wrong_passwords_of_devices = Some(of_devices).filter(|count| *count > 0);
            }
        }
        Some(ClaimsRecord::KIND) => {
            record.counts.wrong_passwords = count(&reader, "failures")?;
            record.counts.open_passwords = count(&reader, "open")?;
            record.counts.wrong_codes = count(&reader, "codes")?;
            record.counts.mails = count(&reader, "mails")?;
        }
        Some(Contact::KIND) => {
            let is_of_receipt = record.act == Act::InquiryReceiptPromised;
            let list = if is_of_receipt { "receipts" } else { "mails" };
            record.counts.mails = count(&reader, list)?;
        }
        Some(TakeOver::KIND) => {
            record.office = subject.split_once('#').map(|(_, number)| number.to_owned());
            record.member = event.text_if("about")?.map(str::to_owned);
        }
        Some(Operator::KIND) => {
            record.member = event.text_if("about")?.map(str::to_owned);
            record.operator = Some(reader.text("name")?.to_owned());
            record.target = Some(reader.text("target")?.to_owned());
            record.reason = reader.text_if("reason")?.map(str::to_owned);
        }
        Some(Registration::KIND) => {
            record.claims_user = Some(reader.text("claimsUser")?.to_owned());
            record.office = reader.map_if("office")?.map(number).transpose()?;
            record.member = reader.text_if("member")?.map(str::to_owned);
            record.counts.tries = reader.number_if("tries")?;
        }
        _ => {}
    }
    Ok(Some(record))
}
