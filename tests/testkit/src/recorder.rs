//! Checks every answer in every test: headers, cookies, problems, and that it contains nothing forbidden.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
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
    let step = steps::find(method, &format!("/api/v1{path}"));
    let is_page = step.is_some_and(Step::is_form);
    for (name, value) in HEADERS
        .iter()
        .filter(|(name, _)| !is_page || !OF_PAGES.contains(name))
    {
        assert_eq!(answer.header(name), Some(*value), "{name} at {method} {path}");
    }
    if let Some(step) = step
        && !answer.body.is_null()
    {
        check_schema(step, answer);
    }
    if let Some(step) = step
        && is_page
    {
        check_page(step, answer);
        return;
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

/// Headers that are others on a page.
const OF_PAGES: &[&str] = &["content-security-policy", "referrer-policy"];

/// A page sets no cookie, runs nothing, loads nothing, and tells what it is about.
fn check_page(step: Step, answer: &Reply) {
    let page = answer.body.as_str().expect("a page");
    assert!(answer.header("set-cookie").is_none());
    let policy = answer.header("content-security-policy").expect("a policy");
    let parts: Vec<&str> = policy.split("; ").collect();
    let [nothing, style, rest @ ..] = parts.as_slice() else {
        panic!("{policy}")
    };
    assert_eq!(*nothing, "default-src 'none'");
    assert!(style.starts_with("style-src 'sha256-"), "{policy}");
    assert_eq!(
        rest,
        ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
    );
    // Its form is sent with the name of its origin.
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    for loaded in ["<script", "<link", "<img", " src=", "<iframe", "javascript:"] {
        assert!(!page.contains(loaded), "{loaded} in {page}");
    }
    let about = page
        .split("data-about=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let about = about.expect("what it is about");
    if answer.status < 300 {
        assert_eq!((answer.status, about), (step.success, "received"));
        return;
    }
    let kind = Kind::ALL
        .iter()
        .find(|kind| kind.code() == about)
        .expect("a known kind");
    assert_eq!(kind.status(), answer.status, "{about}");
    let known = step.refusals.contains(kind) || steps::COMMON.contains(kind);
    assert!(known, "{about} is not a refusal of {}", step.name);
    note_refusal(step, about);
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
        note_refusal(step, code);
    }
}

/// The file to which the tests add each refusal that a step answered; `cargo xtask test` compares it with the table of steps.
static REFUSALS_MET: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    #[expect(
        clippy::disallowed_methods,
        reason = "a setting of the test run, not of the portal"
    )]
    let path = std::env::var_os("PORTAL_REFUSALS_MET")?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    Some(Mutex::new(file.expect("the file of refusals opens")))
});

fn note_refusal(step: Step, code: &str) {
    if let Some(file) = &*REFUSALS_MET {
        let line = format!("{} {code}\n", step.name);
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // One write a line: many processes append.
        file.write_all(line.as_bytes()).expect("the refusal is noted");
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
