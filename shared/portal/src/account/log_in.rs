//! What an ID and a password come to.

use jiff::Timestamp;

use super::{Account, Caller, Credential, Member, VoidClaim};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::guards::{Guarded, MailBudget, RetryAfter};
use crate::limits::Limits;
use crate::values::{AccountKey, EmailAddress, MemberId};

/// Whose password was typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proof {
    /// The member, the owner or of a claim, void ones included, and the version of the credential; none where it is
    /// nobody's.
    pub of: Option<(MemberId, u32)>,
    /// The hash anew, if the old one was made with other parameters or an older key.
    pub renewed: Option<String>,
}

/// What a log-in attempt comes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LoginVerdict {
    /// The one answer for unknown, wrong, waiting, stopped and disabled.
    WrongCredentials,
    /// The right initial password, too late.
    InitialPasswordExpired,
    /// The right initial password of a claim that ended because another member owns the address.
    ClaimVoid,
    /// Right, but the member has had the mails of the hour or the day.
    AddressFull(RetryAfter),
    /// Right: a code is mailed.
    Right(Proven),
}

/// What a right password proved.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proven {
    /// Whose it is.
    pub member: MemberId,
    /// The version of the credential.
    pub credential_version: u32,
    /// Where the code goes.
    pub to: EmailAddress,
}

/// What a password comes to on an account. The first two look alike from outside.
enum Judgement<'a> {
    /// Not compared: a back-off runs, the password is off, or codes are stopped.
    NotJudged,
    /// Wrong, or nobody may log in with it.
    Wrong,
    /// The right initial password, too late.
    InitialPasswordExpired,
    /// The right initial password of a claim that is void.
    ClaimVoid,
    /// Right, but the member has had the mails of the hour or the day.
    AddressFull(RetryAfter),
    /// Right, and the mail with the code is counted.
    Right { member: &'a Member, mails: MailBudget },
}

impl Account {
    /// `of` says whose password was typed; finding that out takes the same work for every account.
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
        // Nobody guesses 99 bits, so the right initial password, of a void claim as well, waits for nobody's wrong ones.
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
        // What was compared is one credential; with another one in its place, nothing was.
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

    /// Whether the owner's password would begin a log-in now.
    pub fn lets_owner_in(&self, caller: &Caller, now: Timestamp, limits: &Limits) -> bool {
        let of = self.owner().map(Member::credential_in_force);
        matches!(
            self.judge_password(of.as_ref(), caller, now, limits),
            Judgement::Right { .. }
        )
    }

    /// What an ID and a password come to, and how the account changes by it.
    ///
    /// The account is written whatever the verdict, so that every answer takes the same time. Where nothing was judged,
    /// nothing is counted, and the write may meet a conflict.
    pub fn log_in(
        before: Option<&Self>,
        key: &AccountKey,
        proof: &Proof,
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
            // Nothing of the owner's changes by it: neither a failure, nor the end of a row of them.
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
                // The guard may be one of the member's own devices'.
                let mut member = guarded.noted(&member.id).unwrap_or(member).clone();
                member.mails = mails;
                if let (Some(renewed), Credential::Chosen { hash, .. }) =
                    (&proof.renewed, &mut member.credential)
                {
                    hash.clone_from(renewed);
                }
                let next = guarded.with_member(member, now, limits);
                Change::Store(Put::new(next, about(Act::LoginCodePromised)), verdict)
            }
        }
    }
}

#[cfg(test)]
mod tests;
