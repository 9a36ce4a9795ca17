//! Limits the wrong security codes that are sent to the claims system.

use jiff::Timestamp;

use super::{RetryAfter, room, within};
use crate::limits::Limits;
use crate::time::plus;

/// Wrong security codes of one user id, over all its registrations: a new registration gives no further guesses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SecurityCodeGuard {
    /// Codes sent within the window that were wrong or whose result is unknown, oldest first.
    pub asked: Vec<Timestamp>,
}

impl SecurityCodeGuard {
    /// Counts a code before the claims system is asked.
    pub fn begin(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let window = limits.claims_failure_window;
        let mut asked = within(&self.asked, now, window);
        room(&asked, now, window, limits.security_code_failures)?;
        asked.push(now);
        Ok(Self { asked })
    }

    /// Refunds the code that was counted at `at` and was not wrong, and no other.
    #[must_use]
    pub fn refund(&self, at: Timestamp) -> Self {
        let mut asked = self.asked.clone();
        if let Some(place) = asked.iter().rposition(|other| *other == at) {
            asked.remove(place);
        }
        Self { asked }
    }

    /// When all of it has expired.
    pub fn forgotten_at(&self, limits: &Limits) -> Option<Timestamp> {
        let last = self.asked.iter().max();
        last.map(|at| plus(*at, limits.claims_failure_window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn ten_wrong_security_codes_of_a_day_are_asked_about() {
        let mut guard = SecurityCodeGuard::default();
        for second in 0..10 {
            guard = guard.begin(t(second), &LIMITS).unwrap();
        }
        assert_eq!(guard.begin(t(86_399), &LIMITS), Err(RetryAfter { seconds: 1 }));
        assert_eq!(guard.forgotten_at(&LIMITS), Some(t(86_409)));
        let tomorrow = guard.begin(t(86_400), &LIMITS).unwrap();
        assert_eq!((tomorrow.asked.len(), tomorrow.asked[9]), (10, t(86_400)));
        // A right code was not counted, and clears no other.
        let given_back = guard.refund(t(9));
        assert_eq!(given_back.asked, guard.asked[..9]);
        assert_eq!(given_back.refund(t(9)), given_back);
        assert!(given_back.begin(t(9), &LIMITS).is_ok());
    }
}
