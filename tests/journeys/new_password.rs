//! 新しいパスワードと利用規約

use portal::terms::{PUBLISHED, Terms};
use serde_json::json;
use testkit::World;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};

async fn at_new_password(world: &World) -> testkit::Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    taro
}

/// R-60 「新しいパスワードを入力します。」
/// R-65 「「パスワードを変更する」を押してください。」 R-66 「マイページに遷移します」
#[tokio::test]
async fn a_new_password_and_the_terms_lead_to_my_page() {
    let world = World::start().await;
    let mut taro = at_new_password(&world).await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(OWN_PASSWORD, &version)
        .await
        .is(200)
        .leads_to("my-page");
    taro.calls("GET", "/me").await.is(200);
}

/// R-62 「介護情報基盤ポータル利用規約の内容をご確認ください。」
/// R-63 「利用規約に同意する」 R-64 「内容を確認いただいた後にチェックを入れることができるようになります」
#[tokio::test]
async fn the_terms_are_shown_before_they_are_agreed_to() {
    let world = World::start().await;
    let mut taro = at_new_password(&world).await;
    let terms = taro.calls("GET", "/terms").await.is(200);
    assert_eq!(terms.body["title"], "介護情報基盤ポータル利用規約");
    let version = terms.body["version"].as_str().unwrap();

    taro.changes_password(OWN_PASSWORD, version)
        .await
        .is_told("terms-not-shown");
    taro.changes_password(OWN_PASSWORD, "1999-01-01")
        .await
        .is_told("terms-outdated");
    taro.json("POST", "/login/terms/shown", &json!({ "version": "1999-01-01" }))
        .await
        .is_told("terms-outdated");
    taro.json("POST", "/login/terms/shown", &json!({ "version": version }))
        .await
        .is(200)
        .has("/terms/shown", true);
    for body in [
        json!({ "newPassword": OWN_PASSWORD }),
        json!({ "newPassword": OWN_PASSWORD, "agreedTerms": {} }),
        json!({ "newPassword": "x", "agreedTerms": null }),
    ] {
        taro.json("POST", "/login/password", &body)
            .await
            .is_told("terms-not-agreed");
    }
    taro.changes_password(OWN_PASSWORD, version).await.is(200);
}

#[tokio::test]
async fn every_refused_password_gets_its_reason() {
    let world = World::start().await;
    let mut taro = at_new_password(&world).await;
    let initial = taro.mailed_password("taro@example.jp").await;
    let version = taro.is_shown_the_terms().await;
    for (typed, code) in [
        ("", "required"),
        ("short", "too-short"),
        (&"あ".repeat(129), "too-long"),
        ("passwordpassword", "common-password"),
        ("介護太郎のながいあいことば二十", "contains-context-word"),
        ("tab\tand control \u{7} here", "forbidden-character"),
        (&initial, "same-as-before"),
    ] {
        taro.changes_password(typed, &version)
            .await
            .is_told("invalid-fields")
            .complains(&[("/newPassword", code)]);
    }
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
}

#[tokio::test]
async fn a_double_click_changes_the_password_once_and_the_session_can_be_had_again() {
    let world = World::start().await;
    let mut taro = at_new_password(&world).await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    let first = taro.cookies["__Host-session"].clone();

    taro.changes_password("another password 123", &version)
        .await
        .is_told("wrong-step")
        .leads_to("my-page");
    taro.calls("POST", "/login/session")
        .await
        .is(200)
        .leads_to("my-page");
    assert_ne!(taro.cookies["__Host-session"], first);
    taro.calls("GET", "/me").await.is(200);
    let mut old = world.clerk();
    old.cookies.insert("__Host-session".to_owned(), first);
    old.calls("GET", "/me").await.is_told("no-session");
}

#[tokio::test]
async fn a_changed_text_is_agreed_to_at_the_next_log_in_without_a_new_password() {
    static NEXT: Terms = Terms {
        version: "2026-10-01",
        ..PUBLISHED
    };
    let world = World::start().await;
    let mut taro = at_new_password(&world).await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);

    let later = world.with_terms(&NEXT);
    let mut taro = later.clerk();
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code)
        .await
        .is(200)
        .leads_to("new-password")
        .has("/newPassword", "none")
        .has("/terms/version", "2026-10-01");
    assert!(!taro.cookies.contains_key("__Host-session"));
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(OWN_PASSWORD, &version)
        .await
        .is_told("invalid-fields");
    taro.json(
        "POST",
        "/login/password",
        &json!({ "agreedTerms": { "version": version } }),
    )
    .await
    .is(200)
    .leads_to("my-page");
    taro.calls("GET", "/me").await.is(200);
}

/// `docs/adr/0020-known-devices.md`: every log-in ends by the same path, this one as well.
#[tokio::test]
async fn a_log_in_completed_by_new_terms_turns_the_password_on_again_after_a_hundred_wrong_ones() {
    static NEXT: Terms = Terms {
        version: "2026-10-01",
        ..PUBLISHED
    };
    let world = World::start().await;
    let mut taro = at_new_password(&world).await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    for _ in 0..100 {
        let mut stranger = world.clerk();
        stranger
            .logs_in("taro@example.jp", "wrong")
            .await
            .is_told("wrong-credentials");
        world.wait(900);
    }
    let mut elsewhere = world.clerk();
    elsewhere
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");

    taro.world = world.with_terms(&NEXT);
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code)
        .await
        .is(200)
        .leads_to("new-password");
    let version = taro.is_shown_the_terms().await;
    let body = json!({ "agreedTerms": { "version": version } });
    taro.json("POST", "/login/password", &body)
        .await
        .is(200)
        .leads_to("my-page");

    world.wait(900);
    elsewhere.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}
