//! The edge: refusals before the rules of a step, in order (docs/api.md 1).

use lambda_http::Body;
use testkit::World;
use testkit::people::PLAIN_OFFICE;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn unknown_paths_and_methods_are_not_found_alike() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for (method, path) in [
        ("GET", "/nowhere"),
        ("PATCH", "/registration"),
        ("HEAD", "/me"),
        ("GET", "/registration/"),
        ("GET", "/Registration"),
        ("TRACE", "/login"),
        ("OPTIONS", "/login"),
    ] {
        taro.calls(method, path).await.is_told("not-found");
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused_and_none_is_let_through() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost:8080.evil.example",
        "HTTP://LOCALHOST:8080",
        "",
    ] {
        taro.headers = vec![("origin".to_owned(), origin.to_owned())];
        taro.sends("POST", "/login", &[], Body::Text("x".repeat(20_000)))
            .await
            .is_told("foreign-origin");
    }
    taro.headers = vec![("origin".to_owned(), "http://127.0.0.1:8080".to_owned())];
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    taro.headers.clear();
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
}

#[tokio::test]
async fn media_type_comes_before_size_and_size_before_json() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let big = "x".repeat(16_385);
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=shift_jis",
        "application/jsonx",
        "",
    ] {
        taro.sends(
            "POST",
            "/login",
            &[("content-type", kind)],
            Body::Text(big.clone()),
        )
        .await
        .is_told("unsupported-media-type");
    }
    taro.sends("POST", "/login", &[JSON], Body::Text(big))
        .await
        .is_told("too-large");
    taro.sends("POST", "/login", &[JSON], Body::Text("x".repeat(16_384)))
        .await
        .is_told("unreadable-request");
    taro.sends(
        "POST",
        "/login",
        &[("content-type", "application/json; charset=UTF-8")],
        Body::Text("{}".to_owned()),
    )
    .await
    .is_told("invalid-fields");
    taro.sends("POST", "/login", &[], Body::Empty)
        .await
        .is_told("unreadable-request");
}

#[tokio::test]
async fn what_is_not_one_json_object_is_unreadable() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for body in [
        "",
        "[]",
        "null",
        "{",
        "{}{}",
        "{\"email\":1}",
        "{\"email\":\"a\",\"email\":\"a\"}",
        "{\"email\":\"\\ud800\"}",
        "\u{feff}{}",
        "{\"a\":NaN}",
    ] {
        taro.sends("POST", "/login", &[JSON], Body::Text(body.to_owned()))
            .await
            .is_told("unreadable-request");
    }
    taro.sends("POST", "/login", &[JSON], Body::Binary(vec![0xff, 0xfe, 0x7b]))
        .await
        .is_told("unreadable-request");
    taro.sends(
        "POST",
        "/login",
        &[JSON],
        Body::Text(format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000))),
    )
    .await
    .is_told("unreadable-request");
}

#[tokio::test]
async fn key_comes_before_flow_flow_before_step_step_before_fields() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.sends(
        "POST",
        "/registration/confirm",
        &[JSON],
        Body::Text("{\"x\":1}".to_owned()),
    )
    .await
    .is_told("idempotency-key-missing");
    taro.keyed(
        "POST",
        "/registration/confirm",
        "0123456789abcdef",
        &serde_json::json!({ "x": 1 }),
    )
    .await
    .is_told("no-flow");
    taro.authenticates(&PLAIN_OFFICE).await;
    taro.keyed(
        "POST",
        "/registration/confirm",
        "0123456789abcdef",
        &serde_json::json!({ "x": 1 }),
    )
    .await
    .is_told("wrong-step");
    taro.json("POST", "/registration/otp", &serde_json::json!({ "x": 1 }))
        .await
        .is_told("invalid-fields")
        .complains(&[("", "unknown-field"), ("/code", "required")]);
    taro.json("POST", "/registration/otp/resend", &serde_json::json!({ "x": 1 }))
        .await
        .complains(&[("", "unknown-field")]);
}

#[tokio::test]
async fn a_duplicate_or_malformed_cookie_is_treated_as_absent() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    let own = taro.cookies["__Host-registration"].clone();
    taro.cookies.clear();
    for cookies in [
        format!("__Host-registration={own}; __Host-registration=x"),
        format!("__host-registration={own}"),
        "__Host-registration=".to_owned(),
        format!("__Host-registration={}", "x".repeat(5_000)),
        ";;;=;".to_owned(),
    ] {
        taro.sends("GET", "/registration", &[("cookie", &cookies)], Body::Empty)
            .await
            .is_told("no-flow");
    }
    // What stands beside it hides it never: a sibling site may set what it likes.
    for cookies in [
        format!("other=1; __Host-registration={own}"),
        format!("visitor=介護; __Host-registration={own}"),
        format!("=; \"; a=\"b; __Host-registration={own}; c=d\""),
        format!("__Host-registration={own}; __Host-registration={own}"),
    ] {
        taro.sends("GET", "/registration", &[("cookie", &cookies)], Body::Empty)
            .await
            .is(200);
    }
}
