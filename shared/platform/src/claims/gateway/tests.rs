mod fake_system;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use self::fake_system::{Behaviour, FakeSystem, json_answer};
use super::*;

const USER: &str = "KJ000000000001";

fn accepted(office: &str) -> String {
    format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":"none","office":{office}}}"#)
}

async fn authentication_of(body: &str) -> Result<Authentication, Unavailable> {
    FakeSystem::that_answers(body)
        .await
        .gateway()
        .authenticate(USER, "Mihon0001")
        .await
}

async fn authentication_by(behaviour: Behaviour) -> (Result<Authentication, Unavailable>, usize) {
    authentication_within(Duration::from_secs(10), behaviour).await
}

async fn authentication_within(
    budget: Duration,
    behaviour: Behaviour,
) -> (Result<Authentication, Unavailable>, usize) {
    let system = FakeSystem::that(behaviour).await;
    let answer = system.gateway_with(budget).authenticate(USER, "Mihon0001").await;
    (answer, system.questions().len())
}

#[tokio::test]
async fn a_security_code_is_asked_about_in_one_post_with_exactly_the_two_values() {
    let system = FakeSystem::that_answers(&format!(r#"{{"userId":"{USER}","result":"wrong"}}"#)).await;

    let answer = system.gateway().check_security_code(USER, "4711").await;

    assert_eq!(answer, Ok(SecurityCodeCheck::Wrong));
    let questions = system.questions();
    assert_eq!(questions.len(), 1);
    assert!(questions[0].starts_with("POST /claims/security-codes HTTP/1.1\r\n"));
    assert!(questions[0].ends_with(&format!(r#"{{"userId":"{USER}","securityCode":"4711"}}"#)));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_may_have_judged() {
    for body in ["", "{", r#"{"userId":"KJ000000000002","result":"wrong"}"#] {
        assert_eq!(
            authentication_of(body).await,
            Err(Unavailable::OutcomeUnknown),
            "{body}"
        );
    }
}

#[tokio::test]
async fn the_question_is_one_post_with_exactly_the_two_values() {
    let system = FakeSystem::that_answers(&format!(r#"{{"userId":"{USER}","result":"wrong"}}"#)).await;

    let answer = system.gateway().authenticate(USER, "a\"\\b\u{1}パス🔑").await;

    assert_eq!(answer, Ok(Authentication::Wrong));
    let questions = system.questions();
    assert_eq!(questions.len(), 1);
    let (head, body) = questions[0].split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(
        head.starts_with("post /claims/authentications http/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"userId": USER, "password": "a\"\\b\u{1}パス🔑"})
    );
}

#[tokio::test]
async fn an_answer_that_is_no_json_by_its_own_word_is_not_read() {
    let body = format!(r#"{{"userId":"{USER}","result":"wrong"}}"#);
    for (content_type, meaning) in [
        ("text/html", Err(Unavailable::OutcomeUnknown)),
        ("application/problem+json", Err(Unavailable::OutcomeUnknown)),
        ("application/jsonp", Err(Unavailable::OutcomeUnknown)),
        ("", Err(Unavailable::OutcomeUnknown)),
        ("Application/JSON; charset=utf-8", Ok(Authentication::Wrong)),
    ] {
        let system = json_answer("200 OK", content_type, &body);
        let (answer, asked) = authentication_by(Behaviour::Answers(system)).await;
        assert_eq!((answer, asked), (meaning, 1), "{content_type:?}");
    }
}

/// A proxy before the gateway has pages of its own, and may show one after it forwarded the question.
#[tokio::test]
async fn a_status_by_which_the_gateway_refuses_judges_nothing_and_any_other_may_have() {
    let refused = [
        "400 Bad Request",
        "403 Forbidden",
        "413 Content Too Large",
        "503 Service Unavailable",
    ];
    let others = [
        "201 Created",
        "204 No Content",
        "500 Internal Server Error",
        "502 Bad Gateway",
        "504 Gateway Timeout",
    ];
    for status in refused.into_iter().chain(others) {
        for content_type in [
            "application/problem+json; charset=utf-8",
            "application/json",
            "text/html",
        ] {
            let meaning = if refused.contains(&status) && content_type.starts_with("application/problem") {
                Unavailable::NotJudged
            } else {
                Unavailable::OutcomeUnknown
            };
            let body = format!(r#"{{"userId":"{USER}","result":"wrong"}}"#);
            let answer = Behaviour::Answers(json_answer(status, content_type, &body));
            let answer = authentication_by(answer).await;
            assert_eq!(answer, (Err(meaning), 1), "{status} {content_type}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = FakeSystem::that_answers(&format!(r#"{{"userId":"{USER}","result":"locked"}}"#)).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location = format!("http://{}/authentications", elsewhere.address);
        let answer = format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let (answer, asked) = authentication_by(Behaviour::Answers(answer.into_bytes())).await;
        assert_eq!((answer, asked), (Err(Unavailable::OutcomeUnknown), 1), "{status}");
    }
    assert!(elsewhere.questions().is_empty());
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let body = format!(
        r#"{{"userId":"{USER}","result":"wrong"{}}}"#,
        " ".repeat(ANSWER_LIMIT)
    );
    assert_eq!(authentication_of(&body).await, Err(Unavailable::OutcomeUnknown));

    // Without a length it can be endless.
    let mut endless = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec();
    endless.extend(std::iter::repeat_n(b' ', 64 * ANSWER_LIMIT));
    let (answer, asked) = authentication_by(Behaviour::Stalls(endless)).await;
    assert_eq!((answer, asked), (Err(Unavailable::OutcomeUnknown), 1));
}

#[tokio::test]
async fn an_answer_of_exactly_the_limit_is_read() {
    let answer = format!(r#"{{"userId":"{USER}","result":"wrong"}}"#);
    let body = format!("{answer}{}", " ".repeat(ANSWER_LIMIT - answer.len()));
    assert_eq!(authentication_of(&body).await, Ok(Authentication::Wrong));
}

#[tokio::test]
async fn silence_after_the_question_may_have_counted() {
    let whole = json_answer(
        "200 OK",
        "application/json",
        &accepted(r#"{"number":"1379901018"}"#),
    );
    let head = &whole[..40];
    let most = &whole[..whole.len() - 5];
    for sent in [b"", head, most] {
        let second = Duration::from_secs(1);
        let (answer, asked) = authentication_within(second, Behaviour::Stalls(sent.to_vec())).await;
        assert_eq!(
            (answer, asked),
            (Err(Unavailable::OutcomeUnknown), 1),
            "stalls after {}",
            sent.len()
        );
        let (answer, asked) = authentication_by(Behaviour::HangsUp(sent.to_vec())).await;
        assert_eq!(
            (answer, asked),
            (Err(Unavailable::OutcomeUnknown), 1),
            "ends after {}",
            sent.len()
        );
    }
}

#[tokio::test]
async fn the_budget_holds_for_the_whole_exchange() {
    let system = FakeSystem::that(Behaviour::Stalls(Vec::new())).await;
    let budget = Duration::from_secs(1);
    let gateway = system.gateway_with(budget);

    let begun = std::time::Instant::now();
    let answer = gateway.check_security_code(USER, "4711").await;

    assert_eq!(answer, Err(Unavailable::OutcomeUnknown));
    assert!(
        begun.elapsed() >= Duration::from_millis(300),
        "{:?}",
        begun.elapsed()
    );
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_system_that_cannot_be_reached_has_judged_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = ClaimsGateway::new(&format!("http://{address}")).unwrap();
    assert_eq!(
        refused.authenticate(USER, "Mihon0001").await,
        Err(Unavailable::NotJudged)
    );

    let unknown_host = ClaimsGateway::new("https://claims.invalid").unwrap();
    assert_eq!(
        unknown_host.authenticate(USER, "Mihon0001").await,
        Err(Unavailable::NotJudged)
    );
}

#[tokio::test]
async fn a_handshake_that_never_ends_has_sent_nothing() {
    let system = FakeSystem::that(Behaviour::NeverReads).await;
    let budget = Duration::from_millis(500);
    let gateway = ClaimsGateway::with_budget(&format!("https://{}", system.address), budget).unwrap();

    assert_eq!(
        gateway.authenticate(USER, "Mihon0001").await,
        Err(Unavailable::NotJudged)
    );
}

#[tokio::test]
async fn a_handshake_that_fails_has_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let received = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        let mut received = Vec::new();
        // The other side closes the connection, in order or not.
        let _ = connection.read_to_end(&mut received).await;
        received
    });
    let gateway = ClaimsGateway::new(&format!("https://{address}")).unwrap();

    assert_eq!(
        gateway.authenticate(USER, "Mihon0001").await,
        Err(Unavailable::NotJudged)
    );

    let received = String::from_utf8_lossy(&received.await.unwrap()).into_owned();
    assert!(!received.contains("Mihon0001") && !received.contains(USER));
}

#[tokio::test]
async fn every_question_has_a_connection_of_its_own() {
    // This system keeps connections open; a second question on the first one would not be read.
    let whole = json_answer(
        "200 OK",
        "application/json",
        &format!(r#"{{"userId":"{USER}","result":"wrong"}}"#),
    );
    let system = FakeSystem::that(Behaviour::Stalls(whole)).await;
    let gateway = system.gateway();

    for _ in 0..3 {
        assert_eq!(
            gateway.authenticate(USER, "Mihon0001").await,
            Ok(Authentication::Wrong)
        );
    }

    assert_eq!(system.questions().len(), 3);
}

#[test]
fn the_buffer_of_a_question_never_grows_so_no_copy_of_a_password_is_left_behind() {
    for text in [
        "",
        "Mihon0001",
        "パスワード🔑",
        "\"\"\\\\",
        &"\u{1}".repeat(10_000),
    ] {
        let asked = AuthenticationQuestion {
            user_id: text,
            password: text,
        };
        let room = 100 + 12 * text.len();

        let buffer = question(&asked, &[text, text]).unwrap();

        assert!(buffer.len() <= room, "{} of {room}", buffer.len());
        assert_eq!(buffer.capacity(), Vec::<u8>::with_capacity(room).capacity());
    }
}

#[test]
fn the_address_must_keep_passwords_private() {
    for base in [
        "https://claims.example.jp",
        "https://claims.example.jp/v1/",
        "http://127.0.0.1:9000/lambda-url/x",
        "http://localhost:9000",
        "http://[::1]:9000",
    ] {
        assert!(ClaimsGateway::new(base).is_ok(), "{base}");
    }
    for base in [
        "http://claims.example.jp",
        "http://127.0.0.1.example.jp",
        "http://10.0.0.1",
        "ftp://localhost",
    ] {
        let refused = ClaimsGateway::new(base);
        assert!(matches!(refused, Err(ClaimsGatewayError::NotPrivate)), "{base}");
    }
    for base in [
        "https://u:p@claims.example.jp",
        "https://claims.example.jp/?a=b",
        "https://claims.example.jp/#a",
    ] {
        assert!(
            matches!(ClaimsGateway::new(base), Err(ClaimsGatewayError::NotPlain)),
            "{base}"
        );
    }
    for base in ["", "claims", "127.0.0.1:9000"] {
        assert!(
            matches!(ClaimsGateway::new(base), Err(ClaimsGatewayError::NotAUrl)),
            "{base}"
        );
    }
}
