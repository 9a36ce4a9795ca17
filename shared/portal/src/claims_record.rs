//! What is remembered of one user id of 電子請求受付システム: its wrong passwords, security codes and codes.

use jiff::Timestamp;

use crate::audit::{Act, Event};
use crate::change::Change;
use crate::guards::{AttemptOutcome, ClaimsGuard, CodeGuard, NoAttempt, NotBefore, SecurityCodeGuard};
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
    /// When a password or a code was last judged; until a day later the item may be met by a write.
    pub judged_at: Timestamp,
    /// What happens with this change; not read back.
    pub event: Option<Event>,
}

impl From<NoAttempt> for Refusal {
    fn from(no: NoAttempt) -> Self {
        match no {
            NoAttempt::AskFirst => Kind::ClaimsLockRisk.into(),
            NoAttempt::Spent(not) => not.into(),
        }
    }
}

impl ClaimsRecord {
    /// Of a user of whom nothing is known.
    pub fn unknown(user: ClaimsUserId, now: Timestamp) -> Self {
        Self {
            user,
            passwords: ClaimsGuard::default(),
            security_codes: SecurityCodeGuard::default(),
            codes: CodeGuard::default(),
            judged_at: now,
            event: None,
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
            Ok(passwords) => Change::Store(
                Self {
                    passwords,
                    event: Some(Event::new(Act::ClaimsPasswordAsked, now)),
                    ..record
                },
                Ok(()),
            ),
            Err(no) => Change::Keep(Err(no.into())),
        }
    }

    /// Notes what became of the attempt that began at `began`, and found `seen` then. Whoever knows the password is told if no code would be
    /// judged now; nobody else is.
    pub fn end_attempt(
        before: Option<&Self>,
        seen: &ClaimsGuard,
        began: Timestamp,
        outcome: AttemptOutcome,
    ) -> Change<Self, Result<(), NotBefore>> {
        let Some(before) = before else {
            return Change::Keep(Ok(()));
        };
        let stopped = match outcome {
            AttemptOutcome::Succeeded => before.codes.check(began),
            AttemptOutcome::Failed | AttemptOutcome::NotCounted => Ok(()),
        };
        let act = match outcome {
            // The registration that begins by it tells of it; where codes are stopped, none does.
            AttemptOutcome::Succeeded => stopped.is_err().then_some(Act::ClaimsPasswordRight),
            AttemptOutcome::Failed => Some(Act::ClaimsPasswordWrong),
            AttemptOutcome::NotCounted => Some(Act::ClaimsPasswordNotCounted),
        };
        let next = Self {
            passwords: before.passwords.end(seen, began, outcome),
            event: act.map(|act| Event::new(act, began)),
            ..before.clone()
        };
        if next.event.is_none() && next.is_blank() {
            Change::Remove(stopped)
        } else {
            Change::Store(next, stopped)
        }
    }

    /// Tells that the password was right though no registration begins by it: no mail can follow it.
    pub fn note_right_password(
        before: Option<&Self>,
        user: &ClaimsUserId,
        now: Timestamp,
    ) -> Change<Self, ()> {
        let record = Self::known(before, user, now);
        let event = Some(Event::new(Act::ClaimsPasswordRight, now));
        Change::Store(Self { event, ..record }, ())
    }

    /// Counts a security code as wrong before the claims system is asked, over all registrations of the user id. The
    /// registration tells of it.
    pub fn begin_security_code(
        before: Option<&Self>,
        user: &ClaimsUserId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let record = Self::known(before, user, now);
        match record.security_codes.begin(now, limits) {
            Ok(security_codes) => Change::Store(
                Self {
                    security_codes,
                    event: None,
                    ..record
                },
                Ok(()),
            ),
            Err(not) => Change::Keep(Err(not.into())),
        }
    }

    /// Gives the security code back that was counted at `began`: it was right, or nobody judged it.
    pub fn give_security_code_back(before: Option<&Self>, began: Timestamp) -> Change<Self, ()> {
        let Some(before) = before else {
            return Change::Keep(());
        };
        let security_codes = before.security_codes.give_back(began);
        if security_codes == before.security_codes {
            return Change::Keep(());
        }
        Change::Store(
            Self {
                security_codes,
                event: None,
                ..before.clone()
            },
            (),
        )
    }

    /// Counts a judged registration code for the user id, over all its challenges; whoever loses this write has judged
    /// nothing.
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
        let next = Self {
            codes,
            event: Some(Event::of(act, now, by)),
            ..record
        };
        Change::Store(next, Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, claims_user, flow, t};

    fn begin(
        before: Option<&ClaimsRecord>,
        accepts_risk: bool,
        second: u64,
    ) -> Change<ClaimsRecord, Result<(), Refusal>> {
        ClaimsRecord::begin_attempt(before, &claims_user(), accepts_risk, t(second), &LIMITS)
    }

    /// A record with one attempt under way since `second`.
    fn begun(second: u64) -> ClaimsRecord {
        begin(None, false, second).stored().0
    }

    fn end(
        before: &ClaimsRecord,
        began: u64,
        outcome: AttemptOutcome,
    ) -> Change<ClaimsRecord, Result<(), NotBefore>> {
        ClaimsRecord::end_attempt(Some(before), &before.passwords, t(began), outcome)
    }

    fn judge(
        before: Option<&ClaimsRecord>,
        right: bool,
        second: u64,
    ) -> Change<ClaimsRecord, Result<(), Refusal>> {
        ClaimsRecord::judge_code(before, &claims_user(), &flow("f"), right, t(second), &LIMITS)
    }

    /// A user id whose codes are stopped until 900 seconds after the beginning.
    fn stopped() -> ClaimsRecord {
        let unknown = ClaimsRecord::unknown(claims_user(), t(0));
        (0..10).fold(unknown, |record, _| judge(Some(&record), false, 0).stored().0)
    }

    #[test]
    fn an_attempt_is_counted_before_the_claims_system_is_asked() {
        let (record, answer) = begin(None, false, 5).stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(
            record,
            ClaimsRecord {
                user: claims_user(),
                passwords: ClaimsGuard {
                    failures: vec![],
                    open: vec![t(5)],
                },
                security_codes: SecurityCodeGuard::default(),
                codes: CodeGuard::default(),
                judged_at: t(5),
                event: Some(Event::new(Act::ClaimsPasswordAsked, t(5))),
            }
        );
        let (second, _) = begin(Some(&record), false, 9).stored();
        assert_eq!(second.passwords.open, [t(5), t(9)]);
        assert_eq!(second.judged_at, t(9));
    }

    #[test]
    fn the_third_attempt_asks_whether_the_risk_is_accepted() {
        let two = begin(Some(&begun(0)), false, 1).stored().0;
        assert_eq!(
            begin(Some(&two), false, 2).kept(),
            Err(Kind::ClaimsLockRisk.into())
        );
        assert_eq!(begin(Some(&two), true, 2).stored().1, Ok(()));
    }

    #[test]
    fn the_eleventh_attempt_of_a_day_is_refused_whatever_is_accepted() {
        let ten = (1..10).fold(begun(0), |record, second| {
            begin(Some(&record), true, second).stored().0
        });
        assert_eq!(
            begin(Some(&ten), true, 86_399).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
        );
        assert_eq!(begin(Some(&ten), true, 86_400).stored().1, Ok(()));
    }

    #[test]
    fn a_wrong_password_is_remembered_from_the_second_at_which_it_was_asked() {
        let (record, answer) = end(&begun(5), 5, AttemptOutcome::Failed).stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(
            record.passwords,
            ClaimsGuard {
                failures: vec![t(5)],
                open: vec![],
            }
        );
        assert_eq!(record.event, Some(Event::new(Act::ClaimsPasswordWrong, t(5))));
    }

    #[test]
    fn what_the_claims_system_did_not_count_is_not_counted() {
        let (record, answer) = end(&begun(5), 5, AttemptOutcome::NotCounted).stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(record.passwords, ClaimsGuard::default());
        assert_eq!(
            record.event,
            Some(Event::new(Act::ClaimsPasswordNotCounted, t(5)))
        );
    }

    #[test]
    fn a_right_password_leaves_nothing_where_there_is_nothing_to_remember() {
        assert_eq!(
            end(&begun(5), 5, AttemptOutcome::Succeeded),
            Change::Remove(Ok(()))
        );
        assert_eq!(
            ClaimsRecord::end_attempt(None, &ClaimsGuard::default(), t(5), AttemptOutcome::Succeeded).kept(),
            Ok(())
        );
    }

    #[test]
    fn a_right_password_that_no_mail_can_follow_is_told() {
        let wrong = judge(None, false, 5).stored().0;
        for before in [None, Some(&wrong)] {
            let (record, ()) = ClaimsRecord::note_right_password(before, &claims_user(), t(9)).stored();
            let known = before
                .cloned()
                .unwrap_or_else(|| ClaimsRecord::unknown(claims_user(), t(9)));
            let told = ClaimsRecord {
                judged_at: t(9),
                event: Some(Event::new(Act::ClaimsPasswordRight, t(9))),
                ..known
            };
            assert_eq!(record, told);
        }
    }

    #[test]
    fn a_right_password_forgets_no_wrong_code_and_no_attempt_beside_it() {
        let with_code = judge(Some(&begun(5)), false, 6).stored().0;
        let (record, _) = end(&with_code, 5, AttemptOutcome::Succeeded).stored();
        assert_eq!(record.passwords, ClaimsGuard::default());
        assert_eq!(record.codes.failures, [t(6)]);
        assert_eq!(record.event, None, "the registration that begins tells of it");

        let beside = begin(Some(&begun(5)), false, 6).stored().0;
        let (record, _) = end(&beside, 5, AttemptOutcome::Succeeded).stored();
        assert_eq!(record.passwords.open, [t(6)]);
    }

    fn begin_code(before: Option<&ClaimsRecord>, second: u64) -> Change<ClaimsRecord, Result<(), Refusal>> {
        ClaimsRecord::begin_security_code(before, &claims_user(), t(second), &LIMITS)
    }

    #[test]
    fn a_security_code_is_counted_before_the_claims_system_is_asked_and_given_back_once() {
        let (counted, answer) = begin_code(None, 5).stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(counted.security_codes.asked, [t(5)]);
        assert_eq!((counted.judged_at, &counted.event), (t(5), &None));
        let second = begin_code(Some(&counted), 9).stored().0;
        let (right, ()) = ClaimsRecord::give_security_code_back(Some(&second), t(9)).stored();
        assert_eq!(right.security_codes, counted.security_codes);
        ClaimsRecord::give_security_code_back(Some(&right), t(9)).kept();
        ClaimsRecord::give_security_code_back(None, t(9)).kept();
    }

    #[test]
    fn the_eleventh_wrong_security_code_of_a_day_is_not_asked_about() {
        let ten = (0..10).fold(ClaimsRecord::unknown(claims_user(), t(0)), |record, second| {
            begin_code(Some(&record), second).stored().0
        });
        assert_eq!(
            begin_code(Some(&ten), 86_399).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
        );
        assert_eq!(begin_code(Some(&ten), 86_400).stored().1, Ok(()));
    }

    #[test]
    fn a_right_password_forgets_no_wrong_security_code() {
        let wrong = begin_code(Some(&begun(5)), 6).stored().0;
        let (record, _) = end(&wrong, 5, AttemptOutcome::Succeeded).stored();
        assert_eq!(record.security_codes.asked, [t(6)]);
    }

    #[test]
    fn only_who_knows_the_password_is_told_that_codes_are_stopped() {
        let told = |began: u64, outcome| {
            let before = begin(Some(&stopped()), false, began).stored().0;
            let (record, told) = end(&before, began, outcome).stored();
            // That it was right is told where no registration tells of it.
            let right = Some(Event::new(Act::ClaimsPasswordRight, t(began)));
            assert_eq!(record.event == right, told.is_err());
            told
        };
        assert_eq!(
            told(899, AttemptOutcome::Succeeded),
            Err(NotBefore { seconds: 1 })
        );
        assert_eq!(told(900, AttemptOutcome::Succeeded), Ok(()));
        assert_eq!(told(899, AttemptOutcome::Failed), Ok(()));
        assert_eq!(told(899, AttemptOutcome::NotCounted), Ok(()));
    }

    #[test]
    fn a_wrong_code_counts_for_the_user_id_and_a_right_one_does_not() {
        let (wrong, answer) = judge(None, false, 5).stored();
        assert_eq!(answer, Ok(()));
        assert_eq!((&wrong.codes.failures[..], wrong.judged_at), (&[t(5)][..], t(5)));
        assert_eq!(
            wrong.event,
            Some(Event::of(Act::RegistrationCodeWrong, t(5), &flow("f")))
        );
        let (right, answer) = judge(Some(&wrong), true, 6).stored();
        assert_eq!(answer, Ok(()));
        assert_eq!((&right.codes, right.judged_at), (&wrong.codes, t(6)));
        assert_eq!(
            right.event,
            Some(Event::of(Act::RegistrationCodeRight, t(6), &flow("f")))
        );
    }

    #[test]
    fn while_codes_are_stopped_none_is_judged() {
        for right in [true, false] {
            assert_eq!(
                judge(Some(&stopped()), right, 899).kept(),
                Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
            );
            assert_eq!(judge(Some(&stopped()), right, 900).stored().1, Ok(()));
        }
    }
}
