//! Known devices: an attacker's guesses do not lock the owner out (ADR 0020)

use testkit::people::{GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, World};

async fn at_home(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro
}

async fn hammers(world: &World, times: u32) {
    for _ in 0..times {
        let mut stranger = world.clerk();
        stranger
            .logs_in("taro@example.jp", "not-the-password-at-all")
            .await
            .is_told("wrong-credentials");
    }
}

#[tokio::test]
async fn an_attackers_guesses_do_not_lock_the_owner_out() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    taro.calls("POST", "/logout").await.is(204);
    hammers(&world, 12).await;

    // From anywhere else the right password is not judged now; from the known browser it is.
    world
        .clerk()
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200).leads_to("my-page");

    // That does not reset the attacker's count.
    world
        .clerk()
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
}

#[tokio::test]
async fn a_hundred_wrong_passwords_of_strangers_leave_the_owner_a_way() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    for _ in 0..100 {
        hammers(&world, 1).await;
        world.wait(900);
    }
    world
        .clerk()
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200).leads_to("my-page");

    // Whoever has come so has a way from other browsers, too, after the longest wait.
    world.wait(900);
    world
        .clerk()
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200);
}

#[tokio::test]
async fn a_known_device_waits_only_for_its_own_wrong_passwords() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    for _ in 0..5 {
        taro.logs_in("taro@example.jp", "not-the-password-at-all")
            .await
            .is_told("wrong-credentials");
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    // The account's other count is unchanged.
    world
        .clerk()
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
    world.wait(1);
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
}

#[tokio::test]
async fn a_devices_cookie_opens_nothing_and_is_known_to_its_own_account_only() {
    let world = World::start().await;
    let taro = at_home(&world).await;
    let mut hanako = world.clerk();
    hanako.registers(&GUARDED_OFFICE, "hanako@example.jp").await;
    hanako.arrives_at_my_page("hanako@example.jp").await;
    // Taro's browser is not a known device of hanako's account.
    for _ in 0..5 {
        world
            .clerk()
            .logs_in("hanako@example.jp", "not-the-password-at-all")
            .await;
    }
    let mut other = world.clerk();
    other
        .cookies
        .insert("__Host-device".to_owned(), taro.cookies["__Host-device"].clone());
    other
        .logs_in("hanako@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    other.calls("GET", "/me").await.is_told("no-session");
    other.calls("GET", "/login").await.is_told("no-flow");
}

#[tokio::test]
async fn colleagues_at_one_computer_share_its_cookie() {
    let world = World::start().await;
    let mut shared = at_home(&world).await;
    let cookie = shared.cookies["__Host-device"].clone();
    shared.calls("POST", "/logout").await.is(204);
    shared.registers(&GUARDED_OFFICE, "hanako@example.jp").await;
    shared.arrives_at_my_page("hanako@example.jp").await;
    assert_eq!(shared.cookies["__Host-device"], cookie);
    hammers(&world, 5).await;
    shared
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
    // The table does not show that both use the same computer.
    let names: Vec<String> = world
        .items_of("ACCOUNT")
        .await
        .iter()
        .filter_map(|item| {
            item.get("holders")?
                .as_m()
                .ok()?
                .values()
                .next()?
                .as_m()
                .ok()?
                .get("devices")
        })
        .map(|devices| format!("{devices:?}"))
        .collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
}

async fn logs_in_wholly(clerk: &mut Clerk) {
    clerk.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = clerk.mailed_code("taro@example.jp").await;
    clerk.types_login_code(&code).await.is(200).leads_to("my-page");
}

#[tokio::test]
async fn a_sixth_device_takes_the_place_of_the_one_that_was_longest_away() {
    let world = World::start().await;
    let mut first = at_home(&world).await;
    let mut second = world.clerk();
    for n in 0..5 {
        world.wait(3_601);
        let mut other = world.clerk();
        let device = if n == 0 { &mut second } else { &mut other };
        logs_in_wholly(device).await;
    }
    hammers(&world, 5).await;
    first
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    second.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}

/// The answer that completed the log-in was lost, and both of its cookies with it.
#[tokio::test]
async fn a_browser_that_gets_its_session_again_is_known_from_then_on() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    let lost = taro.cookies.remove("__Host-device").unwrap();
    taro.cookies.remove("__Host-session").unwrap();
    taro.calls("POST", "/login/session").await.is(200);
    assert_ne!(taro.cookies["__Host-device"], lost);
    hammers(&world, 5).await;
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
}

/// The browser and the account keep it for the same time.
#[tokio::test]
async fn a_renewed_session_makes_a_device_known_for_180_days_from_then_on() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    let device = taro.cookies["__Host-device"].clone();
    world.wait(600);
    let renewed = taro.calls("POST", "/login/session").await.is(200);
    assert_eq!(taro.cookies["__Host-device"], device);
    let until = |name: &str| {
        let cookies = renewed
            .headers
            .iter()
            .filter(|(header, _)| header == "set-cookie");
        let mut cookies = cookies.filter(|(_, cookie)| cookie.starts_with(name));
        cookies
            .next()
            .unwrap()
            .1
            .split_once("Expires=")
            .map(|(_, until)| until.to_owned())
    };
    assert_eq!(
        until("__Host-device").as_deref(),
        Some("Mon, 28 Sep 2026 00:10:00 GMT")
    );
    world.wait(15_551_999);
    hammers(&world, 5).await;
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
}

#[tokio::test]
async fn a_device_that_was_away_for_180_days_is_a_stranger_again() {
    for (away, told) in [(15_551_999, None), (15_552_000, Some("wrong-credentials"))] {
        let world = World::start().await;
        let mut taro = at_home(&world).await;
        world.wait(away);
        hammers(&world, 5).await;
        let answer = taro.logs_in("taro@example.jp", OWN_PASSWORD).await;
        assert_eq!(answer.body["code"].as_str(), told, "{away}");
    }
}
