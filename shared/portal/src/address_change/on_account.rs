//! What an address change makes of the two accounts and of the office.

use jiff::Timestamp;

use super::AddressChange;
use crate::account::{Account, Member, Session};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::guards::{ChangeGuard, RetryAfter};
use crate::limits::Limits;
use crate::mail::{Mail, Notice};
use crate::office::Office;
use crate::values::SessionId;

/// What the right code commits, all of it or none.
#[derive(Debug)]
pub struct Moved {
    /// The account of the old address, without the member: the address is free.
    pub old: Put<Account>,
    /// The account of the new address, whose owner the member is.
    pub new: Put<Account>,
    /// The office, which finds its member under the new address.
    pub office: Put<Office>,
    /// Tells the old address.
    pub mail: Mail,
    /// The member, as the new account has it.
    pub member: Member,
    /// The session that goes on, under its new cookie.
    pub session: Session,
}

/// Why a member does not move to the new address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMoved {
    /// Codes of the member's address changes are stopped.
    Stopped(RetryAfter),
    /// Another member owns the address by now.
    Taken,
}

impl Account {
    /// Counts the code of an address change of its owner, who asks for it in this session.
    pub fn ask_address_change(
        &self,
        member: &Member,
        by: &Session,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), RetryAfter>> {
        match member.changes.spend_mail(now, limits) {
            Ok(changes) => {
                let next = self.with_changes(member, changes, now, limits);
                let event = Event::of(Act::AddressCodePromised, now, &by.flow).about(&member.id);
                Change::Store(Put::new(next, event), Ok(()))
            }
            Err(not) => Change::Keep(Err(not)),
        }
    }

    /// Refunds the mail that was counted at `at` for a code that is not sent: another request of the session was first.
    pub fn refund_address_code(
        &self,
        member: &Member,
        by: &Session,
        at: Timestamp,
        limits: &Limits,
    ) -> Change<Self, ()> {
        let changes = member.changes.refund_mail(at);
        if changes == member.changes {
            return Change::Keep(());
        }
        let event = Event::of(Act::MailNotSent, at, &by.flow).about(&member.id);
        Change::Store(
            Put::new(self.with_changes(member, changes, at, limits), event),
            (),
        )
    }

    /// Counts a wrong code of the owner's address changes, over all of them; none while they are stopped.
    pub fn fail_address_code(
        &self,
        member: &Member,
        by: &Session,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), RetryAfter>> {
        if let Err(not) = member.changes.check(now) {
            return Change::Keep(Err(not));
        }
        let next = Self {
            judged_at: now,
            ..self.with_changes(member, member.changes.failed(now, limits), now, limits)
        };
        let event = Event::of(Act::AddressCodeWrong, now, &by.flow).about(&member.id);
        Change::Store(Put::new(next, event), Ok(()))
    }

    fn with_changes(&self, member: &Member, changes: ChangeGuard, now: Timestamp, limits: &Limits) -> Self {
        let member = Member {
            changes,
            ..member.clone()
        };
        self.clone().with_member(member, now, limits)
    }
}

impl AddressChange {
    /// The right code, typed in this session: the member moves from the account of the old address to that of the new one,
    /// whose owner the member is as after a completed log-in; every claim on it becomes void. The old address is free.
    ///
    /// The session goes on with a new cookie. Every other one ends, as after a change of the password: another person who reads the
    /// old mailbox may have one. The guards of an address stay with it, those of the member move.
    pub fn complete(
        &self,
        (old, member, by): (&Account, &Member, &Session),
        new: Option<&Account>,
        office: &Office,
        cookie: SessionId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Moved, NotMoved> {
        member.changes.check(now).map_err(NotMoved::Stopped)?;
        let account = Account::known(new, &self.to().key(), now);
        if account.owner().is_some() {
            return Err(NotMoved::Taken);
        }
        let session = Session {
            id: cookie,
            ..by.clone()
        };
        let mut moved = member.clone();
        moved.profile.email = self.to().clone();
        moved.end_all_access();
        moved.sessions = vec![session.clone()];
        let moved = moved.with_notice_from(Notice::AddressChanged, by.browser, now, limits);
        let account = Account {
            judged_at: now,
            passwords: account.passwords.completed(),
            ..account
        };
        let event = |act| Event::of(act, now, &by.flow).about(&member.id);
        let left = old.without(&member.id, now).unwrap_or_else(|| old.clone());
        Ok(Moved {
            old: Put::new(left, event(Act::AddressLeft)),
            new: Put::new(
                account.with_member(moved.clone(), now, limits),
                event(Act::AddressChanged),
            ),
            office: office.with_address_of(&member.id, &self.to().key()).into(),
            mail: Mail::notice(
                member.profile.email.clone(),
                member.notice_of(Notice::AddressLeft, by.browser),
            ),
            member: moved,
            session,
        })
    }
}

#[cfg(test)]
mod tests;
