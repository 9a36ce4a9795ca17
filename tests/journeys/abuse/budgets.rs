//! Budgets that an attacker neither evades nor uses up for others.

use testkit::people::{
    GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE, SHARED_OFFICE_AGAIN, profile,
};
use testkit::{Settings, World};

use super::active;

/// G15: an initial password cannot be guessed, so guesses never keep out the member who has it.
#[tokio::test]
async fn guesses_do_not_delay_an_initial_password() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let password = taro.mailed_password("taro@example.jp").await;
    // From the very network of its owner, and more than turn any other password off.
    for at in 0..120 {
        let mut stranger = world.clerk();
        if at >= 20 {
            stranger.source_ip = format!("203.0.113.{at}");
        }
        stranger
            .logs_in("taro@example.jp", "wrong")
            .await
            .is_told("wrong-credentials");
    }
    let mut elsewhere = world.clerk();
    elsewhere.source_ip = "198.51.100.7".to_owned();
    elsewhere.logs_in("taro@example.jp", &password).await.is(200);
    taro.arrives_at_my_page("taro@example.jp").await;
}

/// G17: the budget belongs to the account, for every spelling of its address.
#[tokio::test]
async fn wrong_passwords_add_up_over_all_spellings_of_an_address() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    for spelling in [
        "taro@example.jp",
        "TARO@Example.JP",
        "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ",
        "\u{3000}taro@example.jp ",
        "taro@example.jp.",
    ] {
        taro.logs_in(spelling, "wrong").await.is_told("wrong-credentials");
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    world.wait(1);
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}

async fn with_a_budget_of_three() -> World {
    let mut settings = Settings::default();
    settings.limits.refused_starts_per_network = 3;
    World::with(settings).await
}

/// G18: the caller's network is the address that the gateway saw; headers have no effect.
#[tokio::test]
async fn no_header_of_a_caller_changes_whose_network_is_counted() {
    let world = with_a_budget_of_three().await;
    let mut stranger = world.clerk();
    for n in 0..4 {
        stranger.headers = [
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "cloudfront-viewer-address",
            "x-user-id",
        ]
        .map(|name| (name.to_owned(), format!("for=198.51.100.{n}")))
        .into();
        let answer = stranger.logs_in("unknown@example.jp", "x").await;
        if n < 3 {
            answer.is_told("wrong-credentials");
        } else {
            answer.is_told("too-many-requests");
        }
    }
}

/// G19: one subscriber has 2^64 addresses, and one budget.
#[tokio::test]
async fn the_addresses_of_one_ipv6_network_share_a_budget_and_those_of_another_do_not() {
    let world = with_a_budget_of_three().await;
    let mut stranger = world.clerk();
    for address in ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:1:0:0:0:3"] {
        stranger.source_ip = address.to_owned();
        stranger
            .logs_in("unknown@example.jp", "x")
            .await
            .is_told("wrong-credentials");
    }
    stranger.source_ip = "2001:db8:0:1:abcd::4".to_owned();
    stranger
        .logs_in("unknown@example.jp", "x")
        .await
        .is_told("too-many-requests");
    stranger.source_ip = "2001:db8:0:2::1".to_owned();
    stranger
        .logs_in("unknown@example.jp", "x")
        .await
        .is_told("wrong-credentials");
    // An IPv4 address is the same in every notation.
    for address in ["192.0.2.9", "::ffff:192.0.2.9", "192.0.2.9"] {
        stranger.source_ip = address.to_owned();
        stranger
            .logs_in("unknown@example.jp", "x")
            .await
            .is_told("wrong-credentials");
    }
    stranger.source_ip = "::ffff:192.0.2.9".to_owned();
    stranger
        .logs_in("unknown@example.jp", "x")
        .await
        .is_told("too-many-requests");
}

/// M01: codes of registrations have a budget of their own: they use up no mail of the owner's log-ins, and their refusal does
/// not reveal when the owner logged in.
#[tokio::test]
async fn codes_of_registrations_and_of_log_ins_have_budgets_of_their_own() {
    let world = World::start().await;
    let mut owner = world.clerk();
    owner.registers(&GUARDED_OFFICE, PLAIN_OFFICE.mail_address).await;
    owner.arrives_at_my_page(PLAIN_OFFICE.mail_address).await;
    world.wait(86_400);
    for _ in 0..5 {
        world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);
    }
    let told = || async {
        let answer = world.clerk().authenticates(&PLAIN_OFFICE).await;
        answer.is_told("too-many-requests").body["retryAfterSeconds"].clone()
    };
    let before = told().await;
    assert_eq!(before, 3_600);
    for _ in 0..10 {
        owner
            .logs_in(PLAIN_OFFICE.mail_address, OWN_PASSWORD)
            .await
            .is(200)
            .leads_to("otp");
    }
    world.wait(7);
    assert_eq!(told().await, before);
    owner
        .logs_in(PLAIN_OFFICE.mail_address, OWN_PASSWORD)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 3_600);
    world.wait(3_593);
    world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);
}

/// Issue 10, row 7: an office that corrects its registration to the contact address of another one, as often as it may,
/// uses up none of the codes of the other's registration, nor of the log-ins with that address.
#[tokio::test]
async fn initial_passwords_to_an_address_use_up_no_code_that_is_mailed_to_it() {
    let world = World::start().await;
    let address = PLAIN_OFFICE.mail_address;
    world.clerk().registers(&SHARED_OFFICE, address).await;
    for at in 0..8 {
        // Two user ids prove the same office, each with five codes an hour.
        let mut stranger = world.clerk();
        let office = [SHARED_OFFICE, SHARED_OFFICE_AGAIN][at % 2];
        stranger
            .proves_to_be(&office)
            .await
            .is(200)
            .leads_to("already-registered");
        stranger.enters_profile(&profile(address)).await.is(200);
        stranger
            .confirms(&format!("corrects-{at:011}"))
            .await
            .is(201)
            .has("/initialPassword/sendsLeft", 4);
    }
    let mails = world.mails_to(address).await;
    let passwords = mails.iter().filter(|mail| mail.text.contains("初期パスワード："));
    assert_eq!(passwords.count(), 9);

    let mut owner = world.clerk();
    owner.registers(&PLAIN_OFFICE, address).await;
    for _ in 0..4 {
        world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);
    }
    owner.arrives_at_my_page(address).await;
}
