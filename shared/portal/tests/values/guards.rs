//! Guards: whatever happens in whatever order, a budget is a budget, and a wait is over when it was said to be.

use jiff::Timestamp;
use portal::guards::{
    Attempt, AttemptOutcome, BackOff, ClaimsGuard, CodeGuard, Guarded, MailBudget, NetworkWait, NoAttempt,
    PasswordGuard, RefusedStarts, RetryAfter,
};
use portal::limits::Limits;
use portal::time::{Seconds, plus};
use portal::values::NetworkTag;
use proptest::prelude::*;

use crate::time::any_instant;

const LIMITS: Limits = Limits::standard();
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

fn network(number: u8) -> NetworkTag {
    NetworkTag::new(number.to_string())
}

fn t(seconds: u64) -> Timestamp {
    plus("2026-04-01T00:00:00Z".parse().unwrap(), Seconds::new(seconds))
}

/// Pauses between what happens: bursts, waits that are just long enough or just not, and days.
fn pauses(most: usize) -> impl Strategy<Value = Vec<u64>> {
    let pause = prop_oneof![
        6 => Just(0_u64),
        4 => 1_u64..60,
        3 => proptest::sample::select(vec![29, 30, 899, 900, 901, 3_599, 3_600, 3_601, 14_399, 14_400, 86_399, 86_400, 86_401]),
        2 => 60_u64..20_000,
        1 => 20_000_u64..200_000,
    ];
    proptest::collection::vec(pause, 1..most)
}

/// The most of `events` that lie in any window of that many seconds.
fn most_within(events: &[u64], window: u64) -> usize {
    events
        .iter()
        .map(|from| {
            events
                .iter()
                .filter(|at| (*from..from + window).contains(at))
                .count()
        })
        .max()
        .unwrap_or(0)
}

/// Limits of any size, as an operator may set them.
fn any_limits() -> impl Strategy<Value = Limits> {
    let number = || prop_oneof![Just(0_u64), 1_u64..20, any::<u64>(), Just(u64::MAX - 1)];
    (
        number(),
        number(),
        number(),
        number(),
        number(),
        number(),
        number(),
        number(),
    )
        .prop_map(|(a, b, c, d, e, f, g, h)| Limits {
            login_codes_per_hour: a,
            login_codes_per_day: b,
            code_failures: c,
            code_failure_window: Seconds::new(d),
            code_first_stop: Seconds::new(e),
            free_wrong_passwords: f,
            wrong_password_longest_wait: Seconds::new(g),
            wrong_password_memory: Seconds::new(c),
            claims_attempts: h,
            claims_failures: b,
            claims_attempts_per_network: g,
            claims_risks: f,
            claims_failures_that_lock: c,
            registration_codes_per_hour: e,
            registration_codes_per_day: a,
            registration_codes_per_contact: h,
            retry_step: Seconds::new(b),
            claims_failure_window: Seconds::new(d),
            refused_starts_per_network: a,
            code_second_stop: Seconds::new(g),
            code_third_stop: Seconds::new(e),
            ..Limits::standard()
        })
}

proptest! {
    #[test]
    fn one_address_has_ten_mails_an_hour_and_twenty_a_day_whenever_they_are_asked_for(pauses in pauses(120)) {
        let (mut budget, mut now, mut sent) = (MailBudget::default(), 0, Vec::new());
        for pause in pauses {
            now += pause;
            match budget.spend(t(now), &LIMITS) {
                Ok(next) => {
                    budget = next;
                    sent.push(now);
                }
                Err(RetryAfter { seconds }) => prop_assert!((1..=DAY).contains(&seconds)),
            }
        }
        prop_assert!(most_within(&sent, HOUR) <= 10, "{sent:?}");
        prop_assert!(most_within(&sent, DAY) <= 20, "{sent:?}");
        prop_assert!(budget.sends.len() <= 20);
    }

    /// A refusal is for a reason: no mail is refused while both windows have room.
    #[test]
    fn a_mail_is_refused_only_where_the_hour_or_the_day_is_full(pauses in pauses(120)) {
        let (mut budget, mut now, mut sent) = (MailBudget::default(), 0_u64, Vec::<u64>::new());
        for pause in pauses {
            now += pause;
            let last = |window: u64| sent.iter().filter(|at| now - **at < window).count();
            let room = last(HOUR) < 10 && last(DAY) < 20;
            let spent = budget.spend(t(now), &LIMITS);
            prop_assert_eq!(spent.is_ok(), room);
            if let Ok(next) = spent {
                budget = next;
                sent.push(now);
            }
        }
    }

    #[test]
    fn a_network_is_refused_a_hundred_starts_in_each_of_its_hours(pauses in pauses(400)) {
        let (mut budget, mut now) = (None::<RefusedStarts>, 0);
        for pause in pauses {
            // Mostly bursts, or no hour would be full.
            now += pause / 60;
            let check = RefusedStarts::check(budget.as_ref(), t(now), &LIMITS);
            match RefusedStarts::count(budget.as_ref(), t(now), &LIMITS) {
                Ok(next) => {
                    prop_assert_eq!(check, Ok(()));
                    prop_assert!((1..=100).contains(&next.count));
                    prop_assert!(t(now) < next.forgotten_at());
                    budget = Some(next);
                }
                Err(full) => {
                    prop_assert_eq!(check, Err(full));
                    prop_assert!((1..=HOUR).contains(&full.seconds));
                    let at = |seconds| RefusedStarts::check(budget.as_ref(), t(now + seconds), &LIMITS);
                    prop_assert!(at(full.seconds).is_ok(), "the wait that was told is over");
                    prop_assert!(at(full.seconds - 1).is_err());
                }
            }
        }
    }

    /// Ten, then one after a quarter of an hour, one after an hour, and one every four hours: seventeen a day.
    #[test]
    fn no_more_than_seventeen_wrong_codes_of_a_day_are_judged(pauses in pauses(200)) {
        let (mut guard, mut now, mut judged) = (CodeGuard::default(), 0, Vec::new());
        for pause in pauses {
            now += pause;
            match guard.check(t(now)) {
                Ok(()) => {
                    guard = guard.failed(t(now), &LIMITS);
                    judged.push(now);
                }
                Err(RetryAfter { seconds }) => {
                    prop_assert!((1..=14_400).contains(&seconds));
                    prop_assert_eq!(guard.check(t(now + seconds)), Ok(()), "the wait that was told is over");
                    prop_assert!(guard.check(t(now + seconds - 1)).is_err());
                }
            }
        }
        prop_assert!(most_within(&judged, DAY) <= 17, "{judged:?}");
        prop_assert!(guard.failures.len() <= 17);
        prop_assert!(guard.forgotten_at(&LIMITS).is_none_or(|at| at <= t(now + DAY)));
    }

    /// Whatever strangers do from wherever, a network waits a quarter of an hour at most after its own last wrong password,
    /// until the hundredth of all; and a right password or completed log-in never ends another network's back-off.
    #[test]
    fn a_network_waits_a_quarter_of_an_hour_at_most_for_what_came_from_it(
        events in proptest::collection::vec((0_u64..2_000, 0_u8..6, 0_u8..20), 1..250),
    ) {
        let (mut guard, mut now) = (PasswordGuard::default(), 0_u64);
        let mut last = [None; 6];
        for (pause, from, what) in events {
            now += pause;
            let network = network(from);
            match what {
                0 => {
                    guard = guard.completed();
                    prop_assert_eq!(guard.consecutive, 0);
                }
                1 => {
                    let before = guard.clone();
                    guard = guard.proven(&network);
                    prop_assert_eq!(guard.consecutive, before.consecutive);
                    for other in (0..6).filter(|other| *other != from) {
                        let other = crate::guards::network(other);
                        prop_assert_eq!(
                            guard.state(&other, t(now), &LIMITS),
                            before.state(&other, t(now), &LIMITS)
                        );
                    }
                    last[usize::from(from)] = None;
                }
                _ if guard.state(&network, t(now), &LIMITS) == Guarded::Open => {
                    let row = guard.consecutive;
                    guard = guard.failed(&network, t(now), &LIMITS);
                    prop_assert_eq!(guard.consecutive, row + 1);
                    last[usize::from(from)] = Some(now);
                }
                _ => {}
            }
            prop_assert!(guard.consecutive <= 100);
            prop_assert!(guard.networks.len() <= 6);
            for (of, failed) in (0..).zip(last) {
                let of = crate::guards::network(of);
                let over = failed.map_or(now, |failed| failed + 900).max(now);
                let opens = guard.state(&of, t(over), &LIMITS) == Guarded::Open;
                prop_assert_eq!(opens, guard.consecutive < 100);
            }
        }
    }

    /// Whatever risk is accepted, five of a day are asked about, three of them from one network, one of these at a risk;
    /// without, two. Who waits as long as he is told is asked the next question, or gets an answer.
    #[test]
    fn the_claims_system_is_asked_about_few_wrong_passwords_a_day_and_fewer_without_the_risk(
        events in proptest::collection::vec((0_u64..20_000, 0_u8..4, any::<bool>(), 0_u8..4), 1..150),
    ) {
        let (mut guard, mut now) = (ClaimsGuard::default(), 0_u64);
        // What may have counted at the claims system since the last right password.
        let mut counted: Vec<Attempt> = Vec::new();
        for (pause, network, accepts_risk, end) in events {
            now += pause;
            let network = NetworkTag::new(network.to_string());
            let within = |counts: &dyn Fn(&Attempt) -> bool| {
                let recent = counted.iter().filter(|attempt| t(now) < plus(attempt.at, Seconds::new(DAY)));
                recent.filter(|attempt| counts(attempt)).count()
            };
            let all = within(&|_| true);
            let here = within(&|attempt| attempt.network == network);
            let risks = within(&|attempt| attempt.network == network && attempt.accepts_risk);
            match guard.begin(&network, accepts_risk, t(now), &LIMITS) {
                Ok((begun, attempt)) => {
                    prop_assert!(all < 5 && here < 3);
                    prop_assert!(all < 2 || accepts_risk && risks == 0);
                    prop_assert_eq!(attempt.accepts_risk, all >= 2);
                    guard = match end {
                        0 => {
                            counted.push(attempt.clone());
                            begun.end(&begun, &attempt, AttemptOutcome::Failed)
                        }
                        1 => {
                            counted.push(attempt);
                            begun
                        }
                        2 => begun.end(&begun, &attempt, AttemptOutcome::NotCounted),
                        _ => {
                            let next = begun.end(&begun, &attempt, AttemptOutcome::Succeeded);
                            counted.retain(|attempt| next.open.contains(attempt));
                            next
                        }
                    };
                }
                Err(NoAttempt::AskFirst) => prop_assert!(!accepts_risk && all >= 2),
                Err(NoAttempt::Spent(RetryAfter { seconds })) => {
                    prop_assert!((1..=DAY).contains(&seconds) && seconds % 900 == 0);
                    prop_assert!(all >= 5 || here >= 3 || all >= 2 && risks == 1);
                    let then = guard.begin(&network, true, t(now + seconds), &LIMITS);
                    prop_assert!(then.is_ok(), "the wait is over");
                }
            }
            prop_assert!(guard.failures.len() + guard.open.len() <= 5);
        }
    }

    /// Clocks of two machines differ, items are old, operators set what they set: nothing of it is a panic.
    #[test]
    fn no_guard_panics_at_any_instant_with_any_list_and_any_limits(
        list in proptest::collection::vec(any_instant(), 0..30),
        at in proptest::collection::vec(any_instant(), 1..6),
        failures in prop_oneof![0_u64..200, any::<u64>()],
        limits in any_limits(),
    ) {
        for now in &at {
            let mails = MailBudget { sends: list.clone() };
            if let Err(RetryAfter { seconds }) = mails.spend(*now, &limits) {
                prop_assert!(seconds >= 1);
            }
            let _ = (mails.count(*now), mails.forgotten_at());
            let codes = CodeGuard { failures: list.clone(), stopped_until: list.first().copied() };
            let _ = (codes.check(*now), codes.failed(*now, &limits), codes.forgotten_at(&limits));
            let back_off = BackOff { failures, last_failure: list.last().copied() };
            let _ = (back_off.state_of_device(*now, &limits), back_off.failed(*now));
            let wait = NetworkWait { network: network(1), back_off };
            let passwords = PasswordGuard { consecutive: failures, networks: vec![wait] };
            for from in [network(1), network(2)] {
                let _ = (passwords.state(&from, *now, &limits), passwords.failed(&from, *now, &limits));
            }
            let _ = passwords.waits_end_at(&limits);
            let here = NetworkTag::new("a");
            let attempt = |at: &Timestamp| Attempt { at: *at, network: here.clone(), accepts_risk: true };
            let claims = ClaimsGuard {
                failures: list.iter().map(attempt).collect(),
                open: at.iter().map(attempt).collect(),
            };
            for outcome in [AttemptOutcome::Succeeded, AttemptOutcome::Failed, AttemptOutcome::NotCounted] {
                let _ = claims.end(&claims, &attempt(now), outcome);
            }
            let _ = (claims.begin(&here, true, *now, &limits), claims.begin(&here, false, *now, &limits));
            let _ = (claims.may_be_locked(&attempt(now), &limits), claims.forgotten_at(&limits));
            let _ = (mails.spend_for_claims_user(*now, &limits), mails.spend_for_contact(*now, &limits));
            let network = RefusedStarts { since: at[0], count: failures };
            let _ = (RefusedStarts::count(Some(&network), *now, &limits), network.forgotten_at());
        }
    }
}

/// The hour is full and frees in a minute, the day is full for much longer: what is told is when a mail can go out.
#[test]
fn a_spent_budget_of_mails_reports_when_both_windows_have_room() {
    let mut budget = MailBudget::default();
    for _ in 0..10 {
        budget = budget.spend(t(0), &LIMITS).unwrap();
    }
    for _ in 0..10 {
        budget = budget.spend(t(3_600), &LIMITS).unwrap();
    }
    let RetryAfter { seconds } = budget.spend(t(3_601), &LIMITS).unwrap_err();
    assert!(
        budget.spend(t(3_601 + seconds), &LIMITS).is_ok(),
        "{seconds} s were told"
    );
}

/// A setting is an operator's to choose: the largest number means that every wrong password is free.
#[test]
fn the_largest_number_of_free_passwords_is_a_number() {
    let limits = Limits {
        free_wrong_passwords: u64::MAX,
        ..LIMITS
    };
    let back_off = BackOff {
        failures: 50,
        last_failure: Some(t(0)),
    };
    assert_eq!(back_off.state_of_device(t(0), &limits), Guarded::Open);
}
