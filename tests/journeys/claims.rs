//! 電子請求受付システム認証

mod passwords;

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

/// The password was asked about, and the outcome is unknown.
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
    passwords::tries(&mut taro, PLAIN_OFFICE.user_id, PLAIN_OFFICE.password, true)
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
