//! パスワードの再設定 — from the address to the right code: everything that a stranger may call, answered alike for every
//! address (`docs/adr/0030-a-reset-is-alike-for-every-address.md`).

use lambda_http::{Body, Request, Response};
use platform::budget::or_refund;
use platform::config::Variable;
use platform::contention::retry_on_contention;
use platform::fault::Fault;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::store::{Consistency, Retries, Stored};
use portal::account::Account;
use portal::challenge::Challenge;
use portal::code::{OneTimeCode, Purpose};
use portal::password_reset::{PasswordReset, Stage};
use portal::problem::Refusal;
use portal::steps::{Field, Method, Step};
use portal::time::plus;
use portal::values::{ChallengeId, EmailAddress, FlowId};

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
    /// Resets.
    pub flows: Flows<PasswordReset>,
    /// Codes are derived with these.
    pub keys: Keys,
}

/// Answers a request. The response time of every POST is padded, so that it does not reveal whether the address is
/// registered.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    let edge = &deps.flows.edge;
    edge.serve_padded(
        request,
        |call| step(deps, call),
        |step, _| step.method == Method::Post,
    )
    .await
}

/// Answers a call, without the pad to the response time.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    match call.step {
        Step::EnterPasswordResetOtp => retry_on_contention(|| Box::pin(enter(deps, &call))).await,
        Step::ResendPasswordResetOtp => resend(deps, call).await,
        Step::ShowPasswordReset => {
            let flow = deps.flows.open(&call).await?;
            deps.flows.answer(&flow.item, call.now).await
        }
        Step::CancelPasswordReset => deps.flows.cancel(&call).await,
        Step::StartPasswordReset => begin(deps, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

async fn begin(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let email = call.field(Field::Email, EmailAddress::parse)?;
    let key = email.key();
    let random = &flows.edge.random;
    let cookie = random.cookie()?;
    let id = FlowId::of_cookie(&cookie);
    let known: Option<Stored<Account>> = flows.table.get(&key, Consistency::Strong).await?;
    let ask = |before: Option<&Account>| Ok::<_, Stop>(PasswordReset::ask(before, &key, &id, now, limits));
    let recipient = flows.table.change(known, ask).await?.0.map_err(Refusal::from)?;
    let expires_at = plus(now, limits.password_reset_life);
    let challenge = ChallengeId::new(random.id()?);
    let challenge = Challenge::begin(
        challenge,
        Purpose::Reset,
        &deps.keys,
        email,
        expires_at,
        now,
        limits,
    )?;
    let flow = PasswordReset {
        id,
        account: key,
        recipient,
        expires_at,
        stage: Stage::Otp { challenge },
    };
    flows.begin(flow.into(), cookie, &call).await
}

/// The account counts the judgement before the answer, for known and unknown addresses; the code of an unknown one is never right.
async fn enter(deps: &Deps, call: &Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(call).await?;
    let challenge = flows.require(&flow.item, flow.item.awaited_code(), now).await?;
    let typed = call.field(Field::Code, OneTimeCode::parse)?;
    flows
        .require(&flow.item, challenge.check(now, limits), now)
        .await?;
    let judged = challenge.judge(&typed, &deps.keys)?;
    let known = flows.account_of(&flow.item).await?;
    let judge =
        |before: Option<&Account>| Ok::<_, Stop>(flow.item.judge_code(before, judged.right, now, limits));
    let (counted, _) = flows.table.change_within(Retries::Few, known, judge).await?;
    let account = flows.require(&flow.item, counted, now).await?;
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_code(&judged, account.as_ref(), now, limits))
        })
        .await?;
    flows.answer(&flow.item, now).await
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    let challenge = flows.require(&flow.item, flow.item.awaited_code(), now).await?;
    call.no_fields()?;
    // No mail is counted for a resend that is refused.
    flows
        .require(&flow.item, challenge.may_be_resent(now, limits), now)
        .await?;
    let known = flows.account_of(&flow.item).await?;
    let promise = |before: Option<&Account>| Ok::<_, Stop>(flow.item.promise_code(before, now, limits));
    let promised = flows.table.change(known, promise).await?.0;
    let is_still_the_members = flows.require(&flow.item, promised, now).await?;
    let before = flow.item.clone();
    let resent = flows
        .decide(flow, now, |current| {
            Ok(current.resend_code(is_still_the_members, &deps.keys, now, limits)?)
        })
        .await;
    let refund = |account: Option<&Account>| before.refund_code(account, now);
    let flow = or_refund(resent, &flows.table, &before.account, refund).await?;
    flows.answer(&flow.item, now).await
}
