//! マイページ, ログアウト, the lifetime of a session

use platform::store::Key;
use portal::values::OfficeNumber;
use testkit::World;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};

async fn at_my_page(world: &World) -> testkit::Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro
}

#[tokio::test]
async fn my_page_looks_at_the_session_alone() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    taro.cookies.retain(|name, _| name == "__Host-session");
    taro.calls("GET", "/me")
        .await
        .is(200)
        .has("/session/idleExpiresAt", "2026-04-01T00:30:00Z")
        .has("/session/expiresAt", "2026-04-01T12:00:00Z");
    taro.cookies.clear();
    taro.calls("GET", "/me").await.is_told("no-session");
    taro.cookies.insert("__Host-session".to_owned(), "A".repeat(43));
    taro.calls("GET", "/me").await.is_told("no-session");
    assert!(taro.cookies.is_empty());
}

/// An unreadable item is never shown as a number of members.
#[tokio::test]
async fn my_page_without_its_office_is_a_fault_and_not_an_office_of_one() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    taro.calls("GET", "/me").await.is(200).has("/members/count", 1);
    let number = OfficeNumber::parse(PLAIN_OFFICE.number).unwrap();
    world.deletes_by_hand(Key::Office(number)).await;
    taro.calls("GET", "/me").await.is_told("temporarily-unavailable");
}

#[tokio::test]
async fn an_unused_session_ends_after_half_an_hour_and_every_one_after_twelve() {
    for (wait, lives) in [(1_799, true), (1_800, false), (1_801, false)] {
        let world = World::start().await;
        let mut taro = at_my_page(&world).await;
        world.wait(wait);
        let answer = taro.calls("GET", "/me").await;
        if lives {
            drop(answer.is(200));
        } else {
            drop(answer.is_told("no-session"));
        }
    }
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    for _ in 0..28 {
        world.wait(1_500);
        taro.calls("GET", "/me").await.is(200);
    }
    world.wait(1_199);
    taro.calls("GET", "/me").await.is(200);
    world.wait(1);
    taro.calls("GET", "/me").await.is_told("no-session");
}

#[tokio::test]
async fn a_log_out_ends_session_and_log_in_and_deletes_all_cookies() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let before = taro.cookies.clone();

    let answer = taro.calls("POST", "/logout").await.is(204);
    assert_eq!(answer.header("clear-site-data"), Some("\"storage\""));
    // The browser stays known, which grants no access.
    assert_eq!(taro.cookies.keys().collect::<Vec<_>>(), ["__Host-device"]);

    taro.cookies = before;
    taro.calls("GET", "/me").await.is_told("no-session");
    taro.calls("POST", "/login/session").await.is_told("no-flow");
    // Without cookies the answer is the same.
    world.clerk().calls("POST", "/logout").await.is(204);
}

#[tokio::test]
async fn a_sixth_session_ends_the_oldest() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut others = Vec::new();
    for _ in 0..5 {
        world.wait(900);
        taro.calls("GET", "/me").await.is(200);
        let mut other = world.clerk();
        other.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
        let code = other.mailed_code("taro@example.jp").await;
        other.types_login_code(&code).await.is(200).leads_to("my-page");
        others.push(other);
    }
    taro.calls("GET", "/me").await.is_told("no-session");
    others[4].calls("GET", "/me").await.is(200);
}

#[tokio::test]
async fn a_log_in_brings_a_new_cookie_whatever_was_planted() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let old = taro.cookies["__Host-session"].clone();
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200);
    assert_ne!(taro.cookies["__Host-session"], old);
}

#[tokio::test]
async fn a_password_only_session_opens_nothing() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    taro.cookies.clear();
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    taro.calls("GET", "/me").await.is_told("no-session");
    let login = taro.cookies["__Host-login"].clone();
    taro.cookies.insert("__Host-session".to_owned(), login);
    taro.calls("GET", "/me").await.is_told("no-session");
    taro.calls("POST", "/login/session")
        .await
        .is_told("wrong-step")
        .leads_to("otp");
}
