//! How many requests that mail come from one network.

use jiff::Timestamp;

use super::RetryAfter;
use crate::limits::Limits;
use crate::time::{HOUR, plus, seconds_until};

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
    pub fn spend(before: Option<&Self>, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        match before {
            Some(hour) if now < plus(hour.since, HOUR) => {
                if hour.requests < limits.mail_requests_per_network {
                    Ok(Self {
                        since: hour.since,
                        requests: hour.requests + 1,
                    })
                } else {
                    Err(RetryAfter {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    #[test]
    fn a_network_has_thirty_requests_an_hour() {
        let mut budget = None;
        for _ in 0..30 {
            budget = Some(NetworkBudget::spend(budget.as_ref(), t(0), &LIMITS).unwrap());
        }
        assert_eq!(
            NetworkBudget::spend(budget.as_ref(), t(3_599), &LIMITS),
            Err(RetryAfter { seconds: 1 })
        );
        assert_eq!(
            NetworkBudget::spend(budget.as_ref(), t(3_600), &LIMITS)
                .unwrap()
                .requests,
            1
        );
    }
}
