//! What an ID and a password come to.

use jiff::Timestamp;

use super::{Account, Credential, Member};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::guards::{Guarded, MailBudget, PasswordGuard, RetryAfter};
use crate::limits::Limits;
use crate::values::{AccountKey, DeviceId, EmailAddress, MemberId};

/// What a typed password was compared with, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proof {
    /// The credential that it was compared with; none where a dummy stood in for one.
    pub of: Option<(MemberId, u32)>,
    /// Whether it was the same.
    pub right: bool,
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
    /// Right, but the address has had its mails of the hour or the day.
    AddressFull(RetryAfter),
    /// Right: a code is mailed to this address.
    Right {
        /// Whose.
        member: MemberId,
        /// The version of the credential that was proven.
        credential_version: u32,
        /// Where the code goes.
        to: EmailAddress,
    },
}

/// What a password comes to on an account. The first two look alike from outside.
enum Judgement<'a> {
    /// Not compared: a back-off runs, the password is off, or codes are stopped.
    NotJudged,
    /// Wrong, or nobody may log in with it.
    Wrong,
    /// The right initial password, too late.
    InitialPasswordExpired,
    /// Right, but the address has had its mails of the hour or the day.
    AddressFull(RetryAfter),
    /// Right, and the mail with the code is counted.
    Right { member: &'a Member, mails: MailBudget },
}

impl Account {
    /// `right` says whether it is the member's password; finding that out takes the same work for every account.
    fn judge_password(
        &self,
        right: bool,
        device: Option<&DeviceId>,
        now: Timestamp,
        limits: &Limits,
    ) -> Judgement<'_> {
        if self.guard(device, now, limits).state(now, limits) == Guarded::Closed {
            return Judgement::NotJudged;
        }
        let owner = self.owner(now, limits).filter(|member| right && !member.disabled);
        let Some(member) = owner else {
            return Judgement::Wrong;
        };
        if self.codes.check(now).is_err() {
            return Judgement::NotJudged;
        }
        if member.mail().is_some_and(|mail| mail.is_expired(now)) {
            return Judgement::InitialPasswordExpired;
        }
        match self.mails.spend(now, limits) {
            Err(full) => Judgement::AddressFull(full),
            Ok(mails) => Judgement::Right { member, mails },
        }
    }

    /// Whether the right password would begin a log-in now.
    pub fn lets_in(&self, device: Option<&DeviceId>, now: Timestamp, limits: &Limits) -> bool {
        matches!(
            self.judge_password(true, device, now, limits),
            Judgement::Right { .. }
        )
    }

    /// Which credential a password would have to be compared with: a change of it makes a comparison worthless.
    pub fn credential_of(&self) -> Option<(MemberId, u32)> {
        self.member
            .as_ref()
            .map(|member| (member.id.clone(), member.credential_version))
    }

    /// What an ID and a password come to, and how the account changes by it.
    ///
    /// The account is written whatever the verdict, so that every answer takes the same time. Where nothing was judged,
    /// nothing is counted, and the write may meet a conflict.
    pub fn log_in(
        before: Option<&Self>,
        key: &AccountKey,
        proof: &Proof,
        device: Option<&DeviceId>,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, LoginVerdict> {
        let account = Self::known(before, key, now);
        // What was verified is a hash; with another one in its place, nothing was.
        let right = proof.right && proof.of == account.credential_of();
        let next = Self {
            judged_at: now,
            ..account.clone()
        };
        let guarded = |guard| next.clone().with_guard(device, guard, now, limits);
        let put = |next, act| Put::new(next, Event::new(act, now));
        match account.judge_password(right, device, now, limits) {
            Judgement::NotJudged => {
                Change::BestEffort(put(next, Act::PasswordNotJudged), LoginVerdict::WrongCredentials)
            }
            Judgement::Wrong => {
                let failed = account.guard(device, now, limits).failed(now);
                Change::Store(
                    put(guarded(failed), Act::PasswordWrong),
                    LoginVerdict::WrongCredentials,
                )
            }
            Judgement::InitialPasswordExpired => Change::Store(
                put(guarded(PasswordGuard::default()), Act::InitialPasswordExpired),
                LoginVerdict::InitialPasswordExpired,
            ),
            Judgement::AddressFull(full) => Change::Store(
                put(guarded(PasswordGuard::default()), Act::LoginMailRefused),
                LoginVerdict::AddressFull(full),
            ),
            Judgement::Right { member, mails } => {
                let verdict = LoginVerdict::Right {
                    member: member.id.clone(),
                    credential_version: member.credential_version,
                    to: member.profile.email.clone(),
                };
                let mut next = guarded(PasswordGuard::default());
                next.mails = mails;
                if let (Some(renewed), Some(Credential::Chosen { hash, .. })) = (
                    &proof.renewed,
                    next.member.as_mut().map(|member| &mut member.credential),
                ) {
                    hash.clone_from(renewed);
                }
                Change::Store(put(next, Act::LoginCodePromised), verdict)
            }
        }
    }
}

#[cfg(test)]
mod tests;
