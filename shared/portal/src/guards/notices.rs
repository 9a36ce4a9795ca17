//! Limits the notices of each kind, so that no one floods a mailbox by repeating what they tell.

use jiff::Timestamp;

use super::room;
use crate::limits::Limits;
use crate::mail::Notice;
use crate::time::{DAY, HOUR, plus};

/// A notice that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CountedNotice {
    /// Its kind.
    pub what: Notice,
    /// When it was promised.
    pub at: Timestamp,
}

/// The counted notices to one person within the last day, oldest first: to a member about the own account, or to a manager
/// about colleagues.
///
/// Each kind has a budget of its own: to use one up is to have sent the same notice that often, and
/// silences nothing else. The event that a full budget does not tell happens all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct NoticeBudget {
    /// All kinds together.
    pub counted: Vec<CountedNotice>,
}

impl NoticeBudget {
    /// The budget after another notice of this kind, and whether it is the last one for a while; `None` if there is no
    /// room for it, and it is not promised. A kind that no budget bounds is not counted.
    pub fn spend(&self, what: Notice, now: Timestamp, limits: &Limits) -> Option<(Self, bool)> {
        if !what.is_counted() {
            return Some((self.clone(), false));
        }
        if !self.has_room(what, now, limits) {
            return None;
        }
        let mut next = self.clone();
        next.counted.retain(|notice| now < plus(notice.at, DAY));
        next.counted.push(CountedNotice { what, at: now });
        let is_last = !next.has_room(what, now, limits);
        Some((next, is_last))
    }

    fn has_room(&self, what: Notice, now: Timestamp, limits: &Limits) -> bool {
        let of_kind = self.counted.iter().filter(|notice| notice.what == what);
        let times: Vec<Timestamp> = of_kind.map(|notice| notice.at).collect();
        [(HOUR, limits.notices_per_hour), (DAY, limits.notices_per_day)]
            .into_iter()
            .all(|(window, limit)| room(&times, now, window, limit).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    const COUNTED: Notice = Notice::MemberDisabled;

    fn spend(budget: &NoticeBudget, what: Notice, second: u64) -> Option<(NoticeBudget, bool)> {
        budget.spend(what, t(second), &LIMITS)
    }

    /// The budget after so many notices at once, each promised.
    fn spent(budget: NoticeBudget, mails: u64, second: u64) -> NoticeBudget {
        (0..mails).fold(budget, |budget, _| spend(&budget, COUNTED, second).unwrap().0)
    }

    #[test]
    fn a_kind_of_notice_is_told_five_times_an_hour_and_ten_times_a_day() {
        let first = spent(NoticeBudget::default(), 5, 0);
        for second in [0, 3_599] {
            assert_eq!(spend(&first, COUNTED, second), None, "{second}");
        }
        let second = spent(first, 5, 3_600);
        for at in [7_200, 86_399] {
            assert_eq!(spend(&second, COUNTED, at), None, "{at}");
        }
        let (next, _) = spend(&second, COUNTED, 86_400).unwrap();
        assert_eq!(next.counted.len(), 6, "those of a day ago are forgotten");
    }

    #[test]
    fn the_last_notice_for_a_while_is_known_as_such() {
        let is_last = |told, second| {
            spend(&spent(NoticeBudget::default(), told, 0), COUNTED, second)
                .unwrap()
                .1
        };
        assert_eq!([0, 3, 4].map(|told| is_last(told, 9)), [false, false, true]);
        let of_the_day = spent(spent(NoticeBudget::default(), 5, 0), 4, 3_600);
        assert!(spend(&of_the_day, COUNTED, 80_000).unwrap().1);
    }

    #[test]
    fn no_kind_of_notice_spends_the_budget_of_another() {
        let full = spent(NoticeBudget::default(), 5, 0);
        for what in Notice::ALL.iter().filter(|what| **what != COUNTED) {
            assert!(spend(&full, *what, 0).is_some(), "{what:?}");
        }
    }

    /// What needs a mailed code or an initial password has the budget of that mail, and is told whatever else was.
    #[test]
    fn what_needs_another_mail_first_is_always_told_and_not_counted() {
        for what in [
            Notice::PasswordReset,
            Notice::AddressChanged,
            Notice::AddressLeft,
            Notice::NewDevice,
            Notice::MemberRemoved,
            Notice::ColleagueClaimVoid,
            Notice::ClaimVoid,
        ] {
            for _ in 0..100 {
                let told = spend(&NoticeBudget::default(), what, 0);
                assert_eq!(told, Some((NoticeBudget::default(), false)), "{what:?}");
            }
        }
        let counted = Notice::ALL.iter().filter(|what| what.is_counted());
        assert_eq!(counted.count(), Notice::ALL.len() - 7);
    }
}
