//! The server in between: reads a whole request, asks the plan, and forwards it to the neighbour or not.

use super::{
    Faults,
    answers::{self, NeighbourResponse},
    history,
    plan::{Kind, Neighbour},
};
use crate::{
    server::Server,
    upstream::{self, Upstream},
};
use axum::{
    body::Body,
    http::{Request, Response, header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{io, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinSet};

/// No neighbour accepts more: `DynamoDB` 16 MB, the SES double 10 MB.
const MOST: usize = 16 * 1024 * 1024;

/// Makes hyper close the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the plan cut the connection")]
struct Cut;

struct Between {
    faults: Faults,
    neighbour: Neighbour,
    base: String,
    client: Upstream,
}

/// Forwards requests from `listener` to the neighbour at `base`, with faults.
pub(super) fn serve(
    faults: Faults,
    neighbour: Neighbour,
    base: &str,
    listener: TcpListener,
) -> io::Result<Server> {
    let between = Arc::new(Between {
        faults,
        neighbour,
        base: base.trim_end_matches('/').to_owned(),
        client: upstream::client(),
    });
    Server::spawn(listener, |listener, mut stopped| async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = &mut stopped => return Ok(()),
                Some(_) = connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok((connection, _)) => {
                        let _ = connection.set_nodelay(true);
                        let between = Arc::clone(&between);
                        let answer = service_fn(move |request| {
                            let between = Arc::clone(&between);
                            async move { between.answer(request).await }
                        });
                        connections.spawn(async move {
                            // Broken connections are expected here.
                            let _ = http1::Builder::new()
                                .serve_connection(TokioIo::new(connection), answer)
                                .await;
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
            }
        }
    })
}

/// A whole request.
struct NeighbourRequest {
    head: Parts,
    body: Bytes,
}

impl Between {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<NeighbourResponse, Cut> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, MOST)
            .collect()
            .await
            .map_err(|_| Cut)?
            .to_bytes();
        let asked = NeighbourRequest { head, body };
        let Some(operation) = self.operation(&asked) else {
            return self.forward(&asked).await;
        };
        let json: Value = if self.neighbour == Neighbour::DynamoDb {
            serde_json::from_slice(&asked.body).unwrap_or(Value::Null)
        } else {
            Value::Null
        };
        let key = history::key_of(&json);
        let applies = |kind| self.applies(kind, &operation, &json);
        let kind = self
            .faults
            .decide(self.neighbour, &operation, &asked.head.headers, &applies);
        let Some(kind) = kind else {
            return self.perform(&asked, &operation, &json).await;
        };
        if kind == Kind::Stale {
            return match key.and_then(|key| self.faults.stale(&key)) {
                Some(stale) => {
                    self.faults.hit(self.neighbour, &operation, kind);
                    Ok(stale)
                }
                None => self.perform(&asked, &operation, &json).await,
            };
        }
        let writes = history::changed_by(&operation, &json).len();
        if let Some(answer) = answers::instead(self.neighbour, &operation, kind, writes) {
            self.faults.hit(self.neighbour, &operation, kind);
            return Ok(answer);
        }
        let hit = || self.faults.hit(self.neighbour, &operation, kind);
        match kind {
            Kind::Lost => {
                let _ = self.perform(&asked, &operation, &json).await;
                hit();
                Err(Cut)
            }
            Kind::Cut => {
                hit();
                Err(Cut)
            }
            Kind::SilentDone => {
                let _ = self.perform(&asked, &operation, &json).await;
                hit();
                std::future::pending().await
            }
            Kind::Silent => {
                hit();
                std::future::pending().await
            }
            Kind::Late(time) => {
                hit();
                let late = Arc::clone(&self);
                self.faults.later(async move {
                    tokio::time::sleep(time).await;
                    let _ = late.perform(&asked, &operation, &json).await;
                });
                Err(Cut)
            }
            Kind::Delay(time) => {
                hit();
                tokio::time::sleep(time).await;
                self.perform(&asked, &operation, &json).await
            }
            kind => {
                let answer = self.perform(&asked, &operation, &json).await?;
                hit();
                let (head, body) = answer.into_parts();
                let told = body.collect().await.map_err(|_| Cut)?.to_bytes();
                Ok(answers::spoilt(kind, &asked.body, &told)
                    .unwrap_or_else(|| Response::from_parts(head, Full::new(told))))
            }
        }
    }

    /// The operation, if it may break: not the stream, nor the `_dev` routes of the claims simulator.
    fn operation(&self, asked: &NeighbourRequest) -> Option<String> {
        let path = asked.head.uri.path();
        match self.neighbour {
            Neighbour::DynamoDb => {
                let target = asked.head.headers.get("x-amz-target")?.to_str().ok()?;
                let (api, operation) = target.split_once('.')?;
                api.starts_with("DynamoDB_").then(|| operation.to_owned())
            }
            Neighbour::Ses => Some(
                match path {
                    "/v2/email/outbound-emails" => "SendEmail",
                    _ => "Other",
                }
                .to_owned(),
            ),
            Neighbour::Claims if path.contains("/_dev/") => None,
            Neighbour::Claims => path.rsplit('/').next().map(str::to_owned),
        }
    }

    fn applies(&self, kind: Kind, operation: &str, json: &Value) -> bool {
        match kind {
            Kind::Conflict => answers::is_write(operation),
            Kind::Stale => {
                history::may_be_behind(operation, json)
                    && history::key_of(json).is_some_and(|key| self.faults.has_changed(&key))
            }
            _ => true,
        }
    }

    /// Forwards the request, and records the earlier states of its items.
    async fn perform(
        &self,
        asked: &NeighbourRequest,
        operation: &str,
        json: &Value,
    ) -> Result<NeighbourResponse, Cut> {
        let changed = if self.faults.remembers() {
            history::changed_by(operation, json)
        } else {
            Vec::new()
        };
        let mut before = Vec::with_capacity(changed.len());
        for key in changed {
            let item = self.read(asked, &key).await?;
            before.push((key, item));
        }
        let answer = self.forward(asked).await?;
        if answer.status().is_success() {
            for (key, item) in before {
                self.faults.note(key, item);
            }
        }
        Ok(answer)
    }

    async fn read(&self, asked: &NeighbourRequest, key: &history::Key) -> Result<Option<Value>, Cut> {
        let mut head = asked.head.clone();
        head.headers.insert(
            "x-amz-target",
            header::HeaderValue::from_static("DynamoDB_20120810.GetItem"),
        );
        let body = Bytes::from(history::strong_read(key).to_string());
        let answer = self.forward(&NeighbourRequest { head, body }).await?;
        let told = answer.into_body().collect().await.map_err(|_| Cut)?.to_bytes();
        let told: Value = serde_json::from_slice(&told).map_err(|_| Cut)?;
        Ok(told.get("Item").cloned())
    }

    async fn forward(&self, asked: &NeighbourRequest) -> Result<NeighbourResponse, Cut> {
        let path = asked.head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(asked.head.method.clone())
            .uri(format!("{}{path}", self.base))
            .body(Body::from(asked.body.clone()))
            .map_err(|_| Cut)?;
        let headers = request.headers_mut();
        headers.extend(asked.head.headers.clone());
        for name in [
            header::HOST,
            header::CONTENT_LENGTH,
            header::CONNECTION,
            header::TRANSFER_ENCODING,
        ] {
            headers.remove(name);
        }
        let answer = self.client.request(request).await.map_err(|error| {
            tracing::debug!(neighbour = %self.neighbour, %error, "a neighbour cannot be reached");
            Cut
        })?;
        let (mut head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        for name in [
            header::CONTENT_LENGTH,
            header::CONNECTION,
            header::TRANSFER_ENCODING,
        ] {
            head.headers.remove(name);
        }
        Ok(Response::from_parts(head, Full::new(body)))
    }
}
