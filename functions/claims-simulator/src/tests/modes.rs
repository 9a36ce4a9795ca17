//! The health of the system.

use super::{contract::Contract, *};

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
