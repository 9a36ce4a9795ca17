//! Every call to the table of every request of every journey, with every kind of fault.

use portal_local::faults::{EVERY_ATTEMPT, Kind, Neighbour, Plan};
use std::time::Duration;
use testkit::{Settings, World};

use crate::journeys::{
    ADDRESS, CANCEL, CLAIMED, CORRECTION, GUARDED, INQUIRY, Journey, MY_PAGE, REISSUE, RESET, TAKE_OVER,
    TAKE_OVER_STOPPED, WHOLE,
};
use crate::person::Step;
use crate::report::{Run, Went, all_end_well, long};

const LATE: Kind = Kind::Late(Duration::from_millis(15));

/// The faults: of one attempt, which the SDK retries if it can; and of all attempts, which the step must handle.
const FAULTS: [(Kind, u32); 16] = [
    (Kind::Throttle, 1),
    (Kind::Exceeded, 1),
    (Kind::Conflict, 1),
    (Kind::Error, 1),
    (Kind::Lost, 1),
    (Kind::Cut, 1),
    (LATE, 1),
    (Kind::Delay(Duration::from_millis(5)), 1),
    (Kind::Stale, 1),
    (Kind::Throttle, EVERY_ATTEMPT),
    (Kind::Exceeded, EVERY_ATTEMPT),
    (Kind::Conflict, EVERY_ATTEMPT),
    (Kind::Error, EVERY_ATTEMPT),
    (Kind::Lost, EVERY_ATTEMPT),
    (Kind::Cut, EVERY_ATTEMPT),
    (LATE, EVERY_ATTEMPT),
];

pub(crate) fn label(kind: Kind, attempts: u32) -> String {
    match attempts {
        EVERY_ATTEMPT => format!("{kind} x all"),
        other => format!("{kind} x {other}"),
    }
}

/// The number of calls to the table of each request of a journey, without faults.
pub(crate) async fn calls_of(journey: &Journey) -> Vec<u64> {
    let mut person = journey.begins(Settings::default()).await;
    person.calm = true;
    let mut calls = Vec::new();
    for step in journey.steps {
        // The calls for mails do not belong to the request: they were made before.
        person.clerk.world.deliver().await;
        person.clerk.world.faults.clear();
        person.takes(*step, &[]).await;
        let made = person.clerk.world.faults.calls();
        calls.push(
            made.iter()
                .filter(|call| call.neighbour == Neighbour::DynamoDb && call.attempt == 1)
                .count() as u64,
        );
    }
    person.looks_back(journey.name).await;
    calls
}

/// The most calls of a request that this form of the tests breaks.
pub(crate) fn most_calls(journey: &Journey, calls: &[u64]) -> u64 {
    let broken = journey
        .steps
        .iter()
        .zip(calls)
        .filter(|(step, _)| journey.breaks(**step));
    broken
        .map(|(_, calls)| *calls)
        .max()
        .expect("a step that is broken")
}

/// Breaks the n-th call to the table of a step's request.
async fn broken_at(person: &crate::person::Person, plan: Plan) {
    person.clerk.world.deliver().await;
    person.clerk.world.faults.set(plan);
}

async fn each_request(journey: Journey, kind: Kind, attempts: u32, number: u64) -> Went {
    let mut person = journey.begins(Settings::default()).await;
    let mut places = 0;
    for step in journey.steps {
        if !journey.breaks(*step) {
            person.takes(*step, &[]).await;
            continue;
        }
        let world: World = person.clerk.world.clone();
        let before = world.faults.hits();
        broken_at(&person, Plan::call(Neighbour::DynamoDb, kind, number, attempts)).await;
        person.takes(*step, &[]).await;
        places += u64::from(world.faults.hits() > before);
        world.faults.clear();
        world.faults.settle().await;
    }
    ends(journey, person, places).await
}

async fn one_request(journey: Journey, kind: Kind, attempts: u32, number: u64, at: usize) -> Went {
    let mut person = journey.begins(Settings::default()).await;
    let world: World = person.clerk.world.clone();
    let mut places = 0;
    for (place, step) in journey.steps.iter().enumerate() {
        if place == at {
            broken_at(&person, Plan::call(Neighbour::DynamoDb, kind, number, attempts)).await;
        }
        person.calm = place != at;
        person.takes(*step, &[]).await;
        if place == at {
            places = u64::from(world.faults.hits() > 0);
            world.faults.clear();
            world.faults.settle().await;
        }
    }
    ends(journey, person, places).await
}

pub(crate) async fn ends(journey: Journey, mut person: crate::person::Person, places: u64) -> Went {
    let injected = person.clerk.world.faults.hits();
    person.looks_back(journey.name).await;
    Went {
        places,
        injected,
        setbacks: person.setbacks,
    }
}

/// The same in fewer runs: kinds of fault that the SDK retries alike represent each other in turn.
fn short(journey: Journey, calls: &[u64]) -> Vec<Run> {
    let run = |fault: String, which: String, run| Run {
        journey: journey.name,
        fault,
        which,
        goes: run,
    };
    let mut runs = Vec::new();
    for number in 1..=most_calls(&journey, calls) {
        let turn = |kinds: &[Kind]| kinds[usize::try_from(number).unwrap() % kinds.len()];
        let refused = turn(&[Kind::Throttle, Kind::Error, Kind::Exceeded]);
        for (kind, attempts) in [
            (Kind::Conflict, 1),
            (Kind::Lost, 1),
            (turn(&[LATE, refused, Kind::Cut]), 1),
            (refused, EVERY_ATTEMPT),
            (Kind::Lost, EVERY_ATTEMPT),
            (turn(&[LATE, Kind::Cut]), EVERY_ATTEMPT),
        ] {
            let went = Box::pin(each_request(journey, kind, attempts, number));
            let which = format!("call {number} of each request");
            runs.push(run(label(kind, attempts), which, went));
        }
    }
    let went = Box::pin(always_behind(journey));
    runs.push(run("stale".to_owned(), "every read".to_owned(), went));
    runs
}

/// Every eventually consistent read is stale.
async fn always_behind(journey: Journey) -> Went {
    let mut person = journey.begins(Settings::default()).await;
    person
        .clerk
        .world
        .faults
        .set("dynamodb:stale@100%,seed=1".parse().unwrap());
    journey.goes(&mut person).await;
    let places = person.clerk.world.faults.hits();
    ends(journey, person, places).await
}

async fn every_call_may_fail(journey: Journey) {
    let calls = calls_of(&journey).await;
    if !long() {
        return all_end_well("The table", short(journey, &calls)).await;
    }
    let mut runs = Vec::new();
    for (kind, attempts) in FAULTS {
        for (at, step) in journey.steps.iter().enumerate() {
            for number in 1..=calls[at] {
                runs.push(Run {
                    journey: journey.name,
                    fault: label(kind, attempts),
                    which: format!("call {number} of {} ({step:?})", at + 1),
                    goes: Box::pin(one_request(journey, kind, attempts, number, at)),
                });
            }
        }
    }
    all_end_well("The table", runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_on_the_whole_way() {
    every_call_may_fail(WHOLE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_with_a_security_code_or_a_cancel() {
    every_call_may_fail(GUARDED).await;
    every_call_may_fail(CANCEL).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_a_reissue() {
    every_call_may_fail(REISSUE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_a_correction() {
    every_call_may_fail(CORRECTION).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_a_reset() {
    every_call_may_fail(RESET).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_on_my_page() {
    every_call_may_fail(MY_PAGE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_an_inquiry() {
    every_call_may_fail(INQUIRY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_a_change_of_the_address() {
    every_call_may_fail(ADDRESS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_a_log_in_that_makes_a_claim_void() {
    every_call_may_fail(CLAIMED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_a_take_over() {
    every_call_may_fail(TAKE_OVER).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_to_the_table_may_fail_at_the_stop_of_a_take_over() {
    every_call_may_fail(TAKE_OVER_STOPPED).await;
}

/// A missing answer: the SDK ends each attempt after two seconds, and the call after eight.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_that_never_answers_is_waited_for_eight_seconds() {
    let first = [Step::Authenticate, Step::Code];
    let mut runs = Vec::new();
    for kind in [Kind::Silent, Kind::SilentDone] {
        for attempts in [1, EVERY_ATTEMPT] {
            let journey = WHOLE;
            let run = async move {
                let mut person = journey.begins(Settings::default()).await;
                person.takes(first[0], &[]).await;
                let began = std::time::Instant::now();
                broken_at(&person, Plan::call(Neighbour::DynamoDb, kind, 2, attempts)).await;
                person.takes(first[1], &[]).await;
                let took = began.elapsed().as_secs_f64();
                assert!((1.9..10.5).contains(&took), "{took}");
                assert_eq!(person.setbacks, u64::from(attempts == EVERY_ATTEMPT));
                for step in &journey.steps[3..] {
                    person.takes(*step, &[]).await;
                }
                ends(journey, person, 1).await
            };
            runs.push(Run {
                journey: journey.name,
                fault: label(kind, attempts),
                which: "call 2 of the code".to_owned(),
                goes: Box::pin(run),
            });
        }
    }
    all_end_well("Silence", runs).await;
}
