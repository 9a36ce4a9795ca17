//! ログインの途中再開、中止、セッションの再取得.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop, Success};
use platform::random;
use platform::steps::{Logins, no_flow};
use platform::store::Change;
use portal::account::{Account, Session};
use portal::login::{Login, SessionPointer, Stage};
use portal::steps::{self, Cookie};
use portal::values::SessionId;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(flows: &Logins, request: Request) -> Response<Body> {
    let step = |call: Call| async move {
        if *call.step == steps::SHOW_LOGIN {
            show(flows, call).await
        } else if *call.step == steps::CANCEL_LOGIN {
            cancel(flows, call).await
        } else {
            renew_session(flows, call).await
        }
    };
    flows.edge.serve(request, step).await
}

async fn show(flows: &Logins, call: Call) -> Answer {
    let flow = flows.flow(&call).await?;
    let (flow, ..) = flows.member(flow, call.now).await?;
    Ok(flows.answer(&flow.item, call.now))
}

async fn cancel(flows: &Logins, call: Call) -> Answer {
    let flow = flows.flow(&call).await?;
    call.no_fields()?;
    flows.table.forget::<Login>(&flow.item.id).await?;
    Ok(Success::nothing().without_cookie(Cookie::Login))
}

/// A new cookie in the place of the one that this log-in gave; a session that was ended does not come back.
async fn renew_session(flows: &Logins, call: Call) -> Answer {
    let (limits, now) = (&flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    let (flow, account, _) = flows.member(flow, now).await?;
    if !matches!(flow.item.stage, Stage::MyPage) {
        return Err(flows.wrong_step(&flow.item, now));
    }
    call.no_fields()?;
    let cookie = random::cookie()?;
    let replace = |current: Option<&Account>| {
        let account = current.ok_or_else(|| no_flow(Cookie::Login))?;
        let member = account
            .owner(now, limits)
            .filter(|member| member.id == flow.item.member && !member.disabled);
        let member = member.ok_or_else(|| no_flow(Cookie::Login))?;
        let old = member
            .sessions
            .iter()
            .find(|session| session.flow == flow.item.id && now < session.expires_at);
        let old = old.ok_or_else(|| no_flow(Cookie::Login))?;
        let new = Session {
            id: SessionId::of_cookie(&cookie),
            ..old.clone()
        };
        let member = member.clone().with_session(new.clone(), now, limits);
        Ok::<_, Stop>(Change::Store(
            Account {
                member: Some(member),
                ..account.clone()
            },
            (old.id.clone(), new),
        ))
    };
    let ((old, new), _) = flows.table.change(Some(account), replace).await?;
    flows.table.forget::<SessionPointer>(&old).await?;
    flows.point(&new, &flow.item, now).await?;
    Ok(flows.answer(&flow.item, now).with_cookie(Cookie::Session, cookie))
}
