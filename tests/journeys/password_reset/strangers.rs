//! A reset by a stranger: alike for every address, and bounded.

use serde_json::{Value, json};
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE};
use testkit::{Clerk, Reply, World};

use super::{RESEND, TARO, UNKNOWN, at_home, disable, mails, stranger};

/// What a stranger sees of a reset, from the address to the last try: all but what is drawn anew each time.
async fn seen_by_a_stranger(world: &World, address: &str) -> Vec<Value> {
    let mut stranger = stranger(world);
    let mut seen = Vec::new();
    let mut note = |clerk: &Clerk, answer: Reply| {
        let mut body = answer.body;
        for at in ["", "/progress", "/otp", "/progress/otp"] {
            let Some(Value::Object(document)) = body.pointer_mut(at) else {
                continue;
            };
            for drawn in ["flow", "instance", "label"] {
                if let Some(value) = document.get_mut(drawn) {
                    *value = json!("drawn");
                }
            }
            if let Some(at) = document.get_mut("expiresAt") {
                let at_second: jiff::Timestamp = at.as_str().unwrap().parse().unwrap();
                *at = json!(at_second.as_second() - world.now().as_second());
            }
        }
        let mut headers: Vec<&str> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
        headers.sort_unstable();
        let cookies: Vec<(&String, usize)> = clerk
            .cookies
            .iter()
            .map(|(name, value)| (name, value.len()))
            .collect();
        seen.push(json!([answer.status, headers, cookies, body]));
    };
    let answer = stranger.asks_for_a_reset(address).await;
    note(&stranger, answer);
    let answer = stranger.calls("GET", "/password-reset").await;
    note(&stranger, answer);
    world.deliver().await;
    let answer = stranger.calls("POST", RESEND).await;
    note(&stranger, answer);
    world.wait(30);
    for path in [RESEND, "/password-reset/password"] {
        let answer = stranger.json("POST", path, &json!({})).await;
        note(&stranger, answer);
    }
    world.deliver().await;
    for code in [
        "12345", "000000", "000001", "000002", "000003", "000004", "000005",
    ] {
        let answer = stranger.types_reset_code(code).await;
        note(&stranger, answer);
    }
    let answer = stranger.calls("POST", RESEND).await;
    note(&stranger, answer);
    let answer = stranger.calls("DELETE", "/password-reset").await;
    note(&stranger, answer);
    // What is left of the hour, and then of the codes.
    for _ in 0..4 {
        let answer = stranger.asks_for_a_reset(address).await;
        note(&stranger, answer);
    }
    for _ in 0..6 {
        let answer = stranger.types_reset_code("000009").await;
        note(&stranger, answer);
    }
    let answer = stranger.asks_for_a_reset(address).await;
    note(&stranger, answer);
    world.wait(900);
    let answer = stranger.calls("GET", "/password-reset").await;
    note(&stranger, answer);
    seen
}

/// Answer, cookies and budgets are alike for every address: unknown, disabled member's, pending member's.
#[tokio::test]
async fn a_stranger_sees_the_same_for_every_address() {
    let mut all = Vec::new();
    for who in [
        "unknown",
        "active",
        "disabled",
        "pending",
        "claims",
        "expired claim",
    ] {
        let world = World::start().await;
        match who {
            "unknown" => {}
            "pending" | "expired claim" => drop(world.clerk().registers(&PLAIN_OFFICE, TARO).await),
            "claims" => {
                world.clerk().registers(&PLAIN_OFFICE, TARO).await;
                world.clerk().registers(&DEEMED_OFFICE, TARO).await;
            }
            _ => drop(at_home(&world).await),
        }
        if who == "disabled" {
            disable(&world, TARO).await;
        }
        if who == "expired claim" {
            world.wait(14 * 86_400);
        }
        all.push((who, seen_by_a_stranger(&world, TARO).await));
    }
    let (_, unknown) = &all[0];
    assert!(unknown.len() > 20);
    for (who, seen) in &all {
        assert_eq!(seen, unknown, "{who}");
    }
}

/// The requests to the table, and their capacity, are the same for every address.
#[tokio::test]
async fn a_reset_asks_the_table_the_same_for_every_address() {
    let mut all = Vec::new();
    for who in ["unknown", "active", "disabled", "pending"] {
        let world = World::start().await;
        match who {
            "unknown" => {}
            "pending" => drop(world.clerk().registers(&PLAIN_OFFICE, TARO).await),
            _ => drop(at_home(&world).await),
        }
        if who == "disabled" {
            disable(&world, TARO).await;
        }
        world.deliver().await;
        let mut stranger = stranger(&world);
        let mut calls = Vec::new();
        for step in 0..4 {
            world.meter.take();
            drop(match step {
                0 => stranger.asks_for_a_reset(TARO).await,
                1 => stranger.types_reset_code("000000").await,
                2 => stranger.calls("POST", RESEND).await,
                _ => stranger.calls("GET", "/password-reset").await,
            });
            calls.push(world.meter.take().operations);
            world.deliver().await;
            world.wait(30);
        }
        all.push((who, calls));
    }
    let (_, unknown) = &all[0];
    assert_eq!(unknown[0], ["GetItem", "PutItem", "PutItem"]);
    for (who, calls) in &all {
        assert_eq!(calls, unknown, "{who}");
    }
}

#[tokio::test]
async fn an_unknown_and_a_disabled_address_are_mailed_nothing_and_no_code_is_right() {
    let world = World::start().await;
    at_home(&world).await;
    disable(&world, TARO).await;
    for (address, before) in [(UNKNOWN, 0), (TARO, mails(&world, TARO).await)] {
        let mut clerk = stranger(&world);
        clerk.asks_for_a_reset(address).await.is(200);
        world.wait(30);
        clerk.calls("POST", RESEND).await.is(200);
        assert_eq!(mails(&world, address).await, before, "{address}");
        // Not even the one that a mail would have brought.
        let flow = world.items_of("RESET").await.pop().unwrap();
        let mail = flow["mail"].as_m().unwrap();
        let text = |name: &str| mail[name].as_s().unwrap().clone();
        let code = portal::code::OneTimeCode::derive(
            &world.keys,
            &portal::keys::KeyId::new(text("key")),
            portal::code::Purpose::Reset,
            &portal::values::ChallengeId::new(text("of")),
            mail["count"].as_n().unwrap().parse().unwrap(),
        );
        clerk
            .types_reset_code(code.unwrap().digits())
            .await
            .is_told("wrong-code")
            .has("/triesLeft", 4);
        clerk.calls("DELETE", "/password-reset").await.is(204);
    }
}

/// One mail, with every office whose claim lives; no code.
#[tokio::test]
async fn an_address_with_pending_claims_is_mailed_once_how_to_get_the_initial_password() {
    let world = World::start().await;
    for office in [&PLAIN_OFFICE, &DEEMED_OFFICE] {
        world.clerk().registers(office, TARO).await;
    }
    let before = mails(&world, TARO).await;
    let mut taro = world.clerk();
    taro.asks_for_a_reset(TARO).await.is(200).leads_to("otp");
    world.wait(30);
    taro.calls("POST", RESEND).await.is(200);
    let mails_now = world.mails_to(TARO).await;
    assert_eq!(mails_now.len(), before + 1);
    let guide = &mails_now[0];
    assert_eq!(
        guide.subject,
        "【介護情報基盤ポータル】初期パスワードでのログインのご案内"
    );
    let mut offices: Vec<&str> = guide
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("事業所："))
        .collect();
    offices.sort_unstable();
    let mut expected = [PLAIN_OFFICE.name, DEEMED_OFFICE.name];
    expected.sort_unstable();
    assert_eq!(offices, expected);
    assert!(!guide.text.contains("ワンタイムパスワード") && !guide.text.contains("初期パスワード："));

    // Once a member has logged in, the other claim is void, and the next mail brings a code.
    taro.logs_in_for_the_first_time(TARO).await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    taro.proves_the_mailbox(TARO).await;
}

#[tokio::test]
async fn a_claim_that_is_over_is_not_named() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, TARO).await;
    world.wait(86_400);
    world.clerk().registers(&SHARED_OFFICE, TARO).await;
    world.wait(13 * 86_400);
    world.clerk().asks_for_a_reset(TARO).await.is(200);
    let guide = world.mails_to(TARO).await.remove(0);
    assert!(guide.text.contains(SHARED_OFFICE.name), "{}", guide.text);
    assert!(!guide.text.contains(PLAIN_OFFICE.name), "{}", guide.text);
    world.wait(86_400);
    let before = mails(&world, TARO).await;
    world.clerk().asks_for_a_reset(TARO).await.is(200);
    assert_eq!(mails(&world, TARO).await, before, "no claim lives");
}

/// Five an hour and ten a day an address, resends included; log-ins have their own.
#[tokio::test]
async fn resets_have_a_budget_of_their_own() {
    for address in [TARO, UNKNOWN] {
        let world = World::start().await;
        let mut taro = at_home(&world).await;
        for wait in [3_600, 82_800] {
            for _ in 0..4 {
                stranger(&world).asks_for_a_reset(address).await.is(200);
            }
            let mut clerk = stranger(&world);
            clerk.asks_for_a_reset(address).await.is(200);
            world.wait(60);
            clerk
                .calls("POST", RESEND)
                .await
                .is_told("too-many-requests")
                .leads_to("otp");
            let told = stranger(&world)
                .asks_for_a_reset(address)
                .await
                .is_told("too-many-requests");
            let seconds = told.body["retryAfterSeconds"].as_u64().unwrap();
            assert!(seconds.is_multiple_of(900), "{seconds}");
            assert!(!told.body.to_string().contains("progress"), "no flow began");
            world.wait(wait - 60);
        }
        // A day after the first five.
        stranger(&world).asks_for_a_reset(address).await.is(200);
        taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    }
}

#[tokio::test]
async fn ten_wrong_codes_stop_resets_of_an_address_and_not_its_log_ins() {
    for address in [TARO, UNKNOWN] {
        let world = World::start().await;
        let mut taro = at_home(&world).await;
        for _ in 0..2 {
            let mut guesser = stranger(&world);
            guesser.asks_for_a_reset(address).await.is(200);
            for left in [4, 3, 2, 1, 0] {
                guesser
                    .types_reset_code("000000")
                    .await
                    .is_told("wrong-code")
                    .has("/triesLeft", left);
            }
            let told = guesser.types_reset_code("000000").await.is_told("no-tries-left");
            assert_eq!(told.allowed(), ["cancel"]);
        }
        world.wait(1);
        stranger(&world)
            .asks_for_a_reset(address)
            .await
            .is_told("too-many-requests")
            .has("/retryAfterSeconds", 900);
        taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
        world.wait(899);
        stranger(&world).asks_for_a_reset(address).await.is(200);
    }
}
