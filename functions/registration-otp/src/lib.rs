//! ワンタイムパスワード認証 — the code that was mailed to the address registered in 電子請求受付システム.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::steps::{Keys, Registrations, no_flow, no_resend, not_before, not_judged, patiently};
use platform::store::{Change, ClaimsRecord, Found, Stored};
use portal::account::Account;
use portal::challenge::Challenge;
use portal::code::OneTimeCode;
use portal::problem::{Kind, Refusal};
use portal::registration::{Registration, Stage};
use portal::steps::{self, Cookie};

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
    let step = |call: Call| async move {
        if *call.step == steps::RESEND_REGISTRATION_OTP {
            resend(deps, call).await
        } else {
            patiently(|| Box::pin(enter(deps, &call))).await
        }
    };
    deps.flows.edge.serve(request, step).await
}

async fn enter(deps: &Deps, call: &Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(call).await?;
    let Stage::Otp { office, challenge } = flow.item.stage.clone() else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    let typed = call.field("code", OneTimeCode::parse)?;
    if let Err(why) = challenge.check(now, limits) {
        return Err(flows.refuse(&flow.item, not_judged(why), now).await);
    }
    let right = challenge.is_right(&typed, &deps.keys)?;
    if let Err(refusal) = judge_for_user(deps, &flow.item, right, call).await? {
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    // Whether the office is registered is decided again, by a condition, at 登録する.
    let claim = if right {
        flows.seats(&office, Found::Eventually, now).await?.0.claim
    } else {
        portal::office::Claim::Free
    };

    let store = |current: Option<&Registration>| {
        let current = current.ok_or_else(|| no_flow(Cookie::Registration))?;
        let Stage::Otp {
            office,
            challenge: living,
        } = &current.stage
        else {
            return Ok::<_, Stop>(Change::Keep(Some(Kind::WrongStep.into())));
        };
        if let Err(why) = living.check(now, limits) {
            return Ok(Change::Keep(Some(not_judged(why))));
        }
        // A resend may have put another code in the place of the one that was judged.
        if right && living.has_same_code_as(&challenge) {
            return Ok(Change::Store(current.after_code(office.clone(), &claim), None));
        }
        let failed = living.failed();
        let refusal = Refusal::of(Kind::WrongCode).with_tries_left(failed.tries_left(limits));
        let stage = Stage::Otp {
            office: office.clone(),
            challenge: failed,
        };
        Ok(Change::Store(current.at(stage), Some(refusal)))
    };
    match flows.table.change(Some(flow), store).await? {
        (None, Some(flow)) => flows.answer(&flow.item, now).await,
        (Some(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, now).await),
        (_, None) => Err(no_flow(Cookie::Registration)),
    }
}

/// The judgement counts for the user id, over all its challenges; whoever loses this write has judged nothing.
async fn judge_for_user(
    deps: &Deps,
    flow: &Registration,
    right: bool,
    call: &Call,
) -> Result<Result<(), Refusal>, Stop> {
    let (limits, now) = (&deps.flows.edge.limits, call.now);
    let judge = |before: Option<&ClaimsRecord>| {
        let mut record = before
            .cloned()
            .unwrap_or_else(|| ClaimsRecord::unknown(flow.claims_user.clone(), now));
        if let Err(not) = record.codes.check(now) {
            return Ok::<_, Stop>(Change::Keep(Err(not_before(not))));
        }
        record.judged_at = now;
        if !right {
            record.codes = record.codes.failed(now, limits);
        }
        Ok(Change::Store(record, Ok(())))
    };
    Ok(deps.flows.table.change_soon(None, judge).await?.0)
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    let Stage::Otp { challenge, .. } = flow.item.stage.clone() else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    call.no_fields()?;
    if let Err(refusal) = resent(deps, &flow.item, &challenge, &call)? {
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    let key = challenge.mail.to.key();
    let spend = |before: Option<&Account>| {
        let before = before
            .cloned()
            .unwrap_or_else(|| Account::unknown(key.clone(), now));
        Ok::<_, Stop>(match before.mails.spend(now, limits) {
            Ok(mails) => Change::Store(Account { mails, ..before }, Ok(())),
            Err(not) => Change::Keep(Err(not_before(not))),
        })
    };
    let known: Option<Stored<Account>> = flows.table.get(&key, Found::Strongly).await?;
    if let (Err(refusal), _) = flows.table.change(known, spend).await? {
        return Err(flows.refuse(&flow.item, refusal, now).await);
    }
    let store = |current: Option<&Registration>| {
        let current = current.ok_or_else(|| no_flow(Cookie::Registration))?;
        let Stage::Otp { office, challenge } = &current.stage else {
            return Ok::<_, Stop>(Change::Keep(Some(Kind::WrongStep.into())));
        };
        Ok(match resent(deps, current, challenge, &call)? {
            Ok(challenge) => Change::Store(
                current.at(Stage::Otp {
                    office: office.clone(),
                    challenge,
                }),
                None,
            ),
            Err(refusal) => Change::Keep(Some(refusal)),
        })
    };
    match flows.table.change(Some(flow), store).await? {
        (None, Some(flow)) => flows.answer(&flow.item, now).await,
        (Some(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, now).await),
        (_, None) => Err(no_flow(Cookie::Registration)),
    }
}

fn resent(
    deps: &Deps,
    flow: &Registration,
    challenge: &Challenge,
    call: &Call,
) -> Result<Result<Challenge, Refusal>, Stop> {
    let limits = &deps.flows.edge.limits;
    if challenge.tries_left(limits) == 0 {
        return Ok(Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0)));
    }
    Ok(challenge
        .resent(&deps.keys, flow.expires_at, call.now, limits)?
        .map_err(no_resend))
}
