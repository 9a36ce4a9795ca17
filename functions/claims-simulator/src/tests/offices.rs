//! Setting and listing the offices.

use super::*;

#[tokio::test]
async fn an_office_can_be_replaced_and_what_was_tried_is_forgotten() {
    let stand = Stand::new().await;
    for _ in 0..4 {
        stand.password(PLAIN, "falsch").await;
    }

    let mut office = office();
    office["securityCode"] = json!("Code4711");
    office["temporaryPassword"] = json!("Kari1234");
    stand.put(PLAIN, &office).await;

    assert_eq!(
        stand.listed(PLAIN).await,
        json!({
            "userId": PLAIN, "officeNumber": "1379912340", "officeName": "見本の家",
            "mailAddress": "ie@example.jp", "securityCode": "Code4711", "password": "Atarashii1",
            "temporaryPassword": "Kari1234", "passwordExpired": false, "failures": 0,
        })
    );
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "wrong");
    assert_eq!(
        stand.password(PLAIN, "Kari1234").await["result"],
        "temporary-password"
    );
    assert_eq!(
        stand.password(PLAIN, "Atarashii1").await["securityCode"],
        "required"
    );
    assert_eq!(stand.code(PLAIN, "Code4711").await["office"]["name"], "見本の家");

    // As a whole, not field by field: omitted fields are cleared.
    stand.put(PLAIN, &self::office()).await;
    assert_eq!(stand.listed(PLAIN).await.get("securityCode"), None);
    assert_eq!(stand.password(PLAIN, "Atarashii1").await["securityCode"], "none");
}

#[tokio::test]
async fn an_office_can_be_added_and_locked_and_expired() {
    let stand = Stand::new().await;
    let mut office = office();
    office["passwordExpired"] = json!(true);
    stand.put("KJ777", &office).await;
    assert_eq!(
        stand.password("KJ777", "Atarashii1").await["result"],
        "password-expired"
    );

    office["passwordExpired"] = json!(false);
    office["locked"] = json!(true);
    stand.put("KJ777", &office).await;
    assert_eq!(stand.listed("KJ777").await["lockedUntil"], "2026-04-01T00:30:00Z");
    assert_eq!(stand.password("KJ777", "Atarashii1").await["result"], "locked");
    stand.wait(30 * MINUTE);
    assert_eq!(stand.password("KJ777", "Atarashii1").await["result"], "accepted");

    let (_, list) = stand.call("GET", "/_dev/offices", "").await;
    assert_eq!(list.as_array().unwrap().len(), seed::SEEDS.len() + 1);
}

#[tokio::test]
async fn an_office_that_is_replaced_during_a_try_does_not_keep_the_try() {
    let stand = Stand::new().await;
    stand.password(PLAIN, "falsch").await;
    let before = stand.deps.table.office(PLAIN).await.unwrap().unwrap();
    stand.put(PLAIN, &office()).await;

    let late = Tally {
        wrong_passwords: 3,
        ..Tally::default()
    };
    let stored = stand.deps.table.store(PLAIN, &before, late).await.unwrap();

    assert_eq!(stored, StoreResult::Conflict);
    assert_eq!(stand.listed(PLAIN).await["failures"], 0);
}

#[tokio::test]
async fn a_user_id_in_a_path_is_percent_decoded() {
    let stand = Stand::new().await;
    stand.put("KJ%37%378", &office()).await;
    assert_eq!(stand.password("KJ778", "Atarashii1").await["result"], "accepted");

    let (status, answer) = stand
        .call("PUT", "/_dev/offices/%FF", &office().to_string())
        .await;
    assert_eq!(
        (status, &answer["errors"][0]["pointer"]),
        (400, &json!("/userId"))
    );
    // A user id may be the word of another path.
    stand.put("authentications", &office()).await;
    assert_eq!(stand.listed("authentications").await["officeName"], "見本の家");
}

#[tokio::test]
async fn a_replacement_with_a_mistake_is_refused_with_the_field_named() {
    let stand = Stand::new().await;
    for (change, pointer, code) in [
        (json!({ "passwort": "x" }), "/passwort", "unknown-field"),
        (json!({ "failures": 0 }), "/failures", "unknown-field"),
        (json!({ "a/b~c": 0 }), "/a~1b~0c", "unknown-field"),
        (json!({ "password": 1234 }), "/password", "wrong-type"),
        (json!({ "password": null }), "/password", "required"),
        (
            json!({ "officeNumber": 1_379_901_018 }),
            "/officeNumber",
            "wrong-type",
        ),
        (json!({ "officeName": ["見本"] }), "/officeName", "wrong-type"),
        (json!({ "mailAddress": false }), "/mailAddress", "wrong-type"),
        (json!({ "securityCode": 4711 }), "/securityCode", "wrong-type"),
        (
            json!({ "temporaryPassword": true }),
            "/temporaryPassword",
            "wrong-type",
        ),
        (
            json!({ "passwordExpired": "true" }),
            "/passwordExpired",
            "wrong-type",
        ),
        (json!({ "locked": 1 }), "/locked", "wrong-type"),
    ] {
        let mut office = office();
        office
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let (status, answer) = stand.call("PUT", "/_dev/offices/KJ1", &office.to_string()).await;
        assert_eq!(status, 400, "{change}");
        assert_eq!(answer["status"], 400);
        assert_eq!(
            answer["errors"],
            json!([{ "pointer": pointer, "code": code }]),
            "{change}"
        );
    }
    for name in ["password", "officeNumber", "officeName"] {
        let mut office = office();
        office.as_object_mut().unwrap().remove(name);
        let (status, answer) = stand.call("PUT", "/_dev/offices/KJ1", &office.to_string()).await;
        assert_eq!(status, 400);
        assert_eq!(
            answer["errors"],
            json!([{ "pointer": format!("/{name}"), "code": "required" }])
        );
    }
    let (status, answer) = stand
        .call("PUT", "/_dev/offices/KJ1", r#"{"locked":3,"x":1}"#)
        .await;
    assert_eq!(
        (status, answer["errors"].as_array().unwrap().len()),
        (400, 5),
        "{answer}"
    );
    assert_eq!(stand.listed("KJ1").await, Value::Null);
}
