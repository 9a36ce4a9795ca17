//! The mailbox under `/_dev`.

use crate::support::{Reply, START, SetClock, get, listener, problem_pages, put, send, serve};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use portal_local::{
    mailbox,
    server::Server,
    ses::{self, MailOutcome, Postbox, PostboxOptions},
};
use serde_json::{Value, json};

struct Mailbox {
    postbox: Postbox,
    server: Server,
    ses: Server,
}

impl Mailbox {
    async fn start() -> Self {
        let postbox = Postbox::open(PostboxOptions::in_memory(SetClock::at(START).clock())).unwrap();
        let server = serve(mailbox::router(postbox.clone(), problem_pages())).await;
        let ses = ses::serve(listener().await, postbox.clone()).unwrap();
        Self { postbox, server, ses }
    }

    async fn mail(&self, to: &str, subject: &str, text: &str) {
        let body = json!({
            "FromEmailAddress": "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>",
            "Destination": { "ToAddresses": [to] },
            "Content": { "Simple": { "Subject": { "Data": subject }, "Body": { "Text": { "Data": text } } } },
        });
        let url = format!("{}/v2/email/outbound-emails", self.ses.url());
        let answer = send(Request::post(url).body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }

    async fn get(&self, path: &str) -> Reply {
        get(&format!("{}{path}", self.server.url())).await
    }

    async fn subjects(&self, path: &str) -> Vec<String> {
        let mails = self.get(path).await.json();
        mails
            .as_array()
            .unwrap()
            .iter()
            .map(|mail| mail["subject"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn mails_are_listed_newest_first_with_the_fields_of_the_contract() {
    let mailbox = Mailbox::start().await;
    mailbox.mail("taro@example.jp", "一通目", "本文").await;
    mailbox.mail("hanako+k@example.jp", "二通目", "本文").await;

    let mails = mailbox.get("/_dev/mails").await.json();
    assert_eq!(mails[0]["subject"], "二通目");
    let mut last = mails[1].clone();
    let id = last.as_object_mut().unwrap().remove("id");
    assert!(id.is_some_and(|id| id.as_str().is_some_and(|id| !id.is_empty())));
    assert_eq!(
        last,
        json!({
            "sentAt": START,
            "from": "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>",
            "to": "taro@example.jp",
            "subject": "一通目",
            "text": "本文",
        })
    );
}

#[tokio::test]
async fn mails_are_filtered_by_address_whatever_its_case_and_with_a_plus_sign() {
    let mailbox = Mailbox::start().await;
    mailbox.mail("taro@example.jp", "太郎", "").await;
    mailbox.mail("hanako+k@example.jp", "花子", "").await;
    assert_eq!(mailbox.subjects("/_dev/mails?to=TARO@Example.jp").await, ["太郎"]);
    assert_eq!(
        mailbox.subjects("/_dev/mails?to=hanako%2Bk%40example.jp").await,
        ["花子"]
    );
    assert_eq!(
        mailbox.subjects("/_dev/mails?to=hanako+k@example.jp").await,
        ["花子"]
    );
    assert_eq!(mailbox.subjects("/_dev/mails?to=").await.len(), 2);
    assert!(
        mailbox
            .subjects("/_dev/mails?to=unknown@example.jp")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn mails_can_be_deleted() {
    let mailbox = Mailbox::start().await;
    mailbox.mail("taro@example.jp", "太郎", "").await;
    let url = format!("{}/_dev/mails", mailbox.server.url());
    let answer = send(Request::delete(url).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(mailbox.get("/_dev/mails").await.json(), json!([]));
}

#[tokio::test]
async fn each_outcome_can_be_set_for_an_address() {
    let mailbox = Mailbox::start().await;
    let url = format!("{}/_dev/mail-behaviour/Taro%40example.jp", mailbox.server.url());
    for (word, outcome) in [
        ("bounce", MailOutcome::Bounce),
        ("complaint", MailOutcome::Complaint),
        ("reject", MailOutcome::Reject),
        ("throttle", MailOutcome::Throttle),
        ("delivered", MailOutcome::Delivered),
    ] {
        let answer = put(&url, &json!({ "outcome": word }).to_string()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(mailbox.postbox.outcome("taro@example.jp"), outcome);
    }
}

#[tokio::test]
async fn a_body_that_is_no_behaviour_is_a_problem() {
    let mailbox = Mailbox::start().await;
    let url = format!("{}/_dev/mail-behaviour/taro@example.jp", mailbox.server.url());
    for body in [
        "",
        "{}",
        "[]",
        r#"{"outcome":"lost"}"#,
        r#"{"outcome":"bounce","more":1}"#,
        "\"bounce\"",
    ] {
        let answer = put(&url, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "body {body:?}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["code"], "unreadable-request");
        assert_eq!(problem["status"], 400);
        let id = answer.header("x-request-id");
        assert_eq!(problem["instance"], Value::String(format!("urn:request:{id}")));
    }
    assert_eq!(mailbox.postbox.outcome("taro@example.jp"), MailOutcome::Delivered);
}

#[tokio::test]
async fn the_page_shows_mails_with_their_code_and_escapes_what_they_hold() {
    let mailbox = Mailbox::start().await;
    mailbox
        .mail(
            "taro@example.jp",
            "件名<script>alert(1)</script>",
            "ワンタイムパスワード：012345\n<b>&\"'",
        )
        .await;
    mailbox
        .mail("hanako@example.jp", "初期", "初期パスワード：A\"><img src=x>B")
        .await;
    let page = mailbox.get("/_dev/mailbox").await;

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert!(page.body.contains("<html lang=\"ja\">"));
    assert!(page.body.contains("data-copy=\"012345\""));
    assert!(page.body.contains("2026年4月1日 9時00分00秒"));
    assert!(page.body.contains("件名&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.body.contains("&lt;b&gt;&amp;&quot;'"));
    assert!(!page.body.contains("<script>alert") && !page.body.contains("<img"));
    assert!(
        !page.body.contains("http://") && !page.body.contains("https://"),
        "the page names another host"
    );

    let only = mailbox.get("/_dev/mailbox?to=taro@example.jp").await;
    assert!(only.body.contains("012345") && !only.body.contains("初期パスワード"));
    let strange = mailbox.get("/_dev/mailbox?to=%22%3E%3Cscript%3E").await;
    assert!(!strange.body.contains("\"><script>"));
}

#[tokio::test]
async fn the_page_brings_its_own_style_and_script() {
    let mailbox = Mailbox::start().await;
    assert_eq!(
        mailbox.get("/_dev/dev.css").await.header("content-type"),
        "text/css; charset=utf-8"
    );
    let script = mailbox.get("/_dev/mailbox.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(!script.body.contains("http"));
}
