//! From the stream of a table to a function in this process.

mod failures;

use crate::support::{START, SetClock, dynamodb, engine, listener};
use aws_sdk_dynamodb::types::AttributeValue;
use portal_local::{
    engine::{Engine, EngineOptions, PORTAL},
    function::{Function, InvokeError},
    mapping::{EventSourceMapping, Filter, MappingOptions, PassCounts},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// A function that records its events and gives prepared answers.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<Vec<String>>>>);

impl Noted {
    /// `answer` gets the keys of the batch, and the event.
    fn function(
        &self,
        answer: impl Fn(&[String], &Value) -> Result<Value, InvokeError> + Send + Sync + 'static,
    ) -> Function {
        let noted = self.0.clone();
        Function::from_fn(move |event| {
            let keys: Vec<String> = records(&event).iter().map(key).collect();
            let answer = answer(&keys, &event);
            noted.lock().unwrap().push(keys);
            async move { answer }
        })
    }

    /// The keys of each invocation.
    fn batches(&self) -> Vec<Vec<String>> {
        self.0.lock().unwrap().clone()
    }
}

fn records(event: &Value) -> Vec<Value> {
    event["Records"].as_array().unwrap().clone()
}

fn key(record: &Value) -> String {
    record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned()
}

/// The report of a function that failed on the records with these keys.
fn report(event: &Value, failed: &[&str]) -> Value {
    let failures: Vec<Value> = records(event)
        .iter()
        .filter(|record| failed.contains(&key(record).as_str()))
        .map(|record| json!({ "itemIdentifier": record["dynamodb"]["SequenceNumber"] }))
        .collect();
    json!({ "batchItemFailures": failures })
}

async fn write(engine: &Engine, pk: &str, queued: bool) {
    dynamodb(&engine.endpoint())
        .put_item()
        .table_name(PORTAL)
        .item("pk", AttributeValue::S(pk.to_owned()))
        .item("queued", AttributeValue::Bool(queued))
        .send()
        .await
        .unwrap();
}

async fn queue(engine: &Engine, keys: &[&str]) {
    for pk in keys {
        write(engine, pk, true).await;
    }
}

fn options() -> MappingOptions {
    MappingOptions {
        retries: 2,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
        poll_interval: Duration::from_millis(10),
        ..MappingOptions::deliver_mail(SetClock::at(START).clock())
    }
}

fn mapping(engine: &Engine, function: Function, options: MappingOptions) -> EventSourceMapping {
    EventSourceMapping::new(engine.stream(PORTAL), function, options).unwrap()
}

#[tokio::test]
async fn a_function_gets_the_event_that_lambda_would_send() {
    let engine = engine().await;
    queue(&engine, &["FLOW#1"]).await;
    let seen = Arc::new(Mutex::new(Value::Null));
    let function = Noted::default().function({
        let seen = seen.clone();
        move |_, event| {
            *seen.lock().unwrap() = event.clone();
            Ok(Value::Null)
        }
    });
    mapping(&engine, function, options()).drain().await.unwrap();

    let event = seen.lock().unwrap().clone();
    let record = &event["Records"][0];
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["eventVersion"], "1.1");
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(record["awsRegion"], "ap-northeast-1");
    assert!(record["eventID"].is_string());
    assert!(
        record["eventSourceARN"]
            .as_str()
            .unwrap()
            .contains(":table/portal/stream/")
    );
    let change = &record["dynamodb"];
    assert_eq!(change["ApproximateCreationDateTime"], 1_775_001_600);
    assert_eq!(change["Keys"], json!({ "pk": { "S": "FLOW#1" } }));
    let image = json!({ "pk": { "S": "FLOW#1" }, "queued": { "BOOL": true } });
    assert_eq!(change["NewImage"], image);
    assert!(change["SequenceNumber"].as_str().unwrap().len() >= 21);
    assert!(change["SizeBytes"].as_i64().unwrap() > 0);
    assert_eq!(change["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert!(change.get("OldImage").is_none(), "there was nothing before");
}

#[tokio::test]
async fn records_come_in_order_and_at_most_ten_at_a_time() {
    let engine = engine().await;
    let keys: Vec<String> = (0..23).map(|number| format!("FLOW#{number}")).collect();
    queue(&engine, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let noted = Noted::default();
    let tally = mapping(&engine, noted.function(|_, _| Ok(json!({}))), options())
        .drain()
        .await
        .unwrap();

    assert_eq!(
        tally,
        PassCounts {
            read: 23,
            invocations: 3,
            done: 23,
            dead: 0
        }
    );
    assert_eq!(
        noted.batches().iter().map(Vec::len).collect::<Vec<_>>(),
        [10, 10, 3]
    );
    assert_eq!(noted.batches().concat(), keys);
}

#[tokio::test]
async fn only_records_with_a_queued_mail_reach_the_function() {
    let engine = engine().await;
    write(&engine, "FLOW#1", false).await;
    queue(&engine, &["FLOW#2"]).await;
    write(&engine, "FLOW#2", false).await;
    let delete = dynamodb(&engine.endpoint()).delete_item().table_name(PORTAL);
    delete
        .key("pk", AttributeValue::S("FLOW#2".to_owned()))
        .send()
        .await
        .unwrap();

    let noted = Noted::default();
    let tally = mapping(&engine, noted.function(|_, _| Ok(Value::Null)), options())
        .drain()
        .await
        .unwrap();
    assert_eq!(noted.batches(), [["FLOW#2"]]);
    assert_eq!(tally.read, 4);
}

#[tokio::test]
async fn what_the_function_writes_itself_is_drained_as_well() {
    let engine = Arc::new(engine().await);
    queue(&engine, &["FLOW#1"]).await;
    let noted = Noted::default();
    let function = Function::from_fn({
        let (engine, noted) = (engine.clone(), noted.clone());
        move |event| {
            let (engine, noted) = (engine.clone(), noted.clone());
            async move {
                let keys: Vec<String> = records(&event).iter().map(key).collect();
                if keys == ["FLOW#1"] {
                    write(&engine, "FLOW#1", false).await;
                    write(&engine, "MAIL#2", true).await;
                }
                noted.0.lock().unwrap().push(keys);
                Ok(Value::Null)
            }
        }
    });
    let tally = mapping(&engine, function, options()).drain().await.unwrap();
    assert_eq!(noted.batches(), [["FLOW#1"], ["MAIL#2"]]);
    assert_eq!(tally.read, 3);
}

#[tokio::test]
async fn a_mapping_that_is_started_again_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let on_disk = || EngineOptions::Disk(dir.path().to_owned());
    let options = || MappingOptions {
        position: Some(dir.path().join("position.json")),
        ..options()
    };
    let engine = Engine::start(listener().await, on_disk()).unwrap();
    queue(&engine, &["A#1", "B#2", "C#3"]).await;

    // The first run finishes A and dies at B.
    let unavailable = || Err(InvokeError::Unavailable("gone".to_owned()));
    let dies = Noted::default().function(move |keys, _| {
        if keys == ["A#1"] {
            Ok(Value::Null)
        } else {
            unavailable()
        }
    });
    let mut first = mapping(
        &engine,
        dies,
        MappingOptions {
            batch_size: 1,
            ..options()
        },
    );
    assert!(first.poll_once().await.is_err());
    drop(first);
    engine.shutdown().await;

    let engine = Engine::start(listener().await, on_disk()).unwrap();
    let noted = Noted::default();
    mapping(&engine, noted.function(|_, _| Ok(Value::Null)), options())
        .drain()
        .await
        .unwrap();
    assert_eq!(noted.batches(), [["B#2", "C#3"]]);

    let noted = Noted::default();
    queue(&engine, &["D#4"]).await;
    mapping(&engine, noted.function(|_, _| Ok(Value::Null)), options())
        .drain()
        .await
        .unwrap();
    assert_eq!(noted.batches(), [["D#4"]]);
}

#[tokio::test]
async fn a_position_of_another_table_is_not_taken_for_this_one() {
    let dir = tempfile::tempdir().unwrap();
    let options = || MappingOptions {
        position: Some(dir.path().join("position.json")),
        ..options()
    };
    for _ in 0..2 {
        let time = SetClock::at(if dir.path().join("position.json").exists() {
            "2026-04-02T00:00:00Z"
        } else {
            START
        });
        let engine = Engine::in_memory(time.clock()).await.unwrap();
        queue(&engine, &["A#1"]).await;
        let noted = Noted::default();
        mapping(&engine, noted.function(|_, _| Ok(Value::Null)), options())
            .drain()
            .await
            .unwrap();
        assert_eq!(noted.batches(), [["A#1"]]);
    }
}

#[tokio::test]
async fn while_it_runs_mails_go_out_by_themselves_and_a_panic_costs_one_attempt() {
    let engine = engine().await;
    let noted = Noted::default();
    let panics = Mutex::new(true);
    let function = noted.function(move |keys, _| {
        let first = std::mem::take(&mut *panics.lock().unwrap());
        assert!(
            !(first && keys.iter().any(|key| key == "A#1")),
            "the handler's own mistake"
        );
        Ok(Value::Null)
    });
    let mapping = mapping(&engine, function, options());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(mapping.run(async { stopped.await.unwrap_or_default() }));

    tokio::time::sleep(Duration::from_millis(50)).await;
    let began = Instant::now();
    queue(&engine, &["A#1", "B#2"]).await;
    while noted.batches().concat().len() < 2 {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "got {:?}",
            noted.batches()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn a_filter_for_another_function_can_be_put_in() {
    let engine = engine().await;
    write(&engine, "FLOW#1", false).await;
    write(&engine, "FLOW#1", false).await;
    let filter = Filter::parse(r#"{"eventName":["MODIFY"]}"#).unwrap();
    let noted = Noted::default();
    let options = MappingOptions {
        filter,
        name: "keep-audit".to_owned(),
        ..options()
    };
    let tally = mapping(&engine, noted.function(|_, _| Ok(Value::Null)), options)
        .drain()
        .await
        .unwrap();
    assert_eq!((tally.read, tally.done), (2, 1));
}
