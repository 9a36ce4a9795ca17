//! Sessions, concurrently: an ended session stays ended, and a person has five

use testkit::people::OWN_PASSWORD;
use testkit::{Clerk, World, only_member};

use crate::load::{
    Load, Sending, TARO, account, active, asks, assert_all_invariants, at_the_code, count, only,
    world_of_many_mails,
};

/// Twenty tabs that request the log-in's session again: each answer is a cookie, and the log-in has one session.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_renewals_one_session_lives() {
    let mut load = Load::of("renewals of one session", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = active(&world).await;
        let asked = (0..load.scaled(20))
            .map(|_| asks!(taro, |clerk| clerk.calls("POST", "/login/session")))
            .collect();
        let answers = load.send(asked).await;
        only(&answers, &["200"]);
        assert_eq!(only_member(&account(&world, TARO).await).sessions.len(), 1);
        let mut living = 0;
        for (mut clerk, _) in answers {
            let me = clerk.calls("GET", "/me").await;
            if me.status == 200 {
                living += 1;
            } else {
                me.is_told("no-session");
                // No dead end: the log-in gives the session again.
                assert!(clerk.cookies.contains_key("__Host-login"));
            }
        }
        assert_eq!(living, 1);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// All requests of a browser, concurrent with a log-out in one of its tabs.
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_stays_ended_during_other_requests() {
    let mut load = Load::of("log-outs among other requests", 6);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = active(&world).await;
        world.wait(120);
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(6) {
            asked.push(asks!(taro, |clerk| clerk.calls("POST", "/login/session")));
            asked.push(asks!(taro, |clerk| clerk.calls("GET", "/me")));
            asked.push(asks!(taro, |clerk| clerk.calls("GET", "/login")));
            asked.push(asks!(taro, |clerk| clerk.calls("POST", "/logout")));
        }
        let answers = load.send(asked).await;
        only(&answers, &["200", "204", "no-flow", "no-session"]);
        let member = only_member(&account(&world, TARO).await).clone();
        assert!(
            member.sessions.is_empty(),
            "{} sessions live",
            member.sessions.len()
        );
        for (mut clerk, _) in answers {
            clerk.calls("GET", "/me").await.is_told("no-session");
            clerk.calls("POST", "/login/session").await.is_told("no-flow");
        }
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// A right code and a log-out of the same browser at once: in either order, no cookie outlives the log-out.
#[tokio::test(flavor = "multi_thread")]
async fn no_session_is_handed_out_by_a_log_in_that_logs_out() {
    let mut load = Load::of("right codes among log-outs", 4);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        active(&world).await.calls("POST", "/logout").await.is(204);
        let taro = at_the_code(&world, OWN_PASSWORD).await;
        let code = taro.mailed_code(TARO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(3) {
            let code = code.clone();
            asked.push(asks!(taro, |clerk| clerk.types_login_code(&code)));
            asked.push(asks!(taro, |clerk| clerk.calls("POST", "/logout")));
        }
        let answers = load.send(asked).await;
        only(
            &answers,
            &["200", "204", "no-flow", "wrong-step", "no-tries-left"],
        );
        // The browser has the cookies of the last answer; the log-in is over in every case.
        for (mut clerk, _) in answers {
            clerk.calls("POST", "/login/session").await.is_told("no-flow");
        }
        assert_all_invariants(&world).await;
    }
    load.report();
}

async fn logged_in(world: &World) -> (Clerk, String) {
    let clerk = at_the_code(world, OWN_PASSWORD).await;
    let code = clerk.mailed_code(TARO).await;
    (clerk, code)
}

/// Twelve log-ins of one person at once: each gets its session, and five remain active.
#[tokio::test(flavor = "multi_thread")]
async fn of_twelve_log_ins_of_one_person_five_sessions_live() {
    let mut load = Load::of("log-ins of one person", 2);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        active(&world).await;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(12) {
            let (clerk, code) = logged_in(&world).await;
            asked.push(asks!(clerk, |clerk| clerk.types_login_code(&code)));
        }
        let total = asked.len();
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), total);
        assert_eq!(only_member(&account(&world, TARO).await).sessions.len(), 5);
        let mut living = 0;
        for (mut clerk, _) in answers {
            let me = clerk.calls("GET", "/me").await;
            living += usize::from(me.status == 200);
            if me.status != 200 {
                me.is_told("no-session");
                // A session that a newer one ended is not restored by its log-in.
                clerk.calls("POST", "/login/session").await.is_told("no-flow");
            }
        }
        assert_eq!(living, 5);
        assert_all_invariants(&world).await;
    }
    load.report();
}
