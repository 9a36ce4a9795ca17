//! The layout of each kind of item in the table. Private to the store: the rules do not know it.

mod account;
mod address_change;
mod claims;
mod event;
mod guards;
mod inquiry;
mod letter;
mod login;
mod mail;
mod mark;
mod notices;
mod office;
mod operator;
mod password_reset;
mod registration;
mod take_over;

use portal::account::Account;
use portal::address_change::AddressChange;
use portal::audit::Event;
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::desk::Operator;
use portal::inquiry::{Inquiry, ReceiptNumber};
use portal::limits::Limits;
use portal::login::{Login, SessionPointer};
use portal::mail::Letter;
use portal::office::Office;
use portal::password_reset::PasswordReset;
use portal::registration::Registration;
use portal::take_over::{Agenda, TakeOver};
use portal::time::{DAY, Seconds};
use portal::values::{
    AccountKey, AgendaDay, ClaimsUserId, EmailAddress, FlowId, LetterId, Line, NameKana, NetworkTag,
    OfficeName, OfficeNumber, OperatorId, PhoneNumber, Profile, SessionId,
};

use super::codec::{Attributes, Reader, Writer};
use super::item::{AnyItem, Item, Key, NetworkRecord};
use super::storage::{Version, Versioned};
use crate::fault::Fault;

pub use self::event::record_of_image;
pub(crate) use self::event::write_event;
pub(crate) use self::inquiry::INDEXED_STATE;
pub use self::mail::mails_of_image;
pub(crate) use self::mark::update_of;

/// The attribute of the key. The conditions of [`DynamoDb`](super::DynamoDb) name it, and [`VERSION`], in their text.
pub(crate) const KEY: &str = "pk";

/// The attribute of the version.
pub(crate) const VERSION: &str = "v";

/// The attribute of the event of the item's last write.
pub(crate) const EVENT: &str = "event";

/// The time that an item is kept after it has expired. DynamoDB's time-to-live deletes it late; it must never be
/// early.
const KEPT_AFTER_EXPIRY: Seconds = DAY;

/// The version of the layouts that this code writes; it also reads the older ones.
const SCHEMA: u32 = 1;

/// The layout of a kind of item.
pub(crate) trait Layout: Item {
    /// The second part of the key.
    fn id_text(id: &Self::Id) -> &str;
    /// Writes all attributes except key, version and schema.
    fn write(&self, writer: &mut Writer, limits: &Limits);
    /// Reads what [`Layout::write`] wrote.
    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault>;
}

/// The key in the table: `KIND#id`.
pub fn pk(key: &Key) -> String {
    let id = match key {
        Key::Registration(id) => Registration::id_text(id),
        Key::Login(id) => Login::id_text(id),
        Key::PasswordReset(id) => PasswordReset::id_text(id),
        Key::Account(id) => Account::id_text(id),
        Key::Office(id) => Office::id_text(id),
        Key::TakeOver(id) => TakeOver::id_text(id),
        Key::Agenda(id) => Agenda::id_text(id),
        Key::Claims(id) => ClaimsRecord::id_text(id),
        Key::Contact(id) => Contact::id_text(id),
        Key::Session(id) => SessionPointer::id_text(id),
        Key::Network(id) => NetworkRecord::id_text(id),
        Key::Letter(id) => Letter::id_text(id),
        Key::Inquiry(id) => Inquiry::id_text(id),
        Key::AddressChange(id) => AddressChange::id_text(id),
        Key::Operator(id) => Operator::id_text(id),
    };
    format!("{}#{id}", key.kind())
}

impl Key {
    /// Parses a key of the table.
    pub fn parse(pk: &str) -> Option<Self> {
        let (kind, id) = pk.split_once('#')?;
        Some(match kind {
            Registration::KIND => Self::Registration(FlowId::new(id)),
            Login::KIND => Self::Login(FlowId::new(id)),
            PasswordReset::KIND => Self::PasswordReset(FlowId::new(id)),
            Account::KIND => Self::Account(AccountKey::new(id)),
            Office::KIND => Self::Office(OfficeNumber::parse(id)?),
            TakeOver::KIND => Self::TakeOver(OfficeNumber::parse(id)?),
            Agenda::KIND => Self::Agenda(AgendaDay::new(id)),
            ClaimsRecord::KIND => Self::Claims(ClaimsUserId::parse(id).ok()?),
            Contact::KIND => Self::Contact(AccountKey::new(id)),
            SessionPointer::KIND => Self::Session(SessionId::new(id)),
            NetworkRecord::KIND => Self::Network(NetworkTag::new(id)),
            Letter::KIND => Self::Letter(LetterId::new(id)),
            Inquiry::KIND => Self::Inquiry(ReceiptNumber::parse(id)?),
            AddressChange::KIND => Self::AddressChange(FlowId::new(id)),
            Operator::KIND => Self::Operator(OperatorId::new(id)),
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
        AnyItem::PasswordReset(item) => item.write(&mut writer, limits),
        AnyItem::Account(item) => item.write(&mut writer, limits),
        AnyItem::Office(item) => item.write(&mut writer, limits),
        AnyItem::TakeOver(item) => item.write(&mut writer, limits),
        AnyItem::Agenda(item) => item.write(&mut writer, limits),
        AnyItem::Claims(item) => item.write(&mut writer, limits),
        AnyItem::Contact(item) => item.write(&mut writer, limits),
        AnyItem::Session(item) => item.write(&mut writer, limits),
        AnyItem::Network(item) => item.write(&mut writer, limits),
        AnyItem::Letter(item) => item.write(&mut writer, limits),
        AnyItem::Inquiry(item) => item.write(&mut writer, limits),
        AnyItem::AddressChange(item) => item.write(&mut writer, limits),
        AnyItem::Operator(item) => item.write(&mut writer, limits),
    }
    writer
        .map_if(EVENT, event.map(|event| write_event(event, version)))
        .text(KEY, &pk(&item.key()))
        .text(VERSION, version)
        .number("schema", SCHEMA);
    writer.finish()
}

/// The item that was read under this key.
pub(crate) fn decode(key: &Key, attributes: &Attributes) -> Result<Versioned, Fault> {
    fn item<T: Layout>(reader: &Reader<'_>) -> Result<AnyItem, Fault> {
        let id = reader
            .text(KEY)?
            .strip_prefix(T::KIND)
            .and_then(|rest| rest.strip_prefix('#'));
        Ok(T::read(id.ok_or_else(|| reader.corrupt(KEY))?, reader)?.into())
    }
    let reader = Reader::new(key.kind(), attributes);
    let schema: u32 = reader.number("schema")?;
    if schema == 0 || SCHEMA < schema {
        return Err(reader.corrupt("schema"));
    }
    let item = match key {
        Key::Registration(_) => item::<Registration>(&reader)?,
        Key::Login(_) => item::<Login>(&reader)?,
        Key::PasswordReset(_) => item::<PasswordReset>(&reader)?,
        Key::Account(_) => item::<Account>(&reader)?,
        Key::Office(_) => item::<Office>(&reader)?,
        Key::TakeOver(_) => item::<TakeOver>(&reader)?,
        Key::Agenda(_) => item::<Agenda>(&reader)?,
        Key::Claims(_) => item::<ClaimsRecord>(&reader)?,
        Key::Contact(_) => item::<Contact>(&reader)?,
        Key::Session(_) => item::<SessionPointer>(&reader)?,
        Key::Network(_) => item::<NetworkRecord>(&reader)?,
        Key::Letter(_) => item::<Letter>(&reader)?,
        Key::Inquiry(_) => item::<Inquiry>(&reader)?,
        Key::AddressChange(_) => item::<AddressChange>(&reader)?,
        Key::Operator(_) => item::<Operator>(&reader)?,
    };
    let version = Version::new(reader.text(VERSION)?.to_owned());
    Ok(Versioned {
        item: Box::new(item),
        version,
    })
}

/// The key of an item of the stream.
pub fn key_of_image(image: &Attributes) -> Result<String, Fault> {
    Ok(Reader::new("stream", image).text(KEY)?.to_owned())
}

fn address_if(reader: &Reader<'_>, name: &'static str) -> Result<Option<EmailAddress>, Fault> {
    match reader.text_if(name)? {
        None => Ok(None),
        Some(_) => address(reader, name).map(Some),
    }
}

fn address(reader: &Reader<'_>, name: &'static str) -> Result<EmailAddress, Fault> {
    EmailAddress::parse(reader.text(name)?).map_err(|_| reader.corrupt(name))
}

fn write_office(office: &OfficeName) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("number", office.number.as_str())
        .text("name", &office.name);
    writer
}

fn read_office(reader: &Reader<'_>) -> Result<OfficeName, Fault> {
    Ok(OfficeName {
        number: OfficeNumber::parse(reader.text("number")?).ok_or_else(|| reader.corrupt("number"))?,
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
