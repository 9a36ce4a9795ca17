//! Known devices: an attacker's guesses do not lock the owner out (ADR 0020)

use testkit::people::{GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, World};

async fn at_home(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro
}

async fn guesses(world: &World, times: u32) {
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
    guesses(&world, 12).await;

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
        guesses(&world, 1).await;
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

    // After the longest wait, other browsers can log in, too.
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

/// The names of a device's cookie.
fn names_of(clerk: &Clerk) -> Vec<String> {
    let cookie = &clerk.cookies["__Host-device"];
    cookie.split('.').map(str::to_owned).collect()
}

#[tokio::test]
async fn colleagues_at_one_computer_share_its_cookie() {
    let world = World::start().await;
    let mut shared = at_home(&world).await;
    let before = names_of(&shared);
    shared.calls("POST", "/logout").await.is(204);
    shared.registers(&GUARDED_OFFICE, "hanako@example.jp").await;
    shared.arrives_at_my_page("hanako@example.jp").await;
    // Each account gave a name of its own, and the browser keeps both.
    let names = names_of(&shared);
    assert_eq!((before.len(), names.len()), (1, 2));
    assert!(names.contains(&before[0]));
    guesses(&world, 5).await;
    shared
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
    let code = shared.mailed_code("taro@example.jp").await;
    shared.types_login_code(&code).await.is(200).leads_to("my-page");
    let again = names_of(&shared);
    assert_eq!((&again[0], again.len()), (&before[0], 2), "no further name");
    // The table does not show that both sit at one computer.
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
    guesses(&world, 5).await;
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
    guesses(&world, 5).await;
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
    let life = |name: &str| {
        let cookies = renewed
            .headers
            .iter()
            .filter(|(header, _)| header == "set-cookie");
        let mut cookies = cookies.filter(|(_, cookie)| cookie.starts_with(name));
        cookies
            .next()
            .unwrap()
            .1
            .split_once("Max-Age=")
            .map(|(_, life)| life.to_owned())
    };
    assert_eq!(life("__Host-device").as_deref(), Some("15552000"));
    assert_eq!(life("__Host-session"), None);
    world.wait(15_551_999);
    guesses(&world, 5).await;
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
        guesses(&world, 5).await;
        let answer = taro.logs_in("taro@example.jp", OWN_PASSWORD).await;
        assert_eq!(answer.body["code"].as_str(), told, "{away}");
    }
}

/// Row 12 of the faults: a stranger with a device cookie of ours plants it in the owner's browser before the owner logs in.
#[tokio::test]
async fn a_planted_cookie_does_not_make_the_owners_known_browser_wait() {
    let world = World::start().await;
    let mut attacker = world.clerk();
    attacker.registers(&GUARDED_OFFICE, "attacker@example.jp").await;
    attacker.arrives_at_my_page("attacker@example.jp").await;
    let planted = attacker.cookies["__Host-device"].clone();

    let mut taro = world.clerk();
    taro.cookies.insert("__Host-device".to_owned(), planted.clone());
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    assert_ne!(taro.cookies["__Host-device"], planted);
    for times in 0..10 {
        let mut elsewhere = world.clerk();
        elsewhere.source_ip = "203.0.113.9".to_owned();
        elsewhere
            .cookies
            .insert("__Host-device".to_owned(), planted.clone());
        let password = if times < 9 { "wrong" } else { OWN_PASSWORD };
        elsewhere
            .logs_in("taro@example.jp", password)
            .await
            .is_told("wrong-credentials");
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200)
        .leads_to("otp");
    // It is a name of its own to the attacker's account, and none of taro's wrong passwords is counted there.
    taro.logs_in("attacker@example.jp", "wrong")
        .await
        .is_told("wrong-credentials");
    attacker
        .logs_in("attacker@example.jp", OWN_PASSWORD)
        .await
        .is(200);
}

/// A made-up one, one of another form, one that comes with many: what is not ours counts for nothing and is not kept.
#[tokio::test]
async fn a_browser_keeps_the_names_that_we_gave_and_no_more_than_eight() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    let ours = names_of(&taro).remove(0);
    let made_up = |at: usize| format!("{:A<43}", format!("made-up-{at}"));
    let many: Vec<String> = (0..7).map(made_up).chain([ours.clone()]).collect();
    taro.cookies.insert("__Host-device".to_owned(), many.join("."));
    guesses(&world, 5).await;
    logs_in_wholly(&mut taro).await;
    assert_eq!(names_of(&taro)[0], ours);
    assert_eq!(names_of(&taro).len(), 8);

    let mut fresh = world.clerk();
    fresh.source_ip = "198.51.100.7".to_owned();
    let odd: Vec<String> = (0..8).map(made_up).collect();
    fresh.cookies.insert("__Host-device".to_owned(), odd.join("."));
    logs_in_wholly(&mut fresh).await;
    assert_eq!(names_of(&fresh).len(), 8);
    assert!(!odd.contains(&names_of(&fresh)[0]));
    fresh
        .cookies
        .insert("__Host-device".to_owned(), "short.<script>".to_owned());
    world.wait(3_600);
    logs_in_wholly(&mut fresh).await;
    assert_eq!(names_of(&fresh).len(), 1);
}
