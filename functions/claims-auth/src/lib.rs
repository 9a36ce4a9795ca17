//! 電子請求受付システム認証 — the office proves itself with the ID and password of another system.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use platform::claims::ClaimsSystem;
use platform::config::Variable;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::starts::Starts;
use platform::store::Stored;
use portal::claims::{Accepted, Authentication, Unavailable};
use portal::claims_record::ClaimsRecord;
use portal::guards::AttemptOutcome;
use portal::problem::{Kind, Refusal};
use portal::registration::{Registration, Stage};
use portal::secret::Secret;
use portal::steps::{CLAIMS_PASSWORD_LONGEST, Field};
use portal::time::plus;
use portal::values::{ClaimsUserId, FlowId, foreign_secret};

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
    Variable::ClaimsBaseUrl,
];

/// What this step may touch.
#[derive(Clone)]
pub struct Deps {
    /// Registrations.
    pub flows: Flows<Registration>,
    /// Codes are derived with these.
    pub keys: Keys,
    /// The claims system.
    pub claims: Arc<dyn ClaimsSystem>,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

struct Credentials {
    user: ClaimsUserId,
    password: Secret,
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let Credentials { user, password } = read(&call)?;
    let (table, limits, now) = (&deps.flows.table, &deps.flows.edge.limits, call.now);
    let starts = Starts::of_network(table, limits, &deps.keys, &call).await?;
    starts.check().map_err(Refusal::from)?;
    let proven = prove(deps, &user, password, &call).await;
    let accepted = starts.count_refused(proven).await?;

    let cookie = deps.flows.edge.random.cookie()?;
    let id = FlowId::of_cookie(&cookie);
    let stage = match accepted {
        Accepted::SecurityCodeWanted => Stage::SecurityCode { tries: 0 },
        Accepted::Office(office) => {
            let ends_at = plus(now, limits.registration_life);
            let promised = deps
                .flows
                .promise_code(&deps.keys, &office, (&id, ends_at), now)
                .await;
            or_note_right_password(deps, promised, &user, &call).await?
        }
    };
    let flow = Registration::begin(id, user, stage, now, limits);
    deps.flows.begin(flow, cookie, &call).await
}

/// Asks the claims system. Whoever is refused here has proven nothing.
async fn prove(deps: &Deps, user: &ClaimsUserId, password: Secret, call: &Call) -> Result<Accepted, Stop> {
    let attempt = begin_attempt(deps, user, call.fields.flag(Field::AcceptLockRisk), call).await?;
    let answer = deps.claims.authenticate(user.as_str(), password.expose()).await;
    drop(password);
    end_attempt(deps, attempt, &answer, call).await?;
    Err(match answer {
        Ok(Authentication::Accepted(accepted)) => return Ok(accepted),
        Ok(Authentication::Wrong) => Kind::ClaimsRejected,
        Ok(Authentication::TemporaryPassword) => Kind::ClaimsTemporaryPassword,
        Ok(Authentication::PasswordExpired) => Kind::ClaimsPasswordExpired,
        Ok(Authentication::Locked) => Kind::ClaimsLocked,
        Err(Unavailable::NotJudged | Unavailable::OutcomeUnknown) => Kind::ClaimsUnavailable,
    }
    .into())
}

fn read(call: &Call) -> Result<Credentials, Stop> {
    let mut problems = call.problems();
    let user = problems.take(
        "/userId",
        ClaimsUserId::parse(call.fields.text(Field::UserId).unwrap_or("")),
    );
    let password = foreign_secret(
        call.fields.text(Field::ClaimsPassword).unwrap_or(""),
        CLAIMS_PASSWORD_LONGEST,
    );
    let password = problems.take("/password", password);
    let both = user
        .zip(password)
        .map(|(user, password)| Credentials { user, password });
    Ok(problems.finish(both).map_err(Refusal::invalid)?)
}

/// Counts the attempt as failed before the claims system is asked.
async fn begin_attempt(
    deps: &Deps,
    user: &ClaimsUserId,
    accepts_risk: bool,
    call: &Call,
) -> Result<Stored<ClaimsRecord>, Stop> {
    let (limits, now) = (&deps.flows.edge.limits, call.now);
    let begin = |before: Option<&ClaimsRecord>| {
        Ok::<_, Stop>(ClaimsRecord::begin_attempt(
            before,
            user,
            accepts_risk,
            now,
            limits,
        ))
    };
    let (allowed, stored) = deps.flows.table.change(None, begin).await?;
    allowed?;
    stored.ok_or_else(|| Kind::TemporarilyUnavailable.into())
}

/// Where no mail can follow the right password no registration begins that would tell of it.
async fn or_note_right_password(
    deps: &Deps,
    promised: Result<Stage, Stop>,
    user: &ClaimsUserId,
    call: &Call,
) -> Result<Stage, Stop> {
    if matches!(promised, Err(Stop::Refused(_))) {
        let note = |before: Option<&ClaimsRecord>| {
            Ok::<_, Stop>(ClaimsRecord::note_right_password(before, user, call.now))
        };
        deps.flows.table.change(None, note).await?;
    }
    promised
}

async fn end_attempt(
    deps: &Deps,
    attempt: Stored<ClaimsRecord>,
    answer: &Result<Authentication, Unavailable>,
    call: &Call,
) -> Result<(), Stop> {
    let outcome = match answer {
        Ok(Authentication::Accepted(_)) => AttemptOutcome::Succeeded,
        // Without an answer the password may have been judged: it counts, as it may count at the claims system.
        Ok(Authentication::Wrong) | Err(Unavailable::OutcomeUnknown) => AttemptOutcome::Failed,
        Ok(Authentication::TemporaryPassword | Authentication::PasswordExpired | Authentication::Locked)
        | Err(Unavailable::NotJudged) => AttemptOutcome::NotCounted,
    };
    let seen = attempt.item.passwords.clone();
    let end = |before: Option<&ClaimsRecord>| {
        Ok::<_, Stop>(ClaimsRecord::end_attempt(before, &seen, call.now, outcome))
    };
    let (stopped, _) = deps.flows.table.change(Some(attempt), end).await?;
    Ok(stopped.map_err(Refusal::from)?)
}
