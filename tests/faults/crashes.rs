//! Processes that die half-way, wherever they wait.

use portal::limits::Limits;
use portal_local::faults::{EVERY_ATTEMPT, Kind, Neighbour, Plan};
use testkit::{Death, Settings};

use crate::journeys::{ALL, Journey, WHOLE};
use crate::report::{Run, Went, all_end_well, long};
use crate::table::{calls_of, ends, most_calls};

/// A process that dies may leave a mail counted that it never promised. These runs die many times within an hour, so
/// they have more codes of registrations, resets and address changes than there are; `journeys::claims`,
/// `journeys::password_reset` and `journeys::address_change` test those budgets.
fn settings() -> Settings {
    let standard = Settings::default();
    let limits = Limits {
        registration_codes_per_hour: 30,
        registration_codes_per_day: 30,
        reset_codes_per_hour: 30,
        reset_codes_per_day: 30,
        address_codes_per_hour: 30,
        address_codes_per_day: 30,
        ..standard.limits
    };
    Settings { limits, ..standard }
}

/// A process dies at its n-th call to the table, which is executed or not; and so does its replacement.
async fn at_a_call(journey: Journey, kind: Kind, number: u64, times: u64) -> Went {
    let mut person = journey.begins(settings()).await;
    let world = person.clerk.world.clone();
    let mut places = 0;
    for step in journey.steps {
        if !journey.breaks(*step) {
            person.takes(*step, &[]).await;
            continue;
        }
        world.deliver().await;
        let mut plan = Plan::default();
        for time in 1..=times {
            // The first process makes this number of calls before it dies, and the second the same number.
            plan.rules
                .extend(Plan::call(Neighbour::DynamoDb, kind, number * time, EVERY_ATTEMPT).rules);
        }
        let before = world.faults.hits();
        world.faults.set(plan);
        let deaths = vec![Death::AtFault; usize::try_from(times).unwrap()];
        person.takes(*step, &deaths).await;
        places += u64::from(world.faults.hits() > before);
        world.faults.clear();
    }
    ends(journey, person, places).await
}

/// A process dies the n-th time it waits, for any call; the call may still be executed.
async fn at_a_wait(journey: Journey, from: u32, by: u32, times: usize) -> Went {
    let mut all = Went::default();
    let mut number = from;
    loop {
        let mut person = journey.begins(settings()).await;
        for step in journey.steps {
            person.takes(*step, &vec![Death::AtPending(number); times]).await;
        }
        let went = ends(journey, person, 0).await;
        all.injected += went.setbacks;
        all.setbacks += went.setbacks;
        all.places += went.setbacks;
        if went.setbacks == 0 {
            return all;
        }
        number += by;
    }
}

async fn may_die_at_every_call(journeys: &[Journey]) {
    let mut runs = Vec::new();
    for journey in journeys.iter().copied() {
        let calls = calls_of(&journey).await;
        for number in 1..=most_calls(&journey, &calls) {
            for (kind, name) in [(Kind::SilentDone, "done"), (Kind::Silent, "not done")] {
                for times in [1, 2] {
                    if times == 2 && !long() && (journey.name != WHOLE.name || kind == Kind::Silent) {
                        continue;
                    }
                    runs.push(Run {
                        journey: journey.name,
                        fault: format!("death x {times}, {name}"),
                        which: format!("call {number} of each request"),
                        goes: Box::pin(at_a_call(journey, kind, number, times)),
                    });
                }
            }
        }
    }
    all_end_well("Deaths at the calls to the table", runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_may_die_at_every_call_to_the_table() {
    may_die_at_every_call(&[WHOLE]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_may_die_at_every_call_to_the_table_on_the_shorter_ways() {
    may_die_at_every_call(&ALL[1..]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_may_die_wherever_it_waits() {
    let mut runs = Vec::new();
    // In the short form every third wait: another test covers the calls between.
    let (journeys, by) = if long() { (&ALL[..], 4) } else { (&ALL[..2], 12) };
    for journey in journeys {
        for from in 1..=4 {
            for times in 1..=(if long() { 2 } else { 1 }) {
                runs.push(Run {
                    journey: journey.name,
                    fault: format!("death x {times}, any wait"),
                    which: format!("wait {from} and every {by}th after it"),
                    goes: Box::pin(at_a_wait(*journey, from, by, times)),
                });
            }
        }
    }
    all_end_well("Deaths at any wait", runs).await;
}

/// The processes of a mail that die: the first sends it, the second records SES's event.
const VICTIMS: [(&str, &[bool]); 4] = [
    ("sender", &[true]),
    ("listener", &[false, true]),
    ("sender twice", &[true, true]),
    ("listener twice", &[false, true, true]),
];

async fn of_the_mail(victims: &'static [bool], from: u32, by: u32) -> Went {
    let mut all = Went::default();
    let mut number = from;
    loop {
        let mut person = WHOLE.begins(settings()).await;
        let world = person.clerk.world.clone();
        let died_before = world.deaths.died();
        for step in WHOLE.steps {
            world.deaths.set(
                victims
                    .iter()
                    .map(|dies| dies.then_some(Death::AtPending(number))),
            );
            person.takes(*step, &[]).await;
        }
        let died = world.deaths.died() - died_before;
        ends(WHOLE, person, 0).await;
        all.places += died;
        all.injected += died;
        if died == 0 {
            return all;
        }
        number += by;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_sends_mails_and_hears_of_them_may_die_wherever_it_waits() {
    let by = if long() { 2 } else { 4 };
    let mut runs = Vec::new();
    for (name, victims) in VICTIMS {
        for from in 1..=2 {
            runs.push(Run {
                journey: WHOLE.name,
                fault: format!("death of the {name}"),
                which: format!("wait {from} and every {by}th after it"),
                goes: Box::pin(of_the_mail(victims, from, by)),
            });
        }
    }
    all_end_well("Deaths on the way of the mails", runs).await;
}
