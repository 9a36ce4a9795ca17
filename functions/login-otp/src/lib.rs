//! ワンタイムパスワード認証 — the code that was mailed to the address registered in the portal.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::steps::{Keys, Logins, its_account, living_login, no_flow, or_give_mail_back, patiently};
use platform::store::{Consistency, Stored};
use portal::account::Account;
use portal::challenge::Judged;
use portal::change::Change;
use portal::code::OneTimeCode;
use portal::login::{Login, Stage};
use portal::steps::{Cookie, Field, Step};

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// What this step may touch.
#[derive(Clone)]
pub struct Deps {
    /// Log-ins.
    pub flows: Logins,
    /// Codes are derived with these.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    if call.step == Step::ResendLoginOtp {
        resend(deps, call).await
    } else {
        patiently(|| Box::pin(enter(deps, &call))).await
    }
}

async fn enter(deps: &Deps, call: &Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(call).await?;
    let Stage::Otp { challenge } = flow.item.stage.clone() else {
        return Err(flows.wrong_step(&flow.item, now));
    };
    let typed = call.field(Field::Code, OneTimeCode::parse)?;
    if let Err(why) = challenge.check(now, limits) {
        return Err(flows.refuse(&flow.item, why.into(), now));
    }
    let judged = challenge.judge(&typed, &deps.keys)?;
    let (flow, account, member) = flows.member(flow, now).await?;
    let next = flow.item.after_code(&member, flows.terms);
    // Where the right code gives a session, every code passes the flow first, right and wrong alike: a session must
    // not be committed by a sixth guess, nor by a code that a resend has overtaken.
    if matches!(next, Stage::MyPage) {
        return enter_my_page(deps, flow, account, &judged, call).await;
    }
    count(deps, &flow.item, account, judged.right, call).await?;
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_code(&judged, &next, now, limits))
        })
        .await?;
    Ok(flows.answer(&flow.item, now))
}

/// The judgement counts for the account, over all its challenges; whoever loses this write has judged nothing.
async fn count(
    deps: &Deps,
    flow: &Login,
    account: Stored<Account>,
    right: bool,
    call: &Call,
) -> Result<(), Stop> {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let count = |current: Option<&Account>| {
        flow.judge_code(its_account(current)?, right, None, now, limits)
            .map_err(|over| flows.over(flow, over, now))
    };
    flows.table.change_soon(Some(account), count).await?;
    Ok(())
}

/// The code of somebody whom the right one gives a session: a try of the challenge is spent, then one write counts a
/// wrong code, or commits the session.
async fn enter_my_page(
    deps: &Deps,
    flow: Stored<Login>,
    account: Stored<Account>,
    judged: &Judged,
    call: &Call,
) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    // No try is spent while codes are stopped; whether they are is decided again by the account's own write.
    account
        .item
        .codes
        .check(now)
        .map_err(|not| flows.refuse(&flow.item, not.into(), now))?;
    let spend = |current: Option<&Login>| Ok(living_login(current)?.spend_try(judged, now, limits));
    let (flow, right) = match flows.table.change_soon::<_, _, Stop>(Some(flow), spend).await? {
        (Ok(right), Some(flow)) => (flow, right),
        (Err(refusal), Some(flow)) => return Err(flows.refuse(&flow.item, refusal, now)),
        (_, None) => return Err(no_flow(Cookie::Login)),
    };
    let gains = flows.gains(&flow.item, call)?;
    let judge = |current: Option<&Account>| {
        flow.item
            .judge_code(its_account(current)?, right, Some(&gains.gained), now, limits)
            .map_err(|over| flows.over(&flow.item, over, now))
    };
    // The try is spent: the step cannot begin again, so it is patient here.
    let (is_committed, _) = flows.table.change(Some(account), judge).await?;
    if !is_committed {
        return Err(flows.refuse(&flow.item, flow.item.wrong_code(limits), now));
    }
    flows.point(&gains.gained.session, &flow.item, now).await?;
    let completed = flow.item.at(Stage::MyPage);
    let bring_up = |current: Option<&Login>| Ok::<_, Stop>(living_login(current)?.bring_up_to(&completed));
    flows.table.change(Some(flow), bring_up).await?;
    Ok(gains.hand_over(flows.answer(&completed, now)))
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    if !matches!(flow.item.stage, Stage::Otp { .. }) {
        return Err(flows.wrong_step(&flow.item, now));
    }
    call.no_fields()?;
    // Looked at before a mail is counted.
    if let Change::Keep(Err(refusal)) = flow.item.resend_code(&deps.keys, now, limits)? {
        return Err(flows.refuse(&flow.item, refusal, now));
    }
    let promise = |current: Option<&Account>| {
        flow.item
            .promise_code(its_account(current)?, now, limits)
            .map_err(|over| flows.over(&flow.item, over, now))
    };
    let known: Option<Stored<Account>> = flows.table.get(&flow.item.account, Consistency::Strong).await?;
    if let (Err(refusal), _) = flows.table.change(known, promise).await? {
        return Err(flows.refuse(&flow.item, refusal, now));
    }
    let (id, account) = (flow.item.id.clone(), flow.item.account.clone());
    let resent = flows
        .decide(flow, now, |current| {
            Ok(current.resend_code(&deps.keys, now, limits)?)
        })
        .await;
    let flow = or_give_mail_back(resent, &flows.table, &account, &id, now).await?;
    Ok(flows.answer(&flow.item, now))
}
