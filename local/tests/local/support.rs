//! Common parts of the tests: clients, clocks, and functions that replace the portal's.

use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path},
    http::{HeaderMap, Request, StatusCode},
    routing::post,
};
use http_body_util::BodyExt as _;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use jiff::Timestamp;
use portal_local::{
    aws,
    clock::Clock,
    emulator::{Emulator, TimeLimits},
    engine::Engine,
    front::{self, FrontOptions},
    problem::ProblemPages,
    server::Server,
    ses::{self, Postbox, PostboxOptions},
};
use serde_json::{Value, json};
use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, sync::mpsc};

/// 2026年4月1日 9時00分 in Japan.
pub(crate) const START: &str = "2026-04-01T00:00:00Z";

/// The base URL of the problem pages.
pub(crate) const PROBLEMS: &str = "https://problems.example.jp/";

pub(crate) fn problem_pages() -> ProblemPages {
    ProblemPages::below(PROBLEMS)
}

/// A clock that changes only when it is set.
#[derive(Clone)]
pub(crate) struct SetClock(Arc<Mutex<Timestamp>>);

impl SetClock {
    pub(crate) fn at(time: &str) -> Self {
        Self(Arc::new(Mutex::new(time.parse().unwrap())))
    }

    pub(crate) fn set(&self, time: &str) {
        *self.0.lock().unwrap() = time.parse().unwrap();
    }

    pub(crate) fn clock(&self) -> Clock {
        let shown = self.0.clone();
        Clock::from_fn(move || *shown.lock().unwrap())
    }
}

pub(crate) async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

pub(crate) async fn engine() -> Engine {
    Engine::in_memory(SetClock::at(START).clock()).await.unwrap()
}

pub(crate) fn dynamodb(endpoint: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws::plain_http_client())
        .credentials_provider(aws::credentials())
        .region(Region::from_static(aws::REGION))
        .endpoint_url(endpoint)
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// SES, its postbox, and its `EventBridge` events.
pub(crate) struct Ses {
    pub(crate) client: aws_sdk_sesv2::Client,
    pub(crate) postbox: Postbox,
    pub(crate) events: mpsc::UnboundedReceiver<Value>,
    pub(crate) url: String,
    _server: Server,
}

impl Ses {
    pub(crate) async fn start() -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let mut options = PostboxOptions::in_memory(SetClock::at(START).clock());
        options.events = Some(sender);
        let postbox = Postbox::open(options).unwrap();
        let server = ses::serve(listener().await, postbox.clone()).unwrap();
        Self {
            client: Self::client(&server.url()),
            postbox,
            events,
            url: server.url(),
            _server: server,
        }
    }

    pub(crate) fn client(endpoint: &str) -> aws_sdk_sesv2::Client {
        let config = aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws::plain_http_client())
            .credentials_provider(aws::credentials())
            .region(Region::from_static(aws::REGION))
            .endpoint_url(endpoint)
            .retry_config(aws_sdk_sesv2::config::retry::RetryConfig::disabled())
            .build();
        aws_sdk_sesv2::Client::from_conf(config)
    }

    /// The events so far.
    pub(crate) fn told(&mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

pub(crate) async fn serve(router: Router) -> Server {
    Server::start(listener().await, router).unwrap()
}

/// A whole answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn send(request: Request<Body>) -> Reply {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (head, body) = client.request(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Reply {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub(crate) async fn get(url: &str) -> Reply {
    send(Request::get(url).body(Body::empty()).unwrap()).await
}

pub(crate) async fn put(url: &str, body: &str) -> Reply {
    send(Request::put(url).body(Body::from(body.to_owned())).unwrap()).await
}

/// The dev server before functions at this address.
pub(crate) async fn front(options: FrontOptions, functions: &str) -> Server {
    let emulator = Emulator::at(&functions.parse().unwrap(), TimeLimits::default());
    let postbox = Postbox::open(PostboxOptions::in_memory(SetClock::at(START).clock())).unwrap();
    serve(front::router(options, emulator, postbox, None)).await
}

/// Functions of a test, behind the invoke API: each answer is a status and a document.
pub(crate) async fn functions<F, A>(handler: F) -> Server
where
    F: Fn(String, Value) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = (StatusCode, Value)> + Send + 'static,
{
    let invoke = async move |Path(name): Path<String>, Json(event): Json<Value>| {
        let (status, answer) = handler(name, event).await;
        (status, Json(answer))
    };
    let routes = Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke));
    serve(routes.layer(DefaultBodyLimit::disable())).await
}

pub(crate) fn assert_is_problem(answer: &Reply, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    let problem = answer.json();
    assert_eq!(
        (&problem["code"], &problem["status"]),
        (&json!(code), &json!(status))
    );
    assert_eq!(problem["type"], json!(format!("{PROBLEMS}{code}")));
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_ascii()));
    assert_eq!(
        problem["instance"],
        json!(format!("urn:request:{}", answer.header("x-request-id")))
    );
}
