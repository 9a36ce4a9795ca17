//! SES fails: every promised mail is sent nevertheless, or the screen shows that it was not.

use portal_local::faults::{EVERY_ATTEMPT, Kind, Neighbour, Plan};
use std::time::Duration;
use testkit::Settings;

use crate::journeys::{Journey, WHOLE};
use crate::report::{Run, Went, all_end_well, long};
use crate::table::{ends, label};

const KINDS: [Kind; 8] = [
    Kind::Throttle,
    Kind::Reject,
    Kind::Deny,
    Kind::Error,
    Kind::Lost,
    Kind::Cut,
    Kind::Late(Duration::from_millis(15)),
    Kind::Delay(Duration::from_millis(5)),
];

async fn broken(journey: Journey, kind: Kind, attempts: u32, numbers: Vec<u64>) -> Went {
    let mut person = journey.begins(Settings::default()).await;
    let world = person.clerk.world.clone();
    let rules = numbers
        .iter()
        .flat_map(|number| Plan::call(Neighbour::Ses, kind, *number, attempts).rules);
    world.faults.set(Plan {
        rules: rules.collect(),
        seed: None,
    });
    journey.goes(&mut person).await;
    let places = numbers.len() as u64;
    ends(journey, person, places).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_mail_may_meet_every_fault() {
    const MAILS: u64 = 7;
    let mut runs = Vec::new();
    for kind in KINDS {
        for attempts in [1, EVERY_ATTEMPT] {
            let choices: Vec<Vec<u64>> = if long() {
                (1..=MAILS).map(|number| vec![number]).collect()
            } else {
                vec![vec![1, 3, 5, 7], vec![2, 4, 6]]
            };
            for numbers in choices {
                runs.push(Run {
                    journey: WHOLE.name,
                    fault: label(kind, attempts),
                    which: format!("mails {numbers:?}"),
                    goes: Box::pin(broken(WHOLE, kind, attempts, numbers)),
                });
            }
        }
    }
    all_end_well("SES", runs).await;
}
