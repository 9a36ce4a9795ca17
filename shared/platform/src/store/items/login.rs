//! The layouts of ログイン and セッション.

use portal::limits::Limits;
use portal::login::{self, Login, SessionPointer, Shown, ShownAccount};
use portal::time::plus;
use portal::values::{AccountKey, FlowId, MemberId, SessionId};

use super::super::codec::{Reader, Writer};
use super::mail::{read_challenge, write_challenge};
use super::{KEPT_AFTER_EXPIRY, Layout, read_office, write_office};
use crate::fault::Fault;

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
            .time("ttl", plus(self.expires_at, KEPT_AFTER_EXPIRY));
        match &self.stage {
            login::Stage::Otp { challenge } => {
                writer.text("stage", "otp");
                write_challenge(writer, challenge);
            }
            login::Stage::NewPassword {
                required,
                account,
                shown,
            } => {
                writer.text("stage", "new-password").flag("required", *required);
                if let Some(account) = account {
                    writer
                        .text("emailMasked", &account.email_masked)
                        .map("office", write_office(&account.office));
                }
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
            "otp" => login::Stage::Otp {
                challenge: read_challenge(reader)?,
            },
            "new-password" => login::Stage::NewPassword {
                required: reader.flag("required")?,
                account: match reader.text_if("emailMasked")? {
                    None => None,
                    Some(masked) => Some(ShownAccount {
                        email_masked: masked.to_owned(),
                        office: read_office(&reader.map("office")?)?,
                    }),
                },
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
            .time("ttl", plus(self.expires_at, KEPT_AFTER_EXPIRY));
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
