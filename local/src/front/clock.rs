//! `/_dev/clock`: shows and advances the time.

use crate::{
    clock::{Advance, Clock, MOST_AHEAD},
    html::uncached,
    problem::{Problem, ProblemPages},
};
use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
};
use portal::problem::Kind;
use serde::Deserialize;
use serde_json::json;

const NO_CLOCK: &str =
    "The clock cannot be moved: the functions are release builds. Start the stack without --release.";

const NOT_SECONDS: &str = "The body has to be {\"advanceSeconds\": n}, with a whole number from 0 to 4294967295. \
     The clock only moves forwards.";

/// The dependencies of the routes; without an advance the functions are release builds.
#[derive(Clone)]
pub(super) struct ClockRoutes {
    pub(super) advance: Option<Advance>,
    pub(super) problems: ProblemPages,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Forwards {
    advance_seconds: u32,
}

pub(super) async fn show(State(routes): State<ClockRoutes>) -> Response {
    match routes.advance {
        Some(advance) => shown(advance),
        None => uncached(
            Json(json!({ "now": Clock::system().now().to_string(), "aheadSeconds": 0 })).into_response(),
        ),
    }
}

pub(super) async fn forwards(State(routes): State<ClockRoutes>, body: Bytes) -> Result<Response, Problem> {
    let problem = |kind, detail| routes.problems.problem(kind).with_detail(detail);
    let advance = routes
        .advance
        .ok_or_else(|| problem(Kind::NotFound, NO_CLOCK.to_owned()))?;
    let Forwards { advance_seconds } = serde_json::from_slice(&body)
        .map_err(|_| problem(Kind::UnreadableRequest, NOT_SECONDS.to_owned()))?;
    match advance.by(advance_seconds) {
        Ok(Some(_)) => Ok(shown(advance)),
        Ok(None) => Err(problem(
            Kind::UnreadableRequest,
            format!("The clock can be {MOST_AHEAD} seconds ahead at most."),
        )),
        Err(error) => {
            tracing::error!(%error, "the clock was not moved");
            Err(problem(
                Kind::TemporarilyUnavailable,
                "The file of the clock cannot be written; see the log.".to_owned(),
            ))
        }
    }
}

fn shown(advance: Advance) -> Response {
    let ahead = advance.seconds();
    uncached(
        Json(json!({ "now": Clock::ahead(advance).now().to_string(), "aheadSeconds": ahead }))
            .into_response(),
    )
}
