//! The log lines of refusals and of faults.
//!
//! A separate test program, because it captures the logs of the whole process.

#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so by a panic"
)]

use std::io::Write;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, LazyLock, Mutex};

use lambda_http::Body;
use lambda_http::http::Request;
use platform::clock::Clock;
use platform::http::{Answer, Call, Edge, Success};
use portal::limits::Limits;
use portal::steps::Function;
use portal_local::faults::{EVERY_ATTEMPT, Kind, Neighbour, Plan};
use testkit::people::{PLAIN_OFFICE, profile};
use testkit::{Settings, World};
use tokio::sync::MutexGuard;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The one subscriber of the process.
static SINK: LazyLock<Sink> = LazyLock::new(|| {
    let sink = Sink::default();
    let writer = sink.clone();
    tracing::subscriber::set_global_default(platform::telemetry::subscriber(move || writer.clone())).unwrap();
    sink
});

/// The capture, for one test at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

struct Log {
    _alone: MutexGuard<'static, ()>,
}

async fn listens() -> Log {
    let alone = ALONE.lock().await;
    SINK.0.lock().unwrap().clear();
    Log { _alone: alone }
}

impl Log {
    #[expect(clippy::unused_self, reason = "who hears has to be the one who listens")]
    fn heard(&self) -> String {
        String::from_utf8(SINK.0.lock().unwrap().clone()).unwrap()
    }
}

async fn panics(_: Call) -> Answer {
    panic!("a panic's message is not logged")
}

/// A panic: the person gets an answer, the log has it once, and the function serves the next request.
#[tokio::test]
async fn a_panic_is_answered_like_a_fault_logged_and_over() {
    let log = listens().await;
    let edge = Edge {
        function: Function::Terms,
        clock: Clock::Set(Arc::new(AtomicI64::new(0))),
        random: platform::random::Random::System,
        limits: Arc::new(Limits::standard()),
        origins: Vec::new().into(),
        problem_base: "https://portal.example.jp/problems/".into(),
        origin_secrets: platform::http::OriginSecrets::default(),
    };
    let request = || {
        let request = Request::get("/api/v1/terms");
        request.body(Body::Empty).unwrap()
    };

    std::panic::set_hook(Box::new(platform::telemetry::log_panic));
    let answer = edge.serve(request(), panics).await;
    drop(std::panic::take_hook());
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "5");
    let body = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(
        body.contains("\"temporarily-unavailable\"") && !body.contains("eyes"),
        "{body}"
    );

    let next = edge.serve(request(), |_| async { Ok(Success::nothing()) }).await;
    assert!(next.status().is_success());
    let logged = log.heard();
    assert_eq!(logged.matches("\"a step panicked\"").count(), 1, "{logged}");
    assert_eq!(logged.matches("\"outcome\":\"panicked\"").count(), 1, "{logged}");
    assert_eq!(logged.matches("\"a panic\"").count(), 1, "{logged}");
    assert!(
        logged.contains("\"file\":\"tests/logs/main.rs\"") && logged.contains("\"line\":"),
        "{logged}"
    );
    assert!(!logged.contains("eyes"), "{logged}");
}

/// Each refusal, at the edge, at the log-in and at a screen, is one line with time, step and outcome.
#[tokio::test]
async fn every_refusal_is_a_line_with_its_step_and_its_outcome() {
    let log = listens().await;
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.logs_in("taro@example.jp", "wrong").await;
    taro.calls("GET", "/me").await;
    taro.authenticates_with(PLAIN_OFFICE.user_id, "wrong").await;
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    taro.types_code("not a code").await;
    taro.enters_profile(&profile("taro@example.jp")).await;
    taro.calls("GET", "/nowhere").await;
    taro.headers = vec![("origin".to_owned(), "https://evil.example".to_owned())];
    taro.logs_in("taro@example.jp", "wrong").await;

    let logged = log.heard();
    let lines = logged
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let closing: Vec<serde_json::Value> = lines
        .filter(|line| line["message"] == "request answered")
        .collect();
    let told: Vec<(&str, &str)> = closing
        .iter()
        .map(|line| (line["step"].as_str().unwrap(), line["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("start-login", "wrong-credentials"),
            ("show-me", "no-session"),
            ("start-registration", "claims-rejected"),
            ("start-registration", "ok"),
            ("enter-registration-otp", "invalid-fields"),
            ("enter-profile", "wrong-step"),
            ("none", "not-found"),
            ("none", "foreign-origin"),
        ]
    );
    for line in &closing {
        let at = line["timestamp"].as_str().unwrap();
        assert!(at.ends_with('Z') && at.len() >= 20, "{line}");
        assert!(
            line["request_id"].as_str().is_some_and(|id| !id.is_empty()),
            "{line}"
        );
        assert!(line["status"].is_u64() && line["milliseconds"].is_u64(), "{line}");
    }
}

/// SES refuses the call itself: an error with the name of the reason, without an address; the mail is sent after the fix.
#[tokio::test]
async fn a_mail_service_that_denies_us_is_an_error_and_the_mail_comes_later() {
    let log = listens().await;
    let world = World::with(Settings::default().breakable()).await;
    world.faults.set(Plan::call(Neighbour::Ses, Kind::Deny, 1, 1));
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    world.deliver().await;

    let logged = log.heard();
    let stuck: Vec<serde_json::Value> = logged
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &serde_json::Value| line["message"] == "SES does not take our mails")
        .collect();
    assert_eq!(stuck.len(), 1, "{logged}");
    assert_eq!(stuck[0]["level"], "ERROR");
    assert_eq!(stuck[0]["why"], "access denied");
    assert!(!logged.contains(PLAIN_OFFICE.mail_address), "{logged}");
    assert_eq!(world.mails_to(PLAIN_OFFICE.mail_address).await.len(), 1);
}

/// The table answers only errors: one line with the fault, and one closing line.
#[tokio::test]
async fn a_failing_table_is_logged_once_with_its_cause_and_without_personal_data() {
    let log = listens().await;
    let world = World::with(Settings::default().breakable()).await;
    let plan = Plan::call(Neighbour::DynamoDb, Kind::Throttle, 1, EVERY_ATTEMPT);
    world.faults.set(plan);
    let mut taro = world.clerk();
    taro.logs_in("taro@example.jp", "a password of taro's own")
        .await
        .is_told("temporarily-unavailable");

    let logged = log.heard();
    let lines: Vec<serde_json::Value> = logged
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let broke: Vec<&serde_json::Value> = lines
        .iter()
        .filter(|line| line["message"] == "a step broke")
        .collect();
    assert_eq!(broke.len(), 1, "{logged}");
    assert_eq!(broke[0]["step"], "start-login");
    assert_eq!(broke[0]["level"], "ERROR");
    let fault = broke[0]["fault"].as_str().unwrap();
    assert!(fault.to_lowercase().contains("throttl"), "{fault}");
    let closing: Vec<&serde_json::Value> = lines
        .iter()
        .filter(|line| line["message"] == "request answered")
        .collect();
    assert_eq!(closing.len(), 1, "{logged}");
    assert_eq!(closing[0]["outcome"], "broken");
    assert_eq!(closing[0]["request_id"], broke[0]["request_id"]);
    assert!(
        !logged.contains("taro@example.jp") && !logged.contains("own"),
        "{logged}"
    );
}
