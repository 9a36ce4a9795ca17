//! セキュリティコードの入力（設定している場合のみ）

use serde_json::json;
use testkit::World;
use testkit::people::{GUARDED_OFFICE, PLAIN_OFFICE};

/// R-30 「セキュリティコード未設定の場合、本画面は表示されません」
#[tokio::test]
async fn without_a_security_code_the_screen_is_not_shown() {
    let world = World::start().await;
    world.clerk().authenticates(&PLAIN_OFFICE).await.leads_to("otp");
    world
        .clerk()
        .authenticates(&GUARDED_OFFICE)
        .await
        .leads_to("security-code")
        .has("/securityCode/triesLeft", 3)
        .lacks("/otp");
    assert!(world.mails_to(GUARDED_OFFICE.mail_address).await.is_empty());
}

#[tokio::test]
async fn three_wrong_security_codes_end_the_registration() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await;
    for left in [2, 1, 0] {
        let body = json!({ "securityCode": "wrong" });
        taro.json("POST", "/registration/security-code", &body)
            .await
            .is_told("wrong-security-code")
            .has("/triesLeft", left);
    }

    let right = json!({ "securityCode": GUARDED_OFFICE.security_code });
    let told = taro
        .json("POST", "/registration/security-code", &right)
        .await
        .is_told("no-tries-left");
    assert_eq!(told.allowed(), ["cancel"]);
}

#[tokio::test]
async fn a_claims_system_that_is_down_costs_no_try() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await;
    world
        .simulator("PUT", "/_dev/claims", Some(json!({ "mode": "down" })))
        .await;
    let right = json!({ "securityCode": GUARDED_OFFICE.security_code });
    for _ in 0..4 {
        taro.json("POST", "/registration/security-code", &right)
            .await
            .is_told("claims-unavailable");
    }
    world
        .simulator("PUT", "/_dev/claims", Some(json!({ "mode": "up" })))
        .await;
    taro.json("POST", "/registration/security-code", &right)
        .await
        .is(200)
        .leads_to("otp");
    // The back button: the screen is over.
    taro.json("POST", "/registration/security-code", &right)
        .await
        .is_told("wrong-step")
        .leads_to("otp");
}
