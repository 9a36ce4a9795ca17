//! ログイン情報の入力, and 「パスワードを変更する」, concurrently

use portal::account::Account;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{ItemWrite, World, only_member};

use crate::load::{
    Load, Sending, TARO, account, active, asks, assert_all_invariants, at_the_code, count, only,
    settings_of_many_mails, world_of_many_mails,
};

/// How often a wrong password was counted against the one account that has a member, and how often a right one
/// ended the row, as the writes of the account tell it.
fn rows_of_wrong_ones(history: &[ItemWrite]) -> Vec<u64> {
    let wrong = |image: &Option<platform::store::Attributes>| {
        let waits = image.as_ref()?.get("waits")?.as_l().ok()?;
        let digits = waits.first()?.as_m().ok()?.get("wrong")?.as_n().ok()?;
        digits.parse::<u64>().ok()
    };
    let owned = |change: &&ItemWrite| {
        change.is_of("ACCOUNT")
            && change
                .after
                .as_ref()
                .is_some_and(|after| after.contains_key("holders"))
    };
    let mut rows = vec![0];
    for change in history.iter().filter(owned) {
        let was = wrong(&change.before).unwrap_or(0);
        let is = wrong(&change.after).unwrap_or(0);
        if is > was {
            *rows.last_mut().unwrap() += is - was;
        } else if is < was {
            rows.push(0);
        }
    }
    rows
}

/// Wrong passwords from the one network that all come from.
fn failures(account: &Account) -> u64 {
    let waits = &account.passwords.networks;
    assert!(waits.len() <= 1);
    waits.first().map_or(0, |wait| wait.back_off.failures)
}

/// Fifty wrong passwords and twenty right ones at one instant.
#[tokio::test(flavor = "multi_thread")]
async fn no_more_wrong_passwords_are_judged_than_the_guard_allows_at_that_instant() {
    let mut load = Load::of("wrong and right passwords", 3);
    for _ in load.rounds() {
        let mut settings = settings_of_many_mails();
        // However many requests there are, the row of all does not lock the owner out.
        settings.limits.wrong_passwords_before_lockout = 1_000_000;
        let world = World::with(settings).await;
        active(&world).await;
        let scale = load.scaled(1);
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..70 * scale {
            let password = if at % 7 < 2 { OWN_PASSWORD } else { "wrong" };
            let clerk = world.clerk();
            asked.push(asks!(clerk, |clerk| clerk.logs_in(TARO, password)));
        }
        let answers = load.send(asked).await;
        only(&answers, &["200", "wrong-credentials"]);
        // Five in a row close the guard; only a right one before that resets the row.
        let rows = rows_of_wrong_ones(&world.history());
        assert!(rows.iter().all(|row| *row <= 5), "{rows:?}");
        assert!(rows.len() <= count(&answers, "200") + 1, "{rows:?}");
        let account = account(&world, TARO).await;
        assert!(failures(&account) <= 5);
        assert!(!only_member(&account).disabled);
        assert_all_invariants(&world).await;
        // The fifth costs one second; then the owner gets in.
        world.wait(1);
        let mut owner = at_the_code(&world, OWN_PASSWORD).await;
        let code = owner.mailed_code(TARO).await;
        owner.types_login_code(&code).await.is(200).leads_to("my-page");
    }
    load.report();
}

/// Only wrong ones, in waves: each wave is judged once its wait is over, and only as far as the guard is open.
#[tokio::test(flavor = "multi_thread")]
async fn every_wave_of_wrong_passwords_counts_one_once_the_wait_runs() {
    let mut load = Load::of("waves of wrong passwords", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        active(&world).await;
        for (wave, expected) in [5, 6, 7, 8, 9].into_iter().enumerate() {
            let asked: Vec<Sending> = (0..load.scaled(50))
                .map(|_| {
                    let clerk = world.clerk();
                    asks!(clerk, |clerk| clerk.logs_in(TARO, "wrong"))
                })
                .collect();
            only(&load.send(asked).await, &["wrong-credentials"]);
            let account = account(&world, TARO).await;
            assert_eq!(
                (failures(&account), account.passwords.consecutive),
                (expected, expected)
            );
            world.wait(1 << wave);
        }
        assert_all_invariants(&world).await;
        at_the_code(&world, OWN_PASSWORD).await;
    }
    load.report();
}

/// Twenty changes in one log-in: one succeeds, and its password is the one that works.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_password_changes_in_one_log_in_one_is_made() {
    let mut load = Load::of("password changes in one log-in", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.registers(&PLAIN_OFFICE, TARO).await;
        taro.logs_in_for_the_first_time(TARO).await;
        let version = taro.is_shown_the_terms().await;
        let passwords: Vec<String> = (0..load.scaled(20))
            .map(|at| format!("{OWN_PASSWORD} {at}"))
            .collect();
        let asked = passwords
            .iter()
            .map(|password| {
                let (password, version) = (password.clone(), version.clone());
                asks!(taro, |clerk| clerk.changes_password(&password, &version))
            })
            .collect();
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), 1);
        let made = answers
            .iter()
            .position(|(_, answer)| answer.status == 200)
            .unwrap();
        for (at, (mut clerk, answer)) in answers.into_iter().enumerate() {
            if at == made {
                clerk.calls("GET", "/me").await.is(200);
            } else {
                answer.is_told("wrong-step").leads_to("my-page");
                clerk.calls("GET", "/login").await.is(200).leads_to("my-page");
            }
        }
        let member = only_member(&account(&world, TARO).await).clone();
        assert_eq!((member.sessions.len(), member.credential_version), (1, 2));
        assert_all_invariants(&world).await;
        at_the_code(&world, &passwords[made]).await;
        let other = &passwords[(made + 1) % passwords.len()];
        world
            .clerk()
            .logs_in(TARO, other)
            .await
            .is_told("wrong-credentials");
    }
    load.report();
}

/// Several log-ins with the initial password, each at 新しいパスワード: the first change ends the others.
#[tokio::test(flavor = "multi_thread")]
async fn of_the_changes_of_several_log_ins_one_is_made_and_the_others_are_over() {
    let mut load = Load::of("password changes in several log-ins", 2);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(6) {
            let mut clerk = world.clerk();
            clerk.logs_in_for_the_first_time(TARO).await;
            let version = clerk.is_shown_the_terms().await;
            let password = format!("{OWN_PASSWORD} {at}");
            asked.push(asks!(clerk, |clerk| clerk.changes_password(&password, &version)));
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), 1);
        only(&answers, &["200", "no-flow"]);
        assert_eq!(only_member(&account(&world, TARO).await).sessions.len(), 1);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// Sixty refused starts of one network at one instant, log-ins and registrations, each at another address or user id: as
/// many are told their verdict as the network may have in an hour, and all others that it is full.
#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_refused_starts_of_a_network_ten_are_told_why() {
    let mut load = Load::of("refused starts of one network", 2);
    for _ in load.rounds() {
        let mut settings = settings_of_many_mails();
        settings.limits.refused_starts_per_network = 10;
        let world = World::with(settings).await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(60) {
            let clerk = world.clerk();
            asked.push(if at % 3 == 0 {
                let user = format!("KJ8{at:09}");
                asks!(clerk, |clerk| clerk.authenticates_with(&user, "chigau01"))
            } else {
                let address = format!("unknown{at}@example.jp");
                asks!(clerk, |clerk| clerk.logs_in(&address, "wrong"))
            });
        }
        let answers = load.send(asked).await;
        only(
            &answers,
            &["wrong-credentials", "claims-rejected", "too-many-requests"],
        );
        let told = count(&answers, "wrong-credentials") + count(&answers, "claims-rejected");
        assert_eq!(told, 10);
        let networks = world.items_of("NETWORK").await;
        assert_eq!(networks.len(), 1);
        assert_eq!(networks[0]["refused"].as_n().unwrap(), "10");
        assert_all_invariants(&world).await;
    }
    load.report();
}
