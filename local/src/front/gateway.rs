//! API Gateway between a browser and the functions: an HTTP API with events of version 2.0.

mod answer;
mod event;

use crate::{emulator::Emulator, function::InvokeError, problem::ProblemPages};
use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use event::Network;
use http_body_util::BodyExt as _;
use portal::{
    problem::Kind,
    steps::{self, Function},
};
use std::{net::SocketAddr, time::Duration};

/// The maximum size of a body that is forwarded, in bytes. The functions refuse much smaller ones themselves.
const MAX_BODY: usize = 1024 * 1024;

/// How much of a too large body is read and discarded, so that its sender sees the answer.
const MOST_DISCARDED: usize = 32 * 1024 * 1024;

/// How long a request waits for a place among the function's requests.
const TURN: Duration = Duration::from_mins(2);

/// The time limit of a function. The first request, or the first after an edit, builds it.
const ANSWER: Duration = Duration::from_mins(5);

/// Forwards requests to the functions.
#[derive(Clone)]
pub(super) struct Gateway {
    pub(super) emulator: Emulator,
    pub(super) problems: ProblemPages,
    /// The scheme that the browser uses.
    pub(super) scheme: &'static str,
    /// How long a request waits for a place.
    pub(super) turn: Duration,
}

impl Gateway {
    pub(super) fn new(emulator: Emulator, problems: ProblemPages, scheme: &'static str) -> Self {
        Self {
            emulator,
            problems,
            scheme,
            turn: TURN,
        }
    }

    async fn answer(&self, function: Function, peer: SocketAddr, request: Request) -> Result<Response, Kind> {
        let function = function.name();
        let (head, body) = request.into_parts();
        let body = read(&head.headers, body).await?;
        let network = Network::of(&head.headers, peer).ok_or(Kind::UnreadableRequest)?;
        let event = event::of(&head, &body, network, self.scheme).ok_or(Kind::UnreadableRequest)?;
        let unavailable = |error: &InvokeError| {
            tracing::warn!(function, %error, "a request was not answered by its function");
            Kind::TemporarilyUnavailable
        };
        let turn = self.emulator.turn(function, Some(self.turn)).await;
        let turn = turn.map_err(|error| unavailable(&error))?;
        let answer = self.emulator.invoke(turn, Bytes::from(event.to_string()));
        let answer = tokio::time::timeout(ANSWER, answer)
            .await
            .unwrap_or_else(|_| Err(InvokeError::Failed("no answer in time".to_owned())))
            .map_err(|error| unavailable(&error))?;
        answer::response(answer).ok_or_else(|| {
            tracing::error!(function, "the answer of a function is not one for API Gateway");
            Kind::TemporarilyUnavailable
        })
    }
}

/// A request of the API. If it is not a step, it goes to the function of the deployed API's default route.
pub(super) async fn to_api(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let step = steps::find(request.method().as_str(), request.uri().path());
    let function = step.map_or(Function::NotFound, |step| step.function);
    answer(&gateway, function, peer, request).await
}

/// A request for the claims simulator's own settings.
pub(super) async fn to_simulator(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    answer(&gateway, Function::ClaimsSimulator, peer, request).await
}

/// Every failure on the way is answered with a problem.
async fn answer(gateway: &Gateway, function: Function, peer: SocketAddr, request: Request) -> Response {
    match gateway.answer(function, peer, request).await {
        Ok(response) => response,
        Err(kind) => gateway.problems.problem(kind).into_response(),
    }
}

/// Reads the whole body: a function gets it as a whole.
async fn read(headers: &HeaderMap, mut body: Body) -> Result<Bytes, Kind> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(MAX_BODY));
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Kind::UnreadableRequest)?;
        let Some(data) = frame.data_ref() else { continue };
        length = length.saturating_add(data.len());
        if length <= MAX_BODY {
            bytes.extend_from_slice(data);
        } else if length > MOST_DISCARDED {
            break;
        }
    }
    if length > MAX_BODY {
        Err(Kind::TooLarge)
    } else {
        Ok(bytes.into())
    }
}
