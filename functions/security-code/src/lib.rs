//! セキュリティコードの入力 — only for an office that has one.

use std::sync::Arc;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::budget::or_refund;
use platform::claims::ClaimsSystem;
use platform::config::Variable;
use platform::flow::{Flows, or_no_flow};
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::store::Stored;
use portal::audit::Act;
use portal::change::Change;
use portal::claims::{SecurityCodeCheck, Unavailable};
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::problem::{Kind, Refusal};
use portal::registration::{Registration, Stage};
use portal::steps::{Field, SECURITY_CODE_LONGEST};
use portal::values::{EmailAddress, OfficeName, foreign_secret};

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
    Variable::ClaimsBaseUrl,
    Variable::ClaimsCertificates,
];

/// The dependencies of this step.
#[derive(Clone)]
pub struct Deps {
    /// Registrations.
    pub flows: Flows<Registration>,
    /// Derives codes.
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
    let flow = flows.open(&call).await?;
    if !matches!(flow.item.stage, Stage::SecurityCode { .. }) {
        return Err(flows.wrong_step(&flow.item, now).await);
    }
    let code = call.field(Field::SecurityCode, |text| {
        foreign_secret(text, SECURITY_CODE_LONGEST)
    })?;
    let (flow, spent) = spend(deps, flow, now).await?;
    let user = flow.item.claims_user.as_str();
    let check = deps.claims.check_security_code(user, code.expose()).await;
    drop(code);
    let (flow, proven) = settle(deps, flow, spent, check, now).await?;
    let flow = send_code(deps, flow, proven, now).await?;
    flows.answer(&flow.item, now).await
}

/// The costs of a code that are paid before the claims system is asked.
struct Spent {
    /// The record of the user id, with the code counted over all its registrations.
    counted: Option<Stored<ClaimsRecord>>,
    /// The tries of this registration that are left.
    tries_left: u64,
}

/// Counts the code as wrong, for its user id and for this registration.
async fn spend(
    deps: &Deps,
    flow: Stored<Registration>,
    now: Timestamp,
) -> Result<(Stored<Registration>, Spent), Stop> {
    let (flows, limits) = (&deps.flows, &deps.flows.edge.limits);
    // Nothing is counted if no try is left.
    flows
        .require(&flow.item, flow.item.may_try_security_code(limits), now)
        .await?;
    let user = &flow.item.claims_user;
    let count = |before: Option<&ClaimsRecord>| {
        Ok::<_, Stop>(ClaimsRecord::begin_security_code(before, user, now, limits))
    };
    let (allowed, counted) = flows.table.change(None, count).await?;
    flows.require(&flow.item, allowed, now).await?;

    let spend =
        |current: Option<&Registration>| Ok(or_no_flow(current)?.spend_security_code_try(now, limits));
    let tried = match flows.table.change::<_, _, Stop>(Some(flow), spend).await {
        Ok(tried) => flows.accepted(tried, now).await,
        Err(stop) => Err(stop),
    };
    match tried {
        Ok((flow, tries_left)) => Ok((flow, Spent { counted, tries_left })),
        Err(stop) => {
            refund_count(deps, counted, now).await?;
            Err(stop)
        }
    }
}

/// The office and its address, if the code was right and a mail may follow. Refunds a code that was not judged wrong;
/// without an answer the code may have been judged wrong, so it counts.
async fn settle(
    deps: &Deps,
    flow: Stored<Registration>,
    spent: Spent,
    check: Result<SecurityCodeCheck, Unavailable>,
    now: Timestamp,
) -> Result<(Stored<Registration>, (OfficeName, EmailAddress)), Stop> {
    let (flow, refusal) = match check {
        Ok(SecurityCodeCheck::Accepted(registered)) => {
            let limits = &deps.flows.edge.limits;
            let user = flow.item.claims_user.clone();
            let accept = |before: Option<&ClaimsRecord>| {
                Ok::<_, Stop>(ClaimsRecord::accept_security_code(
                    before,
                    &user,
                    now,
                    &registered,
                    limits,
                ))
            };
            let (proven, _) = deps.flows.table.change(spent.counted, accept).await?;
            match proven {
                Ok(proven) => return Ok((flow, proven)),
                // The code was right; a mail that cannot be sent must not cost a try.
                Err(refusal) => (
                    refund_try(deps, flow, Act::SecurityCodeRight, now).await?,
                    refusal,
                ),
            }
        }
        Ok(SecurityCodeCheck::Wrong) => {
            let refusal = Refusal::of(Kind::WrongSecurityCode).with_tries_left(spent.tries_left);
            (flow, refusal)
        }
        Ok(SecurityCodeCheck::Locked) => {
            refund_count(deps, spent.counted, now).await?;
            let flow = refund_try(deps, flow, Act::SecurityCodeNotCounted, now).await?;
            (flow, Kind::ClaimsLocked.into())
        }
        Err(Unavailable::NotJudged) => {
            refund_count(deps, spent.counted, now).await?;
            let flow = refund_try(deps, flow, Act::SecurityCodeNotCounted, now).await?;
            (flow, Kind::ClaimsUnavailable.into())
        }
        Err(Unavailable::OutcomeUnknown) => (flow, Kind::ClaimsUnavailable.into()),
    };
    Err(deps.flows.refuse(&flow.item, refusal, now).await)
}

/// Promises the mail with the one-time code, whose user id was charged before, and moves the registration on to it.
async fn send_code(
    deps: &Deps,
    flow: Stored<Registration>,
    proven: (OfficeName, EmailAddress),
    now: Timestamp,
) -> Result<Stored<Registration>, Stop> {
    let (flows, user) = (&deps.flows, flow.item.claims_user.clone());
    let sent = send_to(deps, flow, proven, now).await;
    let refund = |before: Option<&ClaimsRecord>| ClaimsRecord::refund_mail(before, now);
    or_refund(sent, &flows.table, &user, refund).await
}

async fn send_to(
    deps: &Deps,
    flow: Stored<Registration>,
    proven: (OfficeName, EmailAddress),
    now: Timestamp,
) -> Result<Stored<Registration>, Stop> {
    let (flows, contact) = (&deps.flows, proven.1.key());
    let promised = flows
        .promise_code(&deps.keys, proven, (&flow.item.id, flow.item.expires_at), now)
        .await;
    let stage = match promised {
        Ok(stage) => stage,
        Err(Stop::Refused(problem)) => {
            let flow = refund_try(deps, flow, Act::SecurityCodeRight, now).await?;
            return Err(flows.refuse(&flow.item, problem.refusal, now).await);
        }
        Err(broken @ Stop::Broken(_)) => return Err(broken),
    };
    let id = flow.item.id.clone();
    let accepted = flows
        .decide(flow, now, |current| {
            Ok(current.accept_security_code(stage.clone(), now))
        })
        .await;
    let refund = |before: Option<&Contact>| Contact::refund_code(before, &id, now);
    or_refund(accepted, &flows.table, &contact, refund).await
}

/// The code was not judged: it does not count for its user id.
async fn refund_count(
    deps: &Deps,
    counted: Option<Stored<ClaimsRecord>>,
    began: Timestamp,
) -> Result<(), Stop> {
    let refund =
        |before: Option<&ClaimsRecord>| Ok::<_, Stop>(ClaimsRecord::refund_security_code(before, began));
    deps.flows.table.change(counted, refund).await?;
    Ok(())
}

/// The code was not wrong: it costs this registration no try. `act` is the reason.
async fn refund_try(
    deps: &Deps,
    flow: Stored<Registration>,
    act: Act,
    now: Timestamp,
) -> Result<Stored<Registration>, Stop> {
    let unchanged = flow.clone();
    let refund = |current: Option<&Registration>| {
        Ok::<_, Stop>(current.map_or(Change::Keep(()), |current| {
            current.refund_security_code_try(act, now)
        }))
    };
    let ((), flow) = deps.flows.table.change(Some(flow), refund).await?;
    Ok(flow.unwrap_or(unchanged))
}
