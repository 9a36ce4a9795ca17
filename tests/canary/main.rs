//! Nothing secret in any log, item, stream record or answer; nothing personal in any log.
//!
//! A separate test program, because it captures the logs of the whole process.

#![recursion_limit = "512"]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use testkit::people::{GUARDED_OFFICE, OWN_PASSWORD, profile};
use testkit::{Clerk, World};

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The content of the table; an item that changes later was a stream record in its present form.
async fn looks_at_items(world: &World, seen: &mut Vec<String>) {
    seen.extend(world.items().await.iter().map(|item| format!("{item:?}")));
}

/// Searches everywhere for passwords, codes, keys and cookies of a whole journey with mistakes.
#[tokio::test]
async fn no_secret_of_a_whole_journey_is_stored_logged_or_answered() {
    let sink = Sink::default();
    let logs = sink.clone();
    tracing::subscriber::set_global_default(platform::telemetry::subscriber(move || logs.clone())).unwrap();
    let world = World::start().await;
    let mut stored = Vec::new();
    let mut taro = world.clerk();

    let wrong = "canary-wrong-claims-password";
    taro.authenticates_with(GUARDED_OFFICE.user_id, wrong).await;
    taro.authenticates(&GUARDED_OFFICE).await;
    taro.json(
        "POST",
        "/registration/security-code",
        &json!({ "securityCode": "canary-security-code" }),
    )
    .await;
    looks_at_items(&world, &mut stored).await;
    let code = json!({ "securityCode": GUARDED_OFFICE.security_code });
    taro.json("POST", "/registration/security-code", &code)
        .await
        .is(200);
    looks_at_items(&world, &mut stored).await;
    let mut secrets: Vec<String> = [
        wrong,
        "canary-security-code",
        GUARDED_OFFICE.password,
        "20260002",
        OWN_PASSWORD,
    ]
    .map(str::to_owned)
    .into();
    secrets.push(taro.mailed_code(GUARDED_OFFICE.mail_address).await);
    let typed = taro.wrong_code(GUARDED_OFFICE.mail_address).await;
    taro.types_code(&typed).await.is_told("wrong-code");
    taro.types_the_mailed_code(GUARDED_OFFICE.mail_address)
        .await
        .is(200);
    taro.enters_profile(&json!({ "email": "canary-bad-address", "name": "canary\u{7}" }))
        .await
        .is_told("invalid-fields");
    taro.enters_profile(&profile("canary@example.jp")).await.is(200);
    looks_at_items(&world, &mut stored).await;
    taro.confirms("canary-key-012345").await.is(201);
    secrets.push("canary-key-012345".to_owned());
    secrets.push(taro.mailed_password("canary@example.jp").await);
    looks_at_items(&world, &mut stored).await;
    taro.logs_in("canary@example.jp", "canary-wrong-password")
        .await
        .is_told("wrong-credentials");
    secrets.push("canary-wrong-password".to_owned());
    taro.logs_in_for_the_first_time("canary@example.jp").await;
    secrets.push(taro.mailed_code("canary@example.jp").await);
    looks_at_items(&world, &mut stored).await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password("canary-short", &version)
        .await
        .is_told("invalid-fields");
    secrets.push("canary-short".to_owned());
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    looks_at_items(&world, &mut stored).await;
    taro.calls("GET", "/me").await.is(200);
    secrets.extend(taro.cookies.values().cloned());
    assert!(taro.cookies.len() >= 3 && secrets.len() >= 12);

    let logged = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    assert!(logged.lines().count() >= 15, "{logged}");
    let kept = serde_json::to_string(&world.audit().await).unwrap();
    assert!(
        kept.contains("password-changed") && kept.contains("claims-password-wrong"),
        "{kept}"
    );
    let stored = stored.join("\n");
    let Clerk { transcript, .. } = taro;
    let answered = transcript.join("\n");
    for secret in &secrets {
        assert!(!stored.contains(secret.as_str()), "{secret} is stored");
        assert!(!answered.contains(secret.as_str()), "{secret} is answered");
        assert!(!logged.contains(secret.as_str()), "{secret} is logged");
        assert!(!kept.contains(secret.as_str()), "{secret} is kept");
    }
    // Personal data is stored and shown to its owner; logs do without.
    for personal in [
        "canary@",
        "canary-bad",
        "介護 太郎",
        "カイゴ",
        "0312345678",
        "example.jp",
        GUARDED_OFFICE.user_id,
        GUARDED_OFFICE.name,
    ] {
        assert!(!logged.contains(personal), "{personal} is logged: {logged}");
        // The user id of the claims system is the key of its records.
        assert!(
            personal == GUARDED_OFFICE.user_id || !kept.contains(personal),
            "{personal} is kept: {kept}"
        );
    }
}
