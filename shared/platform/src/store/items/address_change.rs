//! The layout of メールアドレスの変更.

use portal::address_change::AddressChange;
use portal::limits::Limits;
use portal::time::plus;
use portal::values::{AccountKey, FlowId, MemberId};

use super::super::codec::{Reader, Writer};
use super::mail::{read_challenge, write_challenge};
use super::{KEPT_AFTER_EXPIRY, Layout};
use crate::fault::Fault;

impl Layout for AddressChange {
    fn id_text(id: &FlowId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .text("account", self.account.as_str())
            .text("member", self.member.as_str())
            .number("credential", self.credential_version)
            .time("expiresAt", self.expires_at)
            .time("ttl", plus(self.expires_at, KEPT_AFTER_EXPIRY));
        write_challenge(writer, &self.challenge);
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: FlowId::new(id),
            account: AccountKey::new(reader.text("account")?),
            member: MemberId::new(reader.text("member")?),
            credential_version: reader.number("credential")?,
            expires_at: reader.time("expiresAt")?,
            challenge: read_challenge(reader)?,
        })
    }
}
