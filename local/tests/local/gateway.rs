//! Requests to functions of the test, and their answers.

use crate::support::{self, assert_is_problem, functions, get, listener, problem_pages, put, send};
use axum::{
    body::Body,
    http::{HeaderName, Request, StatusCode},
};
use portal_local::{front::FrontOptions, server::Server};
use serde_json::{Value, json};

async fn front(functions: &str) -> Server {
    let options = FrontOptions {
        web: None,
        builds: None,
        settings: None,
        audit: None,
        advance: None,
        tls: false,
        readme: None,
        problems: problem_pages(),
    };
    support::front(options, functions).await
}

fn answer(status: u16, kind: &str, body: &Value) -> (StatusCode, Value) {
    let answer =
        json!({ "statusCode": status, "headers": { "content-type": kind }, "body": body.to_string() });
    (StatusCode::OK, answer)
}

/// Functions that answer with their name and their event.
async fn echo() -> Server {
    functions(async |name, event| {
        answer(
            200,
            "application/json",
            &json!({ "function": name, "event": event }),
        )
    })
    .await
}

#[tokio::test]
async fn a_request_arrives_as_api_gateway_hands_it_over() {
    let functions = echo().await;
    let front = front(&functions.url()).await;
    let request = Request::put(format!(
        "{}/api/v1/registration/profile?a=%E4%BB%8B&b=1",
        front.url()
    ))
    .header("cookie", "__Host-registration=abc; __Host-session=def")
    .header("origin", "http://localhost:8080")
    .header("idempotency-key", "\"0123456789abcdef\"")
    .header("content-type", "application/json")
    .header("connection", "x-private")
    .header("x-private", "1")
    .header("x-forwarded-for", "203.0.113.9")
    .header("dev-network", "198.51.100.7")
    .body(Body::from("{\"name\":\"介護 太郎\"}"))
    .unwrap();
    let echoed = send(request).await.json();

    assert_eq!(echoed["function"], "profile");
    let event = &echoed["event"];
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["rawPath"], "/api/v1/registration/profile");
    assert_eq!(event["rawQueryString"], "a=%E4%BB%8B&b=1");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("{\"name\":\"介護 太郎\"}"), &json!(false))
    );
    assert_eq!(
        event["cookies"],
        json!(["__Host-registration=abc", "__Host-session=def"])
    );
    let headers = &event["headers"];
    assert_eq!(headers["origin"], "http://localhost:8080");
    assert_eq!(headers["idempotency-key"], "\"0123456789abcdef\"");
    assert_eq!(headers["x-forwarded-for"], "203.0.113.9,198.51.100.7");
    for gone in ["x-private", "connection", "cookie", "dev-network"] {
        assert!(headers.get(gone).is_none(), "{gone}");
    }
    let http = &event["requestContext"]["http"];
    assert_eq!(
        (&http["method"], &http["sourceIp"], &http["protocol"]),
        (&json!("PUT"), &json!("198.51.100.7"), &json!("HTTP/1.1"))
    );
}

#[tokio::test]
async fn every_method_and_path_goes_to_the_function_of_its_step_and_all_else_to_not_found() {
    let functions = echo().await;
    let front = front(&functions.url()).await;
    for (method, path, function) in [
        ("POST", "/api/v1/registration", "claims-auth"),
        ("GET", "/api/v1/registration", "registration-progress"),
        ("PATCH", "/api/v1/registration", "not-found"),
        ("GET", "/api/v1/terms", "terms"),
        ("GET", "/api/v1/terms/", "not-found"),
        ("GET", "/api", "not-found"),
        ("GET", "/api/v2/%2e%2e/x", "not-found"),
        ("PUT", "/_dev/offices/KJ12345", "claims-simulator"),
        ("GET", "/_dev/offices", "claims-simulator"),
        ("PUT", "/_dev/claims", "claims-simulator"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", front.url()));
        let echoed = send(request.body(Body::empty()).unwrap()).await.json();
        assert_eq!(echoed["function"], function, "{method} {path}");
        assert_eq!(echoed["event"]["rawPath"], path);
    }
}

#[tokio::test]
async fn two_cookies_and_all_headers_of_an_answer_survive_and_nothing_is_added() {
    let functions = functions(async |_, _| {
        let answer = json!({
            "statusCode": 201, "body": "{}",
            "headers": { "content-type": "application/json", "x-request-id": "ours" },
            "cookies": ["__Host-login=; Max-Age=0; Path=/", "__Host-session=x; Path=/; Secure"],
        });
        (StatusCode::OK, answer)
    })
    .await;
    let front = front(&functions.url()).await;
    let request = Request::post(format!("{}/api/v1/login/otp", front.url()))
        .body(Body::empty())
        .unwrap();
    let answer = send(request).await;

    assert_eq!(answer.status, StatusCode::CREATED);
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(
        cookies,
        [
            "__Host-login=; Max-Age=0; Path=/",
            "__Host-session=x; Path=/; Secure"
        ]
    );
    let mut names: Vec<&str> = answer.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    let expected = [
        "content-length",
        "content-type",
        "date",
        "set-cookie",
        "x-request-id",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_problem_of_a_function_goes_through_untouched() {
    let problem = json!({ "code": "wrong-code", "triesLeft": 4 });
    let told = problem.clone();
    let functions = functions(move |_, _| {
        let told = told.clone();
        async move { answer(422, "application/problem+json", &told) }
    })
    .await;
    let front = front(&functions.url()).await;
    let answer = get(&format!("{}/api/v1/login/otp", front.url())).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (422, problem));
}

#[tokio::test]
async fn what_only_the_emulator_says_becomes_a_problem_of_ours() {
    let functions = functions(async |name, _| match name.as_str() {
        "terms" => (StatusCode::INTERNAL_SERVER_ERROR, json!({ "errorType": "panic" })),
        "login" => (StatusCode::OK, json!("no answer for a gateway")),
        _ => (StatusCode::NOT_FOUND, json!({ "title": "Missing function" })),
    })
    .await;
    let front = front(&functions.url()).await;
    for (method, path) in [("GET", "terms"), ("POST", "login"), ("GET", "me")] {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/api/v1/{path}", front.url()));
        let answer = send(request.body(Body::empty()).unwrap()).await;
        assert_is_problem(&answer, 503, "temporarily-unavailable");
        assert!(!answer.body.contains("panic"));
    }
    let answer = get(&format!("{}/_dev/nowhere", front.url())).await;
    assert_is_problem(&answer, 404, "not-found");
}

#[tokio::test]
async fn functions_that_are_not_there_are_temporarily_unavailable() {
    let free = listener().await.local_addr().unwrap();
    let front = front(&format!("http://{free}")).await;
    let answer = get(&format!("{}/api/v1/terms", front.url())).await;
    assert_is_problem(&answer, 503, "temporarily-unavailable");
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn a_body_of_a_mebibyte_passes_and_one_byte_more_does_not() {
    let functions = functions(async |_, event| {
        let length = event["body"].as_str().unwrap_or_default().len();
        answer(200, "application/json", &json!(length))
    })
    .await;
    let front = front(&functions.url()).await;
    let url = format!("{}/api/v1/inquiries", front.url());
    let answer = put(&url, &"a".repeat(1024 * 1024)).await;
    assert_eq!(answer.json(), 1024 * 1024);
    let answer = put(&url, &"a".repeat(1024 * 1024 + 1)).await;
    assert_is_problem(&answer, 413, "too-large");
}

/// Whether it is readable is decided by the function.
#[tokio::test]
async fn a_text_that_is_not_text_reaches_the_function_in_base64() {
    let functions = echo().await;
    let front = front(&functions.url()).await;
    let request = Request::post(format!("{}/api/v1/login", front.url()))
        .header("content-type", "application/json")
        .body(Body::from(vec![b'{', 0xff, b'}']))
        .unwrap();
    let event = send(request).await.json()["event"].clone();
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("e/99"), &json!(true))
    );
}

#[tokio::test]
async fn a_host_or_a_network_that_is_not_one_is_refused_with_a_problem() {
    let functions = echo().await;
    let front = front(&functions.url()).await;
    for (name, value) in [("host", "a,b"), ("dev-network", "office")] {
        let request = Request::get(format!("{}/api/v1/terms", front.url())).header(name, value);
        let answer = send(request.body(Body::empty()).unwrap()).await;
        assert_is_problem(&answer, 400, "unreadable-request");
    }
}
