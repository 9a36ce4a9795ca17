//! Wrong passwords of the claims system: how many are asked about, and from where.

use serde_json::json;
use testkit::people::PLAIN_OFFICE;
use testkit::{Clerk, Reply, World};

/// The claims system locks an office out of claims after three wrong passwords: after two we stop and ask.
#[tokio::test]
async fn after_two_failures_the_person_is_asked_before_the_third() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for _ in 0..2 {
        taro.authenticates_with(PLAIN_OFFICE.user_id, "wrong")
            .await
            .is_told("claims-rejected");
    }

    taro.authenticates(&PLAIN_OFFICE)
        .await
        .is_told("claims-lock-risk");
    let (_, offices) = world.simulator("GET", "/_dev/offices", None).await;
    assert_eq!(
        offices[0]["failures"], 2,
        "the question was asked before the claims system was"
    );

    let risky =
        json!({ "userId": PLAIN_OFFICE.user_id, "password": PLAIN_OFFICE.password, "acceptLockRisk": true });
    taro.json("POST", "/registration", &risky)
        .await
        .is(200)
        .leads_to("otp");
    // A success forgets the failures.
    world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);
}

pub(super) async fn tries(clerk: &mut Clerk, user: &str, password: &str, accepts_risk: bool) -> Reply {
    let body = json!({ "userId": user, "password": password, "acceptLockRisk": accepts_risk });
    clerk.json("POST", "/registration", &body).await
}

/// A person in this network.
fn clerk_in(world: &World, network: &str) -> Clerk {
    let mut clerk = world.clerk();
    network.clone_into(&mut clerk.source_ip);
    clerk
}

const NETWORKS: [&str; 4] = ["192.0.2.1", "2001:db8:0:1::1", "198.51.100.1", "203.0.113.1"];

/// Five wrong ones of an id: three of one network, of which the last at a risk, and one of each of two others.
async fn five_wrong(world: &World, user: &str) {
    for (network, wrong) in [(0, 3), (1, 1), (2, 1)] {
        let mut stranger = clerk_in(world, NETWORKS[network]);
        for _ in 0..wrong {
            let answer = tries(&mut stranger, user, "wrong", true).await;
            assert_eq!(answer.status, 422, "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn accepting_the_risk_is_good_for_one_attempt_a_day_of_one_network() {
    let world = World::start().await;
    let mut taro = clerk_in(&world, NETWORKS[0]);
    for _ in 0..2 {
        taro.authenticates_with(PLAIN_OFFICE.user_id, "wrong")
            .await
            .is_told("claims-rejected");
    }
    let mut hanako = clerk_in(&world, NETWORKS[1]);
    tries(&mut hanako, PLAIN_OFFICE.user_id, "wrong", true)
        .await
        .is_told("claims-locked");
    for accepts_risk in [false, true] {
        tries(
            &mut hanako,
            PLAIN_OFFICE.user_id,
            PLAIN_OFFICE.password,
            accepts_risk,
        )
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 86_400);
    }
    // Another address of the same network is no other network.
    hanako.source_ip = "2001:db8:0:1:ffff::9".to_owned();
    tries(&mut hanako, PLAIN_OFFICE.user_id, "wrong", true)
        .await
        .is_told("too-many-requests");
    world.wait(86_399);
    tries(&mut hanako, PLAIN_OFFICE.user_id, "wrong", true)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 900);
    world.wait(1);
    tries(&mut hanako, PLAIN_OFFICE.user_id, PLAIN_OFFICE.password, false)
        .await
        .is(200);
}

/// Three of one network a day; the claims system is not asked about a fourth one, right or wrong.
#[tokio::test]
async fn one_network_asks_about_three_wrong_passwords_of_an_id_a_day() {
    for (wait, told) in [
        (86_399, Some("too-many-requests")),
        (86_400, None),
        (86_401, None),
    ] {
        let world = World::start().await;
        let mut taro = clerk_in(&world, NETWORKS[0]);
        for _ in 0..3 {
            tries(&mut taro, PLAIN_OFFICE.user_id, "wrong", true).await;
        }
        for accepts_risk in [false, true] {
            tries(
                &mut taro,
                PLAIN_OFFICE.user_id,
                PLAIN_OFFICE.password,
                accepts_risk,
            )
            .await
            .is_told("too-many-requests")
            .has("/retryAfterSeconds", 86_400);
        }
        world.wait(wait);
        let answer = tries(&mut taro, PLAIN_OFFICE.user_id, PLAIN_OFFICE.password, false).await;
        match told {
            Some(code) => drop(answer.is_told(code)),
            None => drop(answer.is(200)),
        }
    }
}

/// One lock of half an hour a day is the most that strangers bring about, from however many networks.
#[tokio::test]
async fn five_wrong_passwords_of_an_id_a_day_are_asked_about_from_all_networks_together() {
    for (wait, told) in [
        (86_399, Some("too-many-requests")),
        (86_400, None),
        (86_401, None),
    ] {
        let world = World::start().await;
        five_wrong(&world, PLAIN_OFFICE.user_id).await;
        let mut owner = clerk_in(&world, NETWORKS[3]);
        tries(&mut owner, PLAIN_OFFICE.user_id, PLAIN_OFFICE.password, true)
            .await
            .is_told("too-many-requests")
            .has("/retryAfterSeconds", 86_400);
        let (_, offices) = world.simulator("GET", "/_dev/offices", None).await;
        assert_ne!(offices[0]["lockedUntil"], serde_json::Value::Null);
        world.wait(wait);
        let answer = tries(&mut owner, PLAIN_OFFICE.user_id, PLAIN_OFFICE.password, false).await;
        match told {
            Some(code) => drop(answer.is_told(code)),
            None => drop(answer.is(200)),
        }
    }
}

/// What a stranger is told of an id must not say whether it is one.
#[tokio::test]
async fn no_answer_to_wrong_passwords_tells_a_user_id_that_exists_from_one_that_does_not() {
    let world = World::start().await;
    let mut told = Vec::new();
    for user in [PLAIN_OFFICE.user_id, "KJ999999999999"] {
        let mut answers = Vec::new();
        for network in NETWORKS {
            let mut stranger = clerk_in(&world, network);
            for accepts_risk in [false, false, false, true, true] {
                let answer = tries(&mut stranger, user, "wrong", accepts_risk).await;
                let mut body = answer.body;
                body.as_object_mut().unwrap().remove("instance");
                answers.push((answer.status, body));
            }
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    let codes: Vec<&str> = told[0]
        .iter()
        .filter_map(|(_, body)| body["code"].as_str())
        .collect();
    assert_eq!(
        codes[..5],
        [
            "claims-rejected",
            "claims-rejected",
            "claims-lock-risk",
            "claims-locked",
            "too-many-requests"
        ]
    );
    assert_eq!(codes.iter().filter(|code| **code == "claims-locked").count(), 3);
}

#[tokio::test]
async fn a_right_password_clears_everything_of_the_id() {
    let world = World::start().await;
    for _ in 0..3 {
        let mut stranger = clerk_in(&world, NETWORKS[0]);
        for _ in 0..2 {
            tries(&mut stranger, PLAIN_OFFICE.user_id, "wrong", false)
                .await
                .is_told("claims-rejected");
        }
        // The risk of the network is there again, too.
        tries(&mut stranger, PLAIN_OFFICE.user_id, PLAIN_OFFICE.password, true)
            .await
            .is(200);
    }
    let record = world.items_of("CLAIMS").await.remove(0);
    assert!(!record.contains_key("failures") && !record.contains_key("open"));
}

#[tokio::test]
async fn the_record_of_an_id_names_no_network_and_stays_small() {
    let world = World::start().await;
    five_wrong(&world, PLAIN_OFFICE.user_id).await;
    for network in 0..40 {
        let mut stranger = clerk_in(&world, &format!("198.51.100.{network}"));
        tries(&mut stranger, PLAIN_OFFICE.user_id, "wrong", true).await;
    }
    let record = world.items_of("CLAIMS").await.remove(0);
    let failures = record["failures"].as_l().unwrap();
    assert_eq!(failures.len(), 5);
    let tags: std::collections::BTreeSet<&str> = failures
        .iter()
        .map(|failure| failure.as_m().unwrap()["network"].as_s().unwrap().as_str())
        .collect();
    assert_eq!((tags.len(), tags.iter().all(|tag| tag.len() == 11)), (3, true));
}

#[tokio::test]
async fn failures_are_forgotten_after_a_day_one_second_before_at_and_after() {
    for (wait, told) in [(86_399, Some("claims-lock-risk")), (86_400, None), (86_401, None)] {
        let world = World::start().await;
        let mut taro = world.clerk();
        for _ in 0..2 {
            taro.authenticates_with(PLAIN_OFFICE.user_id, "wrong").await;
        }
        world.wait(wait);
        let answer = taro.authenticates(&PLAIN_OFFICE).await;
        match told {
            Some(code) => drop(answer.is_told(code)),
            None => drop(answer.is(200)),
        }
    }
}

#[tokio::test]
async fn unknown_users_are_counted_too() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for _ in 0..2 {
        taro.authenticates_with("KJ999999999999", "x")
            .await
            .is_told("claims-rejected");
    }
    // Another spelling is the same user.
    taro.authenticates_with(" ｋｊ9999-9999-9999", "x")
        .await
        .is_told("claims-lock-risk");
}
