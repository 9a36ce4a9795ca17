//! 登録情報の変更, パスワードの変更 and 本人確認 of a person who is logged in

use lambda_http::Body;
use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, Reply, World};

const TARO: &str = "taro@example.jp";
const ANOTHER: &str = "みどりの丘に 風がわたる 2026";

async fn at_my_page(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

async fn logs_in_elsewhere(world: &World, password: &str) -> Clerk {
    let mut other = world.clerk();
    other.logs_in(TARO, password).await.is(200);
    let code = other.mailed_code(TARO).await;
    other.types_login_code(&code).await.leads_to("my-page");
    other
}

async fn changes(clerk: &mut Clerk, current: &str, new: &str) -> Reply {
    let body = json!({ "currentPassword": current, "newPassword": new });
    clerk.json("POST", "/me/password", &body).await
}

async fn proves(clerk: &mut Clerk, current: &str) -> Reply {
    let body = json!({ "currentPassword": current });
    clerk.json("POST", "/me/proof", &body).await
}

/// 登録情報の変更: what is typed is put right and shown, what is not typed stays.
#[tokio::test]
async fn a_person_changes_their_own_profile_and_the_rest_stays() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let before = taro.calls("GET", "/me").await.is(200).body;
    let change = json!({ "name": "介護　次郎", "nameKana": "かいご じろう", "department": "", "phone": "０９０−１２３４−５６７８" });
    let answer = taro.json("PATCH", "/me", &change).await.is(200);
    let shown = answer.body.clone();
    answer
        .has("/name", "介護 次郎")
        .has("/nameKana", "カイゴ ジロウ")
        .has("/phone", "09012345678")
        .lacks("/department")
        .has("/email", before["email"].clone());
    assert_eq!(taro.calls("GET", "/me").await.body, shown);
    // null is absent, and an empty body changes nothing.
    let same = taro.json("PATCH", "/me", &json!({ "name": null })).await.is(200);
    assert_eq!(same.body, shown);
    assert_eq!(taro.json("PATCH", "/me", &json!({})).await.is(200).body, shown);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_changed_profile_is_told_at_once_and_nothing_is_changed() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let before = taro.calls("GET", "/me").await.body;
    let wrong = json!({ "name": "", "nameKana": "漢字", "phone": "12", "jobTitle": "\u{202e}x" });
    taro.json("PATCH", "/me", &wrong)
        .await
        .is_told("invalid-fields")
        .complains(&[
            ("/name", "required"),
            ("/nameKana", "not-kana"),
            ("/jobTitle", "forbidden-character"),
            ("/phone", "not-a-phone-number"),
        ]);
    // The address has a way of its own, and the role is not one's own to change.
    for field in ["email", "role", "office"] {
        taro.json("PATCH", "/me", &json!({ field: "new@example.jp" }))
            .await
            .is_told("invalid-fields")
            .complains(&[("", "unknown-field")]);
    }
    assert_eq!(taro.calls("GET", "/me").await.body, before);
    world
        .clerk()
        .json("PATCH", "/me", &json!({ "name": "介護" }))
        .await
        .is_told("no-session");
}

/// パスワードの変更: the new one works, the old one does not, and every other session and log-in is over.
#[tokio::test]
async fn a_changed_password_ends_every_other_session_and_log_in() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut phone = logs_in_elsewhere(&world, OWN_PASSWORD).await;
    let mut begun = world.clerk();
    begun.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let old = taro.cookies["__Host-session"].clone();
    let name = taro.calls("GET", "/me").await.body["session"]["id"].clone();

    changes(&mut taro, OWN_PASSWORD, ANOTHER).await.is(204);
    assert_ne!(taro.cookies["__Host-session"], old);
    taro.calls("GET", "/me").await.is(200).has("/session/id", name);
    phone.calls("GET", "/me").await.is_told("no-session");
    let code = begun.mailed_code(TARO).await;
    begun.types_login_code(&code).await.is_told("no-flow");
    let mut stolen = world.clerk();
    stolen.cookies.insert("__Host-session".to_owned(), old);
    stolen.calls("GET", "/me").await.is_told("no-session");
    world
        .clerk()
        .logs_in(TARO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    logs_in_elsewhere(&world, ANOTHER).await;
    assert_eq!(
        taro.calls("GET", "/sessions").await.body["sessions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

/// The owner is told by mail what happened, when, from what kind of browser, and what to do.
#[tokio::test]
async fn a_changed_password_is_told_by_mail() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";
    taro.headers.push(("user-agent".to_owned(), edge.to_owned()));
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    let before = world.mails_to(TARO).await.len();
    world.wait(300);
    changes(&mut taro, OWN_PASSWORD, ANOTHER).await.is(204);
    let mails = world.mails_to(TARO).await;
    assert_eq!(mails.len(), before + 1);
    assert_eq!(
        mails[0].subject,
        "【介護情報基盤ポータル】パスワードが変更されました"
    );
    let lines: Vec<&str> = mails[0].text.lines().collect();
    assert_eq!(
        lines[..2],
        ["日時：2026年4月1日 9時05分", "端末：Microsoft Edge / Windows"]
    );
    // The next one is told as well, and once.
    changes(&mut taro, ANOTHER, OWN_PASSWORD).await.is(204);
    assert_eq!(world.mails_to(TARO).await.len(), before + 2);
    assert_eq!(world.mails_to(TARO).await.len(), before + 2);
}

#[tokio::test]
async fn a_new_password_has_the_rules_of_the_first_one_and_spends_no_guess() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    for (current, new, problems) in [
        (
            "",
            "",
            &[("/currentPassword", "required"), ("/newPassword", "required")][..],
        ),
        ("x", "short", &[("/newPassword", "too-short")]),
        (OWN_PASSWORD, OWN_PASSWORD, &[("/newPassword", "same-as-before")]),
        (
            "wrong wrong wrong wrong",
            "wrong wrong wrong wrong",
            &[("/newPassword", "same-as-before")],
        ),
        (
            OWN_PASSWORD,
            "passwordpassword",
            &[("/newPassword", "common-password")],
        ),
        (
            OWN_PASSWORD,
            "taro no himitsu no kotoba",
            &[("/newPassword", "contains-context-word")],
        ),
    ] {
        for _ in 0..6 {
            changes(&mut taro, current, new)
                .await
                .is_told("invalid-fields")
                .complains(problems);
        }
    }
    // None of them counted: the right one is taken at once.
    changes(&mut taro, OWN_PASSWORD, ANOTHER).await.is(204);
}

/// Guesses at an open マイページ are as slow as at the log-in, and are answered alike while they wait.
#[tokio::test]
async fn a_wrong_present_password_counts_as_at_a_log_in() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    // Not a browser that the account knows, so that its network is what counts.
    taro.cookies.remove("__Host-device");
    for n in 0..5 {
        let answer = if n % 2 == 0 {
            proves(&mut taro, "wrong wrong wrong wrong").await
        } else {
            changes(&mut taro, "wrong wrong wrong wrong", ANOTHER).await
        };
        answer.is_told("wrong-current-password");
    }
    // The network waits by now, here and at the log-in, for the right one as well.
    proves(&mut taro, OWN_PASSWORD)
        .await
        .is_told("wrong-current-password");
    changes(&mut taro, OWN_PASSWORD, ANOTHER)
        .await
        .is_told("wrong-current-password");
    world
        .clerk()
        .logs_in(TARO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    let mut elsewhere = world.clerk();
    elsewhere.source_ip = "198.51.100.7".to_owned();
    elsewhere.logs_in(TARO, OWN_PASSWORD).await.is(200);
    world.wait(1);
    proves(&mut taro, OWN_PASSWORD).await.is(204);
    // The session lives on: nothing ends by a wrong password.
    taro.calls("GET", "/me").await.is(200);
}

/// A lost answer: the password is changed, the old cookie opens nothing, and the new password logs in.
#[tokio::test]
async fn if_the_answer_with_the_new_cookie_is_lost_the_new_password_logs_in() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let before = taro.cookies.clone();
    changes(&mut taro, OWN_PASSWORD, ANOTHER).await.is(204);
    taro.cookies = before;
    changes(&mut taro, OWN_PASSWORD, ANOTHER)
        .await
        .is_told("no-session");
    taro.calls("POST", "/login/session").await.is_told("no-flow");
    logs_in_elsewhere(&world, ANOTHER).await;
}

/// Whoever has copied the cookie of the log-in has it no more once the password is replaced: that is what it is replaced for.
#[tokio::test]
async fn a_copied_cookie_of_the_log_in_gives_no_session_after_another_password() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut thief = world.clerk();
    let copied = taro.cookies.get("__Host-login").unwrap().clone();
    thief.cookies.insert("__Host-login".to_owned(), copied);
    changes(&mut taro, OWN_PASSWORD, ANOTHER).await.is(204);
    thief.calls("GET", "/login").await.is_told("no-flow");
    thief.calls("POST", "/login/session").await.is_told("no-flow");
    taro.calls("GET", "/me").await.is(200);
}

/// Two tabs press 「変更する」 at once: one password is set, and neither tab is told that it was not.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_one_is_made() {
    let world = World::start().await;
    let taro = at_my_page(&world).await;
    let (mut a, mut b) = (taro.clone(), taro.clone());
    let third = "あおい海の 向こうの島 2026";
    let (first, second) = tokio::join!(
        changes(&mut a, OWN_PASSWORD, ANOTHER),
        changes(&mut b, OWN_PASSWORD, third)
    );
    let made = [(first.status, ANOTHER), (second.status, third)];
    let set: Vec<&str> = made
        .iter()
        .filter(|(status, _)| *status == 204)
        .map(|(_, new)| *new)
        .collect();
    assert_eq!(set.len(), 1, "{} {}", first.body, second.body);
    logs_in_elsewhere(&world, set[0]).await;
}

#[tokio::test]
async fn a_call_for_another_session_changes_no_password_or_profile() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let bodies: [(&str, &str, Value); 3] = [
        ("PATCH", "/me", json!({ "name": "介護 次郎" })),
        (
            "POST",
            "/me/password",
            json!({ "currentPassword": OWN_PASSWORD, "newPassword": ANOTHER }),
        ),
        ("POST", "/me/proof", json!({ "currentPassword": OWN_PASSWORD })),
    ];
    for (method, path, body) in bodies {
        let headers = [
            ("content-type", "application/json"),
            ("portal-session", "00000000"),
        ];
        taro.sends(method, path, &headers, Body::Text(body.to_string()))
            .await
            .is_told("other-session");
    }
    world.clerk().logs_in(TARO, OWN_PASSWORD).await.is(200);
}
