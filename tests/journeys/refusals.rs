//! Refusals that the table of steps declares: of every step the same ones, and those that only a rare path meets.

use lambda_http::Body;
use portal::limits::Limits;
use portal::problem::Kind;
use portal::steps::{Cookie, STEPS, Step};
use serde_json::{Value, json};
use testkit::people::{GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Reply, Settings, World};

const TARO: &str = "taro@example.jp";
const NEW: &str = "kaigo@example.co.jp";
const KEY: &str = "0123456789abcdef";

/// The call of a step, with nothing in its body.
async fn calls(clerk: &mut Clerk, step: Step, headers: &[(&str, &str)]) -> Reply {
    let path = step.path.replace("{id}", "nobody00");
    let given = [("content-type", "application/json"), ("idempotency-key", KEY)];
    let headers: Vec<_> = given.iter().chain(headers).copied().collect();
    clerk
        .sends(step.method.name(), &path, &headers, Body::Text("{}".to_owned()))
        .await
}

fn declaring(kind: Kind, cookie: Cookie) -> Vec<Step> {
    let declares = |step: &&Step| step.cookie == Some(cookie) && step.refusals.contains(&kind);
    STEPS.iter().filter(declares).copied().collect()
}

async fn at_my_page(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

#[tokio::test]
async fn without_its_cookie_no_step_goes_on() {
    let world = World::start().await;
    for cookie in [Cookie::Registration, Cookie::Login, Cookie::Reset] {
        for step in declaring(Kind::NoFlow, cookie) {
            calls(&mut world.clerk(), step, &[]).await.is_told("no-flow");
        }
    }
    for step in declaring(Kind::NoSession, Cookie::Session) {
        calls(&mut world.clerk(), step, &[]).await.is_told("no-session");
    }
}

/// The page says which flow or session it shows; a call that names another one changes nothing.
#[tokio::test]
async fn a_page_of_another_flow_or_session_is_told_so_by_every_step() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    taro.asks_for_a_reset(TARO).await.is(200);
    let other = [("portal-flow", "another1"), ("portal-session", "another1")];
    for cookie in [Cookie::Registration, Cookie::Login, Cookie::Reset] {
        for step in declaring(Kind::OtherFlow, cookie) {
            calls(&mut taro, step, &other).await.is_told("other-flow");
        }
    }
    for step in declaring(Kind::OtherSession, Cookie::Session) {
        calls(&mut taro, step, &other).await.is_told("other-session");
    }
    for path in ["/registration", "/login", "/password-reset", "/me"] {
        taro.calls("GET", path).await.is(200);
    }
}

#[tokio::test]
async fn a_code_of_a_log_in_expires_after_ten_minutes() {
    let world = World::start().await;
    at_my_page(&world).await;
    let mut taro = world.clerk();
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code(TARO).await;
    world.wait(600);
    taro.types_login_code(&code).await.is_told("code-expired");
}

#[tokio::test]
async fn after_five_wrong_codes_of_a_log_in_none_is_sent_again() {
    let world = World::start().await;
    at_my_page(&world).await;
    let mut taro = world.clerk();
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let wrong = taro.wrong_code(TARO).await;
    for _ in 0..5 {
        taro.types_login_code(&wrong).await.is_told("wrong-code");
    }
    taro.calls("POST", "/login/otp/resend")
        .await
        .is_told("no-tries-left");
}

/// The mails of an hour are spent by log-ins and resends together.
#[tokio::test]
async fn a_resend_beyond_the_mails_of_the_hour_says_when_the_next_is_due() {
    let limits = Limits {
        login_codes_per_hour: 2,
        ..Settings::default().limits
    };
    let world = World::with(Settings {
        limits,
        ..Settings::default()
    })
    .await;
    at_my_page(&world).await;
    let mut taro = world.clerk();
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    world.wait(30);
    let told = taro.calls("POST", "/login/otp/resend").await;
    let seconds = told.is_told("too-many-requests").body["retryAfterSeconds"].clone();
    assert_eq!(seconds.as_u64().map(|seconds| seconds % 900), Some(0));
}

#[tokio::test]
async fn a_code_to_a_new_address_is_resent_four_times_and_five_codes_an_hour_are_mailed() {
    const RESEND: &str = "/me/email/otp/resend";
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let ask = json!({ "email": NEW });
    taro.json("POST", "/me/email", &ask).await.is(200);
    for wait in [30, 60, 120, 240] {
        world.wait(wait);
        taro.calls("POST", RESEND).await.is(200);
    }
    world.wait(100);
    taro.calls("POST", RESEND).await.is_told("no-sends-left");

    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    for _ in 0..2 {
        taro.json("POST", "/me/email", &ask).await.is(200);
    }
    for wait in [30, 60, 120] {
        world.wait(wait);
        taro.calls("POST", RESEND).await.is(200);
    }
    world.wait(240);
    taro.calls("POST", RESEND).await.is_told("too-many-requests");
}

/// Ten wrong codes of the day stop the codes of another change that had begun before.
#[tokio::test]
async fn a_code_of_a_change_that_is_stopped_is_not_judged() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut elsewhere = world.clerk();
    elsewhere.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = elsewhere.mailed_code(TARO).await;
    elsewhere.types_login_code(&code).await.leads_to("my-page");
    let ask = json!({ "email": NEW });
    elsewhere.json("POST", "/me/email", &ask).await.is(200);
    let waiting = elsewhere.mailed_code(NEW).await;
    for _ in 0..2 {
        taro.json("POST", "/me/email", &ask).await.is(200);
        let wrong = json!({ "code": taro.wrong_code(NEW).await });
        for _ in 0..5 {
            taro.json("POST", "/me/email/otp", &wrong)
                .await
                .is_told("wrong-code");
        }
    }
    elsewhere
        .json("POST", "/me/email/otp", &json!({ "code": waiting }))
        .await
        .is_told("too-many-requests");
}

#[tokio::test]
async fn a_code_of_a_reset_is_resent_four_times() {
    let world = World::start().await;
    at_my_page(&world).await;
    let mut taro = world.clerk();
    taro.asks_for_a_reset(TARO).await.is(200);
    for wait in [30, 60, 120, 240] {
        world.wait(wait);
        taro.calls("POST", "/password-reset/otp/resend").await.is(200);
    }
    world.wait(100);
    taro.calls("POST", "/password-reset/otp/resend")
        .await
        .is_told("no-sends-left");
}

#[tokio::test]
async fn a_reissue_for_a_colleague_needs_a_key_of_its_own() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut form = profile("hanako@example.jp");
    form["name"] = "介護 花子".into();
    let added = taro.keyed("POST", "/members", KEY, &form).await.is(201);
    let path = format!("/members/{}/initial-password", added.body["id"].as_str().unwrap());
    taro.json("POST", &path, &json!({}))
        .await
        .is_told("idempotency-key-missing");
    taro.keyed("POST", &path, KEY, &json!({})).await.is(202);
    taro.keyed("POST", &path, KEY, &json!({ "more": 1 }))
        .await
        .is_told("idempotency-key-reused");
}

/// What the claims system may say of an office between its password and its security code.
#[tokio::test]
async fn an_office_is_locked_or_loses_its_address_before_its_security_code() {
    let office = |also: Value| {
        let mut office = json!({
            "password": GUARDED_OFFICE.password, "officeNumber": GUARDED_OFFICE.number,
            "officeName": GUARDED_OFFICE.name, "securityCode": GUARDED_OFFICE.security_code,
        });
        office
            .as_object_mut()
            .unwrap()
            .extend(also.as_object().unwrap().clone());
        office
    };
    for (change, code) in [
        (
            json!({ "mailAddress": GUARDED_OFFICE.mail_address, "locked": true }),
            "claims-locked",
        ),
        (json!({}), "claims-no-mail-address"),
    ] {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.authenticates(&GUARDED_OFFICE)
            .await
            .leads_to("security-code");
        let path = format!("/_dev/offices/{}", GUARDED_OFFICE.user_id);
        let (status, _) = world.simulator("PUT", &path, Some(office(change))).await;
        assert_eq!(status, 204);
        let typed = json!({ "securityCode": GUARDED_OFFICE.security_code });
        taro.json("POST", "/registration/security-code", &typed)
            .await
            .is_told(code)
            .has("/progress/securityCode/triesLeft", 3);
    }
}
