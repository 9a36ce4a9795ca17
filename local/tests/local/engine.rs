//! DynamoDB in this process.

use crate::support::{START, SetClock, dynamodb, engine, listener};
use aws_sdk_dynamodb::types::{AttributeValue, KeySchemaElement, StreamViewType, TimeToLiveStatus};
use portal_local::engine::{CLAIMS_SIMULATOR, Engine, EngineOptions, PORTAL, TTL_ATTRIBUTE};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn the_tables_are_as_the_template_has_them() {
    let engine = engine().await;
    let client = dynamodb(&engine.endpoint());

    let table = client
        .describe_table()
        .table_name(PORTAL)
        .send()
        .await
        .unwrap()
        .table
        .unwrap();
    let keys: Vec<_> = table
        .key_schema()
        .iter()
        .map(KeySchemaElement::attribute_name)
        .collect();
    assert_eq!(keys, ["pk"]);
    let stream = table.stream_specification().unwrap();
    assert_eq!(stream.stream_view_type(), Some(&StreamViewType::NewAndOldImages));
    let expiry = client
        .describe_time_to_live()
        .table_name(PORTAL)
        .send()
        .await
        .unwrap();
    let expiry = expiry.time_to_live_description.unwrap();
    assert_eq!(expiry.attribute_name(), Some(TTL_ATTRIBUTE));
    assert_eq!(expiry.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));

    let simulator = client
        .describe_table()
        .table_name(CLAIMS_SIMULATOR)
        .send()
        .await
        .unwrap();
    assert!(simulator.table.unwrap().stream_specification().is_none());
}

#[tokio::test]
async fn of_two_conditional_writes_one_succeeds() {
    let engine = engine().await;
    let client = dynamodb(&engine.endpoint());
    let claim = || {
        client
            .put_item()
            .table_name(PORTAL)
            .item("pk", text("EMAIL#taro@example.jp"))
            .condition_expression("attribute_not_exists(pk)")
            .send()
    };
    let (first, second) = tokio::join!(claim(), claim());
    assert_eq!(
        [&first, &second].iter().filter(|result| result.is_ok()).count(),
        1
    );
}

#[tokio::test]
async fn expired_items_are_deleted_only_by_the_time_to_live_and_by_the_given_clock() {
    let time = SetClock::at(START);
    let engine = Engine::in_memory(time.clock()).await.unwrap();
    let client = dynamodb(&engine.endpoint());
    let expiry: jiff::Timestamp = "2026-04-01T00:30:00Z".parse().unwrap();
    let put = client.put_item().table_name(PORTAL).item("pk", text("FLOW#1"));
    let expiry = AttributeValue::N(expiry.as_second().to_string());
    put.item(TTL_ATTRIBUTE, expiry).send().await.unwrap();

    assert_eq!(engine.sweep_ttl().unwrap(), 0);
    time.set("2026-04-01T00:30:01Z");
    let count = async || client.scan().table_name(PORTAL).send().await.unwrap().count;
    assert_eq!(count().await, 1);
    assert_eq!(engine.sweep_ttl().unwrap(), 1);
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn items_on_disk_are_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let on_disk = || EngineOptions::Disk(dir.path().join("data"));
    let engine = Engine::start(listener().await, on_disk()).unwrap();
    let put = dynamodb(&engine.endpoint()).put_item().table_name(PORTAL);
    put.item("pk", text("OFFICE#1"))
        .item("name", text("あおぞら介護"))
        .send()
        .await
        .unwrap();
    engine.shutdown().await;

    let engine = Engine::start(listener().await, on_disk()).unwrap();
    let get = dynamodb(&engine.endpoint()).get_item().table_name(PORTAL);
    let item = get
        .key("pk", text("OFFICE#1"))
        .send()
        .await
        .unwrap()
        .item
        .unwrap();
    assert_eq!(item["name"], text("あおぞら介護"));
}
