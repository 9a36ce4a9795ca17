//! The record of one user id of 電子請求受付システム: its wrong passwords, security codes and codes, and its mailed codes.

use jiff::Timestamp;

use crate::audit::{Act, AuditEntry, Event, NoEvent};
use crate::change::{Change, Entity, Put};
use crate::claims::{Accepted, Authentication, RegisteredOffice, Unavailable};
use crate::guards::{
    Attempt, AttemptOutcome, ClaimsGuard, CodeGuard, MailBudget, NoAttempt, SecurityCodeGuard,
};
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::registration::{NoMailAddress, office_and_address};
use crate::values::{ClaimsUserId, EmailAddress, FlowId, NetworkTag, OfficeName};

/// 電子請求受付システムのユーザID — its wrong passwords, security codes and codes, and its mailed codes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimsRecord {
    /// The user id.
    pub user: ClaimsUserId,
    /// Wrong claims passwords.
    pub passwords: ClaimsGuard,
    /// Wrong security codes.
    pub security_codes: SecurityCodeGuard,
    /// Wrong registration codes.
    pub codes: CodeGuard,
    /// Registration codes that were mailed.
    pub mails: MailBudget,
    /// When a password or a code was last judged; the item is kept for at least a day after it.
    pub judged_at: Timestamp,
}

/// What the right password proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The security code may be asked for; nothing is mailed yet.
    SecurityCodeWanted,
    /// The office, and the address to which a code is mailed.
    Office(OfficeName, EmailAddress),
}

impl From<NoMailAddress> for Refusal {
    fn from(_: NoMailAddress) -> Self {
        Kind::ClaimsNoMailAddress.into()
    }
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
    /// The record of a new user id.
    pub fn unknown(user: ClaimsUserId, now: Timestamp) -> Self {
        Self {
            user,
            passwords: ClaimsGuard::default(),
            security_codes: SecurityCodeGuard::default(),
            codes: CodeGuard::default(),
            mails: MailBudget::default(),
            judged_at: now,
        }
    }

    /// Whether all counters are empty.
    fn is_blank(&self) -> bool {
        self.passwords == ClaimsGuard::default()
            && self.security_codes == SecurityCodeGuard::default()
            && self.codes == CodeGuard::default()
            && self.mails == MailBudget::default()
    }

    fn known(before: Option<&Self>, user: &ClaimsUserId, now: Timestamp) -> Self {
        Self {
            judged_at: now,
            ..before
                .cloned()
                .unwrap_or_else(|| Self::unknown(user.clone(), now))
        }
    }

    /// Counts an attempt as failed before the claims system is asked: neither parallel requests nor a crash can send
    /// a third wrong password without the question, which would lock the office out of its claims.
    pub fn begin_attempt(
        before: Option<&Self>,
        user: &ClaimsUserId,
        network: &NetworkTag,
        accepts_risk: bool,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<Attempt, Refusal>> {
        let record = Self::known(before, user, now);
        match record.passwords.begin(network, accepts_risk, now, limits) {
            Ok((passwords, attempt)) => {
                let event = Event::new(Act::ClaimsPasswordAsked, now);
                Change::Store(Put::new(Self { passwords, ..record }, event), Ok(attempt))
            }
            Err(no) => Change::Keep(Err(no.into())),
        }
    }

    /// Counts the claims system's answer to an attempt, and decides whether the registration continues. A right
    /// password is still refused while codes are stopped, while the budget of mails is spent, and without an address.
    ///
    /// `began` is the record after [`Self::begin_attempt`]. Once the user id may be locked by attempts through the
    /// portal, wrong and locked have one answer and count alike: otherwise the answer would reveal which ids exist.
    pub fn end_attempt(
        before: Option<&Self>,
        began: &Self,
        attempt: &Attempt,
        answer: &Result<Authentication, Unavailable>,
        limits: &Limits,
    ) -> Change<Self, Result<Proof, Refusal>> {
        let before = before
            .cloned()
            .unwrap_or_else(|| Self::unknown(began.user.clone(), attempt.at));
        let may_be_locked = before.passwords.may_be_locked(attempt, limits);
        let failed = |kind| (AttemptOutcome::Failed, Act::ClaimsPasswordWrong, kind);
        let not_counted = |kind| (AttemptOutcome::NotCounted, Act::ClaimsPasswordNotCounted, kind);
        let (outcome, act, refused) = match answer {
            Ok(Authentication::Accepted(accepted)) => {
                return before.end_right(began, attempt, accepted, limits);
            }
            Ok(Authentication::Wrong | Authentication::Locked) if may_be_locked => failed(Kind::ClaimsLocked),
            Ok(Authentication::Wrong) => failed(Kind::ClaimsRejected),
            Ok(Authentication::Locked) => not_counted(Kind::ClaimsLocked),
            Ok(Authentication::TemporaryPassword) => not_counted(Kind::ClaimsTemporaryPassword),
            Ok(Authentication::PasswordExpired) => not_counted(Kind::ClaimsPasswordExpired),
            // The password may have been judged wrong.
            Err(Unavailable::OutcomeUnknown) => failed(Kind::ClaimsUnavailable),
            Err(Unavailable::NotJudged) => not_counted(Kind::ClaimsUnavailable),
        };
        let next = Self {
            passwords: before.passwords.end(&began.passwords, attempt, outcome),
            ..before
        };
        Change::Store(Put::new(next, Event::new(act, attempt.at)), Err(refused.into()))
    }

    /// The right password clears the wrong ones, and counts the mail that follows.
    fn end_right(
        self,
        began: &Self,
        attempt: &Attempt,
        accepted: &Accepted,
        limits: &Limits,
    ) -> Change<Self, Result<Proof, Refusal>> {
        let proven = self.prove(accepted, attempt.at, limits);
        let passwords = self
            .passwords
            .end(&began.passwords, attempt, AttemptOutcome::Succeeded);
        let next = Self { passwords, ..self };
        match proven {
            // The registration that begins by it records the act.
            Ok((proof, mails)) => {
                let (next, why) = (Self { mails, ..next }, NoEvent::RecordedWithRegistration);
                if next.is_blank() {
                    Change::Remove(why, Ok(proof))
                } else {
                    Change::Store(Put::new(next, why), Ok(proof))
                }
            }
            Err(refused) => {
                let event = Event::new(Act::ClaimsPasswordRight, attempt.at);
                Change::Store(Put::new(next, event), Err(refused))
            }
        }
    }

    fn prove(
        &self,
        accepted: &Accepted,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(Proof, MailBudget), Refusal> {
        self.codes.check(now)?;
        match accepted {
            Accepted::SecurityCodeWanted => Ok((Proof::SecurityCodeWanted, self.mails.clone())),
            Accepted::Office(registered) => {
                let (office, address) = office_and_address(registered)?;
                let mails = self.mails.spend_for_claims_user(now, limits)?;
                Ok((Proof::Office(office, address), mails))
            }
        }
    }

    /// Refunds the code that was counted with the right password at `at`, and records that the password was right:
    /// without a mail, no registration begins that would record it.
    pub fn note_right_password(
        before: Option<&Self>,
        user: &ClaimsUserId,
        at: Timestamp,
    ) -> Change<Self, ()> {
        let record = Self::known(before, user, at);
        let mails = record.mails.refund(at);
        let event = Event::new(Act::ClaimsPasswordRight, at);
        Change::Store(Put::new(Self { mails, ..record }, event), ())
    }

    /// Counts another registration code that is mailed for the user id.
    pub fn spend_mail(
        before: Option<&Self>,
        user: &ClaimsUserId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let record = Self::known(before, user, now);
        match record.mails.spend_for_claims_user(now, limits) {
            Ok(mails) => Change::Store(
                Put::new(Self { mails, ..record }, NoEvent::RecordedWithContact),
                Ok(()),
            ),
            Err(full) => Change::Keep(Err(full.into())),
        }
    }

    /// Refunds the code that was counted at `at` but is not mailed.
    pub fn refund_mail(before: Option<&Self>, at: Timestamp) -> Change<Self, ()> {
        let Some(before) = before else {
            return Change::Keep(());
        };
        let mails = before.mails.refund(at);
        if mails == before.mails {
            return Change::Keep(());
        }
        let next = Self {
            mails,
            ..before.clone()
        };
        Change::Store(Put::new(next, NoEvent::RecordedWithContact), ())
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

    /// Refunds the security code that was counted at `began` and was right, and counts the code that is mailed next.
    /// The mail is refused while its budget is spent and without an address; the security code is refunded in any
    /// case.
    pub fn accept_security_code(
        before: Option<&Self>,
        user: &ClaimsUserId,
        began: Timestamp,
        registered: &RegisteredOffice,
        limits: &Limits,
    ) -> Change<Self, Result<(OfficeName, EmailAddress), Refusal>> {
        let record = Self::known(before, user, began);
        let security_codes = record.security_codes.refund(began);
        let spend = || {
            let proven = office_and_address(registered)?;
            Ok((proven, record.mails.spend_for_claims_user(began, limits)?))
        };
        let (mails, answer) = match spend() {
            Ok((proven, mails)) => (mails, Ok(proven)),
            Err(refused) => (record.mails.clone(), Err(refused)),
        };
        let next = Self {
            security_codes,
            mails,
            ..record
        };
        Change::Store(Put::new(next, NoEvent::RecordedWithRegistration), answer)
    }

    /// Refunds the security code that was counted at `began` but not judged.
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

    /// Counts a judged registration code for the user id, over all its challenges; after a conflict the code counts
    /// as not judged.
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
