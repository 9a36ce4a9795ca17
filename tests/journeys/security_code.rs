//! セキュリティコードの入力（設定している場合のみ）

use serde_json::json;
use testkit::people::{GUARDED_OFFICE, PLAIN_OFFICE};
use testkit::{Clerk, Reply, World};

/// A user id as the screens name it.
fn masked(id: &str) -> String {
    format!("KJ***{}", &id[id.len() - 4..])
}

/// Issue 10, row 23: each screen says whose registration it is.
/// R-30 「セキュリティコード未設定の場合、本画面は表示されません」
#[tokio::test]
async fn without_a_security_code_the_screen_is_not_shown() {
    let world = World::start().await;
    world
        .clerk()
        .authenticates(&PLAIN_OFFICE)
        .await
        .leads_to("otp")
        .has("/userIdMasked", masked(PLAIN_OFFICE.user_id));
    world
        .clerk()
        .authenticates(&GUARDED_OFFICE)
        .await
        .leads_to("security-code")
        .has("/securityCode/triesLeft", 3)
        .has("/userIdMasked", masked(GUARDED_OFFICE.user_id))
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

async fn types(taro: &mut Clerk, code: Option<&str>) -> Reply {
    let body = json!({ "securityCode": code });
    taro.json("POST", "/registration/security-code", &body).await
}

/// G13: a person who knows the password may start any number of registrations, but has ten guesses a day.
#[tokio::test]
async fn ten_wrong_security_codes_of_one_user_id_are_asked_about_in_a_day() {
    let world = World::start().await;
    for guesses in [3, 3, 3, 1] {
        let mut taro = world.clerk();
        taro.authenticates(&GUARDED_OFFICE).await.is(200);
        for _ in 0..guesses {
            types(&mut taro, Some("wrong"))
                .await
                .is_told("wrong-security-code");
        }
        // The claims system locks at the third in a row.
        world.wait(1_800);
    }
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    // Also the right one, and it costs no try of the registration.
    types(&mut taro, GUARDED_OFFICE.security_code)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 86_400 - 7_200)
        .has("/progress/securityCode/triesLeft", 3);
    world.wait(86_400 - 7_200);
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    types(&mut taro, GUARDED_OFFICE.security_code)
        .await
        .is(200)
        .leads_to("otp");
}

#[tokio::test]
async fn right_and_unjudged_security_codes_are_not_counted() {
    let world = World::start().await;
    for mode in ["up", "down"] {
        let mut taro = world.clerk();
        taro.authenticates(&GUARDED_OFFICE).await.is(200);
        world
            .simulator("PUT", "/_dev/claims", Some(json!({ "mode": mode })))
            .await;
        for _ in 0..12 {
            if mode == "up" {
                taro = world.clerk();
                // Ten codes a day are mailed.
                world.wait(9_000);
                taro.authenticates(&GUARDED_OFFICE).await.is(200);
                types(&mut taro, GUARDED_OFFICE.security_code).await.is(200);
            } else {
                types(&mut taro, GUARDED_OFFICE.security_code)
                    .await
                    .is_told("claims-unavailable");
            }
        }
    }
    world
        .simulator("PUT", "/_dev/claims", Some(json!({ "mode": "up" })))
        .await;
    let records = world.items_of("CLAIMS").await;
    assert!(
        records.iter().all(|record| !record.contains_key("securityCodes")),
        "{records:?}"
    );
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
    // The back button: the screen is no longer valid.
    taro.json("POST", "/registration/security-code", &right)
        .await
        .is_told("wrong-step")
        .leads_to("otp");
}

/// Pasted from a mail or a table, it is invisible: it is refused before anything is asked, and costs no try.
#[tokio::test]
async fn a_security_code_with_an_invisible_character_costs_no_try() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    let right = GUARDED_OFFICE.security_code.unwrap();
    for hidden in ["\u{200B}", "\u{FEFF}", "\u{202C}", "\u{00AD}"] {
        types(&mut taro, Some(&format!("{right}{hidden}")))
            .await
            .is_told("invalid-fields")
            .complains(&[("/securityCode", "forbidden-character")]);
    }
    taro.calls("GET", "/registration")
        .await
        .has("/securityCode/triesLeft", 3);
    types(&mut taro, Some(right)).await.is(200).leads_to("otp");
}
