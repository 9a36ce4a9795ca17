//! The layout of アカウント and its members.

use std::collections::BTreeMap;

use portal::account::{
    Account, Agreement, BrowserKind, Credential, Device, Holder, Member, Product, Role, Session, System,
    VoidClaim,
};
use portal::guards::{ChangeGuard, MailBudget, ResetGuard};
use portal::initial_password::Source;
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::time::plus;
use portal::values::{AccountKey, DeviceId, FlowId, MemberId, SessionId};

use super::super::codec::{Reader, Writer};
use super::guards::{
    read_back_off, read_codes, read_passwords, write_back_off, write_codes, write_passwords,
};
use super::mail::{MAIL, read_initial_password, read_notice, write_mail, write_queued};
use super::notices::{read_notices, write_notices};
use super::{KEPT_AFTER_EXPIRY, Layout, read_office, read_profile, write_office, write_profile};
use crate::fault::Fault;

/// The owner, or the members of the offices that claim the address, by their ids.
pub(crate) const HOLDERS: &str = "holders";

/// The guard of a member's address changes.
pub(super) const CHANGES: &str = "changes";

/// Claims that ended when another one became the owner.
pub(super) const VOID_CLAIMS: &str = "voidClaims";

impl Layout for Account {
    fn id_text(id: &AccountKey) -> &str {
        id.as_str()
    }

    fn write(&self, writer: &mut Writer, limits: &Limits) {
        write_passwords(writer, &self.passwords);
        writer
            .named(
                HOLDERS,
                self.members()
                    .map(|member| (member.id.as_str(), write_member(member))),
            )
            .maps(
                VOID_CLAIMS,
                self.void_claims.iter().map(write_void_claim).collect(),
            )
            .times("resets", &self.resets.mails.sends)
            .time("at", self.judged_at)
            .time_if(
                "ttl",
                self.deletable_at(limits).map(|at| plus(at, KEPT_AFTER_EXPIRY)),
            );
        write_codes(writer, &self.resets.codes);
        write_queued(writer, self.members().filter_map(Member::promised));
    }

    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault> {
        let mut claims = BTreeMap::new();
        let mut owner = None;
        for (id, member) in reader.named(HOLDERS)? {
            let member = read_member(MemberId::new(id), &member)?;
            if member.is_pending() {
                claims.insert(member.id.clone(), member);
            } else if owner.replace(Box::new(member)).is_some() {
                return Err(reader.corrupt(HOLDERS));
            }
        }
        Ok(Self {
            key: AccountKey::new(id),
            passwords: read_passwords(reader)?,
            judged_at: reader.time("at")?,
            holder: match owner {
                None => Holder::Claims(claims),
                Some(owner) if claims.is_empty() => Holder::Owner(owner),
                Some(_) => return Err(reader.corrupt(HOLDERS)),
            },
            resets: ResetGuard {
                mails: MailBudget {
                    sends: reader.times("resets")?,
                },
                codes: read_codes(reader)?,
            },
            void_claims: reader
                .maps(VOID_CLAIMS)?
                .iter()
                .map(read_void_claim)
                .collect::<Result<_, _>>()?,
        })
    }
}

fn write_void_claim(claim: &VoidClaim) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("of", claim.member.as_str())
        .number("credential", claim.credential_version)
        .text("key", claim.source.key.as_str())
        .text("nonce", &claim.source.nonce)
        .number("count", claim.source.issue)
        .time("exp", claim.expires_at)
        .text("masked", &claim.email_masked)
        .time("at", claim.at);
    writer
}

fn read_void_claim(reader: &Reader<'_>) -> Result<VoidClaim, Fault> {
    Ok(VoidClaim {
        member: MemberId::new(reader.text("of")?),
        credential_version: reader.number("credential")?,
        source: Source {
            key: KeyId::new(reader.text("key")?),
            nonce: reader.text("nonce")?.to_owned(),
            issue: reader.number("count")?,
        },
        expires_at: reader.time("exp")?,
        email_masked: reader.text("masked")?.to_owned(),
        at: reader.time("at")?,
    })
}

fn write_session(session: &Session) -> Writer {
    let mut writer = Writer::default();
    writer
        .text("id", session.id.as_str())
        .text("flow", session.flow.as_str())
        .time("from", session.created_at)
        .time("to", session.expires_at);
    write_browser(&mut writer, session.browser);
    if session.proven_at != session.created_at {
        writer.time("proven", session.proven_at);
    }
    writer
}

pub(super) fn write_browser(writer: &mut Writer, browser: BrowserKind) {
    writer
        .text_if("browser", browser.product.map(Product::code))
        .text_if("system", browser.system.map(System::code));
}

/// A kind of browser that only later code knows is left open: nothing is decided by it.
pub(super) fn read_browser(reader: &Reader<'_>) -> Result<BrowserKind, Fault> {
    Ok(BrowserKind {
        product: reader.text_if("browser")?.and_then(Product::parse),
        system: reader.text_if("system")?.and_then(System::parse),
    })
}

/// A session of before browsers were recorded has none; one whose proof was not renewed has that of its log-in.
fn read_session(reader: &Reader<'_>) -> Result<Session, Fault> {
    let created_at = reader.time("from")?;
    Ok(Session {
        id: SessionId::new(reader.text("id")?),
        flow: FlowId::new(reader.text("flow")?),
        created_at,
        expires_at: reader.time("to")?,
        browser: read_browser(reader)?,
        proven_at: reader.time_if("proven")?.unwrap_or(created_at),
    })
}

fn write_device(device: &Device) -> Writer {
    let mut writer = Writer::default();
    writer.text("id", device.id.as_str()).time("seen", device.seen_at);
    write_back_off(&mut writer, &device.passwords);
    writer
}

fn read_device(reader: &Reader<'_>) -> Result<Device, Fault> {
    Ok(Device {
        id: DeviceId::new(reader.text("id")?),
        passwords: read_back_off(reader)?,
        seen_at: reader.time("seen")?,
    })
}

/// Absent for a member who asked for no change within a day.
fn write_changes(changes: &ChangeGuard) -> Option<Writer> {
    let mut writer = Writer::default();
    writer.times("mails", &changes.mails.sends);
    write_codes(&mut writer, &changes.codes);
    (*changes != ChangeGuard::default()).then_some(writer)
}

fn read_changes(reader: Option<&Reader<'_>>) -> Result<ChangeGuard, Fault> {
    let Some(reader) = reader else {
        return Ok(ChangeGuard::default());
    };
    Ok(ChangeGuard {
        mails: MailBudget {
            sends: reader.times("mails")?,
        },
        codes: read_codes(reader)?,
    })
}

fn write_member(member: &Member) -> Writer {
    let mut writer = write_profile(&member.profile);
    writer
        .map("office", write_office(&member.office))
        .text("role", member.role.code())
        .flag("disabled", member.disabled)
        .time("since", member.registered_at)
        .time("claimedAt", member.claimed_at)
        .times("mails", &member.mails.sends)
        .number("credential", member.credential_version)
        .time_if("lastLogin", member.last_login_at)
        .time_if("takesOverUntil", member.takes_over_until)
        .maps("sessions", member.sessions.iter().map(write_session).collect())
        .maps("devices", member.devices.iter().map(write_device).collect())
        .map_if(CHANGES, write_changes(&member.changes));
    write_codes(&mut writer, &member.codes);
    write_notices(&mut writer, &member.notices);
    match &member.credential {
        Credential::Initial { reissues, mail, .. } => {
            writer
                .flag("pending", true)
                .times("reissues", reissues)
                .map(MAIL, write_mail(mail));
        }
        Credential::Chosen { hash, by } => {
            writer
                .text("hash", hash)
                .text("by", by.as_str())
                .map_if(MAIL, member.notice.as_ref().map(write_mail));
        }
    }
    if let Some(agreement) = &member.agreement {
        let mut terms = Writer::default();
        terms
            .text("version", &agreement.version)
            .text("sha256", &agreement.sha256)
            .time("shown", agreement.shown_at)
            .time("agreed", agreement.agreed_at);
        writer.map("terms", terms);
    }
    writer
}

fn read_member(id: MemberId, reader: &Reader<'_>) -> Result<Member, Fault> {
    let office = read_office(&reader.map("office")?)?;
    let (credential, notice) = if reader.flag("pending")? {
        let (mail, source) = read_initial_password(&reader.map(MAIL)?, &office)?;
        let reissues = reader.times("reissues")?;
        let initial = Credential::Initial {
            source,
            reissues,
            mail,
        };
        (initial, None)
    } else {
        let chosen = Credential::Chosen {
            hash: reader.text("hash")?.to_owned(),
            by: FlowId::new(reader.text("by")?),
        };
        (
            chosen,
            reader.map_if(MAIL)?.as_ref().map(read_notice).transpose()?,
        )
    };
    let agreement = match reader.map_if("terms")? {
        None => None,
        Some(terms) => Some(Agreement {
            version: terms.text("version")?.to_owned(),
            sha256: terms.text("sha256")?.to_owned(),
            shown_at: terms.time("shown")?,
            agreed_at: terms.time("agreed")?,
        }),
    };
    Ok(Member {
        id,
        office,
        profile: read_profile(reader)?,
        role: Role::parse(reader.text("role")?).ok_or_else(|| reader.corrupt("role"))?,
        disabled: reader.flag("disabled")?,
        registered_at: reader.time("since")?,
        claimed_at: reader.time("claimedAt")?,
        credential,
        credential_version: reader.number("credential")?,
        mails: MailBudget {
            sends: reader.times("mails")?,
        },
        codes: read_codes(reader)?,
        changes: read_changes(reader.map_if(CHANGES)?.as_ref())?,
        agreement,
        last_login_at: reader.time_if("lastLogin")?,
        sessions: reader
            .maps("sessions")?
            .iter()
            .map(read_session)
            .collect::<Result<_, _>>()?,
        devices: reader
            .maps("devices")?
            .iter()
            .map(read_device)
            .collect::<Result<_, _>>()?,
        notice,
        notices: read_notices(reader)?,
        takes_over_until: reader.time_if("takesOverUntil")?,
    })
}
