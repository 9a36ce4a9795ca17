//! メールアドレスの変更 of a person who is logged in

use portal_local::ses::MailOutcome;
use serde_json::{Value, json};
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Reply, World};

const TARO: &str = "taro@example.jp";
const NEW: &str = "kaigo@example.co.jp";
const HANAKO: &str = "hanako@example.jp";
const CHANGED: &str = "【介護情報基盤ポータル】メールアドレスが変更されました";

async fn at_my_page(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

async fn asks(clerk: &mut Clerk, email: &str) -> Reply {
    clerk.json("POST", "/me/email", &json!({ "email": email })).await
}

async fn types(clerk: &mut Clerk, code: &str) -> Reply {
    clerk
        .json("POST", "/me/email/otp", &json!({ "code": code }))
        .await
}

async fn changes_to(clerk: &mut Clerk, email: &str) -> Reply {
    asks(clerk, email).await.is(200);
    let code = clerk.mailed_code(email).await;
    types(clerk, &code).await.is(200)
}

async fn proves(clerk: &mut Clerk) {
    let proof = json!({ "currentPassword": OWN_PASSWORD });
    clerk.json("POST", "/me/proof", &proof).await.is(204);
}

async fn logs_in(world: &World, email: &str) -> Clerk {
    let mut clerk = world.clerk();
    clerk.logs_in(email, OWN_PASSWORD).await.is(200);
    let code = clerk.mailed_code(email).await;
    clerk.types_login_code(&code).await.leads_to("my-page");
    clerk
}

async fn adds(clerk: &mut Clerk, email: &str) -> String {
    let key = format!("adds-{email}-0123456789").replace(['@', '.'], "-");
    let answer = clerk
        .keyed("POST", "/members", &key, &profile(email))
        .await
        .is(201);
    answer.body["id"].as_str().unwrap().to_owned()
}

fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

async fn list(clerk: &mut Clerk) -> Vec<Value> {
    let answer = clerk.calls("GET", "/members").await.is(200);
    answer.body["members"].as_array().unwrap().clone()
}

/// The code goes to the new address; with it the new address is the ID, and the old one is free.
#[tokio::test]
async fn a_person_changes_the_address_with_a_code_that_is_mailed_to_the_new_one() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let before = taro.calls("GET", "/me").await.is(200).body;
    taro.calls("GET", "/me/email").await.is(200).lacks("/otp");
    let told = asks(&mut taro, NEW).await.is(200);
    let otp = told.body["otp"].clone();
    told.has("/otp/sentTo", "k***@e***.jp")
        .has(
            "/otp/subject",
            "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
        )
        .has("/otp/delivery", "queued")
        .has("/otp/triesLeft", 5)
        .has("/otp/sendsLeft", 4)
        .has("/otp/resendAfterSeconds", 30);
    let mails = world.mails_to(NEW).await;
    assert_eq!(mails.len(), 1);
    let label = otp["label"].as_str().unwrap();
    assert!(mails[0].text.contains(&format!("照合記号：{label}")));
    taro.calls("GET", "/me/email")
        .await
        .is(200)
        .has("/otp/delivery", "delivered")
        .has("/otp/label", label);
    // Until then nothing has changed.
    assert_eq!(taro.calls("GET", "/me").await.body["email"], TARO);
    let old = taro.cookies["__Host-session"].clone();

    let code = taro.mailed_code(NEW).await;
    let changed = types(&mut taro, &code).await.is(200);
    assert_ne!(taro.cookies["__Host-session"], old);
    let shown = changed.body.clone();
    changed
        .has("/email", NEW)
        .has("/name", before["name"].clone())
        .has("/session/id", before["session"]["id"].clone())
        .has("/lastLoginAt", before["lastLoginAt"].clone());
    assert_eq!(taro.calls("GET", "/me").await.is(200).body, shown);
    taro.calls("GET", "/me/email").await.is(200).lacks("/otp");
    assert_eq!(list(&mut taro).await.len(), 1);
    world
        .clerk()
        .logs_in(TARO, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    logs_in(&world, NEW).await;
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

/// Both addresses are told what happened, when, from what kind of browser, and what to do.
#[tokio::test]
async fn both_addresses_are_told_of_the_change() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";
    taro.headers.push(("user-agent".to_owned(), edge.to_owned()));
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    world.wait(300);
    changes_to(&mut taro, NEW).await;
    for address in [TARO, NEW] {
        let mails = world.mails_to(address).await;
        assert_eq!(mails[0].subject, CHANGED, "{address}");
        let text = &mails[0].text;
        assert!(text.contains("日時：2026年4月1日 9時05分"), "{text}");
        assert!(text.contains("端末：Microsoft Edge / Windows"), "{text}");
        for of_the_other in [TARO, NEW] {
            assert!(!text.contains(of_the_other), "{text}");
        }
    }
    let left = &world.mails_to(TARO).await[0].text;
    assert!(
        left.contains("お心当たりがない場合") && left.contains("管理者"),
        "{left}"
    );
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

/// A change of the address wants fresh proof, as one of the password does.
#[tokio::test]
async fn a_change_of_the_address_wants_fresh_proof() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    world.wait(599);
    asks(&mut taro, NEW).await.is(200);
    world.wait(1);
    asks(&mut taro, NEW).await.is_told("fresh-proof-required").is(403);
    // What was asked for with proof is completed without.
    let code = taro.mailed_code(NEW).await;
    proves(&mut taro).await;
    asks(&mut taro, "another@example.jp").await.is(200);
    types(&mut taro, &code)
        .await
        .is_told("wrong-code")
        .has("/triesLeft", 4);
    let code = taro.mailed_code("another@example.jp").await;
    world.wait(598);
    types(&mut taro, &code)
        .await
        .is(200)
        .has("/email", "another@example.jp");
}

/// Every other session and log-in ends, as after a change of the password: a person who reads the old mailbox may have one.
#[tokio::test]
async fn a_changed_address_ends_every_other_session_and_log_in() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut phone = logs_in(&world, TARO).await;
    let mut begun = world.clerk();
    begun.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let login_code = begun.mailed_code(TARO).await;
    let mut reset = world.clerk();
    reset.asks_for_a_reset(TARO).await.is(200);
    let reset_code = reset.mailed_code(TARO).await;
    let old = taro.cookies["__Host-session"].clone();
    changes_to(&mut taro, NEW).await;
    phone.calls("GET", "/me").await.is_told("no-session");
    begun.types_login_code(&login_code).await.is_told("no-flow");
    reset.types_reset_code(&reset_code).await.is_told("wrong-code");
    let mut stolen = world.clerk();
    stolen.cookies.insert("__Host-session".to_owned(), old);
    stolen.calls("GET", "/me").await.is_told("no-session");
    let sessions = taro.calls("GET", "/sessions").await.is(200).body["sessions"].clone();
    assert_eq!(sessions.as_array().unwrap().len(), 1);
    taro.calls("POST", "/logout").await.is(204);
    taro.calls("GET", "/me").await.is_told("no-session");
}

/// The browsers from which the member has logged in stay known under the new address.
#[tokio::test]
async fn known_devices_move_with_the_member() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut phone = logs_in(&world, TARO).await;
    changes_to(&mut taro, NEW).await;
    for _ in 0..5 {
        world
            .clerk()
            .logs_in(NEW, "wrong password of a stranger")
            .await
            .is_told("wrong-credentials");
    }
    // The network waits; a known browser in it does not.
    world
        .clerk()
        .logs_in(NEW, OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    phone.logs_in(NEW, OWN_PASSWORD).await.is(200);
    taro.calls("POST", "/logout").await.is(204);
    taro.logs_in(NEW, OWN_PASSWORD).await.is(200);
}

#[tokio::test]
async fn the_old_address_is_free_at_once() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut hanako = world.clerk();
    hanako.registers(&DEEMED_OFFICE, HANAKO).await;
    hanako.arrives_at_my_page(HANAKO).await;
    asks(&mut hanako, TARO).await.is_told("email-taken").is(409);
    changes_to(&mut taro, NEW).await;
    changes_to(&mut hanako, TARO).await.has("/email", TARO);
    let mut later = world.clerk();
    let id = adds(&mut hanako, HANAKO).await;
    later.arrives_at_my_page(HANAKO).await;
    assert!(
        list(&mut hanako)
            .await
            .iter()
            .any(|member| member["id"] == id.as_str())
    );
    asks(&mut taro, HANAKO).await.is_told("email-taken");
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

/// 「five claims do not hinder it」: the member who completes with the code owns the address, as after a completed log-in.
#[tokio::test]
async fn claims_on_the_new_address_do_not_hinder_it_and_become_void() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut rival = world.clerk();
    rival.registers(&DEEMED_OFFICE, NEW).await.is(201);
    let password = rival.mailed_password(NEW).await;
    let mut colleague = world.clerk();
    // The office's own colleague who was added with that address loses the seat, too.
    adds(&mut taro, "colleague@example.jp").await;
    let own = colleague.mailed_password("colleague@example.jp").await;
    changes_to(&mut taro, NEW).await;
    rival
        .calls("GET", "/registration")
        .await
        .is(200)
        .leads_to("profile")
        .has("/voided/emailMasked", "k***@e***.jp");
    world
        .clerk()
        .logs_in(NEW, &password)
        .await
        .is_told("claim-void")
        .is(410);
    changes_to(&mut taro, "colleague@example.jp").await;
    colleague
        .logs_in("colleague@example.jp", &own)
        .await
        .is_told("claim-void");
    let members = list(&mut taro).await;
    assert_eq!(members.len(), 1);
    taro.calls("GET", "/me").await.has("/members/count", 1);
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

/// The other managers hear that it was a member of their own office; who took the address knows it.
#[tokio::test]
async fn the_managers_are_told_when_a_member_takes_the_address_of_a_colleague_who_never_logged_in() {
    const TAKEN: &str = "【介護情報基盤ポータル】メールアドレスが事業所の別のユーザのものになりました";
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    adds(&mut taro, HANAKO).await;
    let mut hanako = world.clerk();
    hanako.arrives_at_my_page(HANAKO).await;
    adds(&mut taro, "colleague@example.jp").await;
    changes_to(&mut hanako, "colleague@example.jp").await;
    world.deliver().await;
    let mails = world.mails_to(TARO).await;
    let told: Vec<_> = mails.iter().filter(|mail| mail.subject == TAKEN).collect();
    assert_eq!(told.len(), 1, "{mails:?}");
    assert!(
        told[0].text.contains("対象のユーザ：c***@e***.jp"),
        "{}",
        told[0].text
    );
    let listed = taro.calls("GET", "/members").await.is(200);
    assert_eq!(listed.body["members"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        listed.body["released"],
        json!([]),
        "no other office has the address"
    );
    adds(&mut taro, NEW).await;
    changes_to(&mut taro, NEW).await;
    world.deliver().await;
    for address in [TARO, NEW, "colleague@example.jp"] {
        let mails = world.mails_to(address).await;
        let told = mails.iter().filter(|mail| mail.subject == TAKEN).count();
        assert_eq!(told, usize::from(address == TARO), "{address}");
    }
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_an_address_and_the_present_one_are_told_before_anything_is_spent() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    for (typed, code) in [
        ("", "required"),
        ("taro", "not-an-email-address"),
        (TARO, "same-as-before"),
        ("TARO@EXAMPLE.jp", "same-as-before"),
    ] {
        asks(&mut taro, typed)
            .await
            .is_told("invalid-fields")
            .complains(&[("/email", code)]);
    }
    taro.json("POST", "/me/email", &json!({ "email": NEW, "role": "manager" }))
        .await
        .is_told("invalid-fields")
        .complains(&[("", "unknown-field")]);
    assert!(world.mails_to(NEW).await.is_empty());
    types(&mut taro, "123456").await.is_told("wrong-step").is(409);
    taro.calls("POST", "/me/email/otp/resend")
        .await
        .is_told("wrong-step");
    let mut stranger = world.clerk();
    asks(&mut stranger, NEW).await.is_told("no-session");
    stranger.calls("GET", "/me/email").await.is_told("no-session");
}

#[tokio::test]
async fn five_wrong_codes_end_a_change_and_ten_over_all_changes_stop_them() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    for round in 0..2 {
        asks(&mut taro, NEW).await.is(200);
        let wrong = other_than(&taro.mailed_code(NEW).await);
        types(&mut taro, "12345").await.is_told("invalid-fields");
        for left in [4, 3, 2, 1, 0] {
            types(&mut taro, &wrong)
                .await
                .is_told("wrong-code")
                .has("/triesLeft", left);
        }
        let answer = types(&mut taro, &wrong).await;
        if round == 0 {
            answer.is_told("no-tries-left");
            taro.calls("POST", "/me/email/otp/resend")
                .await
                .is_told("no-tries-left");
        }
    }
    // Ten wrong ones: codes are stopped, and none is mailed meanwhile; the log-in is not.
    asks(&mut taro, NEW)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 900);
    logs_in(&world, TARO).await;
    world.wait(900);
    proves(&mut taro).await;
    changes_to(&mut taro, NEW).await;
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

#[tokio::test]
async fn five_codes_an_hour_and_ten_a_day_go_to_new_addresses() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    for hour in 0..2 {
        for _ in 0..5 {
            asks(&mut taro, NEW).await.is(200);
        }
        let told = asks(&mut taro, NEW).await.is_told("too-many-requests");
        let seconds = told.body["retryAfterSeconds"].as_u64().unwrap();
        assert_eq!(seconds % 900, 0, "{seconds}");
        assert_eq!(world.mails_to(NEW).await.len(), 5 * (hour + 1));
        if hour == 0 {
            world.wait(1_700);
            taro.calls("GET", "/me").await.is(200);
            world.wait(1_700);
            taro.calls("GET", "/me").await.is(200);
            world.wait(200);
            proves(&mut taro).await;
        }
    }
    // Log-in codes have a budget of their own.
    logs_in(&world, TARO).await;
}

#[tokio::test]
async fn an_office_asks_about_ten_addresses_a_day_whatever_for() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut hanako = world.clerk();
    hanako.registers(&DEEMED_OFFICE, HANAKO).await;
    hanako.arrives_at_my_page(HANAKO).await;
    for number in 0..9 {
        adds_and_removes(&mut taro, &format!("user{number}@example.jp")).await;
    }
    asks(&mut taro, HANAKO).await.is_told("email-taken");
    asks(&mut taro, HANAKO).await.is_told("email-taken");
    asks(&mut taro, NEW)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 86_400);
    assert!(world.mails_to(NEW).await.is_empty());
}

async fn adds_and_removes(clerk: &mut Clerk, email: &str) {
    let id = adds(clerk, email).await;
    clerk.calls("DELETE", &format!("/members/{id}")).await.is(204);
}

/// Waits, the same code again, a new one when it has almost expired, and an expired one.
#[tokio::test]
async fn a_code_is_resent_and_expires_as_every_other() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    asks(&mut taro, NEW).await.is(200);
    let first = taro.mailed_code(NEW).await;
    taro.calls("POST", "/me/email/otp/resend")
        .await
        .is_told("resend-too-early")
        .has("/retryAfterSeconds", 30);
    world.wait(30);
    taro.calls("POST", "/me/email/otp/resend")
        .await
        .is(200)
        .has("/otp/sendsLeft", 3);
    assert_eq!(taro.mailed_code(NEW).await, first);
    world.wait(570);
    types(&mut taro, &first).await.is_told("code-expired");
    taro.calls("POST", "/me/email/otp/resend").await.is(200);
    types(&mut taro, &first).await.is_told("wrong-code");
    let next = taro.mailed_code(NEW).await;
    types(&mut taro, &next).await.is(200).has("/email", NEW);
    types(&mut taro, &next).await.is_told("wrong-step");
}

/// An interrupted change harms nothing.
#[tokio::test]
async fn an_interrupted_change_harms_nothing() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    asks(&mut taro, NEW).await.is(200);
    let code = taro.mailed_code(NEW).await;
    taro.calls("DELETE", "/me/email").await.is(204);
    taro.calls("DELETE", "/me/email").await.is(204);
    types(&mut taro, &code).await.is_told("wrong-step");
    taro.calls("GET", "/me/email").await.is(200).lacks("/otp");
    // One that is left alone is over after half an hour.
    asks(&mut taro, NEW).await.is(200);
    for _ in 0..3 {
        world.wait(600);
        taro.calls("GET", "/me").await.is(200).has("/email", TARO);
    }
    taro.calls("POST", "/me/email/otp/resend")
        .await
        .is_told("wrong-step");
    logs_in(&world, TARO).await;
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

/// A change belongs to the session that proved the password; it ends with it, with another password, and with the member.
#[tokio::test]
async fn a_pending_change_ends_with_its_session_its_password_and_its_member() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut phone = logs_in(&world, TARO).await;
    asks(&mut taro, NEW).await.is(200);
    let code = taro.mailed_code(NEW).await;
    phone.calls("GET", "/me/email").await.is(200).lacks("/otp");
    types(&mut phone, &code).await.is_told("wrong-step");
    let new = json!({ "currentPassword": OWN_PASSWORD, "newPassword": "みどりの丘に 風がわたる 2026" });
    taro.json("POST", "/me/password", &new).await.is(204);
    types(&mut taro, &code).await.is_told("wrong-step");

    let id = adds(&mut taro, HANAKO).await;
    let mut hanako = world.clerk();
    hanako.arrives_at_my_page(HANAKO).await;
    asks(&mut hanako, NEW).await.is(200);
    let code = hanako.mailed_code(NEW).await;
    let path = format!("/members/{id}");
    taro.json("PATCH", &path, &json!({ "status": "disabled" }))
        .await
        .is(200);
    types(&mut hanako, &code).await.is_told("no-session");
    taro.json("PATCH", &path, &json!({ "status": "active" }))
        .await
        .is(200);
    let mut again = logs_in(&world, HANAKO).await;
    types(&mut again, &code).await.is_told("wrong-step");
    asks(&mut again, NEW).await.is(200);
    let code = again.mailed_code(NEW).await;
    taro.calls("DELETE", &path).await.is(204);
    types(&mut again, &code).await.is_told("no-session");
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

/// The address was free when the code was mailed, and a member logged in with it before the code was typed.
#[tokio::test]
async fn who_is_first_keeps_the_address() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    asks(&mut taro, NEW).await.is(200);
    let code = taro.mailed_code(NEW).await;
    let mut rival = world.clerk();
    rival.registers(&DEEMED_OFFICE, NEW).await;
    rival.arrives_at_my_page(NEW).await;
    types(&mut taro, &code).await.is_told("email-taken");
    taro.calls("GET", "/me").await.is(200).has("/email", TARO);
    rival.calls("GET", "/me").await.is(200).has("/email", NEW);
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_bounce_of_the_code_is_shown_on_the_still_open_screen() {
    let world = World::start().await;
    world.set_outcome(NEW, MailOutcome::Bounce);
    let mut taro = at_my_page(&world).await;
    asks(&mut taro, NEW).await.is(200);
    world.deliver().await;
    taro.calls("GET", "/me/email")
        .await
        .has("/otp/delivery", "bounced");
}

/// A page of another session changes nothing.
#[tokio::test]
async fn a_page_of_another_session_changes_no_address() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    taro.headers
        .push(("portal-session".to_owned(), "another1".to_owned()));
    asks(&mut taro, NEW).await.is_told("other-session");
    taro.calls("DELETE", "/me/email").await.is_told("other-session");
    assert!(world.mails_to(NEW).await.is_empty());
}

/// The acts name both accounts, and no address.
#[tokio::test]
async fn the_audit_says_what_happened_to_both_addresses() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    changes_to(&mut taro, NEW).await;
    let acts: Vec<String> = world
        .audit()
        .await
        .iter()
        .map(|record| record["act"].as_str().unwrap().to_owned())
        .collect();
    for act in ["address-code-promised", "address-changed", "address-left"] {
        assert_eq!(acts.iter().filter(|found| *found == act).count(), 1, "{act}");
    }
}
