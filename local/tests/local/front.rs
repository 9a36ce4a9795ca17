//! What the dev server serves itself: the front's files, and pages for development.

use crate::support::{self, Answer, START, assert_is_problem, get, problem_pages, put, send};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use portal_local::{
    clock::{Advance, Clock},
    front::{Builds, FrontOptions},
    server::Server,
};
use serde_json::json;
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// The headers of the front, of which this is the only place.
const HEADERS: &str = include_str!("../../../web/headers.json");

fn options() -> FrontOptions {
    FrontOptions {
        web: None,
        builds: None,
        settings: None,
        audit: None,
        advance: None,
        tls: false,
        readme: None,
        problems: problem_pages(),
    }
}

async fn start(options: FrontOptions) -> Server {
    support::front(options, "http://127.0.0.1:1").await
}

#[tokio::test]
async fn the_settings_are_shown_as_their_file_has_them() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("settings.json");
    let front = start(FrontOptions {
        settings: Some(file.clone()),
        ..options()
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
        ..options()
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
async fn what_happened_is_listed_as_json_too() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("audit.jsonl");
    let front = start(FrontOptions {
        audit: Some(file.clone()),
        ..options()
    })
    .await;
    let url = format!("{}/_dev/audit?format=json", front.url());
    assert_eq!(get(&url).await.json(), json!([]));
    let record = |number: usize| json!({ "id": number.to_string(), "at": START, "act": "session-begun", "office": (number % 2).to_string() });
    let lines: Vec<String> = (0..300).map(|number| format!("{}\n", record(number))).collect();
    std::fs::write(&file, lines.concat()).unwrap();
    let listed = get(&url).await;
    assert_eq!(listed.header("content-type"), "application/json");
    let listed = listed.json();
    assert_eq!(
        listed.as_array().unwrap().len(),
        300,
        "all, where the page has some"
    );
    assert_eq!((&listed[0], &listed[299]), (&record(299), &record(0)));
    let of_one = get(&format!("{url}&about=1")).await.json();
    assert_eq!(of_one.as_array().unwrap().len(), 150);
    assert_eq!(
        get(&format!("{}/_dev/audit?format=xml", front.url()))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn the_clock_moves_forwards_and_says_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let advance = Advance::open(&dir.path().join("clock-advance")).unwrap();
    let front = start(FrontOptions {
        advance: Some(advance.clone()),
        ..options()
    })
    .await;
    let url = format!("{}/_dev/clock", front.url());
    assert_eq!(get(&url).await.json()["aheadSeconds"], 0);
    for total in [600, 1200] {
        let moved = put(&url, r#"{"advanceSeconds":600}"#).await;
        assert_eq!(
            (moved.status.as_u16(), &moved.json()["aheadSeconds"]),
            (200, &json!(total))
        );
    }
    let now: jiff::Timestamp = get(&url).await.json()["now"].as_str().unwrap().parse().unwrap();
    let machine = Clock::system().now();
    assert!((1190..=1210).contains(&now.duration_since(machine).as_secs()));
    for body in [
        "",
        "{}",
        r#"{"advanceSeconds":-1}"#,
        r#"{"advanceSeconds":"1"}"#,
        r#"{"advanceSeconds":1,"x":1}"#,
    ] {
        let refused = put(&url, body).await;
        assert_is_problem(&refused, 400, "unreadable-request");
        assert!(
            refused.json()["detail"]
                .as_str()
                .unwrap()
                .contains("advanceSeconds")
        );
    }
    let refused = put(&url, r#"{"advanceSeconds":4000000000}"#).await;
    assert_is_problem(&refused, 400, "unreadable-request");
    assert!(refused.json()["detail"].as_str().unwrap().contains("at most"));
    assert_eq!(advance.seconds(), 1200);

    let release = start(options()).await;
    let url = format!("{}/_dev/clock", release.url());
    let refused = put(&url, r#"{"advanceSeconds":1}"#).await;
    assert_is_problem(&refused, 404, "not-found");
    assert!(refused.json()["detail"].as_str().unwrap().contains("--release"));
    assert_eq!(get(&url).await.json()["aheadSeconds"], 0);
}

#[tokio::test]
async fn without_a_front_there_is_a_page_that_leads_on() {
    let front = start(options()).await;
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
        ..options()
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
    let front = start(options()).await;
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
        ..options()
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
    assert_eq!(after, "></script></body>");
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
