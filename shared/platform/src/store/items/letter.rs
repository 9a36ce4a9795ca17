//! The layout of a letter: its first mail where a flow has its only one, the others under their numbers.

use jiff::Timestamp;
use portal::limits::Limits;
use portal::mail::Letter;
use portal::time::plus;
use portal::values::LetterId;

use super::super::codec::{Reader, Writer};
use super::mail::{MAIL, MORE_MAILS, read_mail, read_more_mails, write_mail, write_queued};
use super::{KEPT_AFTER_EXPIRY, Layout};
use crate::fault::Fault;

impl Layout for Letter {
    fn id_text(id: &LetterId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        let numbers: Vec<String> = self.more.iter().map(|mail| mail.number.to_string()).collect();
        let more = numbers
            .iter()
            .zip(&self.more)
            .map(|(number, mail)| (number.as_str(), write_mail(mail)));
        let ends = self.more.iter().map(|mail| mail.expires_at);
        let last = ends.fold(self.first.expires_at, Timestamp::max);
        writer
            .map(MAIL, write_mail(&self.first))
            .named(MORE_MAILS, more)
            .time("ttl", plus(last, KEPT_AFTER_EXPIRY));
        write_queued(writer, self.mails());
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: LetterId::new(id),
            first: read_mail(&reader.map(MAIL)?)?,
            more: read_more_mails(reader)?,
        })
    }
}
