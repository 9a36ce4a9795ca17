//! 電子請求受付システム認証 — the office proves itself with its ID and password of the claims system.

use std::sync::Arc;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::claims::ClaimsSystem;
use platform::config::Variable;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::starts::Starts;
use platform::store::{Consistency, Item as _, Stored};
use portal::claims::{Authentication, Unavailable};
use portal::claims_record::{ClaimsRecord, Proof};
use portal::guards::Attempt;
use portal::problem::{Kind, Refusal};
use portal::registration::{Registration, Stage};
use portal::secret::Secret;
use portal::steps::{CLAIMS_PASSWORD_LONGEST, Field};
use portal::time::plus;
use portal::values::{ClaimsUserId, FlowId, foreign_secret};

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
    Variable::ClaimsBaseUrl,
    Variable::ClaimsCertificates,
];

/// The dependencies of this step.
#[derive(Clone)]
pub struct Deps {
    /// Registrations.
    pub flows: Flows<Registration>,
    /// Derives codes.
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
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let starts = Starts::of_network(&flows.table, limits, &deps.keys, &call).await?;
    starts.check().map_err(Refusal::from)?;
    let proven = prove(deps, &user, password, &call).await;
    let proof = starts.count_refused(proven).await?;

    let cookie = flows.edge.random.cookie()?;
    let id = FlowId::of_cookie(&cookie);
    let stage = match proof {
        Proof::SecurityCodeWanted => Stage::SecurityCode { tries: 0 },
        Proof::Office(office, address) => {
            let by = (&id, plus(now, limits.registration_life));
            let promised = flows.promise_code(&deps.keys, (office, address), by, now).await;
            or_note_right_password(deps, promised, &user, now).await?
        }
    };
    let flow = Registration::begin(id, user, stage, now, limits);
    flows.begin(flow, cookie, &call).await
}

/// Asks the claims system. A refusal here begins no registration.
async fn prove(deps: &Deps, user: &ClaimsUserId, password: Secret, call: &Call) -> Result<Proof, Stop> {
    let (attempt, record) = begin_attempt(deps, user, call).await?;
    let answer = deps.claims.authenticate(user.as_str(), password.expose()).await;
    drop(password);
    end_attempt(deps, record, &attempt, &answer).await
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
    call: &Call,
) -> Result<(Attempt, Stored<ClaimsRecord>), Stop> {
    let (limits, now) = (&deps.flows.edge.limits, call.now);
    let accepts_risk = call.fields.flag(Field::AcceptLockRisk);
    let network = call.network_tag([ClaimsRecord::KIND, user.as_str()], &deps.keys)?;
    let begin = |before: Option<&ClaimsRecord>| {
        Ok::<_, Stop>(ClaimsRecord::begin_attempt(
            before,
            user,
            &network,
            accepts_risk,
            now,
            limits,
        ))
    };
    let (allowed, stored) = deps.flows.table.change(None, begin).await?;
    let attempt = allowed?;
    let record = stored.ok_or_else(|| Stop::from(Kind::TemporarilyUnavailable))?;
    Ok((attempt, record))
}

/// Counts the result; `record` is the state after [`begin_attempt`].
async fn end_attempt(
    deps: &Deps,
    record: Stored<ClaimsRecord>,
    attempt: &Attempt,
    answer: &Result<Authentication, Unavailable>,
) -> Result<Proof, Stop> {
    let (limits, began) = (&deps.flows.edge.limits, record.item.clone());
    let end = |before: Option<&ClaimsRecord>| {
        Ok::<_, Stop>(ClaimsRecord::end_attempt(before, &began, attempt, answer, limits))
    };
    let (proven, _) = deps.flows.table.change(Some(record), end).await?;
    Ok(proven?)
}

/// Records a right password after which no mail can follow, because no registration begins that would record it.
async fn or_note_right_password(
    deps: &Deps,
    promised: Result<Stage, Stop>,
    user: &ClaimsUserId,
    now: Timestamp,
) -> Result<Stage, Stop> {
    if matches!(promised, Err(Stop::Refused(_))) {
        let known = deps.flows.table.get(user, Consistency::Strong).await?;
        let note = |before: Option<&ClaimsRecord>| {
            Ok::<_, Stop>(ClaimsRecord::note_right_password(before, user, now))
        };
        deps.flows.table.change(known, note).await?;
    }
    promised
}
