//! パスワードの変更 and 本人確認 of a person who is logged in.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::caller_at;
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::Keys;
use platform::passwords::{PasswordHasher, Verified};
use platform::session::{Sessions, SignedIn};
use portal::account::{Credential, CurrentPassword, NewPassword};
use portal::password::{self, PersonalWords};
use portal::problem::{Kind, Refusal};
use portal::secret::Secret;
use portal::steps::{Cookie, Field, Step};
use portal::values::{FieldCode, SessionId};

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
    /// Sessions.
    pub sessions: Sessions,
    /// Verifies and hashes passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Networks are named with these.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    let edge = &deps.sessions.edge;
    let step = |call| Box::pin(step(deps, call));
    edge.serve_padded(request, step, |_, answer| is_refused(answer))
        .await
}

/// Whether the response time must not reveal whether the password was wrong or not judged.
fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Err(Stop::Refused(problem)) if problem.refusal.kind == Kind::WrongCurrentPassword)
}

/// Answers a call, without the pad to the response time.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let signed_in = deps.sessions.signed_in(&call).await?;
    match call.step {
        Step::ProvePassword => prove(deps, &signed_in, &call).await,
        Step::ChangePassword => change(deps, &signed_in, &call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

/// The right password is fresh proof, in this session and for a limited time.
async fn prove(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let (limits, now) = (&deps.sessions.edge.limits, call.now);
    let current = Arc::new(call.field(Field::CurrentPassword, password::read)?);
    let typed = compare(deps, signed_in, call, current).await?;
    let proven = deps
        .sessions
        .decide(signed_in, now, |account, member, by| {
            Ok(account.prove_again(member, by, &typed, now, limits))
        })
        .await?;
    proven?;
    Ok(Success::nothing())
}

/// Another password: one write sets it, ends all other sessions, and gives this one a new cookie.
async fn change(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let (sessions, limits, now) = (&deps.sessions, &deps.sessions.edge.limits, call.now);
    let (current, new) = read(deps, signed_in, call)?;
    let typed = compare(deps, signed_in, call, current).await?;
    let account = &signed_in.account.item;
    // Only if the password is accepted: a second hash would reveal by its time that it was right during a back-off.
    let hash = if account.accepts_current_password(&signed_in.member, &typed, now, limits) {
        Some(deps.passwords.hash(new).await?)
    } else {
        None
    };
    let cookie = sessions.edge.random.cookie()?;
    let new = NewPassword {
        hash,
        session: SessionId::of_cookie(&cookie),
    };
    let changed = sessions
        .decide(signed_in, now, |account, member, by| {
            Ok(account.replace_password(member, by, &typed, &new, now, limits))
        })
        .await?;
    sessions.store_pointer(&changed?, &signed_in.pointer, now).await?;
    Ok(Success::nothing().with_cookie(Cookie::Session, cookie))
}

/// Both passwords, or all their problems. Equality is found by comparing the typed texts, before any hash.
fn read(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Result<(Arc<Secret>, Arc<Secret>), Stop> {
    let member = &signed_in.member;
    let context = PersonalWords::of(&member.profile, &member.office);
    let text = |field| password::read(call.fields.text(field).unwrap_or(""));
    let mut problems = call.problems();
    let current = problems.take(Field::CurrentPassword.pointer(), text(Field::CurrentPassword));
    let new = text(Field::NewPassword).and_then(|new| {
        password::check(&new, &context, &deps.sessions.edge.limits)?;
        match &current {
            Some(current) if current.same_as(&new) => Err(FieldCode::SameAsBefore),
            _ => Ok(new),
        }
    });
    let new = problems.take(Field::NewPassword.pointer(), new);
    let both = current.map(Arc::new).zip(new.map(Arc::new));
    Ok(problems.finish(both).map_err(Refusal::invalid)?)
}

/// One verification of every typed password, judged or not.
async fn compare(
    deps: &Deps,
    signed_in: &SignedIn,
    call: &Call,
    typed: Arc<Secret>,
) -> Result<CurrentPassword, Stop> {
    let hash = match &signed_in.member.credential {
        Credential::Chosen { hash, .. } => Some(hash.as_str()),
        Credential::Initial { .. } => None,
    };
    let verified = deps.passwords.verify(typed, hash).await?;
    Ok(CurrentPassword {
        right: matches!(verified, Verified::Right { .. }),
        version: signed_in.member.credential_version,
        caller: caller_at(
            &signed_in.account.item.key,
            Some(&signed_in.member),
            call,
            &deps.keys,
        )?,
    })
}
