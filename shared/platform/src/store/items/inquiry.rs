//! The layout of お問い合わせ.

use portal::inquiry::{
    Entry, EntryKind, Handling, Inquiry, InquiryState, InstitutionKind, Message, Prefecture, Question,
    ReceiptNumber, UserKind, WrittenNumber,
};
use portal::limits::Limits;
use portal::time::plus;
use portal::values::{BodyDigest, Line, NameKana, OperatorId, PhoneNumber, RequestKey};

use super::super::codec::{Reader, Writer};
use super::mail::{MAIL, read_receipt, write_mail, write_queued};
use super::{KEPT_AFTER_EXPIRY, Layout, address};
use crate::fault::Fault;

/// The state, again, by which the index of `infra/data.yaml` lists the inquiries.
pub(crate) const INDEXED_STATE: &str = "inquiryState";

/// What has become of the inquiry; absent before the first move.
const HANDLING: &str = "handling";

impl Layout for Inquiry {
    fn id_text(id: &ReceiptNumber) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, limits: &Limits) {
        let mut request = Writer::default();
        request
            .text("key", self.request.as_str())
            .text("body", self.body.as_str());
        writer
            .map("request", request)
            .time("at", self.received_at)
            .text(INDEXED_STATE, self.handling.state.code())
            .map("question", write_question(&self.question))
            .map(MAIL, write_mail(&self.receipt))
            .map_if(HANDLING, write_handling(&self.handling))
            .time("ttl", plus(self.kept_until(limits), KEPT_AFTER_EXPIRY));
        write_queued(writer, [&self.receipt]);
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let request = reader.map("request")?;
        let number = ReceiptNumber::parse(id).ok_or_else(|| reader.corrupt("pk"))?;
        Ok(Self {
            request: RequestKey::new(request.text("key")?),
            body: BodyDigest::new(request.text("body")?),
            received_at: reader.time("at")?,
            question: read_question(&reader.map("question")?)?,
            receipt: read_receipt(&reader.map(MAIL)?)?,
            handling: match reader.map_if(HANDLING)? {
                Some(handling) => read_handling(&handling)?,
                None => Handling::default(),
            },
            number,
        })
    }
}

fn write_question(question: &Question) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("userKind", question.user_kind.code())
        .text("organisation", question.organisation.as_str())
        .text_if("number", question.number.as_ref().map(WrittenNumber::as_str))
        .text_if("institution", question.institution.map(InstitutionKind::code))
        .text_if("prefecture", question.prefecture.map(Prefecture::code).as_deref())
        .text("name", question.name.as_str())
        .text("kana", question.name_kana.as_str())
        .text("email", question.email.as_str())
        .text("phone", question.phone.as_str())
        .text("category", &question.category)
        .text("subcategory", &question.subcategory)
        .text("message", question.message.as_str());
    writer
}

fn read_question(reader: &Reader<'_>) -> Result<Question, Fault> {
    let user_kind = UserKind::parse(reader.text("userKind")?);
    let institution = reader.text_if("institution")?.map(InstitutionKind::parse);
    let prefecture = reader.text_if("prefecture")?.map(Prefecture::parse);
    Ok(Question {
        user_kind: user_kind.map_err(|_| reader.corrupt("userKind"))?,
        organisation: Line::stored(reader.text("organisation")?.to_owned()),
        number: reader
            .text_if("number")?
            .map(|number| WrittenNumber::stored(number.to_owned())),
        institution: institution
            .transpose()
            .map_err(|_| reader.corrupt("institution"))?,
        prefecture: prefecture.transpose().map_err(|_| reader.corrupt("prefecture"))?,
        name: Line::stored(reader.text("name")?.to_owned()),
        name_kana: NameKana::stored(reader.text("kana")?.to_owned()),
        email: address(reader, "email")?,
        phone: PhoneNumber::stored(reader.text("phone")?.to_owned()),
        category: reader.text("category")?.to_owned(),
        subcategory: reader.text("subcategory")?.to_owned(),
        message: Message::stored(reader.text("message")?.to_owned()),
    })
}

fn write_handling(handling: &Handling) -> Option<Writer> {
    if *handling == Handling::default() {
        return None;
    }
    let entry = |entry: &Entry| {
        let mut writer = Writer::default();
        writer
            .text("kind", entry.kind.code())
            .time("at", entry.at)
            .text_if("by", entry.by.as_ref().map(OperatorId::as_str))
            .text_if("text", entry.text.as_ref().map(Message::as_str));
        writer
    };
    let mut writer = Writer::default();
    writer
        .text("state", handling.state.code())
        .number("moves", handling.moves)
        .text_if("operator", handling.operator.as_ref().map(OperatorId::as_str))
        .maps("entries", handling.entries.iter().map(entry).collect());
    Some(writer)
}

fn read_handling(reader: &Reader<'_>) -> Result<Handling, Fault> {
    let mut entries = Vec::new();
    for entry in reader.maps("entries")? {
        entries.push(Entry {
            kind: EntryKind::parse(entry.text("kind")?).ok_or_else(|| entry.corrupt("kind"))?,
            at: entry.time("at")?,
            by: entry.text_if("by")?.map(OperatorId::new),
            text: entry
                .text_if("text")?
                .map(|text| Message::stored(text.to_owned())),
        });
    }
    Ok(Handling {
        state: InquiryState::parse(reader.text("state")?).ok_or_else(|| reader.corrupt("state"))?,
        moves: reader.number("moves")?,
        operator: reader.text_if("operator")?.map(OperatorId::new),
        entries,
    })
}
