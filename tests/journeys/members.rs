//! ユーザ一覧, ユーザ新規登録 and everything that a manager changes of a colleague

mod changes;
mod released;

use portal_local::ses::MailOutcome;
use serde_json::{Value, json};
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Reply, World};

const TARO: &str = "taro@example.jp";
const HANAKO: &str = "hanako@example.jp";
const KEY: &str = "members-0123456789";
const LIFE_OF_A_SEAT: i64 = 14 * 86_400;

async fn manager(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    // The list is in the order of the registrations.
    world.wait(1);
    taro
}

fn colleague(email: &str) -> Value {
    let mut profile = profile(email);
    profile["name"] = "見本 花子".into();
    profile
}

async fn adds(clerk: &mut Clerk, email: &str) -> Reply {
    let key = format!("adds-{email}-0123456789").replace(['@', '.'], "-");
    clerk.keyed("POST", "/members", &key, &colleague(email)).await
}

/// Adds a member; its id.
async fn added(clerk: &mut Clerk, email: &str) -> String {
    let answer = adds(clerk, email).await.is(201);
    answer.body["id"].as_str().unwrap().to_owned()
}

async fn list(clerk: &mut Clerk) -> Vec<Value> {
    let answer = clerk.calls("GET", "/members").await.is(200);
    answer.body["members"].as_array().unwrap().clone()
}

async fn changes(clerk: &mut Clerk, id: &str, change: &Value) -> Reply {
    clerk.json("PATCH", &format!("/members/{id}"), change).await
}

async fn removes(clerk: &mut Clerk, id: &str) -> Reply {
    clerk.calls("DELETE", &format!("/members/{id}")).await
}

async fn reissues(clerk: &mut Clerk, id: &str, key: &str) -> Reply {
    let path = format!("/members/{id}/initial-password");
    clerk.keyed("POST", &path, key, &json!({})).await
}

/// Adds a colleague, who logs in; with the colleague's id.
async fn with_colleague(world: &World, taro: &mut Clerk, email: &str) -> (Clerk, String) {
    let id = added(taro, email).await;
    let mut colleague = world.clerk();
    colleague.arrives_at_my_page(email).await;
    (colleague, id)
}

async fn proves(clerk: &mut Clerk) {
    let proof = json!({ "currentPassword": OWN_PASSWORD });
    clerk.json("POST", "/me/proof", &proof).await.is(204);
}

/// 「ユーザ登録については初回利用登録後、マイページから最大5名まで登録可能となっております」
#[tokio::test]
async fn r43_up_to_five_users_are_registered_at_my_page() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    taro.calls("GET", "/members")
        .await
        .is(200)
        .has("/limit", 5)
        .has("/members/0/email", TARO)
        .has("/members/0/role", "manager")
        .has("/members/0/status", "active")
        .has("/members/0/current", true)
        .lacks("/members/0/mail");
    for number in 2..=5 {
        adds(&mut taro, &format!("user{number}@example.jp"))
            .await
            .is(201)
            .has("/name", "見本 花子")
            .has("/role", "member")
            .has("/status", "pending")
            .has("/mail/delivery", "queued")
            .has("/current", false);
    }
    adds(&mut taro, "user6@example.jp")
        .await
        .is_told("member-limit-reached");
    assert_eq!(list(&mut taro).await.len(), 5);
    taro.calls("GET", "/me").await.has("/members/count", 5);
    assert!(world.mails_to("user6@example.jp").await.is_empty());
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// an account that is registered sets another one up; the new colleague's first log-in is that of.
#[tokio::test]
async fn an_added_colleague_is_mailed_an_initial_password_and_logs_in_with_it() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let id = added(&mut taro, HANAKO).await;
    world.deliver().await;
    let mails = world.mails_to(HANAKO).await;
    assert_eq!(mails.len(), 1);
    let text = &mails[0].text;
    assert!(text.contains(&format!("事業所：{}", PLAIN_OFFICE.name)), "{text}");
    let seen = &list(&mut taro).await[1];
    assert_eq!(
        (&seen["id"], &seen["mail"]["delivery"], &seen["email"]),
        (&json!(id), &json!("delivered"), &json!(HANAKO))
    );
    let mut hanako = world.clerk();
    hanako.arrives_at_my_page(HANAKO).await;
    hanako
        .calls("GET", "/me")
        .await
        .is(200)
        .has("/role", "member")
        .has("/members/count", 2)
        .has("/office/number", PLAIN_OFFICE.number);
    let seen = &list(&mut taro).await[1];
    assert_eq!(seen["status"], "active");
    assert!(seen.get("mail").is_none());
}

#[tokio::test]
async fn the_list_tells_that_a_mail_did_not_arrive() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    world.set_outcome(HANAKO, MailOutcome::Bounce);
    added(&mut taro, HANAKO).await;
    world.deliver().await;
    assert_eq!(list(&mut taro).await[1]["mail"]["delivery"], "bounced");
}

/// Only a manager sees colleagues' addresses.
#[tokio::test]
async fn a_plain_member_sees_the_list_with_masked_addresses_and_changes_no_one() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (mut hanako, id) = with_colleague(&world, &mut taro, HANAKO).await;
    hanako
        .calls("GET", "/members")
        .await
        .is(200)
        .has("/members/0/email", "t***@e***.jp")
        .has("/members/1/email", HANAKO)
        .has("/members/1/current", true);
    let taros = list(&mut taro).await[0]["id"].as_str().unwrap().to_owned();
    adds(&mut hanako, "user3@example.jp").await.is_told("not-allowed");
    for other in [&taros, &id] {
        changes(&mut hanako, other, &json!({ "role": "manager" }))
            .await
            .is_told("not-allowed");
        removes(&mut hanako, other).await.is_told("not-allowed");
        reissues(&mut hanako, other, KEY).await.is_told("not-allowed");
    }
    assert_eq!(list(&mut taro).await.len(), 2);
}

/// The id of another office's member is `not-found`, before all other checks.
#[tokio::test]
async fn a_member_of_another_office_does_not_exist_here() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let mut other = world.clerk();
    other.registers(&DEEMED_OFFICE, "other@example.jp").await;
    other.arrives_at_my_page("other@example.jp").await;
    let theirs = list(&mut other).await[0]["id"].as_str().unwrap().to_owned();
    for id in [theirs.as_str(), "unknown"] {
        changes(&mut taro, id, &json!({ "x": 1.5 }))
            .await
            .is_told("not-found");
        removes(&mut taro, id).await.is_told("not-found");
        reissues(&mut taro, id, KEY).await.is_told("not-found");
    }
    world.wait(601);
    removes(&mut taro, &theirs).await.is_told("not-found");
    other.calls("GET", "/me").await.is(200);
}

#[tokio::test]
async fn every_change_of_the_members_wants_fresh_proof() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (_, id) = with_colleague(&world, &mut taro, HANAKO).await;
    let pending = added(&mut taro, "user3@example.jp").await;
    world.wait(600);
    adds(&mut taro, "user4@example.jp")
        .await
        .is_told("fresh-proof-required");
    changes(&mut taro, &id, &json!({ "status": "disabled" }))
        .await
        .is_told("fresh-proof-required");
    removes(&mut taro, &id).await.is_told("fresh-proof-required");
    reissues(&mut taro, &pending, KEY)
        .await
        .is_told("fresh-proof-required");
    proves(&mut taro).await;
    removes(&mut taro, &id).await.is(204);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_colleagues_profile_is_told_at_once() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let wrong = json!({ "email": "no", "name": "", "nameKana": "漢字", "phone": "1", "role": "manager" });
    taro.keyed("POST", "/members", KEY, &wrong)
        .await
        .is_told("invalid-fields")
        .complains(&[
            ("", "unknown-field"),
            ("/email", "not-an-email-address"),
            ("/name", "required"),
            ("/nameKana", "not-kana"),
            ("/phone", "not-a-phone-number"),
        ]);
    taro.json("POST", "/members", &colleague(HANAKO))
        .await
        .is_told("idempotency-key-missing");
    let (_, id) = with_colleague(&world, &mut taro, HANAKO).await;
    changes(&mut taro, &id, &json!({ "role": "owner", "status": "pending" }))
        .await
        .is_told("invalid-fields")
        .complains(&[("/role", "not-a-choice"), ("/status", "not-a-choice")]);
}

/// A double click, a lost answer: the same answer again, and no second mail.
#[tokio::test]
async fn a_repeated_request_adds_no_one_twice() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let first = taro
        .keyed("POST", "/members", KEY, &colleague(HANAKO))
        .await
        .is(201);
    world.deliver().await;
    world.wait(60);
    let again = taro
        .keyed("POST", "/members", KEY, &colleague(HANAKO))
        .await
        .is(201);
    assert_eq!(first.body, again.body);
    taro.keyed("POST", "/members", KEY, &colleague("else@example.jp"))
        .await
        .is_told("idempotency-key-reused");
    assert_eq!(
        (world.mails_to(HANAKO).await.len(), list(&mut taro).await.len()),
        (1, 2)
    );
    // Also after the member is gone.
    let id = first.body["id"].as_str().unwrap();
    removes(&mut taro, id).await.is(204);
    taro.keyed("POST", "/members", KEY, &colleague(HANAKO))
        .await
        .is(201);
    assert_eq!(list(&mut taro).await.len(), 1);
    // Free at that very second, before anybody is added.
    taro.calls("GET", "/me").await.has("/members/count", 1);
    // A day later the key is a new one.
    world.wait(86_400);
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code(TARO).await;
    taro.types_login_code(&code).await.leads_to("my-page");
    taro.keyed("POST", "/members", KEY, &colleague(HANAKO))
        .await
        .is(201);
    assert_eq!(list(&mut taro).await.len(), 2);
}

/// An address stands once in an office, and belongs to the member who logged in with it.
#[tokio::test]
async fn an_address_that_is_taken_is_refused_and_one_that_others_only_claim_is_not() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    added(&mut taro, HANAKO).await;
    let again = taro.keyed("POST", "/members", KEY, &colleague(HANAKO)).await;
    again.is_told("email-taken");
    taro.keyed("POST", "/members", KEY, &colleague(TARO))
        .await
        .is_told("email-taken");
    let mut other = world.clerk();
    other.registers(&DEEMED_OFFICE, HANAKO).await;
    assert_eq!(list(&mut taro).await.len(), 2);
    other.arrives_at_my_page(HANAKO).await;
    // Hanako first logged in for the other office: here the claim is void.
    assert_eq!(list(&mut taro).await.len(), 1);
    taro.keyed("POST", "/members", KEY, &colleague(HANAKO))
        .await
        .is_told("email-taken");
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// On my page an office asks about at most 10 distinct addresses a day, taken or not.
#[tokio::test]
async fn an_office_asks_about_ten_addresses_a_day() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let mut other = world.clerk();
    other.registers(&DEEMED_OFFICE, "other@example.jp").await;
    other.arrives_at_my_page("other@example.jp").await;
    adds(&mut taro, "other@example.jp").await.is_told("email-taken");
    adds(&mut taro, "other@example.jp").await.is_told("email-taken");
    for number in 2..=10 {
        let id = added(&mut taro, &format!("user{number}@example.jp")).await;
        removes(&mut taro, &id).await.is(204);
    }
    adds(&mut taro, "user11@example.jp")
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 86_400);
    // What was asked before is no further one.
    adds(&mut taro, "other@example.jp").await.is_told("email-taken");
}

/// The mailbox of a stranger is not flooded by adding and removing it.
#[tokio::test]
async fn an_office_mails_twenty_initial_passwords_a_day() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    for number in 0..19 {
        let key = format!("key-{number:020}");
        let answer = taro
            .keyed("POST", "/members", &key, &colleague(HANAKO))
            .await
            .is(201);
        removes(&mut taro, answer.body["id"].as_str().unwrap())
            .await
            .is(204);
    }
    let last = added(&mut taro, HANAKO).await;
    for path in ["/members".to_owned(), format!("/members/{last}/initial-password")] {
        let body = if path == "/members" {
            colleague("user3@example.jp")
        } else {
            json!({})
        };
        taro.keyed("POST", &path, "the-twenty-first-012", &body)
            .await
            .is_told("too-many-requests");
    }
    assert_eq!(world.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_reissued_initial_password_replaces_the_old_one_three_times_a_day() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let id = added(&mut taro, HANAKO).await;
    let old = taro.mailed_password(HANAKO).await;
    reissues(&mut taro, &id, KEY).await.is(202);
    reissues(&mut taro, &id, KEY).await.is(202);
    world.deliver().await;
    assert_eq!(
        world.mails_to(HANAKO).await.len(),
        2,
        "a repeated request mails nothing"
    );
    world
        .clerk()
        .logs_in(HANAKO, &old)
        .await
        .is_told("wrong-credentials");
    for number in 2..=3 {
        reissues(&mut taro, &id, &format!("reissue-{number:020}"))
            .await
            .is(202);
    }
    reissues(&mut taro, &id, "reissue-of-the-fourth-time")
        .await
        .is_told("no-sends-left");
    let mut hanako = world.clerk();
    hanako.arrives_at_my_page(HANAKO).await;
    // A member who has logged in resets the password.
    reissues(&mut taro, &id, "reissue-for-an-active-one")
        .await
        .is_told("wrong-step");
}

/// A pending member's seat expires after 14 days.
#[tokio::test]
async fn the_seat_of_who_never_logged_in_is_free_after_fourteen_days() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    for number in 2..=5 {
        added(&mut taro, &format!("user{number}@example.jp")).await;
    }
    world.wait(LIFE_OF_A_SEAT - 1);
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code(TARO).await;
    taro.types_login_code(&code).await.leads_to("my-page");
    assert_eq!(list(&mut taro).await.len(), 5);
    taro.calls("GET", "/me").await.has("/members/count", 5);
    adds(&mut taro, HANAKO).await.is_told("member-limit-reached");
    world.wait(1);
    assert_eq!(list(&mut taro).await.len(), 1);
    // One of them once more, and another one.
    let again = added(&mut taro, "user2@example.jp").await;
    added(&mut taro, HANAKO).await;
    assert_eq!(list(&mut taro).await.len(), 3);
    taro.calls("GET", "/me").await.has("/members/count", 3);
    removes(&mut taro, &again).await.is(204);
    assert_eq!(world.violations_when_settled().await, Vec::<String>::new());
}

/// A colleague who is added while the first user's registration is still open stands beside the first user.
#[tokio::test]
async fn a_page_of_another_log_in_changes_no_one() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (_, id) = with_colleague(&world, &mut taro, HANAKO).await;
    taro.headers
        .push(("portal-session".to_owned(), "aaaaaaaa".to_owned()));
    adds(&mut taro, "user3@example.jp").await.is_told("other-session");
    removes(&mut taro, &id).await.is_told("other-session");
    changes(&mut taro, &id, &json!({})).await.is_told("other-session");
    taro.calls("GET", "/members").await.is(200);
}
