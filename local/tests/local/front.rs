//! The dev server before functions that are made up here.

use crate::support::{Answer, PROBLEMS, START, SetClock, get, listener, problem_pages, put, send, serve};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{any, get as on_get, post},
};
use http_body_util::BodyExt as _;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use portal_local::{
    front::{self, Builds, FrontOptions},
    server::Server,
    ses::{Postbox, PostboxOptions},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// The headers of the front, of which this is the only place.
const HEADERS: &str = include_str!("../../../web/headers.json");

fn options(functions: &str) -> FrontOptions {
    FrontOptions {
        functions: functions.parse::<Uri>().unwrap(),
        simulator: None,
        web: None,
        builds: None,
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
    for language in ["easy", "en"] {
        std::fs::create_dir_all(folder.join(language)).unwrap();
    }
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for (file, text) in [
        ("index.html", "最初"),
        ("404.html", "なし"),
        ("easy/index.html", "はじめ"),
        ("easy/404.html", "ありません"),
        ("en/404.html", "none"),
        ("en/login.html", "log in"),
        ("favicon.svg", "<svg/>"),
        ("assets/app-1a2b.js", "1"),
        ("assets/app-1a2b.css", "c"),
        ("assets/a.woff2", "f"),
    ] {
        std::fs::write(folder.join(file), text).unwrap();
    }
    std::fs::write(dir.path().join("secret"), "no").unwrap();
    (dir, folder)
}

async fn front_of(folder: PathBuf) -> Server {
    start(FrontOptions {
        web: Some(folder),
        ..options("http://127.0.0.1:1")
    })
    .await
}

/// The headers that `web/headers.json` says for everything and for `what`.
fn written(what: &str) -> BTreeMap<String, String> {
    let file: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(HEADERS).unwrap();
    let of = |what: &str| file[what].clone().into_iter();
    of("all")
        .chain(of(what))
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect()
}

/// The headers of an answer, but for those that say what and when it is.
fn sent(answer: &Answer) -> BTreeMap<String, String> {
    let headers = answer.headers.iter();
    headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| !["content-type", "content-length", "date", "etag"].contains(&name.as_str()))
        .collect()
}

#[tokio::test]
async fn a_built_front_is_served_by_its_files_names() {
    let (_dir, folder) = built_front();
    let front = front_of(folder).await;
    let html = "text/html; charset=utf-8";
    for (path, status, kind, body) in [
        ("/", 200, html, "最初"),
        ("/index.html", 200, html, "最初"),
        ("/en/login.html", 200, html, "log in"),
        ("/en/login.html?step=2", 200, html, "log in"),
        ("/favicon.svg", 200, "image/svg+xml", "<svg/>"),
        ("/assets/app-1a2b.js", 200, "text/javascript; charset=utf-8", "1"),
        ("/assets/app-1a2b.css", 200, "text/css; charset=utf-8", "c"),
        ("/assets/a.woff2", 200, "font/woff2", "f"),
        ("/assets/", 404, html, "なし"),
        ("/assets", 404, html, "なし"),
        ("/login", 404, html, "なし"),
        ("/easy/", 200, html, "はじめ"),
        ("/en", 404, html, "なし"),
        ("/en/", 404, html, "none"),
        ("/en/login", 404, html, "none"),
        ("/en/deep/er.html", 404, html, "none"),
        ("/easy/login.html", 404, html, "ありません"),
        ("/%2e%2e/secret", 404, html, "なし"),
        ("/en/..%2f..%2fsecret", 404, html, "none"),
    ] {
        let answer = get(&format!("{}{path}", front.url())).await;
        let got = (
            answer.status.as_u16(),
            answer.header("content-type"),
            answer.body.as_str(),
        );
        assert_eq!(got, (status, kind, body), "path {path}");
    }
}

#[tokio::test]
async fn the_address_of_a_folder_without_its_slash_leads_to_that_with_it() {
    let (_dir, folder) = built_front();
    let front = front_of(folder).await;
    for (path, status, to) in [("/easy", 308, "/easy/"), ("//easy", 404, ""), ("/en", 404, "")] {
        let answer = get(&format!("{}{path}", front.url())).await;
        let got = (answer.status.as_u16(), answer.header("location"));
        assert_eq!(got, (status, to), "path {path}");
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
    let asked = send(Request::head(front.url()).body(Body::empty()).unwrap()).await;
    assert_eq!((asked.header("content-length"), asked.body.as_str()), ("6", ""));
}

#[tokio::test]
async fn the_headers_of_the_front_are_those_of_its_file_and_no_others() {
    let (_dir, folder) = built_front();
    let front = front_of(folder).await;
    for (path, what) in [
        ("/", "html"),
        ("/en/login.html", "html"),
        ("/favicon.svg", "html"),
        ("/assets/app-1a2b.js", "assets"),
        ("/assets/app-1a2b.css", "assets"),
        // What is not there today may be there tomorrow.
        ("/assets/app-0000.js", "html"),
        ("/nowhere", "html"),
    ] {
        let answer = get(&format!("{}{path}", front.url())).await;
        assert_eq!(sent(&answer), written(what), "path {path}");
    }
}

#[tokio::test]
async fn the_policy_of_the_pages_lets_nothing_in_and_works_without_tls() {
    let headers = written("html");
    let policy = &headers["content-security-policy"];
    let directives: Vec<&str> = policy.split("; ").collect();
    for wanted in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ] {
        assert!(directives.contains(&wanted), "{wanted}");
    }
    // On http://localhost there is no other scheme to go to.
    for unwanted in [
        "upgrade-insecure-requests",
        "unsafe",
        "data:",
        "blob:",
        "*",
        "http",
    ] {
        assert!(!policy.contains(unwanted), "{unwanted}");
    }
    let front = start(options("http://127.0.0.1:1")).await;
    let of_the_api = get(&format!("{}/api/v1/terms", front.url())).await;
    assert_eq!(
        headers["strict-transport-security"],
        of_the_api.header("strict-transport-security"),
        "one origin, one promise"
    );
}

#[tokio::test]
async fn who_has_a_file_already_is_told_so() {
    let (_dir, folder) = built_front();
    let front = front_of(folder.clone()).await;
    let url = format!("{}/en/login.html", front.url());
    let tag = get(&url).await.header("etag").to_owned();
    let again = async |tag: &str| {
        let request = Request::get(&url).header("if-none-match", tag);
        send(request.body(Body::empty()).unwrap()).await
    };
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let answer = again(&known).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (304, ""),
            "{known}"
        );
        assert_eq!(sent(&answer), written("html"));
        assert_eq!(answer.header("etag"), tag);
    }
    std::fs::write(folder.join("en/login.html"), "Log in").unwrap();
    let answer = again(&tag).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "Log in"));
    assert_ne!(answer.header("etag"), tag);
}

#[tokio::test]
async fn pages_know_of_a_new_build_only_where_that_was_asked_for() {
    let (_dir, folder) = built_front();
    std::fs::write(folder.join("index.html"), "<body>最初</body>").unwrap();
    let quiet = front_of(folder.clone()).await;
    assert_eq!(get(&format!("{}/", quiet.url())).await.body, "<body>最初</body>");
    for path in ["/_dev/reload", "/_dev/reload.js"] {
        assert_is_problem(&get(&format!("{}{path}", quiet.url())).await, 404, "not-found");
    }

    let (builds, watching) = Builds::watch(folder.clone());
    let front = start(FrontOptions {
        web: Some(folder.clone()),
        builds: Some(builds),
        ..options("http://127.0.0.1:1")
    })
    .await;
    let page = get(&format!("{}/", front.url())).await;
    assert_eq!(
        sent(&page),
        written("html"),
        "what is added needs no other policy"
    );
    assert!(page.body.contains(r#"<a href="/_dev/mailbox" target="_blank">"#));
    let script = page.body.split_once(r#"<script type="module" src=""#).unwrap().1;
    let (script, after) = script.split_once('"').unwrap();
    assert_eq!(after, "></script>\n</body>");
    assert_eq!(
        get(&format!("{}{script}", front.url()))
            .await
            .header("content-type"),
        "text/javascript; charset=utf-8"
    );
    let first = script.split_once("?build=").unwrap().1;
    for (path, kind) in [("/nowhere", "なし"), ("/assets/app-1a2b.js", "1")] {
        let body = get(&format!("{}{path}", front.url())).await.body;
        assert_eq!(body.contains("/_dev/reload.js"), kind == "なし", "path {path}");
    }

    let client = Client::builder(TokioExecutor::new()).build_http();
    let asked = Request::get(format!("{}/_dev/reload", front.url()));
    let mut told = client.request(asked.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(told.headers()["content-type"], "text/event-stream");
    let mut next = async || {
        let frame = tokio::time::timeout(Duration::from_secs(20), told.body_mut().frame());
        let frame = frame.await.unwrap()?.ok()?;
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    };
    assert_eq!(next().await.unwrap(), format!("event: build\ndata: {first}\n\n"));
    std::fs::write(folder.join("assets/app-3c4d.js"), "2").unwrap();
    let changed = next().await.unwrap();
    let page = get(&format!("{}/", front.url())).await.body;
    let second = changed.trim().rsplit(' ').next().unwrap();
    assert_ne!(second, first);
    assert!(
        page.contains(&format!("?build={second}")),
        "or the page would load itself for ever"
    );

    // Somebody looks while a build is under way.
    for gone in ["404.html", "index.html"] {
        std::fs::remove_file(folder.join(gone)).unwrap();
    }
    let page = get(&format!("{}/", front.url())).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(
        page.body.contains("/_dev/reload.js?build="),
        "nor does a page that is not there yet stay"
    );

    watching.abort();
    assert_eq!(next().await, None, "who listens does not hold up the end");
}
