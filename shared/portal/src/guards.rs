//! Budgets of guesses and mails: what is left, what a spent one leaves behind.
//!
//! A guard is judged on what was read, and the write that spends names what was read; whoever loses that
//! write has judged nothing (`docs/adr/0003-spend-in-the-write-that-answers.md`).

use jiff::Timestamp;

use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::time::{minus, plus, seconds_until};

/// Not now, but in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NotBefore {
    /// Whole seconds, at least 1.
    pub seconds: u64,
}

impl From<NotBefore> for Refusal {
    fn from(not: NotBefore) -> Self {
        Self::of(Kind::TooManyRequests).with_retry_after(not.seconds)
    }
}

fn count(list: &[Timestamp]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

fn within(list: &[Timestamp], now: Timestamp, window: u64) -> Vec<Timestamp> {
    let from = minus(now, window);
    list.iter().copied().filter(|at| from < *at).collect()
}

/// When a budget of `limit` within `window` has room again, if it has none now.
fn room(list: &[Timestamp], now: Timestamp, window: u64, limit: u64) -> Result<(), NotBefore> {
    let recent = within(list, now, window);
    if count(&recent) < limit {
        return Ok(());
    }
    let over = usize::try_from(count(&recent).saturating_sub(limit)).unwrap_or(0);
    let frees = recent.get(over).map_or(now, |at| plus(*at, window));
    Err(NotBefore {
        seconds: seconds_until(now, frees).max(1),
    })
}

/// Mails to one address, over all purposes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MailBudget {
    /// When mails were promised within the last day, oldest first.
    pub sends: Vec<Timestamp>,
}

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

impl MailBudget {
    /// The budget after one more mail, if there is room for it.
    pub fn spend(&self, now: Timestamp, limits: &Limits) -> Result<Self, NotBefore> {
        self.spend_all_but(0, now, limits)
    }

    /// The budget after one more code of a registration, if there is room for it beside what is kept for log-ins: whoever
    /// proves an office of the same address must not keep the owner of the address out.
    pub fn spend_for_registration(&self, now: Timestamp, limits: &Limits) -> Result<Self, NotBefore> {
        self.spend_all_but(limits.mails_kept_for_login, now, limits)
    }

    fn spend_all_but(&self, kept: u64, now: Timestamp, limits: &Limits) -> Result<Self, NotBefore> {
        let hour = room(&self.sends, now, HOUR, limits.mails_per_hour.saturating_sub(kept));
        let day = room(&self.sends, now, DAY, limits.mails_per_day.saturating_sub(kept));
        // Told is when both have room again.
        match hour
            .err()
            .into_iter()
            .chain(day.err())
            .max_by_key(|not| not.seconds)
        {
            Some(not) => Err(not),
            None => Ok(self.count(now)),
        }
    }

    /// The budget after one more mail, room or not.
    #[must_use]
    pub fn count(&self, now: Timestamp) -> Self {
        let mut sends = within(&self.sends, now, DAY);
        sends.push(now);
        Self { sends }
    }

    /// The budget without the mail that was counted at `at` and is not sent after all.
    #[must_use]
    pub fn give_back(&self, at: Timestamp) -> Self {
        let mut sends = self.sends.clone();
        if let Some(place) = sends.iter().rposition(|other| *other == at) {
            sends.remove(place);
        }
        Self { sends }
    }

    /// When nothing in it counts any more.
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        self.sends.iter().max().map(|at| plus(*at, DAY))
    }
}

/// Requests that mail, from one network, in one hour.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NetworkBudget {
    /// Since when the hour runs.
    pub since: Timestamp,
    /// Requests in it.
    pub requests: u64,
}

impl NetworkBudget {
    /// The budget after one more request, if there is room for it.
    pub fn spend(before: Option<&Self>, now: Timestamp, limits: &Limits) -> Result<Self, NotBefore> {
        match before {
            Some(hour) if now < plus(hour.since, HOUR) => {
                if hour.requests < limits.mail_requests_per_network {
                    Ok(Self {
                        since: hour.since,
                        requests: hour.requests + 1,
                    })
                } else {
                    Err(NotBefore {
                        seconds: seconds_until(now, plus(hour.since, HOUR)).max(1),
                    })
                }
            }
            _ => Ok(Self {
                since: now,
                requests: 1,
            }),
        }
    }

    /// When it counts no more.
    pub fn forgotten_at(&self) -> Timestamp {
        plus(self.since, HOUR)
    }
}

/// Wrong codes of one account, over all its challenges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct CodeGuard {
    /// When codes were wrong within the window, oldest first.
    pub failures: Vec<Timestamp>,
    /// Until when no code is judged.
    pub stopped_until: Option<Timestamp>,
}

impl CodeGuard {
    /// Whether a code may be judged now.
    pub fn check(&self, now: Timestamp) -> Result<(), NotBefore> {
        match self.stopped_until {
            Some(until) if now < until => Err(NotBefore {
                seconds: seconds_until(now, until).max(1),
            }),
            _ => Ok(()),
        }
    }

    /// The guard after a wrong code: the tenth within a day stops codes for 15 minutes, the next for an hour,
    /// every further one for four.
    #[must_use]
    pub fn failed(&self, now: Timestamp, limits: &Limits) -> Self {
        let mut failures = within(&self.failures, now, limits.code_failure_window);
        failures.push(now);
        let stop = match count(&failures).checked_sub(limits.code_failures) {
            None => None,
            Some(0) => Some(limits.code_first_stop),
            Some(1) => Some(limits.code_second_stop),
            Some(_) => Some(limits.code_third_stop),
        };
        Self {
            failures,
            stopped_until: stop.map(|seconds| plus(now, seconds)),
        }
    }

    /// When nothing in it counts any more.
    pub fn forgotten_at(&self, limits: &Limits) -> Option<Timestamp> {
        let window = self
            .failures
            .iter()
            .max()
            .map(|at| plus(*at, limits.code_failure_window));
        window.max(self.stopped_until)
    }
}

/// Wrong passwords of one account, in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PasswordGuard {
    /// In a row.
    pub failures: u64,
    /// When the last one was.
    pub last_failure: Option<Timestamp>,
}

/// What a password guard says before a password is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guarded {
    /// The password is judged.
    Open,
    /// A wait runs, or the password is off: the answer is that of a wrong password, and nothing is counted.
    Closed,
}

impl PasswordGuard {
    /// Until when the password is not judged, if a wait runs.
    pub fn waits_until(&self, limits: &Limits) -> Option<Timestamp> {
        let over = self
            .failures
            .checked_sub(limits.free_wrong_passwords.checked_add(1)?)?;
        let wait = 1_u64
            .checked_shl(u32::try_from(over).unwrap_or(u32::MAX))
            .unwrap_or(u64::MAX);
        self.last_failure
            .map(|at| plus(at, wait.min(limits.wrong_password_longest_wait)))
    }

    /// Whether a password is judged now.
    pub fn state(&self, now: Timestamp, limits: &Limits) -> Guarded {
        let waiting = self.waits_until(limits).is_some_and(|until| now < until);
        if waiting || limits.wrong_passwords_off <= self.failures {
            Guarded::Closed
        } else {
            Guarded::Open
        }
    }

    /// The guard after its owner completed a log-in from a browser that is counted apart: it goes on to wait, but is off
    /// no more. A stranger gains one guess by it, behind the longest wait.
    #[must_use]
    pub fn after_an_owners_log_in(&self, limits: &Limits) -> Self {
        Self {
            failures: self.failures.min(limits.wrong_passwords_off.saturating_sub(1)),
            ..self.clone()
        }
    }

    /// The guard after a wrong password.
    #[must_use]
    pub fn failed(&self, now: Timestamp) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            last_failure: Some(now),
        }
    }
}

/// Wrong claims passwords of one user id, so that nobody is locked out of claims through us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClaimsGuard {
    /// When passwords were wrong within the window, oldest first.
    pub failures: Vec<Timestamp>,
    /// When attempts began whose end is not known: under way, or cut off. They count like failures.
    pub open: Vec<Timestamp>,
}

/// Wrong security codes of one user id, over all its registrations: whoever knows the claims password may begin as many
/// as he likes, and guesses no more often for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SecurityCodeGuard {
    /// When codes were asked about within the window that were not right, or of which it is not known, oldest first.
    pub asked: Vec<Timestamp>,
}

impl SecurityCodeGuard {
    /// Counts a code before the claims system is asked about it.
    pub fn begin(&self, now: Timestamp, limits: &Limits) -> Result<Self, NotBefore> {
        let window = limits.claims_failure_window;
        let mut asked = within(&self.asked, now, window);
        room(&asked, now, window, limits.security_code_failures)?;
        asked.push(now);
        Ok(Self { asked })
    }

    /// The guard without the code that was counted at `at` and was not wrong. It forgives no other one.
    #[must_use]
    pub fn give_back(&self, at: Timestamp) -> Self {
        let mut asked = self.asked.clone();
        if let Some(place) = asked.iter().rposition(|other| *other == at) {
            asked.remove(place);
        }
        Self { asked }
    }

    /// When nothing in it counts any more.
    pub fn forgotten_at(&self, limits: &Limits) -> Option<Timestamp> {
        let last = self.asked.iter().max();
        last.map(|at| plus(*at, limits.claims_failure_window))
    }
}

/// Why the claims system is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoAttempt {
    /// A further wrong password may lock the office out of its claims: the person is asked first.
    AskFirst,
    /// So many were wrong that nobody may ask any more today, whatever risk is accepted.
    Spent(NotBefore),
}

/// Seconds after which an attempt that has not ended never will: a Lambda lives shorter.
const LONGEST_ATTEMPT: u64 = 60;

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

/// How long an answer that took `elapsed` so far is held back: to the next whole beat, or not at all if `beat` is zero.
/// All in nanoseconds.
///
/// What the work behind a refusal costs differs by a millisecond from one reason to another, and a patient stranger
/// reads that from a few thousand answers. On the beat, all but those few that fall to both sides of one are told alike.
/// ASVS 6.3.8.
pub const fn held_back(elapsed: u64, beat: u64) -> u64 {
    if beat == 0 {
        return 0;
    }
    match elapsed % beat {
        0 => 0,
        over => beat - over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits::standard();

    fn t(seconds: u64) -> Timestamp {
        plus("2026-04-01T00:00:00Z".parse().unwrap(), seconds)
    }

    #[test]
    fn ten_mails_an_hour_and_twenty_a_day_reach_one_address() {
        let mut budget = MailBudget::default();
        for _ in 0..10 {
            budget = budget.spend(t(0), &LIMITS).unwrap();
        }
        assert_eq!(budget.spend(t(3_599), &LIMITS), Err(NotBefore { seconds: 1 }));
        for _ in 0..10 {
            budget = budget.spend(t(3_600), &LIMITS).unwrap();
        }
        assert_eq!(
            budget.spend(t(7_200), &LIMITS),
            Err(NotBefore {
                seconds: 86_400 - 7_200
            })
        );
        assert_eq!(budget.spend(t(86_399), &LIMITS), Err(NotBefore { seconds: 1 }));
        assert!(budget.spend(t(86_400), &LIMITS).is_ok());
    }

    #[test]
    fn registrations_leave_an_address_four_mails_of_the_hour_and_of_the_day_for_its_log_ins() {
        let mut budget = MailBudget::default();
        for hour in [0, 3_600] {
            for _ in 0..6 {
                budget = budget.spend_for_registration(t(hour), &LIMITS).unwrap();
            }
            assert_eq!(
                budget.spend_for_registration(t(hour + 3_599), &LIMITS),
                Err(NotBefore { seconds: 1 })
            );
        }
        for _ in 0..4 {
            budget = budget.spend_for_registration(t(7_200), &LIMITS).unwrap();
        }
        let tomorrow = Err(NotBefore {
            seconds: 86_400 - 7_200,
        });
        assert_eq!(budget.spend_for_registration(t(7_200), &LIMITS), tomorrow);
        for _ in 0..4 {
            budget = budget.spend(t(7_200), &LIMITS).unwrap();
        }
        assert_eq!(budget.spend(t(7_200), &LIMITS), tomorrow);
        // What log-ins had of it is not there for registrations, either.
        for _ in 0..2 {
            budget = budget.spend_for_registration(t(86_400), &LIMITS).unwrap();
        }
        assert_eq!(
            budget.spend_for_registration(t(86_400), &LIMITS),
            Err(NotBefore { seconds: 3_600 })
        );
    }

    #[test]
    fn ten_wrong_security_codes_of_a_day_are_asked_about() {
        let mut guard = SecurityCodeGuard::default();
        for second in 0..10 {
            guard = guard.begin(t(second), &LIMITS).unwrap();
        }
        assert_eq!(guard.begin(t(86_399), &LIMITS), Err(NotBefore { seconds: 1 }));
        assert_eq!(guard.forgotten_at(&LIMITS), Some(t(86_409)));
        let tomorrow = guard.begin(t(86_400), &LIMITS).unwrap();
        assert_eq!((tomorrow.asked.len(), tomorrow.asked[9]), (10, t(86_400)));
        // A right one was none of them, and forgives none of them.
        let given_back = guard.give_back(t(9));
        assert_eq!(given_back.asked, guard.asked[..9]);
        assert_eq!(given_back.give_back(t(9)), given_back);
        assert!(given_back.begin(t(9), &LIMITS).is_ok());
    }

    #[test]
    fn a_network_has_thirty_requests_an_hour() {
        let mut budget = None;
        for _ in 0..30 {
            budget = Some(NetworkBudget::spend(budget.as_ref(), t(0), &LIMITS).unwrap());
        }
        assert_eq!(
            NetworkBudget::spend(budget.as_ref(), t(3_599), &LIMITS),
            Err(NotBefore { seconds: 1 })
        );
        assert_eq!(
            NetworkBudget::spend(budget.as_ref(), t(3_600), &LIMITS)
                .unwrap()
                .requests,
            1
        );
    }

    #[test]
    fn the_tenth_wrong_code_of_a_day_stops_codes_for_a_quarter_of_an_hour_then_an_hour_then_four() {
        let mut guard = CodeGuard::default();
        for _ in 0..9 {
            guard = guard.failed(t(0), &LIMITS);
            assert_eq!(guard.check(t(0)), Ok(()));
        }
        guard = guard.failed(t(0), &LIMITS);
        assert_eq!(guard.check(t(899)), Err(NotBefore { seconds: 1 }));
        assert_eq!(guard.check(t(900)), Ok(()));
        guard = guard.failed(t(900), &LIMITS);
        assert_eq!(guard.check(t(900)), Err(NotBefore { seconds: 3_600 }));
        guard = guard.failed(t(4_500), &LIMITS);
        assert_eq!(guard.check(t(4_500)), Err(NotBefore { seconds: 14_400 }));
        // A day after the first ten, only the later ones count.
        guard = guard.failed(t(86_400), &LIMITS);
        assert_eq!(guard.check(t(86_400)), Ok(()));
    }

    #[test]
    fn four_wrong_passwords_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let mut guard = PasswordGuard::default();
        for _ in 0..4 {
            guard = guard.failed(t(0));
            assert_eq!(guard.state(t(0), &LIMITS), Guarded::Open);
        }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            guard = guard.failed(t(0));
            assert_eq!(guard.state(t(wait - 1), &LIMITS), Guarded::Closed, "wait {wait}");
            assert_eq!(guard.state(t(wait), &LIMITS), Guarded::Open, "wait {wait}");
        }
        while guard.failures < 99 {
            guard = guard.failed(t(0));
        }
        assert_eq!(guard.state(t(1_000_000), &LIMITS), Guarded::Open);
        assert_eq!(guard.failed(t(0)).state(t(1_000_000), &LIMITS), Guarded::Closed);
        assert_eq!(
            PasswordGuard {
                failures: u64::MAX,
                last_failure: None
            }
            .failed(t(0))
            .failures,
            u64::MAX
        );
    }

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

    /// A stranger who accepts every risk cannot lock an office out of its claims for ever.
    #[test]
    fn ten_wrong_claims_passwords_a_day_are_asked_about_and_no_more() {
        let mut guard = ClaimsGuard::default();
        for second in 0..10 {
            let begun = guard.begin(true, t(second), &LIMITS).unwrap();
            guard = begun.end(&begun, t(second), AttemptOutcome::Failed);
        }
        assert_eq!(
            guard.begin(true, t(10), &LIMITS),
            Err(NoAttempt::Spent(NotBefore { seconds: 86_390 }))
        );
        assert_eq!(guard.failures.len(), 10);
        assert!(guard.begin(true, t(86_400), &LIMITS).is_ok());
    }

    #[test]
    fn a_budget_is_forgotten_when_nothing_in_it_counts_any_more() {
        assert_eq!(MailBudget::default().forgotten_at(), None);
        let mails = MailBudget::default().count(t(5)).count(t(3));
        assert_eq!(mails.forgotten_at(), Some(t(86_405)));
        let network = NetworkBudget {
            since: t(5),
            requests: 1,
        };
        assert_eq!(network.forgotten_at(), t(3_605));

        assert_eq!(ClaimsGuard::default().forgotten_at(&LIMITS), None);
        let claims = ClaimsGuard {
            failures: vec![t(5)],
            open: vec![t(9)],
        };
        assert_eq!(claims.forgotten_at(&LIMITS), Some(t(86_409)));
        let without = claims.end(&claims, t(9), AttemptOutcome::NotCounted);
        assert_eq!(without.forgotten_at(&LIMITS), Some(t(86_405)));

        assert_eq!(CodeGuard::default().forgotten_at(&LIMITS), None);
        let codes = CodeGuard::default().failed(t(5), &LIMITS);
        assert_eq!(codes.forgotten_at(&LIMITS), Some(t(86_405)));
        let stopped = CodeGuard {
            stopped_until: Some(t(99_999)),
            ..codes
        };
        assert_eq!(stopped.forgotten_at(&LIMITS), Some(t(99_999)));
    }

    #[test]
    fn a_mail_that_was_not_counted_cannot_be_given_back() {
        let mails = MailBudget::default().count(t(1)).count(t(2)).count(t(2));
        assert_eq!(mails.give_back(t(3)), mails);
        assert_eq!(mails.give_back(t(2)).sends, [t(1), t(2)]);
        assert_eq!(mails.give_back(t(1)).sends, [t(2), t(2)]);
    }

    #[test]
    fn an_answer_is_held_back_to_the_next_whole_beat() {
        assert_eq!(held_back(1, 100), 99);
        assert_eq!(held_back(99, 100), 1);
        assert_eq!(held_back(100, 100), 0);
        assert_eq!(held_back(101, 100), 99);
        assert_eq!(held_back(0, 100), 0);
        assert_eq!(held_back(1, 0), 0);
    }
}
