//! The layouts of a claims user, a contact and a network.

use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::guards::{
    Attempt, ClaimsGuard, CountedReceipt, InquiryHour, MailBudget, ReceiptBudget, RefusedStarts,
    SecurityCodeGuard,
};
use portal::limits::Limits;
use portal::time::plus;
use portal::values::{AccountKey, ClaimsUserId, NetworkTag, RequestTag};

use super::super::codec::{Reader, Writer};
use super::super::item::NetworkRecord;
use super::guards::{read_codes, write_codes};
use super::{KEPT_AFTER_EXPIRY, KEY, Layout};
use crate::fault::Fault;

fn write_attempt(attempt: &Attempt) -> Writer {
    let mut writer = Writer::default();
    writer
        .time("at", attempt.at)
        .text("network", attempt.network.as_str())
        .flag("risk", attempt.accepts_risk);
    writer
}

fn read_attempts(reader: &Reader<'_>, name: &'static str) -> Result<Vec<Attempt>, Fault> {
    let attempt = |reader: &Reader<'_>| {
        Ok(Attempt {
            at: reader.time("at")?,
            network: NetworkTag::new(reader.text("network")?),
            accepts_risk: reader.flag("risk")?,
        })
    };
    reader.maps(name)?.iter().map(attempt).collect()
}

impl Layout for ClaimsRecord {
    fn id_text(id: &ClaimsUserId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, limits: &Limits) {
        let attempts = |list: &[Attempt]| list.iter().map(write_attempt).collect();
        writer
            .maps("failures", attempts(&self.passwords.failures))
            .maps("open", attempts(&self.passwords.open))
            .times("securityCodes", &self.security_codes.asked)
            .times("mails", &self.mails.sends);
        write_codes(writer, &self.codes);
        let over = self
            .passwords
            .forgotten_at(limits)
            .max(self.security_codes.forgotten_at(limits))
            .max(self.codes.forgotten_at(limits))
            .max(self.mails.forgotten_at());
        writer
            .time("at", self.judged_at)
            .time("ttl", plus(over.unwrap_or(self.judged_at), KEPT_AFTER_EXPIRY));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            user: ClaimsUserId::parse(id).map_err(|_| reader.corrupt(KEY))?,
            passwords: ClaimsGuard {
                failures: read_attempts(reader, "failures")?,
                open: read_attempts(reader, "open")?,
            },
            security_codes: SecurityCodeGuard {
                asked: reader.times("securityCodes")?,
            },
            codes: read_codes(reader)?,
            mails: MailBudget {
                sends: reader.times("mails")?,
            },
            judged_at: reader.time("at")?,
        })
    }
}

impl Layout for Contact {
    fn id_text(id: &AccountKey) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .times("mails", &self.mails.sends)
            .maps(
                "receipts",
                self.receipts.counted.iter().map(write_receipt).collect(),
            )
            .time_if("ttl", self.forgotten_at().map(|at| plus(at, KEPT_AFTER_EXPIRY)));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            key: AccountKey::new(id),
            mails: MailBudget {
                sends: reader.times("mails")?,
            },
            receipts: ReceiptBudget {
                counted: reader
                    .maps("receipts")?
                    .iter()
                    .map(read_receipt)
                    .collect::<Result<_, _>>()?,
            },
        })
    }
}

fn write_receipt(receipt: &CountedReceipt) -> Writer {
    let mut writer = Writer::default();
    writer.text("of", receipt.request.as_str()).time("at", receipt.at);
    writer
}

fn read_receipt(reader: &Reader<'_>) -> Result<CountedReceipt, Fault> {
    Ok(CountedReceipt {
        request: RequestTag::new(reader.text("of")?),
        at: reader.time("at")?,
    })
}

impl Layout for NetworkRecord {
    fn id_text(id: &NetworkTag) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        let mut forgotten_at = self.budget.forgotten_at();
        if let Some(inquiries) = &self.inquiries {
            writer
                .time("inquiriesSince", inquiries.since)
                .number("inquiries", inquiries.count);
            forgotten_at = forgotten_at.max(inquiries.forgotten_at());
        }
        writer
            .time("since", self.budget.since)
            .number("refused", self.budget.count)
            .time("ttl", plus(forgotten_at, KEPT_AFTER_EXPIRY));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            network: NetworkTag::new(id),
            budget: RefusedStarts {
                since: reader.time("since")?,
                count: reader.number("refused")?,
            },
            inquiries: match reader.time_if("inquiriesSince")? {
                Some(since) => Some(InquiryHour {
                    since,
                    count: reader.number("inquiries")?,
                }),
                None => None,
            },
        })
    }
}
