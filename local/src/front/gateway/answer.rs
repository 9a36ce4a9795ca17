//! The response that API Gateway makes of a function's answer, in payload format 2.0.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionResponse {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The response; `None` if the answer is malformed.
pub(super) fn response(answer: Value) -> Option<Response<Body>> {
    let FunctionResponse {
        status_code,
        headers,
        cookies,
        body,
        is_base64_encoded,
    } = serde_json::from_value(answer).ok()?;
    let body = body.unwrap_or_default();
    let body = if is_base64_encoded {
        STANDARD.decode(body).ok()?
    } else {
        body.into_bytes()
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status_code).ok()?;
    for (name, value) in headers {
        let name = name.parse::<HeaderName>().ok()?;
        response.headers_mut().insert(name, value.parse().ok()?);
    }
    for cookie in cookies {
        let cookie = cookie.parse::<HeaderValue>().ok()?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_answer_becomes_no_response() {
        for answer in [
            Value::Null,
            json!({}),
            json!("ok"),
            json!({ "statusCode": 1 }),
            json!({ "statusCode": "200" }),
            json!({ "statusCode": 200, "headers": { "two words": "1" } }),
            json!({ "statusCode": 200, "headers": { "x": "a\nb" } }),
            json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true }),
        ] {
            assert!(response(answer.clone()).is_none(), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_body_in_base64_is_decoded() {
        let answer =
            json!({ "statusCode": 404, "body": "eA==", "isBase64Encoded": true, "cookies": ["a=1", "b=2"] });
        let response = response(answer).unwrap();
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        let body = axum::body::to_bytes(response.into_body(), 9).await.unwrap();
        assert_eq!(body.as_ref(), b"x");
    }
}
