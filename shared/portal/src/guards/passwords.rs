//! How wrong passwords of an account slow it down, and turn its password off.

use jiff::Timestamp;

use crate::limits::Limits;
use crate::time::{Seconds, plus};

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
    /// A back-off runs, or the password is locked out: the answer is that of a wrong password, and nothing is counted.
    Closed,
}

impl PasswordGuard {
    /// When the back-off ends, if one runs.
    pub fn waits_until(&self, limits: &Limits) -> Option<Timestamp> {
        let over = self
            .failures
            .checked_sub(limits.free_wrong_passwords.checked_add(1)?)?;
        let doubled = 1_u64
            .checked_shl(u32::try_from(over).unwrap_or(u32::MAX))
            .unwrap_or(u64::MAX);
        let wait = Seconds::new(doubled);
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

    /// The guard of unknown browsers after the owner completed a log-in from a known one: lifts the lockout, keeps the
    /// back-off. A guesser gains one guess by it, after the longest wait.
    #[must_use]
    pub fn lift_lockout(&self, limits: &Limits) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

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
}
