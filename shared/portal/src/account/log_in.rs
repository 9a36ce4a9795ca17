//! What an ID and a password come to.

use jiff::Timestamp;

use super::{Account, Credential};
use crate::audit::{Act, Event};
use crate::change::Change;
use crate::guards::{Guarded, NotBefore, PasswordGuard};
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
    AddressFull(NotBefore),
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

impl Account {
    /// What a password comes to, and the account after it.
    ///
    /// `right` says whether it is the member's; it was found out with the same work whoever asked. The account is
    /// to be written whatever the verdict: whoever loses that write has been told nothing.
    pub fn judge_password(
        &self,
        right: bool,
        device: Option<&DeviceId>,
        now: Timestamp,
        limits: &Limits,
    ) -> (Self, LoginVerdict) {
        let next = Self {
            judged_at: now,
            ..self.clone()
        };
        let event = |act| Event::new(act, now);
        let guard = self.guard(device, now, limits);
        if guard.state(now, limits) == Guarded::Closed {
            return (
                next.with(event(Act::PasswordNotJudged)),
                LoginVerdict::WrongCredentials,
            );
        }
        let owner = self.owner(now, limits).filter(|member| right && !member.disabled);
        let Some(member) = owner else {
            let next = next.with_guard(device, guard.failed(now), now, limits);
            return (
                next.with(event(Act::PasswordWrong)),
                LoginVerdict::WrongCredentials,
            );
        };
        if self.codes.check(now).is_err() {
            return (
                next.with(event(Act::PasswordNotJudged)),
                LoginVerdict::WrongCredentials,
            );
        }
        let next = next.with_guard(device, PasswordGuard::default(), now, limits);
        if member.mail().is_some_and(|mail| mail.is_expired(now)) {
            return (
                next.with(event(Act::InitialPasswordExpired)),
                LoginVerdict::InitialPasswordExpired,
            );
        }
        match self.mails.spend(now, limits) {
            Err(full) => (
                next.with(event(Act::LoginMailRefused)),
                LoginVerdict::AddressFull(full),
            ),
            Ok(mails) => {
                let verdict = LoginVerdict::Right {
                    member: member.id.clone(),
                    credential_version: member.credential_version,
                    to: member.profile.email.clone(),
                };
                let next = Self { mails, ..next };
                (next.with(event(Act::LoginCodePromised)), verdict)
            }
        }
    }

    /// Which credential a password would have to be compared with: a change of it makes a comparison worthless.
    pub fn credential_of(&self) -> Option<(MemberId, u32)> {
        self.member
            .as_ref()
            .map(|member| (member.id.clone(), member.credential_version))
    }

    /// What an ID and a password come to, and how the account changes by it.
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
        let (mut next, verdict) = account.judge_password(right, device, now, limits);
        if let (LoginVerdict::Right { .. }, Some(renewed)) = (&verdict, &proof.renewed)
            && let Some(Credential::Chosen { hash, .. }) =
                next.member.as_mut().map(|member| &mut member.credential)
        {
            hash.clone_from(renewed);
        }
        // Where nothing is counted the write decides nothing, and is made so that every answer takes the same time.
        let is_judged = next
            .event
            .as_ref()
            .is_none_or(|event| event.act != Act::PasswordNotJudged);
        if is_judged {
            Change::Store(next, verdict)
        } else {
            Change::Offer(next, verdict)
        }
    }
}

#[cfg(test)]
mod tests;
