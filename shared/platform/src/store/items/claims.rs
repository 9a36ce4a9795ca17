//! What is counted of a claims user and of a network, as the table has it.

use portal::claims_record::ClaimsRecord;
use portal::guards::{ClaimsGuard, RefusedStarts, SecurityCodeGuard};
use portal::limits::Limits;
use portal::time::plus;
use portal::values::{ClaimsUserId, NetworkTag};

use super::super::codec::{Reader, Writer};
use super::super::item::NetworkRecord;
use super::guards::{read_codes, write_codes};
use super::{BROOM, Layout};
use crate::fault::Fault;

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
    fn id_text(id: &NetworkTag) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .time("since", self.budget.since)
            .number("refused", self.budget.count)
            .time("ttl", plus(self.budget.forgotten_at(), BROOM));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            network: NetworkTag::new(id),
            budget: RefusedStarts {
                since: reader.time("since")?,
                count: reader.number("refused")?,
            },
        })
    }
}
