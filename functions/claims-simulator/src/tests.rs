//! The simulator on a real engine in the test's process, with a clock that the tests set.

mod contract;
mod judging;
mod modes;
mod offices;
mod requests;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use lambda_http::http;

use super::*;

const PLAIN: &str = "KJ000000000001";
const WITH_CODE: &str = "KJ000000000002";
const MINUTE: i64 = 60;

/// A simulator, its engine, and its time.
struct Stand {
    deps: Arc<Deps>,
    client: Client,
    seconds: Arc<AtomicI64>,
    // The engine stops when this is dropped.
    _engine: tokio::sync::oneshot::Sender<()>,
}

impl Stand {
    async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (engine, stopped) = tokio::sync::oneshot::channel::<()>();
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, async {
            let _ = stopped.await;
        }));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(format!("http://{address}"))
            .build();
        let client = Client::from_conf(config);
        client
            .create_table()
            .table_name("simulator")
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(
                KeySchemaElement::builder()
                    .attribute_name("pk")
                    .key_type(KeyType::Hash)
                    .build()
                    .unwrap(),
            )
            .attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name("pk")
                    .attribute_type(ScalarAttributeType::S)
                    .build()
                    .unwrap(),
            )
            .send()
            .await
            .unwrap();
        // Nine in the morning of the first of April, in Japan.
        let seconds = Arc::new(AtomicI64::new(1_775_001_600));
        Self {
            deps: Arc::new(deps(&client, &seconds)),
            client,
            seconds,
            _engine: engine,
        }
    }

    /// Another process on the same table.
    fn another(&self) -> Arc<Deps> {
        Arc::new(deps(&self.client, &self.seconds))
    }

    fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        call(&self.deps, method, path, body).await
    }

    async fn password(&self, user_id: &str, password: &str) -> Value {
        authentication(&self.deps, user_id, password).await
    }

    async fn code(&self, user_id: &str, code: &str) -> Value {
        let body = json!({ "userId": user_id, "securityCode": code }).to_string();
        let (status, answer) = self.call("POST", "/security-codes", &body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn put(&self, user_id: &str, office: &Value) {
        let (status, answer) = self
            .call("PUT", &format!("/_dev/offices/{user_id}"), &office.to_string())
            .await;
        assert_eq!((status, answer), (204, Value::Null));
    }

    async fn mode(&self, mode: &str) {
        let (status, answer) = self
            .call("PUT", "/_dev/claims", &json!({ "mode": mode }).to_string())
            .await;
        assert_eq!((status, answer), (204, Value::Null));
    }

    /// The office as the list shows it.
    async fn listed(&self, user_id: &str) -> Value {
        let (status, list) = self.call("GET", "/_dev/offices", "").await;
        assert_eq!(status, 200, "{list}");
        let offices = list.as_array().unwrap();
        offices
            .iter()
            .find(|office| office["userId"] == user_id)
            .cloned()
            .unwrap_or_default()
    }
}

fn deps(client: &Client, seconds: &Arc<AtomicI64>) -> Deps {
    let seconds = Arc::clone(seconds);
    Deps::new(client.clone(), "simulator", move || {
        Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap()
    })
    .with_slow(Duration::from_millis(200))
}

async fn call(deps: &Deps, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1:9000{path}"))
        .header("content-type", "application/json")
        .body(Body::Text(body.to_owned()))
        .unwrap();
    let response = handle(deps, request).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let status = response.status().as_u16();
    let answer = serde_json::from_slice(response.body()).unwrap_or_default();
    (status, answer)
}

async fn authentication(deps: &Deps, user_id: &str, password: &str) -> Value {
    let body = json!({ "userId": user_id, "password": password }).to_string();
    let (status, answer) = call(deps, "POST", "/authentications", &body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn office() -> Value {
    json!({
        "password": "Atarashii1", "officeNumber": "1379912340", "officeName": "見本の家",
        "mailAddress": "ie@example.jp",
    })
}
