//! 「登録する」, concurrently

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE, SHARED_OFFICE_AGAIN, profile};
use testkit::{Clerk, Reply, World};

use crate::load::{
    Load, Sending, TARO, another_office, asks, assert_all_invariants, assert_invariants, before_confirm,
    count, kind, only, world_of_many_mails,
};

async fn initial_passwords(world: &World) -> Vec<String> {
    let mails = world.mails().await.into_iter();
    mails
        .filter(|mail| mail.text.contains("初期パスワード："))
        .map(|mail| mail.to)
        .collect()
}

/// twenty browsers of one office, each with another address.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_first_registrations_of_an_office_one_is_done_and_one_password_is_mailed() {
    let mut load = Load::of("first registrations of one office", 2);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(20) {
            // Both user ids prove the same office.
            let office = [SHARED_OFFICE, SHARED_OFFICE_AGAIN][at % 2];
            let clerk = before_confirm(&world, &office, &format!("person{at}@example.jp")).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("first-registration")));
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "201"), 1);
        let mut registered = None;
        for (at, (mut clerk, answer)) in answers.into_iter().enumerate() {
            if answer.status == 201 {
                registered = Some(format!("person{at}@example.jp"));
                continue;
            }
            answer
                .is_told("organisation-already-registered")
                .is(409)
                .leads_to("already-registered")
                .has(
                    "/title",
                    "同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。",
                );
            clerk
                .calls("GET", "/registration")
                .await
                .is(200)
                .leads_to("already-registered");
        }
        let registered = registered.unwrap();
        assert_eq!(initial_passwords(&world).await, [registered.as_str()]);
        assert_eq!(world.items_of("OFFICE").await.len(), 1);
        assert_all_invariants(&world).await;
        world.clerk().arrives_at_my_page(&registered).await;
    }
    load.report();
}

/// Ten offices register one address: five claim it, and the requests that fail leave nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_offices_that_want_one_address_five_claim_it_and_the_others_are_free() {
    let mut load = Load::of("one address from many offices", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(10) {
            let office = another_office(&world, at).await;
            let clerk = before_confirm(&world, &office, TARO).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("one-address-00001")));
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "201"), 5);
        assert_eq!(initial_passwords(&world).await, [TARO; 5]);
        assert_eq!(world.items_of("OFFICE").await.len(), 5);
        assert_all_invariants(&world).await;
        for (at, (mut clerk, answer)) in answers.into_iter().enumerate() {
            if answer.status == 201 {
                continue;
            }
            answer.is_told("email-taken").leads_to("confirm");
            let own = format!("person{at}@example.jp");
            clerk.enters_profile(&profile(&own)).await.is(200);
            clerk.confirms("own-address-000001").await.is(201);
            assert_eq!(world.mails_to(&own).await.len(), 1);
        }
        assert_eq!(world.items_of("OFFICE").await.len(), load.scaled(10));
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// Five offices claim one address, and the person of each completes the first log-in at once: one owns it.
#[tokio::test(flavor = "multi_thread")]
async fn of_five_first_log_ins_with_one_address_one_owns_it_and_the_others_are_over() {
    let mut load = Load::of("first log-ins with one address", 4);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..5 {
            let office = another_office(&world, at).await;
            let mut clerk = world.clerk();
            clerk.registers(&office, TARO).await;
            clerk.logs_in_for_the_first_time(TARO).await;
            let version = clerk.is_shown_the_terms().await;
            asked.push(asks!(clerk, |clerk| clerk.changes_password(OWN_PASSWORD, &version)));
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "200"), 1);
        only(&answers, &["200", "no-flow"]);
        for (mut clerk, answer) in answers {
            assert_eq!(
                clerk.calls("GET", "/me").await.status == 200,
                answer.status == 200
            );
            let stands = clerk.calls("GET", "/registration").await.is(200);
            let next = if answer.status == 200 {
                "completed"
            } else {
                "profile"
            };
            stands.leads_to(next);
        }
        assert_invariants(&world).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clicks_with_one_key_register_once_and_are_answered_alike() {
    let mut load = Load::of("登録する with one key", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = before_confirm(&world, &PLAIN_OFFICE, TARO).await;
        let asked = (0..load.scaled(50))
            .map(|_| asks!(taro, |clerk| clerk.confirms("same-key-00000000")))
            .collect();
        let answers = load.send(asked).await;
        let first = answers[0].1.clone().is(201).leads_to("completed");
        for (_, answer) in &answers {
            assert_eq!((answer.status, &answer.body), (201, &first.body));
        }
        assert_eq!(initial_passwords(&world).await, [TARO]);
        assert_all_invariants(&world).await;
        world.clerk().arrives_at_my_page(TARO).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clicks_with_fifty_keys_register_once() {
    let mut load = Load::of("登録する with other keys", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = before_confirm(&world, &PLAIN_OFFICE, TARO).await;
        let asked = (0..load.scaled(50))
            .map(|at| {
                let key = format!("other-key-{at:06}");
                asks!(taro, |clerk| clerk.confirms(&key))
            })
            .collect();
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "201"), 1);
        for (_, answer) in answers {
            if answer.status != 201 {
                // A person's own second click is never answered as another person's registration.
                answer.is_told("wrong-step").leads_to("completed");
            }
        }
        assert_eq!(initial_passwords(&world).await, [TARO]);
        assert_all_invariants(&world).await;
    }
    load.report();
}

async fn confirms_draft(clerk: &mut Clerk, key: &str, draft: Value) -> Reply {
    clerk
        .keyed("POST", "/registration/confirm", key, &json!({ "draft": draft }))
        .await
}

/// One key with two bodies: the shown draft is registered, and the other body never gets its answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_another_body_registers_nothing_and_is_refused() {
    let mut load = Load::of("登録する with one key and two bodies", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = before_confirm(&world, &PLAIN_OFFICE, TARO).await;
        let shown = taro.draft.clone().unwrap();
        let asked: Vec<Sending> = (0..load.scaled(50))
            .map(|at| {
                let draft = if at % 2 == 0 {
                    json!(shown)
                } else {
                    json!("another-draft")
                };
                asks!(taro, |clerk| confirms_draft(
                    &mut clerk,
                    "same-key-00000000",
                    draft
                ))
            })
            .collect();
        let answers = load.send(asked).await;
        let mut bodies = BTreeSet::new();
        for (at, (_, answer)) in answers.iter().enumerate() {
            if at % 2 == 0 {
                bodies.insert(answer.clone().is(201).body.to_string());
            } else {
                let told = kind(answer);
                assert!(
                    ["draft-changed", "idempotency-key-reused"].contains(&told.as_str()),
                    "{told}"
                );
            }
        }
        assert_eq!(bodies.len(), 1);
        only(&answers, &["201", "draft-changed", "idempotency-key-reused"]);
        assert_eq!(initial_passwords(&world).await, [TARO]);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// Two tabs of one registration that correct the profile while the other confirms: what is registered was shown.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_registered_while_another_tab_corrects_was_shown() {
    let mut load = Load::of("登録する while the profile is corrected", 3);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = before_confirm(&world, &PLAIN_OFFICE, TARO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(10) {
            let key = format!("confirms-{at:08}");
            asked.push(asks!(taro, |clerk| clerk.confirms(&key)));
            // A registration asks about ten distinct addresses at most, its own included.
            let other = profile(&format!("other{}@example.jp", at % 9));
            asked.push(asks!(taro, |clerk| clerk.enters_profile(&other)));
        }
        let answers = load.send(asked).await;
        only(&answers, &["200", "201", "draft-changed", "wrong-step"]);
        // Only this draft's address was ever confirmed.
        let registered = count(&answers, "201");
        assert!(registered <= 1);
        let mailed = initial_passwords(&world).await;
        assert_eq!(mailed, vec![TARO; registered]);
        assert_all_invariants(&world).await;
        let mut taro = taro.clone();
        let stands = taro.calls("GET", "/registration").await.is(200);
        if registered == 0 {
            taro.draft = stands.body["draft"].as_str().map(str::to_owned);
            stands.leads_to("confirm");
        } else {
            stands.leads_to("completed").has("/profile/email", TARO);
        }
    }
    load.report();
}

/// A person of the office at 「修正」, with the profile that is to replace the member who never logged in.
async fn before_correction(world: &World, email: &str) -> Clerk {
    let mut clerk = world.clerk();
    clerk
        .proves_to_be(&PLAIN_OFFICE)
        .await
        .is(200)
        .leads_to("already-registered");
    clerk
        .enters_profile(&profile(email))
        .await
        .is(200)
        .leads_to("confirm");
    clerk
}

/// Ten browsers correct one registration: one replaces the first, and the first password no longer works.
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_corrections_of_one_registration_one_is_made() {
    let mut load = Load::of("corrections of one registration", 2);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        let first = world.clerk().mailed_password(TARO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(10) {
            let clerk = before_correction(&world, &format!("person{at}@example.jp")).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("correction-000001")));
        }
        let answers = load.send(asked).await;
        assert_eq!(count(&answers, "201"), 1);
        only(&answers, &["201", "organisation-already-registered"]);
        let registered = answers
            .iter()
            .position(|(_, answer)| answer.status == 201)
            .unwrap();
        let registered = format!("person{registered}@example.jp");
        let mut mailed = initial_passwords(&world).await;
        mailed.sort();
        assert_eq!(mailed, [registered.as_str(), TARO]);
        assert_all_invariants(&world).await;
        let mut taro = world.clerk();
        taro.logs_in(TARO, &first).await.is_told("wrong-credentials");
        taro.arrives_at_my_page(&registered).await;
    }
    load.report();
}

/// The member logs in while others correct the registration: either the member is in, or has been replaced.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_log_in_among_corrections_ends_with_one_member() {
    let mut load = Load::of("corrections while the member comes", 4);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        let mut taro = world.clerk();
        taro.logs_in_for_the_first_time(TARO).await;
        let version = taro.is_shown_the_terms().await;
        let mut asked: Vec<Sending> =
            vec![asks!(taro, |clerk| clerk.changes_password(OWN_PASSWORD, &version))];
        for at in 0..load.scaled(3) {
            let clerk = before_correction(&world, &format!("person{at}@example.jp")).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("correction-000001")));
        }
        let answers = load.send(asked).await;
        let came = kind(&answers[0].1) == "200";
        let corrected = count(&answers, "201");
        only(
            &answers,
            &["200", "201", "no-flow", "organisation-already-registered"],
        );
        assert_eq!(usize::from(came) + corrected, 1, "one of them has the seat");
        let (mut taro, _) = answers.into_iter().next().unwrap();
        let me = taro.calls("GET", "/me").await;
        assert_eq!(me.status == 200, came);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// A seat has expired: the office registers again, and other offices claim the address, in the same second.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_seat_goes_to_the_first_request_and_its_address_to_five_claims() {
    let mut load = Load::of("an expired seat and its address", 3);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        world.clerk().registers(&PLAIN_OFFICE, TARO).await;
        world.wait(1_209_600);
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(4) {
            let clerk = before_confirm(&world, &PLAIN_OFFICE, &format!("person{at}@example.jp")).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("falls-free-000001")));
        }
        for at in 0..load.scaled(4) {
            let office = another_office(&world, at).await;
            let clerk = before_confirm(&world, &office, TARO).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("falls-free-000001")));
        }
        let total = asked.len();
        let mut answers = load.send(asked).await;
        only(
            &answers,
            &["201", "organisation-already-registered", "email-taken"],
        );
        let others = answers.split_off(total / 2);
        assert_eq!(count(&answers, "201"), 1, "the office has one new owner");
        let claims = others.len().min(5);
        assert_eq!(
            count(&others, "201"),
            claims,
            "each office has a claim of its own"
        );
        assert_eq!(world.items_of("OFFICE").await.len(), 1 + claims);
        // The budgets have forgotten the mails of two weeks ago.
        assert_invariants(&world).await;
    }
    load.report();
}
