//! Limits the mails of one purpose.

use jiff::Timestamp;

use super::{RetryAfter, room, within};
use crate::limits::Limits;
use crate::time::{DAY, HOUR, Seconds, plus};

/// Mails of one purpose: each purpose has a budget of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MailBudget {
    /// Mails promised within the last day, oldest first.
    pub sends: Vec<Timestamp>,
}

impl MailBudget {
    /// The budget of a member after another log-in code, if there is room for it.
    pub fn spend(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let windows = [
            (HOUR, limits.login_codes_per_hour),
            (DAY, limits.login_codes_per_day),
        ];
        self.spend_within(&windows, now, limits)
    }

    /// The budget of an address after one more code of a reset, if there is room for it.
    pub fn spend_for_reset(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let windows = [
            (HOUR, limits.reset_codes_per_hour),
            (DAY, limits.reset_codes_per_day),
        ];
        self.spend_within(&windows, now, limits)
    }

    /// The budget of a member after one more code of an address change, if there is room for it.
    pub fn spend_for_address_change(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let windows = [
            (HOUR, limits.address_codes_per_hour),
            (DAY, limits.address_codes_per_day),
        ];
        self.spend_within(&windows, now, limits)
    }

    /// The budget of a user id of the claims system after another registration code, if there is room for it.
    pub fn spend_for_claims_user(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let windows = [
            (HOUR, limits.registration_codes_per_hour),
            (DAY, limits.registration_codes_per_day),
        ];
        self.spend_within(&windows, now, limits)
    }

    /// The budget of a contact address after another registration code, if there is room for it. It drops mails older
    /// than an hour.
    pub fn spend_for_contact(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let recent = Self {
            sends: within(&self.sends, now, HOUR),
        };
        recent.spend_within(&[(HOUR, limits.registration_codes_per_contact)], now, limits)
    }

    fn spend_within(
        &self,
        windows: &[(Seconds, u64)],
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Self, RetryAfter> {
        let full = windows
            .iter()
            .filter_map(|(window, limit)| room(&self.sends, now, *window, *limit).err());
        // The later of the two: when both windows have room again.
        match full.max_by_key(|not| not.seconds) {
            Some(not) => Err(not.rounded_up(limits)),
            None => Ok(self.count(now)),
        }
    }

    /// The budget after another mail, whether there is room or not.
    #[must_use]
    pub fn count(&self, now: Timestamp) -> Self {
        let mut sends = within(&self.sends, now, DAY);
        sends.push(now);
        Self { sends }
    }

    /// Refunds the mail that was counted at `at` but is not sent.
    #[must_use]
    pub fn refund(&self, at: Timestamp) -> Self {
        let mut sends = self.sends.clone();
        if let Some(place) = sends.iter().rposition(|other| *other == at) {
            sends.remove(place);
        }
        Self { sends }
    }

    /// When all of it has expired.
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        self.sends.iter().max().map(|at| plus(*at, DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    type Spend = fn(&MailBudget, Timestamp, &Limits) -> Result<MailBudget, RetryAfter>;

    fn spent(budget: &MailBudget, spend: Spend, mails: u64, second: u64) -> MailBudget {
        (0..mails).fold(budget.clone(), |budget, _| {
            spend(&budget, t(second), &LIMITS).unwrap()
        })
    }

    /// Refused, until this second.
    fn refused(budget: &MailBudget, spend: Spend, second: u64, seconds: u64) {
        let told = spend(budget, t(second), &LIMITS);
        assert_eq!(told, Err(RetryAfter { seconds }), "at {second}");
    }

    #[test]
    fn an_account_a_user_id_and_the_resets_of_an_address_have_so_many_mails_an_hour_and_twice_as_many_a_day()
    {
        let budgets: [(Spend, u64); 4] = [
            (MailBudget::spend, 10),
            (MailBudget::spend_for_claims_user, 5),
            (MailBudget::spend_for_reset, 5),
            (MailBudget::spend_for_address_change, 5),
        ];
        for (spend, an_hour) in budgets {
            let first = spent(&MailBudget::default(), spend, an_hour, 0);
            refused(&first, spend, 0, 3_600);
            // Rounded up to a quarter of an hour, so that the answer does not reveal when the first one was sent.
            refused(&first, spend, 1, 3_600);
            refused(&first, spend, 2_700, 900);
            refused(&first, spend, 3_599, 900);
            let second = spent(&first, spend, an_hour, 3_600);
            refused(&second, spend, 7_200, 86_400 - 7_200);
            refused(&second, spend, 86_399, 900);
            assert!(spend(&second, t(86_400), &LIMITS).is_ok());
            assert!(spend(&second, t(86_401), &LIMITS).is_ok());
        }
    }

    #[test]
    fn a_contact_address_has_thirty_codes_an_hour_and_remembers_no_more() {
        let spend: Spend = MailBudget::spend_for_contact;
        let full = spent(&MailBudget::default(), spend, 30, 0);
        refused(&full, spend, 3_599, 900);
        for second in [3_600, 3_601] {
            assert_eq!(spend(&full, t(second), &LIMITS).unwrap().sends, [t(second)]);
        }
    }

    #[test]
    fn a_mail_that_was_not_counted_is_not_refunded() {
        let mails = MailBudget::default().count(t(1)).count(t(2)).count(t(2));
        assert_eq!(mails.refund(t(3)), mails);
        assert_eq!(mails.refund(t(2)).sends, [t(1), t(2)]);
        assert_eq!(mails.refund(t(1)).sends, [t(2), t(2)]);
    }
}
