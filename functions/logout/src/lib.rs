//! ログアウト — the session and its log-in end, and the browser forgets.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop, Success};
use platform::steps::Logins;
use platform::store::{Change, Found, Stored};
use portal::account::Account;
use portal::login::{Login, SessionPointer};
use portal::steps::Cookie;
use portal::values::SessionId;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(flows: &Logins, request: Request) -> Response<Body> {
    flows.edge.serve(request, |call| log_out(flows, call)).await
}

async fn log_out(flows: &Logins, call: Call) -> Answer {
    call.no_fields()?;
    // The flow goes first: while it lives, it could give the session again.
    if let Some(id) = call.flow(Cookie::Login) {
        flows.table.forget::<Login>(&id).await?;
    }
    if let Some(id) = call.session() {
        end_session(flows, &id).await?;
    }
    let forgets = Cookie::ALL
        .into_iter()
        .fold(Success::nothing(), Success::without_cookie);
    Ok(Success {
        clears_site_data: true,
        ..forgets
    })
}

async fn end_session(flows: &Logins, id: &SessionId) -> Result<(), Stop> {
    let pointer: Option<Stored<SessionPointer>> = flows.table.get(id, Found::Strongly).await?;
    let Some(pointer) = pointer else { return Ok(()) };
    let account: Option<Stored<Account>> = flows.table.get(&pointer.item.account, Found::Strongly).await?;
    let member = account.as_ref().and_then(|stored| stored.item.member.as_ref());
    let session = member.and_then(|member| member.sessions.iter().find(|session| session.id == *id));
    if let Some(session) = session {
        flows.table.forget::<Login>(&session.flow).await?;
    }
    let end = |current: Option<&Account>| {
        let Some(member) = current.and_then(|account| account.member.as_ref()) else {
            return Ok::<_, Stop>(Change::Keep(()));
        };
        let mut member = member.clone();
        let before = member.sessions.len();
        member.sessions.retain(|session| session.id != *id);
        Ok(match current {
            Some(account) if member.sessions.len() < before => Change::Store(
                Account {
                    member: Some(member),
                    ..account.clone()
                },
                (),
            ),
            _ => Change::Keep(()),
        })
    };
    flows.table.change(account, end).await?;
    flows.table.forget::<SessionPointer>(id).await?;
    Ok(())
}
