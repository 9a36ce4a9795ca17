//! ワンタイムパスワード認証 — the code that was mailed to the address registered in the portal.

use lambda_http::{Body, Request, Response};
use platform::budget::or_refund;
use platform::config::Variable;
use platform::contention::retry_on_contention;
use platform::fault::Fault;
use platform::flow::{Flows, or_no_flow};
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::store::{Consistency, Retries, Stored};
use portal::account::{Account, Member};
use portal::challenge::Judged;
use portal::code::OneTimeCode;
use portal::login::{Login, Stage};
use portal::steps::{Field, Step};

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// The dependencies of this step.
#[derive(Clone)]
pub struct Deps {
    /// Log-ins.
    pub flows: Flows<Login>,
    /// Derives codes.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    match call.step {
        Step::EnterLoginOtp => retry_on_contention(|| Box::pin(enter(deps, &call))).await,
        Step::ResendLoginOtp => resend(deps, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

async fn enter(deps: &Deps, call: &Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(call).await?;
    // A log-in whose member or credential is gone is over, whatever else is wrong with the request.
    let (flow, account, member) = flows.follow_account(flow, Consistency::Strong, now).await?;
    let challenge = flows.require(&flow.item, flow.item.awaited_code(), now).await?;
    let typed = call.field(Field::Code, OneTimeCode::parse)?;
    flows
        .require(&flow.item, challenge.check(now, limits), now)
        .await?;
    let judged = challenge.judge(&typed, &deps.keys)?;
    let next = flow.item.after_code(&member, flows.terms());
    // Where the right code creates a session, every code spends a try of the flow first, right and wrong alike: no
    // sixth guess may commit a session, nor a code that a resend has replaced.
    if matches!(next, Stage::MyPage) {
        return Box::pin(complete(deps, flow, account, &member, &judged, call)).await;
    }
    // The judgement counts for the account, over all its challenges. If this write fails, nothing was judged.
    flows
        .decide_on_account(&flow.item, Some(account), Retries::Few, now, |account| {
            flow.item.judge_code(account, judged.right, None, now, limits)
        })
        .await?;
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_code(&judged, &next, now, limits))
        })
        .await?;
    flows.answer(&flow.item, now).await
}

/// Handles a code that completes the log-in: spends a try of the challenge first, then one write on the account
/// counts a wrong code, or commits the session.
async fn complete(
    deps: &Deps,
    flow: Stored<Login>,
    account: Stored<Account>,
    member: &Member,
    judged: &Judged,
    call: &Call,
) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    // No try is spent while codes are stopped; the account's write checks that again.
    flows.require(&flow.item, member.codes.check(now), now).await?;
    let decide = |current: Option<&Login>| Ok(or_no_flow(current)?.spend_try(judged, now, limits));
    let spent = flows
        .table
        .change_within::<_, _, Stop>(Retries::Few, Some(flow), decide)
        .await?;
    let (flow, is_right) = flows.accepted(spent, now).await?;
    let new = flows.new_session(&flow.item, &account.item, call)?;
    // The try is spent, so the step cannot be repeated: this write has many retries.
    let is_committed = flows
        .decide_on_account(&flow.item, Some(account), Retries::Many, now, |account| {
            flow.item
                .judge_code(account, is_right, Some(&new.gained), now, limits)
        })
        .await?;
    if !is_committed {
        let refusal = flow.item.wrong_code(limits);
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    flows.store_pointer(&new.gained.session, &flow.item, now).await?;
    let completed = flow.item.at(Stage::MyPage);
    flows.bring_up(flow, &completed).await?;
    Ok(new.hand_over(flows.answer(&completed, now).await?))
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    let (flow, account, _) = flows.follow_account(flow, Consistency::Strong, now).await?;
    let challenge = flows.require(&flow.item, flow.item.awaited_code(), now).await?;
    call.no_fields()?;
    // No mail is counted for a resend that is refused.
    flows
        .require(&flow.item, challenge.may_be_resent(now, limits), now)
        .await?;
    let promised = flows
        .decide_on_account(&flow.item, Some(account), Retries::Many, now, |account| {
            flow.item.promise_code(account, now, limits)
        })
        .await?;
    flows.require(&flow.item, promised, now).await?;
    let before = flow.item.clone();
    let resent = flows
        .decide(flow, now, |current| {
            Ok(current.resend_code(&deps.keys, now, limits)?)
        })
        .await;
    let refund = |account: Option<&Account>| before.refund_code(account, now, limits);
    let flow = or_refund(resent, &flows.table, &before.account, refund).await?;
    flows.answer(&flow.item, now).await
}
