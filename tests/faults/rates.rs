//! Random journeys, with a share of all calls failing.

use testkit::Settings;

use crate::journeys::ALL;
use crate::report::{Run, Went, all_end_well, long, seed};
use crate::table::ends;

/// The faults, with the percentage of failing calls.
fn plan(percent: u32, seed: u64) -> String {
    let share = |parts: u32| f64::from(percent) / f64::from(parts);
    let mut rules = Vec::new();
    for kind in ["throttle", "error", "lost", "cut", "late=10"] {
        rules.push(format!("dynamodb:{kind}@{}%", share(5)));
    }
    // Not retried by the SDK, and rare: it requires a concurrent transaction on the same item.
    rules.push(format!("dynamodb:conflict@{}%", share(10)));
    rules.push(format!("dynamodb:stale@{percent}%"));
    for kind in ["throttle", "error", "lost", "cut"] {
        rules.push(format!("ses:{kind}@{}%", share(4)));
    }
    for kind in ["error", "lost", "cut", "malformed"] {
        rules.push(format!("claims:{kind}@{}%", share(4)));
    }
    rules.push(format!("seed={seed}"));
    rules.join(",")
}

async fn at_random(percent: u32, seed: u64) -> Went {
    let journey = ALL[usize::try_from(seed % ALL.len() as u64).unwrap()];
    let mut person = journey.begins(Settings::default()).await;
    let plan = plan(percent, seed).parse().unwrap();
    person.clerk.world.faults.set(plan);
    journey.goes(&mut person).await;
    let places = person.clerk.world.faults.hits();
    ends(journey, person, places).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn journeys_end_well_with_a_part_of_all_calls_failing() {
    let first = seed();
    let many: u32 = if long() { 400 } else { 20 };
    let mut runs = Vec::new();
    for number in 0..many {
        let percent = 5 + 5 * (number % 4);
        let seed = first + u64::from(number);
        runs.push(Run {
            journey: ALL[usize::try_from(seed % ALL.len() as u64).unwrap()].name,
            fault: format!("{percent} %"),
            which: format!("seed {seed}"),
            goes: Box::pin(at_random(percent, seed)),
        });
    }
    all_end_well(&format!("By chance, from seed {first} on"), runs).await;
}
