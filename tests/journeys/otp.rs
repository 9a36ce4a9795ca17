//! ワンタイムパスワード認証（初回利用登録）

use serde_json::json;
use testkit::World;
use testkit::people::PLAIN_OFFICE;

/// R-32 「電子請求受付システムに登録されているメールアドレスにワンタイムパスワードが送付されます。」
/// R-33 「メールの件名は「ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）」となります」
#[tokio::test]
async fn the_code_is_mailed_to_the_address_registered_at_the_claims_system_under_the_manuals_subject() {
    let world = World::start().await;
    let answer = world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);

    let mails = world.mails_to(PLAIN_OFFICE.mail_address).await;
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(
        mail.subject,
        "ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）"
    );
    assert_eq!(
        mail.from,
        "介護保険資格確認等WEBサービス <no-reply@mail.kaigo-kiban-portal.jp>"
    );
    let lines: Vec<&str> = mail.text.lines().collect();
    let label = answer.body["otp"]["label"].as_str().unwrap();
    assert!(lines.contains(&format!("照合記号：{label}").as_str()));
    assert!(lines.contains(&"有効期限：2026年4月1日 9時10分"));
    answer
        .has("/otp/sentTo", "k***@e***.jp")
        .has("/otp/subject", mail.subject.as_str())
        .has("/otp/expiresAt", "2026-04-01T00:10:00Z")
        .has("/expiresAt", "2026-04-01T00:30:00Z")
        .has("/otp/resendAfterSeconds", 30)
        .has("/otp/sendsLeft", 4)
        .has("/otp/triesLeft", 5)
        .has("/otp/delivery", "queued");
}

/// R-34 「メールに記載されたワンタイムパスワードを入力します。」
/// R-35 「次へ進む」
#[tokio::test]
async fn the_mailed_code_leads_to_the_profile_and_shows_the_office() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    taro.types_the_mailed_code(PLAIN_OFFICE.mail_address)
        .await
        .is(200)
        .leads_to("profile")
        .has("/office/number", PLAIN_OFFICE.number)
        .has("/office/name", PLAIN_OFFICE.name);
}

#[tokio::test]
async fn a_code_may_be_typed_with_full_width_digits_spaces_and_hyphens() {
    for spoil in [
        |c: &str| {
            c.chars()
                .map(|d| char::from_u32(u32::from(d) - 0x30 + 0xff10).unwrap())
                .collect::<String>()
        },
        |c: &str| format!(" {}-{}\n", &c[..3], &c[3..]),
        |c: &str| format!("{}　{}", &c[..3], &c[3..]),
    ] {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.authenticates(&PLAIN_OFFICE).await;
        let code = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
        taro.types_code(&spoil(&code)).await.is(200).leads_to("profile");
    }
}

#[tokio::test]
async fn what_is_not_six_digits_costs_no_try() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    for typed in ["12345", "1234567", "abcdef"] {
        taro.types_code(typed)
            .await
            .is_told("invalid-fields")
            .complains(&[("/code", "not-six-digits")]);
    }
    taro.calls("GET", "/registration").await.has("/otp/triesLeft", 5);
}

#[tokio::test]
async fn five_wrong_codes_end_the_challenge_even_for_the_right_one() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    let wrong = taro.wrong_code(PLAIN_OFFICE.mail_address).await;
    for left in [4, 3, 2, 1, 0] {
        taro.types_code(&wrong)
            .await
            .is_told("wrong-code")
            .has("/triesLeft", left)
            .leads_to("otp");
    }
    let told = taro
        .types_the_mailed_code(PLAIN_OFFICE.mail_address)
        .await
        .is_told("no-tries-left");
    assert_eq!(told.allowed(), ["cancel"]);
    taro.calls("POST", "/registration/otp/resend")
        .await
        .is_told("no-tries-left");
}

/// The right code one second before, at, and after its expiry.
#[tokio::test]
async fn a_code_works_for_ten_minutes() {
    for (wait, works) in [(599, true), (600, false), (601, false)] {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.authenticates(&PLAIN_OFFICE).await;
        let code = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
        world.wait(wait);
        if works {
            taro.types_code(&code).await.is(200);
        } else {
            // An expired code is not a wrong one: no try is spent, and a resend helps.
            taro.types_code(&code)
                .await
                .is_told("code-expired")
                .has("/progress/otp/triesLeft", 5);
            taro.calls("POST", "/registration/otp/resend").await.is(200);
            taro.types_the_mailed_code(PLAIN_OFFICE.mail_address)
                .await
                .is(200);
        }
    }
}

#[tokio::test]
async fn a_registration_lives_for_thirty_minutes() {
    for (wait, lives) in [(1_799, true), (1_800, false), (1_801, false)] {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.authenticates(&PLAIN_OFFICE).await;
        world.wait(wait);
        let answer = taro.calls("GET", "/registration").await;
        if lives {
            answer.is(200);
        } else {
            answer.is_told("no-flow");
            assert!(taro.cookies.is_empty());
        }
    }
}

#[tokio::test]
async fn a_resend_waits_and_brings_the_same_code_with_the_same_label() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let first = taro.authenticates(&PLAIN_OFFICE).await;
    let code = taro.mailed_code(PLAIN_OFFICE.mail_address).await;

    let early = taro
        .calls("POST", "/registration/otp/resend")
        .await
        .is_told("resend-too-early");
    assert_eq!(early.body["retryAfterSeconds"], 30);
    world.wait(29);
    taro.calls("POST", "/registration/otp/resend")
        .await
        .is_told("resend-too-early");
    world.wait(1);
    taro.calls("POST", "/registration/otp/resend")
        .await
        .is(200)
        .has("/otp/label", first.body["otp"]["label"].clone())
        .has("/otp/expiresAt", first.body["otp"]["expiresAt"].clone())
        .has("/otp/sendsLeft", 3)
        .has("/otp/resendAfterSeconds", 60);
    assert_eq!(taro.mailed_code(PLAIN_OFFICE.mail_address).await, code);
    assert_eq!(world.mails_to(PLAIN_OFFICE.mail_address).await.len(), 2);
}

#[tokio::test]
async fn late_in_the_life_of_a_code_a_resend_sends_a_new_one_and_the_older_is_wrong() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let first = taro.authenticates(&PLAIN_OFFICE).await;
    let old = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
    world.wait(421);
    let second = taro.calls("POST", "/registration/otp/resend").await.is(200);
    assert_ne!(first.body["otp"]["expiresAt"], second.body["otp"]["expiresAt"]);
    let new = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
    if old != new {
        taro.types_code(&old)
            .await
            .is_told("wrong-code")
            .has("/triesLeft", 4);
    }
    taro.types_code(&new).await.is(200);
}

#[tokio::test]
async fn there_are_four_resends_and_no_more() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    world.deliver().await;
    for wait in [30, 60, 120, 240] {
        world.wait(wait);
        taro.calls("POST", "/registration/otp/resend").await.is(200);
        world.deliver().await;
    }
    world.wait(600);
    taro.calls("POST", "/registration/otp/resend")
        .await
        .is_told("no-sends-left");
    assert_eq!(world.mails_to(PLAIN_OFFICE.mail_address).await.len(), 5);
}

#[tokio::test]
async fn resends_give_no_new_tries() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    let wrong = taro.wrong_code(PLAIN_OFFICE.mail_address).await;
    for _ in 0..3 {
        taro.types_code(&wrong).await;
    }
    world.wait(30);
    taro.calls("POST", "/registration/otp/resend")
        .await
        .is(200)
        .has("/otp/triesLeft", 2);
}

/// The budget of the user id, over all its challenges: ten wrong codes within a day, then a stop.
#[tokio::test]
async fn ten_wrong_codes_of_one_user_id_stop_codes_for_a_quarter_of_an_hour() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for _ in 0..2 {
        taro.authenticates(&PLAIN_OFFICE).await.is(200);
        let wrong = taro.wrong_code(PLAIN_OFFICE.mail_address).await;
        for _ in 0..5 {
            taro.types_code(&wrong).await.is_told("wrong-code");
        }
    }
    let told = taro
        .authenticates(&PLAIN_OFFICE)
        .await
        .is_told("too-many-requests");
    assert_eq!(told.body["retryAfterSeconds"], 900);
    world.wait(899);
    taro.authenticates(&PLAIN_OFFICE)
        .await
        .is_told("too-many-requests");
    world.wait(1);
    taro.proves_to_be(&PLAIN_OFFICE).await.is(200).leads_to("profile");
}

#[tokio::test]
async fn the_back_button_after_the_code_leads_forward_again() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    let code = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
    taro.types_code(&code)
        .await
        .is_told("wrong-step")
        .leads_to("profile");
    taro.calls("POST", "/registration/otp/resend")
        .await
        .is_told("wrong-step");
    taro.json(
        "POST",
        "/registration/security-code",
        &json!({ "securityCode": "x" }),
    )
    .await
    .is_told("wrong-step");
}
