//! How many wrong passwords the claims system is asked about.

use jiff::Timestamp;

use super::{RetryAfter, count, room, within};
use crate::limits::Limits;
use crate::time::{Seconds, minus, plus};

/// Wrong claims passwords of one user id, so that nobody is locked out of claims through us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClaimsGuard {
    /// When passwords were wrong within the window, oldest first.
    pub failures: Vec<Timestamp>,
    /// When attempts began whose end is not known: under way, or cut off. They count like failures.
    pub open: Vec<Timestamp>,
}

/// Why the claims system is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoAttempt {
    /// A further wrong password may lock the office out of its claims: the person is asked first.
    AskFirst,
    /// So many were wrong that nobody may ask any more today, whatever risk is accepted.
    Spent(RetryAfter),
}

/// An attempt that has not ended after this never will: a Lambda lives shorter.
const LONGEST_ATTEMPT: Seconds = Seconds::new(60);

/// What is known of an attempt once the claims system has answered, or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The password was right: failures that were known when it was asked about are forgotten. Those of attempts
    /// beside it are not, for the claims system may have judged them after this one.
    Succeeded,
    /// The claims system judged the password and counts it as a failure, or may have.
    Failed,
    /// No failure was counted at the claims system.
    NotCounted,
}

impl ClaimsGuard {
    /// Takes an attempt on before the claims system is asked, so that a burst cannot pass the question.
    pub fn begin(&self, accepts_risk: bool, now: Timestamp, limits: &Limits) -> Result<Self, NoAttempt> {
        let failures = within(&self.failures, now, limits.claims_failure_window);
        let mut open = within(&self.open, now, limits.claims_failure_window);
        let mut all: Vec<Timestamp> = failures.iter().chain(&open).copied().collect();
        all.sort_unstable();
        room(&all, now, limits.claims_failure_window, limits.claims_attempts).map_err(NoAttempt::Spent)?;
        if count(&all) >= limits.claims_failures && !accepts_risk {
            return Err(NoAttempt::AskFirst);
        }
        open.push(now);
        Ok(Self { failures, open })
    }

    /// The guard after the attempt that began at `began` has ended.
    ///
    /// `seen` is the guard as the attempt left it when it began: a right password makes the claims system forget what
    /// was wrong before it, and only that. An attempt that was under way beside it may have been judged after it.
    #[must_use]
    pub fn end(&self, seen: &Self, began: Timestamp, outcome: AttemptOutcome) -> Self {
        let mut next = self.clone();
        if let Some(at) = next.open.iter().rposition(|at| *at == began) {
            next.open.remove(at);
        }
        match outcome {
            AttemptOutcome::Succeeded => {
                for before in &seen.failures {
                    if let Some(at) = next.failures.iter().position(|at| at == before) {
                        next.failures.remove(at);
                    }
                }
                // What began long before and never ended was cut off, and is not under way any more.
                next.open.retain(|at| minus(began, LONGEST_ATTEMPT) < *at);
            }
            AttemptOutcome::Failed => next.failures.push(began),
            AttemptOutcome::NotCounted => {}
        }
        next
    }

    /// When nothing in it counts any more.
    pub fn forgotten_at(&self, limits: &Limits) -> Option<Timestamp> {
        let last = self.failures.iter().chain(&self.open).max();
        last.map(|at| plus(*at, limits.claims_failure_window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn after_two_wrong_claims_passwords_the_question_is_asked() {
        let one = ClaimsGuard::default().begin(false, t(0), &LIMITS).unwrap();
        let two = one
            .end(&one, t(0), AttemptOutcome::Failed)
            .begin(false, t(1), &LIMITS)
            .unwrap();
        assert_eq!(two.begin(false, t(2), &LIMITS), Err(NoAttempt::AskFirst));
        assert!(two.begin(true, t(2), &LIMITS).is_ok());
        assert!(two.begin(false, t(86_401), &LIMITS).is_ok());
        assert_eq!(two.end(&two, t(1), AttemptOutcome::NotCounted).failures, [t(0)]);
        assert_eq!(
            two.end(&two, t(1), AttemptOutcome::Succeeded),
            ClaimsGuard::default()
        );
    }

    /// The claims system may judge the wrong one last, and count it.
    #[test]
    fn a_success_does_not_forget_an_attempt_that_is_still_under_way() {
        let both = ClaimsGuard::default()
            .begin(false, t(0), &LIMITS)
            .unwrap()
            .begin(false, t(0), &LIMITS)
            .unwrap();
        let after = both
            .end(&both, t(0), AttemptOutcome::Succeeded)
            .end(&both, t(0), AttemptOutcome::Failed);
        assert_eq!(
            after,
            ClaimsGuard {
                failures: vec![t(0)],
                open: vec![]
            }
        );
    }

    #[test]
    fn an_attempt_that_was_cut_off_is_forgotten_with_the_next_success() {
        let cut_off = ClaimsGuard::default().begin(false, t(0), &LIMITS).unwrap();
        let seen = cut_off.begin(false, t(60), &LIMITS).unwrap();
        let later = seen.end(&seen, t(60), AttemptOutcome::Succeeded);
        assert_eq!(later, ClaimsGuard::default());
    }

    /// The claims system judged the right one first, and counts the wrong one, though ours ended the other way round.
    #[test]
    fn a_success_does_not_forget_a_failure_of_an_attempt_beside_it() {
        let right = ClaimsGuard::default().begin(false, t(0), &LIMITS).unwrap();
        let wrong = right.begin(false, t(1), &LIMITS).unwrap();
        let after =
            wrong
                .end(&wrong, t(1), AttemptOutcome::Failed)
                .end(&right, t(0), AttemptOutcome::Succeeded);
        assert_eq!(after.failures, [t(1)]);
        assert_eq!(after.open, []);
    }

    /// A guesser who accepts every risk cannot lock an office out of its claims for ever.
    #[test]
    fn ten_wrong_claims_passwords_a_day_are_asked_about_and_no_more() {
        let mut guard = ClaimsGuard::default();
        for second in 0..10 {
            let begun = guard.begin(true, t(second), &LIMITS).unwrap();
            guard = begun.end(&begun, t(second), AttemptOutcome::Failed);
        }
        assert_eq!(
            guard.begin(true, t(10), &LIMITS),
            Err(NoAttempt::Spent(RetryAfter { seconds: 86_390 }))
        );
        assert_eq!(guard.failures.len(), 10);
        assert!(guard.begin(true, t(86_400), &LIMITS).is_ok());
    }
}
