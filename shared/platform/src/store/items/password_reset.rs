//! パスワードの再設定, as the table has it. One for an unknown address looks like any other, but that nothing in it is
//! marked as to be sent.

use portal::limits::Limits;
use portal::password_reset::{PasswordReset, Recipient, ShownAccount, Stage};
use portal::time::plus;
use portal::values::{AccountKey, FlowId, MemberId};

use super::super::codec::{Reader, Writer};
use super::mail::{MAIL, read_challenge, write_mail, write_queued};
use super::{KEPT_AFTER_EXPIRY, Layout, address, read_office, write_office};
use crate::fault::Fault;

const MEMBER: &str = "member";
const CLAIMS: &str = "claims";
const NONE: &str = "nobody";

impl Layout for PasswordReset {
    fn id_text(id: &FlowId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .text("account", self.account.as_str())
            .time("expiresAt", self.expires_at)
            .time("ttl", plus(self.expires_at, KEPT_AFTER_EXPIRY));
        match &self.recipient {
            Recipient::Member {
                id,
                credential_version,
                to,
            } => {
                writer
                    .text("recipient", MEMBER)
                    .text("member", id.as_str())
                    .number("credential", *credential_version)
                    .text("to", to.as_str());
            }
            Recipient::Claims { to, offices } => {
                let office = |name: &String| {
                    let mut writer = Writer::default();
                    writer.text("name", name);
                    writer
                };
                writer
                    .text("recipient", CLAIMS)
                    .text("to", to.as_str())
                    .maps("offices", offices.iter().map(office).collect());
            }
            Recipient::None => {
                writer.text("recipient", NONE);
            }
        }
        match &self.stage {
            Stage::Otp { challenge } => {
                writer
                    .text("stage", "otp")
                    .number("tries", challenge.tries)
                    .map(MAIL, write_mail(&challenge.mail));
                write_queued(writer, self.promise().as_ref());
            }
            Stage::NewPassword { account } => {
                writer
                    .text("stage", "new-password")
                    .text("emailMasked", &account.email_masked)
                    .map("office", write_office(&account.office));
            }
            Stage::Done { account } => {
                writer.text("stage", "done");
                if let Some(account) = account {
                    writer
                        .text("emailMasked", &account.email_masked)
                        .map("office", write_office(&account.office));
                }
            }
        }
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let recipient = match reader.text("recipient")? {
            MEMBER => Recipient::Member {
                id: MemberId::new(reader.text("member")?),
                credential_version: reader.number("credential")?,
                to: address(reader, "to")?,
            },
            CLAIMS => Recipient::Claims {
                to: address(reader, "to")?,
                offices: reader
                    .maps("offices")?
                    .iter()
                    .map(|office| office.text("name").map(str::to_owned))
                    .collect::<Result<_, _>>()?,
            },
            NONE => Recipient::None,
            _ => return Err(reader.corrupt("recipient")),
        };
        let stage = match reader.text("stage")? {
            "otp" => Stage::Otp {
                challenge: read_challenge(reader)?,
            },
            "new-password" => Stage::NewPassword {
                account: read_account(reader)?,
            },
            "done" => Stage::Done {
                account: reader
                    .text_if("emailMasked")?
                    .map(|_| read_account(reader))
                    .transpose()?,
            },
            _ => return Err(reader.corrupt("stage")),
        };
        Ok(Self {
            id: FlowId::new(id),
            account: AccountKey::new(reader.text("account")?),
            recipient,
            expires_at: reader.time("expiresAt")?,
            stage,
        })
    }
}

fn read_account(reader: &Reader<'_>) -> Result<ShownAccount, Fault> {
    Ok(ShownAccount {
        email_masked: reader.text("emailMasked")?.to_owned(),
        office: read_office(&reader.map("office")?)?,
    })
}
