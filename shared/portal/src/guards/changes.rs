//! How many codes of address changes a member is mailed, and how many wrong ones stop them.

use jiff::Timestamp;

use super::{CodeGuard, MailBudget, RetryAfter};
use crate::limits::Limits;

/// The address changes of one member, over all sessions and new addresses. They take nothing from log-ins and resets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ChangeGuard {
    /// Codes that were promised, to whichever address.
    pub mails: MailBudget,
    /// Wrong codes.
    pub codes: CodeGuard,
}

impl ChangeGuard {
    /// Whether codes of address changes are judged now.
    pub fn check(&self, now: Timestamp) -> Result<(), RetryAfter> {
        self.codes.check(now)
    }

    /// The guard after another code is promised, if codes are judged and the budget has room for it.
    pub fn spend_mail(&self, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        self.check(now)?;
        Ok(Self {
            mails: self.mails.spend_for_address_change(now, limits)?,
            codes: self.codes.clone(),
        })
    }

    /// The guard without the mail that was counted at `at` and is not sent.
    #[must_use]
    pub fn refund_mail(&self, at: Timestamp) -> Self {
        Self {
            mails: self.mails.refund(at),
            codes: self.codes.clone(),
        }
    }

    /// The guard after a wrong code.
    #[must_use]
    pub fn failed(&self, now: Timestamp, limits: &Limits) -> Self {
        Self {
            mails: self.mails.clone(),
            codes: self.codes.failed(now, limits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn mails_and_wrong_codes_of_address_changes_are_counted_apart() {
        let mailed = ChangeGuard::default().spend_mail(t(0), &LIMITS).unwrap();
        let failed = mailed.failed(t(1), &LIMITS);
        assert_eq!(
            (&failed.mails, failed.codes.failures.as_slice()),
            (&mailed.mails, &[t(1)][..])
        );
        assert_eq!(failed.refund_mail(t(0)).mails.sends, []);
        assert_eq!(failed.refund_mail(t(0)).codes, failed.codes);
    }

    #[test]
    fn while_codes_are_stopped_none_is_mailed() {
        let stopped = (0..10).fold(ChangeGuard::default(), |guard, _| guard.failed(t(0), &LIMITS));
        for (second, seconds) in [(0, 900), (899, 1)] {
            let not = RetryAfter { seconds };
            assert_eq!(stopped.check(t(second)), Err(not));
            assert_eq!(stopped.spend_mail(t(second), &LIMITS), Err(not));
        }
        assert_eq!(stopped.check(t(900)), Ok(()));
        assert!(stopped.spend_mail(t(900), &LIMITS).is_ok());
    }
}
