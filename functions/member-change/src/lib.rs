//! ユーザの役割・停止・削除 — a manager hands the role over, disables, enables and removes colleagues.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::members::{ROUNDS, Roster, Seated};
use platform::session::{Sessions, SignedIn};
use platform::store::{Commit, Consistency, Replacing};
use platform::wire::ListedMember;
use portal::account::{Account, Member, MemberChange, Role, Status};
use portal::change::Put;
use portal::office::{Office, has_active_manager};
use portal::problem::{Kind, Refusal};
use portal::steps::{Field, Step};
use portal::values::FieldCode;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(sessions: &Sessions, request: Request) -> Response<Body> {
    sessions.edge.serve(request, |call| step(sessions, call)).await
}

/// Answers a call.
pub async fn step(sessions: &Sessions, call: Call) -> Answer {
    let now = call.now;
    let signed_in: SignedIn = sessions.recognised(&call).await?;
    for round in 0..ROUNDS {
        let roster = sessions.roster(&signed_in, Consistency::Strong, now).await?;
        let named = roster.named(call.named(), now, &sessions.edge.limits)?;
        roster.authorise(now, &sessions.edge.limits)?;
        let answer = match call.step {
            Step::ChangeMember => change(sessions, &roster, named, &call).await?,
            Step::RemoveMember => remove(sessions, &roster, named, &call).await?,
            other => return Err(Fault::NotServed(other.name).into()),
        };
        if let Some(answer) = answer {
            return Ok(answer);
        }
        sessions.table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}

/// What the body asks for; everything that is wrong with it.
fn change_of(call: &Call) -> Result<MemberChange, Stop> {
    let mut problems = call.problems();
    let role = call
        .fields
        .text(Field::Role)
        .map(|text| Role::parse(text).ok_or(FieldCode::NotAChoice));
    let disabled = call.fields.text(Field::Status).map(|text| match text {
        text if text == Status::Active.code() => Ok(false),
        text if text == Status::Disabled.code() => Ok(true),
        _ => Err(FieldCode::NotAChoice),
    });
    let role = problems.take(Field::Role.pointer(), role.transpose());
    let disabled = problems.take(Field::Status.pointer(), disabled.transpose());
    let change = role
        .zip(disabled)
        .map(|(role, disabled)| MemberChange { role, disabled });
    Ok(problems.finish(change).map_err(Refusal::invalid)?)
}

/// Another role or status. What is as it was is not written.
async fn change(
    sessions: &Sessions,
    roster: &Roster,
    named: &Seated,
    call: &Call,
) -> Result<Option<Success>, Stop> {
    let (limits, now) = (&sessions.edge.limits, call.now);
    let change = change_of(call)?;
    let after = named.member.changed(change);
    let shown = || Some(Success::json(ListedMember::of(&after, &roster.caller)));
    let (id, by) = (&after.id, &roster.session);
    let Some(changed) = named.account.item.change_member(id, change, by, now, limits) else {
        return Ok(shown());
    };
    require_manager(roster, named, Some(&after), call, sessions)?;
    let is_done = commit(sessions, roster, roster.office.item.clone(), named, changed).await?;
    Ok(is_done.then(shown).flatten())
}

/// The member leaves the office: seat and address are free.
async fn remove(
    sessions: &Sessions,
    roster: &Roster,
    named: &Seated,
    call: &Call,
) -> Result<Option<Success>, Stop> {
    call.no_fields()?;
    let id = &named.member.id;
    let Some(removed) = named
        .account
        .item
        .remove_member(id, &roster.session.flow, call.now)
    else {
        return Err(Kind::NotFound.into());
    };
    require_manager(roster, named, None, call, sessions)?;
    let office = roster.office.item.clone().without_seat(id);
    let is_done = commit(sessions, roster, office, named, removed).await?;
    Ok(is_done.then(Success::nothing))
}

/// A change must leave a manager who can log in.
fn require_manager(
    roster: &Roster,
    named: &Seated,
    after: Option<&Member>,
    call: &Call,
    sessions: &Sessions,
) -> Result<(), Stop> {
    let members = roster.with(&named.member.id, after, call.now, &sessions.edge.limits);
    if has_active_manager(members) {
        Ok(())
    } else {
        Err(Kind::LastManager.into())
    }
}

/// The member and the office in one commit. The office is written even where it stays as it was: two changes at once are
/// judged one after the other. Answers whether it was done.
async fn commit(
    sessions: &Sessions,
    roster: &Roster,
    office: Office,
    named: &Seated,
    account: Put<Account>,
) -> Result<bool, Stop> {
    let mut commit = Commit::default();
    commit.put(Put::from(office), Replacing::Read(&roster.office));
    commit.put(account, Replacing::Read(&named.account));
    Ok(sessions.table.commit(&commit).await?.is_ok())
}
