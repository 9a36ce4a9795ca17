//! Limits the addresses that an office asks about on マイページ, so that it cannot probe a list of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{RetryAfter, room};
use crate::limits::Limits;
use crate::time::{DAY, plus};
use crate::values::AddressTag;

/// The addresses that the members of an office asked about, all members together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AddressGuard {
    /// Each with the time at which it was first asked about; it counts for a day.
    pub asked: BTreeMap<AddressTag, Timestamp>,
}

impl AddressGuard {
    /// The guard after one more question, if there is room for it: a question about the same address within a day
    /// is no further one.
    pub fn ask(&self, address: AddressTag, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let counts = |at: &Timestamp| now < plus(*at, DAY);
        if self.asked.get(&address).is_some_and(counts) {
            return Ok(self.clone());
        }
        let mut asked = self.asked.clone();
        asked.retain(|_, at| counts(at));
        let mut times: Vec<Timestamp> = asked.values().copied().collect();
        times.sort_unstable();
        room(&times, now, DAY, limits.addresses_asked_per_day).map_err(|full| full.rounded_up(limits))?;
        asked.insert(address, now);
        Ok(Self { asked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    const ONE_DAY: u64 = 86_400;

    fn tag(name: &str) -> AddressTag {
        AddressTag::new(name)
    }

    /// Ten addresses, one a minute.
    fn full() -> AddressGuard {
        (0..10).fold(AddressGuard::default(), |guard, minute: u64| {
            guard
                .ask(tag(&minute.to_string()), t(60 * minute), &LIMITS)
                .unwrap()
        })
    }

    #[test]
    fn an_office_asks_about_ten_addresses_a_day() {
        let eleventh = |second| full().ask(tag("x"), t(second), &LIMITS);
        assert_eq!(full().asked.len(), 10);
        assert_eq!(eleventh(600), Err(RetryAfter { seconds: 86_400 }));
        assert_eq!(eleventh(ONE_DAY - 1), Err(RetryAfter { seconds: 900 }));
        for second in [ONE_DAY, ONE_DAY + 1] {
            let asked = eleventh(second).unwrap().asked;
            assert_eq!(asked.len(), 10, "the first one no longer counts");
            assert!(asked.contains_key(&tag("x")) && !asked.contains_key(&tag("0")));
        }
    }

    #[test]
    fn an_address_counts_once_a_day_from_its_first_question() {
        let guard = full();
        assert_eq!(guard.ask(tag("0"), t(ONE_DAY - 1), &LIMITS), Ok(guard.clone()));
        let again = guard.ask(tag("0"), t(ONE_DAY), &LIMITS).unwrap();
        assert_eq!(again.asked.get(&tag("0")), Some(&t(ONE_DAY)));
    }
}
