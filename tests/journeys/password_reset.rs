//! パスワードの再設定: 「パスワードを忘れた方」 (`docs/api.md` 6). It tells nobody who exists.

use portal::account::Account;
use portal::values::EmailAddress;
use serde_json::{Value, json};
use testkit::only_member_mut;
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE};
use testkit::{Clerk, Reply, World};

const TARO: &str = "taro@example.jp";
const NOBODY: &str = "nobody@example.jp";
const NEW_PASSWORD: &str = "みどりの丘と きいろい花 二〇二六";
const RESEND: &str = "/password-reset/otp/resend";

async fn at_home(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

async fn account(world: &World, address: &str) -> Option<platform::store::Stored<Account>> {
    let key = EmailAddress::parse(address).unwrap().key();
    let read = world
        .table
        .get::<Account>(&key, platform::store::Consistency::Strong);
    read.await.unwrap()
}

async fn disable(world: &World, address: &str) {
    let stored = account(world, address).await.unwrap();
    let mut item = stored.item.clone();
    only_member_mut(&mut item).disabled = true;
    world
        .edits_by_hand(item, platform::store::Replacing::Read(&stored))
        .await;
}

/// A browser that the portal has never seen, somewhere else.
fn stranger(world: &World) -> Clerk {
    let mut clerk = world.clerk();
    "203.0.113.9".clone_into(&mut clerk.source_ip);
    clerk
}

async fn mails(world: &World, address: &str) -> usize {
    world.mails_to(address).await.len()
}

#[tokio::test]
async fn who_forgot_the_password_sets_a_new_one_with_a_mailed_code() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.asks_for_a_reset(TARO)
        .await
        .is(200)
        .leads_to("otp")
        .has("/allowed", json!(["otp", "resend-otp", "cancel"]))
        .has("/expiresAt", "2026-04-01T00:30:00Z")
        .has("/otp/sentTo", "t***@e***.jp")
        .has(
            "/otp/subject",
            "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
        )
        .has("/otp/expiresAt", "2026-04-01T00:10:00Z")
        .has("/otp/sendsLeft", 4)
        .has("/otp/triesLeft", 5)
        .lacks("/otp/delivery");
    assert!(taro.cookies.contains_key("__Host-reset"));
    let mail = world.mails_to(TARO).await.remove(0);
    assert_eq!(
        (mail.from.as_str(), mail.subject.as_str()),
        (
            "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>",
            "【介護情報基盤ポータル】ワンタイムパスワード発行通知"
        )
    );
    let code = taro.mailed_code(TARO).await;
    taro.types_reset_code(&code)
        .await
        .is(200)
        .leads_to("new-password")
        .has("/account/emailMasked", "t***@e***.jp")
        .has("/account/office/name", PLAIN_OFFICE.name)
        .has("/newPassword", "required")
        .has("/allowed", json!(["new-password", "cancel"]))
        .lacks("/terms");
    let done = taro.resets_password(NEW_PASSWORD).await.is(200).leads_to("done");
    assert_eq!(done.allowed(), ["cancel"]);
    // Nobody is logged in by it.
    taro.calls("GET", "/me").await.is_told("no-session");

    taro.logs_in(TARO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    taro.logs_in(TARO, NEW_PASSWORD).await.is(200);
    let code = taro.mailed_code(TARO).await;
    // The terms that were agreed to are agreed to.
    taro.types_login_code(&code).await.is(200).leads_to("my-page");
}

#[tokio::test]
async fn every_session_ends_and_every_log_in_under_way() {
    let world = World::start().await;
    let mut at_work = at_home(&world).await;
    let mut at_the_code = world.clerk();
    at_the_code.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = at_the_code.mailed_code(TARO).await;
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    at_work.calls("GET", "/me").await.is(200);
    taro.resets_password(NEW_PASSWORD).await.is(200);
    at_work.calls("GET", "/me").await.is_told("no-session");
    at_work.calls("POST", "/login/session").await.is_told("no-flow");
    at_the_code.types_login_code(&code).await.is_told("no-flow");
}

#[tokio::test]
async fn the_wait_for_wrong_passwords_ends_and_a_password_that_was_off_comes_back() {
    let world = World::start().await;
    let mut known = at_home(&world).await;
    for at in 0..100 {
        let mut guesser = world.clerk();
        guesser.source_ip = format!("203.0.113.{}", at / 4);
        guesser.logs_in(TARO, "wrong").await.is_told("wrong-credentials");
    }
    for _ in 0..5 {
        known.logs_in(TARO, "wrong").await.is_told("wrong-credentials");
    }
    let mut elsewhere = stranger(&world);
    for clerk in [&mut elsewhere, &mut known] {
        clerk
            .logs_in(TARO, OWN_PASSWORD)
            .await
            .is_told("wrong-credentials");
    }
    let mut taro = world.clerk();
    taro.proves_the_mailbox(TARO).await;
    taro.resets_password(NEW_PASSWORD).await.is(200);
    for clerk in [&mut elsewhere, &mut known] {
        clerk.logs_in(TARO, NEW_PASSWORD).await.is(200);
    }
}

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
    for (address, before) in [(NOBODY, 0), (TARO, mails(&world, TARO).await)] {
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

#[tokio::test]
async fn a_new_password_is_told_to_its_member_by_mail() {
    let world = World::start().await;
    at_home(&world).await;
    world.wait(3_600);
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    let before = mails(&world, TARO).await;
    world.wait(60);
    taro.resets_password("short").await.is_told("invalid-fields");
    assert_eq!(mails(&world, TARO).await, before);
    taro.resets_password(NEW_PASSWORD).await.is(200);
    let mails = world.mails_to(TARO).await;
    assert_eq!(mails.len(), before + 1);
    assert_eq!(
        mails[0].subject,
        "【介護情報基盤ポータル】パスワードが再設定されました"
    );
    let lines: Vec<&str> = mails[0].text.lines().collect();
    assert_eq!(lines[0], "日時：2026年4月1日 10時01分");
    assert!(mails[0].text.contains("お心当たりがない場合"));
    // No budget of codes pays for it.
    assert!(world.violations_of_mail_budgets().await.is_empty());
}

/// Five an hour and ten a day an address, resends included; log-ins have their own.
#[tokio::test]
async fn resets_have_a_budget_of_their_own() {
    for address in [TARO, NOBODY] {
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
    for address in [TARO, NOBODY] {
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

#[tokio::test]
async fn a_reset_lives_for_half_an_hour_and_its_code_for_ten_minutes() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.asks_for_a_reset(TARO).await.is(200);
    let code = taro.mailed_code(TARO).await;
    world.wait(600);
    taro.types_reset_code(&code).await.is_told("code-expired");
    taro.calls("POST", RESEND)
        .await
        .is(200)
        .has("/otp/expiresAt", "2026-04-01T00:20:00Z");
    let next = taro.mailed_code(TARO).await;
    taro.types_reset_code(&next).await.is(200);
    world.wait(1_199);
    taro.calls("GET", "/password-reset").await.is(200);
    world.wait(1);
    taro.resets_password(NEW_PASSWORD).await.is_told("no-flow");
    assert!(!taro.cookies.contains_key("__Host-reset"));
}

/// A code of one purpose is wrong for every other.
#[tokio::test]
async fn the_code_of_a_log_in_is_wrong_for_a_reset() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let of_login = taro.mailed_code(TARO).await;
    taro.asks_for_a_reset(TARO).await.is(200);
    let of_reset = taro.mailed_code(TARO).await;
    if of_login != of_reset {
        taro.types_reset_code(&of_login).await.is_told("wrong-code");
        taro.types_login_code(&of_reset).await.is_told("wrong-code");
    }
    taro.types_reset_code(&of_reset).await.is(200);
}

#[tokio::test]
async fn what_comes_late_or_twice_is_told_where_the_reset_stands() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.resets_password(NEW_PASSWORD).await.is_told("no-flow");
    taro.asks_for_a_reset(TARO).await.is(200);
    taro.resets_password(NEW_PASSWORD)
        .await
        .is_told("wrong-step")
        .leads_to("otp");
    let code = taro.mailed_code(TARO).await;
    taro.types_reset_code(&code).await.is(200);
    taro.types_reset_code(&code)
        .await
        .is_told("wrong-step")
        .leads_to("new-password");
    taro.calls("POST", RESEND).await.is_told("wrong-step");
    taro.resets_password(NEW_PASSWORD).await.is(200);
    taro.resets_password(NEW_PASSWORD)
        .await
        .is_told("wrong-step")
        .leads_to("done");
    taro.calls("GET", "/password-reset")
        .await
        .is(200)
        .leads_to("done");
    taro.calls("DELETE", "/password-reset").await.is(204);
    taro.calls("GET", "/password-reset").await.is_told("no-flow");
    // The reset of a password that another reset has set by now is over.
    let mut one = stranger(&world);
    let mut other = stranger(&world);
    one.proves_the_mailbox(TARO).await;
    other.proves_the_mailbox(TARO).await;
    one.resets_password(OWN_PASSWORD).await.is(200);
    other.resets_password(NEW_PASSWORD).await.is_told("no-flow");
    one.logs_in(TARO, OWN_PASSWORD).await.is(200);
}

/// The process dies after the password was set, before the flow knows: the person finds it done.
#[tokio::test]
async fn a_reset_whose_answer_was_lost_is_done_once() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    let before = world.items_of("RESET").await.pop().unwrap();
    taro.resets_password(NEW_PASSWORD).await.is(200);
    let told = mails(&world, TARO).await;
    world.puts_back(&before).await;
    let mut again = taro.clone();
    again
        .resets_password("ほかの ことばで きめなおす 一二三")
        .await
        .is_told("wrong-step")
        .leads_to("done");
    world.puts_back(&before).await;
    taro.calls("GET", "/password-reset")
        .await
        .is(200)
        .leads_to("done");
    assert_eq!(mails(&world, TARO).await, told, "told once");
    taro.logs_in(TARO, NEW_PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_start_in_another_tab_ends_the_reset_of_the_first() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    let first = taro.asks_for_a_reset(TARO).await.is(200).body["flow"]
        .as_str()
        .unwrap()
        .to_owned();
    let code = taro.mailed_code(TARO).await;
    taro.asks_for_a_reset(NOBODY).await.is(200);
    taro.headers.push(("portal-flow".to_owned(), first.clone()));
    for path in ["/password-reset/otp", RESEND, "/password-reset/password"] {
        taro.json("POST", path, &json!({}))
            .await
            .is_told("other-flow")
            .leads_to("otp");
    }
    taro.calls("DELETE", "/password-reset")
        .await
        .is_told("other-flow");
    // A question and a start never look at it.
    taro.calls("GET", "/password-reset").await.is(200);
    taro.headers.pop();
    taro.types_reset_code(&code).await.is_told("wrong-code");
    assert_eq!(world.items_of("RESET").await.len(), 1);
}

/// The rules of 「パスワードを変更する」, the present password included.
#[tokio::test]
async fn a_new_password_keeps_the_rules_of_every_password() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    for (password, code) in [
        ("", "required"),
        ("short", "too-short"),
        (OWN_PASSWORD, "same-as-before"),
        ("見本訪問介護ステーションの朝と夜の空", "contains-context-word"),
    ] {
        taro.resets_password(password)
            .await
            .is_told("invalid-fields")
            .complains(&[("/newPassword", code)]);
    }
    let unknown = json!({ "newPassword": NEW_PASSWORD, "agreedTerms": { "version": "x" } });
    taro.json("POST", "/password-reset/password", &unknown)
        .await
        .complains(&[("", "unknown-field")]);
    taro.resets_password(NEW_PASSWORD).await.is(200);
}

#[tokio::test]
async fn what_is_no_address_is_told_so_and_begins_nothing() {
    let world = World::start().await;
    let mut clerk = world.clerk();
    for (typed, code) in [("", "required"), ("taro", "not-an-email-address")] {
        clerk
            .asks_for_a_reset(typed)
            .await
            .is_told("invalid-fields")
            .complains(&[("/email", code)]);
    }
    assert!(
        world
            .items()
            .await
            .iter()
            .all(|item| !item["pk"].as_s().unwrap().starts_with("RESET"))
    );
    // The code goes to the address as the member has it, whatever spelling was typed.
    at_home(&world).await;
    clerk
        .asks_for_a_reset("ＴＡＲＯ＠example.jp")
        .await
        .is(200)
        .has("/otp/sentTo", "T***@e***.jp");
    let code = clerk.mailed_code(TARO).await;
    clerk.types_reset_code(&code).await.is(200);
}

/// A member who may no longer log in resets nothing, at any stage of the reset.
#[tokio::test]
async fn a_member_who_is_disabled_meanwhile_sets_no_password() {
    let world = World::start().await;
    at_home(&world).await;
    let (mut at_the_code, mut at_the_password) = (stranger(&world), stranger(&world));
    at_the_code.asks_for_a_reset(TARO).await.is(200);
    let code = at_the_code.mailed_code(TARO).await;
    at_the_password.proves_the_mailbox(TARO).await;
    disable(&world, TARO).await;
    at_the_code.types_reset_code(&code).await.is_told("wrong-code");
    world.wait(30);
    let before = mails(&world, TARO).await;
    at_the_code.calls("POST", RESEND).await.is(200);
    assert_eq!(
        mails(&world, TARO).await,
        before,
        "no mail goes to a disabled member"
    );
    at_the_password
        .resets_password(NEW_PASSWORD)
        .await
        .is_told("no-flow");
}
