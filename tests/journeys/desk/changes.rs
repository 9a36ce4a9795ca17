//! What an operator changes of a member: shown first, done with `--apply`, told and recorded.

use serde_json::{Value, json};
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, World};

use super::{Ended, Exit, HANAKO, TARO, WHY, account, adds_hanako, at_desk, deeds, shows, taros_office};

async fn applies(world: &World, change: &str, whom: &str) -> Ended {
    at_desk(
        world,
        "jiro",
        &["member", change, whom, "--apply", WHY[0], WHY[1]],
    )
    .await
}

async fn subjects(world: &World, email: &str) -> Vec<String> {
    world.deliver().await;
    let mails = world.mails_to(email).await.into_iter();
    mails.map(|mail| mail.subject).collect()
}

/// 太郎 and 花子, who have both logged in.
async fn two(world: &World) -> (Clerk, Clerk) {
    let mut taro = taros_office(world).await;
    adds_hanako(&mut taro).await;
    let mut hanako = world.clerk();
    hanako.arrives_at_my_page(HANAKO).await;
    (taro, hanako)
}

#[tokio::test]
async fn what_is_not_applied_changes_nothing() {
    let world = World::start().await;
    let (_, mut hanako) = two(&world).await;
    let before = (
        world.item(&account(HANAKO)).await,
        world.items_of("LETTER").await.len(),
    );
    for change in ["disable", "sign-out"] {
        let line = ["member", change, HANAKO, WHY[0], WHY[1]];
        let shown = at_desk(&world, "jiro", &line).await.is(Exit::NeedsApply).json();
        assert_eq!(shown["outcome"], "まだ実行していません");
    }
    let line = ["member", "disable", HANAKO];
    let shown = at_desk(&world, "jiro", &line).await.is(Exit::NeedsApply).json();
    assert_eq!(shown["mailsTo"], "h***@e***.jp、t***@e***.jp");
    assert_eq!(
        (
            world.item(&account(HANAKO)).await,
            world.items_of("LETTER").await.len()
        ),
        before
    );
    hanako.calls("GET", "/me").await.is(200);
    let acts: Vec<String> = deeds(&world).await.into_iter().map(|(act, ..)| act).collect();
    assert_eq!(acts, ["operator-looked"; 3]);
}

#[tokio::test]
async fn who_is_disabled_at_the_desk_is_logged_out_and_told_and_so_are_the_managers() {
    let world = World::start().await;
    let (_, mut hanako) = two(&world).await;
    let shown = applies(&world, "disable", HANAKO).await.is(Exit::Done).json();
    assert_eq!(
        (&shown["outcome"], &shown["members"][0]["status"]),
        (&json!("実行しました"), &json!("停止中"))
    );
    hanako.calls("GET", "/me").await.is_told("no-session");
    hanako
        .logs_in(HANAKO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    let desk = "介護情報基盤ポータルの窓口が";
    let text = world.mails_to(HANAKO).await.remove(0).text;
    assert!(
        text.contains(desk) && text.contains("あなたのご利用を停止しました"),
        "{text}"
    );
    let text = world.mails_to(TARO).await.remove(0).text;
    assert!(
        text.contains(desk) && text.contains("対象のユーザ：h***@e***.jp"),
        "{text}"
    );
    // Nothing is left to do, and nothing is written.
    let again = applies(&world, "disable", HANAKO).await.is(Exit::Done).json();
    assert_eq!(again["outcome"], "変更は不要です");
    applies(&world, "enable", HANAKO).await.is(Exit::Done);
    hanako.logs_in(HANAKO, OWN_PASSWORD).await.is(200);
    let enabled = "【介護情報基盤ポータル】ご利用の停止が解除されました";
    assert!(
        subjects(&world, HANAKO)
            .await
            .iter()
            .any(|subject| subject == enabled)
    );
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// The record on the operator and the one on the account are those of one commit.
#[tokio::test]
async fn a_change_and_the_operators_act_have_the_same_operation() {
    let world = World::start().await;
    two(&world).await;
    applies(&world, "disable", HANAKO).await.is(Exit::Done);
    let records = world.audit().await;
    let of = |act: &str| records.iter().find(|record| record["act"] == act).unwrap();
    let (changed, disabled) = (of("operator-changed"), of("member-disabled"));
    assert_eq!(
        (&changed["by"], &changed["at"]),
        (&disabled["by"], &disabled["at"])
    );
    assert_eq!(
        (&changed["target"], &changed["member"]),
        (&disabled["subject"], &disabled["member"])
    );
    assert_eq!(changed["reason"], WHY[1]);
}

#[tokio::test]
async fn no_operator_disables_the_last_manager() {
    let world = World::start().await;
    let (mut taro, _) = two(&world).await;
    let refused = applies(&world, "disable", TARO).await.is(Exit::Refused);
    assert!(
        refused.shown.is_empty() && refused.told.contains("管理者"),
        "{refused:?}"
    );
    at_desk(&world, "jiro", &["member", "disable", TARO])
        .await
        .is(Exit::Refused);
    taro.calls("GET", "/me").await.is(200);
    let acts: Vec<String> = deeds(&world).await.into_iter().map(|(act, ..)| act).collect();
    assert_eq!(acts, ["operator-looked"; 2]);
}

/// Two operators at once, each about one of the two managers: the second finds that the other was the last one.
#[tokio::test]
async fn of_two_operators_at_once_one_leaves_a_manager() {
    let world = World::start().await;
    let (mut taro, _) = two(&world).await;
    let members = taro.calls("GET", "/members").await.is(200);
    let id = members.body["members"][1]["id"].as_str().unwrap().to_owned();
    taro.json("PATCH", &format!("/members/{id}"), &json!({ "role": "manager" }))
        .await
        .is(200);
    let disables = |operator: &'static str, whom: &'static str| {
        let world = world.clone();
        async move {
            at_desk(
                &world,
                operator,
                &["member", "disable", whom, "--apply", WHY[0], WHY[1]],
            )
            .await
            .exit
        }
    };
    let (first, second) = tokio::join!(disables("jiro", TARO), disables("saburo", HANAKO));
    let done = [first, second]
        .into_iter()
        .filter(|exit| *exit == Exit::Done)
        .count();
    assert_eq!(done, 1, "{first:?} {second:?}");
    assert!([first, second].contains(&Exit::Refused), "{first:?} {second:?}");
    assert_eq!(world.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn who_waits_for_wrong_passwords_logs_in_at_once_after_an_unlock() {
    let world = World::start().await;
    taros_office(&world).await;
    for _ in 0..8 {
        world
            .clerk()
            .logs_in(TARO, "wrong")
            .await
            .is_told("wrong-credentials");
    }
    let mut taro = world.clerk();
    taro.logs_in(TARO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    let shown = applies(&world, "unlock", TARO).await.is(Exit::Done).json();
    assert_eq!(
        (&shown["wrongPasswords"], &shown["passwordWaitsUntil"]),
        (&json!(0), &Value::Null)
    );
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let again = applies(&world, "unlock", TARO).await.is(Exit::Done).json();
    assert_eq!(again["outcome"], "変更は不要です");
}

#[tokio::test]
async fn another_initial_password_goes_to_who_never_logged_in_and_to_nobody_else() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds_hanako(&mut taro).await;
    let old = world.clerk().mailed_password(HANAKO).await;
    let shown = applies(&world, "reissue", HANAKO).await.is(Exit::Done);
    let new = world.clerk().mailed_password(HANAKO).await;
    assert_ne!(old, new);
    assert!(!shown.shown.contains(&new) && !shown.shown.contains(&old));
    let mut hanako = world.clerk();
    hanako.logs_in(HANAKO, &old).await.is_told("wrong-credentials");
    hanako.logs_in(HANAKO, &new).await.is(200);
    let refused = applies(&world, "reissue", TARO).await.is(Exit::Refused);
    assert!(refused.told.contains("いまの状態では"), "{refused:?}");
    // Three within a day, whoever asks for them.
    for exit in [Exit::Done, Exit::Done, Exit::Refused] {
        applies(&world, "reissue", HANAKO).await.is(exit);
    }
}

#[tokio::test]
async fn who_is_signed_out_logs_in_with_the_same_password() {
    let world = World::start().await;
    let (_, mut hanako) = two(&world).await;
    // A log-in that is under way is over, too.
    let mut half = world.clerk();
    half.logs_in(HANAKO, OWN_PASSWORD).await.is(200);
    applies(&world, "sign-out", HANAKO).await.is(Exit::Done);
    hanako.calls("GET", "/me").await.is_told("no-session");
    let code = half.mailed_code(HANAKO).await;
    let late = half.types_login_code(&code).await;
    assert_ne!(late.status, 200, "{late:?}");
    world.clerk().logs_in(HANAKO, OWN_PASSWORD).await.is(200);
    world.wait(1);
    let mut taro = world.clerk();
    taro.registers(&DEEMED_OFFICE, "jiro@example.jp").await;
    applies(&world, "sign-out", "jiro@example.jp")
        .await
        .is(Exit::Refused);
}

#[tokio::test]
async fn an_address_that_two_offices_claim_needs_the_office() {
    let world = World::start().await;
    let both = "jiro@example.jp";
    world.clerk().registers(&PLAIN_OFFICE, both).await;
    world.clerk().registers(&DEEMED_OFFICE, both).await;
    assert_eq!(
        shows(&world, &["member", "show", both]).await["members"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    applies(&world, "reissue", both).await.is(Exit::Usage);
    let line = [
        "member",
        "reissue",
        both,
        "--office",
        DEEMED_OFFICE.number,
        "--apply",
        WHY[0],
        WHY[1],
    ];
    let shown = at_desk(&world, "jiro", &line).await.is(Exit::Done).json();
    assert_eq!(shown["members"][0]["officeNumber"], DEEMED_OFFICE.number);
}
