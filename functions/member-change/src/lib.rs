//! ユーザの役割・停止・削除 — a manager hands the role over, disables, enables and removes colleagues.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::members::demand_session;
use platform::session::{Sessions, SignedIn};
use platform::store::{Commit, Consistency, ROUNDS, Replacing};
use platform::wire::ListedMember;
use portal::account::{MemberChange, Role, Status};
use portal::problem::Refusal;
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
    let (limits, now) = (&sessions.edge.limits, call.now);
    let signed_in: SignedIn = sessions.recognised(&call).await?;
    for round in 0..ROUNDS {
        let roster = sessions.roster(&signed_in, Consistency::Strong, now).await?;
        let named = roster.named(call.named(), now, limits)?;
        roster.authorise(now, limits)?;
        let (writes, answer) = match call.step {
            Step::ChangeMember => {
                let change = change_of(&call)?;
                let after = named.member.changed(change);
                let shown = Success::json(ListedMember::of(&after, &roster.who.member));
                match roster.change(named, change, now, limits)? {
                    Some(writes) => (writes, shown),
                    // What is as it was is not written.
                    None => return Ok(shown),
                }
            }
            Step::RemoveMember => {
                call.no_fields()?;
                (roster.remove(named, now, limits)?, Success::nothing())
            }
            other => return Err(Fault::NotServed(other.name).into()),
        };
        let mut commit = Commit::default();
        commit.put(writes.office, Replacing::Read(&roster.office));
        commit.put(writes.account, Replacing::Read(&named.account));
        demand_session(&roster, &named.account.item.key, &mut commit);
        commit.promise(writes.mails, &sessions.edge.random, now)?;
        if sessions.table.commit(&commit).await?.is_ok() {
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
