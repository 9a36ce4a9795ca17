//! Wrong passwords make only the network wait that they come from; refused starts are counted for it
//! (ADR 0028)

use portal::account::Account;
use portal::values::EmailAddress;
use testkit::people::{GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, Reply, Settings, World};

const TARO: &str = "taro@example.jp";

/// A browser that the portal has never seen, in this network.
fn clerk_in(world: &World, network: &str) -> Clerk {
    let mut clerk = world.clerk();
    network.clone_into(&mut clerk.source_ip);
    clerk
}

async fn tries(world: &World, network: &str, password: &str) -> Reply {
    clerk_in(world, network).logs_in(TARO, password).await
}

async fn guesses(world: &World, network: &str, times: u32) {
    for _ in 0..times {
        tries(world, network, "wrong").await.is_told("wrong-credentials");
    }
}

async fn at_home(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

async fn account(world: &World) -> Account {
    let key = EmailAddress::parse(TARO).unwrap().key();
    let read = world
        .table
        .get::<Account>(&key, platform::store::Consistency::Strong);
    read.await.unwrap().unwrap().item
}

/// Row 4 of the faults: fifteen guesses in nineteen minutes, and four an hour from then on.
#[tokio::test]
async fn a_stranger_who_guesses_makes_only_his_own_network_wait() {
    let world = World::start().await;
    at_home(&world).await;
    for wait in [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        guesses(&world, "203.0.113.9", 1).await;
        // An unknown browser in another network.
        tries(&world, "198.51.100.7", OWN_PASSWORD).await.is(200);
        if wait > 0 {
            world.wait(wait - 1);
            tries(&world, "203.0.113.9", OWN_PASSWORD)
                .await
                .is_told("wrong-credentials");
            world.wait(1);
        }
        // No mail is left for so many log-ins within an hour.
        world.wait(3_600);
    }
}

#[tokio::test]
async fn the_right_password_ends_the_wait_of_its_own_network_and_of_no_other() {
    let world = World::start().await;
    at_home(&world).await;
    guesses(&world, "203.0.113.9", 5).await;
    guesses(&world, "198.51.100.7", 4).await;
    tries(&world, "198.51.100.7", OWN_PASSWORD).await.is(200);
    // Four are free again.
    guesses(&world, "198.51.100.7", 4).await;
    tries(&world, "198.51.100.7", OWN_PASSWORD).await.is(200);
    tries(&world, "203.0.113.9", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
}

/// A hundred in a row from everywhere; NIST SP 800-63B-4 3.2.2.
#[tokio::test]
async fn a_hundred_in_a_row_from_everywhere_turn_the_password_off_for_all_but_known_devices() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    for at in 0..99 {
        guesses(&world, &format!("203.0.113.{}", at / 4), 1).await;
    }
    world.wait(3_600);
    tries(&world, "198.51.100.7", OWN_PASSWORD).await.is(200);
    // That the password was right in one network ends no row: the hundredth is the hundredth.
    guesses(&world, "203.0.113.99", 1).await;
    world.wait(86_400);
    for network in ["198.51.100.7", "203.0.113.1", "192.0.2.1"] {
        tries(&world, network, OWN_PASSWORD)
            .await
            .is_told("wrong-credentials");
    }
    guesses(&world, "203.0.113.200", 6).await;
    assert_eq!(
        account(&world).await.passwords.consecutive,
        100,
        "nothing is judged, nothing counted"
    );

    // The owner's browser gets in, and with it everybody else's.
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200).leads_to("otp");
    tries(&world, "198.51.100.7", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    let code = taro.mailed_code(TARO).await;
    taro.types_login_code(&code).await.is(200).leads_to("my-page");
    tries(&world, "198.51.100.7", OWN_PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_completed_log_in_ends_the_count_and_no_wait() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    guesses(&world, "203.0.113.9", 5).await;
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code(TARO).await;
    taro.types_login_code(&code).await.is(200).leads_to("my-page");
    assert_eq!(account(&world).await.passwords.consecutive, 0);
    tries(&world, "203.0.113.9", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    world.wait(1);
    tries(&world, "203.0.113.9", OWN_PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_network_is_forgotten_a_day_after_its_last_wrong_password() {
    for (away, free) in [(86_399, false), (86_400, true), (86_401, true)] {
        let world = World::start().await;
        at_home(&world).await;
        guesses(&world, "203.0.113.9", 5).await;
        world.wait(away);
        guesses(&world, "203.0.113.9", 1).await;
        let answer = tries(&world, "203.0.113.9", OWN_PASSWORD).await;
        assert_eq!(answer.status == 200, free, "{away}");
    }
}

/// A copy of the table names no network, and no two accounts know one by the same name.
#[tokio::test]
async fn the_table_knows_a_network_by_a_short_hash_of_the_account_only() {
    let world = World::start().await;
    at_home(&world).await;
    guesses(&world, "203.0.113.9", 1).await;
    clerk_in(&world, "203.0.113.9")
        .logs_in("unknown@example.jp", "wrong")
        .await
        .is_told("wrong-credentials");
    let waits: Vec<String> = world
        .items_of("ACCOUNT")
        .await
        .iter()
        .filter_map(|item| item.get("waits")?.as_l().ok()?.first()?.as_m().ok())
        .map(|wait| wait["of"].as_s().unwrap().clone())
        .collect();
    assert_eq!(waits.len(), 2);
    assert_ne!(waits[0], waits[1]);
    assert!(waits.iter().all(|of| of.len() == 11));
    assert!(!format!("{:?}", world.items().await).contains("203.0.113.9"));
}

async fn with_the_budget_of_networks() -> World {
    let mut settings = Settings::default();
    settings.limits.refused_starts_per_network = 100;
    World::with(settings).await
}

/// Senseless log-ins of a stranger behind the same NAT, each at another address.
async fn fills_the_network(world: &World, times: u32) {
    for at in 0..times {
        let mut stranger = world.clerk();
        stranger
            .logs_in(&format!("unknown{at}@example.jp"), "x")
            .await
            .is_told("wrong-credentials");
    }
}

#[tokio::test]
async fn a_network_is_refused_a_hundred_starts_an_hour_and_then_told_to_wait() {
    let world = with_the_budget_of_networks().await;
    // Registrations and log-ins that succeed cost nothing, however many.
    let mut taro = at_home(&world).await;
    fills_the_network(&world, 98).await;
    // A claims password that is refused is a refused start like any other; so is one of a known address.
    let mut stranger = world.clerk();
    stranger
        .authenticates_with(GUARDED_OFFICE.user_id, "chigau01")
        .await
        .is_told("claims-rejected");
    tries(&world, "192.0.2.1", OWN_PASSWORD).await.is(200);
    fills_the_network(&world, 1).await;

    world.wait(3_599);
    for told in [
        world.clerk().logs_in("unknown@example.jp", "x").await,
        world.clerk().logs_in(TARO, OWN_PASSWORD).await,
        world.clerk().authenticates(&GUARDED_OFFICE).await,
    ] {
        told.is_told("too-many-requests").has("/retryAfterSeconds", 1);
    }
    clerk_in(&world, "198.51.100.7")
        .authenticates(&GUARDED_OFFICE)
        .await
        .is(200);
    taro.calls("GET", "/me").await.is_told("no-session");
    world.wait(1);
    world.clerk().logs_in(TARO, OWN_PASSWORD).await.is(200);
    fills_the_network(&world, 100).await;
    world
        .clerk()
        .logs_in("unknown@example.jp", "x")
        .await
        .is_told("too-many-requests");
}

/// Row 3 of the faults: known devices pass, and so does an initial password.
#[tokio::test]
async fn a_full_network_does_not_stop_known_devices() {
    let world = with_the_budget_of_networks().await;
    let mut taro = at_home(&world).await;
    let mut hanako = world.clerk();
    hanako.registers(&GUARDED_OFFICE, "hanako@example.jp").await;
    fills_the_network(&world, 100).await;

    taro.logs_in(TARO, OWN_PASSWORD).await.is(200).leads_to("otp");
    // A known device that mistypes is told so, and not that the network's budget is spent.
    taro.logs_in(TARO, "mistyped").await.is_told("wrong-credentials");
    hanako.arrives_at_my_page("hanako@example.jp").await;
    // In an unknown browser the right password waits for the hour.
    for (email, password) in [
        (TARO, OWN_PASSWORD),
        ("hanako@example.jp", OWN_PASSWORD),
        ("hanako@example.jp", "9mmewy89y2efp26yfm8g"),
    ] {
        world
            .clerk()
            .logs_in(email, password)
            .await
            .is_told("too-many-requests");
    }
    let row = account(&world).await.passwords;
    assert_eq!(
        (row.consecutive, row.networks.len()),
        (0, 0),
        "nothing was judged"
    );
}

/// What a known device mistypes is counted for the device, and takes nothing from its neighbours.
#[tokio::test]
async fn a_known_device_spends_nothing_of_its_network() {
    let world = with_the_budget_of_networks().await;
    let mut taro = at_home(&world).await;
    for _ in 0..20 {
        taro.logs_in(TARO, "mistyped").await.is_told("wrong-credentials");
    }
    assert_eq!(world.items_of("NETWORK").await.len(), 0);
    fills_the_network(&world, 100).await;
    let networks = world.items_of("NETWORK").await;
    assert_eq!(networks.len(), 1);
    assert_eq!(networks[0]["refused"].as_n().unwrap(), "100");
    assert!(!format!("{networks:?}").contains("192.0.2.1"));
}

/// A claims system that is down counts as no refusal.
#[tokio::test]
async fn an_unanswered_claims_call_is_no_refused_start() {
    let world = with_the_budget_of_networks().await;
    let nowhere = world.with_claims_at("http://127.0.0.1:9");
    let mut taro = nowhere.clerk();
    taro.authenticates(&PLAIN_OFFICE)
        .await
        .is_told("claims-unavailable");
    assert_eq!(world.items_of("NETWORK").await.len(), 0);
}
