//! Two at once: exactly one is done.

use super::*;

/// How often each race is run: which one is first differs.
const RACES: usize = 4;

/// "of a stop and that log-in at once exactly one wins"
#[tokio::test]
async fn of_a_stop_and_the_newcomers_log_in_exactly_one_is_done() {
    for race in 0..RACES {
        let world = World::start().await;
        let (mut taro, _) = completing(&world).await;
        logs_in(&mut taro, TARO).await;
        let mut newcomer = world.clerk();
        newcomer.logs_in_for_the_first_time(JIRO).await;
        let version = newcomer.is_shown_the_terms().await;
        let (stop, log_in) = if race % 2 == 0 {
            tokio::join!(
                taro.calls("DELETE", "/office/take-over"),
                newcomer.changes_password(OWN_PASSWORD, &version)
            )
        } else {
            let (log_in, stop) = tokio::join!(
                newcomer.changes_password(OWN_PASSWORD, &version),
                taro.calls("DELETE", "/office/take-over")
            );
            (stop, log_in)
        };
        let stopped = stop.status == 204;
        assert_ne!(stopped, log_in.status == 200, "{} {}", stop.status, log_in.status);
        if stopped {
            log_in.is_told("no-flow");
            taro.calls("GET", "/me").await.is(200).has("/role", "manager");
        } else {
            // Its session ended, or the take-over is over.
            assert!([401, 404].contains(&stop.status), "{}", stop.status);
            newcomer.calls("GET", "/me").await.is(200).has("/role", "manager");
        }
        violations(&world).await;
    }
}

#[tokio::test]
async fn of_two_requests_for_a_take_over_one_is_begun() {
    let world = World::start().await;
    taros_office(&world).await;
    let (mut jiro, mut saburo) = (proves(&world).await, proves(&world).await);
    let (first, second) = tokio::join!(
        asks(&mut jiro, "first-0123456789ab"),
        asks(&mut saburo, "second-0123456789a")
    );
    let mut answers = [first.status, second.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    world.deliver().await;
    assert_eq!(
        world.mails_to(PLAIN_OFFICE.mail_address).await.len(),
        4,
        "three codes, and one mail"
    );
    violations(&world).await;
}

/// Both are confirmed one after the other; only the later one is expected.
#[tokio::test]
async fn of_two_newcomers_one_completes() {
    let world = World::start().await;
    let (_, mut jiro) = completing(&world).await;
    jiro.logs_in_for_the_first_time(JIRO).await;
    let version = jiro.is_shown_the_terms().await;
    let mut saburo = proves(&world).await;
    saburo.enters_profile(&profile("saburo@example.jp")).await.is(200);
    let (completed, confirmed) = tokio::join!(
        jiro.changes_password(OWN_PASSWORD, &version),
        saburo.confirms(CONFIRM_KEY)
    );
    assert_ne!(
        completed.status == 200,
        confirmed.status == 201,
        "{} {}",
        completed.status,
        confirmed.status
    );
    violations(&world).await;
}

/// "members may add and remove meanwhile": never a sixth seat.
#[tokio::test]
async fn a_member_added_while_the_newcomer_logs_in_makes_no_sixth_seat() {
    for _ in 0..RACES {
        let world = World::start().await;
        let mut taro = taros_office(&world).await;
        for email in [HANAKO, "c@example.jp", "d@example.jp"] {
            with_colleague(&world, &mut taro, email).await;
        }
        asked(&world).await;
        world.wait(OPENS);
        confirmed(&world, JIRO).await;
        logs_in(&mut taro, TARO).await;
        let mut newcomer = world.clerk();
        newcomer.logs_in_for_the_first_time(JIRO).await;
        let version = newcomer.is_shown_the_terms().await;
        let fifth = profile("e@example.jp");
        let key = "fifth-0123456789ab";
        let (added, completed) = tokio::join!(
            taro.keyed("POST", "/members", key, &fifth),
            newcomer.changes_password(OWN_PASSWORD, &version)
        );
        completed.is(200).leads_to("my-page");
        assert!([201, 401].contains(&added.status), "{}", added.status);
        newcomer.calls("GET", "/me").await.has("/members/count", 5);
        violations(&world).await;
    }
}
