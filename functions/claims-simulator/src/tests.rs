//! The simulator against a real engine in the test's own process, with a clock that is moved by hand.

use std::collections::BTreeSet;
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

#[tokio::test]
async fn every_seeded_office_can_be_tried_without_any_preparation() {
    let stand = Stand::new().await;
    for (user_id, password, result) in [
        (PLAIN, "Mihon0001", "accepted"),
        (PLAIN, "mihon0001", "wrong"),
        (WITH_CODE, "Mihon0002", "accepted"),
        ("KJ000000000003", "Kari0003", "temporary-password"),
        ("KJ000000000004", "Mihon0004", "password-expired"),
        ("KJ000000000005", "Mihon0005", "locked"),
        ("KJ000000000006", "Mihon0006", "accepted"),
        ("KJ000000000007", "Mihon0007", "accepted"),
        ("KJ000000000008", "Mihon0008", "accepted"),
        ("KJ000000000009", "Mihon0009", "accepted"),
        ("KJ000000000010", "Mihon0010", "accepted"),
        ("KJ000000000011", "Mihon0011", "accepted"),
        ("KJ000000000012", "Mihon0012", "accepted"),
        ("KJ000000000013", "Kari0013", "temporary-password"),
        ("KJ000000000013", "Mihon0013", "accepted"),
        ("KJ999999999999", "Mihon0001", "wrong"),
        ("kj000000000001", "Mihon0001", "wrong"),
    ] {
        let answer = stand.password(user_id, password).await;
        assert_eq!(answer["result"], result, "{user_id} {answer}");
        assert_eq!(answer["userId"], user_id);
    }
}

#[tokio::test]
async fn an_office_without_a_code_is_named_at_once_and_one_with_a_code_after_it() {
    let stand = Stand::new().await;

    assert_eq!(
        stand.password(PLAIN, "Mihon0001").await,
        json!({
            "userId": PLAIN, "result": "accepted", "securityCode": "none",
            "office": {
                "number": "1379901018", "name": "見本訪問介護ステーション", "mailAddress": "kaigo1@example.jp",
            },
        })
    );
    assert_eq!(
        stand.password(WITH_CODE, "Mihon0002").await,
        json!({ "userId": WITH_CODE, "result": "accepted", "securityCode": "required" })
    );
    assert_eq!(
        stand.code(WITH_CODE, "20260002").await,
        json!({
            "userId": WITH_CODE, "result": "accepted",
            "office": {
                "number": "1479902023", "name": "見本デイサービスさくら", "mailAddress": "kaigo2@example.jp",
            },
        })
    );
    assert_eq!(
        stand.code(PLAIN, "20260002").await,
        json!({ "userId": PLAIN, "result": "wrong" })
    );
    assert_eq!(
        stand.password("KJ000000000006", "Mihon0006").await["office"].get("mailAddress"),
        None
    );
}

#[tokio::test]
async fn three_wrong_passwords_lock_for_half_an_hour() {
    let stand = Stand::new().await;
    for failures in 1..=3 {
        assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
        assert_eq!(stand.listed(PLAIN).await["failures"], failures);
    }
    assert_eq!(stand.listed(PLAIN).await["lockedUntil"], "2026-04-01T00:30:00Z");
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "locked");

    stand.wait(30 * MINUTE - 1);
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "locked");
    stand.wait(1);
    assert_eq!(stand.listed(PLAIN).await["failures"], 0);
    assert_eq!(stand.listed(PLAIN).await.get("lockedUntil"), None);
    assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
    assert_eq!(stand.listed(PLAIN).await["failures"], 0);
}

#[tokio::test]
async fn a_right_password_in_between_starts_the_count_anew() {
    let stand = Stand::new().await;
    for _ in 0..4 {
        assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
        assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
        assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
    }
}

#[tokio::test]
async fn three_wrong_codes_lock_whatever_passwords_come_in_between() {
    let stand = Stand::new().await;
    for failures in 1..=3 {
        assert_eq!(stand.password(WITH_CODE, "Mihon0002").await["result"], "accepted");
        assert_eq!(stand.code(WITH_CODE, "0000").await["result"], "wrong");
        assert_eq!(stand.listed(WITH_CODE).await["securityCodeFailures"], failures);
    }
    assert_eq!(stand.code(WITH_CODE, "20260002").await["result"], "locked");
    assert_eq!(stand.password(WITH_CODE, "Mihon0002").await["result"], "locked");
    stand.wait(30 * MINUTE);
    assert_eq!(stand.code(WITH_CODE, "20260002").await["result"], "accepted");
}

#[tokio::test]
async fn of_fifty_wrong_passwords_at_once_three_are_judged() {
    let stand = Stand::new().await;
    let processes = [Arc::clone(&stand.deps), stand.another()];
    let tries: Vec<_> = (0..50)
        .map(|number| {
            let deps = Arc::clone(&processes[number % 2]);
            tokio::spawn(async move { authentication(&deps, PLAIN, "falsch").await })
        })
        .collect();

    let mut said = Vec::new();
    for one in tries {
        said.push(one.await.unwrap()["result"].as_str().unwrap().to_owned());
    }

    assert_eq!(
        said.iter().filter(|result| *result == "wrong").count(),
        3,
        "{said:?}"
    );
    assert_eq!(
        said.iter().filter(|result| *result == "locked").count(),
        47,
        "{said:?}"
    );
    assert_eq!(stand.listed(PLAIN).await["failures"], 3);
}

#[tokio::test]
async fn of_right_and_wrong_ones_at_once_each_gets_an_answer() {
    let stand = Stand::new().await;
    let tries: Vec<_> = (0..40)
        .map(|number| {
            let deps = Arc::clone(&stand.deps);
            let password = if number % 2 == 0 { "Mihon0001" } else { "falsch" };
            tokio::spawn(async move { authentication(&deps, PLAIN, password).await })
        })
        .collect();
    for one in tries {
        assert!(["accepted", "wrong", "locked"].contains(&one.await.unwrap()["result"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn an_office_can_be_replaced_and_what_was_tried_is_forgotten() {
    let stand = Stand::new().await;
    for _ in 0..4 {
        stand.password(PLAIN, "falsch").await;
    }

    let mut office = office();
    office["securityCode"] = json!("Code4711");
    office["temporaryPassword"] = json!("Kari1234");
    stand.put(PLAIN, &office).await;

    assert_eq!(
        stand.listed(PLAIN).await,
        json!({
            "userId": PLAIN, "officeNumber": "1379912340", "officeName": "見本の家",
            "mailAddress": "ie@example.jp", "securityCode": "Code4711", "password": "Atarashii1",
            "temporaryPassword": "Kari1234", "passwordExpired": false, "failures": 0,
        })
    );
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "wrong");
    assert_eq!(
        stand.password(PLAIN, "Kari1234").await["result"],
        "temporary-password"
    );
    assert_eq!(
        stand.password(PLAIN, "Atarashii1").await["securityCode"],
        "required"
    );
    assert_eq!(stand.code(PLAIN, "Code4711").await["office"]["name"], "見本の家");

    // Whole, not piece by piece: what is left out is gone.
    stand.put(PLAIN, &self::office()).await;
    assert_eq!(stand.listed(PLAIN).await.get("securityCode"), None);
    assert_eq!(stand.password(PLAIN, "Atarashii1").await["securityCode"], "none");
}

#[tokio::test]
async fn an_office_can_be_added_and_locked_and_expired() {
    let stand = Stand::new().await;
    let mut office = office();
    office["passwordExpired"] = json!(true);
    stand.put("KJ777", &office).await;
    assert_eq!(
        stand.password("KJ777", "Atarashii1").await["result"],
        "password-expired"
    );

    office["passwordExpired"] = json!(false);
    office["locked"] = json!(true);
    stand.put("KJ777", &office).await;
    assert_eq!(stand.listed("KJ777").await["lockedUntil"], "2026-04-01T00:30:00Z");
    assert_eq!(stand.password("KJ777", "Atarashii1").await["result"], "locked");
    stand.wait(30 * MINUTE);
    assert_eq!(stand.password("KJ777", "Atarashii1").await["result"], "accepted");

    let (_, list) = stand.call("GET", "/_dev/offices", "").await;
    assert_eq!(list.as_array().unwrap().len(), seed::SEEDS.len() + 1);
}

#[tokio::test]
async fn an_office_that_is_replaced_while_it_is_tried_keeps_none_of_the_tries() {
    let stand = Stand::new().await;
    stand.password(PLAIN, "falsch").await;
    let before = stand.deps.table.office(PLAIN).await.unwrap().unwrap();
    stand.put(PLAIN, &office()).await;

    let late = Tally {
        wrong_passwords: 3,
        ..Tally::default()
    };
    let stored = stand.deps.table.store(PLAIN, &before, late).await.unwrap();

    assert_eq!(stored, Stored::Overtaken);
    assert_eq!(stand.listed(PLAIN).await["failures"], 0);
}

#[tokio::test]
async fn a_user_id_in_a_path_is_percent_decoded() {
    let stand = Stand::new().await;
    stand.put("KJ%37%378", &office()).await;
    assert_eq!(stand.password("KJ778", "Atarashii1").await["result"], "accepted");

    let (status, answer) = stand
        .call("PUT", "/_dev/offices/%FF", &office().to_string())
        .await;
    assert_eq!(
        (status, &answer["errors"][0]["pointer"]),
        (400, &json!("/userId"))
    );
    // No word is taken for another path.
    stand.put("authentications", &office()).await;
    assert_eq!(stand.listed("authentications").await["officeName"], "見本の家");
}

#[tokio::test]
async fn a_replacement_with_a_mistake_is_refused_with_the_field_named() {
    let stand = Stand::new().await;
    for (change, pointer, code) in [
        (json!({ "passwort": "x" }), "/passwort", "unknown-field"),
        (json!({ "failures": 0 }), "/failures", "unknown-field"),
        (json!({ "a/b~c": 0 }), "/a~1b~0c", "unknown-field"),
        (json!({ "password": 1234 }), "/password", "wrong-type"),
        (json!({ "password": null }), "/password", "required"),
        (
            json!({ "officeNumber": 1_379_901_018 }),
            "/officeNumber",
            "wrong-type",
        ),
        (json!({ "officeName": ["見本"] }), "/officeName", "wrong-type"),
        (json!({ "mailAddress": false }), "/mailAddress", "wrong-type"),
        (json!({ "securityCode": 4711 }), "/securityCode", "wrong-type"),
        (
            json!({ "temporaryPassword": true }),
            "/temporaryPassword",
            "wrong-type",
        ),
        (
            json!({ "passwordExpired": "true" }),
            "/passwordExpired",
            "wrong-type",
        ),
        (json!({ "locked": 1 }), "/locked", "wrong-type"),
    ] {
        let mut office = office();
        office
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let (status, answer) = stand.call("PUT", "/_dev/offices/KJ1", &office.to_string()).await;
        assert_eq!(status, 400, "{change}");
        assert_eq!(answer["status"], 400);
        assert_eq!(
            answer["errors"],
            json!([{ "pointer": pointer, "code": code }]),
            "{change}"
        );
    }
    for name in ["password", "officeNumber", "officeName"] {
        let mut office = office();
        office.as_object_mut().unwrap().remove(name);
        let (status, answer) = stand.call("PUT", "/_dev/offices/KJ1", &office.to_string()).await;
        assert_eq!(status, 400);
        assert_eq!(
            answer["errors"],
            json!([{ "pointer": format!("/{name}"), "code": "required" }])
        );
    }
    let (status, answer) = stand
        .call("PUT", "/_dev/offices/KJ1", r#"{"locked":3,"x":1}"#)
        .await;
    assert_eq!(
        (status, answer["errors"].as_array().unwrap().len()),
        (400, 5),
        "{answer}"
    );
    assert_eq!(stand.listed("KJ1").await, Value::Null);
}

#[tokio::test]
async fn a_question_that_does_not_keep_to_the_contract_is_refused_and_judges_nothing() {
    let stand = Stand::new().await;
    for (body, status) in [
        ("", 400),
        ("null", 400),
        ("[]", 400),
        ("{", 400),
        (r#"{"userId":"KJ000000000001"}"#, 400),
        (r#"{"userId":"KJ000000000001","password":""}"#, 400),
        (r#"{"userId":"KJ000000000001","password":1}"#, 400),
        (
            r#"{"userId":"KJ000000000001","password":"falsch","securityCode":"1"}"#,
            400,
        ),
        (
            &json!({ "userId": PLAIN, "password": "x".repeat(129) }).to_string(),
            400,
        ),
        (
            &json!({ "userId": "K".repeat(33), "password": "x" }).to_string(),
            400,
        ),
        (
            &json!({ "userId": PLAIN, "password": "x".repeat(BODY_LIMIT) }).to_string(),
            413,
        ),
    ] {
        for _ in 0..3 {
            assert_eq!(
                stand.call("POST", "/authentications", body).await.0,
                status,
                "{body:.60}"
            );
        }
    }
    let typeless = http::Request::post("http://127.0.0.1/authentications")
        .body(Body::Empty)
        .unwrap();
    assert_eq!(handle(&stand.deps, typeless).await.status(), 415);
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
}

#[tokio::test]
async fn the_levers_work_without_a_content_type() {
    let stand = Stand::new().await;
    let request = http::Request::put("http://127.0.0.1/_dev/claims")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::Binary(br#"{"mode":"down"}"#.to_vec()))
        .unwrap();
    assert_eq!(handle(&stand.deps, request).await.status(), 204);
}

#[tokio::test]
async fn a_system_that_is_down_judges_nothing() {
    let stand = Stand::new().await;
    stand.mode("down").await;
    for path in ["/authentications", "/security-codes"] {
        let field = if path == "/authentications" {
            "password"
        } else {
            "securityCode"
        };
        let body = json!({ "userId": WITH_CODE, field: "falsch" }).to_string();
        for _ in 0..4 {
            let (status, answer) = stand.call("POST", path, &body).await;
            assert_eq!((status, &answer["status"]), (503, &json!(503)));
        }
    }
    stand.mode("up").await;
    assert_eq!(stand.password(WITH_CODE, "Mihon0002").await["result"], "accepted");
    assert_eq!(stand.listed(WITH_CODE).await["failures"], 0);
}

#[tokio::test]
async fn a_malformed_answer_breaks_the_contract_and_judges_nothing() {
    let stand = Stand::new().await;
    stand.mode("malformed").await;
    let contract = Contract::read();
    for _ in 0..4 {
        let answer = stand.password(PLAIN, "falsch").await;
        assert!(!contract.allows("AuthenticationAnswer", &answer), "{answer}");
        let answer = stand.code(WITH_CODE, "falsch").await;
        assert!(!contract.allows("SecurityCodeAnswer", &answer), "{answer}");
    }
    stand.mode("up").await;
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
}

#[tokio::test]
async fn a_slow_system_answers_as_ever_but_late() {
    let stand = Stand::new().await;
    stand.mode("slow").await;

    let begun = std::time::Instant::now();
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_mode_is_noticed_at_once_by_every_process() {
    let stand = Stand::new().await;
    let other = stand.another();
    assert_eq!(
        call(&other, "GET", "/_dev/claims", "").await,
        (200, json!({ "mode": "up" }))
    );
    for mode in Mode::ALL.map(Mode::word) {
        stand.mode(mode).await;
        assert_eq!(
            call(&other, "GET", "/_dev/claims", "").await,
            (200, json!({ "mode": mode }))
        );
    }
    for body in [
        r#"{"mode":"off"}"#,
        r#"{"mode":""}"#,
        r#"{"mode":1}"#,
        "{}",
        r#"{"mode":"up","for":3}"#,
    ] {
        let (status, answer) = stand.call("PUT", "/_dev/claims", body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["errors"][0]["pointer"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn what_is_not_offered_is_told_so() {
    let stand = Stand::new().await;
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/offices", 404),
        ("POST", "/authentications/x", 404),
        ("GET", "/authentications", 405),
        ("PUT", "/security-codes", 405),
        ("POST", "/_dev/offices", 405),
        ("DELETE", "/_dev/offices/KJ1", 405),
        ("POST", "/_dev/claims", 405),
    ] {
        let (said, answer) = stand.call(method, path, "{}").await;
        assert_eq!(
            (said, &answer["status"]),
            (status, &json!(status)),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn without_its_table_it_says_that_it_is_out_of_order() {
    let stand = Stand::new().await;
    stand
        .client
        .delete_table()
        .table_name("simulator")
        .send()
        .await
        .unwrap();
    for (method, path, body) in [
        ("POST", "/authentications", r#"{"userId":"KJ1","password":"x"}"#),
        ("GET", "/_dev/offices", ""),
        ("GET", "/_dev/claims", ""),
        ("PUT", "/_dev/claims", r#"{"mode":"up"}"#),
    ] {
        assert_eq!(stand.call(method, path, body).await.0, 503, "{path}");
    }
}

#[test]
fn whatever_stands_before_a_path_does_not_matter() {
    for base in [
        "",
        "/v1",
        "/lambda-url/claims-simulator",
        "/stage/authentications",
        "//",
    ] {
        for (path, route) in [
            ("/authentications", Route::Authentications),
            ("/authentications/", Route::Authentications),
            ("/security-codes", Route::SecurityCodes),
            ("/_dev/offices", Route::Offices),
            ("/_dev/offices/", Route::Offices),
            ("/_dev/offices/KJ1", Route::Office("KJ1".to_owned())),
            ("/_dev/offices/offices", Route::Office("offices".to_owned())),
            ("/_dev/offices/claims", Route::Office("claims".to_owned())),
            ("/_dev/claims", Route::Claims),
        ] {
            assert_eq!(Route::of(&format!("{base}{path}")), Some(route), "{base}{path}");
        }
    }
    for path in [
        "",
        "/",
        "/_dev",
        "/_dev/",
        "/offices/KJ1",
        "/claims",
        "/xauthentications",
    ] {
        assert_eq!(Route::of(path), None, "{path}");
    }
}

/// `infra/claims-gateway.yaml`, as far as its schemas go.
struct Contract(Value);

impl Contract {
    fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/claims-gateway.yaml");
        Self(serde_norway::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    }

    fn schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    fn allows(&self, name: &str, value: &Value) -> bool {
        self.keeps(self.schema(name), value)
    }

    /// The part of JSON Schema that the contract uses, patterns and limits left aside.
    fn keeps(&self, schema: &Value, value: &Value) -> bool {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.keeps(self.0.pointer(&reference[1..]).unwrap(), value);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            return choices.iter().filter(|choice| self.keeps(choice, value)).count() == 1;
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices.contains(value);
        }
        match (schema.get("const"), schema["type"].as_str().unwrap()) {
            (Some(only), _) => only == value,
            (None, "string") => value.is_string(),
            (None, "object") => value.as_object().is_some_and(|object| {
                let required = schema["required"].as_array().unwrap();
                let known = |(name, value): (&String, &Value)| match schema["properties"].get(name) {
                    Some(schema) => self.keeps(schema, value),
                    None => schema["additionalProperties"] != json!(false),
                };
                required
                    .iter()
                    .all(|name| object.contains_key(name.as_str().unwrap()))
                    && object.iter().all(known)
            }),
            (None, other) => panic!("the contract has a {other}, which this reader does not know"),
        }
    }
}

#[tokio::test]
async fn every_answer_keeps_to_the_contract_and_every_result_of_it_is_given() {
    let stand = Stand::new().await;
    let contract = Contract::read();
    let mut given = BTreeSet::new();

    let mut passwords = vec![(PLAIN, "falsch"), ("KJ999999999999", "falsch")];
    for seed in seed::SEEDS {
        let office = seed.office();
        for password in [Some(office.password), office.temporary_password]
            .into_iter()
            .flatten()
        {
            passwords.push((seed.user_id, Box::leak(password.into_boxed_str())));
        }
    }
    for (user_id, password) in passwords.into_iter().filter(|(_, password)| !password.is_empty()) {
        let answer = stand.password(user_id, password).await;
        assert!(contract.allows("AuthenticationAnswer", &answer), "{answer}");
        given.insert(answer["result"].as_str().unwrap().to_owned());
    }
    let promised = contract.schema("AuthenticationRefused")["properties"]["result"]["enum"]
        .as_array()
        .unwrap();
    assert_eq!(given.len(), promised.len() + 1);
    assert!(
        promised
            .iter()
            .all(|result| given.contains(result.as_str().unwrap())),
        "{given:?}"
    );

    let mut given = BTreeSet::new();
    for code in ["20260002", "a", "b", "c", "d"] {
        let answer = stand.code(WITH_CODE, code).await;
        assert!(contract.allows("SecurityCodeAnswer", &answer), "{answer}");
        given.insert(answer["result"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        given.into_iter().collect::<Vec<_>>(),
        ["accepted", "locked", "wrong"]
    );
}

#[test]
fn every_example_of_the_contract_keeps_to_it() {
    let contract = Contract::read();
    let mut seen = 0;
    for (_, path) in contract.0["paths"].as_object().unwrap() {
        let contents = [&path["post"]["requestBody"], &path["post"]["responses"]["200"]];
        for content in contents.map(|place| &place["content"]["application/json"]) {
            for (name, example) in content["examples"].as_object().unwrap() {
                assert!(contract.keeps(&content["schema"], &example["value"]), "{name}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 12);
}
