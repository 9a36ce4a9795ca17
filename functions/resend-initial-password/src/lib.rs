//! 初期パスワードの再送と再発行 — the same password again, or a new one that replaces a lost one.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::store::{Consistency, Stored};
use portal::account::{Account, Member, NotMailed};
use portal::change::{Change, Put};
use portal::problem::Refusal;
use portal::registration::{Registration, Stage};
use portal::steps::Step;
use portal::values::{AccountKey, MemberId};

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
    /// Registrations.
    pub flows: Flows<Registration>,
    /// Derives initial passwords.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    match call.step {
        Step::ResendInitialPassword => resend(deps, call).await,
        Step::ReissueInitialPassword => reissue(deps, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

/// Promises a mail on the account, by one of its rules.
async fn promise(
    deps: &Deps,
    account: &AccountKey,
    rule: impl Fn(&Account) -> Result<Put<Account>, NotMailed>,
) -> Result<Result<(), Refusal>, Stop> {
    let known: Option<Stored<Account>> = deps.flows.table.get(account, Consistency::Strong).await?;
    let decide = |current: Option<&Account>| {
        let next = current.ok_or(NotMailed::NoSuchPassword).and_then(&rule);
        Ok::<_, Stop>(match next {
            Ok(next) => Change::Store(next, Ok(())),
            Err(why) => Change::Keep(Err(why.into())),
        })
    };
    Ok(deps.flows.table.change(known, decide).await?.0)
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    let Stage::Completed { member, account, .. } = &flow.item.stage else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    call.no_fields()?;
    let promised = promise(deps, account, |account| {
        account.resend_initial_password(member, &flow.item.id, now, limits)
    })
    .await?;
    flows.require(&flow.item, promised, now).await?;
    flows.answer(&flow.item, now).await
}

async fn reissue(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    let seats = flows.seats_of(&flow.item, now).await?;
    let (member, account) = flows
        .require(
            &flow.item,
            flow.item.may_reissue_initial_password(&seats, now),
            now,
        )
        .await?;
    let (member, account) = (member.clone(), account.clone());
    let mail = seats.member(&member).and_then(Member::mail);
    let had_expired = mail.is_some_and(|mail| mail.is_expired(now));
    call.no_fields()?;
    let flow = take_up_pending(deps, flow, &member, &account, &call).await?;
    let key = deps.keys.current();
    let promised = promise(deps, &account, |account| {
        account.reissue_initial_password(&member, had_expired, key, &flow.item.id, now, limits)
    })
    .await?;
    flows.require(&flow.item, promised, now).await?;
    flows.answer(&flow.item, now).await
}

/// Moves a flow from 同一組織で登録済み to the pending member. It moves before the password is promised, so that a double
/// click issues once; a refused re-issue leaves the person at a screen with the other action.
async fn take_up_pending(
    deps: &Deps,
    flow: Stored<Registration>,
    member: &MemberId,
    account: &AccountKey,
    call: &Call,
) -> Result<Stored<Registration>, Stop> {
    let (flows, now) = (&deps.flows, call.now);
    let Stage::AlreadyRegistered { office } = flow.item.stage.clone() else {
        return Ok(flow);
    };
    let known: Option<Stored<Account>> = flows.table.get(account, Consistency::Strong).await?;
    let allowed = known.ok_or(NotMailed::NoSuchPassword).and_then(|known| {
        known
            .item
            .may_reissue_initial_password(member, now, &flows.edge.limits)
    });
    flows.require(&flow.item, allowed, now).await?;
    flows
        .decide(flow, now, |current| {
            Ok(current.complete_with_pending(office.clone(), member.clone(), account.clone()))
        })
        .await
}
