//! The verdict on an ID and a password.

use jiff::Timestamp;

use super::{Account, Caller, Credential, Member, VoidClaim};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::guards::{Guarded, MailBudget, RetryAfter};
use crate::limits::Limits;
use crate::values::{AccountKey, EmailAddress, FlowId, MemberId};

/// The member whose password was typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifiedPassword {
    /// The member (the owner, or of a claim, void ones included) and the version of the credential; `None` if no
    /// member has this password.
    pub of: Option<(MemberId, u32)>,
    /// A new hash, if the old one has other parameters or an older key.
    pub renewed: Option<String>,
    /// The log-in that begins if the password is right: the record of its code names it.
    pub flow: FlowId,
}

/// The verdict on a log-in attempt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LoginVerdict {
    /// The one answer to an unknown address, a wrong password, a running back-off, stopped codes and a disabled
    /// member.
    WrongCredentials,
    /// The initial password is right but expired.
    InitialPasswordExpired,
    /// The initial password is right, but its claim is void: another member owns the address.
    ClaimVoid,
    /// The password is right, but the budget of log-in mails is spent.
    AddressFull(RetryAfter),
    /// The password is right: a code is mailed.
    Right(Proven),
}

/// What a right password proved.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proven {
    /// The member.
    pub member: MemberId,
    /// The version of the credential.
    pub credential_version: u32,
    /// Where the code is mailed.
    pub to: EmailAddress,
}

/// The judgement of a password. The first two have the same answer.
enum Judgement<'a> {
    /// Not compared: a back-off runs, the password is locked out, or codes are stopped.
    NotJudged,
    /// Wrong, or right for no member who may log in.
    Wrong,
    /// The initial password is right but expired.
    InitialPasswordExpired,
    /// The initial password is right, but its claim is void.
    ClaimVoid,
    /// The password is right, but the budget of log-in mails is spent.
    AddressFull(RetryAfter),
    /// The password is right, and the mail with the code is counted.
    Right { member: &'a Member, mails: MailBudget },
}

impl Account {
    /// `of` is the member whose password was typed; finding it takes the same work for every account.
    fn judge_password(
        &self,
        of: Option<&(MemberId, u32)>,
        caller: &Caller,
        now: Timestamp,
        limits: &Limits,
    ) -> Judgement<'_> {
        let closed = self.guarded(caller, now, limits) == Guarded::Closed;
        let wrong = || {
            if closed {
                Judgement::NotJudged
            } else {
                Judgement::Wrong
            }
        };
        let Some((id, version)) = of else {
            return wrong();
        };
        // An initial password has 99 bits and cannot be guessed, so wrong passwords never make a right one wait.
        let is_owners = self
            .owner()
            .is_some_and(|owner| owner.id == *id && !owner.is_pending());
        if closed && is_owners {
            return Judgement::NotJudged;
        }
        let is_void = |claim: &VoidClaim| claim.credential_version == *version && now < claim.expires_at;
        if self.void_claim(id).is_some_and(is_void) {
            return Judgement::ClaimVoid;
        }
        // One credential was compared; if it was replaced since, the comparison is invalid.
        let is_it = |member: &&Member| member.credential_version == *version && !member.disabled;
        let Some(member) = self.member(id, now, limits).filter(is_it) else {
            return wrong();
        };
        if member.codes.check(now).is_err() {
            return Judgement::NotJudged;
        }
        if member.mail().is_some_and(|mail| mail.is_expired(now)) {
            return Judgement::InitialPasswordExpired;
        }
        match member.mails.spend(now, limits) {
            Err(full) => Judgement::AddressFull(full),
            Ok(mails) => Judgement::Right { member, mails },
        }
    }

    /// Whether the owner's password would start a log-in now.
    pub fn lets_owner_in(&self, caller: &Caller, now: Timestamp, limits: &Limits) -> bool {
        let of = self.owner().map(Member::credential_in_force);
        matches!(
            self.judge_password(of.as_ref(), caller, now, limits),
            Judgement::Right { .. }
        )
    }

    /// Judges an ID and a password, and changes the account accordingly.
    ///
    /// Every verdict writes the account, so that every answer takes the same time. Where nothing was judged, nothing
    /// is counted, and a conflict of the write is ignored.
    pub fn log_in(
        before: Option<&Self>,
        key: &AccountKey,
        proof: &VerifiedPassword,
        caller: &Caller,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, LoginVerdict> {
        let account = Self::known(before, key, now);
        let next = Self {
            judged_at: now,
            ..account.clone()
        };
        let proven = || next.with_right_password(caller, now, limits);
        let about = |act| {
            let event = Event::new(act, now);
            match &proof.of {
                Some((id, _)) => event.about(id),
                None => event,
            }
        };
        match account.judge_password(proof.of.as_ref(), caller, now, limits) {
            Judgement::NotJudged => {
                let event = Event::new(Act::PasswordNotJudged, now);
                Change::BestEffort(Put::new(next, event), LoginVerdict::WrongCredentials)
            }
            Judgement::Wrong => {
                let failed = next.with_wrong_password(caller, now, limits);
                let event = Event::new(Act::PasswordWrong, now);
                Change::Store(Put::new(failed, event), LoginVerdict::WrongCredentials)
            }
            // Nothing of the owner's changes: no failure is counted, and no series of failures ends.
            Judgement::ClaimVoid => Change::Store(
                Put::new(next, about(Act::VoidClaimTried)),
                LoginVerdict::ClaimVoid,
            ),
            Judgement::InitialPasswordExpired => Change::Store(
                Put::new(proven(), about(Act::InitialPasswordExpired)),
                LoginVerdict::InitialPasswordExpired,
            ),
            Judgement::AddressFull(full) => Change::Store(
                Put::new(proven(), about(Act::LoginMailRefused)),
                LoginVerdict::AddressFull(full),
            ),
            Judgement::Right { member, mails } => {
                let verdict = LoginVerdict::Right(Proven {
                    member: member.id.clone(),
                    credential_version: member.credential_version,
                    to: member.profile.email.clone(),
                });
                let guarded = proven();
                // The guard may be that of one of the member's own devices.
                let mut member = guarded.noted(&member.id).unwrap_or(member).clone();
                member.mails = mails;
                if let (Some(renewed), Credential::Chosen { hash, .. }) =
                    (&proof.renewed, &mut member.credential)
                {
                    hash.clone_from(renewed);
                }
                let event = Event::of(Act::LoginCodePromised, now, &proof.flow).about(&member.id);
                let next = guarded.with_member(member, now, limits);
                Change::Store(Put::new(next, event), verdict)
            }
        }
    }
}

#[cfg(test)]
mod tests;
