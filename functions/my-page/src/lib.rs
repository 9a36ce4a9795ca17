//! マイページ — the logged-in member and the office.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Success};
use platform::session::Sessions;
use platform::store::{Consistency, Stored};
use platform::wire;
use portal::office::Office;
use portal::values::OfficeName;

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
    let signed_in = sessions.signed_in(&call).await?;
    let member = &signed_in.member;
    let office = office(sessions, &member.office).await?;
    Ok(Success::json(wire::me(
        member,
        &signed_in.pointer,
        office.members.len(),
        &sessions.edge.limits,
    )))
}

/// The member's office. It is only shown, so an eventually consistent read is sufficient; a missing one is confirmed
/// by a strong read, and is a fault: an office outlives its members.
async fn office(sessions: &Sessions, name: &OfficeName) -> Result<Office, Fault> {
    let recent: Option<Stored<Office>> = sessions.table.get(&name.number, Consistency::Eventual).await?;
    let office = match recent {
        Some(office) => Some(office),
        None => sessions.table.get(&name.number, Consistency::Strong).await?,
    };
    let office = office.ok_or(Fault::MissingItem("OFFICE"))?;
    Ok(office.item)
}
