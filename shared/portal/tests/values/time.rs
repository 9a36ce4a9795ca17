//! Time saturates: no instant and no span is far enough away for a panic, or for a wait that is over before it began.

use jiff::Timestamp;
use portal::time::{Seconds, japanese_clock, minus, plus, seconds_until, whole_seconds};
use proptest::prelude::*;

/// Any instant, the ends of time among them.
pub(crate) fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (Timestamp::MIN.as_nanosecond()..=Timestamp::MAX.as_nanosecond())
            .prop_map(|nanos| Timestamp::from_nanosecond(nanos).unwrap()),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        Just(Timestamp::UNIX_EPOCH),
    ]
}

fn any_span() -> impl Strategy<Value = Seconds> {
    prop_oneof![
        0_u64..100_000,
        any::<u64>(),
        Just(u64::MAX),
        Just(i64::MAX as u64)
    ]
    .prop_map(Seconds::new)
}

proptest! {
    #[test]
    fn time_never_turns_back(at in any_instant(), span in any_span()) {
        prop_assert!(plus(at, span) >= at);
        prop_assert!(minus(at, span) <= at);
    }

    #[test]
    fn what_is_put_on_can_be_taken_off_where_time_has_not_ended(at in any_instant(), span in any_span()) {
        let later = plus(at, span);
        if later < Timestamp::MAX {
            prop_assert_eq!(minus(later, span), at);
            prop_assert_eq!(seconds_until(at, later), span.count());
        }
    }

    #[test]
    fn the_seconds_of_a_wait_end_neither_early_nor_a_second_late(now in any_instant(), then in any_instant()) {
        let seconds = seconds_until(now, then);
        prop_assert!(plus(now, Seconds::new(seconds)) >= then);
        if seconds > 0 {
            prop_assert!(plus(now, Seconds::new(seconds - 1)) < then);
        }
    }

    #[test]
    fn a_whole_second_is_one_and_stays_one(at in any_instant()) {
        let whole = whole_seconds(at);
        prop_assert_eq!(whole.subsec_nanosecond(), 0);
        prop_assert_eq!(whole_seconds(whole), whole);
        prop_assert!((whole.as_nanosecond() - at.as_nanosecond()).abs() < 1_000_000_000);
    }

    #[test]
    fn every_instant_can_be_written_for_a_person(at in any_instant()) {
        let clock = japanese_clock(at);
        prop_assert!(clock.contains('年') && clock.ends_with('分'));
        prop_assert_eq!(clock.lines().count(), 1);
    }
}
