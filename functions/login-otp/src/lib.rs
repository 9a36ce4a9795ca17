//! ワンタイムパスワード認証 — the code that was mailed to the address registered in the portal.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::random;
use platform::steps::{Keys, Logins, no_flow, no_resend, not_before, not_judged, patiently};
use platform::store::{Change, Found, Stored};
use portal::account::{Account, Session};
use portal::challenge::Challenge;
use portal::code::OneTimeCode;
use portal::limits::Limits;
use portal::login::{self, Login, Stage};
use portal::problem::{Kind, Refusal};
use portal::steps::{self, Cookie};
use portal::values::SessionId;

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
    let step = |call: Call| async move {
        if *call.step == steps::RESEND_LOGIN_OTP {
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
    let Stage::Otp { challenge } = flow.item.stage.clone() else {
        return Err(flows.wrong_step(&flow.item, now));
    };
    let typed = call.field("code", OneTimeCode::parse)?;
    if let Err(why) = challenge.check(now, limits) {
        return Err(flows.refuse(&flow.item, not_judged(why), now));
    }
    let right = challenge.is_right(&typed, &deps.keys)?;
    let (flow, account, member) = flows.member(flow, now).await?;
    let next = flow.item.after_code(&member, flows.terms);
    // Where the right code gives a session, every code passes the flow first, right and wrong alike: a session must
    // not be committed by a sixth guess, nor by a code that a resend has overtaken.
    if matches!(next, Stage::MyPage) {
        // No try is spent while codes are stopped; whether they are is decided again by the account's own write.
        account
            .item
            .codes
            .check(now)
            .map_err(|not| flows.refuse(&flow.item, not_before(not), now))?;
        let (flow, right) = spend_try(deps, flow, &challenge, right, call).await?;
        let Judged::Done(session) = judge(deps, &flow.item, account, right, true, call).await? else {
            return Err(flows.refuse(&flow.item, wrong_code(&flow.item, limits), now));
        };
        return finish(deps, flow, session, call).await;
    }
    judge(deps, &flow.item, account, right, false, call).await?;
    let store = |current: Option<&Login>| {
        let current = current.ok_or_else(|| no_flow(Cookie::Login))?;
        let Stage::Otp { challenge: living } = &current.stage else {
            return Ok::<_, Stop>(Change::Keep(Some(Kind::WrongStep.into())));
        };
        if let Err(why) = living.check(now, limits) {
            return Ok(Change::Keep(Some(not_judged(why))));
        }
        // A resend may have put another code in the place of the one that was judged.
        if right && living.has_same_code_as(&challenge) {
            return Ok(Change::Store(current.at(next.clone()), None));
        }
        let failed = current.at(Stage::Otp {
            challenge: living.failed(),
        });
        let refusal = wrong_code(&failed, limits);
        Ok(Change::Store(failed, Some(refusal)))
    };
    match flows.table.change(Some(flow), store).await? {
        (None, Some(flow)) => Ok(flows.answer(&flow.item, now)),
        (Some(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, now)),
        (_, None) => Err(no_flow(Cookie::Login)),
    }
}

fn wrong_code(flow: &Login, limits: &Limits) -> Refusal {
    let left = match &flow.stage {
        Stage::Otp { challenge } => challenge.tries_left(limits),
        Stage::NewPassword { .. } | Stage::MyPage => 0,
    };
    Refusal::of(Kind::WrongCode).with_tries_left(left)
}

/// Spends a try of the challenge, and says whether the code is right and still the living one.
async fn spend_try(
    deps: &Deps,
    flow: Stored<Login>,
    challenge: &Challenge,
    right: bool,
    call: &Call,
) -> Result<(Stored<Login>, bool), Stop> {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let spend = |current: Option<&Login>| {
        let current = current.ok_or_else(|| no_flow(Cookie::Login))?;
        let Stage::Otp { challenge: living } = &current.stage else {
            return Ok::<_, Stop>(Change::Keep(Err(Kind::WrongStep.into())));
        };
        if let Err(why) = living.check(now, limits) {
            return Ok(Change::Keep(Err(not_judged(why))));
        }
        let right = right && living.has_same_code_as(challenge);
        let spent = current.at(Stage::Otp {
            challenge: living.failed(),
        });
        Ok(Change::Store(spent, Ok(right)))
    };
    match flows.table.change_soon(Some(flow), spend).await? {
        (Ok(right), Some(flow)) => Ok((flow, right)),
        (Err(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, now)),
        (_, None) => Err(no_flow(Cookie::Login)),
    }
}

/// What a judged code comes to on the account.
enum Judged {
    /// It is counted.
    Counted,
    /// This session is committed, and this is its cookie.
    Done((Session, String)),
}

/// The judgement counts for the account, over all its challenges: one write counts a wrong code, or commits the
/// session that a right one gives. Whoever loses it has judged nothing.
async fn judge(
    deps: &Deps,
    flow: &Login,
    account: Stored<Account>,
    right: bool,
    gives_session: bool,
    call: &Call,
) -> Result<Judged, Stop> {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let cookie = random::cookie()?;
    let session = flow.session(SessionId::of_cookie(&cookie), now, limits);
    let judge = |current: Option<&Account>| {
        let account = current.ok_or_else(|| no_flow(Cookie::Login))?;
        let member = flow
            .member_of(account.owner(now, limits))
            .ok_or_else(|| no_flow(Cookie::Login))?;
        if let Some(completed) = flow.completed_by(member) {
            return Err(flows.wrong_step(&completed, now));
        }
        account
            .codes
            .check(now)
            .map_err(|not| flows.refuse(flow, not_before(not), now))?;
        let mut next = Account {
            judged_at: now,
            ..account.clone()
        };
        if !right {
            next.codes = account.codes.failed(now, limits);
            return Ok::<_, Stop>(Change::Store(next, false));
        }
        if gives_session {
            next.member = Some(login::complete(
                member,
                &flow.id,
                None,
                None,
                session.clone(),
                now,
                limits,
            ));
        }
        Ok(Change::Store(next, gives_session))
    };
    let known = Some(account);
    let (done, _) = if gives_session {
        // The try is spent: the step cannot begin again, so it is patient here.
        flows.table.change(known, judge).await?
    } else {
        flows.table.change_soon(known, judge).await?
    };
    Ok(if done {
        Judged::Done((session, cookie))
    } else {
        Judged::Counted
    })
}

/// Lets the cookie find the session, and brings the flow up to what is committed.
async fn finish(
    deps: &Deps,
    flow: Stored<Login>,
    (session, cookie): (Session, String),
    call: &Call,
) -> Answer {
    let (flows, now) = (&deps.flows, call.now);
    flows.point(&session, &flow.item, now).await?;
    let store = |current: Option<&Login>| {
        let current = current.ok_or_else(|| no_flow(Cookie::Login))?;
        Ok::<_, Stop>(match current.stage {
            Stage::MyPage => Change::Keep(()),
            Stage::Otp { .. } | Stage::NewPassword { .. } => Change::Store(current.at(Stage::MyPage), ()),
        })
    };
    match flows.table.change(Some(flow), store).await? {
        ((), Some(flow)) => Ok(flows.answer(&flow.item, now).with_cookie(Cookie::Session, cookie)),
        ((), None) => Err(no_flow(Cookie::Login)),
    }
}

async fn resend(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.flow(&call).await?;
    let Stage::Otp { challenge } = flow.item.stage.clone() else {
        return Err(flows.wrong_step(&flow.item, now));
    };
    call.no_fields()?;
    if let Err(refusal) = resent(deps, &flow.item, &challenge, &call)? {
        return Err(flows.refuse(&flow.item, refusal, now));
    }
    let key = flow.item.account.clone();
    let spend = |before: Option<&Account>| {
        let account = before.ok_or_else(|| no_flow(Cookie::Login))?;
        flow.item
            .member_of(account.owner(now, limits))
            .ok_or_else(|| no_flow(Cookie::Login))?;
        Ok::<_, Stop>(match account.mails.spend(now, limits) {
            Ok(mails) => Change::Store(
                Account {
                    mails,
                    ..account.clone()
                },
                Ok(()),
            ),
            Err(not) => Change::Keep(Err(not_before(not))),
        })
    };
    let known: Option<Stored<Account>> = flows.table.get(&key, Found::Strongly).await?;
    if let (Err(refusal), _) = flows.table.change(known, spend).await? {
        return Err(flows.refuse(&flow.item, refusal, now));
    }
    let store = |current: Option<&Login>| {
        let current = current.ok_or_else(|| no_flow(Cookie::Login))?;
        let Stage::Otp { challenge } = &current.stage else {
            return Ok::<_, Stop>(Change::Keep(Some(Kind::WrongStep.into())));
        };
        Ok(match resent(deps, current, challenge, &call)? {
            Ok(challenge) => Change::Store(current.at(Stage::Otp { challenge }), None),
            Err(refusal) => Change::Keep(Some(refusal)),
        })
    };
    match flows.table.change(Some(flow.clone()), store).await? {
        (None, Some(flow)) => Ok(flows.answer(&flow.item, now)),
        (Some(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, now)),
        (_, None) => Err(no_flow(Cookie::Login)),
    }
}

fn resent(
    deps: &Deps,
    flow: &Login,
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
