//! Limits the refused starts (`docs/adr/0028-waits-by-network.md`) and the inquiries of one network.

use jiff::Timestamp;

use super::RetryAfter;
use crate::limits::Limits;
use crate::time::{HOUR, plus, seconds_until};

/// Refused starts of log-ins and registrations from one network, in one hour.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RefusedStarts {
    /// The beginning of the hour.
    pub since: Timestamp,
    /// The refused starts in it.
    pub count: u64,
}

impl RefusedStarts {
    /// Whether there is room for another refused start, which a start requires.
    pub fn check(before: Option<&Self>, now: Timestamp, limits: &Limits) -> Result<(), RetryAfter> {
        match before {
            Some(hour) if now < hour.forgotten_at() && limits.refused_starts_per_network <= hour.count => {
                Err(RetryAfter {
                    seconds: seconds_until(now, hour.forgotten_at()).max(1),
                })
            }
            _ => Ok(()),
        }
    }

    /// The budget after another refused start, if there was room for it.
    pub fn count(before: Option<&Self>, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        Self::check(before, now, limits)?;
        Ok(match before {
            Some(hour) if now < hour.forgotten_at() => Self {
                since: hour.since,
                count: hour.count.saturating_add(1),
            },
            _ => Self { since: now, count: 1 },
        })
    }

    /// When it has expired.
    pub fn forgotten_at(&self) -> Timestamp {
        plus(self.since, HOUR)
    }
}

/// Inquiries from one network, in one hour.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InquiryHour {
    /// The beginning of the hour.
    pub since: Timestamp,
    /// The inquiries in it.
    pub count: u64,
}

impl InquiryHour {
    /// The hour after another inquiry, if there is room for it.
    pub fn count(before: Option<&Self>, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        match before {
            Some(hour) if now < hour.forgotten_at() => {
                if limits.inquiries_per_network <= hour.count {
                    let seconds = seconds_until(now, hour.forgotten_at()).max(1);
                    return Err(RetryAfter { seconds }.rounded_up(limits));
                }
                Ok(Self {
                    since: hour.since,
                    count: hour.count.saturating_add(1),
                })
            }
            _ => Ok(Self { since: now, count: 1 }),
        }
    }

    /// When it has expired.
    pub fn forgotten_at(&self) -> Timestamp {
        plus(self.since, HOUR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn a_network_is_refused_a_hundred_starts_an_hour() {
        let mut budget = None;
        for _ in 0..100 {
            assert_eq!(RefusedStarts::check(budget.as_ref(), t(0), &LIMITS), Ok(()));
            budget = Some(RefusedStarts::count(budget.as_ref(), t(0), &LIMITS).unwrap());
        }
        let full = Err(RetryAfter { seconds: 1 });
        assert_eq!(RefusedStarts::check(budget.as_ref(), t(3_599), &LIMITS), full);
        assert_eq!(
            RefusedStarts::count(budget.as_ref(), t(3_599), &LIMITS),
            full.map(|()| unreachable!())
        );
        for second in [3_600, 3_601] {
            assert_eq!(RefusedStarts::check(budget.as_ref(), t(second), &LIMITS), Ok(()));
            let anew = RefusedStarts::count(budget.as_ref(), t(second), &LIMITS).unwrap();
            assert_eq!((anew.since, anew.count), (t(second), 1));
        }
    }

    #[test]
    fn a_network_sends_a_hundred_inquiries_an_hour() {
        let count = |hour: Option<&InquiryHour>, second| InquiryHour::count(hour, t(second), &LIMITS);
        let full = (0..100).fold(None, |hour, _| Some(count(hour.as_ref(), 0).unwrap()));
        assert_eq!(count(full.as_ref(), 0), Err(RetryAfter { seconds: 3_600 }));
        assert_eq!(count(full.as_ref(), 3_599), Err(RetryAfter { seconds: 900 }));
        for second in [3_600, 3_601] {
            let anew = count(full.as_ref(), second).unwrap();
            assert_eq!((anew.since, anew.count), (t(second), 1));
        }
    }
}
