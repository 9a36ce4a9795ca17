//! ログインの途中再開、中止、セッションの再取得.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::Flows;
use platform::http::{Answer, Call};
use platform::store::{Consistency, Retries};
use portal::login::{Login, SessionPointer, Stage};
use portal::steps::Step;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(flows: &Flows<Login>, request: Request) -> Response<Body> {
    flows.edge.serve(request, |call| step(flows, call)).await
}

/// Answers a call.
pub async fn step(flows: &Flows<Login>, call: Call) -> Answer {
    match call.step {
        Step::ShowLogin => show(flows, call).await,
        Step::CancelLogin => cancel(flows, call).await,
        Step::RenewSession => renew_session(flows, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

async fn show(flows: &Flows<Login>, call: Call) -> Answer {
    let flow = flows.open(&call).await?;
    let (flow, ..) = flows.follow_account(flow, Consistency::Strong, call.now).await?;
    flows.answer(&flow.item, call.now).await
}

async fn cancel(flows: &Flows<Login>, call: Call) -> Answer {
    let flow = flows.open(&call).await?;
    let (flow, ..) = flows.follow_account(flow, Consistency::Strong, call.now).await?;
    flows.end(flow, &call).await
}

/// Replaces the cookies of this log-in's session; a session that was ended is not renewed.
async fn renew_session(flows: &Flows<Login>, call: Call) -> Answer {
    let (limits, now) = (&flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    let (flow, account, _) = flows.follow_account(flow, Consistency::Strong, now).await?;
    if !matches!(flow.item.stage, Stage::MyPage) {
        return Err(flows.wrong_step(&flow.item, now).await);
    }
    call.no_fields()?;
    let new = flows.new_session(&flow.item, &account.item, &call)?;
    let (old, session) = flows
        .decide_on_account(&flow.item, Some(account), Retries::Many, now, |account| {
            flow.item.renew_session(account, &new.gained, now, limits)
        })
        .await?;
    flows.table.end_in_any_state::<SessionPointer>(&old).await?;
    flows.store_pointer(&session, &flow.item, now).await?;
    Ok(new.hand_over(flows.answer(&flow.item, now).await?))
}
