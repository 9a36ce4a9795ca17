//! ユーザ一覧 — the members of the office, and what became of their mails.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Success};
use platform::session::Sessions;
use platform::store::Consistency;
use platform::wire;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(sessions: &Sessions, request: Request) -> Response<Body> {
    sessions.edge.serve(request, |call| step(sessions, call)).await
}

/// Answers a call.
pub async fn step(sessions: &Sessions, call: Call) -> Answer {
    let signed_in = sessions.recognised(&call).await?;
    let roster = sessions.roster(&signed_in, Consistency::Strong, call.now).await?;
    let list = wire::MemberList::of(&roster, call.now, &sessions.edge.limits);
    Ok(Success::json(list))
}
