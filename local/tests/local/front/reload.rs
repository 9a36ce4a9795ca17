//! Pages that reload themselves after a build.

use super::{built_front, front_of, options, sent, start, written};
use crate::support::{assert_is_problem, get};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use portal_local::front::{Builds, FrontOptions};
use std::time::Duration;

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
        "or the page would reload itself endlessly"
    );

    // A request during a build.
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
    assert_eq!(next().await, None, "an open page does not delay the end");
}
