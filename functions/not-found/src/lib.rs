//! 存在しない宛先 — every request that is not a step: the same answer for every path and method.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Edge};
use portal::problem::Kind;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[Variable::ProblemBase];

/// Answers a request.
pub async fn respond(edge: &Edge, request: Request) -> Response<Body> {
    edge.serve(request, |_| async { Answer::Err(Kind::NotFound.into()) })
        .await
}
