//! Requests: any octets get an answer, with a status of the contract, and without an echo.

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use lambda_http::http::{HeaderName, HeaderValue, Request};
use lambda_http::{Body, Response};
use platform::clock::Clock;
use platform::http::{Edge, Fields, Success};
use portal::limits::Limits;
use portal::problem::Kind;
use portal::steps::{Cookie, Field, Function, STEPS, Shape, Step, find};
use serde_json::Value;

/// The portal's own origin here.
pub const ORIGIN: &str = "https://portal.example.jp";

/// The parts of a request that a client chooses.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// Headers; invalid ones are left out, as by a gateway.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Sent {
    /// A request to this step.
    pub fn to(step: Step) -> Self {
        Self {
            method: step.method.name().to_owned(),
            path: format!("/api/v1{}", step.path),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With this header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With JSON.
    #[must_use]
    pub fn with_json(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with("content-type", "application/json")
    }

    /// From octets: the step, then lines of headers, an empty line, and the body.
    pub fn of_octets(octets: &[u8]) -> Option<Self> {
        let (which, rest) = octets.split_first()?;
        let step = STEPS.get(usize::from(*which) % STEPS.len())?;
        let mut sent = Self::to(*step);
        let (head, body) = match rest.windows(2).position(|two| two == b"\n\n") {
            Some(at) => (&rest[..at], &rest[at + 2..]),
            None => (&[][..], rest),
        };
        for line in head.split(|octet| *octet == b'\n') {
            // A digit selects one of the headers with a meaning.
            let known = ["content-type", "idempotency-key", "cookie", "origin"];
            let Some((first, value)) = line.split_first() else {
                continue;
            };
            sent = if let Some(name) = known.get(usize::from(first.wrapping_sub(b'0'))) {
                sent.with(name, value)
            } else {
                let mut parts = line.splitn(2, |octet| *octet == b':');
                let name = String::from_utf8_lossy(parts.next()?).into_owned();
                sent.with(&name, parts.next().unwrap_or_default())
            };
        }
        sent.body = body.to_vec();
        Some(sent)
    }

    fn request(&self) -> Option<Request<Body>> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(self.path.as_str())
            .body(Body::Binary(self.body.clone()))
            .ok()?;
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_bytes(value),
            ) {
                request.headers_mut().append(name, value);
            }
        }
        Some(request)
    }
}

/// The input of the step, if the request reached it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its texts, by name.
    pub texts: Vec<(String, String)>,
    /// Whether a cookie named a flow.
    pub flow: bool,
}

fn texts(step: Step, fields: &Fields) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for input in step.fields {
        let (field, inner) = match input.field.shape() {
            Shape::Object(inner) => (input.field, inner),
            Shape::Text | Shape::Secret | Shape::ForeignSecret(_) | Shape::SecretOctets(_) | Shape::Flag => {
                (input.field, &[][..])
            }
        };
        let name = field.name().to_owned();
        texts.extend(fields.text(field).map(|text| (name, text.to_owned())));
        for inner in inner {
            let name = format!("{}/{}", field.name(), inner.name());
            texts.extend(fields.text_in(field, *inner).map(|text| (name, text.to_owned())));
        }
    }
    texts
}

/// Sends it to a step that accepts everything; returns the answer and the input of the step.
pub async fn answer(sent: &Sent) -> Option<(Response<Body>, Option<Given>)> {
    Some(answer_request(sent.request()?).await)
}

/// The same for what API Gateway hands over.
pub async fn answer_event(event: &Value) -> (Response<Body>, Option<Given>) {
    let request = platform::http::request_of(event).expect("any event is a request");
    answer_request(request.into()).await
}

async fn answer_request(request: Request<Body>) -> (Response<Body>, Option<Given>) {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let step = find(method, path);
    let edge = Edge {
        function: step.map_or(Function::NotFound, |step| step.function),
        clock: Clock::Set(Arc::new(AtomicI64::new(1_775_001_600))),
        random: platform::random::Random::System,
        limits: Arc::new(Limits::standard()),
        origins: vec![ORIGIN.to_owned()].into(),
        problem_base: "https://portal.example.jp/problems/".into(),
        origin_secrets: platform::http::OriginSecrets::default(),
    };
    let given: Arc<Mutex<Option<Given>>> = Arc::default();
    let taken = given.clone();
    let response = edge
        .serve(request, |call| async move {
            let cookies = Cookie::ALL.iter().any(|cookie| call.flow(*cookie).is_some());
            *taken.lock().expect("one at a time") = Some(Given {
                texts: texts(call.step, &call.fields),
                flow: call.step.cookie.is_some_and(|cookie| call.flow(cookie).is_some()),
            });
            assert!(cookies || call.session().is_none());
            assert_eq!(call.fields.digest(), call.fields.digest());
            if call.step.keyed {
                assert!(call.key()?.as_str().len() == 43);
            }
            let _ = call.fields.flag(Field::AcceptLockRisk);
            call.no_fields()?;
            Ok(Success::nothing())
        })
        .await;
    let given = given.lock().expect("one at a time").take();
    (response, given)
}

/// The law.
pub async fn of_any_request(sent: &Sent) {
    if let Some((response, given)) = answer(sent).await {
        is_answered(sent, &response, given.as_ref());
    }
}

/// The same law for any event.
pub async fn of_any_event(event: &Value) {
    let (response, given) = answer_event(event).await;
    is_answered(event, &response, given.as_ref());
}

fn is_answered(sent: &impl std::fmt::Debug, response: &Response<Body>, given: Option<&Given>) {
    let status = response.status().as_u16();
    assert!(
        matches!(status, 200..=204 | 400 | 403 | 404 | 413 | 415 | 422),
        "{status} to {sent:?}"
    );
    assert_eq!(given.is_some(), matches!(status, 200..=204 | 422), "{status}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    assert!(!response.headers().contains_key("set-cookie"));
    if status < 300 {
        assert!(response.body().is_empty());
        return;
    }
    let problem: Value = serde_json::from_slice(response.body()).expect("a problem is JSON");
    let kind = Kind::ALL
        .iter()
        .find(|kind| problem["code"] == kind.code())
        .expect("a kind");
    assert_eq!(
        (kind.status(), &problem["status"]),
        (status, &Value::from(status))
    );
    assert_eq!(problem["title"], kind.title());
    // No echo: this is the complete list of variable parts of a problem.
    for name in problem.as_object().expect("an object").keys() {
        assert!(
            ["type", "title", "status", "code", "instance", "errors"].contains(&name.as_str()),
            "{name}"
        );
    }
    for error in problem["errors"].as_array().into_iter().flatten() {
        assert_eq!(error["code"], "unknown-field");
        assert!(
            error["pointer"] == "" || error["pointer"] == "/agreedTerms",
            "{error}"
        );
        assert_eq!(error.as_object().expect("an object").len(), 2);
    }
}
