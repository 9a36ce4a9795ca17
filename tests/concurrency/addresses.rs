//! メールアドレスの変更, concurrently: an address has one owner, a member one address, and a change one outcome

use platform::store::Consistency;
use portal::account::Account;
use portal::values::EmailAddress;
use serde_json::json;
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Reply, World};

use crate::load::{
    Load, Sending, TARO, account, active, another_office, asks, assert_all_invariants, assert_invariants,
    assert_mail_budgets, before_confirm, count, only,
};

const NEW: &str = "kaigo@example.co.jp";
const HANAKO: &str = "hanako@example.jp";
const NEW_PASSWORD: &str = "みどりの丘と きいろい花 二〇二六";

/// What a request may be told whose change, session or member is gone by then.
const TOLD: [&str; 7] = [
    "200",
    "no-session",
    "wrong-step",
    "wrong-code",
    "no-tries-left",
    "email-taken",
    "temporarily-unavailable",
];

async fn types(clerk: &mut Clerk, code: &str) -> Reply {
    clerk
        .json("POST", "/me/email/otp", &json!({ "code": code }))
        .await
}

async fn begins(clerk: &mut Clerk, email: &str) -> Reply {
    clerk.json("POST", "/me/email", &json!({ "email": email })).await
}

/// A change to this address that waits for its code.
async fn code_for(clerk: &mut Clerk, email: &str) -> String {
    begins(clerk, email).await.is(200);
    clerk.mailed_code(email).await
}

/// The owner of an address, if it has one.
async fn owner(world: &World, email: &str) -> Option<String> {
    let key = EmailAddress::parse(email).unwrap().key();
    let found = world
        .table
        .get::<Account>(&key, Consistency::Strong)
        .await
        .unwrap();
    let owner = found.and_then(|stored| stored.item.owner().map(|owner| owner.id.clone()));
    owner.map(|id| id.as_str().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_guesses_at_the_code_of_a_change_five_are_judged() {
    let mut load = Load::of("guesses at the code of an address change", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = active(&world).await;
        let right: u32 = code_for(&mut taro, NEW).await.parse().unwrap();
        let guesses = (0..u32::try_from(load.scaled(200)).unwrap()).map(|at| {
            let code = format!("{:06}", (right + 1 + at) % 1_000_000);
            asks!(taro, |clerk| types(&mut clerk, &code))
        });
        let answers = load.send(guesses.collect()).await;
        only(&answers, &TOLD);
        assert_eq!((count(&answers, "wrong-code"), count(&answers, "200")), (5, 0));
        assert_eq!(owner(&world, NEW).await, None);
        assert_all_invariants(&world).await;
    }
    load.report();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_forty_changes_of_a_member_five_begin() {
    let mut load = Load::of("changes of one member", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let taro = active(&world).await;
        let asked = (0..load.scaled(40)).map(|_| asks!(taro, |clerk| begins(&mut clerk, NEW)));
        let answers = load.send(asked.collect()).await;
        only(&answers, &["200", "too-many-requests"]);
        assert_eq!(count(&answers, "200"), 5);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// Forty clicks with the right code: one change, one new cookie.
#[tokio::test(flavor = "multi_thread")]
async fn the_right_code_moves_a_member_once() {
    let mut load = Load::of("the right code of an address change", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = active(&world).await;
        let member = owner(&world, TARO).await;
        let code = code_for(&mut taro, NEW).await;
        let asked = (0..load.scaled(40)).map(|_| {
            let code = code.clone();
            asks!(taro, |clerk| types(&mut clerk, &code))
        });
        let answers = load.send(asked.collect()).await;
        only(&answers, &TOLD);
        assert_eq!(count(&answers, "200"), 1);
        assert_eq!(
            (owner(&world, NEW).await, owner(&world, TARO).await),
            (member, None)
        );
        for (mut clerk, answer) in answers {
            let me = clerk.calls("GET", "/me").await;
            if answer.status == 200 {
                me.is(200).has("/email", NEW);
            }
        }
        world.deliver().await;
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// Twenty members of as many offices, and one address.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_changes_to_one_address_one_is_done() {
    let mut load = Load::of("changes to one address", 1);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut asked: Vec<Sending> = Vec::new();
        let mut owners = Vec::new();
        for at in 0..load.scaled(20) {
            let office = another_office(&world, at).await;
            let email = format!("user{at}@example.jp");
            let mut clerk = world.clerk();
            clerk.registers(&office, &email).await;
            clerk.arrives_at_my_page(&email).await;
            let code = code_for(&mut clerk, NEW).await;
            owners.push(email);
            for _ in 0..2 {
                let code = code.clone();
                asked.push(asks!(clerk, |clerk| types(&mut clerk, &code)));
            }
        }
        let answers = load.send(asked).await;
        only(&answers, &TOLD);
        assert_eq!(count(&answers, "200"), 1);
        let mut stayed = 0;
        for email in &owners {
            stayed += usize::from(owner(&world, email).await.is_some());
        }
        assert_eq!(stayed, owners.len() - 1);
        assert!(owner(&world, NEW).await.is_some());
        assert_invariants(&world).await;
    }
    load.report();
}

/// A change, a reset and a log-in of one member: the member has one address, one password and no session of an outcome that
/// was not the last.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_against_a_reset_against_a_log_in_has_one_outcome() {
    let mut load = Load::of("an address change, a reset and a log-in", 4);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = active(&world).await;
        let member = owner(&world, TARO).await;
        let code = code_for(&mut taro, NEW).await;
        let mut reset = world.clerk();
        reset.proves_the_mailbox(TARO).await;
        let mut login = world.clerk();
        login.logs_in(TARO, OWN_PASSWORD).await.is(200);
        let login_code = login.mailed_code(TARO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(5) {
            let (code, login_code) = (code.clone(), login_code.clone());
            asked.push(asks!(taro, |clerk| types(&mut clerk, &code)));
            asked.push(asks!(reset, |clerk| clerk.resets_password(NEW_PASSWORD)));
            asked.push(asks!(login, |clerk| clerk.types_login_code(&login_code)));
        }
        let answers = load.send(asked).await;
        only(&answers, &[&TOLD[..], &["no-flow"]].concat());
        let (at_new, at_old) = (owner(&world, NEW).await, owner(&world, TARO).await);
        assert!(at_new.is_some() != at_old.is_some(), "{at_new:?} and {at_old:?}");
        assert_eq!(at_new.clone().or(at_old), member);
        let moved = at_new.is_some();
        let (email, password) = if moved {
            (NEW, OWN_PASSWORD)
        } else {
            (TARO, NEW_PASSWORD)
        };
        let account = account(&world, email).await;
        let sessions = account.owner().unwrap().sessions.len();
        assert!(sessions <= usize::from(moved), "{sessions} sessions");
        let mut again = world.clerk();
        again.logs_in(email, password).await.is(200);
        world.deliver().await;
        assert_invariants(&world).await;
    }
    load.report();
}

/// The manager removes or disables a colleague whose change is at its code.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_against_a_removal_or_a_disabling_has_one_outcome() {
    let mut load = Load::of("address changes against managers", 4);
    for round in load.rounds() {
        let world = World::start().await;
        let mut taro = active(&world).await;
        let added = taro
            .keyed("POST", "/members", "colleague-0123456789", &profile(HANAKO))
            .await
            .is(201);
        let id = added.body["id"].clone();
        let path = format!("/members/{}", id.as_str().unwrap());
        let mut hanako = world.clerk();
        hanako.arrives_at_my_page(HANAKO).await;
        let code = code_for(&mut hanako, NEW).await;
        let removes = round % 2 == 0;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(5) {
            let (code, path) = (code.clone(), path.clone());
            asked.push(asks!(hanako, |clerk| types(&mut clerk, &code)));
            asked.push(if removes {
                asks!(taro, |clerk| clerk.calls("DELETE", &path))
            } else {
                let disabled = json!({ "status": "disabled" });
                asks!(taro, |clerk| clerk.json("PATCH", &path, &disabled))
            });
        }
        let answers = load.send(asked).await;
        only(&answers, &[&TOLD[..], &["204", "not-found"]].concat());
        let listed = taro.calls("GET", "/members").await.is(200).body["members"].clone();
        let held = [owner(&world, HANAKO).await, owner(&world, NEW).await];
        let held = held.iter().flatten().count();
        if removes {
            assert_eq!((listed.as_array().unwrap().len(), held), (1, 0), "{listed}");
        } else {
            // Both registered in the same second, so either may stand first.
            let mut colleagues = listed.as_array().unwrap().iter().filter(|one| one["id"] == id);
            let status = colleagues.next().and_then(|one| one["status"].as_str());
            assert_eq!((status, held), (Some("disabled"), 1), "{listed}");
        }
        // Whichever was first, no session of the member is left.
        for (mut clerk, answer) in answers {
            if answer.status == 200 && !answer.body["session"].is_null() {
                clerk.calls("GET", "/me").await.is_told("no-session");
            }
        }
        assert_invariants(&world).await;
    }
    load.report();
}

/// Another office registers the address, and its member logs in with it for the first time.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_against_a_registration_and_a_first_log_in_has_one_outcome() {
    let mut load = Load::of("address changes against registrations", 4);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = active(&world).await;
        let code = code_for(&mut taro, NEW).await;
        let mut first = world.clerk();
        first.registers(&DEEMED_OFFICE, NEW).await;
        first.logs_in_for_the_first_time(NEW).await;
        let version = first.is_shown_the_terms().await;
        let office = another_office(&world, 1).await;
        let later = before_confirm(&world, &office, NEW).await;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(5) {
            let (code, version) = (code.clone(), version.clone());
            asked.push(asks!(taro, |clerk| types(&mut clerk, &code)));
            asked.push(asks!(first, |clerk| clerk.changes_password(OWN_PASSWORD, &version)));
            asked.push(asks!(later, |clerk| clerk.confirms("confirms-0123456789")));
        }
        let answers = load.send(asked).await;
        only(
            &answers,
            &[&TOLD[..], &["201", "no-flow", "email-taken"]].concat(),
        );
        assert!(owner(&world, NEW).await.is_some(), "one of two is the owner");
        let taro_moved = owner(&world, TARO).await.is_none();
        let office = account(&world, NEW).await.owner().unwrap().office.number.clone();
        assert_eq!(taro_moved, office.as_str() == PLAIN_OFFICE.number);
        world.deliver().await;
        assert_invariants(&world).await;
        assert_mail_budgets(&world).await;
    }
    load.report();
}
