//! 初期パスワードの再送と再発行 — the same one again, or a new one when the old one is lost.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::steps::{Keys, Registrations};
use platform::store::{Consistency, Stored};
use portal::account::{Account, NotMailed};
use portal::change::{Change, Put};
use portal::office::Claim;
use portal::problem::Refusal;
use portal::registration::Stage;
use portal::steps::Step;
use portal::values::AccountKey;

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
    /// Registrations.
    pub flows: Registrations,
    /// Initial passwords are derived with these.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    if call.step == Step::ReissueInitialPassword {
        reissue(deps, call).await
    } else {
        resend(deps, call).await
    }
}

/// Promises a mail on the account, by one of the account's own rules.
async fn promise(
    deps: &Deps,
    account: &AccountKey,
    rule: impl Fn(&Account) -> Result<Put<Account>, NotMailed>,
) -> Result<Result<(), Refusal>, Stop> {
    let known: Option<Stored<Account>> = deps.flows.table.get(account, Consistency::Strong).await?;
    let decide = |current: Option<&Account>| {
        let next = current.ok_or(NotMailed::NoSuchPassword).and_then(&rule);
        Ok::<_, Stop>(match next {
            Ok(put) => Change::Store(put, Ok(())),
            Err(why) => Change::Keep(Err(why.into())),
        })
    };
    Ok(deps.flows.table.change(known, decide).await?.0)
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    let Stage::Completed { member, account, .. } = &flow.item.stage else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    call.no_fields()?;
    match promise(deps, account, |account| {
        account.resend_initial_password(member, &flow.item.id, now, limits)
    })
    .await?
    {
        Ok(()) => flows.answer(&flow.item, now).await,
        Err(refusal) => Err(flows.refuse(&flow.item, refusal, now).await),
    }
}

async fn reissue(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    let key = deps.keys.current();
    let (member, account, flow) = match &flow.item.stage {
        Stage::Completed { member, account, .. } => {
            let progress = flows.progress(&flow.item, now).await?;
            if !progress
                .allowed
                .contains(&portal::progress::Allowed::ReissueInitialPassword)
            {
                return Err(flows.wrong_step(&flow.item, now).await);
            }
            call.no_fields()?;
            (member.clone(), account.clone(), flow)
        }
        Stage::AlreadyRegistered { office } => {
            let Claim::Pending { member, account } =
                flows.seats(office, Consistency::Strong, now).await?.0.claim
            else {
                return Err(flows.wrong_step(&flow.item, now).await);
            };
            call.no_fields()?;
            let office = office.clone();
            // Looked at before the flow moves on: a refusal leaves the person where the other way out is open.
            let known: Option<Stored<Account>> = flows.table.get(&account, Consistency::Strong).await?;
            let allowed = known.ok_or(NotMailed::NoSuchPassword).and_then(|known| {
                known
                    .item
                    .reissue_initial_password(&member, key, &flow.item.id, now, limits)
            });
            if let Err(why) = allowed {
                return Err(flows.refuse(&flow.item, why.into(), now).await);
            }
            // The flow moves first, so that a double click issues once.
            let flow = flows
                .decide(flow, now, |current| {
                    Ok(current.complete_with_pending(office.clone(), member.clone(), account.clone()))
                })
                .await?;
            (member, account, flow)
        }
        _ => return Err(flows.wrong_step(&flow.item, now).await),
    };
    match promise(deps, &account, |account| {
        account.reissue_initial_password(&member, key, &flow.item.id, now, limits)
    })
    .await?
    {
        Ok(()) => flows.answer(&flow.item, now).await,
        Err(refusal) => Err(flows.refuse(&flow.item, refusal, now).await),
    }
}
