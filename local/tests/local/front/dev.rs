//! The routes under `/_dev/` for development.

use super::{options, start};
use crate::support::{START, assert_is_problem, get, put};
use portal_local::{
    clock::{Advance, Clock},
    front::FrontOptions,
};
use serde_json::json;

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
