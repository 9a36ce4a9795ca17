//! Each invariant must be able to fail: it is checked against a table or a history that violates it.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use platform::store::Attributes;
use portal::limits::Limits;

use super::{of_history, of_mail_budgets, of_mails, of_settled_state, of_state};
use crate::people::{OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE};
use crate::{ItemWrite, World};

async fn world() -> World {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut hanako = world.clerk();
    hanako.proves_to_be(&SHARED_OFFICE).await.is(200);
    let mut again = world.clerk();
    again.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    world.deliver().await;
    world
}

fn found(world: &World, items: &[Attributes]) -> Vec<String> {
    of_state(world.judged(items))
}

fn of<'a>(items: &'a mut [Attributes], kind: &str) -> &'a mut Attributes {
    items
        .iter_mut()
        .find(|item| {
            let needs = match kind {
                "ACCOUNT#" => "holders",
                // One log-in has come to my page, and promises no mail any more.
                "LOGIN#" => "mail",
                _ => "pk",
            };
            item["pk"].as_s().unwrap().starts_with(kind) && item.contains_key(needs)
        })
        .unwrap()
}

fn map<'a>(item: &'a mut Attributes, name: &str) -> &'a mut Attributes {
    let Some(AttributeValue::M(map)) = item.get_mut(name) else {
        panic!("no {name}");
    };
    map
}

/// The only member of an account.
fn holder(items: &mut [Attributes]) -> &mut Attributes {
    match map(of(items, "ACCOUNT#"), "holders").values_mut().next() {
        Some(AttributeValue::M(holder)) => holder,
        _ => panic!("no holder"),
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

type Breaks = fn(&mut [Attributes]);

/// A violation of each invariant.
const BREAKS: &[(&str, Breaks)] = &[
    ("seats are taken", |items| {
        for n in 0..6 {
            map(of(items, "OFFICE#"), "members").insert(format!("m{n}"), text("unknown"));
        }
    }),
    ("has a seat, and no account", |items| {
        map(holder(items), "office").insert("number".to_owned(), text("other"));
    }),
    ("no manager can log in", |items| {
        holder(items).insert("role".to_owned(), text("member"));
    }),
    ("no manager can log in", |items| {
        holder(items).insert("disabled".to_owned(), AttributeValue::Bool(true));
    }),
    ("tries", |items| {
        of(items, "LOGIN#").insert("tries".to_owned(), number(6));
    }),
    ("another address", |items| {
        holder(items).insert("email".to_owned(), text("hanako@example.jp"));
    }),
    ("without the terms in force", |items| {
        holder(items).remove("terms");
    }),
    ("a session of who must not have one", |items| {
        holder(items).insert("disabled".to_owned(), AttributeValue::Bool(true));
    }),
    ("both mailed and chosen", |items| {
        holder(items).remove("hash");
    }),
    ("no version", |items| {
        of(items, "SESSION#").remove("v");
    }),
    ("leads nowhere", |items| {
        of(items, "SESSION#").insert("account".to_owned(), text("unknown"));
    }),
    ("6 codes of resets", |items| {
        let many = vec![number(1_775_001_600); 6];
        of(items, "ACCOUNT#").insert("resets".to_owned(), AttributeValue::L(many));
    }),
    ("mails within an hour", |items| {
        let many = vec![number(1_775_001_600); 11];
        holder(items).insert("mails".to_owned(), AttributeValue::L(many));
    }),
    ("have logged in with it", |items| {
        let claim = AttributeValue::M(holder(items).clone());
        map(of(items, "ACCOUNT#"), "holders").insert("another".to_owned(), claim);
    }),
    ("one office claims it twice", |items| {
        let claim = AttributeValue::M(holder(items).clone());
        map(of(items, "ACCOUNT#"), "holders").insert("another".to_owned(), claim);
    }),
    ("6 claims", |items| {
        let claim = AttributeValue::M(holder(items).clone());
        let holders = map(of(items, "ACCOUNT#"), "holders");
        holders.extend(["a", "b", "c", "d", "e"].map(|id| (id.to_owned(), claim.clone())));
    }),
    ("a void claim stands", |items| {
        let account = of(items, "ACCOUNT#");
        let id = map(account, "holders").keys().next().cloned().unwrap();
        let claim = AttributeValue::M(map_of([("of", text(&id))]));
        account.insert("voidClaims".to_owned(), AttributeValue::L(vec![claim]));
    }),
    ("its time-to-live ends", |items| {
        of(items, "LOGIN#").insert("ttl".to_owned(), number(1));
    }),
];

#[tokio::test]
async fn whatever_is_broken_in_the_table_is_found() {
    let world = world().await;
    let items = world.items().await;
    assert_eq!(found(&world, &items), Vec::<String>::new());
    for (what, breaks) in BREAKS {
        let mut items = items.clone();
        breaks(&mut items);
        let found = found(&world, &items);
        assert!(
            found.iter().any(|found| found.contains(what)),
            "{what}: {found:?}"
        );
    }
}

#[tokio::test]
async fn a_mail_that_is_missing_or_differs_from_itself_is_found() {
    let world = world().await;
    let (items, mails) = (world.items().await, world.mails().await);
    assert_eq!(of_mails(&items, &mails), Vec::<String>::new());

    let promised = |text: &str| text.contains("ワンタイムパスワード：");
    let without: Vec<_> = mails.iter().skip(1).cloned().collect();
    assert!(promised(&mails[0].text));
    assert!(of_mails(&items, &without)[0].contains("SES has no such mail"));

    let mut another = mails.clone();
    let mut twin = mails[0].clone();
    twin.text = twin
        .text
        .replace("ワンタイムパスワード：", "ワンタイムパスワード：9");
    another.push(twin);
    assert!(of_mails(&items, &another)[0].contains("differ"));
}

fn map_of<const N: usize>(entries: [(&str, AttributeValue); N]) -> Attributes {
    entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A write; each has another version.
fn change(key: &str, before: &Attributes, after: &Attributes) -> ItemWrite {
    let version = |item: &Attributes, version: &str| {
        let mut item = item.clone();
        item.entry("v".to_owned()).or_insert(text(version));
        item
    };
    ItemWrite {
        key: key.to_owned(),
        before: Some(version(before, "before")),
        after: Some(version(after, &format!("{after:?}"))),
        at: Timestamp::from_second(1_000).unwrap(),
    }
}

#[track_caller]
fn assert_found(history: &[ItemWrite], what: &str) {
    let found = of_history(history, &Limits::standard());
    assert!(
        found.iter().any(|found| found.contains(what)),
        "{what}: {found:?}"
    );
}

/// An account of one member.
fn with_holder(member: Attributes) -> Attributes {
    let holders = map_of([("m", AttributeValue::M(member))]);
    map_of([("holders", AttributeValue::M(holders))])
}

fn with_sessions(ids: &[(&str, &str)]) -> Attributes {
    let sessions = ids
        .iter()
        .map(|(id, flow)| AttributeValue::M(map_of([("id", text(id)), ("flow", text(flow))])))
        .collect();
    with_holder(map_of([
        ("credential", number(1)),
        ("sessions", AttributeValue::L(sessions)),
    ]))
}

#[test]
fn a_session_that_comes_back_is_found_and_so_is_a_second_one_of_a_log_in() {
    let (with, without) = (with_sessions(&[("a", "f")]), with_sessions(&[]));
    let back = [
        change("ACCOUNT#1", &with, &without),
        change("ACCOUNT#1", &without, &with),
    ];
    assert_found(&back, "a session came back");
    let two = with_sessions(&[("a", "f"), ("b", "f")]);
    assert_found(&[change("ACCOUNT#1", &without, &two)], "two sessions");
    let six: Vec<_> = ["a", "b", "c", "d", "e", "f"].map(|id| (id, id)).into();
    assert_found(
        &[change("ACCOUNT#1", &without, &with_sessions(&six))],
        "6 sessions",
    );
}

#[test]
fn a_guess_too_many_is_found() {
    let guessed = |row, of_network| {
        let wait = map_of([
            ("of", text("network")),
            ("wrong", number(of_network)),
            ("wrongAt", number(1_000)),
        ]);
        map_of([
            ("wrong", number(row)),
            ("waits", AttributeValue::L(vec![AttributeValue::M(wait)])),
        ])
    };
    let (waiting, judged) = (guessed(5, 5), guessed(6, 6));
    assert_found(
        &[change("ACCOUNT#1", &waiting, &judged)],
        "a password was judged while it had to wait",
    );
    let two = map_of([("wrong", number(2))]);
    assert_found(
        &[change("ACCOUNT#1", &map_of([]), &two)],
        "several wrong passwords",
    );
    assert_found(
        &[change("ACCOUNT#1", &guessed(1, 1), &guessed(2, 3))],
        "1 wrong passwords of a network, then 3",
    );
    assert_found(
        &[change("ACCOUNT#1", &guessed(1, 1), &guessed(1, 2))],
        "is not in the row of all",
    );

    let stopped = map_of([("codesStop", number(1_900))]);
    let judged = map_of([
        ("codesStop", number(1_900)),
        ("codes", AttributeValue::L(vec![number(1_000)])),
    ]);
    assert_found(
        &[change("CLAIMS#1", &stopped, &judged)],
        "a code was judged during a stop",
    );

    let wrong = |times| with_holder(map_of([("codes", AttributeValue::L(vec![number(1_000); times]))]));
    let (nine, ten) = (wrong(9), wrong(10));
    assert_found(&[change("ACCOUNT#1", &nine, &ten)], "codes are not stopped");
    let seven = wrong(7);
    assert_found(&[change("ACCOUNT#1", &seven, &nine)], "several wrong codes");
}

#[test]
fn a_flow_that_goes_back_is_found_and_so_are_tries_that_vanish() {
    let at = |stage: &str, tries: i64, mail: i64| {
        let mail = AttributeValue::M(map_of([("n", number(mail))]));
        map_of([("stage", text(stage)), ("tries", number(tries)), ("mail", mail)])
    };
    let back = change("LOGIN#1", &at("my-page", 0, 1), &at("otp", 0, 1));
    assert_found(&[back], "from my-page to otp");
    let unknown = change("LOGIN#1", &at("nowhere", 0, 1), &at("otp", 0, 1));
    assert_found(&[unknown], "from nowhere to otp");
    let vanish = change("REGISTRATION#1", &at("otp", 4, 1), &at("otp", 0, 1));
    assert_found(&[vanish], "4 tries, then 0");
    let two_mails = change("LOGIN#1", &at("otp", 0, 1), &at("otp", 0, 3));
    assert_found(&[two_mails], "mail 1, then 3");
}

#[test]
fn a_version_drawn_twice_and_an_older_credential_are_found() {
    let item = map_of([("v", text("same"))]);
    let twice = [change("LOGIN#1", &item, &item), change("LOGIN#2", &item, &item)];
    assert_found(&twice, "the version of another write");
    let version = |version| with_holder(map_of([("credential", number(version))]));
    assert_found(
        &[change("ACCOUNT#1", &version(2), &version(1))],
        "credential 2, then 1",
    );
    let empty = map_of([]);
    assert_found(
        &[change("ACCOUNT#1", &version(2), &empty)],
        "the owner lost the address",
    );
}

#[tokio::test]
async fn where_nothing_died_a_seat_without_an_owner_is_found_and_so_is_an_open_attempt() {
    let world = world().await;
    let items = world.items().await;
    assert_eq!(of_settled_state(world.judged(&items)), Vec::<String>::new());

    let long_ago = |items: &mut [Attributes]| {
        map(of(items, "OFFICE#"), "founding").insert("at".to_owned(), number(0));
    };
    let mut without_owner = items.clone();
    long_ago(&mut without_owner);
    of(&mut without_owner, "ACCOUNT#").remove("holders");
    // A process may have died before the seat was taken over, but here none did.
    let mentions = |found: &[String]| found.iter().any(|found| found.contains("and no account"));
    assert!(!mentions(&of_state(world.judged(&without_owner))));
    assert!(mentions(&of_settled_state(world.judged(&without_owner))));

    let mut open = items.clone();
    of(&mut open, "CLAIMS#").insert("open".to_owned(), AttributeValue::L(vec![number(1)]));
    let found = of_settled_state(world.judged(&open));
    assert!(
        found.iter().any(|found| found.contains("still open")),
        "{found:?}"
    );

    let mut unknown = items.clone();
    map(of(&mut unknown, "OFFICE#"), "members").insert("m".to_owned(), text("unknown"));
    let found = of_settled_state(world.judged(&unknown));
    assert!(
        found
            .iter()
            .any(|found| found.contains("m has a seat, and no account")),
        "{found:?}"
    );

    let mut empty = items;
    map(of(&mut empty, "OFFICE#"), "members").clear();
    let found = of_settled_state(world.judged(&empty));
    assert!(
        found
            .iter()
            .any(|found| found.contains("no seat after a registration")),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_mail_that_was_counted_and_not_promised_or_sent_and_not_counted_is_found() {
    let world = world().await;
    let (items, history, mails) = (world.items().await, world.history(), world.mails().await);
    assert_eq!(of_mail_budgets(&items, &history, &mails), Vec::<String>::new());

    let mut uncounted = items.clone();
    holder(&mut uncounted).remove("mails");
    assert!(of_mail_budgets(&uncounted, &history, &mails)[0].contains("mails counted"));

    let twice: Vec<_> = mails.iter().chain(&mails).cloned().collect();
    let found = of_mail_budgets(&items, &history, &twice);
    assert!(found[0].contains("mails went out"), "{found:?}");
}
