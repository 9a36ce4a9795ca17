//! A manager removes, disables and enables members, and changes roles.

use serde_json::json;
use testkit::people::OWN_PASSWORD;
use testkit::{Gate, Settings, World};

use super::{HANAKO, KEY, TARO, added, changes, colleague, list, manager, reissues, removes, with_colleague};

/// 「ユーザ削除」: seat and address are free, and nothing that was begun goes on.
#[tokio::test]
async fn a_removed_members_sessions_log_ins_and_resets_are_over_and_seat_and_address_are_free() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (mut hanako, id) = with_colleague(&world, &mut taro, HANAKO).await;
    let mut begun = world.clerk();
    begun.logs_in(HANAKO, OWN_PASSWORD).await.is(200);
    let code = begun.mailed_code(HANAKO).await;
    let mut reset = world.clerk();
    reset.proves_the_mailbox(HANAKO).await;

    removes(&mut taro, &id).await.is(204);
    hanako.calls("GET", "/me").await.is_told("no-session");
    hanako.calls("POST", "/login/session").await.is_told("no-flow");
    begun.types_login_code(&code).await.is_told("no-flow");
    reset
        .resets_password("みどりの丘に 風がわたる 2026")
        .await
        .is_told("no-flow");
    world
        .clerk()
        .logs_in(HANAKO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    removes(&mut taro, &id).await.is_told("not-found");
    assert_eq!(list(&mut taro).await.len(), 1);
    // The same person may be added again, as a new member.
    let again = taro
        .keyed("POST", "/members", KEY, &colleague(HANAKO))
        .await
        .is(201);
    assert_ne!(again.body["id"], id.as_str());
    world.clerk().arrives_at_my_page(HANAKO).await;
    assert_eq!(world.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_removed_pending_members_initial_password_is_dead() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let id = added(&mut taro, HANAKO).await;
    let mut begun = world.clerk();
    begun.logs_in_for_the_first_time(HANAKO).await;
    let password = begun.mailed_password(HANAKO).await;
    removes(&mut taro, &id).await.is(204);
    begun.calls("GET", "/login").await.is_told("no-flow");
    world
        .clerk()
        .logs_in(HANAKO, &password)
        .await
        .is_told("wrong-credentials");
}

/// 「停止」 and back: what had begun before stays over.
#[tokio::test]
async fn a_disabled_member_cannot_log_in_until_enabled_and_no_session_comes_back() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (mut hanako, id) = with_colleague(&world, &mut taro, HANAKO).await;
    let mut begun = world.clerk();
    begun.logs_in(HANAKO, OWN_PASSWORD).await.is(200);
    let code = begun.mailed_code(HANAKO).await;
    let mut reset = world.clerk();
    reset.proves_the_mailbox(HANAKO).await;

    changes(&mut taro, &id, &json!({ "status": "disabled" }))
        .await
        .is(200)
        .has("/status", "disabled");
    hanako.calls("GET", "/me").await.is_told("no-session");
    world
        .clerk()
        .logs_in(HANAKO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    assert_eq!(list(&mut taro).await.len(), 2, "the seat stays held");
    changes(&mut taro, &id, &json!({ "status": "active" }))
        .await
        .is(200)
        .has("/status", "active");
    hanako.calls("GET", "/me").await.is_told("no-session");
    hanako.calls("POST", "/login/session").await.is_told("no-flow");
    begun.types_login_code(&code).await.is_told("no-flow");
    reset
        .resets_password("みどりの丘に 風がわたる 2026")
        .await
        .is_told("no-flow");
    let mut again = world.clerk();
    again.logs_in(HANAKO, OWN_PASSWORD).await.is(200);
    assert_eq!(world.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_disabled_pending_members_initial_password_works_again_once_enabled() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let id = added(&mut taro, HANAKO).await;
    let password = taro.mailed_password(HANAKO).await;
    changes(&mut taro, &id, &json!({ "status": "disabled" }))
        .await
        .is(200);
    world
        .clerk()
        .logs_in(HANAKO, &password)
        .await
        .is_told("wrong-credentials");
    reissues(&mut taro, &id, KEY).await.is_told("wrong-step");
    changes(&mut taro, &id, &json!({ "status": "active" }))
        .await
        .is(200)
        .has("/status", "pending");
    world.clerk().logs_in(HANAKO, &password).await.is(200);
}

/// 「管理者は1名以上必要です。」
#[tokio::test]
async fn the_last_manager_who_can_log_in_is_neither_removed_nor_disabled_nor_made_a_plain_member() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let taros = list(&mut taro).await[0]["id"].as_str().unwrap().to_owned();
    let pending = added(&mut taro, "user3@example.jp").await;
    changes(&mut taro, &pending, &json!({ "role": "manager" }))
        .await
        .is(200);
    removes(&mut taro, &taros).await.is_told("last-manager");
    for change in [json!({ "status": "disabled" }), json!({ "role": "member" })] {
        changes(&mut taro, &taros, &change).await.is_told("last-manager");
    }
    changes(
        &mut taro,
        &taros,
        &json!({ "status": "active", "role": "manager" }),
    )
    .await
    .is(200);

    // The role is handed over: then one's own may go.
    let (mut hanako, id) = with_colleague(&world, &mut taro, HANAKO).await;
    changes(&mut taro, &id, &json!({ "role": "manager" }))
        .await
        .is(200)
        .has("/role", "manager");
    hanako.calls("GET", "/me").await.is(200).has("/role", "manager");
    changes(&mut taro, &taros, &json!({ "role": "member" }))
        .await
        .is(200)
        .has("/role", "member");
    taro.calls("GET", "/me").await.is(200).has("/role", "member");
    removes(&mut taro, &id).await.is_told("not-allowed");
    removes(&mut hanako, &taros).await.is(204);
    taro.calls("GET", "/me").await.is_told("no-session");
    removes(&mut hanako, &id).await.is_told("last-manager");
    assert_eq!(world.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_manager_who_is_not_the_last_one_removes_themselves() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let taros = list(&mut taro).await[0]["id"].as_str().unwrap().to_owned();
    let (mut hanako, id) = with_colleague(&world, &mut taro, HANAKO).await;
    changes(&mut taro, &id, &json!({ "role": "manager" }))
        .await
        .is(200);
    removes(&mut taro, &taros).await.is(204);
    taro.calls("GET", "/me").await.is_told("no-session");
    assert_eq!(list(&mut hanako).await.len(), 1);
}

/// A member who is disabled, enabled, or gets another role is told by mail: what, when, and from which kind of browser.
#[tokio::test]
async fn a_member_is_told_by_mail_what_a_manager_changed() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (_, id) = with_colleague(&world, &mut taro, HANAKO).await;
    for (change, subject) in [
        (json!({ "role": "manager" }), "管理者になりました"),
        (json!({ "role": "member" }), "管理者ではなくなりました"),
        (json!({ "status": "disabled" }), "ご利用が停止されました"),
        (json!({ "status": "active" }), "ご利用の停止が解除されました"),
    ] {
        changes(&mut taro, &id, &change).await.is(200);
        world.deliver().await;
        let mails = world.mails_to(HANAKO).await;
        assert_eq!(mails[0].subject, format!("【介護情報基盤ポータル】{subject}"));
        assert!(
            mails[0].text.starts_with("日時：2026年4月1日 9時00分\n端末："),
            "{}",
            mails[0].text
        );
    }
}

/// A session that ends while its change of the members is under way changes nobody: the end was answered first.
#[tokio::test]
async fn a_session_that_ended_meanwhile_changes_nobody() {
    let (gate, mut told) = Gate::new();
    let settings = Settings {
        gate: Some(gate),
        ..Settings::default()
    };
    let world = World::with(settings).await;
    let mut taro = manager(&world).await;
    let (_, hanako) = with_colleague(&world, &mut taro, HANAKO).await;
    let jiro = added(&mut taro, "jiro@example.jp").await;
    world.mails_to("jiro@example.jp").await;
    let before = list(&mut taro).await;
    for late in 0..3 {
        let mut tab = taro.clone();
        let (hanako, jiro) = (hanako.clone(), jiro.clone());
        let mut change = tokio::spawn(Gate::stops(0, async move {
            match late {
                0 => removes(&mut tab, &hanako).await,
                1 => changes(&mut tab, &hanako, &json!({ "role": "manager" })).await,
                _ => reissues(&mut tab, &jiro, KEY).await,
            }
        }));
        let mut has_ended = false;
        let answer = loop {
            tokio::select! {
                answer = &mut change => break answer.unwrap(),
                Some(asked) = told.recv() => {
                    // The session was judged, and the change is about to be stored, when the session ends.
                    if asked.what.starts_with("TransactWriteItems") && !has_ended {
                        taro.calls("POST", "/logout").await.is(204);
                        has_ended = true;
                    }
                    asked.goes();
                }
            }
        };
        assert!(has_ended);
        answer.is_told("no-session");
        world.wait(60);
        taro = world.clerk();
        taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
        let code = taro.mailed_code(TARO).await;
        taro.types_login_code(&code).await.is(200).leads_to("my-page");
        assert_eq!(list(&mut taro).await, before);
    }
}
