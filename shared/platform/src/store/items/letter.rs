//! The layout of a letter.

use portal::limits::Limits;
use portal::mail::Letter;
use portal::time::plus;
use portal::values::LetterId;

use super::super::codec::{Reader, Writer};
use super::mail::{MAIL, read_mail, write_mail, write_queued};
use super::{KEPT_AFTER_EXPIRY, Layout};
use crate::fault::Fault;

impl Layout for Letter {
    fn id_text(id: &LetterId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .map(MAIL, write_mail(&self.mail))
            .time("ttl", plus(self.mail.expires_at, KEPT_AFTER_EXPIRY));
        write_queued(writer, [&self.mail]);
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: LetterId::new(id),
            mail: read_mail(&reader.map(MAIL)?)?,
        })
    }
}
