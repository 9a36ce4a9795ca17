//! ユーザ新規登録 — a manager adds a colleague, and re-issues the initial password of one who never logged in.

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::Keys;
use platform::members::{ROUNDS, Roster};
use platform::session::{Sessions, SignedIn};
use platform::store::{Commit, Consistency, Replacing, Stored, Written};
use platform::wire::ListedMember;
use portal::account::{Account, Member, NewMember, Role, Status};
use portal::change::{Change, Put};
use portal::form::ProfileForm;
use portal::office::AnsweredRequest;
use portal::problem::{Kind, Refusal};
use portal::steps::Step;
use portal::values::{Draft, MemberId, OfficeName, Profile, RequestKey};

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
    if earlier.body.as_str() != call.fields.digest() || !call.fields.unknown().is_empty() {
        return Err(Kind::IdempotencyKeyReused.into());
    }
    Ok(Some(earlier))
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
        if let Some(earlier) = earlier(&roster, &key, call)? {
            let office = roster.office.item.office.clone();
            let first = new_member(
                deps,
                earlier.member.clone(),
                office,
                profile_of(call)?,
                earlier.at,
            )?;
            return Ok(Success::json(ListedMember::of(&first, &roster.caller)));
        }
        roster.authorise(now, limits)?;
        let profile = profile_of(call)?;
        roster.require_room(now, limits)?;
        let office = roster.office.item.office.clone();
        let id = MemberId::new(sessions.edge.random.id()?);
        let member = new_member(deps, id, office, profile, now)?;
        let caller = roster.caller.clone();
        if seat(deps, roster, &member, &mut there, &key, call).await? {
            return Ok(Success::json(ListedMember::of(&member, &caller)));
        }
        sessions.table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}

/// One commit: the seat in the office, the claim on the address, and the promise of the mail; or none of them. Answers
/// whether it was done: after a conflict everything is judged again.
async fn seat(
    deps: &Deps,
    roster: Roster,
    member: &Member,
    there: &mut Option<Stored<Account>>,
    key: &RequestKey,
    call: &Call,
) -> Result<bool, Stop> {
    let (table, limits, now) = (&deps.sessions.table, &deps.sessions.edge.limits, call.now);
    let address = member.profile.email.key();
    let office = &roster.office.item;
    let by = &roster.session.flow;
    let request = AnsweredRequest {
        key: key.clone(),
        body: Draft::new(call.fields.digest()),
        member: member.id.clone(),
        at: now,
    };
    let next = office
        .with_answered(request, now, limits)
        .and_then(|next| next.asked(&address, now, limits))
        .map_err(Refusal::from)?;
    // The claim of a colleague who never logged in, if it has the address.
    if let Some(own) = roster
        .seated
        .iter()
        .find(|seated| seated.account.item.key == address)
    {
        there.get_or_insert_with(|| own.account.clone());
    }
    let before = there.as_ref().map(|stored| &stored.item);
    let Some(claimed) = Account::add_colleague(before, member, by, now, limits) else {
        // The question is charged before it is answered.
        return match office.ask(&address, now, limits) {
            Change::Store(asked, _) => match table.put(asked, Replacing::Read(&roster.office)).await? {
                Written::Done(_) => Err(Kind::EmailTaken.into()),
                Written::Conflict(_) => Ok(false),
            },
            Change::Keep(_) | Change::BestEffort(..) | Change::Remove(..) => Err(Kind::EmailTaken.into()),
        };
    };
    let mut commit = Commit::default();
    let seats = roster.seats_with(member, now, limits);
    commit.put(Put::from(next.with_seats(seats)), Replacing::Read(&roster.office));
    commit.put(claimed, there.as_ref().into());
    // The member of a seat that has expired cannot log in with it meanwhile.
    for expired in roster
        .expired(now, limits)
        .filter(|seated| seated.account.item.key != address)
    {
        let account = &expired.account;
        if let Some(ended) = account
            .item
            .end_expired_claim(&expired.member.id, by, now, limits)
        {
            commit.put(ended, Replacing::Read(account));
        }
    }
    let Err(mut conflicts) = table.commit(&commit).await? else {
        return Ok(true);
    };
    conflicts.update(&mut Some(roster.office))?;
    conflicts.update(there)?;
    Ok(false)
}

/// Another initial password for a member who never logged in; the old one dies in the same commit.
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
        if named.member.status() != Status::Pending {
            return Err(Kind::WrongStep.into());
        }
        let (id, flow) = (&named.member.id, &roster.session.flow);
        let account = &named.account;
        let promised = account
            .item
            .reissue_initial_password(id, false, deps.keys.current(), flow, now, limits)
            .map_err(Refusal::from)?;
        let request = AnsweredRequest {
            key: key.clone(),
            body: Draft::new(call.fields.digest()),
            member: id.clone(),
            at: now,
        };
        let next = roster.office.item.with_answered(request, now, limits);
        let mut commit = Commit::default();
        commit.put(
            Put::from(next.map_err(Refusal::from)?),
            Replacing::Read(&roster.office),
        );
        commit.put(promised, Replacing::Read(account));
        if sessions.table.commit(&commit).await?.is_ok() {
            return Ok(Success::nothing());
        }
        sessions.table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}
