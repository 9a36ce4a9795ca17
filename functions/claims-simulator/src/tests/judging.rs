//! Passwords and codes, judged as in the contract, in sequence and in parallel.

use super::*;

#[tokio::test]
async fn every_seeded_office_can_be_tried_without_any_preparation() {
    let stand = Stand::new().await;
    for (user_id, password, result) in [
        (PLAIN, "Mihon0001", "accepted"),
        (PLAIN, "mihon0001", "wrong"),
        (WITH_CODE, "Mihon0002", "accepted"),
        ("KJ000000000003", "Kari0003", "temporary-password"),
        ("KJ000000000004", "Mihon0004", "password-expired"),
        ("KJ000000000005", "Mihon0005", "locked"),
        ("KJ000000000006", "Mihon0006", "accepted"),
        ("KJ000000000007", "Mihon0007", "accepted"),
        ("KJ000000000008", "Mihon0008", "accepted"),
        ("KJ000000000009", "Mihon0009", "accepted"),
        ("KJ000000000010", "Mihon0010", "accepted"),
        ("KJ000000000011", "Mihon0011", "accepted"),
        ("KJ000000000012", "Mihon0012", "accepted"),
        ("KJ000000000013", "Kari0013", "temporary-password"),
        ("KJ000000000013", "Mihon0013", "accepted"),
        ("KJ999999999999", "Mihon0001", "wrong"),
        ("kj000000000001", "Mihon0001", "wrong"),
    ] {
        let answer = stand.password(user_id, password).await;
        assert_eq!(answer["result"], result, "{user_id} {answer}");
        assert_eq!(answer["userId"], user_id);
    }
}

#[tokio::test]
async fn an_office_without_a_code_is_named_at_once_and_one_with_a_code_after_it() {
    let stand = Stand::new().await;

    assert_eq!(
        stand.password(PLAIN, "Mihon0001").await,
        json!({
            "userId": PLAIN, "result": "accepted", "securityCode": "none",
            "office": {
                "number": "1379901018", "name": "見本訪問介護ステーション", "mailAddress": "kaigo1@example.jp",
            },
        })
    );
    assert_eq!(
        stand.password(WITH_CODE, "Mihon0002").await,
        json!({ "userId": WITH_CODE, "result": "accepted", "securityCode": "required" })
    );
    assert_eq!(
        stand.code(WITH_CODE, "20260002").await,
        json!({
            "userId": WITH_CODE, "result": "accepted",
            "office": {
                "number": "1479902023", "name": "見本デイサービスさくら", "mailAddress": "kaigo2@example.jp",
            },
        })
    );
    assert_eq!(
        stand.code(PLAIN, "20260002").await,
        json!({ "userId": PLAIN, "result": "wrong" })
    );
    assert_eq!(
        stand.password("KJ000000000006", "Mihon0006").await["office"].get("mailAddress"),
        None
    );
}

#[tokio::test]
async fn three_wrong_passwords_lock_for_half_an_hour() {
    let stand = Stand::new().await;
    for failures in 1..=3 {
        assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
        assert_eq!(stand.listed(PLAIN).await["failures"], failures);
    }
    assert_eq!(stand.listed(PLAIN).await["lockedUntil"], "2026-04-01T00:30:00Z");
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "locked");

    stand.wait(30 * MINUTE - 1);
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "locked");
    stand.wait(1);
    assert_eq!(stand.listed(PLAIN).await["failures"], 0);
    assert_eq!(stand.listed(PLAIN).await.get("lockedUntil"), None);
    assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
    assert_eq!(stand.listed(PLAIN).await["failures"], 0);
}

#[tokio::test]
async fn a_right_password_in_between_starts_the_count_anew() {
    let stand = Stand::new().await;
    for _ in 0..4 {
        assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
        assert_eq!(stand.password(PLAIN, "falsch").await["result"], "wrong");
        assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
    }
}

#[tokio::test]
async fn three_wrong_codes_lock_whatever_passwords_come_in_between() {
    let stand = Stand::new().await;
    for failures in 1..=3 {
        assert_eq!(stand.password(WITH_CODE, "Mihon0002").await["result"], "accepted");
        assert_eq!(stand.code(WITH_CODE, "0000").await["result"], "wrong");
        assert_eq!(stand.listed(WITH_CODE).await["securityCodeFailures"], failures);
    }
    assert_eq!(stand.code(WITH_CODE, "20260002").await["result"], "locked");
    assert_eq!(stand.password(WITH_CODE, "Mihon0002").await["result"], "locked");
    stand.wait(30 * MINUTE);
    assert_eq!(stand.code(WITH_CODE, "20260002").await["result"], "accepted");
}

#[tokio::test]
async fn of_fifty_wrong_passwords_at_once_three_are_judged() {
    let stand = Stand::new().await;
    let processes = [Arc::clone(&stand.deps), stand.another()];
    let tries: Vec<_> = (0..50)
        .map(|number| {
            let deps = Arc::clone(&processes[number % 2]);
            tokio::spawn(async move { authentication(&deps, PLAIN, "falsch").await })
        })
        .collect();

    let mut said = Vec::new();
    for one in tries {
        said.push(one.await.unwrap()["result"].as_str().unwrap().to_owned());
    }

    assert_eq!(
        said.iter().filter(|result| *result == "wrong").count(),
        3,
        "{said:?}"
    );
    assert_eq!(
        said.iter().filter(|result| *result == "locked").count(),
        47,
        "{said:?}"
    );
    assert_eq!(stand.listed(PLAIN).await["failures"], 3);
}

#[tokio::test]
async fn of_right_and_wrong_ones_at_once_each_gets_an_answer() {
    let stand = Stand::new().await;
    let tries: Vec<_> = (0..40)
        .map(|number| {
            let deps = Arc::clone(&stand.deps);
            let password = if number % 2 == 0 { "Mihon0001" } else { "falsch" };
            tokio::spawn(async move { authentication(&deps, PLAIN, password).await })
        })
        .collect();
    for one in tries {
        assert!(["accepted", "wrong", "locked"].contains(&one.await.unwrap()["result"].as_str().unwrap()));
    }
}
