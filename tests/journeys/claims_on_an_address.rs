//! Claims on an address: it belongs to the member who first completes a log-in with it (`docs/api.md` 3).

use serde_json::json;
use testkit::people::{DEEMED_OFFICE, GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE, profile};
use testkit::{Clerk, World};

const TARO: &str = "taro@example.jp";

/// The initial password that was mailed to 太郎 for this office.
async fn password_of(world: &World, office: &str) -> String {
    let mails = world.mails_to(TARO).await;
    let line = format!("事業所：{office}");
    let mail = mails
        .iter()
        .find(|mail| mail.text.lines().any(|text| text == line))
        .unwrap();
    let password = mail
        .text
        .lines()
        .find_map(|text| text.strip_prefix("初期パスワード："));
    password.unwrap().to_owned()
}

/// A person who logs in with this initial password, up to 「パスワードを変更する」; answers with the version of the terms.
async fn comes_to_the_terms(clerk: &mut Clerk, password: &str) -> String {
    clerk.logs_in(TARO, password).await.is(200).leads_to("otp");
    let code = clerk.mailed_code(TARO).await;
    clerk
        .types_login_code(&code)
        .await
        .is(200)
        .leads_to("new-password");
    clerk.is_shown_the_terms().await
}

/// Issue 10, row 2: office A registers the address of a person of office B, who does not know of it.
#[tokio::test]
async fn the_claim_of_one_office_does_not_keep_the_member_of_another_from_the_address() {
    let world = World::start().await;
    let mut stranger = world.clerk();
    stranger.registers(&DEEMED_OFFICE, TARO).await;
    let strangers = password_of(&world, DEEMED_OFFICE.name).await;

    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    let own = password_of(&world, PLAIN_OFFICE.name).await;
    let version = comes_to_the_terms(&mut taro, &own).await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    taro.calls("GET", "/me")
        .await
        .is(200)
        .has("/office/number", PLAIN_OFFICE.number);

    // The other claim is over: its password, its registration, its seat.
    world
        .clerk()
        .logs_in(TARO, &strangers)
        .await
        .is_told("claim-void")
        .is(410);
    stranger
        .calls("GET", "/registration")
        .await
        .is(200)
        .leads_to("profile")
        .has("/voided", json!({ "emailMasked": "t***@e***.jp" }))
        .lacks("/initialPassword");
    stranger
        .enters_profile(&profile(TARO))
        .await
        .is_told("email-taken");
    stranger.enters_profile(&profile("jiro@example.jp")).await.is(200);
    stranger
        .confirms("another-address-01")
        .await
        .is(201)
        .leads_to("completed")
        .lacks("/voided");
    // The click that registered the second address is replayed like the first one of any registration.
    stranger.confirms("another-address-01").await.is(201);
    world.clerk().arrives_at_my_page("jiro@example.jp").await;
    world.clerk().logs_in(TARO, OWN_PASSWORD).await.is(200);
}

/// The right initial password of a void claim is told so for as long as it would have worked, and no longer.
#[tokio::test]
async fn a_void_claim_is_told_for_72_hours_after_the_issue_and_changes_nothing_for_the_owner() {
    let world = World::start().await;
    world.clerk().registers(&DEEMED_OFFICE, TARO).await;
    let void = password_of(&world, DEEMED_OFFICE.name).await;
    world.wait(3_600);
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    let own = password_of(&world, PLAIN_OFFICE.name).await;
    let version = comes_to_the_terms(&mut taro, &own).await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    world.wait(72 * 3_600 - 3_601);
    world.clerk().logs_in(TARO, &void).await.is_told("claim-void");
    world.wait(1);
    world
        .clerk()
        .logs_in(TARO, &void)
        .await
        .is_told("wrong-credentials");
    world.clerk().logs_in(TARO, OWN_PASSWORD).await.is(200);
}

/// A log-in of a void claim is over wherever it stands, and so are its codes.
#[tokio::test]
async fn a_log_in_whose_claim_became_void_is_over() {
    let world = World::start().await;
    for office in [DEEMED_OFFICE, SHARED_OFFICE, PLAIN_OFFICE] {
        world.clerk().registers(&office, TARO).await;
    }
    let mut at_the_code = world.clerk();
    let first = password_of(&world, DEEMED_OFFICE.name).await;
    at_the_code.logs_in(TARO, &first).await.is(200);
    let code = at_the_code.mailed_code(TARO).await;
    let mut at_the_terms = world.clerk();
    let second = password_of(&world, SHARED_OFFICE.name).await;
    let version = comes_to_the_terms(&mut at_the_terms, &second).await;

    let mut taro = world.clerk();
    let own = password_of(&world, PLAIN_OFFICE.name).await;
    comes_to_the_terms(&mut taro, &own).await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);

    for typed in [code.as_str(), "12"] {
        let mut tab = at_the_code.clone();
        tab.types_login_code(typed).await.is_told("no-flow");
    }
    for path in ["/login/otp/resend", "/login/session"] {
        let mut tab = at_the_code.clone();
        tab.calls("POST", path).await.is_told("no-flow");
    }
    let shown = json!({ "version": version });
    for early in [at_the_code, at_the_terms.clone()] {
        let mut tab = early.clone();
        tab.changes_password("", &version).await.is_told("no-flow");
        let mut tab = early.clone();
        tab.json("POST", "/login/terms/shown", &shown)
            .await
            .is_told("no-flow");
        let mut tab = early;
        tab.calls("DELETE", "/login").await.is_told("no-flow");
    }
    let mut late = at_the_terms.clone();
    late.types_login_code(&code).await.is_told("no-flow");
    at_the_terms
        .changes_password(OWN_PASSWORD, &version)
        .await
        .is_told("no-flow");
    at_the_terms.calls("GET", "/me").await.is_told("no-session");
    taro.calls("GET", "/me")
        .await
        .is(200)
        .has("/office/number", PLAIN_OFFICE.number);
}

/// The office of a void claim has no member: the next proof registers it as a new one.
#[tokio::test]
async fn an_office_whose_claim_became_void_is_a_new_one() {
    let world = World::start().await;
    let mut first = world.clerk();
    first.registers(&DEEMED_OFFICE, TARO).await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    let own = password_of(&world, PLAIN_OFFICE.name).await;
    let version = comes_to_the_terms(&mut taro, &own).await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);

    let mut colleague = world.clerk();
    colleague
        .proves_to_be(&DEEMED_OFFICE)
        .await
        .is(200)
        .leads_to("profile");
    colleague
        .enters_profile(&profile("jiro@example.jp"))
        .await
        .is(200);
    colleague.confirms("a-new-office-00001").await.is(201);
    // The registration of the void claim finds that its office has a member by now.
    first
        .calls("POST", "/registration/initial-password/resend")
        .await
        .is_told("wrong-step")
        .leads_to("already-registered");
    let told = first
        .calls("GET", "/registration")
        .await
        .is(200)
        .leads_to("already-registered")
        .has("/voided/emailMasked", "t***@e***.jp")
        .has("/members/0/pending", true);
    assert_eq!(
        told.allowed(),
        ["reissue-initial-password", "correct-profile", "cancel"]
    );
}

/// Each claim is an account of its own for codes, sends and stops.
#[tokio::test]
async fn one_claim_drains_nothing_of_another() {
    let world = World::start().await;
    for office in [DEEMED_OFFICE, PLAIN_OFFICE] {
        world.clerk().registers(&office, TARO).await;
    }
    let strangers = password_of(&world, DEEMED_OFFICE.name).await;
    let own = password_of(&world, PLAIN_OFFICE.name).await;
    for _ in 0..10 {
        world.clerk().logs_in(TARO, &strangers).await.is(200);
    }
    world
        .clerk()
        .logs_in(TARO, &strangers)
        .await
        .is_told("too-many-requests");
    let mut stopped = world.clerk();
    world.wait(3_600);
    for _ in 0..2 {
        stopped.logs_in(TARO, &strangers).await.is(200);
        let wrong = stopped.wrong_code(TARO).await;
        for _ in 0..5 {
            stopped.types_login_code(&wrong).await;
        }
    }
    world
        .clerk()
        .logs_in(TARO, &strangers)
        .await
        .is_told("wrong-credentials");
    let mut taro = world.clerk();
    let version = comes_to_the_terms(&mut taro, &own).await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
}

/// At most five offices claim an address at once; fourteen days later they are forgotten.
#[tokio::test]
async fn a_sixth_office_is_told_that_the_address_is_taken_until_the_claims_are_over() {
    let world = World::start().await;
    for at in 0..5 {
        let office = world.another_office(at).await;
        world.clerk().registers(&office, TARO).await;
    }
    assert_eq!(world.mails_to(TARO).await.len(), 5);
    let mut sixth = world.clerk();
    sixth.proves_to_be(&PLAIN_OFFICE).await.is(200);
    sixth
        .enters_profile(&profile(TARO))
        .await
        .is_told("email-taken")
        .leads_to("profile");
    world.wait(1_209_600);
    world.clerk().registers(&PLAIN_OFFICE, TARO).await;
}

/// Within one office an address stands once: a correction takes the claim over, and its fourteen days with it.
#[tokio::test]
async fn a_correction_of_the_same_address_does_not_lengthen_its_fourteen_days() {
    let world = World::start().await;
    world.clerk().registers(&PLAIN_OFFICE, TARO).await;
    world.wait(1_209_600 - 3_600);
    let mut again = world.clerk();
    again.proves_to_be(&PLAIN_OFFICE).await.is(200);
    let mut form = profile(TARO);
    form["name"] = "介護 次郎".into();
    again.enters_profile(&form).await.is(200);
    again
        .confirms("corrects-the-name1")
        .await
        .is(201)
        .has("/initialPassword/expiresAt", "2026-04-15T00:00:00Z");
    world.wait(3_600);
    let mut other = world.clerk();
    other
        .proves_to_be(&PLAIN_OFFICE)
        .await
        .is(200)
        .leads_to("profile");
}

/// Issue 10, row 9: 64 addresses through one registration.
#[tokio::test]
async fn the_eleventh_address_ends_the_registration() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await.is(200);
    for at in 0..10 {
        // What is wrong with the form asks about nothing.
        let mut form = profile(&format!("unasked{at}@example.jp"));
        form["phone"] = "".into();
        taro.enters_profile(&form).await.is_told("invalid-fields");
        taro.enters_profile(&profile(&format!("person{at}@example.jp")))
            .await
            .is(200);
        // The same one, however it is written, is asked about once.
        taro.enters_profile(&profile(&format!("PERSON{at}@example.jp")))
            .await
            .is(200);
    }
    taro.enters_profile(&profile("person10@example.jp"))
        .await
        .is_told("too-many-requests")
        .is(429)
        .lacks("/retryAfterSeconds")
        .lacks("/progress");
    assert!(taro.cookies.is_empty());
    taro.calls("GET", "/registration").await.is_told("no-flow");
}

/// Two registrations of a security code's office, and one address: nothing in it rests on the kind of office.
#[tokio::test]
async fn an_owner_is_told_as_such_at_confirm_too() {
    let world = World::start().await;
    let mut late = world.clerk();
    late.proves_to_be(&GUARDED_OFFICE).await.is(200);
    late.enters_profile(&profile(TARO))
        .await
        .is(200)
        .leads_to("confirm");
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    late.confirms("too-late-for-it-01")
        .await
        .is_told("email-taken")
        .leads_to("confirm");
}
