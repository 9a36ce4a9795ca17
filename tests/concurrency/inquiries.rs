//! お問い合わせ, concurrently: one request is one inquiry with one receipt, and budgets hold

use serde_json::{Value, json};
use testkit::people::inquiry;
use testkit::{Clerk, Reply, Settings, World};

use crate::load::{Load, TARO, asks, assert_all_invariants, count, only};

async fn sends(clerk: &mut Clerk, key: &str, inquiry: &Value) -> Reply {
    clerk.keyed("POST", "/inquiries", key, inquiry).await
}

/// A double click of many fingers: one inquiry, one receipt, one answer.
#[tokio::test(flavor = "multi_thread")]
async fn forty_requests_of_one_key_are_one_inquiry() {
    let mut load = Load::of("inquiries of one key", 3);
    for _ in load.rounds() {
        let world = World::start().await;
        let asked = (0..load.scaled(40))
            .map(|_| {
                let clerk = world.clerk();
                asks!(clerk, |clerk| sends(
                    &mut clerk,
                    "one-key-0123456789",
                    &inquiry(TARO)
                ))
            })
            .collect();
        let answers = load.send(asked).await;
        only(&answers, &["201"]);
        assert!(answers.iter().all(|(_, answer)| answer.body == answers[0].1.body));
        assert_eq!(world.items_of("INQUIRY").await.len(), 1);
        world.deliver().await;
        assert_eq!(world.mails_to(TARO).await.len(), 1);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// One key, two bodies: the first one is received, and every other body is told so.
#[tokio::test(flavor = "multi_thread")]
async fn of_forty_bodies_of_one_key_one_is_received() {
    let mut load = Load::of("bodies of one key", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let asked = (0..load.scaled(40))
            .map(|number| {
                let clerk = world.clerk();
                let mut inquiry = inquiry(&format!("user{number}@example.jp"));
                inquiry["message"] = json!(format!("{number}番目の質問です。"));
                asks!(clerk, |clerk| sends(&mut clerk, "one-key-0123456789", &inquiry))
            })
            .collect();
        let answers = load.send(asked).await;
        only(&answers, &["201", "idempotency-key-reused"]);
        assert_eq!(
            (count(&answers, "201"), world.items_of("INQUIRY").await.len()),
            (1, 1)
        );
    }
    load.report();
}

/// Fifty people at once, each with an address, a network and a question of their own.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_inquiries_at_once_are_all_received() {
    let mut load = Load::of("inquiries at once", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let size = load.scaled(50);
        let asked = (0..size)
            .map(|number| {
                let mut clerk = world.clerk();
                clerk.source_ip = format!("198.51.{}.{}", number / 250, number % 250);
                let (key, email) = (format!("many-{number:020}"), format!("user{number}@example.jp"));
                asks!(clerk, |clerk| sends(&mut clerk, &key, &inquiry(&email)))
            })
            .collect();
        let answers = load.send(asked).await;
        only(&answers, &["201"]);
        let mut numbers: Vec<&str> = answers
            .iter()
            .filter_map(|(_, answer)| answer.body["receiptNumber"].as_str())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), size, "no two inquiries have one number");
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// M01: a flood of one mailbox, from as many networks.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_flood_of_one_mailbox_ten_receipts_are_mailed() {
    let mut load = Load::of("a flood of one mailbox", 2);
    for _ in load.rounds() {
        let world = World::start().await;
        let asked = (0..load.scaled(60))
            .map(|number| {
                let mut clerk = world.clerk();
                clerk.source_ip = format!("198.51.{}.{}", number / 250, number % 250);
                let key = format!("flood-{number:020}");
                asks!(clerk, |clerk| sends(&mut clerk, &key, &inquiry(TARO)))
            })
            .collect();
        let answers = load.send(asked).await;
        only(&answers, &["201", "too-many-requests"]);
        assert_eq!(count(&answers, "201"), 10);
        world.deliver().await;
        assert_eq!(world.mails_to(TARO).await.len(), 10);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// M02: a flood from one network, over as many mailboxes.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_flood_from_one_network_its_budget_is_received() {
    let mut load = Load::of("a flood from one network", 2);
    for _ in load.rounds() {
        let mut settings = Settings::default();
        settings.limits.inquiries_per_network = 7;
        let world = World::with(settings).await;
        let asked = (0..load.scaled(60))
            .map(|number| {
                let clerk = world.clerk();
                let (key, email) = (format!("flood-{number:020}"), format!("user{number}@example.jp"));
                asks!(clerk, |clerk| sends(&mut clerk, &key, &inquiry(&email)))
            })
            .collect();
        let answers = load.send(asked).await;
        only(&answers, &["201", "too-many-requests"]);
        assert_eq!(
            (count(&answers, "201"), world.items_of("INQUIRY").await.len()),
            (7, 7)
        );
        assert_all_invariants(&world).await;
    }
    load.report();
}
