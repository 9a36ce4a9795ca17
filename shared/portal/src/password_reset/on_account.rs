//! What a reset makes of the account of its address, which is the truth about it.
//!
//! Every write is also made for unknown addresses, so that the two cannot be told apart.

use jiff::Timestamp;

use super::{PasswordReset, Recipient, ShownAccount};
use crate::account::{Account, Credential, Holder};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::guards::{BackOff, PasswordGuard, RetryAfter};
use crate::limits::Limits;
use crate::mail::Notice;
use crate::values::{AccountKey, FlowId};

/// The state of a reset according to its account, once a right code was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The account knows nothing newer: the stage of the stored reset holds.
    Open,
    /// Done, whatever stage is stored: a request whose answer was lost set the password.
    Done,
    /// Over: the member is gone or disabled, or has another password by now.
    Over,
}

impl Recipient {
    /// Who is mailed for this account.
    fn in_account(account: &Account, now: Timestamp, limits: &Limits) -> Self {
        match &account.holder {
            Holder::Owner(owner) if !owner.disabled => Self::Member {
                id: owner.id.clone(),
                credential_version: owner.credential_version,
                to: owner.profile.email.clone(),
            },
            Holder::Owner(_) => Self::None,
            Holder::Claims(_) => {
                let mut claims = account
                    .claims(now, limits)
                    .filter(|claim| !claim.disabled)
                    .peekable();
                let to = claims.peek().map(|first| first.profile.email.clone());
                let offices = claims.map(|claim| claim.office.name.clone()).collect();
                to.map_or(Self::None, |to| Self::Claims { to, offices })
            }
        }
    }
}

impl PasswordReset {
    /// A reset of this address is asked for by the flow `by`: its mail is counted, for a known or unknown address. Answers who is
    /// mailed.
    pub fn ask(
        before: Option<&Account>,
        key: &AccountKey,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Account, Result<Recipient, RetryAfter>> {
        let account = Account::known(before, key, now);
        let resets = match account.resets.spend_mail(now, limits) {
            Ok(resets) => resets,
            Err(not) => return Change::Keep(Err(not)),
        };
        let recipient = Recipient::in_account(&account, now, limits);
        let event = Event::of(Act::ResetAsked, now, by);
        let event = match &recipient {
            Recipient::Member { id, .. } => event.about(id),
            Recipient::Claims { .. } | Recipient::None => event,
        };
        let next = Account { resets, ..account };
        Change::Store(Put::new(next, event), Ok(recipient))
    }

    fn event(&self, act: Act, now: Timestamp) -> Event {
        let event = Event::of(act, now, &self.id);
        match &self.recipient {
            Recipient::Member { id, .. } => event.about(id),
            Recipient::Claims { .. } | Recipient::None => event,
        }
    }

    /// Counts the mail of a resent code. Answers whether the password is still the one that the reset began with, so that
    /// a mail would be of use.
    pub fn promise_code(
        &self,
        before: Option<&Account>,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Account, Result<bool, RetryAfter>> {
        let account = Account::known(before, &self.account, now);
        let resets = match account.resets.spend_mail(now, limits) {
            Ok(resets) => resets,
            Err(not) => return Change::Keep(Err(not)),
        };
        let is_the_members = self.member_in(&account).is_some();
        let next = Account { resets, ..account };
        Change::Store(
            Put::new(next, self.event(Act::ResetAsked, now)),
            Ok(is_the_members),
        )
    }

    /// Refunds the mail that was counted at `at` for a code that is not sent after all: another request of the reset was
    /// first, or the reset is over.
    pub fn refund_code(&self, account: Option<&Account>, at: Timestamp) -> Change<Account, ()> {
        let Some(account) = account else {
            return Change::Keep(());
        };
        let resets = account.resets.refund_mail(at);
        if resets == account.resets {
            return Change::Keep(());
        }
        let next = Account {
            resets,
            ..account.clone()
        };
        Change::Store(Put::new(next, self.event(Act::MailNotSent, at)), ())
    }

    /// Counts a judged code for the address, over all its resets: one write, right or wrong; after a conflict nothing was
    /// judged. Answers whose password is reset: no one's unless the code was right and the member still has the password
    /// that the reset began with.
    pub fn judge_code(
        &self,
        before: Option<&Account>,
        right: bool,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Account, Result<Option<ShownAccount>, RetryAfter>> {
        let mut next = Account::known(before, &self.account, now);
        if let Err(not) = next.resets.check(now, limits) {
            return Change::Keep(Err(not));
        }
        let shown = self.member_in(&next).filter(|_| right).map(ShownAccount::of);
        next.judged_at = now;
        let act = if shown.is_some() {
            Act::ResetCodeRight
        } else {
            next.resets = next.resets.failed(now, limits);
            Act::ResetCodeWrong
        };
        Change::Store(Put::new(next, self.event(act, now)), Ok(shown))
    }

    /// Where this reset stands by what its account says.
    pub fn standing(&self, account: Option<&Account>) -> Standing {
        match account {
            Some(account) if self.is_done_in(account) => Standing::Done,
            Some(account) if self.member_in(account).is_some() => Standing::Open,
            Some(_) | None => Standing::Over,
        }
    }

    /// Sets the password. In the same write every session ends, and every log-in and other reset that is under way; every
    /// wait for wrong passwords ends, and the password is on again if they had turned it off; the member is told by mail.
    /// What was agreed to stays, and no session begins. A second request finds it done.
    pub fn complete(
        &self,
        before: Option<&Account>,
        hash: &str,
        now: Timestamp,
    ) -> Result<Change<Account, ()>, Standing> {
        let standing = self.standing(before);
        let Some(account) = before.filter(|_| standing == Standing::Open) else {
            return Err(standing);
        };
        let Some(member) = self.member_in(account) else {
            return Err(Standing::Over);
        };
        let mut next = member.clone().with_notice(Notice::PasswordReset, now);
        next.credential = Credential::Chosen {
            hash: hash.to_owned(),
            by: self.id.clone(),
        };
        next.end_all_access();
        for device in &mut next.devices {
            device.passwords = BackOff::default();
        }
        let account = Account {
            judged_at: now,
            passwords: PasswordGuard::default(),
            holder: Holder::Owner(Box::new(next)),
            ..account.clone()
        };
        Ok(Change::Store(
            Put::new(account, self.event(Act::PasswordReset, now)),
            (),
        ))
    }
}

#[cfg(test)]
mod tests;
