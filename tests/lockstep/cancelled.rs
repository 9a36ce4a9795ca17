//! A transaction that DynamoDB cancels for several reasons at once.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use fastrand::Rng;
use platform::store::{AnyItem, Committed, Condition, DynamoDb, Expected, Storage, Write, json_of_image};
use portal::limits::Limits;
use serde_json::{Value, json};
use testkit::World;

use crate::items::Maker;

/// Status and body.
type Cancellation = (u16, String);

/// A DynamoDB double with a list of answers; the last one repeats.
#[derive(Debug, Clone)]
struct Prepared(Arc<Mutex<(Vec<Cancellation>, usize)>>);

impl HttpConnector for Prepared {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let mut prepared = self.0.lock().unwrap();
        let (status, body) = prepared.0[prepared.1.min(prepared.0.len() - 1)].clone();
        prepared.1 += 1;
        let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        response
            .headers_mut()
            .insert("content-type", "application/x-amz-json-1.0");
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn storage(answers: Vec<(u16, String)>) -> (DynamoDb, Prepared) {
    let prepared = Prepared(Arc::new(Mutex::new((answers, 0))));
    let connector = SharedHttpConnector::new(prepared.clone());
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .region(Region::from_static("ap-northeast-1"))
        .endpoint_url("http://127.0.0.1:1")
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    (
        DynamoDb::new(client, "portal".to_owned(), Limits::standard()),
        prepared,
    )
}

fn cancelled(reasons: &[Value]) -> (u16, String) {
    let document = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    (400, document.to_string())
}

fn held() -> Value {
    json!({ "Code": "None" })
}

fn busy() -> Value {
    json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" })
}

/// Two stored items, and the cancellation reasons that contain them.
async fn two() -> (Vec<AnyItem>, Vec<Value>) {
    let world = World::start().await;
    let mut maker = Maker {
        keys: &world.keys,
        limits: &world.settings.limits,
        made: 0,
    };
    let mut rng = Rng::with_seed(1);
    let mut items: Vec<AnyItem> = Vec::new();
    while items.len() < 2 {
        let item = maker.draw(&mut rng);
        let is_wanted = matches!(item, AnyItem::Account(_) | AnyItem::Office(_));
        if is_wanted && items.iter().all(|other| other.key() != item.key()) {
            world.storage.write(&put(&item)).await.unwrap();
            items.push(item);
        }
    }
    items.sort_by_key(AnyItem::key);
    let mut reasons = Vec::new();
    for item in world.items().await {
        reasons.push(json!({
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": json_of_image(&item),
        }));
    }
    reasons.sort_by_key(|reason| reason["Item"]["pk"]["S"].to_string());
    (items, reasons)
}

fn put(item: &AnyItem) -> Write {
    Write::Put {
        item: Box::new(item.clone()),
        event: None,
        expected: Expected::Absent,
    }
}

fn failed_item(condition: &Condition) -> Option<&AnyItem> {
    match condition {
        Condition::Failed(Some(found)) => Some(&found.item),
        Condition::Failed(None) | Condition::Held => None,
    }
}

/// A double click of 「登録する」 does not get `email-taken` because its office was only busy.
#[tokio::test]
async fn where_an_item_was_busy_nothing_is_said_of_the_conditions_in_whichever_order() {
    let (items, failed) = two().await;
    let writes: Vec<Write> = items.iter().map(put).collect();
    for mixed in [[busy(), failed[1].clone()], [failed[0].clone(), busy()]] {
        let (storage, prepared) = storage(vec![cancelled(&mixed), cancelled(&failed)]);
        let Committed::Conflict(conditions) = storage.commit(&writes).await.unwrap() else {
            panic!("nothing was written")
        };
        assert_eq!(prepared.0.lock().unwrap().1, 2, "it was sent again");
        let found: Vec<_> = conditions.iter().map(failed_item).collect();
        assert_eq!(found, [Some(&items[0]), Some(&items[1])]);
    }
}

#[tokio::test]
async fn a_transaction_that_was_only_busy_is_sent_again_until_it_is_done() {
    let (items, _) = two().await;
    let writes: Vec<Write> = items.iter().map(put).collect();
    let (storage, prepared) = storage(vec![
        cancelled(&[busy(), busy()]),
        cancelled(&[held(), busy()]),
        (200, "{}".to_owned()),
    ]);
    assert_eq!(storage.commit(&writes).await.unwrap(), Committed::Done);
    assert_eq!(prepared.0.lock().unwrap().1, 3);
}

#[tokio::test]
async fn conditions_that_held_and_failed_are_distinguished_in_any_order() {
    let (items, failed) = two().await;
    let writes: Vec<Write> = items.iter().map(put).collect();
    for (reasons, which) in [
        ([held(), failed[1].clone()], [None, Some(&items[1])]),
        ([failed[0].clone(), held()], [Some(&items[0]), None]),
    ] {
        let (storage, _) = storage(vec![cancelled(&reasons)]);
        let Committed::Conflict(conditions) = storage.commit(&writes).await.unwrap() else {
            panic!("nothing was written")
        };
        let found: Vec<_> = conditions.iter().map(failed_item).collect();
        assert_eq!(found, which);
    }
}
