//! A stream as AWS has it, which the engine does not show: shards that close, iterators that expire.

use crate::support::{START, SetClock, serve};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use portal_local::{
    aws,
    function::{Function, InvokeError},
    pump::{Filter, Pump, PumpError, PumpOptions},
    server::Server,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const ARN: &str = "arn:aws:dynamodb:ap-northeast-1:000000000000:table/portal/stream/2026-04-01T00:00:00.000";

/// Two records in a shard that is closed, and one in its child.
const SHARDS: [(&str, Option<&str>, &[&str]); 2] = [
    (
        "shardId-00000000000000000001-aaaaaaaa",
        None,
        &["100000000000000000001", "100000000000000000002"],
    ),
    (
        "shardId-00000000000000000002-bbbbbbbb",
        Some("shardId-00000000000000000001-aaaaaaaa"),
        &["100000000000000000003"],
    ),
];

/// How many answers to `GetRecords` are still to be refused.
type Expired = Arc<Mutex<u32>>;

async fn streams(expired: Expired) -> Server {
    serve(Router::new().fallback(answer).with_state(expired)).await
}

async fn answer(State(expired): State<Expired>, headers: HeaderMap, body: String) -> Response {
    let request: Value = serde_json::from_str(&body).unwrap();
    let target = headers["x-amz-target"].to_str().unwrap();
    let answer = match target.rsplit('.').next().unwrap() {
        "ListStreams" => {
            json!({ "Streams": [{ "StreamArn": ARN, "TableName": "portal", "StreamLabel": "2026" }] })
        }
        "DescribeStream" => {
            // The child first: the order of the list says nothing.
            let shards: Vec<Value> = SHARDS
                .iter()
                .rev()
                .map(|(id, parent, _)| json!({ "ShardId": id, "ParentShardId": parent }))
                .collect();
            json!({ "StreamDescription": { "StreamArn": ARN, "Shards": shards } })
        }
        "GetShardIterator" => {
            let after = request["SequenceNumber"].as_str().unwrap_or("0");
            json!({ "ShardIterator": format!("{}/{after}", request["ShardId"].as_str().unwrap()) })
        }
        "GetRecords" => {
            let mut expired = expired.lock().unwrap();
            if *expired > 0 {
                *expired -= 1;
                let kind = "com.amazonaws.dynamodb.v20120810#ExpiredIteratorException";
                return (StatusCode::BAD_REQUEST, Json(json!({ "__type": kind }))).into_response();
            }
            records(request["ShardIterator"].as_str().unwrap())
        }
        other => panic!("{other} was not expected"),
    };
    Json(answer).into_response()
}

/// One record at a time. A shard with a child is closed, the last one stays open.
fn records(iterator: &str) -> Value {
    let (shard, after) = iterator.split_once('/').unwrap();
    let (_, _, numbers) = SHARDS.iter().find(|(id, _, _)| *id == shard).unwrap();
    let is_closed = SHARDS.iter().any(|(_, parent, _)| *parent == Some(shard));
    let next = numbers.iter().find(|number| **number > after);
    let records: Vec<Value> = next
        .iter()
        .map(|number| {
            json!({
                "eventID": number,
                "eventName": "INSERT",
                "dynamodb": { "Keys": { "pk": { "S": "FLOW#1" } }, "SequenceNumber": number },
            })
        })
        .collect();
    let is_last = next.is_none_or(|next| numbers.last() == Some(next));
    let reached = next.copied().unwrap_or(after);
    let next = (!(is_closed && is_last)).then(|| format!("{shard}/{reached}"));
    json!({ "Records": records, "NextShardIterator": next })
}

fn pump(streams: &Server, taken: &Arc<Mutex<Vec<String>>>, fails: Arc<Mutex<bool>>) -> Pump {
    let taken = taken.clone();
    let function = Function::from_fn(move |event| {
        let failing = *fails.lock().unwrap();
        if !failing {
            for record in event["Records"].as_array().unwrap() {
                taken
                    .lock()
                    .unwrap()
                    .push(record["eventID"].as_str().unwrap().to_owned());
            }
        }
        let unavailable = InvokeError::Unavailable("not built yet".to_owned());
        async move {
            if failing {
                Err(unavailable)
            } else {
                Ok(Value::Null)
            }
        }
    });
    let options = PumpOptions {
        filter: Filter::everything(),
        ..PumpOptions::deliver_mail(SetClock::at(START).clock())
    };
    Pump::new(aws::streams_client(&streams.url()), "portal", function, options).unwrap()
}

#[tokio::test]
async fn a_closed_shard_is_followed_by_its_child_once_all_of_it_is_finished() {
    let streams = streams(Expired::default()).await;
    let taken = Arc::default();
    let fails = Arc::new(Mutex::new(true));
    let mut pump = pump(&streams, &taken, fails.clone());
    for _ in 0..3 {
        assert!(matches!(
            pump.poll_once().await,
            Err(PumpError::FunctionUnavailable(_))
        ));
    }
    *fails.lock().unwrap() = false;
    let tally = pump.drain().await.unwrap();
    assert_eq!(tally.read, 1, "the child was read before its parent was finished");
    let expected = [
        "100000000000000000001",
        "100000000000000000002",
        "100000000000000000003",
    ];
    assert_eq!(*taken.lock().unwrap(), expected);
}

#[tokio::test]
async fn an_iterator_that_expired_costs_no_record_and_repeats_none() {
    let expired = Expired::default();
    let streams = streams(expired.clone()).await;
    let taken = Arc::default();
    let mut pump = pump(&streams, &taken, Arc::default());
    pump.poll_once().await.unwrap();
    *expired.lock().unwrap() = 1;
    assert!(matches!(
        pump.poll_once().await,
        Err(PumpError::Stream {
            operation: "GetRecords",
            ..
        })
    ));
    pump.drain().await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 3);
}
