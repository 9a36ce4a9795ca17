//! Planned faults, as the real SDK sees them.

use crate::support::{Ses, dynamodb, engine, listener};
use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata as _,
    types::{AttributeValue, Put, TransactWriteItem},
};
use portal_local::{
    engine::{Engine, PORTAL},
    faults::{EVERY_ATTEMPT, Faults, Kind, Neighbour, NeighbourCall, Plan},
    server::Server,
};
use std::time::Duration;

/// The engine, and the fault layer before it.
struct Before {
    faults: Faults,
    /// Through the fault layer.
    client: Client,
    /// Without the fault layer.
    direct: Client,
    _held: (Engine, Server),
}

impl Before {
    async fn start() -> Self {
        let engine = engine().await;
        let faults = Faults::none();
        let server = faults
            .before(Neighbour::DynamoDb, &engine.endpoint(), listener().await)
            .unwrap();
        Self {
            client: dynamodb(&server.url()),
            direct: dynamodb(&engine.endpoint()),
            faults,
            _held: (engine, server),
        }
    }

    async fn put(&self, value: &str) -> Result<(), Option<String>> {
        let put = self.client.put_item().table_name(PORTAL);
        let sent = put.item("pk", text("A")).item("value", text(value)).send().await;
        sent.map(|_| ()).map_err(|error| {
            error
                .as_service_error()
                .and_then(|error| error.code().map(str::to_owned))
        })
    }

    async fn stored(&self) -> Option<String> {
        value_in(&self.direct, true).await
    }

    fn strike(&self, kind: Kind, attempts: u32) {
        self.faults
            .set(Plan::call(Neighbour::DynamoDb, kind, 1, attempts));
    }

    fn attempts(&self) -> Vec<u32> {
        self.faults
            .calls()
            .iter()
            .map(|call: &NeighbourCall| call.attempt)
            .collect()
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn value_in(client: &Client, strongly: bool) -> Option<String> {
    let read = client.get_item().table_name(PORTAL).key("pk", text("A"));
    let item = read.consistent_read(strongly).send().await.unwrap().item?;
    Some(item["value"].as_s().unwrap().clone())
}

#[tokio::test]
async fn one_broken_attempt_is_mended_by_the_sdk() {
    for kind in [Kind::Throttle, Kind::Exceeded, Kind::Error, Kind::Lost, Kind::Cut] {
        let before = Before::start().await;
        before.strike(kind, 1);
        before.put("1").await.unwrap();
        assert_eq!(before.attempts(), [1, 2], "{kind}");
        assert_eq!(before.faults.hits(), 1, "{kind}");
        assert_eq!(before.stored().await.as_deref(), Some("1"), "{kind}");
    }
}

#[tokio::test]
async fn a_call_whose_every_attempt_is_broken_fails_with_what_the_table_would_say() {
    for (kind, code, done) in [
        (Kind::Throttle, Some("ThrottlingException"), false),
        (
            Kind::Exceeded,
            Some("ProvisionedThroughputExceededException"),
            false,
        ),
        (Kind::Error, Some("InternalServerError"), false),
        (Kind::Lost, None, true),
        (Kind::Cut, None, false),
    ] {
        let before = Before::start().await;
        before.strike(kind, EVERY_ATTEMPT);
        assert_eq!(before.put("1").await, Err(code.map(str::to_owned)), "{kind}");
        assert_eq!(before.attempts(), [1, 2, 3], "{kind}");
        assert_eq!(before.stored().await.is_some(), done, "{kind}");
        before.put("2").await.unwrap();
    }
}

#[tokio::test]
async fn a_conflict_cancels_a_transaction_and_fails_a_single_write() {
    let before = Before::start().await;
    before.strike(Kind::Conflict, 1);
    assert_eq!(
        before.put("1").await,
        Err(Some("TransactionConflictException".to_owned()))
    );
    assert_eq!(before.stored().await, None);

    before.strike(Kind::Conflict, 1);
    let put = |key: &str| {
        let put = Put::builder().table_name(PORTAL).item("pk", text(key));
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let transaction = before.client.transact_write_items();
    let sent = transaction
        .transact_items(put("A"))
        .transact_items(put("B"))
        .send()
        .await;
    let error = sent.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        panic!("{error}");
    };
    let reasons: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap())
        .collect();
    assert_eq!(reasons, ["TransactionConflict", "None"]);
    // A conflict is not a fault of a read.
    before.strike(Kind::Conflict, 1);
    assert_eq!(value_in(&before.client, false).await, None);
}

#[tokio::test]
async fn a_stale_read_shows_the_item_before_its_last_change_and_a_strong_one_never_does() {
    let before = Before::start().await;
    before.faults.remember();
    before.put("1").await.unwrap();
    let stale = || before.faults.set("dynamodb:stale@100%,seed=1".parse().unwrap());
    stale();
    assert_eq!(value_in(&before.client, false).await, None, "not there yet");
    before.put("2").await.unwrap();
    assert_eq!(value_in(&before.client, false).await.as_deref(), Some("1"));
    assert_eq!(value_in(&before.client, true).await.as_deref(), Some("2"));
    before.faults.clear();
    assert_eq!(value_in(&before.client, false).await.as_deref(), Some("2"));
}

#[tokio::test]
async fn what_comes_late_is_done_after_its_sender_gave_up() {
    let before = Before::start().await;
    before.strike(Kind::Late(Duration::from_millis(100)), EVERY_ATTEMPT);
    assert_eq!(before.put("1").await, Err(None));
    before.faults.settle().await;
    assert_eq!(before.stored().await.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_fault_is_signalled_once_it_was_carried_out() {
    for (kind, done) in [(Kind::SilentDone, true), (Kind::Silent, false)] {
        let before = Before::start().await;
        before.strike(kind, 1);
        tokio::select! {
            biased;
            () = before.faults.broke(0) => {}
            _ = before.put("1") => panic!("no answer comes"),
        }
        assert_eq!(before.stored().await.is_some(), done, "{kind}");
    }
}

#[tokio::test]
async fn a_rule_for_an_operation_counts_its_calls_alone() {
    let before = Before::start().await;
    before
        .faults
        .set("dynamodb.PutItem:error@#2xall".parse().unwrap());
    before.put("1").await.unwrap();
    assert_eq!(value_in(&before.client, false).await.as_deref(), Some("1"));
    before.put("2").await.unwrap_err();
    assert_eq!(before.stored().await.as_deref(), Some("1"));
}

#[tokio::test]
async fn chance_comes_out_the_same_for_the_same_seed() {
    let mut hits = Vec::new();
    for seed in [7, 7, 8] {
        let before = Before::start().await;
        let plan = format!("dynamodb:conflict@50%,seed={seed}");
        assert_eq!(before.faults.set(plan.parse().unwrap()), seed);
        let mut this = Vec::new();
        for _ in 0..32 {
            this.push(before.put("1").await.is_ok());
        }
        hits.push(this);
    }
    assert_eq!(hits[0], hits[1]);
    assert_ne!(hits[0], hits[2]);
    assert!((4..28).contains(&hits[0].iter().filter(|hit| **hit).count()));
}

#[tokio::test]
async fn ses_throttles_rejects_fails_and_loses_by_plan() {
    let ses = Ses::start().await;
    let faults = Faults::none();
    let server = faults.before(Neighbour::Ses, &ses.url, listener().await).unwrap();
    let client = Ses::client(&server.url());
    let send = || {
        let part = |text: &str| {
            aws_sdk_sesv2::types::Content::builder()
                .data(text)
                .build()
                .unwrap()
        };
        let body = aws_sdk_sesv2::types::Body::builder().text(part("text")).build();
        let message = aws_sdk_sesv2::types::Message::builder()
            .subject(part("s"))
            .body(body)
            .build();
        let to = aws_sdk_sesv2::types::Destination::builder()
            .to_addresses("taro@example.jp")
            .build();
        client
            .send_email()
            .from_email_address("no-reply@example.jp")
            .destination(to)
            .content(
                aws_sdk_sesv2::types::EmailContent::builder()
                    .simple(message)
                    .build(),
            )
            .send()
    };
    for (kind, code, taken) in [
        (Kind::Throttle, Some("TooManyRequestsException"), 0),
        (Kind::Reject, Some("MessageRejected"), 0),
        (Kind::Deny, Some("AccessDeniedException"), 0),
        (Kind::Error, Some("InternalFailure"), 0),
        (Kind::Cut, None, 0),
        (Kind::Lost, None, 1),
    ] {
        faults.set(Plan::call(Neighbour::Ses, kind, 1, EVERY_ATTEMPT));
        ses.postbox.clear();
        let error = send().await.unwrap_err();
        let said = error.as_service_error().and_then(|error| error.meta().code());
        assert_eq!(said, code, "{kind}");
        assert_eq!(ses.postbox.mails().len(), taken, "{kind}");
    }
    faults.clear();
    send().await.unwrap();
}
