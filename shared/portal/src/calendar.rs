//! 営業日 — the business days of Japan, by the Cabinet Office's list of holidays (`data/holidays.csv`).

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};

use crate::time::JAPAN;

/// The days to wait where the list of holidays ends before the last business day: three business days never took longer.
const CALENDAR_DAYS_PAST_THE_LIST: i64 = 10;

/// 国民の祝日, 振替休日 and 国民の休日, in their order.
static HOLIDAYS: LazyLock<Vec<Date>> = LazyLock::new(|| {
    let lines = include_str!("../data/holidays.csv").lines();
    lines
        .filter_map(|line| line.split_once(',')?.0.parse().ok())
        .collect()
});

/// The last day that the list of holidays covers: the end of its last year.
pub fn holidays_end() -> Date {
    let last_year = HOLIDAYS.last().map_or(0, |last| last.year());
    date(last_year, 12, 31)
}

/// The day of this instant in Japan.
pub fn day_of(instant: Timestamp) -> Date {
    JAPAN.to_datetime(instant).date()
}

/// 00:00 Japan time of this day; saturates at the end of time.
fn midnight(day: Date) -> Timestamp {
    JAPAN.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

fn tomorrow(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// Whether offices work on this day: no Saturday, Sunday, holiday, nor one from 29 December to 3 January.
fn is_business_day(day: Date) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let is_turn_of_the_year = matches!((day.month(), day.day()), (12, 29..=31) | (1, 1..=3));
    !(is_weekend || is_turn_of_the_year || HOLIDAYS.contains(&day))
}

/// 00:00 Japan time after this many business days, the day of `asked` not counted; with none of them, `asked` itself.
///
/// If the list of holidays ends before the last of them, ten calendar days count in their place.
pub fn after_business_days(asked: Timestamp, business_days: u64) -> Timestamp {
    if business_days == 0 {
        return asked;
    }
    let asked_on = day_of(asked);
    let (mut day, mut left) = (asked_on, business_days);
    while left > 0 {
        day = tomorrow(day);
        if holidays_end() < day {
            return midnight((0..=CALENDAR_DAYS_PAST_THE_LIST).fold(asked_on, |day, _| tomorrow(day)));
        }
        left = left.saturating_sub(u64::from(is_business_day(day)));
    }
    midnight(tomorrow(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The instant of a clock time in Japan.
    fn japan(text: &str) -> Timestamp {
        format!("{text}+09:00").parse().unwrap()
    }

    fn opens(asked: &str, days: u64) -> String {
        let at = after_business_days(japan(asked), days);
        JAPAN.to_datetime(at).to_string()
    }

    #[test]
    fn the_list_is_in_order_and_has_whole_years() {
        assert!(HOLIDAYS.is_sorted_by(|a, b| a < b));
        let lines = include_str!("../data/holidays.csv").lines();
        let rows = lines.filter(|line| !line.starts_with('#')).count();
        assert_eq!(HOLIDAYS.len(), rows, "every line is a day");
        for year in HOLIDAYS[0].year()..=holidays_end().year() {
            let days = HOLIDAYS.iter().filter(|day| day.year() == year);
            assert!(days.count() >= 16, "{year}");
            assert!(HOLIDAYS.contains(&date(year, 1, 1)) && HOLIDAYS.contains(&date(year, 11, 23)));
        }
        let head = format!("# Last year: {}.", holidays_end().year());
        assert!(include_str!("../data/holidays.csv").contains(&head));
    }

    /// 国民の祝日に関する法律 3条2項: for a holiday on a Sunday, the next day that is no holiday becomes one.
    #[test]
    fn a_holiday_on_a_sunday_is_made_up_for() {
        for sunday in HOLIDAYS.iter().filter(|day| day.weekday() == Weekday::Sunday) {
            let mut next = tomorrow(*sunday);
            while HOLIDAYS.contains(&next) && HOLIDAYS.contains(&tomorrow(next)) {
                next = tomorrow(next);
            }
            assert!(HOLIDAYS.contains(&next), "{sunday}");
        }
    }

    #[test]
    fn the_day_of_asking_is_not_counted_and_it_opens_at_midnight_after_the_third_business_day() {
        // Monday.
        assert_eq!(opens("2026-04-06T00:00:00", 3), "2026-04-10T00:00:00");
        assert_eq!(opens("2026-04-06T23:59:59", 3), "2026-04-10T00:00:00");
        assert_eq!(opens("2026-04-07T00:00:00", 3), "2026-04-11T00:00:00");
        assert_eq!(opens("2026-04-06T12:00:00", 1), "2026-04-08T00:00:00");
        // Friday: Monday to Wednesday.
        assert_eq!(opens("2026-04-10T12:00:00", 3), "2026-04-16T00:00:00");
        assert_eq!(opens("2026-04-11T12:00:00", 3), "2026-04-16T00:00:00");
        assert_eq!(opens("2026-04-12T12:00:00", 3), "2026-04-16T00:00:00");
    }

    #[test]
    fn holidays_their_substitutes_and_the_turn_of_the_year_are_no_business_days() {
        // Golden Week: 29 April, 3 to 5 May, and 6 May in place of Sunday the 3rd.
        assert_eq!(opens("2026-04-28T12:00:00", 3), "2026-05-08T00:00:00");
        // 国民の休日: 22 September, between two holidays.
        assert_eq!(opens("2026-09-18T12:00:00", 3), "2026-09-29T00:00:00");
        // 29 December to 3 January.
        assert_eq!(opens("2026-12-28T12:00:00", 3), "2027-01-07T00:00:00");
        assert_eq!(opens("2026-12-25T12:00:00", 1), "2026-12-29T00:00:00");
    }

    #[test]
    fn with_no_days_to_wait_it_is_open_at_once() {
        let asked = japan("2026-12-31T12:34:56");
        assert_eq!(after_business_days(asked, 0), asked);
    }

    #[test]
    fn past_the_end_of_the_list_ten_calendar_days_count() {
        let year = holidays_end().year();
        let end = |day: &str| format!("{year}-12-{day}T12:00:00");
        // The third business day before the end of the list is the last that can be counted.
        assert_eq!(opens(&end("21"), 3), format!("{year}-12-25T00:00:00"));
        assert_eq!(opens(&end("28"), 1), format!("{}-01-08T00:00:00", year + 1));
        assert_eq!(
            opens(&format!("{}-05-01T23:59:59", year + 1), 3),
            format!("{}-05-12T00:00:00", year + 1)
        );
    }
}
