//! How many codes of resets are mailed to an address, and how many wrong ones stop resets of it.

use jiff::Timestamp;

use super::{CodeGuard, MailBudget, RetryAfter};
use crate::limits::Limits;

/// Resets of one address, known or not. They do not count as log-ins: anyone who knows an address may ask for its reset, and must not
/// spend by it what its owner logs in with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ResetGuard {
    /// Codes that were promised, or counted for an unknown address.
    pub mails: MailBudget,
    /// Wrong codes.
    pub codes: CodeGuard,
}

impl ResetGuard {
    /// Whether codes of resets are judged now. The time is told in whole steps, for others than the owner may ask.
    pub fn check(&self, now: Timestamp, limits: &Limits) -> Result<(), RetryAfter> {
        self.codes.check(now).map_err(|not| not.rounded_up(limits))
    }

    /// After one more mail, if there is room for it and codes are judged.
    pub fn spend_mail(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        self.check(now, limits)?;
        Ok(Self {
            mails: self.mails.spend_for_reset(now, limits)?,
            codes: self.codes.clone(),
        })
    }

    /// After the mail that was counted at `at` is not sent after all.
    #[must_use]
    pub fn refund_mail(&self, at: Timestamp) -> Self {
        Self {
            mails: self.mails.refund(at),
            codes: self.codes.clone(),
        }
    }

    /// After a wrong code.
    #[must_use]
    pub fn failed(&self, now: Timestamp, limits: &Limits) -> Self {
        Self {
            mails: self.mails.clone(),
            codes: self.codes.failed(now, limits),
        }
    }

    /// When nothing in it counts any more.
    pub fn forgotten_at(&self, limits: &Limits) -> Option<Timestamp> {
        self.mails.forgotten_at().max(self.codes.forgotten_at(limits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn mails_and_wrong_codes_of_resets_are_counted_apart() {
        let mailed = ResetGuard::default().spend_mail(t(0), &LIMITS).unwrap();
        let failed = mailed.failed(t(1), &LIMITS);
        assert_eq!(failed.mails.sends, [t(0)]);
        assert_eq!(failed.codes.failures, [t(1)]);
        assert_eq!(failed.refund_mail(t(0)).mails.sends, []);
        assert_eq!(failed.refund_mail(t(0)).codes, failed.codes);
        assert_eq!(ResetGuard::default().forgotten_at(&LIMITS), None);
        assert_eq!(mailed.forgotten_at(&LIMITS), Some(t(86_400)));
        assert_eq!(failed.forgotten_at(&LIMITS), Some(t(86_401)));
    }

    #[test]
    fn while_codes_are_stopped_none_is_mailed_and_the_time_is_told_in_quarters() {
        let stopped = (0..10).fold(ResetGuard::default(), |guard, _| guard.failed(t(0), &LIMITS));
        for second in [0, 1, 899] {
            let not = Err(RetryAfter { seconds: 900 });
            assert_eq!(stopped.check(t(second), &LIMITS), not);
            assert_eq!(
                stopped.spend_mail(t(second), &LIMITS).map(|_| ()),
                Err(RetryAfter { seconds: 900 })
            );
        }
        assert_eq!(stopped.check(t(900), &LIMITS), Ok(()));
        assert!(stopped.spend_mail(t(900), &LIMITS).is_ok());
    }
}
