//! How many mails one address gets.

use jiff::Timestamp;

use super::{RetryAfter, room, within};
use crate::limits::Limits;
use crate::time::{DAY, HOUR, plus};

/// Mails to one address, over all purposes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MailBudget {
    /// When mails were promised within the last day, oldest first.
    pub sends: Vec<Timestamp>,
}

impl MailBudget {
    /// The budget after one more mail, if there is room for it.
    pub fn spend(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        self.spend_all_but(0, now, limits)
    }

    /// The budget after one more code of a registration, if there is room beside the mails reserved for log-ins: a
    /// registration with the same address must not keep its owner from logging in.
    pub fn spend_for_registration(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        self.spend_all_but(limits.mails_kept_for_login, now, limits)
    }

    fn spend_all_but(&self, kept: u64, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let hour = room(&self.sends, now, HOUR, limits.mails_per_hour.saturating_sub(kept));
        let day = room(&self.sends, now, DAY, limits.mails_per_day.saturating_sub(kept));
        // The later of the two: when both have room again.
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

    /// Refunds the mail that was counted at `at` and is not sent after all.
    #[must_use]
    pub fn refund(&self, at: Timestamp) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn ten_mails_an_hour_and_twenty_a_day_reach_one_address() {
        let mut budget = MailBudget::default();
        for _ in 0..10 {
            budget = budget.spend(t(0), &LIMITS).unwrap();
        }
        assert_eq!(budget.spend(t(3_599), &LIMITS), Err(RetryAfter { seconds: 1 }));
        for _ in 0..10 {
            budget = budget.spend(t(3_600), &LIMITS).unwrap();
        }
        assert_eq!(
            budget.spend(t(7_200), &LIMITS),
            Err(RetryAfter {
                seconds: 86_400 - 7_200
            })
        );
        assert_eq!(budget.spend(t(86_399), &LIMITS), Err(RetryAfter { seconds: 1 }));
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
                Err(RetryAfter { seconds: 1 })
            );
        }
        for _ in 0..4 {
            budget = budget.spend_for_registration(t(7_200), &LIMITS).unwrap();
        }
        let tomorrow = Err(RetryAfter {
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
            Err(RetryAfter { seconds: 3_600 })
        );
    }

    #[test]
    fn a_mail_that_was_not_counted_cannot_be_given_back() {
        let mails = MailBudget::default().count(t(1)).count(t(2)).count(t(2));
        assert_eq!(mails.refund(t(3)), mails);
        assert_eq!(mails.refund(t(2)).sends, [t(1), t(2)]);
        assert_eq!(mails.refund(t(1)).sends, [t(2), t(2)]);
    }
}
