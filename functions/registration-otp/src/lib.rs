//! ワンタイムパスワード認証 — the code that was mailed to the address registered in 電子請求受付システム.

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::budget::or_refund;
use platform::config::Variable;
use platform::contention::retry_on_contention;
use platform::fault::Fault;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::store::{Consistency, Retries, Stored};
use portal::claims_record::ClaimsRecord;
use portal::code::OneTimeCode;
use portal::contact::Contact;
use portal::office::Availability;
use portal::registration::Registration;
use portal::steps::{Field, Step};
use portal::values::AccountKey;

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
        Step::EnterRegistrationOtp => retry_on_contention(|| Box::pin(enter(deps, &call))).await,
        Step::ResendRegistrationOtp => resend(deps, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

async fn enter(deps: &Deps, call: &Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(call).await?;
    let (office, challenge) = flows.require(&flow.item, flow.item.awaited_code(), now).await?;
    let typed = call.field(Field::Code, OneTimeCode::parse)?;
    flows
        .require(&flow.item, challenge.check(now, limits), now)
        .await?;
    let judged = challenge.judge(&typed, &deps.keys)?;

    // The judgement counts for the user id, over all its challenges. If this write fails, nothing was judged.
    let (user, id) = (&flow.item.claims_user, &flow.item.id);
    let count = |before: Option<&ClaimsRecord>| {
        Ok::<_, Stop>(ClaimsRecord::judge_code(
            before,
            user,
            id,
            judged.right,
            now,
            limits,
        ))
    };
    // The record exists, because it counts the mail; the write's condition detects a stale read.
    let known: Option<Stored<ClaimsRecord>> = flows.table.get(user, Consistency::Eventual).await?;
    let (counted, _) = flows.table.change_within(Retries::Few, known, count).await?;
    flows.require(&flow.item, counted, now).await?;
    // 登録する checks again, by a condition, whether the office is registered.
    let availability = if judged.right {
        flows
            .seats(office, Consistency::Eventual, now)
            .await?
            .availability
    } else {
        Availability::Free
    };
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_code(&judged, &availability, now, limits))
        })
        .await?;
    flows.answer(&flow.item, now).await
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    let (_, challenge) = flows.require(&flow.item, flow.item.awaited_code(), now).await?;
    call.no_fields()?;
    // No mail is counted for a resend that is refused.
    flows
        .require(&flow.item, challenge.may_be_resent(now, limits), now)
        .await?;
    let (user, contact) = (flow.item.claims_user.clone(), challenge.mail.to.key());
    let known: Option<Stored<ClaimsRecord>> = flows.table.get(&user, Consistency::Strong).await?;
    let spend =
        |before: Option<&ClaimsRecord>| Ok::<_, Stop>(ClaimsRecord::spend_mail(before, &user, now, limits));
    let (paid, _) = flows.table.change(known, spend).await?;
    flows.require(&flow.item, paid, now).await?;
    let resent = resend_to(deps, flow, &contact, now).await;
    let refund = |before: Option<&ClaimsRecord>| ClaimsRecord::refund_mail(before, now);
    let flow = or_refund(resent, &flows.table, &user, refund).await?;
    flows.answer(&flow.item, now).await
}

/// Promises the resend, if the contact address may have another mail.
async fn resend_to(
    deps: &Deps,
    flow: Stored<Registration>,
    contact: &AccountKey,
    now: Timestamp,
) -> Result<Stored<Registration>, Stop> {
    let (flows, limits, id) = (&deps.flows, &deps.flows.edge.limits, flow.item.id.clone());
    let known: Option<Stored<Contact>> = flows.table.get(contact, Consistency::Strong).await?;
    let promise =
        |before: Option<&Contact>| Ok::<_, Stop>(Contact::promise_code(before, contact, &id, now, limits));
    let (promised, _) = flows.table.change(known, promise).await?;
    flows.require(&flow.item, promised, now).await?;
    let resent = flows
        .decide(flow, now, |current| {
            Ok(current.resend_code(&deps.keys, now, limits)?)
        })
        .await;
    let refund = |before: Option<&Contact>| Contact::refund_code(before, &id, now);
    or_refund(resent, &flows.table, contact, refund).await
}
