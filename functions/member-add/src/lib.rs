//! ユーザ新規登録 — a manager adds a colleague, and re-issues the initial password of one who never logged in.

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::Keys;
use platform::members::{Roster, demand_session};
use platform::session::{Sessions, SignedIn};
use platform::store::{Commit, Consistency, ROUNDS, Replacing, Stored, Written};
use platform::wire::ListedMember;
use portal::account::{Account, Member, NewMember, Role};
use portal::form::ProfileForm;
use portal::office::{Addition, AnsweredRequest};
use portal::problem::{Kind, Refusal};
use portal::steps::Step;
use portal::values::{MemberId, OfficeName, Profile, RequestKey};

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
    /// Sessions.
    pub sessions: Sessions,
    /// Derives initial passwords.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.sessions.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let signed_in = deps.sessions.recognised(&call).await?;
    match call.step {
        Step::AddMember => add(deps, &signed_in, &call).await,
        Step::ReissueMemberPassword => reissue(deps, &signed_in, &call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

/// The Idempotency-Key of this call, in the scope of its path and its member.
fn key_of(call: &Call, signed_in: &SignedIn) -> Result<RequestKey, Stop> {
    let scope = [call.step.name, call.named(), signed_in.member.id.as_str()];
    Ok(call.key()?.within(&scope))
}

/// The earlier request of the same key; one with another body is refused.
fn earlier<'a>(
    roster: &'a Roster,
    key: &RequestKey,
    call: &Call,
) -> Result<Option<&'a AnsweredRequest>, Stop> {
    let Some(earlier) = roster.office.item.answered(key, call.now) else {
        return Ok(None);
    };
    if earlier.body != call.fields.digest() || !call.fields.unknown().is_empty() {
        return Err(Kind::IdempotencyKeyReused.into());
    }
    Ok(Some(earlier))
}

/// The record of this call, for its repetition.
fn answered(key: &RequestKey, call: &Call, member: &MemberId) -> AnsweredRequest {
    AnsweredRequest {
        key: key.clone(),
        body: call.fields.digest(),
        member: member.clone(),
        at: call.now,
    }
}

fn profile_of(call: &Call) -> Result<Profile, Stop> {
    let form = ProfileForm::of(|field| call.fields.text(field));
    Ok(form.parse(call.problems()).map_err(Refusal::invalid)?)
}

/// The new member, whose initial password is promised.
fn new_member(
    deps: &Deps,
    id: MemberId,
    office: OfficeName,
    profile: Profile,
    at: Timestamp,
) -> Result<Member, Fault> {
    let member = NewMember {
        id,
        office,
        profile,
        role: Role::Member,
        key: deps.keys.current().clone(),
        nonce: deps.sessions.edge.random.id()?,
    };
    Ok(member.pending(at, &deps.sessions.edge.limits))
}

async fn add(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let (sessions, limits, now) = (&deps.sessions, &deps.sessions.edge.limits, call.now);
    let key = key_of(call, signed_in)?;
    // The address is usually unknown: the first commit expects that, and costs no read.
    let mut there: Option<Stored<Account>> = None;
    for round in 0..ROUNDS {
        let roster = sessions.roster(signed_in, Consistency::Eventual, now).await?;
        let office = roster.office.item.office.clone();
        if let Some(earlier) = earlier(&roster, &key, call)? {
            let (id, at) = (earlier.member.clone(), earlier.at);
            let first = new_member(deps, id, office, profile_of(call)?, at)?;
            return Ok(Success::json(ListedMember::of(&first, &roster.who.member)));
        }
        roster.authorise(now, limits)?;
        let profile = profile_of(call)?;
        let id = MemberId::new(sessions.edge.random.id()?);
        let member = new_member(deps, id, office, profile, now)?;
        // The claim of a colleague who never logged in, if it has the address.
        let address = member.profile.email.key();
        let accounts = roster.seated.iter().map(|seated| &seated.account);
        if let (None, Some(own)) = (&there, accounts.clone().find(|own| own.item.key == address)) {
            there = Some(own.clone());
        }
        let request = answered(&key, call, &member.id);
        let account = there.as_ref().map(|stored| &stored.item);
        match roster.add(&member, request, account, now, limits)? {
            Addition::Seated(mut writes) => {
                let mails = std::mem::take(&mut writes.mails);
                // The one change of members that does not demand the session: that would cost four write units more than the
                // six it may (docs/api-design.md, known gaps).
                let mut commit = Commit::seating(*writes, Some(&roster.office), there.as_ref(), accounts);
                commit.promise(mails, &sessions.edge.random, now)?;
                let Err(mut conflicts) = sessions.table.commit(&commit).await? else {
                    return Ok(Success::json(ListedMember::of(&member, &roster.who.member)));
                };
                // The office is read again.
                conflicts.update(&mut Some(roster.office))?;
                conflicts.update(&mut there)?;
            }
            Addition::EmailTaken(None) => return Err(Kind::EmailTaken.into()),
            Addition::EmailTaken(Some(asked)) => {
                let asked = sessions
                    .table
                    .put(*asked, Replacing::Read(&roster.office))
                    .await?;
                if let Written::Done(_) = asked {
                    return Err(Kind::EmailTaken.into());
                }
            }
        }
        sessions.table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}

/// Another initial password for a member who never logged in; the old one stops working in the same commit.
async fn reissue(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let (sessions, limits, now) = (&deps.sessions, &deps.sessions.edge.limits, call.now);
    let key = key_of(call, signed_in)?;
    for round in 0..ROUNDS {
        let roster = sessions.roster(signed_in, Consistency::Strong, now).await?;
        if earlier(&roster, &key, call)?.is_some() {
            return Ok(Success::nothing());
        }
        let named = roster.named(call.named(), now, limits)?;
        roster.authorise(now, limits)?;
        call.no_fields()?;
        let request = answered(&key, call, &named.member.id);
        let writes = roster.reissue(named, request, deps.keys.current(), now, limits)?;
        let mut commit = Commit::default();
        commit.put(writes.office, Replacing::Read(&roster.office));
        commit.put(writes.account, Replacing::Read(&named.account));
        demand_session(&roster, &named.account.item.key, &mut commit);
        if sessions.table.commit(&commit).await?.is_ok() {
            return Ok(Success::nothing());
        }
        sessions.table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}
