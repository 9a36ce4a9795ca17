//! 電子請求受付システム認証

use serde_json::json;
use testkit::people::{DEEMED_OFFICE, PLAIN_OFFICE};
use testkit::{Clerk, Reply, World};

/// R-23 「電子請求受付システムの「ユーザID」、「ログインパスワード」を入力します。」
/// R-03 「本マニュアルの対象者は、介護事業所、みなし介護事業所となります。」
/// R-04 みなし介護事業所 register as every other office does.
#[tokio::test]
async fn an_office_and_a_deemed_office_prove_themselves_with_id_and_password() {
    let world = World::start().await;
    for office in [PLAIN_OFFICE, DEEMED_OFFICE] {
        world
            .clerk()
            .authenticates(&office)
            .await
            .is(200)
            .leads_to("otp")
            .lacks("/office");
    }
}

/// R-26 「仮パスワードを入力し、「次へ進む」を押すとエラーとなります」
/// R-27 「必ず、電子請求受付システム上で任意のパスワードへの変更手続きを行ったうえで入力してください」
#[tokio::test]
async fn the_temporary_password_of_the_letter_is_an_error_of_its_own() {
    let world = World::start().await;
    let mut taro = world.clerk();

    for _ in 0..4 {
        // However often: it is the right one, so the claims system counts no failure, and neither do we.
        taro.authenticates_with("KJ000000000003", "Kari0003")
            .await
            .is_told("claims-temporary-password");
    }
    assert!(taro.cookies.is_empty());
    assert!(world.mails().await.is_empty());
}

#[tokio::test]
async fn an_expired_password_a_locked_user_and_a_missing_address_each_have_their_own_answer() {
    let world = World::start().await;
    let mut taro = world.clerk();

    taro.authenticates_with("KJ000000000004", "Mihon0004")
        .await
        .is_told("claims-password-expired");
    taro.authenticates_with("KJ000000000005", "Mihon0005")
        .await
        .is_told("claims-locked");
    taro.authenticates_with("KJ000000000006", "Mihon0006")
        .await
        .is_told("claims-no-mail-address");
    taro.authenticates_with("KJ000000000007", "Mihon0007")
        .await
        .is_told("claims-no-mail-address");
    assert!(taro.cookies.is_empty());
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let world = World::start().await;
    let mut taro = world.clerk();

    let wrong = taro
        .authenticates_with(PLAIN_OFFICE.user_id, "wrong")
        .await
        .is_told("claims-rejected");
    let unknown = taro
        .authenticates_with("KJ999999999999", "wrong")
        .await
        .is_told("claims-rejected");

    let without_id = |mut body: serde_json::Value| {
        body.as_object_mut().unwrap().remove("instance");
        body
    };
    assert_eq!(without_id(wrong.body), without_id(unknown.body));
}

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

async fn tries(clerk: &mut Clerk, user: &str, password: &str, accepts_risk: bool) -> Reply {
    let body = json!({ "userId": user, "password": password, "acceptLockRisk": accepts_risk });
    clerk.json("POST", "/registration", &body).await
}

/// Somebody in this network.
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

/// Three of one network a day, and nobody is asked about a fourth, whatever it is.
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

async fn claims_system_is(world: &World, mode: &str) {
    world
        .simulator("PUT", "/_dev/claims", Some(json!({ "mode": mode })))
        .await;
}

#[tokio::test]
async fn a_claims_system_that_is_down_is_unavailable_and_costs_nothing() {
    let world = World::start().await;
    let mut taro = world.clerk();
    claims_system_is(&world, "down").await;
    for _ in 0..6 {
        taro.authenticates(&PLAIN_OFFICE)
            .await
            .is_told("claims-unavailable");
    }
    claims_system_is(&world, "up").await;
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
}

/// Somebody has asked about the password, and we do not know what came of it.
#[tokio::test]
async fn an_answer_that_cannot_be_read_is_unavailable_and_counts_as_wrong() {
    let world = World::start().await;
    let mut taro = world.clerk();
    claims_system_is(&world, "malformed").await;
    for _ in 0..2 {
        taro.authenticates(&PLAIN_OFFICE)
            .await
            .is_told("claims-unavailable");
    }
    taro.authenticates(&PLAIN_OFFICE)
        .await
        .is_told("claims-lock-risk");
    claims_system_is(&world, "up").await;
    tries(&mut taro, PLAIN_OFFICE.user_id, PLAIN_OFFICE.password, true)
        .await
        .is(200);
}

/// Seven offices of one company with one contact address: the seventh registers like the first.
#[tokio::test]
async fn thirty_offices_of_one_company_get_their_codes_at_one_address_within_an_hour() {
    let world = World::start().await;
    let office = |number: usize| {
        json!({
            "password": "Mihon0001", "officeNumber": format!("13799{number:05}"),
            "officeName": "見本本社", "mailAddress": "honsha@example.jp",
        })
    };
    for number in 0..31 {
        let path = format!("/_dev/offices/KJ9000000000{number:02}");
        world.simulator("PUT", &path, Some(office(number))).await;
    }
    let proves = async |number: usize| {
        let user = format!("KJ9000000000{number:02}");
        world.clerk().authenticates_with(&user, "Mihon0001").await
    };
    for number in 0..30 {
        proves(number).await.is(200);
    }
    assert_eq!(world.mails_to("honsha@example.jp").await.len(), 30);
    world.wait(1_000);
    // To the quarter of an hour.
    proves(30)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 2_700);
    // The thirty-first has lost nothing of its own by it.
    world.wait(2_599);
    proves(30).await.is_told("too-many-requests");
    world.wait(1);
    proves(30).await.is(200);
}

#[tokio::test]
async fn five_codes_an_hour_and_ten_a_day_are_mailed_for_one_user_id() {
    let world = World::start().await;
    let proves = async || world.clerk().authenticates(&PLAIN_OFFICE).await;
    for hour in 0..2 {
        for _ in 0..5 {
            proves().await.is(200);
        }
        world.deliver().await;
        world.wait(3_599);
        let until = if hour == 0 { 900 } else { 86_400 - 6_300 };
        proves()
            .await
            .is_told("too-many-requests")
            .has("/retryAfterSeconds", until);
        world.wait(1);
    }
    world.wait(86_400 - 7_201);
    proves().await.is_told("too-many-requests");
    for _ in 0..2 {
        world.wait(1);
        proves().await.is(200);
    }
    assert_eq!(world.mails_to(PLAIN_OFFICE.mail_address).await.len(), 12);
}

#[tokio::test]
async fn an_invalid_id_is_refused_by_its_form_without_asking_the_claims_system() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for typed in ["1379901018", "taro@example.jp", "SJ000000000001"] {
        taro.authenticates_with(typed, "x")
            .await
            .is_told("invalid-fields")
            .complains(&[("/userId", "not-a-claims-user-id")]);
    }
    taro.json("POST", "/registration", &json!({}))
        .await
        .is_told("invalid-fields")
        .complains(&[("/userId", "required"), ("/password", "required")]);
    let long = "x".repeat(129);
    taro.authenticates_with("KJ000000000001", &long)
        .await
        .complains(&[("/password", "too-long")]);
}

#[tokio::test]
async fn the_id_may_be_typed_the_way_people_type_it() {
    let world = World::start().await;
    world
        .clerk()
        .authenticates_with("ｋｊ 0000-0000-0001", PLAIN_OFFICE.password)
        .await
        .is(200);
}

#[tokio::test]
async fn a_start_takes_the_place_of_the_flow_before_and_a_refused_one_leaves_it() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    let first = taro.cookies.clone();

    taro.authenticates_with(DEEMED_OFFICE.user_id, "wrong")
        .await
        .is_told("claims-rejected");
    taro.calls("GET", "/registration").await.is(200);

    taro.authenticates(&DEEMED_OFFICE).await.is(200);
    assert_ne!(taro.cookies, first);
    let mut stale = world.clerk();
    stale.cookies = first;
    stale.calls("GET", "/registration").await.is_told("no-flow");
    assert!(stale.cookies.is_empty(), "the cookie of a dead flow is deleted");
}

#[tokio::test]
async fn a_planted_cookie_is_worth_nothing() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let planted = "A".repeat(43);
    taro.cookies
        .insert("__Host-registration".to_owned(), planted.clone());

    taro.authenticates(&PLAIN_OFFICE).await.is(200);

    assert_ne!(taro.cookies["__Host-registration"], planted);
}
