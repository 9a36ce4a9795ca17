//! 電子請求受付システム fails: nothing is claimed, no office is locked out, and the next attempt succeeds.

use portal_local::faults::{Kind, Neighbour, Plan};
use std::time::Duration;
use testkit::{Settings, World};

use crate::journeys::GUARDED;
use crate::person::Step;
use crate::report::{Run, Went, all_end_well};
use crate::table::ends;

/// Shorter than the real one, to save time; long enough for a busy machine to connect in two fifths of it.
const BUDGET: Duration = Duration::from_secs(2);

/// Possible failures, and whether the attempt counts (ADR 0010): it does if the request was sent and no readable answer
/// came.
const FAULTS: [(Kind, bool); 11] = [
    (Kind::Error, true),
    (Kind::Redirect, true),
    (Kind::Malformed, true),
    (Kind::Schema, true),
    (Kind::OtherOffice, true),
    (Kind::GatewayTimeout, true),
    (Kind::Lost, true),
    (Kind::Cut, true),
    (Kind::Silent, true),
    (Kind::SilentDone, true),
    (Kind::Delay(Duration::from_secs(3)), true),
];

fn settings() -> Settings {
    Settings {
        claims_budget: Some(BUDGET),
        ..Settings::default()
    }
}

/// The number of the office's attempts that the portal counts.
async fn counted(world: &World) -> usize {
    let count = |name: &str, item: &platform::store::Attributes| {
        item.get(name)
            .and_then(|list| list.as_l().ok())
            .map_or(0, Vec::len)
    };
    let records = world.items_of("CLAIMS").await;
    records
        .iter()
        .map(|item| count("failures", item) + count("open", item))
        .sum()
}

async fn at(step: Step, kind: Kind, counts: bool) -> Went {
    let mut person = GUARDED.begins(settings()).await;
    let world = person.clerk.world.clone();
    for taken in GUARDED.steps {
        if *taken == step {
            world.faults.set(Plan::call(Neighbour::Claims, kind, 1, 1));
            let mut stranger = person.clerk.clone();
            let body = match step {
                Step::Authenticate => {
                    serde_json::json!({ "userId": person.office.user_id, "password": person.office.password })
                }
                _ => serde_json::json!({ "securityCode": person.office.security_code }),
            };
            let path = match step {
                Step::Authenticate => "/registration",
                _ => "/registration/security-code",
            };
            let answer = stranger.json("POST", path, &body).await;
            let answer = answer.is_told("claims-unavailable");
            assert!(
                answer
                    .body
                    .get("progress")
                    .is_none_or(|progress| progress["next"] == "security-code")
            );
            assert_eq!(world.faults.hits(), 1, "the question is asked once");
            if step == Step::Authenticate {
                assert_eq!(counted(&world).await, usize::from(counts), "attempts that count");
                assert!(world.items_of("REGISTRATION").await.is_empty());
            }
            assert!(world.items_of("CONTACT").await.is_empty(), "no mail was promised");
            world.faults.clear();
        }
        person.takes(*taken, &[]).await;
    }
    ends(GUARDED, person, 1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_claims_system_may_fail_in_every_way() {
    let mut runs = Vec::new();
    for (kind, counts) in FAULTS {
        for step in [Step::Authenticate, Step::SecurityCode] {
            runs.push(Run {
                journey: GUARDED.name,
                fault: kind.to_string(),
                which: format!("{step:?}"),
                goes: Box::pin(at(step, kind, counts)),
            });
        }
    }
    all_end_well("The claims system", runs).await;
}

/// No server listens: the request was never sent, and nothing counts.
#[tokio::test]
async fn a_claims_system_that_refuses_connections_costs_nothing() {
    let mut person = GUARDED.begins(settings()).await;
    let world = person.clerk.world.clone();
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    person.clerk.world = world.with_claims_at(&closed);
    for _ in 0..5 {
        let office = person.office;
        person
            .clerk
            .authenticates(&office)
            .await
            .is_told("claims-unavailable");
    }
    assert_eq!(counted(&world).await, 0);
    person.clerk.world = world;
    GUARDED.goes(&mut person).await;
    person.looks_back(GUARDED.name).await;
}

/// A wrong password that was judged and whose answer was lost counts at the portal as at the claims system: after two
/// the person must accept the risk, and the claims system does not get a third one.
#[tokio::test]
async fn two_lost_answers_to_wrong_passwords_and_the_office_is_not_locked() {
    let mut person = GUARDED.begins(settings()).await;
    let world = person.clerk.world.clone();
    for _ in 0..2 {
        world.faults.set(Plan::call(Neighbour::Claims, Kind::Lost, 1, 1));
        person
            .clerk
            .authenticates_with(person.office.user_id, "wrong")
            .await
            .is_told("claims-unavailable");
    }
    world.faults.clear();
    person
        .clerk
        .authenticates_with(person.office.user_id, "wrong")
        .await
        .is_told("claims-lock-risk");
    assert!(
        world
            .faults
            .calls()
            .iter()
            .all(|call| call.neighbour != Neighbour::Claims)
    );
    let (_, offices) = world.simulator("GET", "/_dev/offices", None).await;
    let text = offices.to_string();
    assert!(text.contains("\"failures\":2"), "{text}");
}
