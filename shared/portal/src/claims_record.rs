//! What is remembered of one user id of 電子請求受付システム: its wrong passwords, security codes and codes.

use jiff::Timestamp;

use crate::audit::{Act, AuditEntry, Event, NoEvent};
use crate::change::{Change, Entity, Put};
use crate::guards::{AttemptOutcome, ClaimsGuard, CodeGuard, NoAttempt, RetryAfter, SecurityCodeGuard};
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::values::{ClaimsUserId, FlowId};

/// 電子請求受付システムのユーザID — its wrong passwords, security codes and codes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimsRecord {
    /// Whose.
    pub user: ClaimsUserId,
    /// Wrong claims passwords.
    pub passwords: ClaimsGuard,
    /// Wrong security codes.
    pub security_codes: SecurityCodeGuard,
    /// Wrong registration codes.
    pub codes: CodeGuard,
    /// When a password or a code was last judged; the item is kept for a day after it at least.
    pub judged_at: Timestamp,
}

impl From<NoAttempt> for Refusal {
    fn from(no: NoAttempt) -> Self {
        match no {
            NoAttempt::AskFirst => Kind::ClaimsLockRisk.into(),
            NoAttempt::Spent(not) => not.into(),
        }
    }
}

impl Entity for ClaimsRecord {
    type Audit = AuditEntry;
}

impl ClaimsRecord {
    /// The record of a user id that was not seen before.
    pub fn unknown(user: ClaimsUserId, now: Timestamp) -> Self {
        Self {
            user,
            passwords: ClaimsGuard::default(),
            security_codes: SecurityCodeGuard::default(),
            codes: CodeGuard::default(),
            judged_at: now,
        }
    }

    /// Whether there is nothing to remember.
    fn is_blank(&self) -> bool {
        self.passwords == ClaimsGuard::default()
            && self.security_codes == SecurityCodeGuard::default()
            && self.codes == CodeGuard::default()
    }

    fn known(before: Option<&Self>, user: &ClaimsUserId, now: Timestamp) -> Self {
        Self {
            judged_at: now,
            ..before
                .cloned()
                .unwrap_or_else(|| Self::unknown(user.clone(), now))
        }
    }

    /// Counts an attempt as failed before the claims system is asked: so neither a burst nor a crash can get a third
    /// wrong password past the question, and lock the office out of its claims.
    pub fn begin_attempt(
        before: Option<&Self>,
        user: &ClaimsUserId,
        accepts_risk: bool,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let record = Self::known(before, user, now);
        match record.passwords.begin(accepts_risk, now, limits) {
            Ok(passwords) => {
                let event = Event::new(Act::ClaimsPasswordAsked, now);
                Change::Store(Put::new(Self { passwords, ..record }, event), Ok(()))
            }
            Err(no) => Change::Keep(Err(no.into())),
        }
    }

    /// Notes the outcome of the attempt that began at `began` and left the guard as `seen`.
    ///
    /// After the right password the answer is an error while codes are stopped; after any other it never is, so that only
    /// a person who knows the password learns of it.
    pub fn end_attempt(
        before: Option<&Self>,
        seen: &ClaimsGuard,
        began: Timestamp,
        outcome: AttemptOutcome,
    ) -> Change<Self, Result<(), RetryAfter>> {
        let Some(before) = before else {
            return Change::Keep(Ok(()));
        };
        let stopped = match outcome {
            AttemptOutcome::Succeeded => before.codes.check(began),
            AttemptOutcome::Failed | AttemptOutcome::NotCounted => Ok(()),
        };
        let next = Self {
            passwords: before.passwords.end(seen, began, outcome),
            ..before.clone()
        };
        let act = match outcome {
            // The registration that begins by it records it; where codes are stopped, none begins.
            AttemptOutcome::Succeeded if stopped.is_ok() => {
                let why = NoEvent::RecordedWithRegistration;
                return if next.is_blank() {
                    Change::Remove(why, stopped)
                } else {
                    Change::Store(Put::new(next, why), stopped)
                };
            }
            AttemptOutcome::Succeeded => Act::ClaimsPasswordRight,
            AttemptOutcome::Failed => Act::ClaimsPasswordWrong,
            AttemptOutcome::NotCounted => Act::ClaimsPasswordNotCounted,
        };
        Change::Store(Put::new(next, Event::new(act, began)), stopped)
    }

    /// Records that the password was right where no registration begins by it, because no mail can follow.
    pub fn note_right_password(
        before: Option<&Self>,
        user: &ClaimsUserId,
        now: Timestamp,
    ) -> Change<Self, ()> {
        let record = Self::known(before, user, now);
        Change::Store(Put::new(record, Event::new(Act::ClaimsPasswordRight, now)), ())
    }

    /// Counts a security code as wrong before the claims system is asked, over all registrations of the user id.
    pub fn begin_security_code(
        before: Option<&Self>,
        user: &ClaimsUserId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let record = Self::known(before, user, now);
        match record.security_codes.begin(now, limits) {
            Ok(security_codes) => {
                let next = Self {
                    security_codes,
                    ..record
                };
                Change::Store(Put::new(next, NoEvent::RecordedWithRegistration), Ok(()))
            }
            Err(not) => Change::Keep(Err(not.into())),
        }
    }

    /// Refunds the security code that was counted at `began`: it was right, or was not judged.
    pub fn refund_security_code(before: Option<&Self>, began: Timestamp) -> Change<Self, ()> {
        let Some(before) = before else {
            return Change::Keep(());
        };
        let security_codes = before.security_codes.refund(began);
        if security_codes == before.security_codes {
            return Change::Keep(());
        }
        let next = Self {
            security_codes,
            ..before.clone()
        };
        Change::Store(Put::new(next, NoEvent::RecordedWithRegistration), ())
    }

    /// Counts a judged registration code for the user id, over all its challenges; after a conflict nothing was
    /// judged.
    pub fn judge_code(
        before: Option<&Self>,
        user: &ClaimsUserId,
        by: &FlowId,
        right: bool,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let record = Self::known(before, user, now);
        if let Err(not) = record.codes.check(now) {
            return Change::Keep(Err(not.into()));
        }
        let (codes, act) = if right {
            (record.codes.clone(), Act::RegistrationCodeRight)
        } else {
            (record.codes.failed(now, limits), Act::RegistrationCodeWrong)
        };
        Change::Store(
            Put::new(Self { codes, ..record }, Event::of(act, now, by)),
            Ok(()),
        )
    }
}

#[cfg(test)]
mod tests;
