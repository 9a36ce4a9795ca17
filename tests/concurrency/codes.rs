//! ワンタイムパスワード認証, concurrently

use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, Reply, World, only_member};

use crate::load::{
    Load, Sending, TARO, account, active, active_at_the_code, asks, assert_all_invariants, at_the_code,
    count, kind, only, world_of_many_mails,
};

/// The code at this distance from the right one.
fn off(right: &str, by: usize) -> String {
    let right: usize = right.parse().unwrap();
    format!("{:06}", (right + by) % 1_000_000)
}

/// Codes for parallel requests: all different, and all wrong except one.
fn guesses(load: &mut Load, count: usize, right: &str) -> Vec<String> {
    let right_one = load.one_of(count);
    (0..count)
        .map(|at| {
            if at == right_one {
                right.to_owned()
            } else {
                off(right, at + 1)
            }
        })
        .collect()
}

/// At most five codes of a challenge are judged, and at most one of them is right.
#[track_caller]
fn five_were_judged(answers: &[(Clerk, Reply)]) {
    let (wrong, right) = (count(answers, "wrong-code"), count(answers, "200"));
    assert!(right <= 1, "{right} went through");
    assert!(
        (1..=5).contains(&(wrong + right)),
        "{wrong} wrong ones and {right} right ones were judged"
    );
    if right == 0 {
        assert_eq!(wrong, 5, "tries were left, and the right code was not judged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_guesses_at_a_registration_code_five_are_judged() {
    let mut load = Load::of("guesses at a registration code", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.authenticates(&PLAIN_OFFICE).await.is(200);
        let right = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
        let guesses_at_once = load.scaled(200);
        let asked = guesses(&mut load, guesses_at_once, &right)
            .into_iter()
            .map(|code| asks!(taro, |clerk| clerk.types_code(&code)))
            .collect();
        let answers = load.send(asked).await;
        five_were_judged(&answers);
        // The claims user's count is written first, and reaches its stop before the last requests find no try left.
        only(
            &answers,
            &[
                "200",
                "wrong-code",
                "no-tries-left",
                "wrong-step",
                "too-many-requests",
            ],
        );
        assert_all_invariants(&world).await;
        // The person continues from the result, or starts again.
        if count(&answers, "200") == 1 {
            taro.calls("GET", "/registration")
                .await
                .is(200)
                .leads_to("profile");
        } else {
            world.wait(900);
            taro.proves_to_be(&PLAIN_OFFICE).await.is(200);
        }
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_guesses_at_the_code_of_a_pending_member_five_are_judged() {
    let mut load = Load::of("guesses at a log-in code, pending", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        let password = world.clerk().mailed_password(TARO).await;
        let taro = at_the_code(&world, &password).await;
        let right = taro.mailed_code(TARO).await;
        let guesses_at_once = load.scaled(200);
        let asked = guesses(&mut load, guesses_at_once, &right)
            .into_iter()
            .map(|code| asks!(taro, |clerk| clerk.types_login_code(&code)))
            .collect();
        let answers = load.send(asked).await;
        five_were_judged(&answers);
        only(
            &answers,
            &[
                "200",
                "wrong-code",
                "no-tries-left",
                "wrong-step",
                "too-many-requests",
            ],
        );
        assert!(
            only_member(&account(&world, TARO).await).sessions.is_empty(),
            "the code of a pending member leads to 新しいパスワード, and gives no session"
        );
        assert_all_invariants(&world).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_guesses_at_the_code_of_an_active_member_five_are_judged_and_one_gives_a_session() {
    let mut load = Load::of("guesses at a log-in code, active", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut first = active(&world).await;
        first.calls("POST", "/logout").await.is(204);
        let taro = at_the_code(&world, OWN_PASSWORD).await;
        let right = taro.mailed_code(TARO).await;
        let guesses_at_once = load.scaled(200);
        let asked = guesses(&mut load, guesses_at_once, &right)
            .into_iter()
            .map(|code| asks!(taro, |clerk| clerk.types_login_code(&code)))
            .collect();
        let answers = load.send(asked).await;
        five_were_judged(&answers);
        only(&answers, &["200", "wrong-code", "no-tries-left", "wrong-step"]);
        let sessions = only_member(&account(&world, TARO).await).sessions.len();
        assert_eq!(sessions, count(&answers, "200"));
        assert_all_invariants(&world).await;
        // The owner gets in by a new log-in.
        let mut owner = at_the_code(&world, OWN_PASSWORD).await;
        let code = owner.mailed_code(TARO).await;
        owner.types_login_code(&code).await.is(200).leads_to("my-page");
    }
    load.report();
}

/// Many log-ins of one account at once, guesses in all of them: the tenth wrong code stops them all.
#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_codes_of_an_account_are_judged_over_all_its_challenges() {
    let mut load = Load::of("guesses over many log-ins of one account", 1);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        active(&world).await;
        let challenges = load.scaled(8);
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..challenges {
            let taro = at_the_code(&world, OWN_PASSWORD).await;
            let right = taro.mailed_code(TARO).await;
            for by in 1..=8 {
                let code = off(&right, by);
                asked.push(asks!(taro, |clerk| clerk.types_login_code(&code)));
            }
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "wrong-code"), 10);
        only(&answers, &["wrong-code", "no-tries-left", "too-many-requests"]);
        let codes = only_member(&account(&world, TARO).await).codes.clone();
        assert_eq!(codes.failures.len(), 10);
        assert_all_invariants(&world).await;

        // No password leads to another code until the stop is over; then the owner gets in.
        let mut owner = world.clerk();
        owner
            .logs_in(TARO, OWN_PASSWORD)
            .await
            .is_told("wrong-credentials");
        world.wait(900);
        owner.logs_in(TARO, OWN_PASSWORD).await.is(200);
        let code = owner.mailed_code(TARO).await;
        owner.types_login_code(&code).await.is(200).leads_to("my-page");
    }
    load.report();
}

/// The same at 初回利用登録, where the codes of one claims user are counted together.
#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_codes_of_a_claims_user_are_judged_over_all_its_challenges() {
    let mut load = Load::of("guesses over many registrations of one user", 1);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(8) {
            let mut taro = world.clerk();
            taro.authenticates(&PLAIN_OFFICE).await.is(200);
            let right = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
            for by in 1..=8 {
                let code = off(&right, by);
                asked.push(asks!(taro, |clerk| clerk.types_code(&code)));
            }
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "wrong-code"), 10);
        only(&answers, &["wrong-code", "no-tries-left", "too-many-requests"]);
        assert_all_invariants(&world).await;
        world.wait(900);
        world.clerk().proves_to_be(&PLAIN_OFFICE).await.is(200);
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_right_registration_codes_one_leads_on_and_the_others_are_told_where() {
    let mut load = Load::of("right registration codes", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.authenticates(&PLAIN_OFFICE).await.is(200);
        let right = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
        let asked = (0..load.scaled(100))
            .map(|_| {
                let code = right.clone();
                asks!(taro, |clerk| clerk.types_code(&code))
            })
            .collect();
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), 1);
        for (_, answer) in answers {
            if answer.status != 200 {
                answer.is_told("wrong-step").leads_to("profile");
            }
        }
        assert_all_invariants(&world).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_right_log_in_codes_one_gives_a_session_and_the_others_a_way_on() {
    let mut load = Load::of("right log-in codes, active", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = active_at_the_code(&world).await;
        let sessions_before = only_member(&account(&world, TARO).await).sessions.len();
        let right = taro.mailed_code(TARO).await;
        let asked = (0..load.scaled(100))
            .map(|_| {
                let code = right.clone();
                asks!(taro, |clerk| clerk.types_login_code(&code))
            })
            .collect();
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), 1);
        // Before the session of the successful request is committed, five have passed, and the others find no try left.
        only(&answers, &["200", "wrong-step", "no-tries-left"]);
        let sessions = only_member(&account(&world, TARO).await).sessions.len();
        assert_eq!(sessions, sessions_before + 1);
        for (mut clerk, answer) in answers {
            if kind(&answer) == "200" {
                clerk.calls("GET", "/me").await.is(200);
            } else {
                // Whatever the answer was: the log-in is at マイページ, and gives its session again.
                clerk.calls("GET", "/login").await.is(200).leads_to("my-page");
            }
        }
        assert_all_invariants(&world).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_right_codes_of_a_pending_member_one_leads_on() {
    let mut load = Load::of("right log-in codes, pending", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        let password = world.clerk().mailed_password(TARO).await;
        let taro = at_the_code(&world, &password).await;
        let right = taro.mailed_code(TARO).await;
        let asked = (0..load.scaled(100))
            .map(|_| {
                let code = right.clone();
                asks!(taro, |clerk| clerk.types_login_code(&code))
            })
            .collect();
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), 1);
        for (_, answer) in answers {
            if answer.status != 200 {
                answer.is_told("wrong-step").leads_to("new-password");
            }
        }
        assert_all_invariants(&world).await;
    }
    load.report();
}
