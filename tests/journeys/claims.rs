//! 電子請求受付システム認証

use serde_json::json;
use testkit::World;
use testkit::people::{DEEMED_OFFICE, PLAIN_OFFICE};

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

#[tokio::test]
async fn accepting_the_risk_is_good_for_one_attempt() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let risky = json!({ "userId": PLAIN_OFFICE.user_id, "password": "wrong", "acceptLockRisk": true });
    for _ in 0..3 {
        taro.json("POST", "/registration", &risky)
            .await
            .is_told("claims-rejected");
    }

    taro.authenticates(&PLAIN_OFFICE)
        .await
        .is_told("claims-lock-risk");
    let right =
        json!({ "userId": PLAIN_OFFICE.user_id, "password": PLAIN_OFFICE.password, "acceptLockRisk": true });
    taro.json("POST", "/registration", &right)
        .await
        .is_told("claims-locked");
    world.wait(1_800);
    taro.json("POST", "/registration", &right).await.is(200);
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

#[tokio::test]
async fn a_claims_system_that_is_down_or_talks_nonsense_is_unavailable_and_costs_nothing() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for mode in ["down", "malformed"] {
        world
            .simulator("PUT", "/_dev/claims", Some(json!({ "mode": mode })))
            .await;
        for _ in 0..3 {
            taro.authenticates(&PLAIN_OFFICE)
                .await
                .is_told("claims-unavailable");
        }
    }
    world
        .simulator("PUT", "/_dev/claims", Some(json!({ "mode": "up" })))
        .await;
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
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
