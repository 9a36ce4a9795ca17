//! セキュリティコードの入力 — only where one is set.

use std::sync::Arc;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::claims::ClaimsSystem;
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::steps::{Keys, Registrations, living, no_flow, or_give_mail_back};
use platform::store::Stored;
use portal::audit::Act;
use portal::change::Change;
use portal::claims::{SecurityCodeCheck, Unavailable};
use portal::claims_record::ClaimsRecord;
use portal::problem::{Kind, Refusal};
use portal::registration::{Registration, Stage};
use portal::steps::{Cookie, Field, SECURITY_CODE_LONGEST};
use portal::values::foreign_secret;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
    Variable::ClaimsBaseUrl,
];

/// What this step may touch.
#[derive(Clone)]
pub struct Deps {
    /// Registrations.
    pub flows: Registrations,
    /// Codes are derived with these.
    pub keys: Keys,
    /// The claims system.
    pub claims: Arc<dyn ClaimsSystem>,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows
        .edge
        .serve(request, |call| Box::pin(step(deps, call)))
        .await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let (flows, now) = (&deps.flows, call.now);
    let flow = flows.flow(&call).await?;
    if !matches!(flow.item.stage, Stage::SecurityCode { .. }) {
        return Err(flows.wrong_step(&flow.item, now).await);
    }
    let code = call.field(Field::SecurityCode, |text| {
        foreign_secret(text, SECURITY_CODE_LONGEST)
    })?;

    // Looked at before anything is counted.
    if let Change::Keep(Err(refusal)) = flow.item.spend_security_code_try(now, &flows.edge.limits) {
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    let counted = count(deps, &flow.item, now).await?;
    let (flow, left) = match spend_try(deps, flow, &call).await {
        Ok(spent) => spent,
        Err(stop) => {
            give_back(deps, counted, now).await?;
            return Err(stop);
        }
    };
    let answer = deps
        .claims
        .check_security_code(flow.item.claims_user.as_str(), code.expose())
        .await;
    drop(code);
    // Without an answer the code may have been judged, and found wrong: it counts.
    let may_be_wrong = matches!(
        answer,
        Ok(SecurityCodeCheck::Wrong) | Err(Unavailable::OutcomeUnknown)
    );
    if !may_be_wrong {
        give_back(deps, counted, now).await?;
    }
    let office = match answer {
        Ok(SecurityCodeCheck::Accepted(office)) => office,
        Ok(SecurityCodeCheck::Wrong) => {
            let refusal = Refusal::of(Kind::WrongSecurityCode).with_tries_left(left);
            return Err(flows.refuse(&flow.item, refusal, now).await);
        }
        Ok(SecurityCodeCheck::Locked) => {
            let flow = give_back_try(deps, flow, Act::SecurityCodeNotCounted, now).await?;
            return Err(flows.refuse(&flow.item, Kind::ClaimsLocked.into(), now).await);
        }
        Err(why) => {
            let flow = if why == Unavailable::NotJudged {
                give_back_try(deps, flow, Act::SecurityCodeNotCounted, now).await?
            } else {
                flow
            };
            return Err(flows
                .refuse(&flow.item, Kind::ClaimsUnavailable.into(), now)
                .await);
        }
    };
    let promised = flows
        .promise_code(&deps.keys, &office, (&flow.item.id, flow.item.expires_at), now)
        .await;
    let stage = match promised {
        Ok(stage) => stage,
        Err(Stop::Refused(problem)) => {
            // The code was right; that no mail can go out is not what tries are for.
            let flow = give_back_try(deps, flow, Act::SecurityCodeRight, now).await?;
            return Err(flows.refuse(&flow.item, problem.refusal, now).await);
        }
        Err(broken) => return Err(broken),
    };
    let id = flow.item.id.clone();
    let accepted = flows
        .decide(flow, now, |current| {
            Ok(current.accept_security_code(stage.clone(), now))
        })
        .await;
    let flow = match &stage {
        Stage::Otp { challenge, .. } => {
            or_give_mail_back(accepted, &flows.table, &challenge.mail.to.key(), &id, now).await?
        }
        _ => accepted?,
    };
    flows.answer(&flow.item, now).await
}

/// Counts the code as wrong for its user id, over all its registrations, before the claims system is asked.
async fn count(
    deps: &Deps,
    flow: &Registration,
    now: Timestamp,
) -> Result<Option<Stored<ClaimsRecord>>, Stop> {
    let limits = &deps.flows.edge.limits;
    let begin = |before: Option<&ClaimsRecord>| {
        let user = &flow.claims_user;
        Ok::<_, Stop>(ClaimsRecord::begin_security_code(before, user, now, limits))
    };
    match deps.flows.table.change(None, begin).await? {
        (Ok(()), counted) => Ok(counted),
        (Err(refusal), _) => Err(deps.flows.refuse(flow, refusal, now).await),
    }
}

/// It was right, or nobody judged it: it does not count for its user id.
async fn give_back(deps: &Deps, counted: Option<Stored<ClaimsRecord>>, began: Timestamp) -> Result<(), Stop> {
    let give_back =
        |before: Option<&ClaimsRecord>| Ok::<_, Stop>(ClaimsRecord::refund_security_code(before, began));
    deps.flows.table.change(counted, give_back).await?;
    Ok(())
}

/// Spends a try before the claims system is asked; says how many are left.
async fn spend_try(
    deps: &Deps,
    flow: Stored<Registration>,
    call: &Call,
) -> Result<(Stored<Registration>, u64), Stop> {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let spend = |current: Option<&Registration>| Ok(living(current)?.spend_security_code_try(now, limits));
    match flows.table.change::<_, _, Stop>(Some(flow), spend).await? {
        (Ok(left), Some(flow)) => Ok((flow, left)),
        (Err(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, now).await),
        (_, None) => Err(no_flow(Cookie::Registration)),
    }
}

/// It was not wrong, so nothing is spent.
async fn give_back_try(
    deps: &Deps,
    flow: Stored<Registration>,
    act: Act,
    now: Timestamp,
) -> Result<Stored<Registration>, Stop> {
    let unchanged = flow.clone();
    let give_back = |current: Option<&Registration>| {
        Ok::<_, Stop>(current.map_or(Change::Keep(()), |current| {
            current.refund_security_code_try(act, now)
        }))
    };
    let ((), flow) = deps.flows.table.change(Some(flow), give_back).await?;
    Ok(flow.unwrap_or(unchanged))
}
