//! セッション — in which browsers the person is logged in, and the end of each.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::session::{Sessions, SignedIn};
use platform::store::{Consistency, Stored};
use platform::wire::{self, ListedSession};
use portal::account::{self, SessionPointer};
use portal::problem::Kind;
use portal::steps::Step;

/// What this function needs of its environment.
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
    let signed_in = sessions.signed_in(&call).await?;
    match call.step {
        Step::ShowSessions => list(sessions, &signed_in, &call).await,
        Step::EndSession => end(sessions, &signed_in, &call).await,
        Step::EndOtherSessions => end_others(sessions, &signed_in, &call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

/// The valid sessions. The time of the last use is on a session's pointer; it is only displayed, so an eventually consistent
/// read is enough.
async fn list(sessions: &Sessions, signed_in: &SignedIn, call: &Call) -> Answer {
    let (limits, now) = (&sessions.edge.limits, call.now);
    let mut listed = Vec::new();
    for session in signed_in.member.sessions.iter().rev() {
        let is_current = session.id == signed_in.session.id;
        let pointer = if is_current {
            Some(signed_in.pointer.clone())
        } else {
            let pointer: Option<Stored<SessionPointer>> =
                sessions.table.get(&session.id, Consistency::Eventual).await?;
            pointer.map(|stored| stored.item)
        };
        if now < session.over_at(pointer.as_ref(), limits) {
            let seen = pointer.map_or(session.created_at, |pointer| pointer.last_seen_at);
            listed.push(ListedSession::of(session, seen, is_current));
        }
    }
    Ok(Success::json(wire::Sessions { sessions: listed }))
}

/// Ends one session: from the account's write on it opens nothing, whatever cookie comes.
async fn end(sessions: &Sessions, signed_in: &SignedIn, call: &Call) -> Answer {
    let now = call.now;
    if !signed_in
        .member
        .sessions
        .iter()
        .any(|session| session.name().as_str() == call.named())
    {
        return Err(Kind::NotFound.into());
    }
    call.no_fields()?;
    let ended = sessions
        .decide(signed_in, now, |account, _, by| {
            Ok(account::end_session(account, call.named(), by, now))
        })
        .await?;
    ended.map_err(Stop::from)?;
    Ok(Success::nothing())
}

async fn end_others(sessions: &Sessions, signed_in: &SignedIn, call: &Call) -> Answer {
    let now = call.now;
    call.no_fields()?;
    sessions
        .decide(signed_in, now, |account, _, by| {
            Ok(account::end_other_sessions(account, by, now))
        })
        .await?;
    Ok(Success::nothing())
}
