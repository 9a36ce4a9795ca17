//! ワンタイムパスワード認証 — the code that was mailed to the address registered in the portal.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop, Success};
use platform::random;
use platform::steps::{Keys, Logins, no_flow, no_resend, not_before, not_judged, patiently};
use platform::store::{Change, Found, Stored};
use portal::account::{Account, Session};
use portal::challenge::Challenge;
use portal::code::OneTimeCode;
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
            patiently(|| enter(deps, &call)).await
        }
    };
    deps.flows.edge.serve(request, step).await
}

/// What a judged code comes to.
enum Judged {
    /// Wrong, or there is something else to do first.
    Counted,
    /// Right, and nothing more is to be done: this session is committed.
    Session(Session),
    /// This log-in has its session already.
    HasSession,
    /// Codes are stopped.
    Stopped(Refusal),
}

#[expect(
    clippy::too_many_lines,
    reason = "the two writes of the step, the account's and the flow's, are read as one"
)]
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
    let cookie = random::cookie()?;
    let session = flow.item.session(SessionId::of_cookie(&cookie), now, limits);

    // The account is the judge: one write counts a wrong code, or commits the session that a right one gives.
    let judge = |current: Option<&Account>| {
        let account = current.ok_or_else(|| no_flow(Cookie::Login))?;
        let member = flow
            .item
            .member_of(account.owner(now, limits))
            .ok_or_else(|| no_flow(Cookie::Login))?;
        if flow.item.completed_by(member).is_some() {
            return Ok::<_, Stop>(Change::Keep(Judged::HasSession));
        }
        if let Err(not) = account.codes.check(now) {
            return Ok(Change::Keep(Judged::Stopped(not_before(not))));
        }
        let mut next_account = Account {
            judged_at: now,
            ..account.clone()
        };
        if !right {
            next_account.codes = account.codes.failed(now, limits);
            return Ok(Change::Store(next_account, Judged::Counted));
        }
        if !matches!(next, Stage::MyPage) {
            return Ok(Change::Store(next_account, Judged::Counted));
        }
        next_account.member = Some(login::complete(
            member,
            &flow.item.id,
            None,
            None,
            session.clone(),
            now,
            limits,
        ));
        Ok(Change::Store(next_account, Judged::Session(session.clone())))
    };
    let (judged, _) = flows.table.change_soon(Some(account), judge).await?;
    let session = match judged {
        Judged::Stopped(refusal) => return Err(flows.refuse(&flow.item, refusal, now)),
        Judged::HasSession => {
            let (flow, ..) = flows.member(flow, now).await?;
            return Err(flows.wrong_step(&flow.item, now));
        }
        Judged::Session(session) => {
            flows.point(&session, &flow.item, now).await?;
            Some(session)
        }
        Judged::Counted => None,
    };
    let has_session = session.is_some();
    let store = |current: Option<&Login>| {
        let current = current.ok_or_else(|| no_flow(Cookie::Login))?;
        let Stage::Otp { challenge: living } = &current.stage else {
            let moved = if has_session {
                None
            } else {
                Some(Kind::WrongStep.into())
            };
            return Ok::<_, Stop>(Change::Keep(moved));
        };
        if has_session {
            return Ok(Change::Store(current.at(Stage::MyPage), None));
        }
        if let Err(why) = living.check(now, limits) {
            return Ok(Change::Keep(Some(not_judged(why))));
        }
        // A resend may have put another code in the place of the one that was judged.
        if right && is_same_code(living, &challenge) {
            return Ok(Change::Store(current.at(next.clone()), None));
        }
        let failed = living.failed();
        let refusal = Refusal::of(Kind::WrongCode).with_tries_left(failed.tries_left(limits));
        Ok(Change::Store(
            current.at(Stage::Otp { challenge: failed }),
            Some(refusal),
        ))
    };
    match flows.table.change(Some(flow), store).await? {
        (None, Some(flow)) => {
            let answer: Success = flows.answer(&flow.item, now);
            Ok(if has_session {
                answer.with_cookie(Cookie::Session, cookie)
            } else {
                answer
            })
        }
        (Some(refusal), Some(flow)) => Err(flows.refuse(&flow.item, refusal, now)),
        (_, None) => Err(no_flow(Cookie::Login)),
    }
}

fn is_same_code(a: &Challenge, b: &Challenge) -> bool {
    a.id == b.id && a.counter == b.counter
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
