//! 引き継ぎの停止 — by the code of the mail without a log-in, or by a member who is logged in (`docs/api.md` 3).

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::{self, Keys};
use platform::session::{Sessions, SignedIn};
use platform::starts::Starts;
use platform::store::{Consistency, Stored};
use platform::take_over;
use portal::problem::{Kind, Refusal};
use portal::secret::Secret;
use portal::steps::{Field, Step};
use portal::take_over::{StoppedBy, TakeOver};
use portal::text;
use portal::values::{FieldCode, OfficeNumber};

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
    /// The sessions of the members.
    pub sessions: Sessions,
    /// Derives stop codes.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.sessions
        .edge
        .serve_padded(
            request,
            |call| step(deps, call),
            |_, answer| must_be_padded(answer),
        )
        .await
}

/// Whether the response time of the answer must not reveal its reason: a miss, or a network whose budget is spent.
fn must_be_padded(answer: &Answer) -> bool {
    matches!(answer, Err(Stop::Refused(problem))
        if matches!(problem.refusal.kind, Kind::WrongCode | Kind::TooManyRequests))
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    match call.step {
        Step::StopTakeOver => stop_by_code(deps, call).await,
        Step::StopTakeOverOfOffice => stop_by_member(deps, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

/// The number and the code as typed. What cannot be an office's number is a miss like any other.
fn read(call: &Call) -> Result<(Option<OfficeNumber>, Secret), Stop> {
    let required = |field| match call.fields.text(field).unwrap_or("").trim() {
        "" => Err(FieldCode::Required),
        text => Ok(text.to_owned()),
    };
    let mut problems = call.problems();
    let number = problems.take(Field::OfficeNumber.pointer(), required(Field::OfficeNumber));
    let code = problems.take(Field::StopCode.pointer(), required(Field::StopCode));
    let (number, code) = problems.finish(number.zip(code)).map_err(Refusal::invalid)?;
    let number = text::compact(&number).to_ascii_uppercase();
    Ok((OfficeNumber::parse(&number), Secret::new(code)))
}

async fn stop_by_code(deps: &Deps, call: Call) -> Answer {
    let (number, typed) = read(&call)?;
    let (table, limits) = (&deps.sessions.table, &deps.sessions.edge.limits);
    // A code cannot be guessed, so the right one never waits.
    if let Some(number) = &number
        && is_stopped(deps, number, &typed, &call).await?
    {
        return Ok(Success::nothing());
    }
    let starts = Starts::of_network(table, limits, &deps.keys, &call).await?;
    starts.check().map_err(Refusal::from)?;
    starts.count_refused(Err(Kind::WrongCode.into())).await
}

/// Whether the code is that of the office's take-over, which is stopped by now.
async fn is_stopped(deps: &Deps, number: &OfficeNumber, typed: &Secret, call: &Call) -> Result<bool, Stop> {
    let (edge, table, now) = (&deps.sessions.edge, &deps.sessions.table, call.now);
    let is_code = |it: &TakeOver| keys::matches(it.stop_code.is_code(&deps.keys, number, typed));
    let stop = |it: &TakeOver| is_code(it).then(|| it.stop(StoppedBy::Code, now))?;
    if take_over::end(edge, table, number, None, now, stop).await? {
        return Ok(true);
    }
    // A second click, or an answer that was lost: what is stopped stays stopped.
    let known: Option<Stored<TakeOver>> = table.get(number, Consistency::Strong).await?;
    Ok(known.is_some_and(|known| known.item.is_shown_as_stopped(now, &edge.limits) && is_code(&known.item)))
}

async fn stop_by_member(deps: &Deps, call: Call) -> Answer {
    let (sessions, now) = (&deps.sessions, call.now);
    let signed_in: SignedIn = sessions.signed_in(&call).await?;
    call.no_fields()?;
    let (number, member) = (&signed_in.member.office.number, &signed_in.member.id);
    let flow = &signed_in.session.flow;
    let stop = |it: &TakeOver| it.stop(StoppedBy::Member(member, flow), now);
    if take_over::end(&sessions.edge, &sessions.table, number, Some(flow), now, stop).await? {
        Ok(Success::nothing())
    } else {
        Err(Kind::NotFound.into())
    }
}
