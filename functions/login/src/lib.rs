//! ログイン情報の入力 — ID and password; the same answer for everybody who must not get in.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::budget::spend_network;
use platform::config::Variable;
use platform::flow::{Flows, known_device};
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::passwords::{PasswordHasher, Verified};
use platform::store::{Consistency, Stored};
use portal::account::{Account, Credential, LoginVerdict, Proof};
use portal::challenge::Challenge;
use portal::code::Purpose;
use portal::guards::pad_to_quantum;
use portal::login::{Login, Stage};
use portal::password;
use portal::problem::{Kind, Refusal};
use portal::secret::Secret;
use portal::steps::{Field, LOGIN_PASSWORD_OCTETS};
use portal::time::plus;
use portal::values::{ChallengeId, DeviceId, EmailAddress, FieldCode, FlowId, MemberId};

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
    pub flows: Flows<Login>,
    /// Verifies passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Codes and initial passwords are derived with these.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    let began = Instant::now();
    let edge = &deps.flows.edge;
    let padded = |call| async move {
        let answer = step(deps, call).await;
        if is_wrong_credentials(&answer) {
            let quantum = edge.limits.refusal_quantum.duration();
            tokio::time::sleep(pad_to_quantum(began.elapsed(), quantum)).await;
        }
        answer
    };
    edge.serve(request, padded).await
}

fn is_wrong_credentials(answer: &Answer) -> bool {
    matches!(answer, Err(Stop::Refused(problem)) if problem.refusal.kind == Kind::WrongCredentials)
}

fn read(call: &Call) -> Result<(EmailAddress, Arc<Secret>), Stop> {
    let mut problems = call.problems();
    let email = problems.take(
        "/email",
        EmailAddress::parse(call.fields.text(Field::Email).unwrap_or("")),
    );
    let typed = match call.fields.text(Field::Password).unwrap_or("") {
        "" => Err(FieldCode::Required),
        long if long.len() > LOGIN_PASSWORD_OCTETS => Err(FieldCode::TooLong),
        typed => Ok(Arc::new(password::folded(typed))),
    };
    let both = email.zip(problems.take("/password", typed));
    Ok(problems.finish(both).map_err(Refusal::invalid)?)
}

/// Answers a call, without the pad to the response time.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let (email, typed) = read(&call)?;
    let (table, limits, now) = (&deps.flows.table, &deps.flows.edge.limits, call.now);
    spend_network(table, limits, &call).await?;

    let key = email.key();
    let known: Option<Stored<Account>> = table.get(&key, Consistency::Strong).await?;
    let device = known_device(&call, &key);
    let known_account = known.as_ref().map(|stored| &stored.item);
    let proof = verify(deps, known_account, typed, device.as_ref(), now).await?;
    let judge = |current: Option<&Account>| {
        Ok::<_, Stop>(Account::log_in(
            current,
            &key,
            &proof,
            device.as_ref(),
            now,
            limits,
        ))
    };
    let (verdict, _) = table.change(known, judge).await?;
    let (member, credential_version, to) = match verdict {
        LoginVerdict::Right {
            member,
            credential_version,
            to,
        } => (member, credential_version, to),
        LoginVerdict::WrongCredentials => return Err(Kind::WrongCredentials.into()),
        LoginVerdict::ClaimVoid => return Err(Kind::ClaimVoid.into()),
        LoginVerdict::InitialPasswordExpired => return Err(Kind::InitialPasswordExpired.into()),
        LoginVerdict::AddressFull(not) => return Err(Refusal::from(not).into()),
    };

    let random = &deps.flows.edge.random;
    let cookie = random.cookie()?;
    let expires_at = plus(now, limits.login_life);
    let id = ChallengeId::new(random.id()?);
    let challenge = Challenge::begin(id, Purpose::Login, &deps.keys, to, expires_at, now, limits)?;
    let flow = Login {
        id: FlowId::of_cookie(&cookie),
        account: key,
        member,
        credential_version,
        expires_at,
        stage: Stage::Otp { challenge },
    };
    deps.flows.begin(flow.into(), cookie, &call).await
}

/// Whose password it is. One verification for everybody who asks: unknown, waiting, pending and disabled verify a dummy.
async fn verify(
    deps: &Deps,
    account: Option<&Account>,
    typed: Arc<Secret>,
    device: Option<&DeviceId>,
    now: Timestamp,
) -> Result<Proof, Stop> {
    let owner = account.and_then(Account::owner);
    let hash = match owner.map(|owner| &owner.credential) {
        Some(Credential::Chosen { hash, .. }) => Some(hash.as_str()),
        Some(Credential::Initial { .. }) | None => None,
    };
    let verified = deps.passwords.verify(typed.clone(), hash).await?;
    let of = match (verified, owner) {
        (Verified::Right { .. }, Some(owner)) => Some(owner.credential_in_force()),
        _ => account.and_then(|account| whose_initial_password(deps, account, &typed)),
    };
    // Only where the person gets in: a second hash for anybody else would tell by its time that the password was
    // right, though it is waited for, stopped or off.
    let lets_in = |account: &Account| account.lets_owner_in(device, now, &deps.flows.edge.limits);
    let renewed = match verified {
        Verified::Right { outdated: true } if account.is_some_and(lets_in) => {
            Some(deps.passwords.hash(typed).await?)
        }
        Verified::Right { .. } | Verified::Wrong => None,
    };
    Ok(Proof { of, renewed })
}

/// Whose initial password it is, and of which version: every one that the account knows is compared.
fn whose_initial_password(deps: &Deps, account: &Account, typed: &Secret) -> Option<(MemberId, u32)> {
    let mut whose = None;
    for (member, version, source) in account.initial_passwords() {
        // One whose key is gone from the ring is nobody's any more, and keeps nobody else from logging in.
        let is_it = source
            .password(&deps.keys, member)
            .is_ok_and(|password| password.same_as(typed));
        if is_it {
            whose = Some((member.clone(), version));
        }
    }
    whose
}
