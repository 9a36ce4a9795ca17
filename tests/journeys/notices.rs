//! お知らせ: who is told by mail what happened to an account, and that no one is flooded by it (ADR 0036)

mod claims;

use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Reply, World};

const TARO: &str = "taro@example.jp";
const HANAKO: &str = "hanako@example.jp";
const JIRO: &str = "jiro@example.jp";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

fn browser(world: &World, user_agent: &str) -> Clerk {
    let mut clerk = world.clerk();
    clerk
        .headers
        .push(("user-agent".to_owned(), user_agent.to_owned()));
    clerk
}

/// 太郎, the office's first manager, at his desk.
async fn taros_office(world: &World) -> Clerk {
    let mut taro = browser(world, EDGE);
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    world.wait(1);
    taro
}

async fn adds(clerk: &mut Clerk, email: &str) -> Reply {
    let key = format!("adds-{email}-0123456789").replace(['@', '.'], "-");
    clerk.keyed("POST", "/members", &key, &profile(email)).await
}

/// Adds a colleague, who logs in; the id.
async fn colleague(world: &World, by: &mut Clerk, email: &str) -> String {
    let added = adds(by, email).await.is(201);
    world.clerk().arrives_at_my_page(email).await;
    added.body["id"].as_str().unwrap().to_owned()
}

async fn changes(clerk: &mut Clerk, id: &str, change: &Value) -> Reply {
    clerk.json("PATCH", &format!("/members/{id}"), change).await
}

/// 太郎's office with a second manager, 花子; her id.
async fn with_two_managers(world: &World) -> (Clerk, String) {
    let mut taro = taros_office(world).await;
    let hanako = colleague(world, &mut taro, HANAKO).await;
    changes(&mut taro, &hanako, &json!({ "role": "manager" }))
        .await
        .is(200);
    (taro, hanako)
}

async fn logs_in(mut clerk: Clerk, email: &str) -> Clerk {
    clerk.logs_in(email, OWN_PASSWORD).await.is(200);
    let code = clerk.mailed_code(email).await;
    clerk.types_login_code(&code).await.is(200).leads_to("my-page");
    clerk
}

/// The texts of the mails of this subject to this address, the newest first.
async fn told(world: &World, email: &str, subject: &str) -> Vec<String> {
    world.deliver().await;
    let subject = format!("【介護情報基盤ポータル】{subject}");
    let mails = world.mails_to(email).await.into_iter();
    mails
        .filter(|mail| mail.subject == subject)
        .map(|mail| mail.text)
        .collect()
}

const NEW_DEVICE: &str = "新しい端末からログインがありました";
const ADDED: &str = "事業所のユーザが登録されました";
const REMOVED: &str = "事業所のユーザが削除されました";
const DISABLED: &str = "事業所のユーザの利用が停止されました";
const ENABLED: &str = "事業所のユーザの利用の停止が解除されました";
const MADE_MANAGER: &str = "事業所のユーザが管理者になりました";
const MADE_MEMBER: &str = "事業所のユーザが管理者ではなくなりました";
const OWN_REMOVAL: &str = "ユーザ登録が削除されました";
const OWN_DISABLED: &str = "ご利用が停止されました";

/// The first log-in is that of a person who has just opened the mailbox; from then on each unknown browser is told, once.
#[tokio::test]
async fn a_log_in_from_a_new_device_is_told_and_one_from_a_known_device_is_not() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    assert_eq!(told(&world, TARO, NEW_DEVICE).await.len(), 0);
    taro.calls("POST", "/logout").await.is(204);
    logs_in(taro, TARO).await;
    assert_eq!(told(&world, TARO, NEW_DEVICE).await.len(), 0);

    world.wait(3_600);
    let mut phone = logs_in(browser(&world, IPHONE), TARO).await;
    let texts = told(&world, TARO, NEW_DEVICE).await;
    assert_eq!(texts.len(), 1);
    assert!(
        texts[0].starts_with("日時：2026年4月1日 10時00分\n端末：Safari / iPhone\n"),
        "{}",
        texts[0]
    );
    assert!(texts[0].contains("「パスワードを忘れた方」から、パスワードを再設定する"));
    phone.calls("POST", "/logout").await.is(204);
    logs_in(phone, TARO).await;
    assert_eq!(told(&world, TARO, NEW_DEVICE).await.len(), 1);
    assert_eq!(world.violations().await, Vec::<String>::new());
    assert_eq!(world.violations_of_mail_budgets().await, Vec::<String>::new());
}

/// A person who guesses wrong, or only knows the password, logs in nowhere: nothing is told of them but the code.
#[tokio::test]
async fn what_is_no_log_in_is_not_told_as_one() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut stranger = browser(&world, IPHONE);
    stranger
        .logs_in(TARO, "not-the-password-at-all")
        .await
        .is_told("wrong-credentials");
    stranger.logs_in(TARO, OWN_PASSWORD).await.is(200).leads_to("otp");
    let wrong = stranger.wrong_code(TARO).await;
    stranger.types_login_code(&wrong).await.is_told("wrong-code");
    assert_eq!(told(&world, TARO, NEW_DEVICE).await.len(), 0);
}

/// Each change of a colleague is told to the other managers and to the colleague, and not to the one who makes it.
#[tokio::test]
async fn the_other_managers_and_the_member_are_told_of_every_change() {
    let world = World::start().await;
    let (mut taro, hanako) = with_two_managers(&world).await;
    let jiro = colleague(&world, &mut taro, JIRO).await;
    world.wait(60);
    for (change, managers, own) in [
        (json!({ "role": "manager" }), MADE_MANAGER, "管理者になりました"),
        (
            json!({ "role": "member" }),
            MADE_MEMBER,
            "管理者ではなくなりました",
        ),
        (json!({ "status": "disabled" }), DISABLED, OWN_DISABLED),
        (
            json!({ "status": "active" }),
            ENABLED,
            "ご利用の停止が解除されました",
        ),
    ] {
        changes(&mut taro, &jiro, &change).await.is(200);
        let texts = told(&world, HANAKO, managers).await;
        assert_eq!(texts.len(), 1, "{managers}");
        let first =
            "日時：2026年4月1日 9時01分\n端末：Microsoft Edge / Windows\n対象のユーザ：j***@e***.jp\n";
        assert!(texts[0].starts_with(first), "{}", texts[0]);
        assert_eq!(told(&world, JIRO, own).await.len(), 1, "{own}");
        assert_eq!(told(&world, TARO, managers).await.len(), 0, "{managers}");
        assert_eq!(told(&world, JIRO, managers).await.len(), 0, "{managers}");
    }
    // 太郎 hands his own role over: he is told, and 花子 is.
    let own = taro.calls("GET", "/members").await.body["members"][0]["id"].clone();
    changes(&mut taro, own.as_str().unwrap(), &json!({ "role": "member" }))
        .await
        .is(200);
    assert_eq!(told(&world, HANAKO, MADE_MEMBER).await.len(), 2);
    assert_eq!(told(&world, TARO, "管理者ではなくなりました").await.len(), 1);
    assert_eq!(told(&world, HANAKO, "管理者になりました").await.len(), 1);
    assert!(!hanako.is_empty());
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// Neither of two changes at once hides the other, nor does a budget that the one has used up.
#[tokio::test]
async fn a_change_of_role_that_comes_with_one_of_status_is_told_as_well() {
    let world = World::start().await;
    let (mut taro, _) = with_two_managers(&world).await;
    let jiro = colleague(&world, &mut taro, JIRO).await;
    for _ in 0..6 {
        for status in ["disabled", "active"] {
            changes(&mut taro, &jiro, &json!({ "status": status }))
                .await
                .is(200);
        }
    }
    changes(&mut taro, &jiro, &json!({ "status": "disabled" }))
        .await
        .is(200);
    let promoted = json!({ "status": "active", "role": "manager" });
    changes(&mut taro, &jiro, &promoted).await.is(200);
    assert_eq!(told(&world, HANAKO, MADE_MANAGER).await.len(), 1);
    assert_eq!(told(&world, JIRO, "管理者になりました").await.len(), 1);

    world.wait(3_600);
    taro = logs_in(taro, TARO).await;
    let demoted = json!({ "status": "disabled", "role": "member" });
    changes(&mut taro, &jiro, &demoted).await.is(200);
    for (email, subject, times) in [
        (HANAKO, MADE_MEMBER, 1),
        (HANAKO, DISABLED, 6),
        (JIRO, "管理者ではなくなりました", 1),
        (JIRO, OWN_DISABLED, 6),
    ] {
        assert_eq!(
            told(&world, email, subject).await.len(),
            times,
            "{email} {subject}"
        );
    }
    assert_eq!(world.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_other_managers_are_told_that_a_colleague_was_added_and_the_colleague_gets_the_password() {
    let world = World::start().await;
    let (mut taro, _) = with_two_managers(&world).await;
    adds(&mut taro, JIRO).await.is(201);
    // The same request again tells nothing twice.
    adds(&mut taro, JIRO).await.is(201);
    let texts = told(&world, HANAKO, ADDED).await;
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("対象のユーザ：j***@e***.jp"), "{}", texts[0]);
    assert_eq!(told(&world, TARO, ADDED).await.len(), 0);
    let jiros: Vec<String> = world
        .mails_to(JIRO)
        .await
        .into_iter()
        .map(|mail| mail.subject)
        .collect();
    assert_eq!(jiros, ["【介護情報基盤ポータル】初期パスワードのお知らせ"]);
    // A refused addition tells no one.
    let key = "again-0123456789";
    taro.keyed("POST", "/members", key, &profile(JIRO))
        .await
        .is_told("email-taken");
    assert_eq!(told(&world, HANAKO, ADDED).await.len(), 1);
}

/// Who is removed has no account any more, and is told all the same; who never logged in had nothing.
#[tokio::test]
async fn a_removed_member_is_told_and_so_are_the_other_managers() {
    let world = World::start().await;
    let (mut taro, _) = with_two_managers(&world).await;
    let jiro = colleague(&world, &mut taro, JIRO).await;
    let pending = adds(&mut taro, "saburo@example.jp").await.body["id"].clone();
    for id in [jiro.as_str(), pending.as_str().unwrap()] {
        taro.calls("DELETE", &format!("/members/{id}")).await.is(204);
    }
    let own = told(&world, JIRO, OWN_REMOVAL).await;
    assert_eq!(own.len(), 1);
    assert!(own[0].contains("端末：Microsoft Edge / Windows"), "{}", own[0]);
    assert_eq!(told(&world, "saburo@example.jp", OWN_REMOVAL).await.len(), 0);
    assert_eq!(told(&world, HANAKO, REMOVED).await.len(), 2);
    assert_eq!(told(&world, TARO, REMOVED).await.len(), 0);
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// A manager who repeats a change cannot flood anyone, and silences nothing but this one kind of notice, whose last one says
/// so. The change itself is never refused.
#[tokio::test]
async fn the_same_notice_is_mailed_five_times_an_hour_and_ten_times_a_day_and_no_change_is_refused() {
    let world = World::start().await;
    let (mut taro, _) = with_two_managers(&world).await;
    let jiro = colleague(&world, &mut taro, JIRO).await;
    let flips = async |taro: &mut Clerk, times: u32| {
        for _ in 0..times {
            for status in ["disabled", "active"] {
                changes(taro, &jiro, &json!({ "status": status }))
                    .await
                    .is(200)
                    .has("/status", status);
            }
        }
    };
    let silent = "同じお知らせをお送りしないことがあります";
    flips(&mut taro, 8).await;
    for (email, subject) in [(JIRO, OWN_DISABLED), (HANAKO, DISABLED), (HANAKO, ENABLED)] {
        let texts = told(&world, email, subject).await;
        assert_eq!(texts.len(), 5, "{email} {subject}");
        let last: Vec<bool> = texts.iter().map(|text| text.contains(silent)).collect();
        assert_eq!(last, [true, false, false, false, false], "{email} {subject}");
    }
    // What is worse is told all the same.
    changes(&mut taro, &jiro, &json!({ "role": "manager" }))
        .await
        .is(200);
    assert_eq!(told(&world, HANAKO, MADE_MANAGER).await.len(), 1);
    for (wait, all) in [(3_599, 5), (1, 10), (82_799, 10), (1, 15)] {
        world.wait(wait);
        taro = logs_in(taro, TARO).await;
        flips(&mut taro, 6).await;
        assert_eq!(told(&world, JIRO, OWN_DISABLED).await.len(), all, "{wait}");
        assert_eq!(told(&world, HANAKO, DISABLED).await.len(), all, "{wait}");
    }
    taro.calls("DELETE", &format!("/members/{jiro}")).await.is(204);
    assert_eq!(told(&world, HANAKO, REMOVED).await.len(), 1);
    assert_eq!(told(&world, JIRO, OWN_REMOVAL).await.len(), 1);
}

/// Whoever knows the password can change it again and again; that silences neither the change of the address nor a reset,
/// and the code of the next log-in comes.
#[tokio::test]
async fn many_changes_of_the_password_hide_neither_a_reset_nor_a_change_of_the_address() {
    let world = World::start().await;
    let mut thief = taros_office(&world).await;
    let passwords = [OWN_PASSWORD, "みどりの丘に 風がわたる 2026"];
    for time in 0..8 {
        let (old, new) = (passwords[time % 2], passwords[(time + 1) % 2]);
        let body = json!({ "currentPassword": old, "newPassword": new });
        thief.json("POST", "/me/password", &body).await.is(204);
    }
    assert_eq!(told(&world, TARO, "パスワードが変更されました").await.len(), 5);
    let moves = json!({ "email": "thief@example.jp" });
    thief.json("POST", "/me/email", &moves).await.is(200);
    let code = json!({ "code": thief.mailed_code("thief@example.jp").await });
    thief.json("POST", "/me/email/otp", &code).await.is(200);
    assert_eq!(
        told(&world, TARO, "メールアドレスが変更されました").await.len(),
        1
    );

    let mut back = world.clerk();
    back.proves_the_mailbox("thief@example.jp").await;
    back.resets_password("静かな海と みどりの丘 2026").await.is(200);
    assert_eq!(
        told(&world, "thief@example.jp", "パスワードが再設定されました")
            .await
            .len(),
        1
    );
}
