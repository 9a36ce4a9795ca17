//! The emulator of Lambda, `cargo lambda watch`: invokes functions, and protects the emulator from too many requests.
//!
//! Version 1.9.2 has one queue of 100 requests per function, and waits for a place in a full queue while it holds the
//! lock of all queues, which the processes need to take requests out: one request too many, and no function answers
//! any more. So at most [`IN_FLIGHT`] requests of a function are in flight, and the others wait here. A request
//! counts until it can no longer be in the queue, even if its sender has disconnected.

mod gate;

use crate::{
    function::{Function, InvokeError},
    upstream::{self, Upstream},
};
use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, Uri, header},
};
use gate::Gate;
use http_body_util::{BodyExt as _, Limited};
use serde_json::Value;
use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, oneshot, watch},
    time::Instant,
};

/// The maximum number of requests in flight of one function. The emulator's queue has room for 100, and a few bypass
/// this limit: functions call the claims simulator directly.
pub const IN_FLIGHT: usize = 64;

/// The maximum size of a synchronous answer of Lambda, in bytes.
const MAX_ANSWER: usize = 6 * 1024 * 1024;

/// Time limits. Tests have shorter ones.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimits {
    /// The age at which an unanswered request may be lost, for example with a killed process. API Gateway waits this
    /// long for a function.
    pub suspect: Duration,
    /// The interval of the checks of such a request.
    pub look: Duration,
    /// How long the emulator may answer nothing after a probe before it is reported as silent.
    pub silence: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            suspect: Duration::from_secs(30),
            look: Duration::from_secs(1),
            silence: Duration::from_secs(15),
        }
    }
}

/// A client of `cargo lambda watch`, shared by everything that invokes functions.
#[derive(Clone)]
pub struct Emulator(Arc<Shared>);

struct Shared {
    client: Upstream,
    base: String,
    limits: TimeLimits,
    gates: Mutex<HashMap<String, Arc<Gate>>>,
    /// The time of its last answer to any request.
    answered: Mutex<Instant>,
    /// How often it was silent.
    silent: watch::Sender<u64>,
}

impl Emulator {
    /// The emulator at `base`.
    pub fn at(base: &Uri, limits: TimeLimits) -> Self {
        Self(Arc::new(Shared {
            client: upstream::client(),
            base: base.to_string().trim_end_matches('/').to_owned(),
            limits,
            gates: Mutex::default(),
            answered: Mutex::new(Instant::now()),
            silent: watch::Sender::new(0),
        }))
    }

    /// The number of times the emulator was found silent.
    pub fn silences(&self) -> watch::Receiver<u64> {
        self.0.silent.subscribe()
    }

    /// Waits for a place among the function's requests, at most for `limit`.
    pub async fn turn(&self, name: &str, limit: Option<Duration>) -> Result<Turn, InvokeError> {
        let gate = self.gate(name);
        let permit = match limit {
            None => gate.enter().await,
            Some(limit) => tokio::time::timeout(limit, gate.enter())
                .await
                .map_err(|_| InvokeError::Unavailable(format!("{name} has too much to do")))?,
        };
        let name = name.to_owned();
        Ok(Turn { name, gate, permit })
    }

    /// Invokes the function of the place.
    pub async fn invoke(&self, turn: Turn, event: Bytes) -> Result<Value, InvokeError> {
        let (answer, answered) = oneshot::channel();
        // A separate task: the request stays in the emulator's queue even if its sender disconnects.
        tokio::spawn(self.clone().carry(turn, event, answer));
        answered
            .await
            .unwrap_or_else(|_| Err(InvokeError::Failed("the stack is stopping".to_owned())))
    }

    /// The function as a handler of events, with at most `timeout` for one once it has a place.
    pub fn function(&self, name: &str, timeout: Duration) -> Function {
        let (emulator, name) = (self.clone(), name.to_owned());
        Function::from_fn(move |event| {
            let (emulator, name) = (emulator.clone(), name.clone());
            async move {
                let turn = emulator.turn(&name, None).await?;
                let invocation = emulator.invoke(turn, Bytes::from(event.to_string()));
                tokio::time::timeout(timeout, invocation)
                    .await
                    .unwrap_or_else(|_| Err(InvokeError::Failed("Sandbox.Timedout".to_owned())))
            }
        })
    }

    fn gate(&self, name: &str) -> Arc<Gate> {
        let mut gates = self.0.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            gates
                .entry(name.to_owned())
                .or_insert_with(|| Arc::new(Gate::new(IN_FLIGHT))),
        )
    }

    /// Sends a request, and keeps its place until it can no longer be in the emulator's queue.
    async fn carry(self, turn: Turn, event: Bytes, answer: oneshot::Sender<Result<Value, InvokeError>>) {
        let Turn { name, gate, permit } = turn;
        let TimeLimits { suspect, look, .. } = self.0.limits;
        let number = gate.number();
        let mut call = pin!(self.call(&name, event));
        let mut wait = suspect;
        let result = loop {
            match tokio::time::timeout(wait, &mut call).await {
                Ok(result) => break result,
                Err(_) if gate.has_passed(number) => {
                    tracing::warn!(
                        function = name,
                        "a request was not answered: its process may have been killed"
                    );
                    break Err(InvokeError::Failed("no answer".to_owned()));
                }
                Err(_) => self.probe(&name, &gate),
            }
            wait = look;
        };
        if was_answered(&result) {
            gate.answered(number);
        }
        drop(permit);
        // The sender may have disconnected.
        let _ = answer.send(result);
    }

    /// Sends the function another request behind the suspect one, unless one is in flight: its answer shows that all
    /// earlier ones have left the queue.
    fn probe(&self, name: &str, gate: &Arc<Gate>) {
        let Some(probing) = gate.probing() else { return };
        let (this, name, gate) = (self.clone(), name.to_owned(), Arc::clone(gate));
        tokio::spawn(async move {
            let number = gate.number();
            let began = Instant::now();
            let mut call = pin!(this.call(&name, Bytes::from_static(b"{}")));
            // An unanswered probe stays in the queue permanently: no second one is sent.
            let result = loop {
                match tokio::time::timeout(this.0.limits.silence, &mut call).await {
                    Ok(result) => break result,
                    Err(_) => this.report(&name, began),
                }
            };
            if was_answered(&result) {
                gate.answered(number);
            }
            drop(probing);
        });
    }

    /// Reports that a function does not answer, and whether any other one does.
    fn report(&self, name: &str, since: Instant) {
        let last = *self.0.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if last < since {
            tracing::warn!(function = name, "cargo lambda watch answers nothing");
            self.0.silent.send_modify(|count| *count += 1);
        } else {
            tracing::warn!(function = name, "the function answers nothing; others do");
        }
    }

    async fn call(&self, name: &str, event: Bytes) -> Result<Value, InvokeError> {
        let uri = format!("{}/2015-03-31/functions/{name}/invocations", self.0.base);
        let result = invoke(&self.0.client, &uri, event).await;
        if was_answered(&result) {
            *self.0.answered.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        result
    }
}

/// A place among the function's requests, for one invocation.
#[derive(Debug)]
pub struct Turn {
    name: String,
    gate: Arc<Gate>,
    permit: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Emulator").field(&self.0.base).finish()
    }
}

/// Whether the function got the event.
fn was_answered(result: &Result<Value, InvokeError>) -> bool {
    !matches!(result, Err(InvokeError::Unavailable(_)))
}

async fn invoke(client: &Upstream, uri: &str, event: Bytes) -> Result<Value, InvokeError> {
    let unavailable = |error: &dyn std::error::Error| InvokeError::Unavailable(error.to_string());
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(event))
        .map_err(|error| unavailable(&error))?;
    let (head, body) = client
        .request(request)
        .await
        .map_err(|error| unavailable(&error))?
        .into_parts();
    let body = Limited::new(body, MAX_ANSWER)
        .collect()
        .await
        .map_err(|error| InvokeError::Failed(format!("the answer broke off: {error}")))?
        .to_bytes();

    match head.status {
        // Lambda answers 200 to a failed invocation, with a header; the emulator answers 500.
        status if status.is_success() && !head.headers.contains_key("x-amz-function-error") => {
            if body.is_empty() {
                return Ok(Value::Null);
            }
            serde_json::from_slice(&body)
                .map_err(|error| InvokeError::Failed(format!("the answer is not JSON: {error}")))
        }
        // Not built yet, busy, or restarting: not the event's fault.
        StatusCode::NOT_FOUND
        | StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Err(InvokeError::Unavailable(head.status.to_string())),
        status => Err(InvokeError::Failed(
            error_type(&body).unwrap_or_else(|| status.to_string()),
        )),
    }
}

/// The error type that a runtime reported. Its message is not logged: it may quote the event.
fn error_type(body: &[u8]) -> Option<String> {
    let report: Value = serde_json::from_slice(body).ok()?;
    report.get("errorType")?.as_str().map(str::to_owned)
}
