//! What people do, one sequence of acts after the other.

use portal::terms::{PUBLISHED, Terms};
use serde_json::json;
use testkit::people::{DEEMED_OFFICE, GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, inquiry, profile};
use testkit::{Clerk, World};

use crate::desk::{Exit, at_desk};

pub(super) async fn from_the_claims_system_to_my_page(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("GET", "/me").await.is(200);
}

async fn claims_system_is(world: &World, mode: &str) {
    world
        .simulator("PUT", "/_dev/claims", Some(json!({ "mode": mode })))
        .await;
}

pub(super) async fn with_a_security_code(world: &World) {
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    let types = async |taro: &mut Clerk, code: &str| {
        let body = json!({ "securityCode": code });
        taro.json("POST", "/registration/security-code", &body).await
    };
    types(&mut taro, "00000000").await.is_told("wrong-security-code");
    claims_system_is(world, "down").await;
    types(&mut taro, "20260002").await.is_told("claims-unavailable");
    claims_system_is(world, "up").await;
    types(&mut taro, "20260002").await.is(200).leads_to("otp");
    taro.types_the_mailed_code(GUARDED_OFFICE.mail_address)
        .await
        .is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro.confirms("registers-0123456789").await.is(201);
}

pub(super) async fn a_right_security_code_finds_a_full_mailbox(world: &World) {
    let code = json!({ "securityCode": GUARDED_OFFICE.security_code });
    for told in ["otp", "otp", "otp", "otp", "otp", "full"] {
        let mut taro = world.clerk();
        taro.authenticates(&GUARDED_OFFICE).await.is(200);
        let answer = taro.json("POST", "/registration/security-code", &code).await;
        if told == "full" {
            answer.is_told("too-many-requests");
        } else {
            answer.is(200).leads_to(told);
        }
    }
}

pub(super) async fn with_mistakes_and_resends(world: &World) {
    let mut taro = world.clerk();
    taro.authenticates_with(PLAIN_OFFICE.user_id, "wrong")
        .await
        .is_told("claims-rejected");
    claims_system_is(world, "down").await;
    taro.authenticates(&PLAIN_OFFICE)
        .await
        .is_told("claims-unavailable");
    claims_system_is(world, "up").await;
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    let wrong = taro.wrong_code(PLAIN_OFFICE.mail_address).await;
    taro.types_code(&wrong).await.is_told("wrong-code");
    world.wait(30);
    taro.calls("POST", "/registration/otp/resend").await.is(200);
    taro.types_the_mailed_code(PLAIN_OFFICE.mail_address)
        .await
        .is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro.confirms("registers-0123456789").await.is(201);
    // The same click again is answered, and records no second act.
    taro.confirms("registers-0123456789").await.is(201);
    world.wait(30);
    taro.calls("POST", "/registration/initial-password/resend")
        .await
        .is(200);

    taro.logs_in("taro@example.jp", "wrong")
        .await
        .is_told("wrong-credentials");
    let password = taro.mailed_password("taro@example.jp").await;
    taro.logs_in("taro@example.jp", &password).await.is(200);
    let wrong = taro.wrong_code("taro@example.jp").await;
    taro.types_login_code(&wrong).await.is_told("wrong-code");
    world.wait(30);
    taro.calls("POST", "/login/otp/resend").await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200);
    let version = taro.is_shown_the_terms().await;
    taro.changes_password("short", &version)
        .await
        .is_told("invalid-fields");
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
}

pub(super) async fn an_initial_password_is_issued_again(world: &World) {
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let old = world.clerk().mailed_password("taro@example.jp").await;
    world.wait(3_600);
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await.is(200);
    taro.calls("POST", "/registration/initial-password/reissue")
        .await
        .is(200);
    taro.logs_in("taro@example.jp", &old)
        .await
        .is_told("wrong-credentials");
    taro.arrives_at_my_page("taro@example.jp").await;
}

pub(super) async fn an_initial_password_comes_too_late(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let password = taro.mailed_password("taro@example.jp").await;
    world.wait(72 * 3_600);
    taro.logs_in("taro@example.jp", &password)
        .await
        .is_told("initial-password-expired");
}

pub(super) async fn a_pending_registration_is_corrected(world: &World) {
    world.clerk().registers(&PLAIN_OFFICE, "tarou@example.jp").await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await.is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro.confirms("corrects-01234567").await.is(201);
    // Again, with the same address.
    let mut again = world.clerk();
    world.wait(3_600);
    again.proves_to_be(&PLAIN_OFFICE).await.is(200);
    let mut form = profile("taro@example.jp");
    form["name"] = "介護 次郎".into();
    again.enters_profile(&form).await.is(200);
    again.confirms("corrects-again-01").await.is(201);
}

pub(super) async fn a_second_log_in_is_renewed_and_ended(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("POST", "/logout").await.is(204);
    world.wait(600);
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200).leads_to("my-page");
    // The answer with the cookie was lost.
    taro.cookies.remove("__Host-session");
    taro.calls("POST", "/login/session").await.is(200);
    taro.calls("GET", "/me").await.is(200);
    taro.calls("POST", "/logout").await.is(204);
    taro.calls("POST", "/logout").await;
}

pub(super) async fn a_person_changes_their_own_account(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.json("PATCH", "/me", &json!({ "phone": "0451234567" }))
        .await
        .is(200);
    for (password, status) in [("wrong wrong wrong", 422), (OWN_PASSWORD, 204)] {
        let proof = json!({ "currentPassword": password });
        taro.json("POST", "/me/proof", &proof).await.is(status);
    }
    let change = json!({ "currentPassword": OWN_PASSWORD, "newPassword": "みどりの丘に 風がわたる 2026" });
    taro.json("POST", "/me/password", &change).await.is(204);
    let me = taro.calls("GET", "/me").await.is(200);
    let own = format!("/sessions/{}", me.body["session"]["id"].as_str().unwrap());
    taro.calls("DELETE", &own).await.is(204);
}

async fn logs_in_again(taro: &mut Clerk) {
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.leads_to("my-page");
}

pub(super) async fn a_manager_changes_the_members(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut last = String::new();
    for number in 2..=5 {
        // Of those who never log in one is there for 14 days in the end.
        if number == 3 {
            world.wait(86_400);
            logs_in_again(&mut taro).await;
        }
        let colleague = profile(&format!("user{number}@example.jp"));
        let key = format!("adds-member-{number:010}");
        let added = taro.keyed("POST", "/members", &key, &colleague).await.is(201);
        last = format!("/members/{}", added.body["id"].as_str().unwrap());
    }
    for change in [
        json!({ "role": "manager" }),
        json!({ "role": "member" }),
        json!({ "status": "disabled" }),
        json!({ "status": "active" }),
        json!({ "role": "manager", "status": "disabled" }),
    ] {
        taro.json("PATCH", &last, &change).await.is(200);
    }
    taro.calls("DELETE", &last).await.is(204);
    let fifth = profile("user5@example.jp");
    taro.keyed("POST", "/members", "adds-the-fifth-again", &fifth)
        .await
        .is(201);
    world.wait(13 * 86_400);
    logs_in_again(&mut taro).await;
    let another = profile("hanako@example.jp");
    taro.keyed("POST", "/members", "adds-another-member", &another)
        .await
        .is(201);
}

pub(super) use crate::inquiry_handling::an_inquiry_is_handled;

/// Twice, by a repeated request, which is no act.
pub(super) async fn an_inquiry_is_received(world: &World) {
    let question = inquiry("taro@example.jp");
    for _ in 0..2 {
        let mut taro = world.clerk();
        taro.keyed("POST", "/inquiries", "inquiry-0123456789", &question)
            .await
            .is(201);
        world.wait(1);
    }
}

pub(super) async fn other_terms_are_agreed_to(world: &World) {
    static NEXT: Terms = Terms {
        version: "2026-10-01",
        ..PUBLISHED
    };
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut taro = world.with_terms(&NEXT).clerk();
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code)
        .await
        .is(200)
        .leads_to("new-password");
    let version = taro.is_shown_the_terms().await;
    let body = json!({ "agreedTerms": { "version": version } });
    taro.json("POST", "/login/password", &body).await.is(200);
}

pub(super) async fn an_account_is_attacked(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("POST", "/logout").await.is(204);
    for _ in 0..7 {
        let mut stranger = world.clerk();
        stranger
            .logs_in("taro@example.jp", "guessed")
            .await
            .is_told("wrong-credentials");
        stranger
            .logs_in("unknown@example.jp", "guessed")
            .await
            .is_told("wrong-credentials");
    }
    world.wait(900);
    world
        .clerk()
        .logs_in("taro@example.jp", "guessed")
        .await
        .is_told("wrong-credentials");
    // The owner's browser has a separate count.
    taro.logs_in("taro@example.jp", "mistyped")
        .await
        .is_told("wrong-credentials");
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}

pub(super) async fn a_mailbox_is_filled(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    for _ in 0..9 {
        taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("too-many-requests");
}

/// Two offices claim one address; the first whose member completes a log-in owns it.
pub(super) async fn two_offices_claim_one_address(world: &World) {
    world.clerk().registers(&DEEMED_OFFICE, "taro@example.jp").await;
    let mut hanako = world.clerk();
    let password = hanako.mailed_password("taro@example.jp").await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    hanako
        .logs_in("taro@example.jp", &password)
        .await
        .is_told("claim-void");
}

pub(super) async fn codes_are_guessed_at(world: &World) {
    let mut taro = world.clerk();
    for _ in 0..2 {
        taro.authenticates(&PLAIN_OFFICE).await.is(200);
        let wrong = taro.wrong_code(PLAIN_OFFICE.mail_address).await;
        for _ in 0..5 {
            taro.types_code(&wrong).await.is_told("wrong-code");
        }
        taro.types_code(&wrong).await.is_told("no-tries-left");
    }
}

pub(super) async fn a_right_claims_password_leads_nowhere(world: &World) {
    // Codes are stopped.
    codes_are_guessed_at(world).await;
    world
        .clerk()
        .authenticates(&PLAIN_OFFICE)
        .await
        .is_told("too-many-requests");
    // Five codes of the hour are mailed.
    world.wait(900);
    for _ in 0..3 {
        world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);
    }
    world
        .clerk()
        .authenticates(&PLAIN_OFFICE)
        .await
        .is_told("too-many-requests");
}

pub(super) async fn a_password_is_reset(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    // An unknown address: the same is recorded, without a member.
    let mut stranger = world.clerk();
    stranger.asks_for_a_reset("unknown@example.jp").await.is(200);
    stranger.types_reset_code("123456").await.is_told("wrong-code");
    taro.asks_for_a_reset("taro@example.jp").await.is(200);
    world.wait(30);
    taro.calls("POST", "/password-reset/otp/resend").await.is(200);
    let wrong = taro.wrong_code("taro@example.jp").await;
    taro.types_reset_code(&wrong).await.is_told("wrong-code");
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_reset_code(&code).await.is(200);
    taro.resets_password("みどりの丘と きいろい花 二〇二六")
        .await
        .is(200);
    // The same click again is answered, and records no second act.
    taro.resets_password("みどりの丘と きいろい花 二〇二六")
        .await
        .is_told("wrong-step");
}

/// A claim of another office on the new address is void by it.
pub(super) async fn a_member_takes_another_address(world: &World) {
    let (old, new) = ("taro@example.jp", "kaigo@example.co.jp");
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, old).await;
    taro.arrives_at_my_page(old).await;
    world.clerk().registers(&DEEMED_OFFICE, new).await;
    taro.json("POST", "/me/email", &json!({ "email": new }))
        .await
        .is(200);
    world.wait(30);
    taro.calls("POST", "/me/email/otp/resend").await.is(200);
    let wrong = taro.wrong_code(new).await;
    let typed = json!({ "code": wrong });
    taro.json("POST", "/me/email/otp", &typed)
        .await
        .is_told("wrong-code");
    let typed = json!({ "code": taro.mailed_code(new).await });
    taro.json("POST", "/me/email/otp", &typed).await.is(200);
}

/// Every kind of look and change at the desk.
pub(super) async fn an_operator_looks_and_changes(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.keyed(
        "POST",
        "/members",
        "desk-audit-0123456789",
        &profile("hanako@example.jp"),
    )
    .await
    .is(201);
    world.clerk().logs_in("hanako@example.jp", "wrong").await;
    let done = async |line: &[&str]| at_desk(world, "花子", line).await.is(Exit::Done);
    done(&["office", "show", PLAIN_OFFICE.number]).await;
    let why = ["--reason", "本人から電話で依頼"];
    done(&["member", "show", "taro@example.jp", "--reveal", why[0], why[1]]).await;
    let hanako = ["hanako@example.jp", "--apply", why[0], why[1]];
    for change in ["unlock", "reissue", "disable", "enable"] {
        done(&[&["member", change][..], &hanako].concat()).await;
    }
    world.clerk().arrives_at_my_page("hanako@example.jp").await;
    done(&[&["member", "sign-out"][..], &hanako].concat()).await;
}
