//! Makes the event of API Gateway (payload format 2.0) acceptable for `lambda_http`.
//!
//! `lambda_http` panics on values that it cannot convert to a URL, a header or octets: two values of
//! `X-Forwarded-Proto`, a query with a space, invalid base64. So it gets a new event with the few parts that the
//! portal reads, each in a form that it accepts; a value without such a form becomes one that the checks refuse in
//! their order.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::http::{HeaderName, Method};
use lambda_http::request::LambdaRequest;
use serde_json::{Map, Value, json};

/// Headers from which `lambda_http` builds a URL, and which the portal does not read; `cookie` is handled separately.
const PASSED_OVER: [&str; 3] = ["host", "x-forwarded-proto", "cookie"];

/// The request of an event.
pub fn request_of(event: &Value) -> Result<LambdaRequest, serde_json::Error> {
    let request: ApiGatewayV2httpRequest = serde_json::from_value(fit(event))?;
    Ok(LambdaRequest::ApiGatewayV2(request))
}

fn fit(event: &Value) -> Value {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let method =
        text("/requestContext/http/method").filter(|name| Method::from_bytes(name.as_bytes()).is_ok());
    let (body, is_base64) = body(event);
    json!({
        "version": "2.0",
        "rawPath": text("/rawPath").filter(|path| is_plain(path)).unwrap_or("/"),
        "headers": headers(event),
        "cookies": cookies(event),
        "requestContext": {
            "stage": "$default",
            "http": {
                "method": method.unwrap_or("UNKNOWN"),
                "sourceIp": text("/requestContext/http/sourceIp"),
            },
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// Whether the path may belong to a step: one with other characters does not.
fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && path
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet))
}

/// A header value without control characters, which are not allowed in a header.
fn without_controls(value: &str) -> String {
    let is_out = |c: char| (c.is_ascii_control() && c != '\t').then_some(char::REPLACEMENT_CHARACTER);
    value.chars().map(|c| is_out(c).unwrap_or(c)).collect()
}

fn named_headers(event: &Value) -> impl Iterator<Item = (&str, &str)> {
    let headers = event.get("headers").and_then(Value::as_object);
    headers
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
}

fn headers(event: &Value) -> Map<String, Value> {
    named_headers(event)
        .filter(|(name, _)| {
            HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| !PASSED_OVER.contains(&name.as_str()))
        })
        .map(|(name, value)| (name.to_owned(), without_controls(value).into()))
        .collect()
}

/// All cookies, from the list of the event and from the header.
fn cookies(event: &Value) -> Vec<String> {
    let listed = event.get("cookies").and_then(Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    named_headers(event)
        .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
        .map(|(_, value)| value)
        .chain(listed)
        .map(without_controls)
        .collect()
}

/// The body, and whether it is base64. An unreadable one becomes text that is not JSON.
fn body(event: &Value) -> (Option<&str>, bool) {
    const UNREADABLE: (Option<&str>, bool) = (Some("?"), false);
    let is_base64 = event.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
    match event.get("body") {
        None | Some(Value::Null) => (None, false),
        Some(Value::String(body)) if !is_base64 => (Some(body), false),
        Some(Value::String(body)) if STANDARD.decode(body).is_ok() => (Some(body), true),
        Some(_) => UNREADABLE,
    }
}
