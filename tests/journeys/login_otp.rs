//! ワンタイムパスワード認証（ログイン）

use testkit::World;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};

async fn at_the_code(world: &World) -> testkit::Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let password = taro.mailed_password("taro@example.jp").await;
    taro.logs_in("taro@example.jp", &password).await.is(200);
    taro
}

/// R-56 「介護情報基盤ポータルに登録されているメールアドレスにワンタイムパスワードが送付されます。」
/// R-57 「メールの件名は「【介護情報基盤ポータル】ワンタイムパスワード発行通知」となります」
/// R-58 「メールに記載されたワンタイムパスワードを入力します。」 R-59 「次へ進む」
#[tokio::test]
async fn the_code_is_mailed_to_the_portals_address_under_the_manuals_subject() {
    let world = World::start().await;
    let mut taro = at_the_code(&world).await;
    let mails = world.mails_to("taro@example.jp").await;
    assert_eq!(
        mails[0].subject,
        "【介護情報基盤ポータル】ワンタイムパスワード発行通知"
    );
    assert_eq!(
        mails[0].from,
        "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>"
    );
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code)
        .await
        .is(200)
        .leads_to("new-password")
        .has("/account/emailMasked", "t***@e***.jp")
        .has("/account/office/number", PLAIN_OFFICE.number)
        .has("/account/office/name", PLAIN_OFFICE.name)
        .has("/newPassword", "required")
        .has("/terms/shown", false);
}

#[tokio::test]
async fn a_code_of_the_registration_is_wrong_at_the_log_in() {
    let world = World::start().await;
    let mut taro = at_the_code(&world).await;
    let registration = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
    let login = taro.mailed_code("taro@example.jp").await;
    if registration != login {
        taro.types_login_code(&registration)
            .await
            .is_told("wrong-code")
            .has("/triesLeft", 4);
    }
    taro.types_login_code(&login).await.is(200);
}

#[tokio::test]
async fn a_code_of_one_log_in_is_wrong_in_another() {
    let world = World::start().await;
    let mut first = at_the_code(&world).await;
    let code = first.mailed_code("taro@example.jp").await;
    let password = first.mailed_password("taro@example.jp").await;
    let mut second = world.clerk();
    second.logs_in("taro@example.jp", &password).await.is(200);
    let other = second.mailed_code("taro@example.jp").await;
    if code != other {
        second.types_login_code(&code).await.is_told("wrong-code");
    }
    // Two tabs, two log-ins: each is independent.
    first.types_login_code(&code).await.is(200);
    second.types_login_code(&other).await.is(200);
}

#[tokio::test]
async fn five_wrong_codes_end_the_log_in_and_ten_stop_the_account() {
    let world = World::start().await;
    let mut taro = at_the_code(&world).await;
    let password = taro.mailed_password("taro@example.jp").await;
    for round in 0..2 {
        if round > 0 {
            taro.logs_in("taro@example.jp", &password).await.is(200);
        }
        let wrong = taro.wrong_code("taro@example.jp").await;
        for _ in 0..5 {
            taro.types_login_code(&wrong).await.is_told("wrong-code");
        }
        let told = taro.types_login_code(&wrong).await.is_told("no-tries-left");
        assert_eq!(told.allowed(), ["cancel"]);
    }
    // Stopped: the same answer as for a wrong password.
    taro.logs_in("taro@example.jp", &password)
        .await
        .is_told("wrong-credentials");
    world.wait(899);
    taro.logs_in("taro@example.jp", &password)
        .await
        .is_told("wrong-credentials");
    world.wait(1);
    taro.arrives_at_my_page("taro@example.jp").await;
}

#[tokio::test]
async fn a_log_in_lives_for_a_quarter_of_an_hour_and_no_code_outlives_it() {
    for (wait, lives) in [(899, true), (900, false), (901, false)] {
        let world = World::start().await;
        let mut taro = at_the_code(&world).await;
        world.wait(wait);
        let answer = taro.calls("GET", "/login").await;
        if lives {
            drop(answer.is(200));
        } else {
            drop(answer.is_told("no-flow"));
        }
    }
    let world = World::start().await;
    let mut taro = at_the_code(&world).await;
    world.wait(600);
    taro.calls("POST", "/login/otp/resend")
        .await
        .is(200)
        .has("/otp/expiresAt", "2026-04-01T00:15:00Z");
}

#[tokio::test]
async fn a_resend_brings_the_code_again_within_limits() {
    let world = World::start().await;
    let mut taro = at_the_code(&world).await;
    let code = taro.mailed_code("taro@example.jp").await;
    taro.calls("POST", "/login/otp/resend")
        .await
        .is_told("resend-too-early");
    for wait in [30, 60, 120, 240] {
        world.wait(wait);
        taro.calls("POST", "/login/otp/resend").await.is(200);
    }
    world.wait(100);
    taro.calls("POST", "/login/otp/resend")
        .await
        .is_told("no-sends-left");
    let newest = taro.mailed_code("taro@example.jp").await;
    if newest != code {
        taro.types_login_code(&code).await.is_told("wrong-code");
    }
    taro.types_login_code(&newest).await.is(200);
}

/// While codes are stopped, no code is judged or costs a try.
#[tokio::test]
async fn a_code_typed_during_a_stop_costs_no_try() {
    let world = World::start().await;
    let mut taro = at_the_code(&world).await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut flows = Vec::new();
    for _ in 0..3 {
        let mut clerk = world.clerk();
        clerk.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
        let code = clerk.mailed_code("taro@example.jp").await;
        flows.push((clerk, code));
    }
    let (mut last, code) = flows.pop().unwrap();
    for (clerk, right) in &mut flows {
        let wrong = format!("{:06}", (right.parse::<u32>().unwrap() + 1) % 1_000_000);
        for _ in 0..5 {
            clerk.types_login_code(&wrong).await.is_told("wrong-code");
        }
    }
    last.types_login_code(&code)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 900);
    last.calls("GET", "/login").await.is(200).has("/otp/triesLeft", 5);
}
