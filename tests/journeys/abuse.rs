//! Cases of docs/abuse-cases.md that no other journey covers.

mod budgets;

use std::collections::{BTreeMap, BTreeSet};

use lambda_http::Body;
use platform::store::{Attributes, Consistency, Key, Mark, Replacing, Written};
use portal::account::Account;
use portal::audit::{Act, Event, NoEvent};
use portal::change::Put;
use portal::limits::Limits;
use portal::mail::Delivery;
use portal::password::{self, PersonalWords};
use portal::registration::Registration;
use portal::values::{EmailAddress, FieldCode, FlowId};
use portal_local::ses::MailOutcome;
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Reply, World, only_member_mut};

async fn active(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro
}

/// The items by key, without the last use of a session, the only thing that a GET may change.
async fn table(world: &World) -> BTreeMap<String, Attributes> {
    let items = world.items().await.into_iter();
    items
        .map(|mut item| {
            let key = item["pk"].as_s().unwrap().clone();
            if key.starts_with("SESSION#") {
                for name in ["seenAt", "v", "ttl"] {
                    item.remove(name);
                }
            }
            (key, item)
        })
        .collect()
}

/// R18, R19: a prefetch, a mail scanner, a crawler.
#[tokio::test]
async fn a_get_changes_nothing_and_causes_no_mail() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    let mut hanako = world.clerk();
    hanako.proves_to_be(&DEEMED_OFFICE).await;
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    hanako.enters_profile(&profile("hanako@example.jp")).await.is(200);
    let mails = world.mails().await.len();
    let before = table(&world).await;
    world.wait(120);

    let mut shown = 0;
    let paths: BTreeSet<&str> = portal::steps::STEPS.iter().map(|step| step.path).collect();
    for path in paths {
        for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
            for clerk in [&mut taro, &mut hanako] {
                let cookies = clerk.cookies.clone();
                let answer = clerk
                    .sends(method, path, &[("purpose", "prefetch")], Body::Empty)
                    .await;
                shown += u32::from(answer.status == 200);
                clerk.cookies = cookies;
            }
        }
    }
    // 利用規約, the categories of an inquiry and 初回利用登録 answer both; ログイン, マイページ, its sessions, its users and its
    // change of the address one of them.
    assert_eq!(shown, 11);
    assert_eq!(table(&world).await, before);
    assert_eq!(world.mails().await.len(), mails);
}

/// D10: if an item is deleted between a read and a write, the write does not create it again.
#[tokio::test]
async fn an_item_that_is_deleted_between_read_and_write_is_not_made_again() {
    let world = World::start().await;
    active(&world).await;
    let key = EmailAddress::parse("taro@example.jp").unwrap().key();
    let read = world
        .table
        .get::<Account>(&key, Consistency::Strong)
        .await
        .unwrap()
        .unwrap();
    world.deletes_by_hand(Key::Account(key.clone())).await;

    let written = world
        .table
        .put(
            Put::new(read.item.clone(), Event::new(Act::PasswordWrong, world.now())),
            Replacing::Read(&read),
        )
        .await
        .unwrap();
    assert!(matches!(written, Written::Conflict(None)));
    let news = Mark {
        key: format!("ACCOUNT#{}", key.as_str()),
        number: 1,
        of: "another".to_owned(),
        from: &[Delivery::Queued],
        to: Delivery::Delivered,
        sent_at: None,
    };
    assert!(!world.table.mark_mail(&news).await.unwrap());
    assert!(world.items_of("ACCOUNT").await.iter().all(|item| {
        let found = item["pk"].as_s().unwrap();
        found != &news.key
    }));
}

/// The end of a flow is final in any state: a request that read the flow before neither keeps it nor makes it again.
#[tokio::test]
async fn a_flow_that_ended_during_a_request_is_not_made_again() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    let id = FlowId::of_cookie(&taro.cookies["__Host-registration"]);
    let read = world
        .table
        .get::<Registration>(&id, Consistency::Strong)
        .await
        .unwrap()
        .unwrap();
    taro.types_the_mailed_code(PLAIN_OFFICE.mail_address)
        .await
        .is(200);
    world.table.end_in_any_state::<Registration>(&id).await.unwrap();

    let late = Put::new(read.item.clone(), NoEvent::NoAct);
    let written = world.table.put(late, Replacing::Read(&read)).await.unwrap();
    assert!(matches!(written, Written::Conflict(None)));
    assert!(world.items_of("REGISTRATION").await.is_empty());
    taro.calls("GET", "/registration").await.is_told("no-flow");
}

/// I09: spaces at the ends, look-alike letters, emoji; NFC is the only folding.
#[tokio::test]
async fn a_password_is_compared_as_it_was_chosen() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    let version = taro.is_shown_the_terms().await;
    let chosen = " なぞの がくせい Abc 🗝 ";
    taro.changes_password(chosen, &version).await.is(200);

    for other in [
        "なぞの がくせい Abc 🗝",
        " なぞの がくせい abc 🗝 ",
        " なぞの がくせい Ａｂｃ 🗝 ",
        " なぞの かくせい Abc 🗝 ",
    ] {
        world
            .clerk()
            .logs_in("taro@example.jp", other)
            .await
            .is_told("wrong-credentials");
    }
    // As macOS may send it: か and ゛ apart.
    let apart = chosen.replace('が', "か\u{3099}").replace('ぞ', "そ\u{3099}");
    assert_ne!(apart, chosen);
    world.clerk().logs_in("taro@example.jp", &apart).await.is(200);
}

/// Before the first registration there is no account: no administrator, no test user, no item.
#[tokio::test]
async fn a_new_portal_has_no_accounts() {
    let world = World::start().await;
    assert!(world.items().await.is_empty());
    let mut stranger = world.clerk();
    for (email, password) in [
        ("admin@example.jp", "admin"),
        ("root@example.jp", "root"),
        ("test@example.jp", "password"),
        ("no-reply@mail.kaigo-kiban-portal.jp", "no-reply"),
    ] {
        stranger
            .logs_in(email, password)
            .await
            .is_told("wrong-credentials");
    }
    assert!(world.items_of("LOGIN").await.is_empty() && world.items_of("SESSION").await.is_empty());
}

/// R08: there is no restricted session; before the change there is no session.
#[tokio::test]
async fn before_the_initial_password_is_changed_nothing_of_my_page_opens() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    assert!(!taro.cookies.contains_key("__Host-session"));
    taro.calls("GET", "/me").await.is_told("no-session");
    taro.calls("POST", "/login/session")
        .await
        .is_told("wrong-step")
        .leads_to("new-password");
    let flow = taro.cookies["__Host-login"].clone();
    taro.cookies.insert("__Host-session".to_owned(), flow);
    taro.calls("GET", "/me").await.is_told("no-session");
    assert!(world.items_of("SESSION").await.is_empty());
}

/// P14: a duplicate value is treated as absent.
#[tokio::test]
async fn a_duplicate_header_is_treated_as_absent() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let json = ("content-type", "application/json");
    let body = || Body::Text("{}".to_owned());
    taro.sends("POST", "/login", &[json, json], body())
        .await
        .is_told("unsupported-media-type");
    let key = ("idempotency-key", "0123456789abcdef");
    taro.sends("POST", "/registration/confirm", &[json, key, key], body())
        .await
        .is_told("idempotency-key-missing");
    let foreign = ("origin", "https://evil.example");
    taro.sends("POST", "/login", &[json, foreign], body())
        .await
        .is_told("foreign-origin");
}

/// R15, E01: a disabled member's session ends at once, and the log-in reveals nothing; the same for a log-in in progress.
#[tokio::test]
async fn a_disabled_member_is_out_at_once_and_gets_the_common_answer() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    let mut half_way = world.clerk();
    half_way.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = half_way.mailed_code("taro@example.jp").await;

    let key = EmailAddress::parse("taro@example.jp").unwrap().key();
    let read = world
        .table
        .get::<Account>(&key, Consistency::Strong)
        .await
        .unwrap()
        .unwrap();
    let mut account = read.item.clone();
    only_member_mut(&mut account).disabled = true;
    world.edits_by_hand(account, Replacing::Read(&read)).await;

    taro.calls("GET", "/me").await.is_told("no-session");
    taro.calls("POST", "/login/session").await.is_told("no-flow");
    half_way.types_login_code(&code).await.is_told("no-flow");
    let plain = |answer: Reply| {
        let mut body = answer.body;
        body.as_object_mut().unwrap().remove("instance");
        (answer.status, body)
    };
    let right = world.clerk().logs_in("taro@example.jp", OWN_PASSWORD).await;
    let unknown = world.clerk().logs_in("unknown@example.jp", "x").await;
    assert_eq!(
        plain(right.is_told("wrong-credentials")),
        plain(unknown.is_told("wrong-credentials"))
    );
}

/// Two offices: the session alone decides who is shown, whatever other cookies are sent.
#[tokio::test]
async fn two_people_of_two_offices_see_their_own_and_nothing_of_each_other() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    let mut hanako = world.clerk();
    hanako.registers(&DEEMED_OFFICE, "hanako@example.jp").await;
    hanako.arrives_at_my_page("hanako@example.jp").await;

    for _ in 0..2 {
        taro.calls("GET", "/me")
            .await
            .is(200)
            .has("/email", "taro@example.jp")
            .has("/office/number", PLAIN_OFFICE.number);
        hanako
            .calls("GET", "/me")
            .await
            .is(200)
            .has("/email", "hanako@example.jp")
            .has("/office/number", DEEMED_OFFICE.number);
    }
    // Each with the other's flows: the session decides the person, the flow decides which log-in ends.
    let flow = hanako.cookies["__Host-login"].clone();
    taro.cookies.insert("__Host-login".to_owned(), flow);
    taro.calls("GET", "/me").await.has("/email", "taro@example.jp");
    taro.cookies.remove("__Host-session");
    taro.calls("GET", "/me").await.is_told("no-session");
}

/// E08: the answers of a whole journey contain no id of a stored item.
#[tokio::test]
async fn no_answer_holds_an_id_of_the_table() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let mut items = world.items().await;
    taro.logs_in("taro@example.jp", "wrong").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("GET", "/me").await.is(200);
    items.extend(world.items().await);
    let answered = taro.transcript.join("\n");
    let mut looked_at = 0;
    for item in items {
        let (kind, id) = item["pk"].as_s().unwrap().split_once('#').unwrap();
        // An office's number and a claims user's id are not secret, and known to the person.
        if !["OFFICE", "CLAIMS"].contains(&kind) {
            assert!(!answered.contains(id), "{kind} {id}");
            looked_at += 1;
        }
        let of_flow = item.get("member").and_then(|member| member.as_s().ok());
        let holders = item.get("holders").and_then(|holders| holders.as_m().ok());
        let of_account = holders.into_iter().flat_map(|holders| holders.keys());
        for member in of_flow.into_iter().chain(of_account) {
            assert!(!answered.contains(member), "member {member}");
            looked_at += 1;
        }
    }
    assert!(looked_at >= 8, "{looked_at}");
}

/// M09: a recipient who reports a code as spam keeps the account unchanged.
#[tokio::test]
async fn a_complaint_changes_no_account() {
    let world = World::start().await;
    world.set_outcome("taro@example.jp", MailOutcome::Complaint);
    let mut taro = active(&world).await;
    world.deliver().await;
    taro.calls("GET", "/me").await.is(200);
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    taro.calls("GET", "/login").await.is(200);
    world.deliver().await;
    taro.calls("GET", "/login")
        .await
        .has("/otp/delivery", "delivered");
}

/// Paths that scanners request from every host: versions, settings, documents, controls.
#[tokio::test]
async fn what_scanners_look_for_is_not_found() {
    let world = World::start().await;
    let mut scanner = world.clerk();
    for path in [
        "/.git/config",
        "/.env",
        "/swagger.json",
        "/openapi.yaml",
        "/actuator/health",
        "/debug/pprof",
        "/_dev/mails",
        "/_dev/settings",
        "/login/",
        "//login",
        "/login/../me",
        "/%6de",
    ] {
        for method in ["GET", "POST", "TRACE"] {
            scanner.calls(method, path).await.is_told("not-found");
        }
    }
}

/// All of them, and the short ones repeated until they are long enough.
#[test]
fn every_password_of_the_lists_is_refused() {
    let limits = Limits::standard();
    let refused = |typed: &str| password::check(&password::folded(typed), &PersonalWords::default(), &limits);
    let mut looked_at = 0;
    for common in include_str!("../../shared/portal/data/common-long.txt").lines() {
        assert_eq!(refused(common), Err(FieldCode::CommonPassword), "{common}");
        looked_at += 1;
    }
    for unit in include_str!("../../shared/portal/data/common-units.txt").lines() {
        let times = 15_usize.div_ceil(unit.chars().count()).max(2);
        assert_eq!(
            refused(&unit.repeat(times)),
            Err(FieldCode::CommonPassword),
            "{unit}"
        );
        looked_at += 1;
    }
    assert!(looked_at > 16_000, "{looked_at}");
}
