//! What each kind of item looks like in the table. Private to the store: the rules know nothing of it.

use aws_sdk_dynamodb::types::AttributeValue;
use portal::account::{Account, Agreement, Credential, Device, Member, Role, Session};
use portal::audit::{Act, Event};
use portal::challenge::Challenge;
use portal::claims_record::ClaimsRecord;
use portal::code::{Label, Purpose};
use portal::guards::{ClaimsGuard, CodeGuard, MailBudget, NetworkBudget, PasswordGuard, SecurityCodeGuard};
use portal::initial_password::Source;
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::login::{self, Login, SessionPointer, Shown};
use portal::mail::{Content, Delivery, Promise};
use portal::office::{Founding, Office};
use portal::registration::{self, Registered, Registration, Replaced};
use portal::time::{DAY, Seconds, plus};
use portal::values::{
    AccountKey, ChallengeId, ClaimsUserId, DeviceId, Draft, EmailAddress, FlowId, Line, MemberId, NameKana,
    OfficeName, PhoneNumber, Profile, RequestKey, SessionId,
};

use super::codec::{Attributes, Reader, Writer};
use super::item::{AnyItem, Item, Key, NetworkRecord};
use super::storage::{Version, Versioned};
use crate::audit::{Counts, Record};
use crate::fault::Fault;

/// Where an item carries what happened with its last write of our own.
pub(crate) const EVENT: &str = "event";

/// How long an item stays after it is over: the broom is late by days, and must never be early.
const BROOM: Seconds = DAY;

/// The shape of items that this code writes; it reads this one and the ones before.
const SCHEMA: u32 = 1;

/// How the items of a kind look in the table.
pub(crate) trait Layout: Item {
    /// The second part of the key.
    fn id_text(id: &Self::Id) -> &str;
    /// Writes all but key, version and schema.
    fn write(&self, writer: &mut Writer, limits: &Limits);
    /// Reads what [`Layout::write`] wrote.
    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault>;
}

/// The key as the table has it: `KIND#id`.
pub(crate) fn pk(key: &Key) -> String {
    let id = match key {
        Key::Registration(id) => Registration::id_text(id),
        Key::Login(id) => Login::id_text(id),
        Key::Account(id) => Account::id_text(id),
        Key::Office(id) => Office::id_text(id),
        Key::Claims(id) => ClaimsRecord::id_text(id),
        Key::Session(id) => SessionPointer::id_text(id),
        Key::Network(id) => NetworkRecord::id_text(id),
    };
    format!("{}#{id}", key.kind())
}

impl Key {
    /// The key that the table has in this form.
    pub fn parse(pk: &str) -> Option<Self> {
        let (kind, id) = pk.split_once('#')?;
        Some(match kind {
            Registration::KIND => Self::Registration(FlowId::new(id)),
            Login::KIND => Self::Login(FlowId::new(id)),
            Account::KIND => Self::Account(AccountKey::new(id)),
            Office::KIND => Self::Office(id.to_owned()),
            ClaimsRecord::KIND => Self::Claims(ClaimsUserId::parse(id).ok()?),
            SessionPointer::KIND => Self::Session(SessionId::new(id)),
            NetworkRecord::KIND => Self::Network(id.to_owned()),
            _ => return None,
        })
    }
}

/// All attributes of an item in this version.
pub(crate) fn encode(item: &AnyItem, event: Option<&Event>, version: &str, limits: &Limits) -> Attributes {
    let mut writer = Writer::default();
    match item {
        AnyItem::Registration(item) => item.write(&mut writer, limits),
        AnyItem::Login(item) => item.write(&mut writer, limits),
        AnyItem::Account(item) => item.write(&mut writer, limits),
        AnyItem::Office(item) => item.write(&mut writer, limits),
        AnyItem::Claims(item) => item.write(&mut writer, limits),
        AnyItem::Session(item) => item.write(&mut writer, limits),
        AnyItem::Network(item) => item.write(&mut writer, limits),
    }
    writer
        .map_if(EVENT, event.map(|event| write_event(event, version)))
        .text("pk", &pk(&item.key()))
        .text("v", version)
        .number("schema", SCHEMA);
    writer.finish()
}

/// The item that was found under this key.
pub(crate) fn decode(key: &Key, attributes: &Attributes) -> Result<Versioned, Fault> {
    fn item<T: Layout>(reader: &Reader<'_>) -> Result<AnyItem, Fault> {
        let id = reader
            .text("pk")?
            .strip_prefix(T::KIND)
            .and_then(|rest| rest.strip_prefix('#'));
        Ok(T::read(id.ok_or_else(|| reader.corrupt("pk"))?, reader)?.into())
    }
    let reader = Reader::new(key.kind(), attributes);
    let schema: u32 = reader.number("schema")?;
    if schema == 0 || SCHEMA < schema {
        return Err(reader.corrupt("schema"));
    }
    let item = match key {
        Key::Registration(_) => item::<Registration>(&reader)?,
        Key::Login(_) => item::<Login>(&reader)?,
        Key::Account(_) => item::<Account>(&reader)?,
        Key::Office(_) => item::<Office>(&reader)?,
        Key::Claims(_) => item::<ClaimsRecord>(&reader)?,
        Key::Session(_) => item::<SessionPointer>(&reader)?,
        Key::Network(_) => item::<NetworkRecord>(&reader)?,
    };
    let version = Version::new(reader.text("v")?.to_owned());
    Ok(Versioned {
        item: Box::new(item),
        version,
    })
}

fn address(reader: &Reader<'_>, name: &'static str) -> Result<EmailAddress, Fault> {
    EmailAddress::parse(reader.text(name)?).map_err(|_| reader.corrupt(name))
}

fn write_office(office: &OfficeName) -> Writer {
    let mut writer = Writer::default();
    writer.text("number", &office.number).text("name", &office.name);
    writer
}

fn read_office(reader: &Reader<'_>) -> Result<OfficeName, Fault> {
    Ok(OfficeName {
        number: reader.text("number")?.to_owned(),
        name: reader.text("name")?.to_owned(),
    })
}

fn write_profile(profile: &Profile) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("email", profile.email.as_str())
        .text("name", profile.name.as_str())
        .text("kana", profile.name_kana.as_str())
        .text_if("department", profile.department.as_ref().map(Line::as_str))
        .text_if("jobTitle", profile.job_title.as_ref().map(Line::as_str))
        .text("phone", profile.phone.as_str());
    writer
}

fn read_profile(reader: &Reader<'_>) -> Result<Profile, Fault> {
    let line = |name| {
        reader
            .text_if(name)
            .map(|text| text.map(|text| Line::stored(text.to_owned())))
    };
    Ok(Profile {
        email: address(reader, "email")?,
        name: Line::stored(reader.text("name")?.to_owned()),
        name_kana: NameKana::stored(reader.text("kana")?.to_owned()),
        department: line("department")?,
        job_title: line("jobTitle")?,
        phone: PhoneNumber::stored(reader.text("phone")?.to_owned()),
    })
}

const REGISTRATION_CODE: &str = "registration-code";
const LOGIN_CODE: &str = "login-code";
const INITIAL_PASSWORD: &str = "initial-password";

fn write_mail(mail: &Promise) -> Writer {
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
            };
            writer
                .text("kind", kind)
                .text("of", challenge.as_str())
                .text("key", key.as_str())
                .number("count", *counter)
                .text("label", label.as_str());
        }
        Content::InitialPassword { member, source } => {
            writer
                .text("kind", INITIAL_PASSWORD)
                .text("of", member.as_str())
                .text("key", source.key.as_str())
                .number("count", source.issue)
                .text("nonce", &source.nonce);
        }
    }
    writer
}

fn read_mail(reader: &Reader<'_>) -> Result<Promise, Fault> {
    let key = KeyId::new(reader.text("key")?);
    let code = |purpose| -> Result<Content, Fault> {
        Ok(Content::OneTimeCode {
            purpose,
            challenge: ChallengeId::new(reader.text("of")?),
            key: key.clone(),
            counter: reader.number("count")?,
            label: Label::stored(reader.text("label")?.to_owned()),
        })
    };
    let content = match reader.text("kind")? {
        REGISTRATION_CODE => code(Purpose::Registration)?,
        LOGIN_CODE => code(Purpose::Login)?,
        INITIAL_PASSWORD => Content::InitialPassword {
            member: MemberId::new(reader.text("of")?),
            source: Source {
                key: key.clone(),
                nonce: reader.text("nonce")?.to_owned(),
                issue: reader.number("count")?,
            },
        },
        _ => return Err(reader.corrupt("kind")),
    };
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

/// The mail that an item of the stream promises, if it promises one.
pub fn mail_of_image(image: &Attributes) -> Result<Option<Promise>, Fault> {
    Reader::new("stream", image)
        .map_if("mail")?
        .map(|mail| read_mail(&mail))
        .transpose()
}

/// What the write that made this image tells of, if it tells of anything: an event under another version than the
/// item's is one that a later write carries along.
pub fn record_of_image(image: &Attributes, sequence: &str) -> Result<Option<Record>, Fault> {
    let reader = Reader::new("stream", image);
    let Some(event) = reader.map_if(EVENT)? else {
        return Ok(None);
    };
    let id = event.text("id")?;
    if reader.text("v")? != id {
        return Ok(None);
    }
    let subject = reader.text("pk")?;
    let mut record = Record {
        id: id.to_owned(),
        at: event.time("at")?,
        act: Act::parse(event.text("act")?).ok_or_else(|| reader.corrupt("event.act"))?,
        subject: subject.to_owned(),
        claims_user: None,
        office: None,
        member: None,
        by: event.text_if("by")?.map(str::to_owned),
        counts: Counts::default(),
        sequence: sequence.to_owned(),
    };
    let number = |office: Reader<'_>| office.text("number").map(str::to_owned);
    let count = |name| Ok::<_, Fault>(reader.count(name)?.filter(|count| *count > 0));
    match subject.split_once('#').map(|(kind, _)| kind) {
        Some(Account::KIND) => {
            if let Some(member) = reader.map_if("member")? {
                record.member = Some(member.text("id")?.to_owned());
                record.office = Some(number(member.map("office")?)?);
                let mut of_devices = 0;
                for device in member.maps("devices")? {
                    of_devices += device.number_if::<u64>("wrong")?.unwrap_or(0);
                }
                record.counts.wrong_passwords_of_devices = Some(of_devices).filter(|count| *count > 0);
            }
            record.counts.wrong_passwords = reader.number_if("wrong")?;
            record.counts.wrong_codes = count("codes")?;
            record.counts.mails = count("mails")?;
        }
        Some(ClaimsRecord::KIND) => {
            record.counts.wrong_passwords = count("failures")?;
            record.counts.open_passwords = count("open")?;
            record.counts.wrong_codes = count("codes")?;
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

/// A challenge is its mail and its tries: all else of it is in the mail.
fn read_challenge(mail: Promise, tries: u32, reader: &Reader<'_>) -> Result<Challenge, Fault> {
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
            tries,
            mail,
        }),
        Content::InitialPassword { .. } => Err(reader.corrupt("mail")),
    }
}

impl Layout for Registration {
    fn id_text(id: &FlowId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .text("claimsUser", self.claims_user.as_str())
            .time("expiresAt", self.expires_at)
            .time("ttl", plus(self.expires_at, BROOM));
        if self.email_taken > 0 {
            writer.number("emailTaken", self.email_taken);
        }
        writer.map_if("office", self.office().map(write_office));
        match &self.stage {
            registration::Stage::SecurityCode { tries } => {
                writer.text("stage", "security-code").number("tries", *tries);
            }
            registration::Stage::Otp { office, challenge } => {
                writer
                    .text("stage", "otp")
                    .map("office", write_office(office))
                    .number("tries", challenge.tries)
                    .map("mail", write_mail(&challenge.mail));
            }
            registration::Stage::Profile { .. } => {
                writer.text("stage", "profile");
            }
            registration::Stage::Confirm {
                profile, replaces, ..
            } => {
                writer
                    .text("stage", "confirm")
                    .map("profile", write_profile(profile));
                if let Some(replaced) = replaces {
                    writer
                        .text("member", replaced.member.as_str())
                        .text("account", replaced.account.as_str());
                }
            }
            registration::Stage::AlreadyRegistered { .. } => {
                writer.text("stage", "already-registered");
            }
            registration::Stage::Completed {
                member,
                account,
                registered,
                ..
            } => {
                writer
                    .text("stage", "completed")
                    .text("member", member.as_str())
                    .text("account", account.as_str());
                if let Some(registered) = registered {
                    writer
                        .text("request", registered.request.as_str())
                        .text("draft", registered.draft.as_str())
                        .time("at", registered.at);
                }
            }
        }
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let office = || read_office(&reader.map("office")?);
        let member = || reader.text("member").map(MemberId::new);
        let account = || reader.text("account").map(AccountKey::new);
        let stage = match reader.text("stage")? {
            "security-code" => registration::Stage::SecurityCode {
                tries: reader.number("tries")?,
            },
            "otp" => {
                let mail = read_mail(&reader.map("mail")?)?;
                registration::Stage::Otp {
                    office: office()?,
                    challenge: read_challenge(mail, reader.number("tries")?, reader)?,
                }
            }
            "profile" => registration::Stage::Profile { office: office()? },
            "confirm" => registration::Stage::Confirm {
                office: office()?,
                profile: read_profile(&reader.map("profile")?)?,
                replaces: match reader.text_if("member")? {
                    None => None,
                    Some(member) => Some(Replaced {
                        member: MemberId::new(member),
                        account: account()?,
                    }),
                },
            },
            "already-registered" => registration::Stage::AlreadyRegistered { office: office()? },
            "completed" => registration::Stage::Completed {
                office: office()?,
                member: member()?,
                account: account()?,
                registered: match reader.text_if("request")? {
                    None => None,
                    Some(request) => Some(Registered {
                        request: RequestKey::new(request),
                        draft: Draft::new(reader.text("draft")?),
                        at: reader.time("at")?,
                    }),
                },
            },
            _ => return Err(reader.corrupt("stage")),
        };
        Ok(Self {
            id: FlowId::new(id),
            claims_user: ClaimsUserId::parse(reader.text("claimsUser")?)
                .map_err(|_| reader.corrupt("claimsUser"))?,
            expires_at: reader.time("expiresAt")?,
            email_taken: reader.number_if("emailTaken")?.unwrap_or(0),
            stage,
        })
    }
}

impl Layout for Login {
    fn id_text(id: &FlowId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .text("account", self.account.as_str())
            .text("member", self.member.as_str())
            .number("credential", self.credential_version)
            .time("expiresAt", self.expires_at)
            .time("ttl", plus(self.expires_at, BROOM));
        match &self.stage {
            login::Stage::Otp { challenge } => {
                writer
                    .text("stage", "otp")
                    .number("tries", challenge.tries)
                    .map("mail", write_mail(&challenge.mail));
            }
            login::Stage::NewPassword { required, shown } => {
                writer.text("stage", "new-password").flag("required", *required);
                if let Some(shown) = shown {
                    writer
                        .text("termsShown", &shown.version)
                        .time("termsShownAt", shown.at);
                }
            }
            login::Stage::MyPage => {
                writer.text("stage", "my-page");
            }
        }
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let stage = match reader.text("stage")? {
            "otp" => {
                let mail = read_mail(&reader.map("mail")?)?;
                login::Stage::Otp {
                    challenge: read_challenge(mail, reader.number("tries")?, reader)?,
                }
            }
            "new-password" => login::Stage::NewPassword {
                required: reader.flag("required")?,
                shown: match reader.text_if("termsShown")? {
                    None => None,
                    Some(version) => Some(Shown {
                        version: version.to_owned(),
                        at: reader.time("termsShownAt")?,
                    }),
                },
            },
            "my-page" => login::Stage::MyPage,
            _ => return Err(reader.corrupt("stage")),
        };
        Ok(Self {
            id: FlowId::new(id),
            account: AccountKey::new(reader.text("account")?),
            member: MemberId::new(reader.text("member")?),
            credential_version: reader.number("credential")?,
            expires_at: reader.time("expiresAt")?,
            stage,
        })
    }
}

impl Layout for SessionPointer {
    fn id_text(id: &SessionId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .text("account", self.account.as_str())
            .text("member", self.member.as_str())
            .time("expiresAt", self.expires_at)
            .time("seenAt", self.last_seen_at)
            .time("ttl", plus(self.expires_at, BROOM));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: SessionId::new(id),
            account: AccountKey::new(reader.text("account")?),
            member: MemberId::new(reader.text("member")?),
            expires_at: reader.time("expiresAt")?,
            last_seen_at: reader.time("seenAt")?,
        })
    }
}

fn write_session(session: &Session) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("id", session.id.as_str())
        .text("flow", session.flow.as_str())
        .time("from", session.created_at)
        .time("to", session.expires_at);
    writer
}

fn read_session(reader: &Reader<'_>) -> Result<Session, Fault> {
    Ok(Session {
        id: SessionId::new(reader.text("id")?),
        flow: FlowId::new(reader.text("flow")?),
        created_at: reader.time("from")?,
        expires_at: reader.time("to")?,
    })
}

fn write_device(device: &Device) -> Writer {
    let mut writer = Writer::default();
    writer.text("id", device.id.as_str()).time("seen", device.seen_at);
    write_passwords(&mut writer, &device.passwords);
    writer
}

fn read_device(reader: &Reader<'_>) -> Result<Device, Fault> {
    Ok(Device {
        id: DeviceId::new(reader.text("id")?),
        passwords: read_passwords(reader)?,
        seen_at: reader.time("seen")?,
    })
}

fn write_passwords(writer: &mut Writer, passwords: &PasswordGuard) {
    if passwords.failures > 0 {
        writer
            .number("wrong", passwords.failures)
            .time_if("wrongAt", passwords.last_failure);
    }
}

fn read_passwords(reader: &Reader<'_>) -> Result<PasswordGuard, Fault> {
    Ok(PasswordGuard {
        failures: reader.number_if("wrong")?.unwrap_or(0),
        last_failure: reader.time_if("wrongAt")?,
    })
}

/// What happens with the write of this version. That the version stands in the event, too, is how the stream's
/// reader knows it from an event that a later write of another kind carries along.
pub(crate) fn write_event(event: &Event, version: &str) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("id", version)
        .text("act", event.act.code())
        .time("at", event.at)
        .text_if("by", event.by.as_ref().map(FlowId::as_str));
    writer
}

/// The member's map; the mail of an initial password stands beside it, where the stream's filter sees it.
pub(crate) fn write_member(member: &Member) -> Writer {
    let mut writer = write_profile(&member.profile);
    writer
        .text("id", member.id.as_str())
        .map("office", write_office(&member.office))
        .text("role", member.role.code())
        .flag("disabled", member.disabled)
        .time("since", member.registered_at)
        .number("credential", member.credential_version)
        .time_if("lastLogin", member.last_login_at)
        .maps("sessions", member.sessions.iter().map(write_session).collect())
        .maps("devices", member.devices.iter().map(write_device).collect());
    match &member.credential {
        Credential::Initial { reissues, .. } => {
            writer.flag("pending", true).times("reissues", reissues);
        }
        Credential::Chosen { hash, by } => {
            writer.text("hash", hash).text("by", by.as_str());
        }
    }
    if let Some(agreement) = &member.agreement {
        let mut terms = Writer::default();
        terms
            .text("version", &agreement.version)
            .text("sha256", &agreement.sha256)
            .time("shown", agreement.shown_at)
            .time("agreed", agreement.agreed_at);
        writer.map("terms", terms);
    }
    writer
}

fn read_member(reader: &Reader<'_>, mail: Option<Promise>) -> Result<Member, Fault> {
    let credential = if reader.flag("pending")? {
        let mail = mail.ok_or_else(|| reader.corrupt("mail"))?;
        let Content::InitialPassword { source, .. } = mail.content.clone() else {
            return Err(reader.corrupt("mail"));
        };
        Credential::Initial {
            source,
            reissues: reader.times("reissues")?,
            mail,
        }
    } else {
        Credential::Chosen {
            hash: reader.text("hash")?.to_owned(),
            by: FlowId::new(reader.text("by")?),
        }
    };
    let agreement = match reader.map_if("terms")? {
        None => None,
        Some(terms) => Some(Agreement {
            version: terms.text("version")?.to_owned(),
            sha256: terms.text("sha256")?.to_owned(),
            shown_at: terms.time("shown")?,
            agreed_at: terms.time("agreed")?,
        }),
    };
    Ok(Member {
        id: MemberId::new(reader.text("id")?),
        office: read_office(&reader.map("office")?)?,
        profile: read_profile(reader)?,
        role: Role::parse(reader.text("role")?).ok_or_else(|| reader.corrupt("role"))?,
        disabled: reader.flag("disabled")?,
        registered_at: reader.time("since")?,
        credential,
        credential_version: reader.number("credential")?,
        agreement,
        last_login_at: reader.time_if("lastLogin")?,
        sessions: reader
            .maps("sessions")?
            .iter()
            .map(read_session)
            .collect::<Result<_, _>>()?,
        devices: reader
            .maps("devices")?
            .iter()
            .map(read_device)
            .collect::<Result<_, _>>()?,
    })
}

fn write_codes(writer: &mut Writer, codes: &CodeGuard) {
    writer
        .times("codes", &codes.failures)
        .time_if("codesStop", codes.stopped_until);
}

fn read_codes(reader: &Reader<'_>) -> Result<CodeGuard, Fault> {
    Ok(CodeGuard {
        failures: reader.times("codes")?,
        stopped_until: reader.time_if("codesStop")?,
    })
}

impl Layout for Account {
    fn id_text(id: &AccountKey) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, limits: &Limits) {
        writer.times("mails", &self.mails.sends);
        write_passwords(writer, &self.passwords);
        write_codes(writer, &self.codes);
        writer.map_if("member", self.member.as_ref().map(write_member));
        writer.map_if(
            "mail",
            self.member.as_ref().and_then(Member::mail).map(write_mail),
        );
        writer.time("at", self.judged_at);
        writer.time_if("ttl", self.deletable_at(limits).map(|at| plus(at, BROOM)));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let mail = reader.map_if("mail")?.map(|mail| read_mail(&mail)).transpose()?;
        Ok(Self {
            key: AccountKey::new(id),
            mails: MailBudget {
                sends: reader.times("mails")?,
            },
            passwords: read_passwords(reader)?,
            codes: read_codes(reader)?,
            judged_at: reader.time("at")?,
            member: reader
                .map_if("member")?
                .map(|member| read_member(&member, mail))
                .transpose()?,
        })
    }
}

impl Layout for Office {
    fn id_text(id: &String) -> &str {
        id
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
                number: id.to_owned(),
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
        })
    }
}

impl Layout for ClaimsRecord {
    fn id_text(id: &ClaimsUserId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, limits: &Limits) {
        writer
            .times("failures", &self.passwords.failures)
            .times("open", &self.passwords.open)
            .times("securityCodes", &self.security_codes.asked);
        write_codes(writer, &self.codes);
        let over = self
            .passwords
            .forgotten_at(limits)
            .max(self.security_codes.forgotten_at(limits))
            .max(self.codes.forgotten_at(limits));
        writer
            .time("at", self.judged_at)
            .time("ttl", plus(over.unwrap_or(self.judged_at), BROOM));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            user: ClaimsUserId::parse(id).map_err(|_| reader.corrupt("pk"))?,
            passwords: ClaimsGuard {
                failures: reader.times("failures")?,
                open: reader.times("open")?,
            },
            security_codes: SecurityCodeGuard {
                asked: reader.times("securityCodes")?,
            },
            codes: read_codes(reader)?,
            judged_at: reader.time("at")?,
        })
    }
}

impl Layout for NetworkRecord {
    fn id_text(id: &String) -> &str {
        id
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .time("since", self.budget.since)
            .number("requests", self.budget.requests)
            .time("ttl", plus(self.budget.forgotten_at(), BROOM));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            network: id.to_owned(),
            budget: NetworkBudget {
                since: reader.time("since")?,
                requests: reader.number("requests")?,
            },
        })
    }
}
