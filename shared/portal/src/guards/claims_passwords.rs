//! Limits the wrong passwords that are sent to the claims system.

use jiff::Timestamp;

use super::{RetryAfter, room};
use crate::limits::Limits;
use crate::time::{Seconds, minus, plus};
use crate::values::NetworkTag;

/// One password that is sent to the claims system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// When it was sent.
    pub at: Timestamp,
    /// The network of the request.
    pub network: NetworkTag,
    /// Whether the person was asked about the risk and accepted it.
    pub accepts_risk: bool,
}

/// Wrong claims passwords of one user id; the limits prevent a lockout from claims through the portal.
///
/// The budgets bound both lists together: it never holds more attempts than [`Limits::claims_attempts`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClaimsGuard {
    /// Attempts within the window that were wrong, or may have been, oldest first.
    pub failures: Vec<Attempt>,
    /// Attempts without a known result: in progress, or interrupted. They count as failures.
    pub open: Vec<Attempt>,
}

/// Why the claims system is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoAttempt {
    /// Another wrong password may lock the office out of its claims: the person is asked first.
    AskFirst,
    /// The budget of this network, or of all networks, is spent, whatever risk is accepted.
    Spent(RetryAfter),
}

/// An attempt that has not ended after this time never will: a Lambda runs shorter.
const LONGEST_ATTEMPT: Seconds = Seconds::new(60);

/// How an attempt counts, once the claims system has answered, or failed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The password was right: failures known when it was sent are cleared. Those of parallel attempts are not: the
    /// claims system may have judged them after this one.
    Succeeded,
    /// The claims system judged the password wrong, or may have.
    Failed,
    /// The claims system counted no failure.
    NotCounted,
}

fn within(list: &[Attempt], now: Timestamp, window: Seconds) -> impl Iterator<Item = &Attempt> {
    let from = minus(now, window);
    list.iter().filter(move |attempt| from < attempt.at)
}

/// The times of the attempts that `counts` selects, oldest first.
fn times(attempts: &[&Attempt], counts: impl Fn(&Attempt) -> bool) -> Vec<Timestamp> {
    let counted = attempts.iter().filter(|attempt| counts(attempt));
    let mut times: Vec<Timestamp> = counted.map(|attempt| attempt.at).collect();
    times.sort_unstable();
    times
}

fn remove(list: &mut Vec<Attempt>, attempt: &Attempt) -> bool {
    let place = list.iter().rposition(|other| other == attempt);
    place.map(|place| list.remove(place)).is_some()
}

impl ClaimsGuard {
    /// Adds an attempt before the claims system is asked, so that parallel requests cannot skip the question. The
    /// attempt is the last of the open ones.
    pub fn begin(
        &self,
        network: &NetworkTag,
        accepts_risk: bool,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(Self, Attempt), NoAttempt> {
        let window = limits.claims_failure_window;
        let all: Vec<&Attempt> = self.counted(now, limits).collect();
        let here = |attempt: &Attempt| attempt.network == *network;
        let room = |counts: &dyn Fn(&Attempt) -> bool, limit| room(&times(&all, counts), now, window, limit);
        let no_question = room(&|_| true, limits.claims_failures);
        let asks_first = no_question.is_err();
        let risk = room(
            &|attempt| attempt.accepts_risk && here(attempt),
            limits.claims_risks,
        );
        let spent = [
            room(&|_| true, limits.claims_attempts),
            room(&here, limits.claims_attempts_per_network),
            // A network that may accept no further risk waits for that, or for the budget of all networks.
            no_question
                .or(risk)
                .map_err(|not| RetryAfter::min(not, no_question.err().unwrap_or(not))),
        ];
        let last = spent.into_iter().filter_map(Result::err).max();
        if let Some(not) = last {
            return Err(NoAttempt::Spent(not.rounded_up(limits)));
        }
        if asks_first && !accepts_risk {
            return Err(NoAttempt::AskFirst);
        }
        let attempt = Attempt {
            at: now,
            network: network.clone(),
            accepts_risk: asks_first,
        };
        let open = within(&self.open, now, window).chain([&attempt]);
        let next = Self {
            failures: within(&self.failures, now, window).cloned().collect(),
            open: open.cloned().collect(),
        };
        Ok((next, attempt))
    }

    /// The attempts that count now.
    fn counted(&self, now: Timestamp, limits: &Limits) -> impl Iterator<Item = &Attempt> {
        let window = limits.claims_failure_window;
        within(&self.failures, now, window).chain(within(&self.open, now, window))
    }

    /// Whether the claims system may have locked the user id after the attempts that count, `attempt` included.
    ///
    /// Then its answers *wrong* and *locked* mean the same here: it locks only ids that exist, so different answers
    /// would reveal which do.
    pub fn may_be_locked(&self, attempt: &Attempt, limits: &Limits) -> bool {
        let others = self.counted(attempt.at, limits).filter(|other| *other != attempt);
        let equals = self.counted(attempt.at, limits).filter(|other| *other == attempt);
        let all = others.count().saturating_add(equals.count().max(1));
        u64::try_from(all).unwrap_or(u64::MAX) >= limits.claims_failures_that_lock
    }

    /// The guard after the attempt has ended.
    ///
    /// `seen` is the guard after [`Self::begin`]: a right password makes the claims system clear the wrong ones
    /// before it, and no others. A parallel attempt may have been judged after it.
    #[must_use]
    pub fn end(&self, seen: &Self, attempt: &Attempt, outcome: AttemptOutcome) -> Self {
        let mut next = self.clone();
        remove(&mut next.open, attempt);
        match outcome {
            AttemptOutcome::Succeeded => {
                for before in &seen.failures {
                    remove(&mut next.failures, before);
                }
                // An attempt that began long before and never ended was interrupted.
                next.open
                    .retain(|open| minus(attempt.at, LONGEST_ATTEMPT) < open.at);
            }
            AttemptOutcome::Failed => next.failures.push(attempt.clone()),
            AttemptOutcome::NotCounted => {}
        }
        next
    }

    /// When all of it has expired.
    pub fn forgotten_at(&self, limits: &Limits) -> Option<Timestamp> {
        let last = self
            .failures
            .iter()
            .chain(&self.open)
            .map(|attempt| attempt.at)
            .max();
        last.map(|at| plus(at, limits.claims_failure_window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, network, t};

    /// What `begin` says, without the attempt.
    fn begin(guard: &ClaimsGuard, here: &str, risk: bool, second: u64) -> Result<ClaimsGuard, NoAttempt> {
        let begun = guard.begin(&network(here), risk, t(second), &LIMITS);
        begun.map(|(next, _)| next)
    }

    /// The guard after an attempt with this result.
    fn tried(
        guard: &ClaimsGuard,
        here: &str,
        risk: bool,
        second: u64,
        outcome: AttemptOutcome,
    ) -> ClaimsGuard {
        let (begun, attempt) = guard.begin(&network(here), risk, t(second), &LIMITS).unwrap();
        begun.end(&begun, &attempt, outcome)
    }

    fn wrong(guard: &ClaimsGuard, here: &str, risk: bool, second: u64) -> ClaimsGuard {
        tried(guard, here, risk, second, AttemptOutcome::Failed)
    }

    fn at(list: &[Attempt]) -> Vec<Timestamp> {
        list.iter().map(|attempt| attempt.at).collect()
    }

    const fn spent(seconds: u64) -> NoAttempt {
        NoAttempt::Spent(RetryAfter { seconds })
    }

    #[test]
    fn after_two_wrong_claims_passwords_the_question_is_asked() {
        let one = wrong(&ClaimsGuard::default(), "a", false, 0);
        let two = begin(&one, "a", false, 1).unwrap();
        assert_eq!(begin(&two, "a", false, 2), Err(NoAttempt::AskFirst));
        assert!(begin(&two, "a", true, 2).is_ok());
        assert_eq!(begin(&two, "a", false, 86_399), Err(NoAttempt::AskFirst));
        assert!(begin(&two, "a", false, 86_400).is_ok());
        assert_eq!(
            at(&tried(&one, "a", false, 1, AttemptOutcome::NotCounted).failures),
            [t(0)]
        );
        assert_eq!(
            tried(&one, "a", false, 1, AttemptOutcome::Succeeded),
            ClaimsGuard::default()
        );
    }

    /// The claims system may judge the wrong one last, and count it.
    #[test]
    fn a_success_does_not_forget_an_attempt_that_is_still_under_way() {
        let (one, attempt) = ClaimsGuard::default()
            .begin(&network("a"), false, t(0), &LIMITS)
            .unwrap();
        let both = begin(&one, "a", false, 0).unwrap();
        let after =
            both.end(&both, &attempt, AttemptOutcome::Succeeded)
                .end(&both, &attempt, AttemptOutcome::Failed);
        assert_eq!((at(&after.failures), after.open), (vec![t(0)], vec![]));
    }

    #[test]
    fn an_attempt_that_was_cut_off_is_forgotten_with_the_next_success() {
        let cut_off = begin(&ClaimsGuard::default(), "a", false, 0).unwrap();
        assert_eq!(
            tried(&cut_off, "a", false, 60, AttemptOutcome::Succeeded),
            ClaimsGuard::default()
        );
    }

    /// The claims system judged the right one first, and counts the wrong one, although the portal saw them end in
    /// the other order.
    #[test]
    fn a_success_does_not_forget_a_failure_of_an_attempt_beside_it() {
        let (one, right) = ClaimsGuard::default()
            .begin(&network("a"), false, t(0), &LIMITS)
            .unwrap();
        let (two, beside) = one.begin(&network("a"), false, t(1), &LIMITS).unwrap();
        let after =
            two.end(&two, &beside, AttemptOutcome::Failed)
                .end(&one, &right, AttemptOutcome::Succeeded);
        assert_eq!((at(&after.failures), after.open), (vec![t(1)], vec![]));
    }

    /// Two mistyped passwords, and one with the risk accepted.
    #[test]
    fn one_network_has_three_wrong_claims_passwords_a_day_and_one_accepted_risk() {
        let two = wrong(&wrong(&ClaimsGuard::default(), "a", true, 0), "a", true, 1);
        assert!(!two.failures[1].accepts_risk, "the question was not asked yet");
        let three = wrong(&two, "a", true, 2);
        for accepts_risk in [false, true] {
            assert_eq!(begin(&three, "a", accepts_risk, 2), Err(spent(86_400)));
        }
        assert_eq!(begin(&three, "a", true, 86_400), Err(spent(900)));
        // The first two are a day old, so no question is asked.
        assert!(begin(&three, "a", false, 86_401).is_ok());

        // Another network sees the two, so it accepts its one risk, and then has no other.
        let elsewhere = wrong(&two, "b", true, 3);
        assert_eq!(begin(&elsewhere, "b", true, 900), Err(spent(86_400)));
        assert_eq!(begin(&elsewhere, "c", false, 900), Err(NoAttempt::AskFirst));
    }

    /// A guesser who accepts every risk from ever new networks cannot keep an office out of its claims.
    #[test]
    fn five_wrong_claims_passwords_a_day_are_asked_about_and_no_more() {
        let networks = ["a", "a", "a", "b", "c"];
        let guard = (0..)
            .zip(networks)
            .fold(ClaimsGuard::default(), |guard, (second, here)| {
                wrong(&guard, here, true, second)
            });
        assert_eq!(guard.failures.len(), 5);
        assert_eq!(begin(&guard, "d", true, 900), Err(spent(85_500)));
        assert_eq!(begin(&guard, "d", true, 86_399), Err(spent(900)));
        assert!(begin(&guard, "d", true, 86_400).is_ok());
        assert!(begin(&guard, "d", true, 86_401).is_ok());
    }

    #[test]
    fn an_attempt_that_was_not_counted_refunds_its_risk() {
        let two = wrong(&wrong(&ClaimsGuard::default(), "a", false, 0), "a", false, 1);
        let after = tried(&two, "b", true, 2, AttemptOutcome::NotCounted);
        assert_eq!(after, two);
        assert!(begin(&after, "b", true, 3).is_ok());
    }

    #[test]
    fn from_the_third_attempt_on_the_user_id_may_be_locked_whichever_ends_first() {
        let may_be_locked = |begun: &ClaimsGuard, attempt| begun.may_be_locked(attempt, &LIMITS);
        let (one, first) = ClaimsGuard::default()
            .begin(&network("a"), false, t(0), &LIMITS)
            .unwrap();
        let (two, second) = one.begin(&network("a"), false, t(0), &LIMITS).unwrap();
        assert!(!may_be_locked(&one, &first) && !may_be_locked(&two, &second));
        let (three, third) = two.begin(&network("a"), true, t(0), &LIMITS).unwrap();
        assert!(may_be_locked(&three, &first) && may_be_locked(&three, &third));
        // A parallel right one has cleared it: it counts nevertheless.
        let forgotten = ClaimsGuard {
            open: vec![second.clone(), second.clone()],
            ..ClaimsGuard::default()
        };
        assert!(may_be_locked(&forgotten, &third));
    }
}
