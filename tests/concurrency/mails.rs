//! 再送する and 再発行する, concurrently: at most one mail per allowed resend

use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, Settings, World};

use crate::load::{
    Load, Sending, TARO, active_at_the_code, asks, assert_all_invariants, assert_invariants,
    assert_mail_budgets, count, only,
};

/// The waits before the four resends of a series.
const WAITS: [i64; 4] = [30, 60, 120, 240];

fn parallel_requests(load: &Load, clerk: &Clerk, path: &'static str) -> Vec<Sending> {
    (0..load.scaled(20))
        .map(|_| asks!(clerk, |clerk| clerk.calls("POST", path)))
        .collect()
}

/// All five mails of a series, each resend requested many times in the second in which it becomes possible.
async fn one_mail_a_resend(load: &mut Load, world: &World, clerk: &Clerk, path: &'static str, to: &str) {
    let mut mails = world.mails_to(to).await.len();
    for wait in WAITS {
        world.wait(wait - 1);
        let early = vec![asks!(clerk, |clerk| clerk.calls("POST", path))];
        only(&load.send(early).await, &["resend-too-early"]);
        world.wait(1);
        let answers = load.send(parallel_requests(load, clerk, path)).await;
        only(&answers, &["200", "resend-too-early", "no-sends-left"]);
        assert_eq!(count(&answers, "200"), 1);
        mails += 1;
        assert_eq!(world.mails_to(to).await.len(), mails);
    }
    // Before the log-in expires.
    world.wait(400);
    let answers = load.send(parallel_requests(load, clerk, path)).await;
    only(&answers, &["no-sends-left"]);
    assert_eq!(world.mails_to(to).await.len(), mails);
}

/// The budget of the address is large enough for all requests; another test covers the charges of conflicting ones.
async fn world_with_room(load: &Load) -> World {
    let settings = Settings::default();
    let many = 1_000 * u64::try_from(load.scaled(1)).unwrap();
    let limits = portal::limits::Limits {
        login_codes_per_hour: many,
        login_codes_per_day: many,
        registration_codes_per_hour: many,
        registration_codes_per_day: many,
        registration_codes_per_contact: many,
        ..settings.limits
    };
    World::with(Settings { limits, ..settings }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_resends_of_a_registration_code_mail_once_each_time() {
    let mut load = Load::of("resends of a registration code", 1);
    for _ in load.rounds() {
        let world = world_with_room(&load).await;
        let mut taro = world.clerk();
        taro.authenticates(&PLAIN_OFFICE).await.is(200);
        let to = PLAIN_OFFICE.mail_address;
        one_mail_a_resend(&mut load, &world, &taro, "/registration/otp/resend", to).await;
        assert_invariants(&world).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_resends_of_a_log_in_code_mail_once_each_time() {
    let mut load = Load::of("resends of a log-in code", 1);
    for _ in load.rounds() {
        let world = world_with_room(&load).await;
        let taro = active_at_the_code(&world).await;
        one_mail_a_resend(&mut load, &world, &taro, "/login/otp/resend", TARO).await;
        assert_invariants(&world).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_resends_of_an_initial_password_mail_once_each_time() {
    let mut load = Load::of("resends of an initial password", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.registers(&PLAIN_OFFICE, TARO).await;
        let path = "/registration/initial-password/resend";
        one_mail_a_resend(&mut load, &world, &taro, path, TARO).await;
        assert_all_invariants(&world).await;
        taro.arrives_at_my_page(TARO).await;
    }
    load.report();
}

/// Of many requests for one resend, one is mailed: it costs the address one mail of its hour.
#[tokio::test(flavor = "multi_thread")]
async fn resends_that_are_refused_cost_the_address_no_mail_of_its_hour() {
    let mut load = Load::of("resends of a log-in code, and the address's budget", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = active_at_the_code(&world).await;
        world.wait(30);
        let answers = load
            .send(parallel_requests(&load, &taro, "/login/otp/resend"))
            .await;
        assert_eq!(count(&answers, "200"), 1);
        // Who comes while the others' mails are counted and not yet given back finds no room.
        only(&answers, &["200", "resend-too-early", "too-many-requests"]);
        assert_mail_budgets(&world).await;
        // Four went out: there is room for six more this hour.
        for _ in 0..6 {
            world.clerk().logs_in(TARO, OWN_PASSWORD).await.is(200);
        }
    }
    load.report();
}

/// The same at 初回利用登録: with a spent budget the office cannot even start again for an hour.
#[tokio::test(flavor = "multi_thread")]
async fn refused_resends_of_a_registration_code_cost_the_office_no_mail_of_its_hour() {
    let mut load = Load::of("resends of a registration code, and the address's budget", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.authenticates(&PLAIN_OFFICE).await.is(200);
        world.wait(30);
        let answers = load
            .send(parallel_requests(&load, &taro, "/registration/otp/resend"))
            .await;
        assert_eq!(count(&answers, "200"), 1);
        // Who comes while the others' mails are counted and not yet given back finds no room.
        only(&answers, &["200", "resend-too-early", "too-many-requests"]);
        assert_mail_budgets(&world).await;
        world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);
    }
    load.report();
}

/// Parallel 再発行する of one browser: the flow moves once, and one password is issued.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_reissues_in_one_registration_issue_once() {
    let mut load = Load::of("re-issues in one registration", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        let mut again = world.clerk();
        again
            .proves_to_be(&PLAIN_OFFICE)
            .await
            .leads_to("already-registered");
        let before = world.mails_to(TARO).await.len();
        let path = "/registration/initial-password/reissue";
        let answers = load.send(parallel_requests(&load, &again, path)).await;
        assert_eq!(count(&answers, "200"), 1);
        only(&answers, &["200", "wrong-step"]);
        assert_eq!(world.mails_to(TARO).await.len(), before + 1);
        assert_all_invariants(&world).await;
        again.arrives_at_my_page(TARO).await;
    }
    load.report();
}

/// Parallel 再発行する of many browsers of the office: three a day in all, and the newest password is the one that works.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_reissues_in_many_registrations_issue_three_a_day() {
    let mut load = Load::of("re-issues in many registrations", 1);
    for _ in load.rounds() {
        let world = world_with_room(&load).await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        let first = world.clerk().mailed_password(TARO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(8) {
            let mut again = world.clerk();
            again
                .proves_to_be(&PLAIN_OFFICE)
                .await
                .leads_to("already-registered");
            let path = "/registration/initial-password/reissue";
            asked.push(asks!(again, |clerk| clerk.calls("POST", path)));
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), 3);
        only(&answers, &["200", "no-sends-left"]);
        // Mails that were superseded before they were sent are not sent.
        let mailed = world.mails_to(TARO).await.len();
        assert!((2..=4).contains(&mailed), "{mailed}");
        assert_all_invariants(&world).await;
        world
            .clerk()
            .logs_in(TARO, &first)
            .await
            .is_told("wrong-credentials");
        world.clerk().arrives_at_my_page(TARO).await;
    }
    load.report();
}
