//! 予定 — the take-overs that open on one day, so that no scan has to find them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{News, TakeOver};
use crate::audit::{Act, Event, Unaudited};
use crate::calendar::day_of;
use crate::change::{Entity, Put};
use crate::limits::Limits;
use crate::time::{DAY, minus, plus};
use crate::values::{AgendaDay, OfficeNumber};

/// How many days after its opening a take-over is still looked at: a schedule that failed for a while catches up.
const DAYS_BACK: u64 = 3;

/// The offices whose take-overs open on a day in Japan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Agenda {
    /// The day.
    pub day: AgendaDay,
    /// The offices; the record of each says whether its take-over is still under way.
    pub offices: BTreeSet<OfficeNumber>,
}

impl Entity for Agenda {
    type Audit = Unaudited;
}

impl AgendaDay {
    /// The day on which a take-over opens that may be completed from this instant.
    pub fn of(from: Timestamp) -> Self {
        Self::new(day_of(from).to_string())
    }

    fn date(&self) -> Option<Date> {
        self.as_str().parse().ok()
    }
}

impl Agenda {
    /// The agenda with another office.
    pub fn with(before: Option<&Self>, day: &AgendaDay, office: &OfficeNumber) -> Self {
        let mut next = before.cloned().unwrap_or_else(|| Self {
            day: day.clone(),
            offices: BTreeSet::new(),
        });
        next.offices.insert(office.clone());
        next
    }

    /// The days whose take-overs may have a notice due at this instant: those that open tomorrow, today, and on the
    /// days before.
    pub fn days_due(now: Timestamp) -> Vec<AgendaDay> {
        let back = (1..=DAYS_BACK).map(|days| minus(now, DAY.times(days)));
        [plus(now, DAY), now]
            .into_iter()
            .chain(back)
            .map(AgendaDay::of)
            .collect()
    }

    /// When the item may be deleted.
    pub fn deletable_at(&self, limits: &Limits) -> Timestamp {
        let date = self.day.date().unwrap_or(Date::MAX);
        let noon = date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
        let opened = noon.map_or(Timestamp::MAX, |noon| noon.timestamp());
        plus(opened, limits.take_over_open.seconds())
    }
}

impl DueNotice {
    /// What it tells.
    pub const fn news(self) -> News {
        match self {
            Self::Reminder => News::Reminder,
            Self::Opened => News::Opened,
        }
    }
}

/// A notice that a take-over owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DueNotice {
    /// The second mail to the members, on the last business day.
    Reminder,
    /// To the claims address: it is open.
    Opened,
}

impl TakeOver {
    /// The notice that is due now. The last business day is the one before it opens.
    pub fn due_notice(&self, now: Timestamp) -> Option<DueNotice> {
        let is_last_day = minus(self.from, DAY) <= now && now < self.from;
        if !self.is_under_way(now) {
            None
        } else if is_last_day && self.reminded_at.is_none() {
            Some(DueNotice::Reminder)
        } else if self.from <= now && self.opened_at.is_none() {
            Some(DueNotice::Opened)
        } else {
            None
        }
    }

    /// The take-over after this notice was promised.
    pub fn told(&self, notice: DueNotice, now: Timestamp) -> Put<Self> {
        let mut next = self.clone();
        let act = match notice {
            DueNotice::Reminder => {
                next.reminded_at = Some(now);
                Act::TakeOverReminded
            }
            DueNotice::Opened => {
                next.opened_at = Some(now);
                Act::TakeOverOpened
            }
        };
        Put::new(next, Event::new(act, now))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOUR, asked, open_at};
    use super::*;
    use crate::samples::{LIMITS, office, t};

    #[test]
    fn the_offices_of_a_day_are_listed_once() {
        let day = AgendaDay::of(t(0));
        assert_eq!(day.as_str(), "2026-04-01");
        let one = Agenda::with(None, &day, &office().number);
        let same = Agenda::with(Some(&one), &day, &office().number);
        assert_eq!((one.offices.len(), &same), (1, &one));
        assert_eq!(one.deletable_at(&LIMITS), t(12 * HOUR + 14 * 24 * HOUR));
    }

    #[test]
    fn what_opens_tomorrow_today_or_opened_three_days_ago_is_looked_at() {
        let days: Vec<String> = Agenda::days_due(t(0))
            .iter()
            .map(|day| day.as_str().to_owned())
            .collect();
        assert_eq!(
            days,
            [
                "2026-04-02",
                "2026-04-01",
                "2026-03-31",
                "2026-03-30",
                "2026-03-29"
            ]
        );
        // 15:00 in UTC is midnight in Japan.
        assert_eq!(AgendaDay::of(t(15 * HOUR)).as_str(), "2026-04-02");
    }

    #[test]
    fn the_members_are_told_again_on_the_last_business_day_and_the_contact_once_it_is_open() {
        let asked = asked();
        let opens = open_at();
        let due = |second| asked.due_notice(t(second));
        for (second, expected) in [
            (opens - 24 * HOUR - 1, None),
            (opens - 24 * HOUR, Some(DueNotice::Reminder)),
            (opens - 1, Some(DueNotice::Reminder)),
            (opens, Some(DueNotice::Opened)),
            (opens + 14 * 24 * HOUR - 1, Some(DueNotice::Opened)),
            (opens + 14 * 24 * HOUR, None),
        ] {
            assert_eq!(due(second), expected, "{second}");
        }
    }

    #[test]
    fn each_notice_is_promised_once_and_recorded() {
        let last_day = t(open_at() - 1);
        let (reminded, event) = asked().told(DueNotice::Reminder, last_day).into_parts();
        assert_eq!(event, Some(Event::new(Act::TakeOverReminded, last_day)));
        assert_eq!(reminded.due_notice(last_day), None);
        let opens = t(open_at());
        assert_eq!(reminded.due_notice(opens), Some(DueNotice::Opened));
        let (opened, event) = reminded.told(DueNotice::Opened, opens).into_parts();
        assert_eq!(event, Some(Event::new(Act::TakeOverOpened, opens)));
        assert_eq!(opened.due_notice(opens), None);
    }

    #[test]
    fn one_that_is_over_owes_no_notice() {
        let (ended, _) = asked().withdraw(&asked().asked.flow, t(1)).unwrap().into_parts();
        for second in [open_at() - 1, open_at()] {
            assert_eq!(ended.due_notice(t(second)), None);
        }
    }
}
