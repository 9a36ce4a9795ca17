//! Attacks, and unlucky sequences of requests

use platform::store::Consistency;
use portal::account::Account;
use portal::values::EmailAddress;
use testkit::people::{GUARDED_OFFICE, PLAIN_OFFICE, profile};
use testkit::{Clerk, World, only_member};

async fn active(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro
}

async fn account(world: &World, email: &str) -> Account {
    let key = EmailAddress::parse(email).unwrap().key();
    world
        .table
        .get::<Account>(&key, Consistency::Strong)
        .await
        .unwrap()
        .unwrap()
        .item
}

/// An attacker guesses at an address before its owner registers: the owner still gets in.
#[tokio::test]
async fn an_address_cannot_be_switched_off_before_its_owner_comes() {
    let world = World::start().await;
    let mut stranger = world.clerk();
    for _ in 0..100 {
        stranger
            .logs_in("taro@example.jp", "wrong")
            .await
            .is_told("wrong-credentials");
        world.wait(900);
    }
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
}

/// Another tab renewed the session, and its answer is late: the log-out still ends it.
#[tokio::test]
async fn a_log_out_ends_the_session_whichever_cookie_it_has_now() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    let mut other_tab = taro.clone();
    other_tab.calls("POST", "/login/session").await.is(200);
    taro.calls("POST", "/logout").await.is(204);
    other_tab.calls("GET", "/me").await.is_told("no-session");
}

/// The log-in's cookie lives for a quarter of an hour, the session's for twelve hours: usually only the latter is sent.
#[tokio::test]
async fn a_log_out_with_the_sessions_cookie_alone_ends_the_log_in_too() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    let mut other_tab = taro.clone();
    taro.cookies.remove("__Host-login").unwrap();
    taro.calls("POST", "/logout").await.is(204);
    other_tab.calls("POST", "/login/session").await.is_told("no-flow");
    other_tab.calls("GET", "/me").await.is_told("no-session");
    let account = account(&world, "taro@example.jp").await;
    assert!(
        only_member(&account).sessions.is_empty(),
        "the account keeps the session"
    );
}

/// A registration of an office with expired seats removes all previous members, also in other accounts.
#[tokio::test]
async fn an_office_that_fell_free_has_no_second_owner() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    world.wait(1_209_600);
    world.clerk().registers(&PLAIN_OFFICE, "hanako@example.jp").await;
    let holders = async |email| account(&world, email).await.members().count();
    assert_eq!(holders("taro@example.jp").await, 0);
    assert_eq!(holders("hanako@example.jp").await, 1);
}

/// No mailed password outlives its seat.
#[tokio::test]
async fn a_reissued_password_ends_with_the_seat() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    world.wait(1_209_600 - 3_600);
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    taro.calls("POST", "/registration/initial-password/reissue")
        .await
        .is(200)
        .has("/initialPassword/expiresAt", "2026-04-15T00:00:00Z");
}

/// The seats expire while a person is at `already-registered`: the screen shows how to continue.
#[tokio::test]
async fn at_already_registered_the_way_on_is_shown_when_the_seat_falls_free() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    world.wait(1_209_599);
    let mut hanako = world.clerk();
    hanako
        .proves_to_be(&PLAIN_OFFICE)
        .await
        .leads_to("already-registered");
    world.wait(1);
    assert_eq!(
        hanako.calls("GET", "/registration").await.allowed(),
        ["correct-profile", "cancel"]
    );
    hanako.enters_profile(&profile("hanako@example.jp")).await.is(200);
    hanako.confirms("falls-free-000001").await.is(201);
}

/// A right security code costs no try if no mail can be sent.
#[tokio::test]
async fn a_right_security_code_is_not_spent_on_a_full_mailbox() {
    let world = World::start().await;
    for _ in 0..5 {
        let mut clerk = world.clerk();
        clerk.authenticates(&GUARDED_OFFICE).await.is(200);
        let code = serde_json::json!({ "securityCode": GUARDED_OFFICE.security_code });
        clerk
            .json("POST", "/registration/security-code", &code)
            .await
            .is(200);
    }
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    let code = serde_json::json!({ "securityCode": GUARDED_OFFICE.security_code });
    for _ in 0..4 {
        taro.json("POST", "/registration/security-code", &code)
            .await
            .is_told("too-many-requests")
            .has("/progress/securityCode/triesLeft", 3);
    }
}
