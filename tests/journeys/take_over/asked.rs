//! Asking for a take-over, and withdrawing it.

use testkit::people::{DEEMED_OFFICE, SHARED_OFFICE, SHARED_OFFICE_AGAIN};

use super::*;

/// "Open at `already-registered` whenever a member has ever logged in and none is under way"
#[tokio::test]
async fn a_registered_office_is_asked_to_be_taken_over_and_opens_after_three_business_days() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut jiro = proves(&world).await;
    let before = jiro.calls("GET", "/registration").await.lacks("/takeOver");
    assert_eq!(before.allowed(), ["take-over", "cancel"]);
    let waiting = asks(&mut jiro, KEY)
        .await
        .is(200)
        .leads_to("already-registered")
        .has(
            "/takeOver",
            json!({ "state": "waiting", "askedAt": "2026-04-01T00:00:00Z", "from": "2026-04-06T15:00:00Z", "until": "2026-04-20T15:00:00Z" }),
        );
    assert_eq!(waiting.allowed(), ["cancel"]);
    let again = asks(&mut jiro, "another-0123456789").await.is_told("wrong-step");
    again.has("/progress/takeOver/state", "waiting");
    jiro.enters_profile(&profile(JIRO)).await.is_told("wrong-step");

    for (wait, state, allowed) in [
        (OPENS - 1, Some("waiting"), vec!["cancel"]),
        (1, Some("open"), vec!["complete-take-over", "cancel"]),
        (OPEN - 1, Some("open"), vec!["complete-take-over", "cancel"]),
        (1, None, vec!["take-over", "cancel"]),
    ] {
        world.wait(wait);
        let mut another = proves(&world).await;
        let seen = another.calls("GET", "/registration").await;
        assert_eq!(seen.allowed(), allowed);
        assert_eq!(seen.body["takeOver"]["state"].as_str(), state);
    }
    violations(&world).await;
}

#[tokio::test]
async fn an_office_where_no_member_ever_logged_in_is_not_taken_over() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, TARO).await;
    let mut jiro = proves(&world).await;
    asks(&mut jiro, KEY).await.is_told("wrong-step");
    let mut early = world.clerk();
    early.authenticates(&DEEMED_OFFICE).await.is(200);
    asks(&mut early, KEY).await.is_told("wrong-step").leads_to("otp");
    asks(&mut world.clerk(), KEY).await.is_told("no-flow");
}

/// "Same key and equal body: the first 2xx answer again, nothing done twice, no second mail."
#[tokio::test]
async fn the_same_request_again_gets_the_first_answer_whatever_happened_since() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut jiro = proves(&world).await;
    let first = asks(&mut jiro, KEY).await.is(200);
    assert_eq!(asks(&mut jiro, KEY).await.is(200).body, first.body);
    let mails = world.mails_to(TARO).await.len();
    jiro.calls("DELETE", "/registration/take-over").await.is(200);
    assert_eq!(asks(&mut jiro, KEY).await.is(200).body, first.body);
    jiro.calls("GET", "/registration").await.lacks("/takeOver");
    let other = json!({ "unknown": true });
    jiro.keyed("POST", "/registration/take-over", KEY, &other)
        .await
        .is_told("idempotency-key-reused");
    jiro.json("POST", "/registration/take-over", &json!({}))
        .await
        .is_told("idempotency-key-missing");
    // The stop was told, and nothing else.
    assert_eq!(world.mails_to(TARO).await.len(), mails + 1);
}

#[tokio::test]
async fn a_take_over_is_withdrawn_as_if_it_had_never_been_asked_for() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut jiro = proves(&world).await;
    let path = "/registration/take-over";
    jiro.calls("DELETE", path).await.is_told("wrong-step");
    asks(&mut jiro, KEY).await.is(200);
    // Another proof of the office withdraws it as well.
    let mut saburo = proves(&world).await;
    let after = saburo.calls("DELETE", path).await.is(200).lacks("/takeOver");
    assert_eq!(after.allowed(), ["take-over", "cancel"]);
    jiro.calls("DELETE", path).await.is_told("wrong-step");
    violations(&world).await;
}

/// "the fourth in 365 days, stopped ones counted, is 429"
#[tokio::test]
async fn the_fourth_within_a_year_is_refused_with_the_time() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut jiro = proves(&world).await;
    for number in 1..=3 {
        asks(&mut jiro, &format!("{KEY}-{number}")).await.is(200);
        if number == 2 {
            let code = stop_code(&world, TARO).await;
            stops(&mut world.clerk(), PLAIN_OFFICE.number, &code)
                .await
                .is(204);
        } else {
            jiro.calls("DELETE", "/registration/take-over").await.is(200);
        }
    }
    let refused = asks(&mut jiro, &format!("{KEY}-4"))
        .await
        .is_told("too-many-requests");
    assert_eq!(refused.body["retryAfterSeconds"], 365 * DAY);
    assert_eq!(refused.allowed(), ["cancel"], "what is not offered is refused");
    world.wait(365 * DAY - 1);
    let mut late = proves(&world).await;
    asks(&mut late, KEY)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 900);
    world.wait(1);
    asks(&mut late, KEY).await.is(200);
}

/// "`TAKE_OVER_BUSINESS_DAYS=0`: open at once"
#[tokio::test]
async fn with_no_business_days_to_wait_it_is_open_at_once() {
    let world = World::with(with_limits(Limits {
        take_over_business_days: 0,
        ..Settings::default().limits
    }))
    .await;
    taros_office(&world).await;
    let mut jiro = proves(&world).await;
    let open = asks(&mut jiro, KEY).await.is(200).has("/takeOver/state", "open");
    assert_eq!(open.allowed(), ["complete-take-over", "cancel"]);
    jiro.enters_profile(&profile(JIRO)).await.is(200);
    jiro.confirms(CONFIRM_KEY).await.is(201);
    jiro.arrives_at_my_page(JIRO).await;
    violations(&world).await;
}

/// "One office is one 介護保険事業所番号, whatever KJ ID proves it."
#[tokio::test]
async fn two_user_ids_of_one_office_ask_for_one_take_over() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&SHARED_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    let mut jiro = world.clerk();
    jiro.proves_to_be(&SHARED_OFFICE).await.is(200);
    asks(&mut jiro, KEY).await.is(200);
    let mut saburo = world.clerk();
    saburo
        .proves_to_be(&SHARED_OFFICE_AGAIN)
        .await
        .has("/takeOver/state", "waiting");
    asks(&mut saburo, KEY).await.is_told("wrong-step");
    saburo.calls("DELETE", "/registration/take-over").await.is(200);
}
