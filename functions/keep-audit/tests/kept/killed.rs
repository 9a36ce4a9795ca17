//! The binary itself, as Lambda runs it, killed while it works.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use crate::{assert_each_once, batch, ids};

const BATCHES: usize = 60;
const SIZE: usize = 10;

/// Lambda's side: every batch is delivered until it is acknowledged.
#[derive(Clone, Default)]
struct Lambda {
    acknowledged: Arc<Mutex<BTreeSet<usize>>>,
    handed_out: Arc<Notify>,
    answered: Arc<Notify>,
}

impl Lambda {
    fn next(&self) -> Option<usize> {
        let acknowledged = self.acknowledged.lock().unwrap();
        (0..BATCHES).find(|number| !acknowledged.contains(number))
    }

    async fn serve(&self) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .fallback(async || StatusCode::INTERNAL_SERVER_ERROR)
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

async fn next(State(lambda): State<Lambda>) -> Response {
    let Some(number) = lambda.next() else {
        // No work: Lambda lets the function wait.
        return std::future::pending().await;
    };
    lambda.handed_out.notify_one();
    let headers = [
        ("lambda-runtime-aws-request-id", number.to_string()),
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:ap-northeast-1:000000000000:function:keep-audit".to_owned(),
        ),
    ];
    let event = batch(number * SIZE..(number + 1) * SIZE);
    (headers, event.to_string()).into_response()
}

async fn response(State(lambda): State<Lambda>, Segment(id): Segment<usize>, body: String) -> StatusCode {
    let answer: Value = serde_json::from_str(&body).unwrap();
    if answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty) {
        lambda.acknowledged.lock().unwrap().insert(id);
        lambda.answered.notify_one();
    }
    StatusCode::ACCEPTED
}

fn function(lambda: &str, file: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_keep-audit"))
        .env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", lambda),
            ("AWS_LAMBDA_FUNCTION_NAME", "keep-audit"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "log"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "log"),
            ("AWS_REGION", "ap-northeast-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ])
        .env("AUDIT_FILE", file)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_works_again_and_again_it_keeps_each_act_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let lambda = Lambda::default();
    let address = lambda.serve().await;
    let mut kills = 0;
    let mut in_the_middle = 0;
    while lambda.next().is_some() {
        let mut process = function(&address, &path);
        tokio::time::timeout(Duration::from_secs(30), lambda.handed_out.notified())
            .await
            .unwrap();
        // A moment within the next few batches; another one each time, and sometimes none is finished.
        let moment = Duration::from_micros(500 + kills * 1_733 % 11_000);
        tokio::time::sleep(moment).await;
        process.start_kill().unwrap();
        assert!(!process.wait().await.unwrap().success());
        kills += 1;
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if !text.lines().count().is_multiple_of(SIZE) {
            in_the_middle += 1;
        }
        // So that it also ends on a slow machine.
        if kills >= 40 {
            let _process = function(&address, &path);
            while lambda.next().is_some() {
                tokio::time::timeout(Duration::from_secs(30), lambda.answered.notified())
                    .await
                    .unwrap();
            }
        }
    }
    assert!(
        kills >= 5 && in_the_middle >= 1,
        "{kills} kills, {in_the_middle} in the middle of a batch"
    );
    assert_each_once(ids(&path), BATCHES * SIZE);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_at_once_one_of_them_killed_again_and_again_keep_each_act_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let lambda = Lambda::default();
    let address = lambda.serve().await;
    let _steady = [function(&address, &path), function(&address, &path)];
    while lambda.next().is_some() {
        let mut process = function(&address, &path);
        tokio::time::sleep(Duration::from_millis(120)).await;
        process.start_kill().unwrap();
        process.wait().await.unwrap();
    }
    assert_each_once(ids(&path), BATCHES * SIZE);
}
