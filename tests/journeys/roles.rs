//! Every right of every role is used: the calls of the functions are recorded, and compared with `template.yaml`.
//! That no function asks for more than its role allows is asserted in every test (`testkit::roles`).

use portal::limits::Limits;
use portal::steps::Function;
use serde_json::json;
use testkit::people::{
    DEEMED_OFFICE, GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE, TestOffice, inquiry, profile,
};
use testkit::roles::ROLES;
use testkit::{Clerk, Settings, World};

const HANAKO: &str = "hanako@example.jp";

/// Rights that only a race or a process that died uses: function, kind, verb, and when.
const RARE: &[(Function, &str, &str, &str)] = &[
    (
        Function::LoginProgress,
        "LOGIN",
        "PutItem",
        "a process died after the account's write, and this request brings the flow up to date",
    ),
    (
        Function::ClaimsAuth,
        "CLAIMS",
        "GetItem",
        "the contact address has had its mails, and the user id's mail is refunded",
    ),
    (
        Function::SecurityCode,
        "CLAIMS",
        "GetItem",
        "another request moved the flow first, and the user id's mail is refunded",
    ),
    (
        Function::SecurityCode,
        "CONTACT",
        "GetItem",
        "the same, and the contact's mail",
    ),
    (
        Function::MyEmail,
        "TAKEOVER",
        "GetItem",
        "a take-over of the office is under way",
    ),
];

/// Submissions that belong to an earlier or later screen: the refusal shows where the flow stands.
async fn submits_out_of_order(clerk: &mut Clerk) {
    let code = json!({ "code": "000000" });
    clerk
        .json(
            "POST",
            "/registration/security-code",
            &json!({ "securityCode": "0" }),
        )
        .await;
    clerk.json("POST", "/registration/otp", &code).await;
    clerk.calls("POST", "/registration/otp/resend").await;
    clerk.confirms("out-of-order-0123456").await;
    clerk.calls("GET", "/registration").await.is(200);
}

/// With every detour: a start over, wrong codes, a resend.
async fn proves_with_detours(clerk: &mut Clerk, office: &TestOffice) {
    clerk.authenticates_with(office.user_id, "wrong").await;
    clerk.authenticates(office).await.is(200);
    clerk.authenticates(office).await.is(200);
    if let Some(code) = office.security_code {
        for code in ["00000000", code] {
            let body = json!({ "securityCode": code });
            clerk.json("POST", "/registration/security-code", &body).await;
        }
    }
    // The first mail is overtaken before it is sent.
    clerk.world.wait(60);
    clerk.calls("POST", "/registration/otp/resend").await.is(200);
    let wrong = clerk.wrong_code(office.mail_address).await;
    clerk.types_code(&wrong).await.is_told("wrong-code");
    clerk.types_the_mailed_code(office.mail_address).await.is(200);
}

/// 初回利用登録 of an office, and of the same once more.
async fn register(world: &World) {
    let mut hanako = world.clerk();
    proves_with_detours(&mut hanako, &GUARDED_OFFICE).await;
    hanako.enters_profile(&profile(HANAKO)).await.is(200);
    hanako.confirms("hanako-0123456789").await.is(201);
    submits_out_of_order(&mut hanako).await;
    world.wait(60);
    let resend = "/registration/initial-password/resend";
    hanako.calls("POST", resend).await.is(200);

    let mut again = world.clerk();
    let answer = again.proves_to_be(&GUARDED_OFFICE).await;
    answer.leads_to("already-registered");
    submits_out_of_order(&mut again).await;
    again.calls("POST", resend).await.is_told("wrong-step");
    let reissue = "/registration/initial-password/reissue";
    again.calls("POST", reissue).await.is(200).leads_to("completed");
    again.calls("DELETE", "/registration").await.is(204);

    let mut third = world.clerk();
    let answer = third.proves_to_be(&GUARDED_OFFICE).await;
    answer.leads_to("already-registered");
    third.enters_profile(&profile(HANAKO)).await.is(200);
}

/// The fifth address that is taken ends a registration, at the profile and at 登録する.
async fn meet_taken_addresses(world: &World) {
    let mut jiro = world.clerk();
    jiro.proves_to_be(&PLAIN_OFFICE).await.is(200);
    for _ in 0..5 {
        jiro.enters_profile(&profile(HANAKO)).await.is_told("email-taken");
    }
    assert!(jiro.cookies.is_empty());

    let mut saburo = world.clerk();
    saburo.proves_to_be(&DEEMED_OFFICE).await.is(200);
    for _ in 0..4 {
        saburo
            .enters_profile(&profile(HANAKO))
            .await
            .is_told("email-taken");
    }
    let free = "free@example.jp";
    saburo.enters_profile(&profile(free)).await.is(200);
    // Only the address of a person who has logged in is taken.
    let mut owner = world.clerk();
    owner.registers(&SHARED_OFFICE, free).await;
    owner.arrives_at_my_page(free).await;
    saburo.confirms("saburo-0123456789").await.is_told("email-taken");
    assert!(saburo.cookies.is_empty());
}

/// Two offices claim one address, and one of them logs in: the other one's registration goes on at the profile.
async fn lose_a_claim(world: &World) {
    let address = "shiro@example.jp";
    let mut void = world.clerk();
    void.registers(&DEEMED_OFFICE, address).await;
    let mut owner = world.clerk();
    owner.registers(&PLAIN_OFFICE, address).await;
    owner.arrives_at_my_page(address).await;
    void.calls("GET", "/registration").await.leads_to("profile");
}

/// The first log-in and the second, my page, and the ways out.
async fn log_in(world: &World) {
    let mut hanako = world.clerk();
    hanako.logs_in(HANAKO, "wrong").await.is_told("wrong-credentials");
    let password = hanako.mailed_password(HANAKO).await;
    for _ in 0..2 {
        hanako.logs_in(HANAKO, &password).await.is(200);
    }
    world.wait(60);
    hanako.calls("POST", "/login/otp/resend").await.is(200);
    let wrong = hanako.wrong_code(HANAKO).await;
    hanako.types_login_code(&wrong).await.is_told("wrong-code");
    let code = hanako.mailed_code(HANAKO).await;
    hanako.types_login_code(&code).await.leads_to("new-password");
    let version = hanako.is_shown_the_terms().await;
    hanako.changes_password(OWN_PASSWORD, &version).await.is(200);
    hanako.calls("GET", "/login").await.is(200);
    hanako.calls("POST", "/login/session").await.is(200);
    world.wait(600);
    hanako.calls("GET", "/me").await.is(200);
    hanako.calls("POST", "/logout").await.is(204);

    hanako.logs_in(HANAKO, OWN_PASSWORD).await.is(200);
    let code = hanako.mailed_code(HANAKO).await;
    hanako.types_login_code(&code).await.leads_to("my-page");
    hanako.calls("DELETE", "/login").await.is(204);
    own_account(&mut hanako).await;
}

/// What a person who is logged in does with their own account.
async fn own_account(hanako: &mut Clerk) {
    hanako.world.wait(600);
    let another = "みどりの丘に 風がわたる 2026";
    let password = json!({ "currentPassword": OWN_PASSWORD, "newPassword": another });
    hanako.json("POST", "/me/password", &password).await.is(204);
    hanako.world.wait(600);
    hanako
        .json("PATCH", "/me", &json!({ "phone": "0451234567" }))
        .await
        .is(200);
    hanako.world.wait(600);
    let listed = hanako.calls("GET", "/sessions").await.is(200);
    let own = listed.body["sessions"][0]["id"].as_str().unwrap().to_owned();
    hanako.calls("DELETE", &format!("/sessions/{own}")).await.is(204);
    members(hanako).await;
}

/// What a manager does with the members of the office.
async fn members(hanako: &mut Clerk) {
    let another = "みどりの丘に 風がわたる 2026";
    hanako.logs_in(HANAKO, another).await.is(200);
    let code = hanako.mailed_code(HANAKO).await;
    hanako.types_login_code(&code).await.leads_to("my-page");
    let colleague = profile("colleague@example.jp");
    let key = "members-0123456789";
    let added = hanako.keyed("POST", "/members", key, &colleague).await.is(201);
    let path = format!("/members/{}", added.body["id"].as_str().unwrap());
    let reissue = format!("{path}/initial-password");
    hanako.world.wait(61);
    hanako.calls("GET", "/members").await.is(200);
    hanako.world.wait(61);
    hanako.keyed("POST", &reissue, key, &json!({})).await.is(202);
    hanako.world.wait(61);
    hanako
        .json("PATCH", &path, &json!({ "role": "manager" }))
        .await
        .is(200);
    // The colleague logs in, and is told as a manager of the next one.
    hanako
        .world
        .clerk()
        .arrives_at_my_page("colleague@example.jp")
        .await;
    let third = profile("third@example.jp");
    let added = hanako
        .keyed("POST", "/members", "third-0123456789", &third)
        .await
        .is(201);
    let third = format!("/members/{}", added.body["id"].as_str().unwrap());
    for path in [third, path] {
        hanako.calls("DELETE", &path).await.is(204);
    }
    address_change(hanako).await;
}

/// To another address, with a change that is cancelled, a wrong code and a resend, and back.
async fn address_change(hanako: &mut Clerk) {
    let other = "hanako@example.co.jp";
    let address = json!({ "email": other });
    hanako.json("POST", "/me/email", &address).await.is(200);
    hanako.calls("DELETE", "/me/email").await.is(204);
    hanako.json("POST", "/me/email", &address).await.is(200);
    hanako.world.wait(61);
    hanako.calls("POST", "/me/email/otp/resend").await.is(200);
    let wrong = json!({ "code": hanako.wrong_code(other).await });
    hanako
        .json("POST", "/me/email/otp", &wrong)
        .await
        .is_told("wrong-code");
    for email in [other, HANAKO] {
        let typed = json!({ "code": hanako.mailed_code(email).await });
        hanako.json("POST", "/me/email/otp", &typed).await.is(200);
        if email == other {
            let back = json!({ "email": HANAKO });
            hanako.json("POST", "/me/email", &back).await.is(200);
        }
    }
}

/// A take-over that is stopped in each way, and one that is completed.
async fn take_over(world: &World) {
    let ask = |key| format!("roles-take-over-{key}");
    let path = "/registration/take-over";
    let mut jiro = world.clerk();
    jiro.proves_to_be(&GUARDED_OFFICE).await.is(200);
    for key in ["by-code", "by-member"] {
        jiro.keyed("POST", path, &ask(key), &json!({})).await.is(200);
        if key == "by-code" {
            let mails = world.mails_to(HANAKO).await;
            let mut lines = mails.iter().flat_map(|mail| mail.text.lines());
            let code = lines.find_map(|line| line.strip_prefix("停止コード：")).unwrap();
            for code in ["wrong", code] {
                let body = json!({ "officeNumber": GUARDED_OFFICE.number, "stopCode": code });
                world.clerk().json("POST", "/take-over/stop", &body).await;
            }
        } else {
            world.wait(6 * 86_400);
            let mut newcomer = world.clerk();
            newcomer.proves_to_be(&GUARDED_OFFICE).await.is(200);
            submits_out_of_order(&mut newcomer).await;
            newcomer
                .calls("POST", "/registration/initial-password/reissue")
                .await
                .is_told("wrong-step");
            newcomer
                .enters_profile(&profile("zeroth@example.jp"))
                .await
                .is(200);
            newcomer.confirms("roles-zeroth-012345").await.is(201);
            let mut hanako = world.clerk();
            hanako
                .logs_in(HANAKO, "みどりの丘と きいろい花 二〇二六")
                .await
                .is(200);
            let code = hanako.mailed_code(HANAKO).await;
            hanako.types_login_code(&code).await.leads_to("my-page");
            world.wait(61);
            hanako.calls("GET", "/me").await.is(200);
            hanako
                .json("PATCH", "/me", &json!({ "phone": "0451234567" }))
                .await
                .is(200);
            world.wait(61);
            hanako.calls("DELETE", "/office/take-over").await.is(204);
        }
    }
    let mut jiro = world.clerk();
    jiro.proves_to_be(&GUARDED_OFFICE).await.is(200);
    jiro.keyed("POST", path, &ask("completed"), &json!({}))
        .await
        .is(200);
    world.wait(6 * 86_400);
    world.promises_due_notices().await;
    let mut first = world.clerk();
    first.proves_to_be(&GUARDED_OFFICE).await.is(200);
    first.enters_profile(&profile("first@example.jp")).await.is(200);
    first.confirms("roles-first-0123456").await.is(201);
    let mut second = world.clerk();
    second.proves_to_be(&GUARDED_OFFICE).await.is(200);
    second.enters_profile(&profile("second@example.jp")).await.is(200);
    second.confirms("roles-second-012345").await.is(201);
    second.calls("DELETE", path).await.is_told("wrong-step");
    second.arrives_at_my_page("second@example.jp").await;
}

/// A take-over whose newcomer is confirmed is withdrawn.
async fn withdraw(world: &World) {
    let path = "/registration/take-over";
    let mut jiro = world.clerk();
    jiro.proves_to_be(&SHARED_OFFICE).await.is(200);
    jiro.keyed("POST", path, "roles-withdraws-01", &json!({}))
        .await
        .is(200);
    world.wait(6 * 86_400);
    let mut newcomer = world.clerk();
    newcomer.proves_to_be(&SHARED_OFFICE).await.is(200);
    newcomer
        .enters_profile(&profile("third@example.jp"))
        .await
        .is(200);
    newcomer.confirms("roles-third-0123456").await.is(201);
    let mut again = world.clerk();
    again.proves_to_be(&SHARED_OFFICE).await.is(200);
    again.calls("DELETE", path).await.is(200);
}

/// A reset with a start over, a wrong code and a resend, and one that is cancelled.
async fn reset(world: &World) {
    let mut hanako = world.clerk();
    hanako.asks_for_a_reset(HANAKO).await.is(200);
    hanako.asks_for_a_reset(HANAKO).await.is(200);
    world.wait(60);
    hanako.calls("POST", "/password-reset/otp/resend").await.is(200);
    let wrong = hanako.wrong_code(HANAKO).await;
    hanako.types_reset_code(&wrong).await.is_told("wrong-code");
    let code = hanako.mailed_code(HANAKO).await;
    hanako.types_reset_code(&code).await.leads_to("new-password");
    hanako.calls("GET", "/password-reset").await.is(200);
    hanako
        .resets_password("みどりの丘と きいろい花 二〇二六")
        .await
        .is(200);
    hanako.calls("DELETE", "/password-reset").await.is(204);
}

/// An inquiry, and one that is refused.
async fn inquire(world: &World) {
    let mut taro = world.clerk();
    let question = inquiry("taro@example.jp");
    let key = "inquiry-0123456789";
    taro.keyed("POST", "/inquiries", key, &question).await.is(201);
    taro.keyed("POST", "/inquiries", "refused-0123456789", &json!({}))
        .await
        .is_told("invalid-fields");
}

#[tokio::test]
async fn every_right_of_every_role_is_used() {
    let limits = Limits {
        refused_starts_per_network: 1_000,
        ..Settings::default().limits
    };
    let world = World::with(Settings {
        limits,
        ..Settings::default()
    })
    .await;
    Box::pin(register(&world)).await;
    Box::pin(log_in(&world)).await;
    Box::pin(reset(&world)).await;
    Box::pin(meet_taken_addresses(&world)).await;
    Box::pin(lose_a_claim(&world)).await;
    Box::pin(take_over(&world)).await;
    Box::pin(withdraw(&world)).await;
    inquire(&world).await;
    world.deliver().await;

    let recorded = world.recorded.calls();
    let mut unused = Vec::new();
    for (function, rights) in ROLES.iter() {
        for (kind, verbs) in rights {
            for verb in verbs {
                let is_used = recorded
                    .get(function)
                    .and_then(|kinds| kinds.get(kind))
                    .is_some_and(|verbs| verbs.contains(verb));
                let is_rare = RARE
                    .iter()
                    .any(|(rare, of, what, _)| (rare, *of, *what) == (function, kind, verb));
                assert!(
                    !(is_used && is_rare),
                    "{}: {verb} of {kind} is not rare",
                    function.name()
                );
                if !is_used && !is_rare {
                    unused.push(format!("{}: {verb} of {kind}", function.name()));
                }
            }
        }
    }
    assert!(unused.is_empty(), "rights that nothing used: {unused:#?}");
    assert_eq!(ROLES.len(), Function::ALL.len());
}
