//! That the invariants are more than words: each is broken once, and found.

use aws_sdk_dynamodb::types::AttributeValue;
use platform::store::Attributes;
use testkit::World;
use testkit::invariants::{Judged, broken, broken_mails};
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};

async fn world() -> World {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut hanako = world.clerk();
    hanako.proves_to_be(&testkit::people::SHARED_OFFICE).await.is(200);
    let mut again = world.clerk();
    again.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    world.deliver().await;
    world
}

fn found(world: &World, items: &[Attributes]) -> Vec<String> {
    broken(Judged {
        items,
        limits: &world.settings.limits,
        terms: world.settings.terms,
        now: world.now(),
    })
}

fn of<'a>(items: &'a mut [Attributes], kind: &str) -> &'a mut Attributes {
    items
        .iter_mut()
        .find(|item| {
            let needs = match kind {
                "ACCOUNT#" => "member",
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

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

type Breaks = fn(&mut [Attributes]);

/// Each of them, broken.
const BREAKS: &[(&str, Breaks)] = &[
    ("seats are taken", |items| {
        for n in 0..6 {
            map(of(items, "OFFICE#"), "members").insert(format!("m{n}"), text("nobody"));
        }
    }),
    ("has a seat, and no account", |items| {
        map(map(of(items, "ACCOUNT#"), "member"), "office").insert("number".to_owned(), text("other"));
    }),
    ("who founded it does not sit there", |items| {
        map(of(items, "OFFICE#"), "founding").insert("member".to_owned(), text("nobody"));
    }),
    ("tries", |items| {
        of(items, "LOGIN#").insert("tries".to_owned(), number(6));
    }),
    ("another address", |items| {
        map(of(items, "ACCOUNT#"), "member").insert("email".to_owned(), text("hanako@example.jp"));
    }),
    ("without the terms in force", |items| {
        map(of(items, "ACCOUNT#"), "member").remove("terms");
    }),
    ("a session of who must not have one", |items| {
        map(of(items, "ACCOUNT#"), "member").insert("disabled".to_owned(), AttributeValue::Bool(true));
    }),
    ("both mailed and chosen", |items| {
        map(of(items, "ACCOUNT#"), "member").remove("hash");
    }),
    ("no version", |items| {
        of(items, "SESSION#").remove("v");
    }),
    ("leads nowhere", |items| {
        of(items, "SESSION#").insert("account".to_owned(), text("nobody"));
    }),
    ("mails within an hour", |items| {
        let many = vec![number(1_775_001_600); 11];
        of(items, "ACCOUNT#").insert("mails".to_owned(), AttributeValue::L(many));
    }),
    ("the broom comes before", |items| {
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
    assert_eq!(broken_mails(&items, &mails), Vec::<String>::new());

    let promised = |text: &str| text.contains("ワンタイムパスワード：");
    let without: Vec<_> = mails.iter().skip(1).cloned().collect();
    assert!(promised(&mails[0].text));
    assert!(broken_mails(&items, &without)[0].contains("SES has no such mail"));

    let mut another = mails.clone();
    let mut twin = mails[0].clone();
    twin.text = twin
        .text
        .replace("ワンタイムパスワード：", "ワンタイムパスワード：9");
    another.push(twin);
    assert!(broken_mails(&items, &another)[0].contains("differ"));
}
