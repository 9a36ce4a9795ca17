//! ログイン情報の入力 — ID and password; one answer to everyone who may not log in.

use std::sync::Arc;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::flow::{Flows, caller_at};
use platform::http::{Answer, Call, Stop};
use platform::keys::{self, Keys};
use platform::passwords::{PasswordHasher, Verified};
use platform::starts::Starts;
use platform::store::{Consistency, Stored};
use portal::account::{Account, Caller, Credential, LoginVerdict, Proven, VerifiedPassword};
use portal::challenge::Challenge;
use portal::code::Purpose;
use portal::login::{Login, Stage};
use portal::password;
use portal::problem::{Kind, Refusal};
use portal::secret::Secret;
use portal::steps::Field;
use portal::time::plus;
use portal::values::{AccountKey, ChallengeId, EmailAddress, FlowId, MemberId};

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
    /// Log-ins.
    pub flows: Flows<Login>,
    /// Verifies passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Derives codes and initial passwords.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    let edge = &deps.flows.edge;
    edge.serve_padded(
        request,
        |call| step(deps, call),
        |_, answer| must_be_padded(answer),
    )
    .await
}

/// Whether the response time of the answer must not reveal its reason: a password that is wrong or not judged, a
/// network whose budget is spent.
fn must_be_padded(answer: &Answer) -> bool {
    matches!(answer, Err(Stop::Refused(problem))
        if matches!(problem.refusal.kind, Kind::WrongCredentials | Kind::TooManyRequests))
}

fn read(call: &Call) -> Result<(EmailAddress, Arc<Secret>), Stop> {
    let mut problems = call.problems();
    let email = problems.take(
        "/email",
        EmailAddress::parse(call.fields.text(Field::Email).unwrap_or("")),
    );
    let typed = password::read(call.fields.text(Field::Password).unwrap_or(""));
    let both = email.zip(problems.take("/password", typed.map(Arc::new)));
    Ok(problems.finish(both).map_err(Refusal::invalid)?)
}

/// Answers a call, without padding the response time.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let (email, typed) = read(&call)?;
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let key = email.key();
    let known: Option<Stored<Account>> = flows.table.get(&key, Consistency::Strong).await?;
    let owner = known.as_ref().and_then(|stored| stored.item.owner());
    let caller = caller_at(&key, owner, &call, &deps.keys)?;
    // Drawn before the password is judged: the record of its code names the log-in.
    let random = &flows.edge.random;
    let cookie = random.cookie()?;
    let attempt = LoginInput {
        key,
        typed,
        caller,
        flow: FlowId::of_cookie(&cookie),
        now,
    };
    let right = if is_vouched_for(deps, known.as_ref(), &attempt) {
        prove(deps, known, &attempt).await?
    } else {
        let starts = Starts::of_network(&flows.table, limits, &deps.keys, &call).await?;
        starts.check().map_err(Refusal::from)?;
        let proven = prove(deps, known, &attempt).await;
        starts.count_refused(proven).await?
    };

    let expires_at = plus(now, limits.login_life);
    let id = ChallengeId::new(random.id()?);
    let challenge = Challenge::begin(id, Purpose::Login, &deps.keys, right.to, expires_at, now, limits)?;
    let flow = Login {
        id: attempt.flow,
        account: attempt.key,
        member: right.member,
        credential_version: right.credential_version,
        expires_at,
        stage: Stage::Otp { challenge },
    };
    flows.begin(flow.into(), cookie, &call).await
}

/// The input of a log-in attempt.
struct LoginInput {
    key: AccountKey,
    typed: Arc<Secret>,
    caller: Caller,
    flow: FlowId,
    now: Timestamp,
}

/// Whether the start is not counted for its network: it comes from a known device, or with the initial password,
/// which cannot be guessed. Strangers in the same network neither stop it, nor does it use up their budget.
fn is_vouched_for(deps: &Deps, known: Option<&Stored<Account>>, attempt: &LoginInput) -> bool {
    known.is_some_and(|known| {
        let account = &known.item;
        let limits = &deps.flows.edge.limits;
        account
            .known_device(&attempt.caller, attempt.now, limits)
            .is_some()
            || whose_initial_password(deps, account, &attempt.typed).is_some()
    })
}

/// The owner of the password. Everyone who may not log in gets the same refusal.
async fn prove(deps: &Deps, known: Option<Stored<Account>>, attempt: &LoginInput) -> Result<Proven, Stop> {
    let limits = &deps.flows.edge.limits;
    let proof = verify(deps, known.as_ref().map(|stored| &stored.item), attempt).await?;
    let judge = |current: Option<&Account>| {
        Ok::<_, Stop>(Account::log_in(
            current,
            &attempt.key,
            &proof,
            &attempt.caller,
            attempt.now,
            limits,
        ))
    };
    match deps.flows.table.change(known, judge).await?.0 {
        LoginVerdict::Right(proven) => Ok(proven),
        LoginVerdict::WrongCredentials => Err(Kind::WrongCredentials.into()),
        LoginVerdict::ClaimVoid => Err(Kind::ClaimVoid.into()),
        LoginVerdict::InitialPasswordExpired => Err(Kind::InitialPasswordExpired.into()),
        LoginVerdict::AddressFull(not) => Err(Refusal::from(not).into()),
    }
}

/// The owner of the password. One verification for every caller: unknown, pending, disabled and stopped accounts
/// verify a dummy.
async fn verify(
    deps: &Deps,
    account: Option<&Account>,
    attempt: &LoginInput,
) -> Result<VerifiedPassword, Stop> {
    let typed = attempt.typed.clone();
    let owner = account.and_then(Account::owner);
    let hash = match owner.map(|owner| &owner.credential) {
        Some(Credential::Chosen { hash, .. }) => Some(hash.as_str()),
        Some(Credential::Initial { .. }) | None => None,
    };
    let verified = deps.passwords.verify(typed.clone(), hash).await?;
    let of = match (verified, owner) {
        (Verified::Right { .. }, Some(owner)) => Some(owner.credential_in_force()),
        (Verified::Right { .. }, None) | (Verified::Wrong, _) => {
            account.and_then(|account| whose_initial_password(deps, account, &typed))
        }
    };
    // Only where the person may log in: a second hash for others would reveal by its time that the password was
    // right, though a back-off runs, codes are stopped or the password is locked out.
    let lets_in =
        |account: &Account| account.lets_owner_in(&attempt.caller, attempt.now, &deps.flows.edge.limits);
    let renewed = match verified {
        Verified::Right { outdated: true } if account.is_some_and(lets_in) => {
            Some(deps.passwords.hash(typed).await?)
        }
        Verified::Right { .. } | Verified::Wrong => None,
    };
    Ok(VerifiedPassword {
        of,
        renewed,
        flow: attempt.flow.clone(),
    })
}

/// The member of the initial password, and the version of the credential: every initial password of the account is
/// compared.
fn whose_initial_password(deps: &Deps, account: &Account, typed: &Secret) -> Option<(MemberId, u32)> {
    let mut whose = None;
    for (member, version, source) in account.initial_passwords() {
        if keys::matches(source.is_password(&deps.keys, member, typed)) {
            whose = Some((member.clone(), version));
        }
    }
    whose
}
