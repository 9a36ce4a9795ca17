//! Budgets of guesses and mails: what is left, and the wait when one is spent.
//!
//! A guard is judged on the version that was read, and the write that spends is conditional on that version: after a
//! conflict nothing was judged (`docs/adr/0003-spend-in-the-write-that-answers.md`).

mod addresses;
mod changes;
mod claims_passwords;
mod codes;
mod mails;
mod network;
mod notices;
mod passwords;
mod receipts;
mod resets;
mod response_time;
mod security_codes;

use jiff::Timestamp;

pub use self::addresses::AddressGuard;
pub use self::changes::ChangeGuard;
pub use self::claims_passwords::{Attempt, AttemptOutcome, ClaimsGuard, NoAttempt};
pub use self::codes::CodeGuard;
pub use self::mails::MailBudget;
pub use self::network::{InquiryHour, RefusedStarts};
pub use self::notices::{CountedNotice, NoticeBudget};
pub use self::passwords::{BackOff, Guarded, NetworkWait, PasswordGuard};
pub use self::receipts::{CountedReceipt, ReceiptBudget};
pub use self::resets::ResetGuard;
pub use self::response_time::pad_to_quantum;
pub use self::security_codes::SecurityCodeGuard;
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::time::{Seconds, minus, plus, seconds_until};

/// Refused now, allowed again after this many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RetryAfter {
    /// Whole seconds, at least 1.
    pub seconds: u64,
}

impl RetryAfter {
    /// Rounded up to whole steps: the exact second would reveal another person's activity.
    #[must_use]
    pub fn rounded_up(self, limits: &Limits) -> Self {
        let step = limits.retry_step.count().max(1);
        Self {
            seconds: self.seconds.div_ceil(step).saturating_mul(step),
        }
    }
}

impl From<RetryAfter> for Refusal {
    fn from(not: RetryAfter) -> Self {
        Self::of(Kind::TooManyRequests).with_retry_after(not.seconds)
    }
}

fn count<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

fn within(list: &[Timestamp], now: Timestamp, window: Seconds) -> Vec<Timestamp> {
    let from = minus(now, window);
    list.iter().copied().filter(|at| from < *at).collect()
}

/// Whether a budget of `limit` within `window` has room; if not, when it has room again.
fn room(list: &[Timestamp], now: Timestamp, window: Seconds, limit: u64) -> Result<(), RetryAfter> {
    let recent = within(list, now, window);
    if count(&recent) < limit {
        return Ok(());
    }
    let over = usize::try_from(count(&recent).saturating_sub(limit)).unwrap_or(0);
    let frees = recent.get(over).map_or(now, |at| plus(*at, window));
    Err(RetryAfter {
        seconds: seconds_until(now, frees).max(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};
    use crate::values::NetworkTag;

    #[test]
    fn a_time_is_rounded_up_to_whole_quarters_of_an_hour() {
        for (exact, told) in [(1, 900), (899, 900), (900, 900), (901, 1_800), (86_400, 86_400)] {
            assert_eq!(
                RetryAfter { seconds: exact }.rounded_up(&LIMITS),
                RetryAfter { seconds: told }
            );
        }
        let exactly = Limits {
            retry_step: Seconds::new(0),
            ..LIMITS
        };
        let exact = RetryAfter { seconds: 7 };
        assert_eq!(exact.rounded_up(&exactly), exact);
    }

    #[test]
    fn a_budget_is_forgotten_when_nothing_in_it_counts_any_more() {
        assert_eq!(MailBudget::default().forgotten_at(), None);
        let mails = MailBudget::default().count(t(5)).count(t(3));
        assert_eq!(mails.forgotten_at(), Some(t(86_405)));
        let network = RefusedStarts {
            since: t(5),
            count: 1,
        };
        assert_eq!(network.forgotten_at(), t(3_605));

        assert_eq!(ClaimsGuard::default().forgotten_at(&LIMITS), None);
        let attempt = |second| Attempt {
            at: t(second),
            network: NetworkTag::new("a"),
            accepts_risk: false,
        };
        let claims = ClaimsGuard {
            failures: vec![attempt(5)],
            open: vec![attempt(9)],
        };
        assert_eq!(claims.forgotten_at(&LIMITS), Some(t(86_409)));
        let without = claims.end(&claims, &attempt(9), AttemptOutcome::NotCounted);
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
}
