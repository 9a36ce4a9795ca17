//! Many parallel requests to an emulator with the queues and the deadlock of `cargo lambda watch` 1.9.2.

use crate::support::{functions, serve};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use portal_local::{
    emulator::{Emulator, IN_FLIGHT, TimeLimits},
    function::InvokeError,
    server::Server,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::{RwLock, mpsc, oneshot};

type Waiting = oneshot::Sender<()>;
type Queues = Arc<RwLock<HashMap<String, mpsc::Sender<Waiting>>>>;

/// Waits for a place in a full queue while it holds the lock of all queues, which the processes need.
async fn invoke(State(queues): State<Queues>, Path(name): Path<String>) -> Json<Value> {
    let (answer, answered) = oneshot::channel();
    let mut locked = queues.write().await;
    if !locked.contains_key(&name) {
        let (queue, requests) = mpsc::channel(100);
        tokio::spawn(process(queues.clone(), requests));
        locked.insert(name.clone(), queue);
    }
    let queue = locked.get(&name).unwrap();
    queue.send(answer).await.unwrap();
    drop(locked);
    answered.await.unwrap();
    Json(json!({ "statusCode": 200 }))
}

async fn process(queues: Queues, mut requests: mpsc::Receiver<Waiting>) {
    loop {
        drop(queues.read().await);
        let Some(request) = requests.recv().await else {
            return;
        };
        tokio::time::sleep(Duration::from_millis(2)).await;
        let _ = request.send(());
    }
}

async fn cargo_lambda_watch() -> Server {
    let routes = Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke));
    serve(routes.with_state(Queues::default())).await
}

const QUICK: TimeLimits = TimeLimits {
    suspect: Duration::from_millis(200),
    look: Duration::from_millis(20),
    silence: Duration::from_millis(200),
};

async fn ask(emulator: &Emulator, name: &str) -> Result<Value, InvokeError> {
    let turn = emulator.turn(name, None).await?;
    emulator.invoke(turn, Bytes::from_static(b"{}")).await
}

#[tokio::test]
async fn a_thousand_requests_of_one_function_are_all_answered_and_stop_nothing() {
    let watch = cargo_lambda_watch().await;
    let emulator = Emulator::at(&watch.url().parse().unwrap(), TimeLimits::default());
    let asking: Vec<_> = (0..1000)
        .map(|_| {
            let emulator = emulator.clone();
            tokio::spawn(async move { ask(&emulator, "terms").await })
        })
        .collect();
    for asked in asking {
        tokio::time::timeout(Duration::from_mins(1), asked)
            .await
            .expect("an answer")
            .unwrap()
            .unwrap();
    }
    ask(&emulator, "login").await.unwrap();
}

/// Their requests stay in the emulator's queue: their places are not free before those were answered.
#[tokio::test]
async fn many_clients_that_disconnect_and_ask_again_stop_nothing() {
    let watch = cargo_lambda_watch().await;
    let emulator = Emulator::at(&watch.url().parse().unwrap(), TimeLimits::default());
    for _ in 0..8 {
        for _ in 0..IN_FLIGHT {
            let asked = ask(&emulator, "terms");
            let _ = tokio::time::timeout(Duration::from_millis(1), asked).await;
        }
    }
    let asked = tokio::time::timeout(Duration::from_mins(1), ask(&emulator, "terms"));
    asked.await.expect("an answer").unwrap();
}

#[tokio::test]
async fn a_request_that_waits_too_long_for_a_turn_is_unavailable() {
    let functions = functions(async |_, _| std::future::pending().await).await;
    let emulator = Emulator::at(&functions.url().parse().unwrap(), TimeLimits::default());
    let mut turns = Vec::new();
    for _ in 0..IN_FLIGHT {
        turns.push(emulator.turn("terms", None).await.unwrap());
    }
    let late = emulator.turn("terms", Some(Duration::from_millis(10))).await;
    assert!(matches!(late, Err(InvokeError::Unavailable(_))));
    emulator
        .turn("login", Some(Duration::from_millis(10)))
        .await
        .unwrap();
    turns.pop();
    emulator
        .turn("terms", Some(Duration::from_secs(20)))
        .await
        .unwrap();
}

/// A killed process answers nothing; the next request of its function shows that.
#[tokio::test]
async fn a_request_that_was_lost_is_given_up_and_its_place_is_free_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let functions = functions(move |_, _| {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        async move {
            if number < IN_FLIGHT {
                std::future::pending::<()>().await;
            }
            (StatusCode::OK, json!("alive"))
        }
    })
    .await;
    let emulator = Emulator::at(&functions.url().parse().unwrap(), QUICK);
    let silences = emulator.silences();
    let lost: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let emulator = emulator.clone();
            tokio::spawn(async move { ask(&emulator, "terms").await })
        })
        .collect();
    for lost in lost {
        let lost = tokio::time::timeout(Duration::from_secs(20), lost).await;
        assert!(matches!(lost.unwrap().unwrap(), Err(InvokeError::Failed(_))));
    }
    assert_eq!(ask(&emulator, "terms").await.unwrap(), "alive");
    assert!(!silences.has_changed().unwrap());
}

#[tokio::test]
async fn an_emulator_that_answers_nothing_is_reported() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let functions = functions(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::pending()
    })
    .await;
    let emulator = Emulator::at(&functions.url().parse().unwrap(), QUICK);
    let mut silences = emulator.silences();
    let asking = {
        let emulator = emulator.clone();
        tokio::spawn(async move { ask(&emulator, "terms").await })
    };
    for _ in 0..2 {
        let heard = tokio::time::timeout(Duration::from_secs(20), silences.changed());
        heard.await.expect("a report").unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2, "the request and one probe");
    asking.abort();
}
