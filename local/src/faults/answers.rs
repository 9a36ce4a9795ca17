//! The answers of a faulty neighbour.

use super::plan::{Kind, Neighbour};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::Full;
use serde_json::{Value, json};

pub(super) type NeighbourResponse = Response<Full<Bytes>>;

/// The answer of a fault that does not reach the neighbour; `None` if it has none.
pub(super) fn instead(
    neighbour: Neighbour,
    operation: &str,
    kind: Kind,
    writes: usize,
) -> Option<NeighbourResponse> {
    match neighbour {
        Neighbour::DynamoDb => dynamodb(operation, kind, writes),
        Neighbour::Ses => ses(kind),
        Neighbour::Claims => claims(kind),
    }
}

fn dynamodb(operation: &str, kind: Kind, writes: usize) -> Option<NeighbourResponse> {
    const COMMON: &str = "com.amazon.coral.service";
    const OWN: &str = "com.amazonaws.dynamodb.v20120810";
    let transaction = operation == "TransactWriteItems";
    Some(match kind {
        Kind::Throttle => exception(400, &format!("{COMMON}#ThrottlingException"), "Rate exceeded"),
        Kind::Exceeded if transaction => cancelled("ProvisionedThroughputExceeded", writes),
        Kind::Exceeded => exception(
            400,
            &format!("{OWN}#ProvisionedThroughputExceededException"),
            "The level of configured provisioned throughput for the table was exceeded.",
        ),
        Kind::Conflict if transaction => cancelled("TransactionConflict", writes),
        Kind::Conflict if is_write(operation) => exception(
            400,
            &format!("{OWN}#TransactionConflictException"),
            "Transaction is ongoing for the item",
        ),
        Kind::Error => exception(
            500,
            &format!("{OWN}#InternalServerError"),
            "Internal server error",
        ),
        _ => return None,
    })
}

/// Whether an operation changes an item.
pub(super) fn is_write(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems"
    )
}

fn exception(status: u16, kind: &str, message: &str) -> NeighbourResponse {
    amz_json(status, &json!({ "__type": kind, "message": message }))
}

/// A transaction that was cancelled for its first item.
fn cancelled(reason: &str, writes: usize) -> NeighbourResponse {
    let mut reasons = vec![json!({ "Code": reason, "Message": "see the code" })];
    reasons.resize(writes.max(1), json!({ "Code": "None" }));
    let codes: Vec<&str> = reasons
        .iter()
        .filter_map(|reason| reason.get("Code")?.as_str())
        .collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    amz_json(
        400,
        &json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": message,
            "CancellationReasons": reasons,
        }),
    )
}

/// An answer of the table.
pub(super) fn amz_json(status: u16, body: &Value) -> NeighbourResponse {
    answer(status, "application/x-amz-json-1.0", body.to_string())
}

fn ses(kind: Kind) -> Option<NeighbourResponse> {
    let (status, name, message) = match kind {
        Kind::Throttle => (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
        Kind::Reject => (400, "MessageRejected", "Sending to this address is rejected."),
        Kind::Deny => (
            403,
            "AccessDeniedException",
            "The caller may not perform ses:SendEmail.",
        ),
        Kind::Error => (500, "InternalFailure", "Internal failure"),
        _ => return None,
    };
    let mut answer = answer(
        status,
        "application/json",
        json!({ "message": message }).to_string(),
    );
    answer.headers_mut().insert(
        HeaderName::from_static("x-amzn-errortype"),
        HeaderValue::from_static(name),
    );
    Some(answer)
}

fn claims(kind: Kind) -> Option<NeighbourResponse> {
    Some(match kind {
        Kind::Error => answer(500, "text/html", "<h1>Internal Server Error</h1>".to_owned()),
        Kind::GatewayTimeout => answer(504, "text/html", "<h1>Gateway Timeout</h1>".to_owned()),
        Kind::Redirect => {
            let mut answer = answer(302, "text/html", String::new());
            answer.headers_mut().insert(
                header::LOCATION,
                HeaderValue::from_static("http://127.0.0.1:9/elsewhere"),
            );
            answer
        }
        _ => return None,
    })
}

/// The garbled form of the claims system's real answer.
pub(super) fn spoilt(kind: Kind, asked: &Bytes, told: &Bytes) -> Option<NeighbourResponse> {
    let user = |bytes: &Bytes| -> Option<Value> {
        serde_json::from_slice::<Value>(bytes)
            .ok()?
            .get("userId")
            .cloned()
    };
    Some(match kind {
        Kind::Malformed => answer(200, "application/json", "{\"userId\":".to_owned()),
        Kind::Schema => {
            let told = json!({ "userId": user(asked), "result": "perhaps" });
            answer(200, "application/json", told.to_string())
        }
        Kind::OtherOffice => {
            let mut told: Value = serde_json::from_slice(told).unwrap_or(Value::Null);
            if let Some(user) = told.get_mut("userId") {
                *user = "KJ999999999999".into();
            }
            answer(200, "application/json", told.to_string())
        }
        _ => return None,
    })
}

fn answer(status: u16, content_type: &'static str, body: String) -> NeighbourResponse {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
