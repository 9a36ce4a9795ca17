//! セキュリティコードの入力 — only where one is set.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use platform::claims::ClaimsGateway;
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::steps::{Keys, Registrations};
use platform::store::{Change, Stored};
use portal::claims::{SecurityCodeCheck, Unavailable};
use portal::problem::{Kind, Refusal};
use portal::registration::{Registration, Stage};
use portal::values::foreign_secret;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
    Variable::ClaimsBaseUrl,
];

/// Longest security code that is asked about, in characters.
const SECURITY_CODE_LONGEST: usize = 64;

/// What this step may touch.
#[derive(Clone)]
pub struct Deps {
    /// Registrations.
    pub flows: Registrations,
    /// Codes are derived with these.
    pub keys: Keys,
    /// The claims system.
    pub claims: Arc<ClaimsGateway>,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows
        .edge
        .serve(request, |call| enter_security_code(deps, call))
        .await
}

async fn enter_security_code(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    if !matches!(flow.item.stage, Stage::SecurityCode { .. }) {
        return Err(flows.wrong_step(&flow.item, now).await);
    }
    let code = call.field("securityCode", |text| foreign_secret(text, SECURITY_CODE_LONGEST))?;

    let flow = spend_try(deps, flow, &call).await?;
    let Stage::SecurityCode { tries } = flow.item.stage else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    let left = limits.security_code_tries.saturating_sub(u64::from(tries));
    let answer = deps
        .claims
        .check_security_code(flow.item.claims_user.as_str(), code.expose())
        .await;
    drop(code);
    let office = match answer {
        Ok(SecurityCodeCheck::Accepted(office)) => office,
        Ok(SecurityCodeCheck::Wrong) => {
            let refusal = Refusal::of(Kind::WrongSecurityCode).with_tries_left(left);
            return Err(flows.refuse(&flow.item, refusal, now).await);
        }
        Ok(SecurityCodeCheck::Locked) => {
            let flow = give_back_try(deps, flow).await?;
            return Err(flows.refuse(&flow.item, Kind::ClaimsLocked.into(), now).await);
        }
        Err(why) => {
            let flow = if why == Unavailable::NotJudged {
                give_back_try(deps, flow).await?
            } else {
                flow
            };
            return Err(flows
                .refuse(&flow.item, Kind::ClaimsUnavailable.into(), now)
                .await);
        }
    };
    let promised = flows
        .promise_code(&deps.keys, &office, flow.item.expires_at, now)
        .await;
    let stage = match promised {
        Ok(stage) => stage,
        Err(Stop::Refused(problem)) => {
            // The code was right; that no mail can go out is not what tries are for.
            let flow = give_back_try(deps, flow).await?;
            return Err(flows.refuse(&flow.item, problem.refusal, now).await);
        }
        Err(broken) => return Err(broken),
    };
    let advance = |current: Option<&Registration>| {
        let current = current.ok_or_else(|| platform::steps::no_flow(portal::steps::Cookie::Registration))?;
        Ok::<_, Stop>(match current.stage {
            Stage::SecurityCode { .. } => Change::Store(current.at(stage.clone()), true),
            _ => Change::Keep(false),
        })
    };
    match flows.table.change(Some(flow), advance).await? {
        (true, Some(flow)) => flows.answer(&flow.item, now).await,
        (_, Some(flow)) => Err(flows.wrong_step(&flow.item, now).await),
        (_, None) => Err(platform::steps::no_flow(portal::steps::Cookie::Registration)),
    }
}

/// Spends a try before the claims system is asked; it counts, too.
async fn spend_try(
    deps: &Deps,
    flow: Stored<Registration>,
    call: &Call,
) -> Result<Stored<Registration>, Stop> {
    let (flows, limits) = (&deps.flows, &deps.flows.edge.limits);
    let spend = |current: Option<&Registration>| {
        let current = current.ok_or_else(|| platform::steps::no_flow(portal::steps::Cookie::Registration))?;
        Ok::<_, Stop>(match current.stage {
            Stage::SecurityCode { tries } if u64::from(tries) < limits.security_code_tries => Change::Store(
                current.at(Stage::SecurityCode {
                    tries: tries.saturating_add(1),
                }),
                None,
            ),
            Stage::SecurityCode { .. } => {
                Change::Keep(Some(Refusal::of(Kind::NoTriesLeft).with_tries_left(0)))
            }
            _ => Change::Keep(Some(Kind::WrongStep.into())),
        })
    };
    match flows.table.change(Some(flow), spend).await? {
        (None, Some(flow)) => Ok(flow),
        (Some(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, call.now).await),
        (_, None) => Err(platform::steps::no_flow(portal::steps::Cookie::Registration)),
    }
}

/// Nothing was judged, so nothing is spent.
async fn give_back_try(deps: &Deps, flow: Stored<Registration>) -> Result<Stored<Registration>, Stop> {
    let unchanged = flow.clone();
    let give_back = |current: Option<&Registration>| {
        Ok::<_, Stop>(match current.map(|current| (current, &current.stage)) {
            Some((current, Stage::SecurityCode { tries })) => Change::Store(
                current.at(Stage::SecurityCode {
                    tries: tries.saturating_sub(1),
                }),
                (),
            ),
            _ => Change::Keep(()),
        })
    };
    let ((), flow) = deps.flows.table.change(Some(flow), give_back).await?;
    Ok(flow.unwrap_or(unchanged))
}
