//! A double of AWS with one prepared answer, for input that no engine would store.

use std::sync::{Arc, Mutex, OnceLock};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use platform::store::Table;
use portal::limits::Limits;

/// Answers every call with the prepared body, and records the calls.
#[derive(Clone, Debug, Default)]
pub struct Aws {
    answer: Arc<Mutex<Vec<u8>>>,
    asked: Arc<Mutex<Vec<Vec<u8>>>>,
    table: Arc<OnceLock<Table>>,
}

impl Aws {
    /// Sets the answer to all later calls.
    pub fn answers(&self, body: impl Into<Vec<u8>>) {
        *self.answer.lock().expect("no test panics in here") = body.into();
    }

    /// The bodies of the calls so far.
    pub fn asked(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.asked.lock().expect("no test panics in here"))
    }

    fn http(&self) -> SharedHttpClient {
        // Without the cell of the table, which would contain itself.
        let connector = SharedHttpConnector::new(Self {
            table: Arc::default(),
            ..self.clone()
        });
        http_client_fn(move |_, _| connector.clone())
    }

    /// A table on this double; a client is expensive, so there is only one.
    pub fn table(&self) -> Table {
        self.table.get_or_init(|| self.new_table()).clone()
    }

    fn new_table(&self) -> Table {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .region(Region::from_static("ap-northeast-1"))
            .endpoint_url("http://127.0.0.1:1")
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
            .http_client(self.http())
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        Table::new(client, "portal".to_owned(), Limits::standard())
    }

    /// A mail service on this double.
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        let config = aws_sdk_sesv2::Config::builder()
            .behavior_version(aws_sdk_sesv2::config::BehaviorVersion::latest())
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .region(Region::from_static("ap-northeast-1"))
            .endpoint_url("http://127.0.0.1:1")
            .retry_config(aws_sdk_sesv2::config::retry::RetryConfig::disabled())
            .http_client(self.http())
            .build();
        aws_sdk_sesv2::Client::from_conf(config)
    }
}

impl HttpConnector for Aws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = request.body().bytes().unwrap_or_default().to_vec();
        self.asked.lock().expect("no test panics in here").push(asked);
        let answer = self.answer.lock().expect("no test panics in here").clone();
        let status = StatusCode::try_from(200).expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(answer));
        response
            .headers_mut()
            .insert("content-type", "application/x-amz-json-1.0");
        HttpConnectorFuture::ready(Ok(response))
    }
}
