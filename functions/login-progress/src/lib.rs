//! ログインの途中再開、中止、セッションの再取得.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Success};
use platform::steps::{Logins, its_account};
use portal::account::Account;
use portal::login::{Login, SessionPointer, Stage};
use portal::steps::{Cookie, Step};

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
    if call.step == Step::ShowLogin {
        show(flows, call).await
    } else if call.step == Step::CancelLogin {
        cancel(flows, call).await
    } else {
        renew_session(flows, call).await
    }
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

/// New cookies in the place of those that this log-in gave; a session that was ended does not come back.
async fn renew_session(flows: &Logins, call: Call) -> Answer {
    let (limits, now) = (&flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    let (flow, account, _) = flows.member(flow, now).await?;
    if !matches!(flow.item.stage, Stage::MyPage) {
        return Err(flows.wrong_step(&flow.item, now));
    }
    call.no_fields()?;
    let gains = flows.gains(&flow.item, &call)?;
    let renew = |current: Option<&Account>| {
        flow.item
            .renew_session(its_account(current)?, &gains.gained, now, limits)
            .map_err(|over| flows.over(&flow.item, over, now))
    };
    let ((old, new), _) = flows.table.change(Some(account), renew).await?;
    flows.table.forget::<SessionPointer>(&old).await?;
    flows.point(&new, &flow.item, now).await?;
    Ok(gains.hand_over(flows.answer(&flow.item, now)))
}
