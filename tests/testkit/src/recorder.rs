//! Checks every answer in every test: headers, cookies, problems, and that it contains nothing forbidden.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use platform::http::MOST_DEVICE_NAMES;
use portal::problem::Kind;
use portal::steps::{self, Cookie, Step};
use serde_json::Value;

use crate::clerk::Reply;

const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
];

/// Headers of every answer, by docs/api.md 1.
pub(crate) fn check(method: &str, path: &str, answer: &Reply) {
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), Some(*value), "{name} at {method} {path}");
    }
    if let Some(step) = steps::find(method, &format!("/api/v1{path}"))
        && !answer.body.is_null()
    {
        check_schema(step, answer);
    }
    assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()));
    for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
        check_cookie(cookie);
    }
    match answer.status {
        204 => assert!(
            answer.body.is_null() && answer.header("content-type").is_none(),
            "{method} {path}"
        ),
        202 => assert!(answer.body.is_null(), "{method} {path}"),
        200..=299 => assert_eq!(answer.header("content-type"), Some("application/json")),
        _ => check_problem(method, path, answer),
    }
}

fn check_cookie(cookie: &str) {
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    let (name, value) = pair.split_once('=').expect("a value");
    assert!(Cookie::ALL.iter().any(|known| known.name() == name), "{name}");
    if value.is_empty() {
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    } else {
        let (life, names) = if name == Cookie::Device.name() {
            ("; Max-Age=15552000", value.split('.').collect())
        } else {
            ("", vec![value])
        };
        assert_eq!(
            attributes,
            format!("Path=/; Secure; HttpOnly; SameSite=Strict{life}")
        );
        assert!((1..=MOST_DEVICE_NAMES).contains(&names.len()), "{}", names.len());
        assert!(names.iter().all(|name| name.len() == 43), "256 bits");
    }
}

fn check_problem(method: &str, path: &str, answer: &Reply) {
    let body = &answer.body;
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{method} {path} {body}"
    );
    assert_eq!(body["status"], answer.status);
    let code = body["code"].as_str().expect("a code");
    let kind = Kind::ALL
        .iter()
        .find(|kind| kind.code() == code)
        .expect("a known kind");
    assert_eq!(kind.status(), answer.status, "{code}");
    assert_eq!(body["title"], kind.title());
    assert!(
        body["type"]
            .as_str()
            .is_some_and(|uri| uri.starts_with("https://") && uri.ends_with(&format!("/{code}")))
    );
    let id = answer.header("x-request-id").unwrap_or_default();
    assert_eq!(body["instance"], format!("urn:request:{id}"));
    assert_eq!(
        body.get("retryAfterSeconds")
            .and_then(Value::as_u64)
            .map(|seconds| seconds.to_string())
            .as_deref(),
        answer.header("retry-after")
    );
    assert!(answer.status != 500, "{body}");
    if let Some(step) = steps::find(method, &format!("/api/v1{path}")) {
        let known = step.refusals.contains(kind) || steps::COMMON.contains(kind);
        assert!(known, "{code} is not a refusal of {}", step.name);
    }
}

/// The schemas of answers, compiled once: by step and status.
type Validators = HashMap<(Step, u16), Arc<jsonschema::Validator>>;

/// The answer conforms to its schema in the OpenAPI document.
fn check_schema(step: Step, answer: &Reply) {
    static VALIDATORS: LazyLock<Mutex<Validators>> = LazyLock::new(Mutex::default);
    let validator = {
        let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let schema = reference::openapi::schema_of_answer(step, answer.status);
            Arc::new(jsonschema::validator_for(&schema).expect("a schema"))
        };
        validators
            .entry((step, answer.status))
            .or_insert_with(compile)
            .clone()
    };
    let problems: Vec<String> = validator
        .iter_errors(&answer.body)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(
        problems.is_empty(),
        "{} {}: {problems:?} in {}",
        step.name,
        answer.status,
        answer.body
    );
}
