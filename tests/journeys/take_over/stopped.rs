//! Stopping a take-over.

use super::*;

/// "`POST /take-over/stop` → 204 without a log-in"
#[tokio::test]
async fn a_member_stops_it_by_the_mailed_code_without_a_log_in() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut jiro = asked(&world).await;
    let code = stop_code(&world, TARO).await;
    let mut anyone = world.clerk();
    // As it is typed or pasted: white space around the code, any width and spacing of the number.
    stops(&mut anyone, "１３７９９-０１０１８", &format!(" {code}\n"))
        .await
        .is(204);
    assert!(anyone.cookies.is_empty());
    let stopped = jiro
        .calls("GET", "/registration")
        .await
        .has("/takeOver/state", "stopped");
    assert_eq!(stopped.allowed(), ["take-over", "cancel"]);
    // A second click, or an answer that was lost.
    stops(&mut anyone, PLAIN_OFFICE.number, &code).await.is(204);
    world.deliver().await;
    violations(&world).await;
}

/// "`stopped` (shown 30 days)"
#[tokio::test]
async fn that_it_was_stopped_is_shown_for_thirty_days() {
    let world = World::start().await;
    taros_office(&world).await;
    asked(&world).await;
    let code = stop_code(&world, TARO).await;
    stops(&mut world.clerk(), PLAIN_OFFICE.number, &code)
        .await
        .is(204);
    for (wait, state) in [(30 * DAY - 1, Some("stopped")), (1, None)] {
        world.wait(wait);
        let seen = proves(&world).await.calls("GET", "/registration").await;
        assert_eq!(seen.body["takeOver"]["state"].as_str(), state);
    }
    stops(&mut world.clerk(), PLAIN_OFFICE.number, &code)
        .await
        .is_told("wrong-code");
}

/// "every miss is one answer: 422 `wrong-code` without `triesLeft`"
#[tokio::test]
async fn every_miss_has_one_answer() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut clerk = world.clerk();
    let code = "9mmewy89y2efp26yfm8g";
    let none = stops(&mut clerk, PLAIN_OFFICE.number, code)
        .await
        .is_told("wrong-code");
    asked(&world).await;
    let right = stop_code(&world, TARO).await;
    let mut bodies = vec![none.body];
    for (number, code) in [
        (PLAIN_OFFICE.number, code),
        (PLAIN_OFFICE.number, &right.to_uppercase()),
        ("1479902023", &right),
        ("not a number", &right),
    ] {
        bodies.push(
            stops(&mut clerk, number, code)
                .await
                .is_told("wrong-code")
                .lacks("/triesLeft")
                .body,
        );
    }
    for body in &mut bodies {
        body.as_object_mut().unwrap().remove("instance");
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    clerk
        .json(
            "POST",
            "/take-over/stop",
            &json!({ "officeNumber": " ", "more": 1 }),
        )
        .await
        .is_told("invalid-fields")
        .complains(&[
            ("", "unknown-field"),
            ("/officeNumber", "required"),
            ("/stopCode", "required"),
        ]);
    let seen = proves(&world).await.calls("GET", "/registration").await;
    seen.has("/takeOver/state", "waiting");
}

/// "has no budget of the office (wrong ones are refused starts of the network)"
#[tokio::test]
async fn wrong_codes_are_refused_starts_of_the_network_and_the_right_one_never_waits() {
    let world = World::with(with_limits(Limits {
        refused_starts_per_network: 2,
        ..Settings::default().limits
    }))
    .await;
    taros_office(&world).await;
    asked(&world).await;
    let right = stop_code(&world, TARO).await;
    let mut clerk = world.clerk();
    clerk.source_ip = "192.0.2.99".to_owned();
    for _ in 0..2 {
        stops(&mut clerk, PLAIN_OFFICE.number, "wrong")
            .await
            .is_told("wrong-code");
    }
    stops(&mut clerk, PLAIN_OFFICE.number, "wrong")
        .await
        .is_told("too-many-requests");
    clerk.logs_in(TARO, "wrong").await.is_told("too-many-requests");
    stops(&mut clerk, PLAIN_OFFICE.number, &right).await.is(204);
}

/// "`DELETE /office/take-over` by any active member's session, no fresh proof → 204 (none under way: 404)"
#[tokio::test]
async fn any_member_stops_it_on_my_page_without_fresh_proof() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    let mut hanako = with_colleague(&world, &mut taro, HANAKO).await;
    let path = "/office/take-over";
    hanako.calls("DELETE", path).await.is_told("not-found");
    asked(&world).await;
    world.wait(1_200);
    world.clerk().calls("DELETE", path).await.is_told("no-session");
    hanako
        .sends(
            "DELETE",
            path,
            &[("portal-session", "another1")],
            lambda_http::Body::Empty,
        )
        .await
        .is_told("other-session");
    hanako.calls("DELETE", path).await.is(204);
    hanako.calls("DELETE", path).await.is_told("not-found");
    taro.calls("GET", "/me").await.is(200).lacks("/office/takeOver");
    let acts = world.audit().await;
    let stopped = acts
        .iter()
        .find(|record| record["act"] == "take-over-stopped")
        .unwrap();
    assert!(stopped.contains_key("member"), "{stopped:?}");
    violations(&world).await;
}

/// "A stop works until that log-in and kills the newcomer's password, mail and flows"
#[tokio::test]
async fn a_stop_ends_password_and_flows_of_the_newcomer_and_changes_nothing_for_the_members() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    let mut hanako = with_colleague(&world, &mut taro, HANAKO).await;
    asked(&world).await;
    world.wait(OPENS);
    let mut jiro = confirmed(&world, JIRO).await;
    let mut browser = world.clerk();
    browser.logs_in_for_the_first_time(JIRO).await;
    let version = browser.is_shown_the_terms().await;
    let password = jiro.mailed_password(JIRO).await;
    let code = stop_code(&world, TARO).await;
    stops(&mut world.clerk(), PLAIN_OFFICE.number, &code)
        .await
        .is(204);

    browser
        .changes_password(OWN_PASSWORD, &version)
        .await
        .is_told("no-flow");
    jiro.calls("GET", "/registration").await.is_told("no-flow");
    jiro.logs_in(JIRO, &password).await.is_told("wrong-credentials");
    for (clerk, email, role) in [(&mut taro, TARO, "manager"), (&mut hanako, HANAKO, "member")] {
        logs_in(clerk, email).await;
        clerk
            .calls("GET", "/me")
            .await
            .has("/role", role)
            .has("/members/count", 2);
    }
    // The address is free again.
    adds(&mut taro, JIRO).await;
    violations(&world).await;
}

/// At `until` it is as if never asked: nothing of the newcomer lives on.
#[tokio::test]
async fn when_its_time_is_over_the_newcomer_has_nothing() {
    let world = World::start().await;
    taros_office(&world).await;
    asked(&world).await;
    world.wait(OPENS + OPEN - 1_800);
    let jiro = confirmed(&world, JIRO).await;
    let password = jiro.mailed_password(JIRO).await;
    let mut browser = world.clerk();
    world.wait(1_200);
    browser.logs_in_for_the_first_time(JIRO).await;
    let version = browser.is_shown_the_terms().await;
    let code = stop_code(&world, TARO).await;
    world.wait(600);
    browser
        .changes_password(OWN_PASSWORD, &version)
        .await
        .is_told("no-flow");
    browser
        .logs_in(JIRO, &password)
        .await
        .is_told("wrong-credentials");
    stops(&mut world.clerk(), PLAIN_OFFICE.number, &code)
        .await
        .is_told("wrong-code");
    let mut late = proves(&world).await;
    late.calls("GET", "/registration").await.lacks("/takeOver");
    asks(&mut late, "late-0123456789ab").await.is(200);
    violations(&world).await;
}

/// The newcomer's profile was shown, but the take-over was stopped before 「登録する」.
#[tokio::test]
async fn a_confirmation_that_comes_after_the_stop_registers_nobody() {
    let world = World::start().await;
    taros_office(&world).await;
    asked(&world).await;
    world.wait(OPENS);
    let mut jiro = proves(&world).await;
    jiro.enters_profile(&profile(JIRO))
        .await
        .is(200)
        .leads_to("confirm");
    let code = stop_code(&world, TARO).await;
    stops(&mut world.clerk(), PLAIN_OFFICE.number, &code)
        .await
        .is(204);
    jiro.confirms(CONFIRM_KEY)
        .await
        .is_told("organisation-already-registered")
        .leads_to("already-registered")
        .has("/progress/takeOver/state", "stopped");
    assert!(world.mails_to(JIRO).await.is_empty());
}
