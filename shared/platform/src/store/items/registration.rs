//! The layout of 初回利用登録.

use portal::limits::Limits;
use portal::registration::{self, Registered, Registration, Replaced};
use portal::time::plus;
use portal::values::{AccountKey, ClaimsUserId, Draft, EmailAddress, FlowId, MemberId, RequestKey};

use super::super::codec::{Reader, Writer};
use super::mail::{read_challenge, write_challenge};
use super::{KEPT_AFTER_EXPIRY, Layout, address_if, read_office, read_profile, write_office, write_profile};
use crate::fault::Fault;

impl Layout for Registration {
    fn id_text(id: &FlowId) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, _: &Limits) {
        writer
            .text("claimsUser", self.claims_user.as_str())
            .time("expiresAt", self.expires_at)
            .time("ttl", plus(self.expires_at, KEPT_AFTER_EXPIRY));
        if self.email_taken > 0 {
            writer.number("emailTaken", self.email_taken);
        }
        writer
            .texts("asked", self.asked.iter().map(AccountKey::as_str))
            .text_if("voided", self.voided.as_deref())
            .text_if("contact", self.contact.as_ref().map(EmailAddress::as_str));
        writer.map_if("office", self.office().map(write_office));
        match &self.stage {
            registration::Stage::SecurityCode { tries } => {
                writer.text("stage", "security-code").number("tries", *tries);
            }
            registration::Stage::Otp { office, challenge } => {
                writer.text("stage", "otp").map("office", write_office(office));
                write_challenge(writer, challenge);
            }
            registration::Stage::Profile { .. } => {
                writer.text("stage", "profile");
            }
            registration::Stage::Confirm {
                profile, replaces, ..
            } => {
                writer
                    .text("stage", "confirm")
                    .map("profile", write_profile(profile));
                match replaces {
                    None => {}
                    Some(Replaced::Pending { member, account }) => {
                        writer
                            .text("member", member.as_str())
                            .text("account", account.as_str());
                    }
                    Some(Replaced::Everyone) => {
                        writer.flag("takesOver", true);
                    }
                }
            }
            registration::Stage::AlreadyRegistered { .. } => {
                writer.text("stage", "already-registered");
            }
            registration::Stage::Completed {
                member,
                account,
                registered,
                ..
            } => {
                writer
                    .text("stage", "completed")
                    .text("member", member.as_str())
                    .text("account", account.as_str());
                if let Some(registered) = registered {
                    writer
                        .text("request", registered.request.as_str())
                        .text("draft", registered.draft.as_str())
                        .time("at", registered.at)
                        .time_if("passwordEndsAt", registered.password_ends_at);
                }
            }
        }
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let office = || read_office(&reader.map("office")?);
        let member = || reader.text("member").map(MemberId::new);
        let account = || reader.text("account").map(AccountKey::new);
        let stage = match reader.text("stage")? {
            "security-code" => registration::Stage::SecurityCode {
                tries: reader.number("tries")?,
            },
            "otp" => registration::Stage::Otp {
                office: office()?,
                challenge: read_challenge(reader)?,
            },
            "profile" => registration::Stage::Profile { office: office()? },
            "confirm" => registration::Stage::Confirm {
                office: office()?,
                profile: read_profile(&reader.map("profile")?)?,
                replaces: match reader.text_if("member")? {
                    None => reader.flag("takesOver")?.then_some(Replaced::Everyone),
                    Some(member) => Some(Replaced::Pending {
                        member: MemberId::new(member),
                        account: account()?,
                    }),
                },
            },
            "already-registered" => registration::Stage::AlreadyRegistered { office: office()? },
            "completed" => registration::Stage::Completed {
                office: office()?,
                member: member()?,
                account: account()?,
                registered: match reader.text_if("request")? {
                    None => None,
                    Some(request) => Some(Registered {
                        request: RequestKey::new(request),
                        draft: Draft::new(reader.text("draft")?),
                        at: reader.time("at")?,
                        password_ends_at: reader.time_if("passwordEndsAt")?,
                    }),
                },
            },
            _ => return Err(reader.corrupt("stage")),
        };
        Ok(Self {
            id: FlowId::new(id),
            claims_user: ClaimsUserId::parse(reader.text("claimsUser")?)
                .map_err(|_| reader.corrupt("claimsUser"))?,
            contact: address_if(reader, "contact")?,
            expires_at: reader.time("expiresAt")?,
            email_taken: reader.number_if("emailTaken")?.unwrap_or(0),
            asked: reader.texts("asked")?.into_iter().map(AccountKey::new).collect(),
            voided: reader.text_if("voided")?.map(str::to_owned),
            stage,
        })
    }
}
