//! ログアウト — the session and its log-in end, and the browser forgets.

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop, Success};
use platform::steps::Logins;
use platform::store::{Consistency, Stored};
use portal::account::Account;
use portal::change::Change;
use portal::login::{self, Login, SessionPointer};
use portal::steps::Cookie;
use portal::values::{AccountKey, FlowId, SessionId};

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

/// Answers a call.
pub async fn step(flows: &Logins, call: Call) -> Answer {
    call.no_fields()?;
    if let Some(id) = call.flow(Cookie::Login) {
        let flow: Option<Stored<Login>> = flows.table.get(&id, Consistency::Strong).await?;
        if let Some(flow) = flow {
            end_flow(flows, &flow.item.account, &id, call.now).await?;
        }
    }
    if let Some(id) = call.session() {
        end_session(flows, &id, call.now).await?;
    }
    let forgets = Cookie::OPENING
        .into_iter()
        .fold(Success::nothing(), Success::without_cookie);
    Ok(Success {
        clears_site_data: true,
        ..forgets
    })
}

/// Ends a log-in, and the session that it gave, whichever cookie that has now: another tab may have renewed it.
async fn end_flow(flows: &Logins, account: &AccountKey, flow: &FlowId, now: Timestamp) -> Result<(), Stop> {
    // The flow goes first: while it lives, it could give the session again.
    flows.table.forget::<Login>(flow).await?;
    let known: Option<Stored<Account>> = flows.table.get(account, Consistency::Strong).await?;
    let end = |current: Option<&Account>| {
        Ok::<_, Stop>(current.map_or(Change::Keep(()), |account| {
            login::end_sessions_of(flow, account, now)
        }))
    };
    flows.table.change(known, end).await?;
    Ok(())
}

async fn end_session(flows: &Logins, id: &SessionId, now: Timestamp) -> Result<(), Stop> {
    let pointer: Option<Stored<SessionPointer>> = flows.table.get(id, Consistency::Strong).await?;
    let Some(pointer) = pointer else { return Ok(()) };
    let account: Option<Stored<Account>> = flows
        .table
        .get(&pointer.item.account, Consistency::Strong)
        .await?;
    let sessions = account
        .and_then(|stored| stored.item.member)
        .map_or_else(Vec::new, |member| member.sessions);
    if let Some(session) = sessions.iter().find(|session| session.id == *id) {
        end_flow(flows, &pointer.item.account, &session.flow, now).await?;
    }
    flows.table.forget::<SessionPointer>(id).await?;
    Ok(())
}
