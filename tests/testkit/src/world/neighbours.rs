//! The neighbours of the portal in a world: `deliver-mail`, the fault layer, the claims simulator.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::State;
use jiff::Timestamp;
use lambda_http::{Body, Request};
use portal::steps;
use portal_local::faults::{Faults, Neighbour};
use portal_local::function::{Function, InvokeError};
use portal_local::server::Server;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::clients::{TimeOuts, dynamodb_client};
use super::{Settings, World};
use crate::death::Deaths;
use crate::people::TestOffice;
use crate::roles::Recorded;

impl World {
    /// Another office of the claims system, with its own number, user and address.
    pub async fn another_office(&self, at: usize) -> TestOffice {
        // A name per office and process; there are few of them.
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let office = TestOffice {
            user_id: leak(format!("KJ0000009{at:05}")),
            password: "Mihon9999",
            number: leak(format!("13799{at:05}")),
            name: "見本あらし事業所",
            mail_address: leak(format!("office{at}@example.jp")),
            security_code: None,
        };
        let body = json!({
            "officeNumber": office.number,
            "officeName": office.name,
            "mailAddress": office.mail_address,
            "password": office.password,
            "passwordExpired": false,
            "locked": false,
        });
        let path = format!("/_dev/offices/{}", office.user_id);
        let (status, told) = self.simulator("PUT", &path, Some(body)).await;
        assert_eq!(status, 204, "{told}");
        office
    }

    /// Calls the claims simulator's own endpoints.
    pub async fn simulator(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = lambda_http::http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(body.map_or(Body::Empty, |body| Body::Text(body.to_string())))
            .unwrap();
        let response = claims_simulator::handle(&simulator_deps(&self.dynamodb, &self.time), request).await;
        let body = response.body().to_vec();
        (
            response.status().as_u16(),
            serde_json::from_slice(&body).unwrap_or(Value::Null),
        )
    }
}

/// `deliver-mail`, whose processes die as planned; each loses its memory.
pub(super) fn mortal_deliver_mail(
    process: impl Fn() -> Arc<deliver_mail::Deps> + Clone + Send + Sync + 'static,
    deaths: Deaths,
    faults: Faults,
    recorded: Recorded,
) -> Function {
    let living = Arc::new(std::sync::Mutex::new(process()));
    Function::from_fn(move |event| {
        let (deaths, faults, recorded) = (deaths.clone(), faults.clone(), recorded.clone());
        let (living, process) = (living.clone(), process.clone());
        async move {
            let deps = living.lock().unwrap().clone();
            let handling = deliver_mail::handle(&deps, event);
            let handling = Box::pin(recorded.running(steps::Function::DeliverMail, handling));
            let Some(answer) = deaths.next(handling, &faults).await else {
                *living.lock().unwrap() = process();
                return Err(InvokeError::Failed("the process died".to_owned()));
            };
            let answer = answer.map_err(|error| InvokeError::Failed(error.to_string()))?;
            serde_json::to_value(answer).map_err(|error| InvokeError::Failed(error.to_string()))
        }
    })
}

/// The address of a neighbour: its own, or that of the fault layer before it.
pub(super) async fn between(
    settings: &Settings,
    faults: &Faults,
    neighbour: Neighbour,
    endpoint: String,
    servers: &mut Vec<Server>,
) -> String {
    if !settings.breakable {
        return endpoint;
    }
    let server = faults.before(neighbour, &endpoint, free_port().await).unwrap();
    let url = server.url();
    servers.push(server);
    url
}

/// The neighbours' clock, which shows the world's time.
pub(super) fn clock_of(time: &Arc<AtomicI64>) -> portal_local::clock::Clock {
    let time = time.clone();
    portal_local::clock::Clock::from_fn(move || Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap())
}

pub(super) async fn free_port() -> TcpListener {
    TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap()
}

fn simulator_deps(dynamodb: &aws_sdk_dynamodb::Client, time: &Arc<AtomicI64>) -> claims_simulator::Deps {
    let time = time.clone();
    let now = move || Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap();
    claims_simulator::Deps::new(dynamodb.clone(), "claims-simulator", now)
}

/// The claims simulator behind real HTTP, as the gateway reaches it.
pub(super) async fn simulator(endpoint: &str, time: &Arc<AtomicI64>) -> Server {
    async fn answer(
        State(deps): State<Arc<claims_simulator::Deps>>,
        request: axum::extract::Request,
    ) -> axum::response::Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
        let request = Request::from_parts(parts, Body::Text(String::from_utf8_lossy(&body).into_owned()));
        let (parts, body) = claims_simulator::handle(&deps, request).await.into_parts();
        axum::response::Response::from_parts(parts, axum::body::Body::from(body.to_vec()))
    }
    let deps = Arc::new(simulator_deps(
        &dynamodb_client(endpoint, None, TimeOuts::Endless),
        time,
    ));
    Server::start(free_port().await, Router::new().fallback(answer).with_state(deps)).unwrap()
}
