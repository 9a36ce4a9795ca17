//! The layouts of 引き継ぎ and of its agenda.

use portal::keys::KeyId;
use portal::limits::Limits;
use portal::take_over::{Agenda, Asked, Bulletin, Ending, Newcomer, News, StopCode, TakeOver};
use portal::time::plus;
use portal::values::{AccountKey, AgendaDay, FlowId, OfficeName, OfficeNumber, RequestKey};

use super::super::codec::{Reader, Writer};
use super::mail::{OF, TAKE_OVER};
use super::office::{read_founding, write_founding};
use super::{KEPT_AFTER_EXPIRY, KEY, Layout, address};
use crate::fault::Fault;

impl Layout for TakeOver {
    fn id_text(id: &OfficeNumber) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, limits: &Limits) {
        writer
            .text("name", &self.office.name)
            .maps("earlier", self.earlier.iter().map(write_asked).collect())
            .map("asked", write_asked(&self.asked))
            .time("from", self.from)
            .time("until", self.until)
            .text("claimsUserEnd", &self.claims_user_end)
            .text("contact", self.contact.as_str())
            .text("key", self.stop_code.key.as_str())
            .text("nonce", &self.stop_code.nonce)
            .map_if("newcomer", self.newcomer.as_ref().map(write_newcomer))
            .text_if("ended", self.ended.map(|(ending, _)| ending.code()))
            .time_if("endedAt", self.ended.map(|(_, at)| at))
            .time_if("remindedAt", self.reminded_at)
            .time_if("openedAt", self.opened_at)
            .time("ttl", plus(self.deletable_at(limits), KEPT_AFTER_EXPIRY));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let ended = match reader.text_if("ended")? {
            None => None,
            Some(code) => {
                let ending = Ending::parse(code).ok_or_else(|| reader.corrupt("ended"))?;
                Some((ending, reader.time("endedAt")?))
            }
        };
        Ok(Self {
            office: OfficeName {
                number: OfficeNumber::parse(id).ok_or_else(|| reader.corrupt(KEY))?,
                name: reader.text("name")?.to_owned(),
            },
            earlier: reader
                .maps("earlier")?
                .iter()
                .map(read_asked)
                .collect::<Result<_, _>>()?,
            asked: read_asked(&reader.map("asked")?)?,
            from: reader.time("from")?,
            until: reader.time("until")?,
            claims_user_end: reader.text("claimsUserEnd")?.to_owned(),
            contact: address(reader, "contact")?,
            stop_code: StopCode {
                key: KeyId::new(reader.text("key")?),
                nonce: reader.text("nonce")?.to_owned(),
            },
            newcomer: reader
                .map_if("newcomer")?
                .as_ref()
                .map(read_newcomer)
                .transpose()?,
            ended,
            reminded_at: reader.time_if("remindedAt")?,
            opened_at: reader.time_if("openedAt")?,
        })
    }
}

fn write_asked(asked: &Asked) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("flow", asked.flow.as_str())
        .text("request", asked.request.as_str())
        .time("at", asked.at);
    writer
}

fn read_asked(reader: &Reader<'_>) -> Result<Asked, Fault> {
    Ok(Asked {
        flow: FlowId::new(reader.text("flow")?),
        request: RequestKey::new(reader.text("request")?),
        at: reader.time("at")?,
    })
}

fn write_newcomer(newcomer: &Newcomer) -> Writer {
    let mut writer = write_founding(&newcomer.founding);
    writer.text("account", newcomer.account.as_str());
    writer
}

fn read_newcomer(reader: &Reader<'_>) -> Result<Newcomer, Fault> {
    Ok(Newcomer {
        founding: read_founding(reader)?,
        account: AccountKey::new(reader.text("account")?),
    })
}

/// The data of a mail about a take-over.
pub(super) fn write_bulletin(writer: &mut Writer, bulletin: &Bulletin) {
    writer
        .text("kind", TAKE_OVER)
        .text(OF, bulletin.office.number.as_str())
        .text("name", &bulletin.office.name)
        .text("what", bulletin.news.code())
        .time("askedAt", bulletin.asked_at)
        .time("from", bulletin.from)
        .text("claimsUserEnd", &bulletin.claims_user_end)
        .text("contact", &bulletin.contact_masked);
    if let Some(stop_code) = &bulletin.stop_code {
        writer
            .text("key", stop_code.key.as_str())
            .text("nonce", &stop_code.nonce);
    }
}

pub(super) fn read_bulletin(reader: &Reader<'_>) -> Result<Bulletin, Fault> {
    Ok(Bulletin {
        office: OfficeName {
            number: OfficeNumber::parse(reader.text(OF)?).ok_or_else(|| reader.corrupt(OF))?,
            name: reader.text("name")?.to_owned(),
        },
        news: News::parse(reader.text("what")?).ok_or_else(|| reader.corrupt("what"))?,
        asked_at: reader.time("askedAt")?,
        from: reader.time("from")?,
        claims_user_end: reader.text("claimsUserEnd")?.to_owned(),
        contact_masked: reader.text("contact")?.to_owned(),
        stop_code: match reader.text_if("key")? {
            None => None,
            Some(key) => Some(StopCode {
                key: KeyId::new(key),
                nonce: reader.text("nonce")?.to_owned(),
            }),
        },
    })
}

impl Layout for Agenda {
    fn id_text(id: &AgendaDay) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, limits: &Limits) {
        writer
            .texts("offices", self.offices.iter().map(OfficeNumber::as_str))
            .time("ttl", plus(self.deletable_at(limits), KEPT_AFTER_EXPIRY));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let office = |number| OfficeNumber::parse(number).ok_or_else(|| reader.corrupt("offices"));
        Ok(Self {
            day: AgendaDay::new(id),
            offices: reader
                .texts("offices")?
                .into_iter()
                .map(office)
                .collect::<Result<_, _>>()?,
        })
    }
}
