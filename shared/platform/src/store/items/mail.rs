//! The layout of a promised mail, in the table and in the stream.

use portal::challenge::Challenge;
use portal::code::{Label, Purpose};
use portal::initial_password::Source;
use portal::inquiry::{EntryKind, Message, ReceiptNumber, Reply};
use portal::keys::KeyId;
use portal::mail::{Content, Delivery, Notice, Promise};
use portal::password_reset::PasswordReset;
use portal::values::{ChallengeId, MemberId, OfficeName};

use super::super::codec::{Attributes, Reader, Writer};
use super::super::item::Item as _;
use super::account::{HOLDERS, read_browser, write_browser};
use super::take_over::{read_bulletin, write_bulletin};
use super::{KEY, Layout as _, address, read_office};
use crate::fault::Fault;

/// The attribute of a promised mail, in a flow and in a member.
pub(super) const MAIL: &str = "mail";
pub(super) const NUMBER: &str = "n";
/// The challenge, the member or the office that the mail is about.
pub(super) const OF: &str = "of";
pub(super) const DELIVERY: &str = "delivery";
pub(super) const SENT_AT: &str = "sentAt";

const REGISTRATION_CODE: &str = "registration-code";
const LOGIN_CODE: &str = "login-code";
const RESET_CODE: &str = "reset-code";
const ADDRESS_CODE: &str = "address-code";
const INITIAL_PASSWORD: &str = "initial-password";
const INITIAL_PASSWORD_GUIDE: &str = "initial-password-guide";
const NOTICE: &str = "notice";
const INQUIRY_RECEIPT: &str = "inquiry-receipt";
const INQUIRY_REPLY: &str = "inquiry-reply";
pub(super) const TAKE_OVER: &str = "take-over";

pub(super) fn write_mail(mail: &Promise) -> Writer {
    let mut writer = Writer::default();
    writer
        .number(NUMBER, mail.number)
        .text("to", mail.to.as_str())
        .time("exp", mail.expires_at)
        .time("at", mail.promised_at)
        .number("sends", mail.sends)
        .text(DELIVERY, mail.delivery.code())
        .time_if(SENT_AT, mail.sent_at);
    match &mail.content {
        Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            label,
        } => {
            let kind = match purpose {
                Purpose::Registration => REGISTRATION_CODE,
                Purpose::Login => LOGIN_CODE,
                Purpose::Reset => RESET_CODE,
                Purpose::AddressChange => ADDRESS_CODE,
            };
            writer
                .text("kind", kind)
                .text(OF, challenge.as_str())
                .text("key", key.as_str())
                .number("count", *counter)
                .text("label", label.as_str());
        }
        Content::InitialPassword { member, source, .. } => {
            writer
                .text("kind", INITIAL_PASSWORD)
                .text(OF, member.as_str())
                .text("key", source.key.as_str())
                .number("count", source.issue)
                .text("nonce", &source.nonce);
        }
        Content::InitialPasswordGuide { challenge, offices } => {
            let office = |name: &String| {
                let mut writer = Writer::default();
                writer.text("name", name);
                writer
            };
            writer
                .text("kind", INITIAL_PASSWORD_GUIDE)
                .text(OF, challenge.as_str())
                .maps("offices", offices.iter().map(office).collect());
        }
        Content::Notice {
            member,
            what,
            browser,
            about,
            is_last,
        } => {
            writer
                .text("kind", NOTICE)
                .text(OF, member.as_str())
                .text("what", what.code())
                .text_if("about", about.as_deref())
                .flag("last", *is_last);
            write_browser(&mut writer, *browser);
        }
        Content::InquiryReceipt { number } => {
            writer.text("kind", INQUIRY_RECEIPT).text("of", number.as_str());
        }
        Content::InquiryReply(reply) => {
            writer
                .text("kind", INQUIRY_REPLY)
                .text(OF, reply.number.as_str())
                .text("what", reply.kind.code())
                .text_if("text", reply.text.as_ref().map(Message::as_str));
        }
        Content::TakeOver(bulletin) => write_bulletin(&mut writer, bulletin),
    }
    writer
}

/// The mail with a code.
pub(super) fn read_code(reader: &Reader<'_>) -> Result<Promise, Fault> {
    let purpose = match reader.text("kind")? {
        REGISTRATION_CODE => Purpose::Registration,
        LOGIN_CODE => Purpose::Login,
        RESET_CODE => Purpose::Reset,
        ADDRESS_CODE => Purpose::AddressChange,
        _ => return Err(reader.corrupt("kind")),
    };
    let content = Content::OneTimeCode {
        purpose,
        challenge: ChallengeId::new(reader.text(OF)?),
        key: KeyId::new(reader.text("key")?),
        counter: reader.number("count")?,
        label: Label::stored(reader.text("label")?.to_owned()),
    };
    read_promise(reader, content)
}

/// The mail with the initial password of a member of this office, and the source of the password.
pub(super) fn read_initial_password(
    reader: &Reader<'_>,
    office: &OfficeName,
) -> Result<(Promise, Source), Fault> {
    if reader.text("kind")? != INITIAL_PASSWORD {
        return Err(reader.corrupt("kind"));
    }
    let source = Source {
        key: KeyId::new(reader.text("key")?),
        nonce: reader.text("nonce")?.to_owned(),
        issue: reader.number("count")?,
    };
    let content = Content::InitialPassword {
        member: MemberId::new(reader.text(OF)?),
        office: office.name.clone(),
        source: source.clone(),
    };
    Ok((read_promise(reader, content)?, source))
}

/// The mail that tells a member what happened.
pub(super) fn read_notice(reader: &Reader<'_>) -> Result<Promise, Fault> {
    if reader.text("kind")? != NOTICE {
        return Err(reader.corrupt("kind"));
    }
    let content = Content::Notice {
        member: MemberId::new(reader.text(OF)?),
        what: Notice::parse(reader.text("what")?).ok_or_else(|| reader.corrupt("what"))?,
        browser: read_browser(reader)?,
        about: reader.text_if("about")?.map(ToOwned::to_owned),
        is_last: reader.flag("last")?,
    };
    read_promise(reader, content)
}

/// The receipt of an inquiry.
pub(super) fn read_receipt(reader: &Reader<'_>) -> Result<Promise, Fault> {
    if reader.text("kind")? != INQUIRY_RECEIPT {
        return Err(reader.corrupt("kind"));
    }
    let number = ReceiptNumber::parse(reader.text("of")?).ok_or_else(|| reader.corrupt("of"))?;
    read_promise(reader, Content::InquiryReceipt { number })
}

/// What an operator says about an inquiry.
fn read_reply(reader: &Reader<'_>) -> Result<Promise, Fault> {
    let reply = Reply {
        number: ReceiptNumber::parse(reader.text(OF)?).ok_or_else(|| reader.corrupt(OF))?,
        kind: EntryKind::parse(reader.text("what")?).ok_or_else(|| reader.corrupt("what"))?,
        text: reader
            .text_if("text")?
            .map(|text| Message::stored(text.to_owned())),
    };
    read_promise(reader, Content::InquiryReply(Box::new(reply)))
}

/// The mail of a flow, an inquiry or a letter.
pub(super) fn read_mail(reader: &Reader<'_>) -> Result<Promise, Fault> {
    match reader.text("kind")? {
        NOTICE => read_notice(reader),
        INQUIRY_RECEIPT => read_receipt(reader),
        INQUIRY_REPLY => read_reply(reader),
        TAKE_OVER => read_promise(reader, Content::TakeOver(Box::new(read_bulletin(reader)?))),
        _ => read_code(reader),
    }
}

fn read_promise(reader: &Reader<'_>, content: Content) -> Result<Promise, Fault> {
    Ok(Promise {
        number: reader.number(NUMBER)?,
        to: address(reader, "to")?,
        content,
        expires_at: reader.time("exp")?,
        promised_at: reader.time("at")?,
        sends: reader.number("sends")?,
        delivery: Delivery::parse(reader.text(DELIVERY)?).ok_or_else(|| reader.corrupt(DELIVERY))?,
        sent_at: reader.time_if(SENT_AT)?,
    })
}

/// The mails of a letter after its first one, each under its number.
pub(super) const MORE_MAILS: &str = "mails";

pub(super) fn read_more_mails(reader: &Reader<'_>) -> Result<Vec<Promise>, Fault> {
    let mut mails = Vec::new();
    for (number, mail) in reader.named(MORE_MAILS)? {
        let mail = read_mail(&mail)?;
        if mail.number.to_string() != number {
            return Err(reader.corrupt(MORE_MAILS));
        }
        mails.push(mail);
    }
    mails.sort_by_key(|mail| mail.number);
    Ok(mails)
}

/// Marks an item whose last write left a mail to send: the stream's filter looks for it, and a delivery event removes
/// it.
pub(super) const QUEUED: &str = "queued";

/// Writes the mark that tells the stream that one of these mails is still to be sent.
pub(super) fn write_queued<'a>(writer: &mut Writer, mails: impl IntoIterator<Item = &'a Promise>) {
    let mut mails = mails.into_iter();
    writer.flag(QUEUED, mails.any(|mail| mail.delivery == Delivery::Queued));
}

/// The mails that an item of the stream promises: at most one of a flow, one per member of an account, those of a letter.
pub fn mails_of_image(image: &Attributes) -> Result<Vec<Promise>, Fault> {
    let reader = Reader::new("stream", image);
    // Of a reset the mail is not what is promised: that depends on who is mailed.
    if let Some(id) = reader.text_if(KEY)?.and_then(id_of_reset) {
        return Ok(PasswordReset::read(id, &reader)?.promise().into_iter().collect());
    }
    let mut mails = Vec::new();
    if let Some(mail) = reader.map_if(MAIL)? {
        mails.push(read_mail(&mail)?);
    }
    mails.extend(read_more_mails(&reader)?);
    for (_, holder) in reader.named(HOLDERS)? {
        if let Some(mail) = holder.map_if(MAIL)? {
            mails.push(if holder.flag("pending")? {
                read_initial_password(&mail, &read_office(&holder.map("office")?)?)?.0
            } else {
                read_notice(&mail)?
            });
        }
    }
    Ok(mails)
}

fn id_of_reset(pk: &str) -> Option<&str> {
    let (kind, id) = pk.split_once('#')?;
    (kind == PasswordReset::KIND).then_some(id)
}

/// A challenge is stored as its mail and its tries: the mail contains the rest.
pub(super) fn read_challenge(reader: &Reader<'_>) -> Result<Challenge, Fault> {
    let mail = read_code(&reader.map(MAIL)?)?;
    match mail.content.clone() {
        Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            label,
        } => Ok(Challenge {
            id: challenge,
            purpose,
            key,
            counter,
            label,
            tries: reader.number("tries")?,
            mail,
        }),
        Content::InitialPassword { .. }
        | Content::InitialPasswordGuide { .. }
        | Content::Notice { .. }
        | Content::InquiryReceipt { .. }
        | Content::InquiryReply(_)
        | Content::TakeOver(_) => Err(reader.corrupt(MAIL)),
    }
}

/// Writes what [`read_challenge`] reads.
pub(super) fn write_challenge(writer: &mut Writer, challenge: &Challenge) {
    writer
        .number("tries", challenge.tries)
        .map(MAIL, write_mail(&challenge.mail));
    write_queued(writer, [&challenge.mail]);
}
