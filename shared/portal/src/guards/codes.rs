//! Stops the codes of an account or a claims user after too many wrong ones.

use jiff::Timestamp;

use super::{RetryAfter, count, within};
use crate::limits::Limits;
use crate::time::{plus, seconds_until};

/// Wrong codes of one account, over all its challenges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct CodeGuard {
    /// Wrong codes within the window, oldest first.
    pub failures: Vec<Timestamp>,
    /// The end of the current stop.
    pub stopped_until: Option<Timestamp>,
}

impl CodeGuard {
    /// Whether a code may be judged now.
    pub fn check(&self, now: Timestamp) -> Result<(), RetryAfter> {
        match self.stopped_until {
            Some(until) if now < until => Err(RetryAfter {
                seconds: seconds_until(now, until).max(1),
            }),
            _ => Ok(()),
        }
    }

    /// The guard after a wrong code: the tenth within a day stops codes for 15 minutes, the next for an hour, every
    /// further one for four hours.
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

    /// When all of it has expired.
    pub fn forgotten_at(&self, limits: &Limits) -> Option<Timestamp> {
        let window = self
            .failures
            .iter()
            .max()
            .map(|at| plus(*at, limits.code_failure_window));
        window.max(self.stopped_until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn the_tenth_wrong_code_of_a_day_stops_codes_for_a_quarter_of_an_hour_then_an_hour_then_four() {
        let mut guard = CodeGuard::default();
        for _ in 0..9 {
            guard = guard.failed(t(0), &LIMITS);
            assert_eq!(guard.check(t(0)), Ok(()));
        }
        guard = guard.failed(t(0), &LIMITS);
        assert_eq!(guard.check(t(899)), Err(RetryAfter { seconds: 1 }));
        assert_eq!(guard.check(t(900)), Ok(()));
        guard = guard.failed(t(900), &LIMITS);
        assert_eq!(guard.check(t(900)), Err(RetryAfter { seconds: 3_600 }));
        guard = guard.failed(t(4_500), &LIMITS);
        assert_eq!(guard.check(t(4_500)), Err(RetryAfter { seconds: 14_400 }));
        // A day after the first ten, only the later ones count.
        guard = guard.failed(t(86_400), &LIMITS);
        assert_eq!(guard.check(t(86_400)), Ok(()));
    }
}
