//! The layout of a promised mail, in the table and in the stream.

use portal::challenge::Challenge;
use portal::code::{Label, Purpose};
use portal::initial_password::Source;
use portal::keys::KeyId;
use portal::mail::{Content, Delivery, Notice, Promise};
use portal::password_reset::PasswordReset;
use portal::values::{ChallengeId, MemberId, OfficeName};

use super::super::codec::{Attributes, Reader, Writer};
use super::super::item::Item as _;
use super::account::{HOLDERS, read_browser, write_browser};
use super::{Layout as _, address, read_office};
use crate::fault::Fault;

const REGISTRATION_CODE: &str = "registration-code";
const LOGIN_CODE: &str = "login-code";
const RESET_CODE: &str = "reset-code";
const INITIAL_PASSWORD: &str = "initial-password";
const INITIAL_PASSWORD_GUIDE: &str = "initial-password-guide";
const NOTICE: &str = "notice";

pub(super) fn write_mail(mail: &Promise) -> Writer {
    let mut writer = Writer::default();
    writer
        .number("n", mail.number)
        .text("to", mail.to.as_str())
        .time("exp", mail.expires_at)
        .time("at", mail.promised_at)
        .number("sends", mail.sends)
        .text("delivery", mail.delivery.code())
        .time_if("sentAt", mail.sent_at);
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
            };
            writer
                .text("kind", kind)
                .text("of", challenge.as_str())
                .text("key", key.as_str())
                .number("count", *counter)
                .text("label", label.as_str());
        }
        Content::InitialPassword { member, source, .. } => {
            writer
                .text("kind", INITIAL_PASSWORD)
                .text("of", member.as_str())
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
                .text("of", challenge.as_str())
                .maps("offices", offices.iter().map(office).collect());
        }
        Content::Notice {
            member,
            what,
            browser,
        } => {
            writer
                .text("kind", NOTICE)
                .text("of", member.as_str())
                .text("what", what.code());
            write_browser(&mut writer, *browser);
        }
    }
    writer
}

/// The mail with a code.
pub(super) fn read_code(reader: &Reader<'_>) -> Result<Promise, Fault> {
    let purpose = match reader.text("kind")? {
        REGISTRATION_CODE => Purpose::Registration,
        LOGIN_CODE => Purpose::Login,
        RESET_CODE => Purpose::Reset,
        _ => return Err(reader.corrupt("kind")),
    };
    let content = Content::OneTimeCode {
        purpose,
        challenge: ChallengeId::new(reader.text("of")?),
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
        member: MemberId::new(reader.text("of")?),
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
        member: MemberId::new(reader.text("of")?),
        what: Notice::parse(reader.text("what")?).ok_or_else(|| reader.corrupt("what"))?,
        browser: read_browser(reader)?,
    };
    read_promise(reader, content)
}

fn read_promise(reader: &Reader<'_>, content: Content) -> Result<Promise, Fault> {
    Ok(Promise {
        number: reader.number("n")?,
        to: address(reader, "to")?,
        content,
        expires_at: reader.time("exp")?,
        promised_at: reader.time("at")?,
        sends: reader.number("sends")?,
        delivery: Delivery::parse(reader.text("delivery")?).ok_or_else(|| reader.corrupt("delivery"))?,
        sent_at: reader.time_if("sentAt")?,
    })
}

/// Marks an item whose last write left a mail to send: the stream's filter looks for it, and a delivery event removes
/// it.
pub(crate) const QUEUED: &str = "queued";

/// Writes the mark that tells the stream that one of these mails is still to be sent.
pub(super) fn write_queued<'a>(writer: &mut Writer, mails: impl IntoIterator<Item = &'a Promise>) {
    let mut mails = mails.into_iter();
    writer.flag(QUEUED, mails.any(|mail| mail.delivery == Delivery::Queued));
}

/// The mails that an item of the stream promises: at most one of a flow, one per member of an account.
pub fn mails_of_image(image: &Attributes) -> Result<Vec<Promise>, Fault> {
    let reader = Reader::new("stream", image);
    // Of a reset the mail is not what is promised: that depends on who is mailed.
    if let Some(id) = reader.text_if("pk")?.and_then(id_of_reset) {
        return Ok(PasswordReset::read(id, &reader)?.promise().into_iter().collect());
    }
    let mut mails = Vec::new();
    if let Some(mail) = reader.map_if("mail")? {
        mails.push(read_code(&mail)?);
    }
    for (_, holder) in reader.named(HOLDERS)? {
        if let Some(mail) = holder.map_if("mail")? {
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
    let mail = read_code(&reader.map("mail")?)?;
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
        Content::InitialPassword { .. } | Content::InitialPasswordGuide { .. } | Content::Notice { .. } => {
            Err(reader.corrupt("mail"))
        }
    }
}

/// Writes what [`read_challenge`] reads.
pub(super) fn write_challenge(writer: &mut Writer, challenge: &Challenge) {
    writer
        .number("tries", challenge.tries)
        .map("mail", write_mail(&challenge.mail));
    write_queued(writer, [&challenge.mail]);
}
