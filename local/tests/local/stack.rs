//! The whole stack, with functions of the test behind the invoke API.

use crate::support::{dynamodb, get, listener, problem_pages, serve};
use aws_sdk_dynamodb::types::AttributeValue;
use axum::{
    Json, Router,
    extract::{Path, State},
    routing::post,
};
use http_body_util::BodyExt as _;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use portal_local::{
    engine::PORTAL,
    front::FrontOptions,
    server::Server,
    stack::{Stack, StackError, StackOptions},
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

type Invocations = Arc<Mutex<Vec<(String, Value)>>>;

/// A replacement for `cargo lambda watch`.
async fn emulator(invocations: Invocations) -> Server {
    let invoke =
        async |State(seen): State<Invocations>, Path(name): Path<String>, Json(event): Json<Value>| {
            seen.lock().unwrap().push((name, event));
            Json(json!({ "batchItemFailures": [] }))
        };
    let routes = Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke));
    serve(routes.with_state(invocations)).await
}

fn options(functions: &str) -> StackOptions {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    StackOptions {
        listen: free,
        dynamodb_listen: free,
        ses_listen: free,
        functions: functions.parse().unwrap(),
        faults: None,
        front: FrontOptions {
            web: None,
            builds: None,
            settings: None,
            audit: None,
            advance: None,
            tls: false,
            readme: None,
            problems: problem_pages(),
        },
        tls: None,
        reload: false,
        data: None,
        retries: 2,
        lanes: 4,
        invoke_timeout: Duration::from_secs(5),
        event_delay: Duration::from_millis(1),
    }
}

async fn until(invocations: &Invocations, function: &str) -> Value {
    let began = Instant::now();
    loop {
        let seen = invocations
            .lock()
            .unwrap()
            .iter()
            .find(|(name, _)| name == function)
            .cloned();
        if let Some((_, event)) = seen {
            return event;
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{function} was not invoked"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_promise_in_the_table_and_the_fate_of_a_mail_reach_their_functions() {
    let invocations = Invocations::default();
    let emulator = emulator(invocations.clone()).await;
    let stack = Stack::start(options(&emulator.url())).await.unwrap();
    let ready = stack.ready();
    assert_eq!(ready["ready"], true);

    let put = dynamodb(ready["dynamodb"].as_str().unwrap())
        .put_item()
        .table_name(PORTAL);
    let put = put
        .item("pk", AttributeValue::S("FLOW#1".to_owned()))
        .item("queued", AttributeValue::Bool(true));
    put.send().await.unwrap();
    let event = until(&invocations, "deliver-mail").await;
    assert_eq!(event["Records"][0]["dynamodb"]["Keys"]["pk"]["S"], "FLOW#1");

    let act = HashMap::from([("id".to_owned(), AttributeValue::S("1".to_owned()))]);
    let put = dynamodb(ready["dynamodb"].as_str().unwrap())
        .put_item()
        .table_name(PORTAL);
    let put = put
        .item("pk", AttributeValue::S("ACCOUNT#1".to_owned()))
        .item("event", AttributeValue::M(act));
    put.send().await.unwrap();
    let event = until(&invocations, "keep-audit").await;
    assert_eq!(
        event["Records"][0]["dynamodb"]["Keys"]["pk"]["S"], "ACCOUNT#1",
        "the mail is not one of its records"
    );

    let mail = json!({
        "FromEmailAddress": "no-reply@mail.example.jp",
        "Destination": { "ToAddresses": ["taro@example.jp"] },
        "Content": { "Simple": { "Subject": { "Data": "件名" }, "Body": { "Text": { "Data": "本文" } } } },
        "ConfigurationSetName": "portal",
    });
    let url = format!("{}/v2/email/outbound-emails", ready["ses"].as_str().unwrap());
    let request = axum::http::Request::post(url)
        .body(axum::body::Body::from(mail.to_string()))
        .unwrap();
    crate::support::send(request).await;
    assert_eq!(
        until(&invocations, "mail-events").await["detail-type"],
        "Email Delivered"
    );

    let mails = get(&format!(
        "{}/_dev/mails?to=taro@example.jp",
        ready["front"].as_str().unwrap()
    ))
    .await;
    assert_eq!(mails.json()[0]["subject"], "件名");
    stack.shutdown().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_the_flag_that_changes_it() {
    let taken = listener().await;
    let addr = taken.local_addr().unwrap();
    let error = Stack::start(StackOptions {
        ses_listen: addr,
        ..options("http://127.0.0.1:1")
    })
    .await;
    let error = error.unwrap_err();
    assert!(matches!(error, StackError::InUse { .. }));
    let said = error.to_string();
    assert!(
        said.contains(&addr.port().to_string()) && said.contains("--ses-listen"),
        "{said}"
    );
    assert!(!said.contains('\n'));
}

#[tokio::test]
async fn a_stack_on_disk_can_be_started_again_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let options = StackOptions {
            data: Some(dir.path().join("data")),
            ..options("http://127.0.0.1:1")
        };
        Stack::start(options).await.unwrap().shutdown().await;
    }
}

#[tokio::test]
async fn a_page_that_waits_for_the_next_build_does_not_hold_up_the_end() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("index.html"), "<body></body>").unwrap();
    let mut options = options("http://127.0.0.1:1");
    options.reload = true;
    options.front.web = Some(dir.path().to_owned());
    let stack = Stack::start(options).await.unwrap();
    let origin = stack.ready()["front"].as_str().unwrap().to_owned();
    assert!(
        get(&format!("{origin}/"))
            .await
            .body
            .contains("/_dev/reload.js?build=")
    );

    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = axum::http::Request::get(format!("{origin}/_dev/reload"));
    let request = request.body(axum::body::Body::empty()).unwrap();
    let mut told = client.request(request).await.unwrap();
    assert!(told.body_mut().frame().await.unwrap().is_ok());
    let ((), rest) = tokio::join!(
        stack.shutdown(),
        tokio::time::timeout(Duration::from_secs(10), told.body_mut().frame())
    );
    assert!(rest.unwrap().is_none(), "it is told that there are no more");
}

/// With a plan, calls to the addresses of the neighbours break; `/_dev/faults` shows and changes the plan.
#[tokio::test]
async fn a_stack_with_a_plan_breaks_what_goes_to_its_table() {
    let stack = Stack::start(StackOptions {
        faults: Some((
            "dynamodb:throttle@#1,seed=5".parse().unwrap(),
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        )),
        ..options("http://127.0.0.1:1")
    })
    .await
    .unwrap();
    let ready = stack.ready();
    let origin = ready["front"].as_str().unwrap();
    let client = crate::support::dynamodb(ready["dynamodb"].as_str().unwrap());
    let asks = || async {
        client
            .get_item()
            .table_name("portal")
            .key(
                "pk",
                aws_sdk_dynamodb::types::AttributeValue::S("OFFICE#1".to_owned()),
            )
            .send()
            .await
    };
    asks().await.expect("the SDK mends one");
    let report = crate::support::get(&format!("{origin}/_dev/faults")).await.json();
    assert_eq!(report["plan"], "dynamodb:throttle@#1,seed=5");
    assert_eq!(report["injected"]["dynamodb:throttle"], 1);

    let url = format!("{origin}/_dev/faults");
    let put = |body: &'static str| {
        let request = axum::http::Request::put(&url).header("content-type", "application/json");
        crate::support::send(request.body(axum::body::Body::from(body)).unwrap())
    };
    assert_eq!(put(r#"{"plan":"nothing:at@all"}"#).await.status, 400);
    assert_eq!(put(r#"{"plan":"dynamodb:error@100%"}"#).await.status, 200);
    asks().await.expect_err("each attempt is broken");
    assert_eq!(put(r#"{"plan":""}"#).await.status, 200);
    asks().await.unwrap();
    stack.shutdown().await;
}
