//! ワンタイムパスワード認証 — the code that was mailed to the address registered in 電子請求受付システム.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::steps::{Keys, Registrations, or_give_mail_back, patiently};
use platform::store::{Consistency, Stored};
use portal::account::Account;
use portal::change::Change;
use portal::claims_record::ClaimsRecord;
use portal::code::OneTimeCode;
use portal::office::Claim;
use portal::registration::Stage;
use portal::steps::{Field, Step};

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
    /// Codes are derived with these.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    if call.step == Step::ResendRegistrationOtp {
        resend(deps, call).await
    } else {
        patiently(|| Box::pin(enter(deps, &call))).await
    }
}

async fn enter(deps: &Deps, call: &Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(call).await?;
    let Stage::Otp { office, challenge } = flow.item.stage.clone() else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    let typed = call.field(Field::Code, OneTimeCode::parse)?;
    if let Err(why) = challenge.check(now, limits) {
        return Err(flows.refuse(&flow.item, why.into(), now).await);
    }
    let judged = challenge.judge(&typed, &deps.keys)?;

    // The judgement counts for the user id, over all its challenges; whoever loses this write has judged nothing.
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
    if let (Err(refusal), _) = flows.table.change_soon(None, count).await? {
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    // Whether the office is registered is decided again, by a condition, at 登録する.
    let claim = if judged.right {
        flows.seats(&office, Consistency::Eventual, now).await?.0.claim
    } else {
        Claim::Free
    };
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_code(&judged, &claim, now, limits))
        })
        .await?;
    flows.answer(&flow.item, now).await
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    let Stage::Otp { challenge, .. } = &flow.item.stage else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    let key = challenge.mail.to.key();
    call.no_fields()?;
    // Looked at before a mail is counted.
    if let Change::Keep(Err(refusal)) = flow.item.resend_code(&deps.keys, now, limits)? {
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    let promise = |before: Option<&Account>| {
        Ok::<_, Stop>(Account::promise_registration_code(
            before,
            &key,
            &flow.item.id,
            now,
            limits,
        ))
    };
    let known: Option<Stored<Account>> = flows.table.get(&key, Consistency::Strong).await?;
    if let (Err(refusal), _) = flows.table.change(known, promise).await? {
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    let id = flow.item.id.clone();
    let resent = flows
        .decide(flow, now, |current| {
            Ok(current.resend_code(&deps.keys, now, limits)?)
        })
        .await;
    let flow = or_give_mail_back(resent, &flows.table, &key, &id, now).await?;
    flows.answer(&flow.item, now).await
}
