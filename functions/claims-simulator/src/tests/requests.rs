//! Refused requests, and routes.

use super::*;

#[tokio::test]
async fn a_question_that_does_not_keep_to_the_contract_is_refused_and_judges_nothing() {
    let stand = Stand::new().await;
    for (body, status) in [
        ("", 400),
        ("null", 400),
        ("[]", 400),
        ("{", 400),
        (r#"{"userId":"KJ000000000001"}"#, 400),
        (r#"{"userId":"KJ000000000001","password":""}"#, 400),
        (r#"{"userId":"KJ000000000001","password":1}"#, 400),
        (
            r#"{"userId":"KJ000000000001","password":"falsch","securityCode":"1"}"#,
            400,
        ),
        (
            &json!({ "userId": PLAIN, "password": "x".repeat(129) }).to_string(),
            400,
        ),
        (
            &json!({ "userId": "K".repeat(33), "password": "x" }).to_string(),
            400,
        ),
        (
            &json!({ "userId": PLAIN, "password": "x".repeat(BODY_LIMIT) }).to_string(),
            413,
        ),
    ] {
        for _ in 0..3 {
            assert_eq!(
                stand.call("POST", "/authentications", body).await.0,
                status,
                "{body:.60}"
            );
        }
    }
    let typeless = http::Request::post("http://127.0.0.1/authentications")
        .body(Body::Empty)
        .unwrap();
    assert_eq!(handle(&stand.deps, typeless).await.status(), 415);
    assert_eq!(stand.password(PLAIN, "Mihon0001").await["result"], "accepted");
}

#[tokio::test]
async fn the_dev_routes_work_without_a_content_type() {
    let stand = Stand::new().await;
    let request = http::Request::put("http://127.0.0.1/_dev/claims")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::Binary(br#"{"mode":"down"}"#.to_vec()))
        .unwrap();
    assert_eq!(handle(&stand.deps, request).await.status(), 204);
}

#[tokio::test]
async fn an_unknown_request_is_refused_as_such() {
    let stand = Stand::new().await;
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/offices", 404),
        ("POST", "/authentications/x", 404),
        ("GET", "/authentications", 405),
        ("PUT", "/security-codes", 405),
        ("POST", "/_dev/offices", 405),
        ("DELETE", "/_dev/offices/KJ1", 405),
        ("POST", "/_dev/claims", 405),
    ] {
        let (said, answer) = stand.call(method, path, "{}").await;
        assert_eq!(
            (said, &answer["status"]),
            (status, &json!(status)),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn without_its_table_it_says_that_it_is_out_of_order() {
    let stand = Stand::new().await;
    stand
        .client
        .delete_table()
        .table_name("simulator")
        .send()
        .await
        .unwrap();
    for (method, path, body) in [
        ("POST", "/authentications", r#"{"userId":"KJ1","password":"x"}"#),
        ("GET", "/_dev/offices", ""),
        ("GET", "/_dev/claims", ""),
        ("PUT", "/_dev/claims", r#"{"mode":"up"}"#),
    ] {
        assert_eq!(stand.call(method, path, body).await.0, 503, "{path}");
    }
}

#[test]
fn the_prefix_of_a_path_does_not_matter() {
    for base in [
        "",
        "/v1",
        "/lambda-url/claims-simulator",
        "/stage/authentications",
        "//",
    ] {
        for (path, route) in [
            ("/authentications", Route::Authentications),
            ("/authentications/", Route::Authentications),
            ("/security-codes", Route::SecurityCodes),
            ("/_dev/offices", Route::Offices),
            ("/_dev/offices/", Route::Offices),
            ("/_dev/offices/KJ1", Route::Office("KJ1".to_owned())),
            ("/_dev/offices/offices", Route::Office("offices".to_owned())),
            ("/_dev/offices/claims", Route::Office("claims".to_owned())),
            ("/_dev/claims", Route::Claims),
        ] {
            assert_eq!(Route::of(&format!("{base}{path}")), Some(route), "{base}{path}");
        }
    }
    for path in [
        "",
        "/",
        "/_dev",
        "/_dev/",
        "/offices/KJ1",
        "/claims",
        "/xauthentications",
    ] {
        assert_eq!(Route::of(path), None, "{path}");
    }
}
