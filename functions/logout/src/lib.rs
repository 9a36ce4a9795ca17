//! ログアウト — the session and its log-in end, and the browser deletes its cookies.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Success};
use platform::session::Sessions;
use portal::steps::Cookie;

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
    call.no_fields()?;
    if let Some(flow) = call.flow(Cookie::Login) {
        sessions.end_login(&flow, call.now).await?;
    }
    if let Some(session) = call.session() {
        sessions.end(&session, call.now).await?;
    }
    let forgets = Cookie::OPENING
        .into_iter()
        .fold(Success::nothing(), Success::without_cookie);
    Ok(Success {
        clears_site_data: true,
        ..forgets
    })
}
