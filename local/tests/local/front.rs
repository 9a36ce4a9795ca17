//! The routes that the dev server serves itself: the front's files, and pages for development.

mod dev;
mod reload;

use crate::support::{self, Reply, get, problem_pages, send};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use portal_local::{front::FrontOptions, server::Server};
use std::{collections::BTreeMap, path::PathBuf};

/// The headers of the front; the only source.
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
        ("en/inquiry.html", "ask"),
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

/// The headers in `web/headers.json` for everything and for `what`.
fn written(what: &str) -> BTreeMap<String, String> {
    let file: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(HEADERS).unwrap();
    let of = |what: &str| file[what].clone().into_iter();
    // The page of the inquiry is a page like others, but for its policy.
    of("all")
        .chain(of(if what == "inquiry" { "html" } else { what }))
        .chain(of(what))
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect()
}

/// The headers of an answer, except those about its content and date.
fn sent(answer: &Reply) -> BTreeMap<String, String> {
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
        ("/en/inquiry.html", "inquiry"),
        ("/favicon.svg", "html"),
        ("/assets/app-1a2b.js", "assets"),
        ("/assets/app-1a2b.css", "assets"),
        // A missing asset may exist tomorrow.
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
    // The one form that works without scripts is sent to the portal itself.
    assert_eq!(
        written("inquiry")["content-security-policy"],
        policy.replace("form-action 'none'", "form-action 'self'")
    );
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
    // On http://localhost there is no other scheme.
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
async fn a_browser_that_has_the_file_gets_304() {
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
