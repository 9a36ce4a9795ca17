//! Limits the receipts of inquiries that are mailed to one address, so that no one floods a mailbox by naming it.

use jiff::Timestamp;

use super::{RetryAfter, room};
use crate::limits::Limits;
use crate::time::{DAY, HOUR, plus};
use crate::values::RequestTag;

/// A receipt that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountedReceipt {
    /// The request of the inquiry.
    pub request: RequestTag,
    /// When it was counted.
    pub at: Timestamp,
}

/// The receipts to an address within the last day, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ReceiptBudget {
    /// Each with its request: a repeated request is counted once, however many of it run at once.
    pub counted: Vec<CountedReceipt>,
}

impl ReceiptBudget {
    /// The budget after the receipt of this request, if there is room for it; `None` if it is counted already.
    pub fn count(
        &self,
        request: &RequestTag,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<Self>, RetryAfter> {
        let mut counted = self.counted.clone();
        counted.retain(|receipt| now < plus(receipt.at, DAY));
        if counted.iter().any(|receipt| receipt.request == *request) {
            return Ok(None);
        }
        let times: Vec<Timestamp> = counted.iter().map(|receipt| receipt.at).collect();
        let windows = [
            (HOUR, limits.inquiry_receipts_per_hour),
            (DAY, limits.inquiry_receipts_per_day),
        ];
        let full = windows
            .into_iter()
            .filter_map(|(window, limit)| room(&times, now, window, limit).err());
        if let Some(full) = full.max() {
            return Err(full.rounded_up(limits));
        }
        counted.push(CountedReceipt {
            request: request.clone(),
            at: now,
        });
        Ok(Some(Self { counted }))
    }

    /// When all of it has expired.
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        self.counted.iter().map(|receipt| plus(receipt.at, DAY)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    fn count(budget: &ReceiptBudget, request: u64, second: u64) -> Result<Option<ReceiptBudget>, RetryAfter> {
        budget.count(&RequestTag::new(request.to_string()), t(second), &LIMITS)
    }

    fn ten(budget: ReceiptBudget, from: u64, second: u64) -> ReceiptBudget {
        (from..from + 10).fold(budget, |budget, request| {
            count(&budget, request, second).unwrap().unwrap()
        })
    }

    #[test]
    fn an_address_is_mailed_ten_receipts_an_hour_and_twenty_a_day() {
        let hour = ten(ReceiptBudget::default(), 0, 0);
        assert_eq!(count(&hour, 99, 0), Err(RetryAfter { seconds: 3_600 }));
        assert_eq!(count(&hour, 99, 3_599), Err(RetryAfter { seconds: 900 }));
        let day = ten(hour, 10, 3_600);
        assert_eq!(
            count(&day, 99, 7_200),
            Err(RetryAfter {
                seconds: 86_400 - 7_200
            })
        );
        assert_eq!(count(&day, 99, 86_399), Err(RetryAfter { seconds: 900 }));
        for second in [86_400, 86_401] {
            let next = count(&day, 99, second).unwrap().unwrap();
            assert_eq!(next.counted.len(), 11, "the first ten no longer count");
        }
        assert_eq!(day.forgotten_at(), Some(t(90_000)));
        assert_eq!(ReceiptBudget::default().forgotten_at(), None);
    }

    #[test]
    fn a_repeated_request_is_counted_once_a_day_even_if_the_budget_is_spent() {
        let full = ten(ReceiptBudget::default(), 0, 0);
        for second in [0, 86_399] {
            assert_eq!(count(&full, 3, second), Ok(None));
        }
        assert!(count(&full, 3, 86_400).unwrap().is_some());
    }
}
