//! パスワードの再設定, concurrently

use testkit::people::OWN_PASSWORD;
use testkit::{Clerk, World, only_member};

use crate::load::{
    Load, Sending, TARO, account, active, active_at_the_code, asks, assert_all_invariants,
    assert_mail_budgets, count, only,
};

const UNKNOWN: &str = "unknown@example.jp";
const NEW_PASSWORD: &str = "みどりの丘と きいろい花 二〇二六";

fn guesses(load: &Load, clerk: &Clerk, right: u32) -> Vec<Sending> {
    (0..u32::try_from(load.scaled(200)).unwrap())
        .map(|at| {
            let code = format!("{:06}", (right + at) % 1_000_000);
            asks!(clerk, |clerk| clerk.types_reset_code(&code))
        })
        .collect()
}

const TOLD: [&str; 5] = [
    "200",
    "wrong-code",
    "no-tries-left",
    "wrong-step",
    "too-many-requests",
];

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_guesses_at_the_code_of_a_reset_five_are_judged() {
    let mut load = Load::of("guesses at the code of a reset", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        active(&world).await;
        let mut taro = world.clerk();
        taro.asks_for_a_reset(TARO).await.is(200);
        let right = taro.mailed_code(TARO).await.parse().unwrap();
        let asked = guesses(&load, &taro, right);
        let answers = load.send(asked).await;
        let (wrong, right) = (count(&answers, "wrong-code"), count(&answers, "200"));
        assert!(
            right <= 1 && (1..=5).contains(&(wrong + right)),
            "{wrong} and {right}"
        );
        only(&answers, &TOLD);
        assert_all_invariants(&world).await;
        assert!(
            only_member(&account(&world, TARO).await)
                .codes
                .failures
                .is_empty()
        );
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_guesses_at_the_code_of_an_unknown_address_five_are_judged_and_none_is_right() {
    let mut load = Load::of("guesses at the code of an unknown address", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut stranger = world.clerk();
        stranger.asks_for_a_reset(UNKNOWN).await.is(200);
        let asked = guesses(&load, &stranger, 1);
        let answers = load.send(asked).await;
        assert_eq!((count(&answers, "wrong-code"), count(&answers, "200")), (5, 0));
        only(&answers, &TOLD);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// Five resets an hour of any address, known or not, however many are asked for at once.
#[tokio::test(flavor = "multi_thread")]
async fn of_forty_resets_of_an_address_five_begin() {
    let mut load = Load::of("resets of one address", 1);
    for _ in load.rounds() {
        for address in [TARO, UNKNOWN] {
            let world = World::start().await;
            active(&world).await;
            let before = world.mails_to(address).await.len();
            let asked = (0..load.scaled(40))
                .map(|_| {
                    let stranger = world.clerk();
                    asks!(stranger, |clerk| clerk.asks_for_a_reset(address))
                })
                .collect();
            let answers = load.send(asked).await;
            only(&answers, &["200", "too-many-requests"]);
            assert_eq!(count(&answers, "200"), 5, "{address}");
            let mailed = world.mails_to(address).await.len() - before;
            assert_eq!(mailed, if address == TARO { 5 } else { 0 });
            assert_mail_budgets(&world).await;
            assert_all_invariants(&world).await;
        }
    }
    load.report();
}

/// Two resets that are each clicked ten times, and log-ins with the old password that are completed meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_reset_once_and_no_session_of_the_old_one_is_left() {
    let mut load = Load::of("resets against log-ins", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let login = active_at_the_code(&world).await;
        let code = login.mailed_code(TARO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..2 {
            let mut clerk = world.clerk();
            clerk.proves_the_mailbox(TARO).await;
            let password = format!("{NEW_PASSWORD} {at}");
            for _ in 0..load.scaled(10) {
                let password = password.clone();
                asked.push(asks!(clerk, |clerk| clerk.resets_password(&password)));
            }
        }
        for _ in 0..load.scaled(5) {
            let code = code.clone();
            asked.push(asks!(login, |clerk| clerk.types_login_code(&code)));
            let mut guesser = world.clerk();
            "203.0.113.9".clone_into(&mut guesser.source_ip);
            asked.push(asks!(guesser, |clerk| clerk.logs_in(TARO, "wrong")));
        }
        let told = world.mails_to(TARO).await.len();
        let answers = load.send(asked).await;
        only(
            &answers,
            &[
                "200",
                "wrong-step",
                "no-flow",
                "wrong-credentials",
                "wrong-code",
                "no-tries-left",
            ],
        );
        let member = only_member(&account(&world, TARO).await).clone();
        assert_eq!(member.credential_version, 3, "one of two resets");
        assert!(
            member.sessions.is_empty(),
            "a session of the old password is left"
        );
        for (mut clerk, _) in answers {
            if clerk.cookies.contains_key("__Host-session") {
                clerk.calls("GET", "/me").await.is_told("no-session");
            }
        }
        assert_eq!(world.mails_to(TARO).await.len(), told + 1, "one notice");
        assert_all_invariants(&world).await;
        let mut right = 0;
        for at in 0..2 {
            let password = format!("{NEW_PASSWORD} {at}");
            right += u32::from(world.clerk().logs_in(TARO, &password).await.status == 200);
        }
        assert_eq!(right, 1);
        world
            .clerk()
            .logs_in(TARO, OWN_PASSWORD)
            .await
            .is_told("wrong-credentials");
    }
    load.report();
}
