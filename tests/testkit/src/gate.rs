//! Stops requests before each call to the table, so that a test decides which of them continues next.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

tokio::task_local! {
    static WHO: Cell<usize>;
}

/// A call that waits.
#[derive(Debug)]
pub struct WaitingCall {
    /// Its request.
    pub who: usize,
    /// The verb and the kinds of items, in order: `PutItem ACCOUNT`.
    pub what: String,
    go: oneshot::Sender<()>,
}

impl WaitingCall {
    /// Releases the call.
    pub fn goes(self) {
        // The request may have died meanwhile.
        _ = self.go.send(());
    }
}

/// The gate before the table.
#[derive(Debug, Clone)]
pub struct Gate(Arc<mpsc::UnboundedSender<WaitingCall>>);

impl Gate {
    /// A gate, and the channel of waiting calls.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<WaitingCall>) {
        let (tell, told) = mpsc::unbounded_channel();
        (Self(Arc::new(tell)), told)
    }

    /// Runs a request whose calls wait at the gate; all others pass it.
    pub async fn stops<T>(who: usize, request: impl Future<Output = T>) -> T {
        WHO.scope(Cell::new(who), request).await
    }

    pub(crate) fn before(&self, client: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Gated {
            gate: self.clone(),
            client,
        })
    }
}

#[derive(Debug)]
struct Gated<C> {
    gate: Gate,
    client: C,
}

impl HttpClient for Gated<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Gated {
            gate: self.gate.clone(),
            client: self.client.http_connector(settings, components),
        })
    }
}

impl HttpConnector for Gated<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Ok(who) = WHO.try_with(Cell::get) else {
            return self.client.call(request);
        };
        let (go, may_go) = oneshot::channel();
        let asked = WaitingCall {
            who,
            what: what(&request),
            go,
        };
        if self.gate.0.send(asked).is_err() {
            return self.client.call(request);
        }
        let client = self.client.clone();
        HttpConnectorFuture::new(async move {
            // Without a receiver the gate is open.
            _ = may_go.await;
            client.call(request).await
        })
    }
}

fn what(request: &HttpRequest) -> String {
    let verb = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.rsplit('.').next())
        .unwrap_or("?");
    let body: Value = request
        .body()
        .bytes()
        .and_then(|octets| serde_json::from_slice(octets).ok())
        .unwrap_or(Value::Null);
    let writes: Vec<&Value> = match body["TransactItems"].as_array() {
        Some(writes) => writes
            .iter()
            .filter_map(|write| write.as_object()?.values().next())
            .collect(),
        None => vec![&body],
    };
    let kinds: Vec<&str> = writes
        .iter()
        .filter_map(|write| {
            let pk = write
                .pointer("/Key/pk/S")
                .or_else(|| write.pointer("/Item/pk/S"))?;
            pk.as_str()?.split('#').next()
        })
        .collect();
    format!("{verb} {}", kinds.join(" "))
}
