//! Who is told of a take-over, and what.

use super::*;

/// The mails to this address whose subject ends so.
async fn about(world: &World, email: &str, what: &str) -> Vec<String> {
    let mails = world.mails_to(email).await;
    mails
        .iter()
        .filter(|mail| mail.subject == format!("【介護情報基盤ポータル】{what}"))
        .map(|mail| mail.text.clone())
        .collect()
}

const ASKED: &str = "引き継ぎの申請がありました";
const OPENED: &str = "引き継ぎができるようになりました";
const STOPPED: &str = "引き継ぎが中止されました";
const COMPLETED: &str = "引き継ぎが完了しました";

/// "Active and pending members are mailed at once, and again on the last business day, with the stop code, the last four
/// characters of the KJ ID, the claims address masked and the time; disabled ones without the code; the claims address is
/// told of begun, stopped, open."
#[tokio::test]
async fn members_are_told_at_once_and_again_on_the_last_business_day() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds(&mut taro, HANAKO).await;
    let off = adds(&mut taro, "off@example.jp").await;
    let path = format!("/members/{}", off["id"].as_str().unwrap());
    taro.json("PATCH", &path, &json!({ "status": "disabled" }))
        .await
        .is(200);
    asked(&world).await;
    world.deliver().await;
    let contact = PLAIN_OFFICE.mail_address;
    for (email, has_code) in [
        (TARO, true),
        (HANAKO, true),
        ("off@example.jp", false),
        (contact, false),
    ] {
        let told = about(&world, email, ASKED).await;
        assert_eq!(told.len(), 1, "{email}");
        let lines: Vec<&str> = told[0].lines().collect();
        assert_eq!(
            lines.iter().any(|line| line.starts_with("停止コード：")),
            has_code,
            "{email}"
        );
        for line in [
            format!("事業所：{}", PLAIN_OFFICE.name),
            "申請の日時：2026年4月1日 9時00分".to_owned(),
            "電子請求受付システムのユーザID：末尾が 0001".to_owned(),
            "電子請求受付システムに登録されたメールアドレス：k***@e***.jp".to_owned(),
            "引き継ぎができる日時：2026年4月7日 0時00分".to_owned(),
        ] {
            assert!(lines.contains(&line.as_str()), "{line} in {}", told[0]);
        }
    }

    // Monday, 6 April, is the last business day.
    world.wait(OPENS - DAY - 1);
    world.promises_due_notices().await;
    assert_eq!(about(&world, TARO, ASKED).await.len(), 1);
    world.wait(1);
    for _ in 0..2 {
        world.promises_due_notices().await;
        world.deliver().await;
    }
    for (email, count) in [(TARO, 2), (HANAKO, 2), ("off@example.jp", 2), (contact, 1)] {
        assert_eq!(about(&world, email, ASKED).await.len(), count, "{email}");
    }
    let first = stop_code(&world, TARO).await;
    assert_eq!(first, stop_code(&world, HANAKO).await, "one code for a take-over");
    assert!(
        about(&world, TARO, ASKED)
            .await
            .iter()
            .all(|text| text.contains(&first))
    );

    world.wait(DAY - 1);
    world.promises_due_notices().await;
    assert_eq!(about(&world, contact, OPENED).await.len(), 0);
    world.wait(1);
    for _ in 0..2 {
        world.promises_due_notices().await;
        world.deliver().await;
    }
    assert_eq!(about(&world, contact, OPENED).await.len(), 1);
    assert_eq!(about(&world, TARO, OPENED).await.len(), 0);
    violations(&world).await;
}

#[tokio::test]
async fn whoever_joined_meanwhile_is_told_on_the_last_business_day() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    asked(&world).await;
    adds(&mut taro, HANAKO).await;
    world.wait(OPENS - 1);
    world.promises_due_notices().await;
    world.deliver().await;
    assert_eq!(about(&world, HANAKO, ASKED).await.len(), 1);
}

#[tokio::test]
async fn nobody_is_told_of_a_take_over_that_is_over() {
    let world = World::start().await;
    taros_office(&world).await;
    let mut jiro = asked(&world).await;
    jiro.calls("DELETE", "/registration/take-over").await.is(200);
    for wait in [OPENS - 1, 1] {
        world.wait(wait);
        world.promises_due_notices().await;
        world.deliver().await;
    }
    assert_eq!(about(&world, TARO, ASKED).await.len(), 1);
    assert_eq!(about(&world, PLAIN_OFFICE.mail_address, OPENED).await.len(), 0);
}

/// A schedule that failed for a day catches up.
#[tokio::test]
async fn the_claims_address_is_told_late_rather_than_never_that_it_is_open() {
    let world = World::start().await;
    taros_office(&world).await;
    asked(&world).await;
    world.wait(OPENS + DAY);
    world.promises_due_notices().await;
    world.deliver().await;
    assert_eq!(about(&world, PLAIN_OFFICE.mail_address, OPENED).await.len(), 1);
    assert_eq!(
        about(&world, TARO, ASKED).await.len(),
        1,
        "the last business day is over"
    );
}

#[tokio::test]
async fn everyone_is_told_that_it_was_stopped_the_newcomer_included() {
    let world = World::start().await;
    let (mut taro, _) = completing(&world).await;
    logs_in(&mut taro, TARO).await;
    taro.calls("DELETE", "/office/take-over").await.is(204);
    world.deliver().await;
    for email in [TARO, JIRO, PLAIN_OFFICE.mail_address] {
        assert_eq!(about(&world, email, STOPPED).await.len(), 1, "{email}");
    }
}

#[tokio::test]
async fn everyone_is_told_that_it_was_completed() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds(&mut taro, HANAKO).await;
    asked(&world).await;
    world.wait(OPENS);
    confirmed(&world, JIRO).await;
    let mut jiro = world.clerk();
    jiro.arrives_at_my_page(JIRO).await;
    world.deliver().await;
    for email in [TARO, HANAKO, JIRO] {
        assert_eq!(about(&world, email, COMPLETED).await.len(), 1, "{email}");
    }
    assert_eq!(about(&world, PLAIN_OFFICE.mail_address, COMPLETED).await.len(), 0);
}

/// "`GET /me` carries `office.takeOver` except when stopped; a log-in shows the banner and stops nothing"
#[tokio::test]
async fn members_see_it_on_my_page_until_it_is_over_and_a_log_in_stops_nothing() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    taro.calls("GET", "/me").await.lacks("/office/takeOver");
    let mut jiro = asked(&world).await;
    taro.calls("GET", "/me")
        .await
        .has("/office/number", PLAIN_OFFICE.number)
        .has(
            "/office/takeOver",
            json!({ "state": "waiting", "askedAt": "2026-04-01T00:00:00Z", "from": "2026-04-06T15:00:00Z", "until": "2026-04-20T15:00:00Z" }),
        );
    jiro.calls("DELETE", "/registration/take-over").await.is(200);
    taro.calls("GET", "/me").await.lacks("/office/takeOver");

    asks(&mut jiro, "again-0123456789").await.is(200);
    world.wait(OPENS);
    logs_in(&mut taro, TARO).await;
    taro.calls("GET", "/me")
        .await
        .has("/office/takeOver/state", "open");
    confirmed(&world, JIRO).await;
    taro.calls("GET", "/me")
        .await
        .has("/office/takeOver/state", "completing");
    taro.json("PATCH", "/me", &json!({ "phone": "0451234567" }))
        .await
        .has("/office/takeOver/state", "completing");
    taro.calls("DELETE", "/office/take-over").await.is(204);
    taro.calls("GET", "/me").await.lacks("/office/takeOver");
}
