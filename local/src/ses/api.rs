//! The operations of the SES v2 API that the portal and its desk use.

use super::{
    address::plain,
    postbox::{LetterRefusal, Postbox},
    send::SendEmail,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// SES accepts up to 40 MB; the portal's mails have a few hundred bytes.
const MAX_REQUEST: usize = 10 * 1024 * 1024;

pub(super) fn router(postbox: Postbox) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(send_email))
        .route(
            "/v2/email/suppression/addresses/{address}",
            get(suppressed_destination).delete(release),
        )
        .fallback(async || Exception::UnknownOperation)
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .with_state(postbox)
}

async fn send_email(State(postbox): State<Postbox>, body: Bytes) -> Result<Json<Value>, Exception> {
    let request: SendEmail =
        serde_json::from_slice(&body).map_err(|error| Exception::BadRequest(error.to_string()))?;
    let letter = request.check().map_err(Exception::BadRequest)?;
    let id = postbox.take(&letter).map_err(|refusal| match refusal {
        LetterRefusal::Rejected => Exception::MessageRejected,
        LetterRefusal::Throttled => Exception::TooManyRequests,
    })?;
    Ok(Json(json!({ "MessageId": id })))
}

async fn suppressed_destination(
    State(postbox): State<Postbox>,
    Path(address): Path<String>,
) -> Result<Json<Value>, Exception> {
    let address = plain(&address).map_err(|why| Exception::BadRequest(why.to_owned()))?;
    let since = postbox.suppressed_since(&address).ok_or(Exception::NotFound)?;
    Ok(Json(json!({
        "SuppressedDestination": {
            "EmailAddress": address,
            "Reason": "BOUNCE",
            "LastUpdateTime": since.as_duration().as_secs_f64(),
        }
    })))
}

async fn release(
    State(postbox): State<Postbox>,
    Path(address): Path<String>,
) -> Result<Json<Value>, Exception> {
    let address = plain(&address).map_err(|why| Exception::BadRequest(why.to_owned()))?;
    if postbox.release(&address) {
        Ok(Json(json!({})))
    } else {
        Err(Exception::NotFound)
    }
}

/// An error in the SDK's protocol: the kind in a header, the message in the body.
enum Exception {
    BadRequest(String),
    MessageRejected,
    TooManyRequests,
    NotFound,
    UnknownOperation,
}

impl IntoResponse for Exception {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, "BadRequestException", message),
            Self::MessageRejected => (
                StatusCode::BAD_REQUEST,
                "MessageRejected",
                "Sending to this address is rejected.".to_owned(),
            ),
            Self::TooManyRequests => (
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequestsException",
                "Maximum sending rate exceeded.".to_owned(),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "NotFoundException",
                "Email address is not on the suppression list.".to_owned(),
            ),
            Self::UnknownOperation => (
                StatusCode::NOT_FOUND,
                "UnknownOperationException",
                "This double knows SendEmail, GetSuppressedDestination and DeleteSuppressedDestination."
                    .to_owned(),
            ),
        };
        let mut response = (status, Json(json!({ "message": message }))).into_response();
        let headers = response.headers_mut();
        headers.insert(
            HeaderName::from_static("x-amzn-errortype"),
            HeaderValue::from_static(kind),
        );
        if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
            headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
        }
        response
    }
}
