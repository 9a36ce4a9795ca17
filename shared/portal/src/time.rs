//! Instants and spans, in whole seconds.
//!
//! The clock at the edge returns whole seconds, so one second is the smallest difference between two instants, in the
//! rules, the items and the answers.

use core::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::Offset};

/// A span of whole seconds. A type of its own, so that no count or other unit is taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(u64);

/// 60 minutes.
pub const HOUR: Seconds = Seconds(3_600);

/// 24 hours.
pub const DAY: Seconds = Seconds(86_400);

impl Seconds {
    /// This number of seconds.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// The number of seconds.
    pub const fn count(self) -> u64 {
        self.0
    }

    /// This multiple of the span.
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }

    /// The same span in the standard library's type.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }

    fn span(self) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(self.0).unwrap_or(i64::MAX))
    }
}

/// The instant a span after `instant`; saturates at the end of time.
pub fn plus(instant: Timestamp, span: Seconds) -> Timestamp {
    instant.saturating_add(span.span()).unwrap_or(Timestamp::MAX)
}

/// The instant a span before `instant`; saturates at the beginning of time.
pub fn minus(instant: Timestamp, span: Seconds) -> Timestamp {
    instant.saturating_sub(span.span()).unwrap_or(Timestamp::MIN)
}

/// Whole seconds from `now` until `then`, rounded up; 0 if `then` is not in the future.
pub fn seconds_until(now: Timestamp, then: Timestamp) -> u64 {
    let span = then.duration_since(now);
    let up = u64::from(span.subsec_nanos() > 0);
    u64::try_from(span.as_secs()).map_or(0, |seconds| seconds + up)
}

/// The instant without its fraction of a second.
pub fn whole_seconds(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

/// Japan's time. It has had no summer time since 1951, so a fixed offset is the whole rule.
pub const JAPAN: Offset = Offset::constant(9);

/// `2026年4月1日 9時10分`: an instant, written for a person in Japan.
pub fn japanese_clock(instant: Timestamp) -> String {
    let local = JAPAN.to_datetime(instant);
    format!(
        "{}年{}月{}日 {}時{:02}分",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_in_japan_reads_the_clock_of_japan() {
        let instant: Timestamp = "2026-04-01T00:10:00Z".parse().unwrap();
        assert_eq!(japanese_clock(instant), "2026年4月1日 9時10分");
        let midnight: Timestamp = "2026-12-31T15:05:59Z".parse().unwrap();
        assert_eq!(japanese_clock(midnight), "2027年1月1日 0時05分");
    }

    #[test]
    fn what_is_over_has_no_seconds_left() {
        let now: Timestamp = "2026-04-01T00:00:00Z".parse().unwrap();
        assert_eq!(seconds_until(now, minus(now, Seconds::new(1))), 0);
        assert_eq!(seconds_until(now, now), 0);
        assert_eq!(seconds_until(now, plus(now, Seconds::new(1))), 1);
    }
}
