//! ユーザ登録完了

use testkit::World;
use testkit::people::{PLAIN_OFFICE, profile};

/// R-48 「登録したメールアドレス宛に…初期パスワードを記載したメールが送信されます。」
/// R-49 「no-reply@mail.kaigo-kiban-portal.jp」
/// R-50 「初回ログインに必要な初期パスワード」
#[tokio::test]
async fn the_initial_password_is_mailed_to_the_registered_address() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let completed = taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;

    completed
        .has("/initialPassword/sentTo", "t***@e***.jp")
        .has("/initialPassword/delivery", "queued")
        .has("/initialPassword/expiresAt", "2026-04-04T00:00:00Z")
        .has("/initialPassword/resendAfterSeconds", 30)
        .has("/initialPassword/sendsLeft", 4);
    let mails = world.mails_to("taro@example.jp").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        mails[0].from,
        "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>"
    );
    assert_eq!(
        mails[0].subject,
        "【介護情報基盤ポータル】初期パスワードのお知らせ"
    );
    assert!(
        mails[0]
            .text
            .lines()
            .any(|line| line == "有効期限：2026年4月4日 9時00分")
    );
    assert_eq!(taro.mailed_password("taro@example.jp").await.len(), 20);
    taro.calls("GET", "/registration")
        .await
        .is(200)
        .leads_to("completed")
        .has("/initialPassword/delivery", "delivered");
}

#[tokio::test]
async fn the_same_initial_password_is_sent_again_within_limits() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let password = taro.mailed_password("taro@example.jp").await;

    taro.calls("POST", "/registration/initial-password/resend")
        .await
        .is_told("resend-too-early")
        .has("/retryAfterSeconds", 30);
    for (wait, left) in [(30, 3), (60, 2), (120, 1), (240, 0)] {
        world.wait(wait);
        taro.calls("POST", "/registration/initial-password/resend")
            .await
            .is(200)
            .has("/initialPassword/sendsLeft", left);
        assert_eq!(taro.mailed_password("taro@example.jp").await, password);
    }
    world.wait(600);
    taro.calls("POST", "/registration/initial-password/resend")
        .await
        .is_told("no-sends-left");
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 5);
}

#[tokio::test]
async fn a_resend_and_a_reissue_belong_to_their_screens() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    taro.calls("POST", "/registration/initial-password/resend")
        .await
        .is_told("wrong-step")
        .leads_to("profile");
    taro.calls("POST", "/registration/initial-password/reissue")
        .await
        .is_told("wrong-step");
    taro.enters_profile(&profile("taro@example.jp")).await;
    taro.confirms("belongs-01234567").await.is(201);
    // The valid password is not replaced from here: it works.
    taro.calls("POST", "/registration/initial-password/reissue")
        .await
        .is_told("wrong-step")
        .leads_to("completed");
    // Back button: the form is no longer valid.
    taro.enters_profile(&profile("other@example.jp"))
        .await
        .is_told("wrong-step")
        .leads_to("completed");
}

/// The initial password is valid for 72 hours: one second before, at and after.
#[tokio::test]
async fn an_initial_password_works_for_seventy_two_hours() {
    for (wait, works) in [(259_199, true), (259_200, false), (259_201, false)] {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
        let password = taro.mailed_password("taro@example.jp").await;
        world.wait(wait);
        let answer = taro.logs_in("taro@example.jp", &password).await;
        if works {
            answer.is(200);
        } else {
            // Only the right one is answered as expired.
            answer.is_told("initial-password-expired");
            taro.logs_in("taro@example.jp", "wrong")
                .await
                .is_told("wrong-credentials");
        }
    }
}
