//! The users of an office, concurrently: five seats, one manager at least, and a removed member is gone

use portal::values::MemberId;
use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, profile};
use testkit::{Clerk, Reply, Settings, World};

use crate::load::{
    Load, Sending, TARO, active, asks, assert_invariants, count, only, settings_of_many_mails,
};

const HANAKO: &str = "hanako@example.jp";

fn user(number: usize) -> String {
    format!("user{number}@example.jp")
}

/// A world whose offices may ask about many addresses, and mail many initial passwords.
async fn world_of_many_colleagues() -> World {
    let mut settings: Settings = settings_of_many_mails();
    settings.limits.addresses_asked_per_day = 10_000;
    settings.limits.initial_passwords_per_day = 10_000;
    World::with(settings).await
}

async fn adds(clerk: &mut Clerk, email: &str, key: &str) -> Reply {
    clerk.keyed("POST", "/members", key, &profile(email)).await
}

fn key(number: usize) -> String {
    format!("adds-{number:020}")
}

async fn members(clerk: &mut Clerk) -> Vec<Value> {
    let answer = clerk.calls("GET", "/members").await.is(200);
    answer.body["members"].as_array().unwrap().clone()
}

/// A colleague at マイページ, with the path of their row.
async fn with_colleague(world: &World, taro: &mut Clerk, email: &str) -> (Clerk, String) {
    let key = format!("colleague-{email}-0123").replace(['@', '.'], "-");
    let added = adds(taro, email, &key).await.is(201);
    let mut colleague = world.clerk();
    colleague.arrives_at_my_page(email).await;
    (
        colleague,
        format!("/members/{}", added.body["id"].as_str().unwrap()),
    )
}

/// 200 colleagues at once, where one seat is free.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_sixth_members_one_gets_the_fifth_seat() {
    let mut load = Load::of("sixth members", 1);
    for _ in load.rounds() {
        let world = world_of_many_colleagues().await;
        let mut taro = active(&world).await;
        for number in 2..=4 {
            adds(&mut taro, &user(number), &key(number)).await.is(201);
        }
        let asked = (0..load.scaled(200))
            .map(|at| asks!(taro, |clerk| adds(&mut clerk, &user(100 + at), &key(100 + at))))
            .collect();
        let answers = load.send(asked).await;
        only(
            &answers,
            &["201", "member-limit-reached", "temporarily-unavailable"],
        );
        assert_eq!((count(&answers, "201"), members(&mut taro).await.len()), (1, 5));
        assert_invariants(&world).await;
    }
    load.report();
}

/// A double click of many fingers: one colleague, one mail, one answer.
#[tokio::test(flavor = "multi_thread")]
async fn forty_requests_of_one_key_add_one_colleague() {
    let mut load = Load::of("additions of one key", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = active(&world).await;
        let asked = (0..load.scaled(40))
            .map(|_| asks!(taro, |clerk| adds(&mut clerk, HANAKO, &key(1))))
            .collect();
        let answers = load.send(asked).await;
        only(&answers, &["201"]);
        assert!(answers.iter().all(|(_, answer)| answer.body == answers[0].1.body));
        world.deliver().await;
        assert_eq!(
            (world.mails_to(HANAKO).await.len(), members(&mut taro).await.len()),
            (1, 2)
        );
        assert_invariants(&world).await;
    }
    load.report();
}

/// Added, removed and added again at once: never six, and no seat without its member.
#[tokio::test(flavor = "multi_thread")]
async fn colleagues_are_added_while_others_are_removed() {
    let mut load = Load::of("additions among removals", 3);
    for _ in load.rounds() {
        let world = world_of_many_colleagues().await;
        let mut taro = active(&world).await;
        let mut asked: Vec<Sending> = Vec::new();
        for number in 2..=5 {
            let added = adds(&mut taro, &user(number), &key(number)).await.is(201);
            let path = format!("/members/{}", added.body["id"].as_str().unwrap());
            asked.push(asks!(taro, |clerk| clerk.calls("DELETE", &path)));
        }
        for at in 0..load.scaled(20) {
            // Half of them under the addresses that are removed.
            let email = user(2 + at % 8);
            asked.push(asks!(taro, |clerk| adds(&mut clerk, &email, &key(100 + at))));
        }
        let answers = load.send(asked).await;
        only(
            &answers,
            &[
                "201",
                "204",
                "member-limit-reached",
                "email-taken",
                "temporarily-unavailable",
            ],
        );
        let (added, removed) = (count(&answers, "201"), count(&answers, "204"));
        assert_eq!(members(&mut taro).await.len(), 5 + added - removed);
        assert_invariants(&world).await;
    }
    load.report();
}

/// Two managers and fifty requests to be no manager any more: one of the two stays.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_hand_overs_of_the_last_managers_one_remains() {
    let mut load = Load::of("hand-overs of the last manager", 3);
    for _ in load.rounds() {
        let world = World::start().await;
        let mut taro = active(&world).await;
        let own = members(&mut taro).await[0]["id"].as_str().unwrap().to_owned();
        let own = format!("/members/{own}");
        let (hanako, path) = with_colleague(&world, &mut taro, HANAKO).await;
        taro.json("PATCH", &path, &json!({ "role": "manager" }))
            .await
            .is(200);
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(25) {
            let (mine, theirs) = (own.clone(), path.clone());
            match at % 3 {
                0 => {
                    let plain = json!({ "role": "member" });
                    let same = plain.clone();
                    asked.push(asks!(taro, |clerk| clerk.json("PATCH", &mine, &plain)));
                    asked.push(asks!(hanako, |clerk| clerk.json("PATCH", &theirs, &same)));
                }
                1 => {
                    asked.push(asks!(taro, |clerk| clerk.calls("DELETE", &mine)));
                    asked.push(asks!(hanako, |clerk| clerk.calls("DELETE", &theirs)));
                }
                _ => {
                    let disabled = json!({ "status": "disabled" });
                    let same = disabled.clone();
                    asked.push(asks!(taro, |clerk| clerk.json("PATCH", &mine, &disabled)));
                    asked.push(asks!(hanako, |clerk| clerk.json("PATCH", &theirs, &same)));
                }
            }
        }
        let answers = load.send(asked).await;
        only(
            &answers,
            &[
                "200",
                "204",
                "last-manager",
                "not-allowed",
                "no-session",
                "temporarily-unavailable",
            ],
        );
        assert!(count(&answers, "200") + count(&answers, "204") >= 1);
        let mut can_manage = 0;
        for mut clerk in [taro, hanako] {
            let me = clerk.calls("GET", "/me").await;
            can_manage += usize::from(me.status == 200 && me.body["role"] == "manager");
        }
        assert_eq!(can_manage, 1, "one of the two is a manager still, and can log in");
        assert_invariants(&world).await;
    }
    load.report();
}

/// A manager who is made a plain member while adding colleagues adds no one afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_who_has_lost_the_role_changes_no_user() {
    let mut load = Load::of("changes by a former manager", 3);
    for _ in load.rounds() {
        let world = world_of_many_colleagues().await;
        let mut taro = active(&world).await;
        let (hanako, path) = with_colleague(&world, &mut taro, HANAKO).await;
        taro.json("PATCH", &path, &json!({ "role": "manager" }))
            .await
            .is(200);
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(10) {
            asked.push(asks!(hanako, |clerk| adds(
                &mut clerk,
                &user(10 + at),
                &key(10 + at)
            )));
        }
        let plain = json!({ "role": "member" });
        asked.push(asks!(taro, |clerk| clerk.json("PATCH", &path, &plain)));
        let answers = load.send(asked).await;
        only(
            &answers,
            &[
                "200",
                "201",
                "not-allowed",
                "member-limit-reached",
                "temporarily-unavailable",
            ],
        );
        // In the order of the office's writes Hanako adds no one after the role is gone.
        let mut lost = false;
        for write in world.history() {
            let Some(item) = &write.after else { continue };
            let event = item.get("event").and_then(|event| event.as_m().ok());
            // An event of an earlier write is carried along.
            let Some(event) = event.filter(|event| event.get("id") == item.get("v")) else {
                continue;
            };
            let act = event["act"].as_s().unwrap();
            lost |= act == "manager-made-member";
            assert!(!(lost && act == "member-added"), "added by a former manager");
        }
        assert_invariants(&world).await;
    }
    load.report();
}

/// A colleague logs in while being removed: in either order the colleague is gone.
#[tokio::test(flavor = "multi_thread")]
async fn no_one_logs_in_past_a_removal() {
    let mut load = Load::of("log-ins among removals", 4);
    for _ in load.rounds() {
        let world = World::with(settings_of_many_mails()).await;
        let mut taro = active(&world).await;
        let (_, path) = with_colleague(&world, &mut taro, HANAKO).await;
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(4) {
            let mut hanako = world.clerk();
            hanako.logs_in(HANAKO, OWN_PASSWORD).await.is(200);
            let code = hanako.mailed_code(HANAKO).await;
            asked.push(asks!(hanako, |clerk| clerk.types_login_code(&code)));
            let path = path.clone();
            asked.push(asks!(taro, |clerk| clerk.calls("DELETE", &path)));
        }
        let answers = load.send(asked).await;
        only(
            &answers,
            &["200", "204", "no-flow", "not-found", "temporarily-unavailable"],
        );
        assert_eq!(count(&answers, "204"), 1);
        for (mut clerk, _) in answers {
            let me = clerk.calls("GET", "/me").await;
            assert!(me.status == 401 || me.body["email"] == TARO, "{}", me.body);
        }
        let id = MemberId::new(path.trim_start_matches("/members/"));
        assert!(
            members(&mut taro)
                .await
                .iter()
                .all(|row| row["id"] != id.as_str())
        );
        assert_invariants(&world).await;
    }
    load.report();
}
