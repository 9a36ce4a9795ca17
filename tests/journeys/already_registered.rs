//! 「同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。」

use serde_json::json;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE, SHARED_OFFICE_AGAIN, profile};
use testkit::{Gate, Settings, World};

/// R-15 「同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。」
/// R-16 「事業所内に既にユーザ登録された方がいないかをご確認ください」
/// R-14 offices that can log in already need no registration
#[tokio::test]
async fn a_registered_office_is_shown_its_member_after_the_code() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&SHARED_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;

    // One office is one number, whichever KJ ID proves it.
    let mut hanako = world.clerk();
    hanako
        .authenticates(&SHARED_OFFICE_AGAIN)
        .await
        .is(200)
        .leads_to("otp")
        .lacks("/message");
    let told = hanako
        .types_the_mailed_code(SHARED_OFFICE_AGAIN.mail_address)
        .await
        .is(200)
        .leads_to("already-registered")
        .has("/message", "同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。")
        .has("/members", json!([{ "emailMasked": "t***@e***.jp", "registeredAt": "2026-04-01T00:00:00Z", "pending": false }]));
    // a member has logged in, so further users are added from マイページ. If all of them left, the office is taken over.
    assert_eq!(told.allowed(), ["take-over", "cancel"]);
    hanako
        .enters_profile(&profile("hanako@example.jp"))
        .await
        .is_told("wrong-step");
    hanako
        .calls("POST", "/registration/initial-password/reissue")
        .await
        .is_told("wrong-step");
}

/// Re-issue: the mail was lost, or its password has expired.
#[tokio::test]
async fn until_a_member_logs_in_the_initial_password_can_be_reissued_and_the_old_one_is_wrong() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let old = world.clerk().mailed_password("taro@example.jp").await;

    let mut again = world.clerk();
    let told = again
        .proves_to_be(&PLAIN_OFFICE)
        .await
        .leads_to("already-registered")
        .has("/members/0/pending", true);
    assert_eq!(
        told.allowed(),
        ["reissue-initial-password", "correct-profile", "cancel"]
    );
    again
        .calls("POST", "/registration/initial-password/reissue")
        .await
        .is(200)
        .leads_to("completed")
        .has("/initialPassword/sentTo", "t***@e***.jp")
        .has("/initialPassword/sendsLeft", 4)
        .lacks("/profile");

    let new = again.mailed_password("taro@example.jp").await;
    assert_ne!(old, new);
    again
        .logs_in("taro@example.jp", &old)
        .await
        .is_told("wrong-credentials");
    again.arrives_at_my_page("taro@example.jp").await;
}

#[tokio::test]
async fn an_initial_password_is_issued_again_three_times_a_day() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    for _ in 0..3 {
        world.wait(3_600);
        let mut clerk = world.clerk();
        clerk.proves_to_be(&PLAIN_OFFICE).await;
        clerk
            .calls("POST", "/registration/initial-password/reissue")
            .await
            .is(200);
        // A second click does not issue a second password.
        clerk
            .calls("POST", "/registration/initial-password/reissue")
            .await
            .is_told("wrong-step")
            .leads_to("completed");
    }
    let mut clerk = world.clerk();
    clerk.proves_to_be(&PLAIN_OFFICE).await;
    clerk
        .calls("POST", "/registration/initial-password/reissue")
        .await
        .is_told("no-sends-left")
        .leads_to("already-registered");
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 4);
}

/// Two clicks on 再発行 of a password that has expired, the second while the first is under way: one password is issued,
/// and the mail that arrives holds the one that works.
#[tokio::test]
async fn two_clicks_on_an_expired_password_issue_one() {
    let (gate, mut told) = Gate::new();
    let settings = Settings {
        gate: Some(gate),
        ..Settings::default()
    };
    let world = World::with(settings).await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 1);
    world.wait(72 * 3_600);
    let mut again = world.clerk();
    again
        .proves_to_be(&PLAIN_OFFICE)
        .await
        .leads_to("already-registered");
    let path = "/registration/initial-password/reissue";
    let mut other_click = again.clone();
    let first = tokio::spawn(Gate::stops(
        0,
        async move { other_click.calls("POST", path).await },
    ));
    loop {
        let asked = told.recv().await.unwrap();
        if asked.what == "PutItem ACCOUNT" {
            // The flow stands at completed, and the new password is not yet promised.
            again.calls("POST", path).await.is(200).leads_to("completed");
            asked.goes();
            break;
        }
        asked.goes();
    }
    // No reader waits at the gate any more.
    drop(told);
    first.await.unwrap().is_told("wrong-step").leads_to("completed");
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 2);
    world.clerk().arrives_at_my_page("taro@example.jp").await;
}

/// Correction: the address was mistyped, and another person may have the mail.
#[tokio::test]
async fn until_a_member_logs_in_the_profile_can_be_corrected_and_the_member_is_replaced() {
    let world = World::start().await;
    let mut first = world.clerk();
    first.registers(&PLAIN_OFFICE, "tarou@example.jp").await;
    let strangers = first.mailed_password("tarou@example.jp").await;
    let mut stranger = world.clerk();
    stranger
        .logs_in("tarou@example.jp", &strangers)
        .await
        .is(200)
        .leads_to("otp");
    let code = stranger.mailed_code("tarou@example.jp").await;

    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE)
        .await
        .leads_to("already-registered");
    taro.enters_profile(&profile("taro@example.jp"))
        .await
        .is(200)
        .leads_to("confirm");
    taro.confirms("corrects-01234567")
        .await
        .is(201)
        .leads_to("completed")
        .has("/profile/email", "taro@example.jp");

    // Password, log-in and registration of the replaced member no longer work.
    stranger.types_login_code(&code).await.is_told("no-flow");
    stranger
        .logs_in("tarou@example.jp", &strangers)
        .await
        .is_told("wrong-credentials");
    for (method, path) in [
        ("GET", "/registration"),
        ("DELETE", "/registration"),
        ("POST", "/registration/initial-password/resend"),
    ] {
        let mut tab = first.clone();
        tab.calls(method, path).await.is_told("no-flow");
    }
    taro.arrives_at_my_page("taro@example.jp").await;
    // The address is free for others.
    let mut other = world.clerk();
    other.proves_to_be(&SHARED_OFFICE).await;
    other.enters_profile(&profile("tarou@example.jp")).await.is(200);
}

#[tokio::test]
async fn a_correction_may_keep_the_address() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let old = world.clerk().mailed_password("taro@example.jp").await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    let mut form = profile("taro@example.jp");
    form["name"] = "介護 次郎".into();
    taro.enters_profile(&form).await.is(200);
    taro.confirms("keeps-0123456789").await.is(201);
    taro.logs_in("taro@example.jp", &old)
        .await
        .is_told("wrong-credentials");
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("GET", "/me")
        .await
        .has("/name", "介護 次郎")
        .has("/members/count", 1);
}

/// No password outlives its seat, and the repeated answer is the first one.
#[tokio::test]
async fn a_correction_on_the_last_day_of_a_seat_says_twice_when_its_password_ends() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    world.deliver().await;
    world.wait(1_209_600 - 86_400);
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    let first = taro.confirms("keeps-0123456789").await.is(201);
    assert_eq!(first.body["initialPassword"]["expiresAt"], "2026-04-15T00:00:00Z");
    world.wait(60);
    assert_eq!(taro.confirms("keeps-0123456789").await.is(201).body, first.body);
}

#[tokio::test]
async fn a_correction_that_comes_after_the_first_log_in_loses() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let mut hanako = world.clerk();
    hanako.proves_to_be(&PLAIN_OFFICE).await;
    hanako.enters_profile(&profile("hanako@example.jp")).await.is(200);
    taro.arrives_at_my_page("taro@example.jp").await;

    hanako
        .confirms("too-late-01234567")
        .await
        .is_told("organisation-already-registered")
        .leads_to("already-registered");
    taro.calls("GET", "/me").await.is(200);
}

/// A pending member's seat expires after 14 days: by comparison, whether or not the item was deleted.
#[tokio::test]
async fn who_never_came_holds_an_office_for_fourteen_days() {
    for (wait, next) in [
        (1_209_599, "already-registered"),
        (1_209_600, "profile"),
        (1_209_601, "profile"),
    ] {
        let world = World::start().await;
        world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
        world.deliver().await;
        // The mail for the second proof is sent in this very second.
        world.wait(wait);
        let mut hanako = world.clerk();
        hanako.proves_to_be(&PLAIN_OFFICE).await.is(200).leads_to(next);
        if next == "profile" {
            hanako.enters_profile(&profile("taro@example.jp")).await.is(200);
            hanako.confirms("after-14-days-01").await.is(201);
            hanako.arrives_at_my_page("taro@example.jp").await;
        }
    }
}

#[tokio::test]
async fn a_second_registration_after_everything_shows_the_first() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut again = world.clerk();
    again
        .proves_to_be(&PLAIN_OFFICE)
        .await
        .leads_to("already-registered");
    again.calls("DELETE", "/registration").await.is(204);
    again.calls("GET", "/registration").await.is_told("no-flow");
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}
