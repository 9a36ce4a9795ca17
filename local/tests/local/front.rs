//! The dev server before functions that are made up here.

use crate::support::{Answer, PROBLEMS, START, SetClock, get, listener, problem_pages, put, send, serve};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{any, get as on_get, post},
};
use portal_local::{
    front::{self, CONTENT_SECURITY_POLICY, FrontOptions},
    server::Server,
    ses::{Postbox, PostboxOptions},
};
use serde_json::{Value, json};
use std::path::PathBuf;

fn options(functions: &str) -> FrontOptions {
    FrontOptions {
        functions: functions.parse::<Uri>().unwrap(),
        simulator: None,
        web: None,
        settings: None,
        audit: None,
        readme: None,
        problems: problem_pages(),
    }
}

async fn start(options: FrontOptions) -> Server {
    let postbox = Postbox::open(PostboxOptions::in_memory(SetClock::at(START).clock())).unwrap();
    serve(front::router(options, postbox, None)).await
}

/// Functions that answer with what they were asked.
async fn echo(request: Request) -> axum::Json<Value> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    axum::Json(json!({
        "method": head.method.as_str(),
        "uri": head.uri.to_string(),
        "headers": headers,
        "length": body.len(),
        "body": String::from_utf8_lossy(&body),
    }))
}

fn headers_named<'a>(echoed: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = echoed["headers"].as_array().unwrap();
    headers
        .iter()
        .filter(|header| header[0] == name)
        .map(|header| header[1].as_str().unwrap())
        .collect()
}

fn assert_is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    let problem = answer.json();
    assert_eq!(
        (&problem["code"], &problem["status"]),
        (&json!(code), &json!(status))
    );
    assert_eq!(problem["type"], json!(format!("{PROBLEMS}{code}")));
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_ascii()));
    assert_eq!(
        problem["instance"],
        json!(format!("urn:request:{}", answer.header("x-request-id")))
    );
}

#[tokio::test]
async fn a_request_arrives_as_it_was_sent_but_for_what_is_between_hops() {
    let functions = serve(Router::new().fallback(any(echo))).await;
    let front = start(options(&functions.url())).await;
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
    .header("lambda-runtime-aws-request-id", "planted")
    .header("x-forwarded-for", "203.0.113.9")
    .body(Body::from("{\"name\":\"介護 太郎\"}"))
    .unwrap();
    let echoed = send(request).await.json();

    assert_eq!(echoed["method"], "PUT");
    assert_eq!(echoed["uri"], "/api/v1/registration/profile?a=%E4%BB%8B&b=1");
    assert_eq!(echoed["body"], "{\"name\":\"介護 太郎\"}");
    assert_eq!(
        headers_named(&echoed, "cookie"),
        ["__Host-registration=abc; __Host-session=def"]
    );
    assert_eq!(headers_named(&echoed, "origin"), ["http://localhost:8080"]);
    assert_eq!(
        headers_named(&echoed, "idempotency-key"),
        ["\"0123456789abcdef\""]
    );
    assert_eq!(
        headers_named(&echoed, "x-forwarded-for"),
        ["203.0.113.9, 127.0.0.1"]
    );
    assert!(headers_named(&echoed, "x-private").is_empty());
    assert!(headers_named(&echoed, "lambda-runtime-aws-request-id").is_empty());
}

#[tokio::test]
async fn two_cookies_and_all_headers_of_an_answer_survive_and_nothing_is_added() {
    let answer = async || {
        let mut response: Response = (StatusCode::CREATED, "{}").into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-request-id", HeaderValue::from_static("ours"));
        headers.insert(
            "lambda-runtime-aws-request-id",
            HeaderValue::from_static("emulator"),
        );
        headers.append(
            header::SET_COOKIE,
            HeaderValue::from_static("__Host-login=; Max-Age=0; Path=/"),
        );
        headers.append(
            header::SET_COOKIE,
            HeaderValue::from_static("__Host-session=x; Path=/; Secure"),
        );
        response
    };
    let functions = serve(Router::new().route("/api/v1/login/otp", post(answer))).await;
    let front = start(options(&functions.url())).await;
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
    let mut names: Vec<&str> = answer
        .headers
        .keys()
        .map(axum::http::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "content-length",
            "content-type",
            "date",
            "set-cookie",
            "x-request-id"
        ]
    );
}

#[tokio::test]
async fn a_problem_of_a_function_goes_through_untouched() {
    let body = r#"{"code":"wrong-code","triesLeft":4}"#;
    let refuse = async move || {
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (StatusCode::UNPROCESSABLE_ENTITY, kind, body)
    };
    let functions = serve(Router::new().route("/api/v1/login/otp", on_get(refuse))).await;
    let front = start(options(&functions.url())).await;
    let answer = get(&format!("{}/api/v1/login/otp", front.url())).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (422, body));
}

#[tokio::test]
async fn what_only_the_emulator_says_becomes_a_problem_of_ours() {
    let routes = Router::new()
        .route(
            "/api/v1/broken",
            on_get(async || (StatusCode::INTERNAL_SERVER_ERROR, "{\"errorType\":\"panic\"}")),
        )
        .fallback(async || (StatusCode::NOT_FOUND, "{\"title\":\"Missing function\"}"));
    let functions = serve(routes).await;
    let front = start(options(&functions.url())).await;
    for path in [
        "/api",
        "/api/",
        "/api/v1/nowhere",
        "/api/v2/%2e%2e/x",
        "/_dev/nowhere",
    ] {
        assert_is_problem(&get(&format!("{}{path}", front.url())).await, 404, "not-found");
    }
    let answer = get(&format!("{}/api/v1/broken", front.url())).await;
    assert_is_problem(&answer, 503, "temporarily-unavailable");
    assert!(!answer.body.contains("panic"));
}

#[tokio::test]
async fn functions_that_are_not_there_are_temporarily_unavailable() {
    let free = listener().await.local_addr().unwrap();
    let front = start(options(&format!("http://{free}"))).await;
    let answer = get(&format!("{}/api/v1/terms", front.url())).await;
    assert_is_problem(&answer, 503, "temporarily-unavailable");
}

#[tokio::test]
async fn a_body_of_a_mebibyte_passes_and_one_byte_more_does_not() {
    let functions =
        serve(Router::new().fallback(any(echo).layer(axum::extract::DefaultBodyLimit::disable()))).await;
    let front = start(options(&functions.url())).await;
    let url = format!("{}/api/v1/inquiries", front.url());
    let answer = put(&url, &"a".repeat(1024 * 1024)).await;
    assert_eq!(answer.json()["length"], 1024 * 1024);
    let answer = put(&url, &"a".repeat(1024 * 1024 + 1)).await;
    assert_is_problem(&answer, 413, "too-large");
}

#[tokio::test]
async fn a_text_that_is_no_text_is_unreadable() {
    let functions = serve(Router::new().fallback(any(echo))).await;
    let front = start(options(&functions.url())).await;
    let request = Request::post(format!("{}/api/v1/login", front.url()))
        .header("content-type", "application/json")
        .body(Body::from(vec![b'{', 0xff, b'}']))
        .unwrap();
    assert_is_problem(&send(request).await, 400, "unreadable-request");
}

#[tokio::test]
async fn the_simulators_own_pages_are_asked_of_the_simulator() {
    let functions = serve(Router::new().fallback(any(echo))).await;
    let front = start(options(&functions.url())).await;
    let answer = put(&format!("{}/_dev/offices/KJ12345", front.url()), "{}")
        .await
        .json();
    assert_eq!(answer["uri"], "/lambda-url/claims-simulator/_dev/offices/KJ12345");
    let elsewhere = FrontOptions {
        simulator: Some(functions.url().parse().unwrap()),
        ..options("http://127.0.0.1:1")
    };
    let front = start(elsewhere).await;
    assert_eq!(
        put(&format!("{}/_dev/claims", front.url()), "{}").await.json()["uri"],
        "/_dev/claims"
    );
    assert_eq!(
        get(&format!("{}/_dev/offices", front.url())).await.json()["uri"],
        "/_dev/offices"
    );
}

#[tokio::test]
async fn the_settings_are_shown_as_their_file_has_them() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("settings.json");
    let front = start(FrontOptions {
        settings: Some(file.clone()),
        ..options("http://127.0.0.1:1")
    })
    .await;
    let url = format!("{}/_dev/settings", front.url());
    assert_is_problem(&get(&url).await, 503, "temporarily-unavailable");
    std::fs::write(&file, r#"{"OTP_LIFE_SECONDS":"600"}"#).unwrap();
    assert_eq!(get(&url).await.json(), json!({ "OTP_LIFE_SECONDS": "600" }));
}

#[tokio::test]
async fn what_happened_is_shown_newest_first_and_a_line_under_way_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("audit.jsonl");
    let front = start(FrontOptions {
        audit: Some(file.clone()),
        ..options("http://127.0.0.1:1")
    })
    .await;
    let url = format!("{}/_dev/audit", front.url());
    assert!(get(&url).await.body.contains("記録はまだありません"));

    let line = |act: &str, subject: &str| json!({ "id": act, "at": START, "act": act, "subject": subject, "office": "<1379901018>" });
    let first = line("password-wrong", "ACCOUNT#a b");
    let second = line("session-begun", "ACCOUNT#other");
    std::fs::write(&file, format!("{first}\n{second}\n{{\"act\":\"session-end")).unwrap();
    let page = get(&url).await.body;
    let (older, newer) = (page.find("password-wrong"), page.find("session-begun"));
    assert!(newer.unwrap() < older.unwrap() && !page.contains("session-end\""));
    assert!(page.contains("A password was wrong.") && page.contains("2026年4月1日 9時00分00秒"));
    assert!(page.contains("&lt;1379901018&gt;") && page.contains("about=ACCOUNT%23a%20b"));

    let page = get(&format!("{url}?about=ACCOUNT%23a%20b")).await.body;
    assert!(page.contains("password-wrong") && !page.contains("session-begun"));
}

#[tokio::test]
async fn without_a_front_there_is_a_page_that_leads_on() {
    let front = start(options("http://127.0.0.1:1")).await;
    let page = get(&format!("{}/", front.url())).await;
    assert_eq!(page.status, StatusCode::OK);
    for link in ["/_dev/mailbox", "/_dev/audit", "/_dev/offices", "README"] {
        assert!(page.body.contains(link), "no link to {link}");
    }
    assert_eq!(
        get(&format!("{}/ja/login.html", front.url())).await.status,
        StatusCode::NOT_FOUND
    );
    let menu = get(&format!("{}/_dev", front.url())).await;
    assert_eq!((menu.status.as_u16(), menu.header("location")), (308, "/_dev/"));
    assert!(
        get(&format!("{}/_dev/", front.url()))
            .await
            .body
            .contains("/_dev/settings")
    );
}

fn built_front() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("dist");
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for (file, text) in [
        ("index.html", "最初"),
        ("404.html", "なし"),
        ("assets/app.js", "1"),
        ("assets/a.woff2", "f"),
    ] {
        std::fs::write(folder.join(file), text).unwrap();
    }
    std::fs::write(dir.path().join("secret"), "no").unwrap();
    (dir, folder)
}

#[tokio::test]
async fn a_built_front_is_served_with_its_types_and_the_strict_policy() {
    let (_dir, folder) = built_front();
    let front = start(FrontOptions {
        web: Some(folder),
        ..options("http://127.0.0.1:1")
    })
    .await;
    for (path, status, kind, body) in [
        ("/", 200, "text/html; charset=utf-8", "最初"),
        ("/assets/app.js", 200, "text/javascript; charset=utf-8", "1"),
        ("/assets/a.woff2", 200, "font/woff2", "f"),
        ("/assets/", 404, "text/html; charset=utf-8", "なし"),
        ("/assets", 404, "text/html; charset=utf-8", "なし"),
        ("/%2e%2e/secret", 404, "text/html; charset=utf-8", "なし"),
    ] {
        let answer = get(&format!("{}{path}", front.url())).await;
        let got = (
            answer.status.as_u16(),
            answer.header("content-type"),
            answer.body.as_str(),
        );
        assert_eq!(got, (status, kind, body), "path {path}");
        assert_eq!(answer.header("content-security-policy"), CONTENT_SECURITY_POLICY);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let posted = send(
        Request::post(format!("{}/", front.url()))
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    assert_eq!(
        (posted.status.as_u16(), posted.header("allow")),
        (405, "GET, HEAD")
    );
    let headers: HeaderMap = send(Request::head(front.url()).body(Body::empty()).unwrap())
        .await
        .headers;
    assert_eq!(headers["content-length"], "6");
}
