//! パスワードの再設定: 「パスワードを忘れた方」 (`docs/api.md` 6). It does not reveal which addresses exist.

mod strangers;

use portal::account::Account;
use portal::values::EmailAddress;
use serde_json::json;
use testkit::only_member_mut;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, World};

const TARO: &str = "taro@example.jp";
const UNKNOWN: &str = "unknown@example.jp";
const NEW_PASSWORD: &str = "みどりの丘と きいろい花 二〇二六";
const RESEND: &str = "/password-reset/otp/resend";

async fn at_home(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

async fn account(world: &World, address: &str) -> Option<platform::store::Stored<Account>> {
    let key = EmailAddress::parse(address).unwrap().key();
    let read = world
        .table
        .get::<Account>(&key, platform::store::Consistency::Strong);
    read.await.unwrap()
}

async fn disable(world: &World, address: &str) {
    let stored = account(world, address).await.unwrap();
    let mut item = stored.item.clone();
    only_member_mut(&mut item).disabled = true;
    world
        .edits_by_hand(item, platform::store::Replacing::Read(&stored))
        .await;
}

/// A browser that the portal has never seen, somewhere else.
fn stranger(world: &World) -> Clerk {
    let mut clerk = world.clerk();
    "203.0.113.9".clone_into(&mut clerk.source_ip);
    clerk
}

async fn mails(world: &World, address: &str) -> usize {
    world.mails_to(address).await.len()
}

#[tokio::test]
async fn who_forgot_the_password_sets_a_new_one_with_a_mailed_code() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.asks_for_a_reset(TARO)
        .await
        .is(200)
        .leads_to("otp")
        .has("/allowed", json!(["otp", "resend-otp", "cancel"]))
        .has("/expiresAt", "2026-04-01T00:30:00Z")
        .has("/otp/sentTo", "t***@e***.jp")
        .has(
            "/otp/subject",
            "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
        )
        .has("/otp/expiresAt", "2026-04-01T00:10:00Z")
        .has("/otp/sendsLeft", 4)
        .has("/otp/triesLeft", 5)
        .lacks("/otp/delivery");
    assert!(taro.cookies.contains_key("__Host-reset"));
    let mail = world.mails_to(TARO).await.remove(0);
    assert_eq!(
        (mail.from.as_str(), mail.subject.as_str()),
        (
            "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>",
            "【介護情報基盤ポータル】ワンタイムパスワード発行通知"
        )
    );
    let code = taro.mailed_code(TARO).await;
    taro.types_reset_code(&code)
        .await
        .is(200)
        .leads_to("new-password")
        .has("/account/emailMasked", "t***@e***.jp")
        .has("/account/office/name", PLAIN_OFFICE.name)
        .has("/newPassword", "required")
        .has("/allowed", json!(["new-password", "cancel"]))
        .lacks("/terms");
    let done = taro
        .resets_password(NEW_PASSWORD)
        .await
        .is(200)
        .leads_to("done")
        .has("/account/emailMasked", "t***@e***.jp")
        .has("/account/office/name", PLAIN_OFFICE.name)
        .lacks("/newPassword");
    assert_eq!(done.allowed(), ["cancel"]);
    // It is no log-in.
    taro.calls("GET", "/me").await.is_told("no-session");

    taro.logs_in(TARO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    taro.logs_in(TARO, NEW_PASSWORD).await.is(200);
    let code = taro.mailed_code(TARO).await;
    // The terms that were agreed to are agreed to.
    taro.types_login_code(&code).await.is(200).leads_to("my-page");
}

#[tokio::test]
async fn every_session_ends_and_every_log_in_under_way() {
    let world = World::start().await;
    let mut at_work = at_home(&world).await;
    let mut at_the_code = world.clerk();
    at_the_code.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = at_the_code.mailed_code(TARO).await;
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    at_work.calls("GET", "/me").await.is(200);
    taro.resets_password(NEW_PASSWORD).await.is(200);
    at_work.calls("GET", "/me").await.is_told("no-session");
    at_work.calls("POST", "/login/session").await.is_told("no-flow");
    at_the_code.types_login_code(&code).await.is_told("no-flow");
}

#[tokio::test]
async fn the_wait_for_wrong_passwords_ends_and_a_password_that_was_off_comes_back() {
    let world = World::start().await;
    let mut known = at_home(&world).await;
    for at in 0..100 {
        let mut guesser = world.clerk();
        guesser.source_ip = format!("203.0.113.{}", at / 4);
        guesser.logs_in(TARO, "wrong").await.is_told("wrong-credentials");
    }
    for _ in 0..5 {
        known.logs_in(TARO, "wrong").await.is_told("wrong-credentials");
    }
    let mut elsewhere = stranger(&world);
    for clerk in [&mut elsewhere, &mut known] {
        clerk
            .logs_in(TARO, OWN_PASSWORD)
            .await
            .is_told("wrong-credentials");
    }
    let mut taro = world.clerk();
    taro.proves_the_mailbox(TARO).await;
    taro.resets_password(NEW_PASSWORD).await.is(200);
    for clerk in [&mut elsewhere, &mut known] {
        clerk.logs_in(TARO, NEW_PASSWORD).await.is(200);
    }
}

#[tokio::test]
async fn a_new_password_is_told_to_its_member_by_mail() {
    let world = World::start().await;
    at_home(&world).await;
    world.wait(3_600);
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    let before = mails(&world, TARO).await;
    world.wait(60);
    taro.resets_password("short").await.is_told("invalid-fields");
    assert_eq!(mails(&world, TARO).await, before);
    taro.resets_password(NEW_PASSWORD).await.is(200);
    let mails = world.mails_to(TARO).await;
    assert_eq!(mails.len(), before + 1);
    assert_eq!(
        mails[0].subject,
        "【介護情報基盤ポータル】パスワードが再設定されました"
    );
    let lines: Vec<&str> = mails[0].text.lines().collect();
    assert_eq!(lines[0], "日時：2026年4月1日 10時01分");
    assert!(mails[0].text.contains("お心当たりがない場合"));
    // No budget of codes pays for it.
    assert!(world.violations_of_mail_budgets().await.is_empty());
}

#[tokio::test]
async fn a_reset_lives_for_half_an_hour_and_its_code_for_ten_minutes() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.asks_for_a_reset(TARO).await.is(200);
    let code = taro.mailed_code(TARO).await;
    world.wait(600);
    taro.types_reset_code(&code).await.is_told("code-expired");
    taro.calls("POST", RESEND)
        .await
        .is(200)
        .has("/otp/expiresAt", "2026-04-01T00:20:00Z");
    let next = taro.mailed_code(TARO).await;
    taro.types_reset_code(&next).await.is(200);
    world.wait(1_199);
    taro.calls("GET", "/password-reset").await.is(200);
    world.wait(1);
    taro.resets_password(NEW_PASSWORD).await.is_told("no-flow");
    assert!(!taro.cookies.contains_key("__Host-reset"));
}

/// A code of one purpose is wrong for every other.
#[tokio::test]
async fn the_code_of_a_log_in_is_wrong_for_a_reset() {
    let world = World::start().await;
    let mut taro = at_home(&world).await;
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let of_login = taro.mailed_code(TARO).await;
    taro.asks_for_a_reset(TARO).await.is(200);
    let of_reset = taro.mailed_code(TARO).await;
    if of_login != of_reset {
        taro.types_reset_code(&of_login).await.is_told("wrong-code");
        taro.types_login_code(&of_reset).await.is_told("wrong-code");
    }
    taro.types_reset_code(&of_reset).await.is(200);
}

#[tokio::test]
async fn what_comes_late_or_twice_is_told_where_the_reset_stands() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.resets_password(NEW_PASSWORD).await.is_told("no-flow");
    taro.asks_for_a_reset(TARO).await.is(200);
    taro.resets_password(NEW_PASSWORD)
        .await
        .is_told("wrong-step")
        .leads_to("otp");
    let code = taro.mailed_code(TARO).await;
    taro.types_reset_code(&code).await.is(200);
    taro.types_reset_code(&code)
        .await
        .is_told("wrong-step")
        .leads_to("new-password");
    taro.calls("POST", RESEND).await.is_told("wrong-step");
    taro.resets_password(NEW_PASSWORD).await.is(200);
    taro.resets_password(NEW_PASSWORD)
        .await
        .is_told("wrong-step")
        .leads_to("done");
    taro.calls("GET", "/password-reset")
        .await
        .is(200)
        .leads_to("done");
    taro.calls("DELETE", "/password-reset").await.is(204);
    taro.calls("GET", "/password-reset").await.is_told("no-flow");
    // The reset of a password that another reset has set by now is over.
    let mut one = stranger(&world);
    let mut other = stranger(&world);
    one.proves_the_mailbox(TARO).await;
    other.proves_the_mailbox(TARO).await;
    one.resets_password(OWN_PASSWORD).await.is(200);
    other.resets_password(NEW_PASSWORD).await.is_told("no-flow");
    one.logs_in(TARO, OWN_PASSWORD).await.is(200);
}

/// The process dies after the password was set, before the flow knows: the person finds it done.
#[tokio::test]
async fn a_reset_whose_answer_was_lost_is_done_once() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    let before = world.items_of("RESET").await.pop().unwrap();
    taro.resets_password(NEW_PASSWORD).await.is(200);
    let told = mails(&world, TARO).await;
    world.puts_back(&before).await;
    let mut again = taro.clone();
    again
        .resets_password("ほかの ことばで きめなおす 一二三")
        .await
        .is_told("wrong-step")
        .leads_to("done");
    world.puts_back(&before).await;
    taro.calls("GET", "/password-reset")
        .await
        .is(200)
        .leads_to("done");
    assert_eq!(mails(&world, TARO).await, told, "told once");
    taro.logs_in(TARO, NEW_PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_start_in_another_tab_ends_the_reset_of_the_first() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    let first = taro.asks_for_a_reset(TARO).await.is(200).body["flow"]
        .as_str()
        .unwrap()
        .to_owned();
    let code = taro.mailed_code(TARO).await;
    taro.asks_for_a_reset(UNKNOWN).await.is(200);
    taro.headers.push(("portal-flow".to_owned(), first.clone()));
    for path in ["/password-reset/otp", RESEND, "/password-reset/password"] {
        taro.json("POST", path, &json!({}))
            .await
            .is_told("other-flow")
            .leads_to("otp");
    }
    taro.calls("DELETE", "/password-reset")
        .await
        .is_told("other-flow");
    // A question and a start never look at it.
    taro.calls("GET", "/password-reset").await.is(200);
    taro.headers.pop();
    taro.types_reset_code(&code).await.is_told("wrong-code");
    assert_eq!(world.items_of("RESET").await.len(), 1);
}

/// The rules of 「パスワードを変更する」, the present password included.
#[tokio::test]
async fn a_new_password_keeps_the_rules_of_every_password() {
    let world = World::start().await;
    at_home(&world).await;
    let mut taro = stranger(&world);
    taro.proves_the_mailbox(TARO).await;
    for (password, code) in [
        ("", "required"),
        ("short", "too-short"),
        (OWN_PASSWORD, "same-as-before"),
        ("見本訪問介護ステーションの朝と夜の空", "contains-context-word"),
    ] {
        taro.resets_password(password)
            .await
            .is_told("invalid-fields")
            .complains(&[("/newPassword", code)]);
    }
    let unknown = json!({ "newPassword": NEW_PASSWORD, "agreedTerms": { "version": "x" } });
    taro.json("POST", "/password-reset/password", &unknown)
        .await
        .complains(&[("", "unknown-field")]);
    taro.resets_password(NEW_PASSWORD).await.is(200);
}

#[tokio::test]
async fn what_is_no_address_is_told_so_and_begins_nothing() {
    let world = World::start().await;
    let mut clerk = world.clerk();
    for (typed, code) in [("", "required"), ("taro", "not-an-email-address")] {
        clerk
            .asks_for_a_reset(typed)
            .await
            .is_told("invalid-fields")
            .complains(&[("/email", code)]);
    }
    assert!(
        world
            .items()
            .await
            .iter()
            .all(|item| !item["pk"].as_s().unwrap().starts_with("RESET"))
    );
    // The code goes to the address as the member has it, whatever spelling was typed.
    at_home(&world).await;
    clerk
        .asks_for_a_reset("ＴＡＲＯ＠example.jp")
        .await
        .is(200)
        .has("/otp/sentTo", "T***@e***.jp");
    let code = clerk.mailed_code(TARO).await;
    clerk.types_reset_code(&code).await.is(200);
}

/// A member who may no longer log in resets nothing, at any stage of the reset.
#[tokio::test]
async fn a_member_who_is_disabled_meanwhile_sets_no_password() {
    let world = World::start().await;
    at_home(&world).await;
    let (mut at_the_code, mut at_the_password) = (stranger(&world), stranger(&world));
    at_the_code.asks_for_a_reset(TARO).await.is(200);
    let code = at_the_code.mailed_code(TARO).await;
    at_the_password.proves_the_mailbox(TARO).await;
    disable(&world, TARO).await;
    at_the_code.types_reset_code(&code).await.is_told("wrong-code");
    world.wait(30);
    let before = mails(&world, TARO).await;
    at_the_code.calls("POST", RESEND).await.is(200);
    assert_eq!(
        mails(&world, TARO).await,
        before,
        "no mail goes to a disabled member"
    );
    at_the_password
        .resets_password(NEW_PASSWORD)
        .await
        .is_told("no-flow");
}
