//! マイページ — who is logged in, and for which office.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Problem, Stop, Success};
use platform::steps::Logins;
use platform::store::{Consistency, Stored};
use platform::wire;
use portal::account::Account;
use portal::login::SessionPointer;
use portal::office::Office;
use portal::problem::Kind;
use portal::steps::Cookie;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(flows: &Logins, request: Request) -> Response<Body> {
    flows.edge.serve(request, |call| step(flows, call)).await
}

fn no_session() -> Stop {
    Problem::from(Kind::NoSession).deleting(Cookie::Session).into()
}

/// Answers a call.
pub async fn step(flows: &Logins, call: Call) -> Answer {
    let (limits, now) = (&flows.edge.limits, call.now);
    let id = call.session().ok_or_else(no_session)?;
    // Where the session is never changes, so a read of a moment ago will do; whether it lives, its account says.
    let lives = |pointer: &Stored<SessionPointer>| !pointer.item.is_expired(now, limits);
    let recent: Option<Stored<SessionPointer>> = flows.table.get(&id, Consistency::Eventual).await?;
    let pointer = match recent.filter(lives) {
        Some(pointer) => pointer,
        // No refusal rests on a copy that may be late.
        None => flows
            .table
            .get(&id, Consistency::Strong)
            .await?
            .filter(lives)
            .ok_or_else(no_session)?,
    };
    let account: Option<Stored<Account>> = flows
        .table
        .get(&pointer.item.account, Consistency::Strong)
        .await?;
    let member = account.and_then(|stored| stored.item.member);
    let member = member.filter(|member| {
        member.id == pointer.item.member && !member.disabled && member.session(&id, now).is_some()
    });
    let member = member.ok_or_else(no_session)?;
    let pointer = touch(flows, pointer, &call).await?;
    let office: Option<Stored<Office>> = flows
        .table
        .get(&member.office.number, Consistency::Eventual)
        .await?;
    let members = office.map_or(1, |stored| stored.item.members.len());
    Ok(Success::json(wire::me(&member, &pointer, members, limits)))
}

/// Notes that the session is used. A session that somebody ends meanwhile stays ended.
async fn touch(flows: &Logins, pointer: Stored<SessionPointer>, call: &Call) -> Result<SessionPointer, Stop> {
    let limits = &flows.edge.limits;
    let touch = |current: Option<&SessionPointer>| {
        Ok::<_, Stop>(current.ok_or_else(no_session)?.touch(call.now, limits))
    };
    Ok(flows.table.change(Some(pointer), touch).await?.0)
}
