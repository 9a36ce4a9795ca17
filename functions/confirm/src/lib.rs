//! 入力情報の確認 — 「登録する」: the office and its first member, once.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::{Flow as _, Flows, or_no_flow};
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::Keys;
use platform::store::{Commit, Consistency, Replacing, Stored};
use platform::wire;
use portal::account::{Account, Member, NewMember, Role};
use portal::change::Put;
use portal::office::{Claim, Founding, NotClaimed, Office, Seats};
use portal::problem::Kind;
use portal::registration::{Registered, Registration, Replaced, Stage};
use portal::steps::Field;
use portal::values::{AccountKey, Draft, FieldCode, MemberId, OfficeName, RequestKey};

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// How often the registration is decided again because another request wrote the office or an account first.
const ROUNDS: u32 = 20;

/// The dependencies of this step.
#[derive(Clone)]
pub struct Deps {
    /// Registrations.
    pub flows: Flows<Registration>,
    /// Derives initial passwords.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

/// The result of 登録する.
enum Registering {
    /// Registered, by this request.
    Registered(Box<Member>, Registered),
    /// Registered by an earlier request of the same registration, whose answer was lost.
    RegisteredBefore(Founding, AccountKey),
    /// Another registration has the office.
    OfficeTaken,
    /// The address has an owner, or too many claims.
    EmailTaken,
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let (flows, now) = (&deps.flows, call.now);
    let key = call.key()?.clone();
    let flow = flows.open(&call).await?;
    let (office, profile, replaces) = match &flow.item.stage {
        Stage::Confirm {
            office,
            profile,
            replaces,
        } => (office.clone(), profile.clone(), replaces.clone()),
        Stage::Completed {
            registered: Some(registered),
            ..
        } if registered.request == key => {
            return replay(deps, &flow.item, registered, &call).await;
        }
        Stage::SecurityCode { .. }
        | Stage::Otp { .. }
        | Stage::Profile { .. }
        | Stage::AlreadyRegistered { .. }
        | Stage::Completed { .. } => return Err(flows.wrong_step(&flow.item, now).await),
    };
    let typed = call.field(Field::Draft, |text| {
        if text.is_empty() {
            Err(FieldCode::Required)
        } else {
            Ok(Draft::new(text))
        }
    })?;
    if typed != profile.draft() {
        return Err(flows.refuse(&flow.item, Kind::DraftChanged, now).await);
    }
    let member = NewMember {
        id: MemberId::new(deps.flows.edge.random.id()?),
        office: office.clone(),
        profile,
        role: Role::Manager,
        key: deps.keys.current().clone(),
        nonce: deps.flows.edge.random.id()?,
    };
    let member = member.pending(now, &flows.edge.limits);
    match register(deps, &flow.item, &office, &member, replaces.as_ref(), &key, &call).await? {
        Registering::Registered(member, registered) => {
            let flow = complete(
                deps,
                flow,
                &office,
                &member.id,
                &member.profile.email.key(),
                registered,
            )
            .await?;
            let seats = Seats {
                claim: Claim::Taken,
                members: vec![*member],
            };
            let progress = wire::Progress::of_registration(&flow, &seats, now, &flows.edge.limits);
            Ok(Success::json(progress))
        }
        Registering::RegisteredBefore(founding, account) => {
            let registered = Registered::by(&founding);
            let flow = complete(
                deps,
                flow,
                &office,
                &founding.member,
                &account,
                registered.clone(),
            )
            .await?;
            if registered.request == key {
                replay(deps, &flow, &registered, &call).await
            } else {
                Err(flows.wrong_step(&flow, now).await)
            }
        }
        Registering::OfficeTaken => Err(move_to_already_registered(deps, flow, &office, &call).await?),
        Registering::EmailTaken => Err(flows
            .refuse_address(flow, &member.profile.email.key(), now)
            .await?),
    }
}

/// One commit: the office, the member, the address and the promise of the mail; or none of them.
///
/// Usually neither item exists: the first commit expects that, and costs no read. After a conflict, the returned
/// items are judged, and the next commit names their versions.
async fn register(
    deps: &Deps,
    flow: &Registration,
    office: &OfficeName,
    member: &Member,
    replaces: Option<&Replaced>,
    key: &RequestKey,
    call: &Call,
) -> Result<Registering, Stop> {
    let (table, limits, now) = (&deps.flows.table, &deps.flows.edge.limits, call.now);
    let founding = Founding {
        flow: flow.id.clone(),
        request: key.clone(),
        draft: member.profile.draft(),
        member: member.id.clone(),
        at: now,
    };
    let new = Office::founded(office.clone(), founding, member);
    let address = member.profile.email.key();

    let mut known: Option<Stored<Office>> = match replaces {
        Some(_) => table.get(&office.number, Consistency::Strong).await?,
        None => None,
    };
    let mut there: Option<Stored<Account>> = None;
    for _ in 0..ROUNDS {
        let holders = match &known {
            Some(current) => table.members_of(&current.item).await?,
            None => Vec::new(),
        };
        if let Some(current) = &known {
            let may = current.item.may_be_claimed_by(
                &new.founding,
                replaces,
                holders.iter().map(|(holder, _)| holder),
                now,
                limits,
            );
            match may {
                Ok(()) => {}
                Err(NotClaimed::Before(founding, account)) => {
                    return Ok(Registering::RegisteredBefore(*founding, account));
                }
                Err(NotClaimed::Taken) => return Ok(Registering::OfficeTaken),
            }
        }
        // The account of a holder of a seat is judged once, and replaced in the version that was judged.
        let held = holders.iter().map(|(_, account)| account);
        if let Some(held) = held.into_iter().find(|account| account.item.key == address) {
            there = Some(held.clone());
        }
        let before = there.as_ref().map(|stored| &stored.item);
        let Some(seated) = Account::take_seat(before, member, &flow.id, now, limits) else {
            return Ok(Registering::EmailTaken);
        };
        // The member, with what continues from the claim that it replaces.
        let registered = seated.item().noted(&member.id).unwrap_or(member).clone();
        let mut commit = Commit::default();
        commit.put(Put::from(new.clone()), known.as_ref().into());
        commit.put(seated, there.as_ref().into());
        // Every holder of a seat leaves it in the same commit: no one can log in by it meanwhile.
        for (holder, old) in holders.iter().filter(|(_, old)| old.item.key != address) {
            if let Some(left) = old.item.leave_seat(&holder.id, &flow.id, now) {
                commit.put(left, Replacing::Read(old));
            }
        }
        let Err(mut conflicts) = table.commit(&commit).await? else {
            return Ok(Registering::Registered(
                Box::new(registered),
                Registered::by(&new.founding),
            ));
        };
        conflicts.update(&mut known)?;
        conflicts.update(&mut there)?;
    }
    Err(Fault::Contention("OFFICE").into())
}

/// Records the commit in the flow. If this write is lost, the next request repeats it.
async fn complete(
    deps: &Deps,
    flow: Stored<Registration>,
    office: &OfficeName,
    member: &MemberId,
    account: &AccountKey,
    registered: Registered,
) -> Result<Registration, Stop> {
    let complete = |current: Option<&Registration>| {
        Ok::<_, Stop>(or_no_flow(current)?.complete(
            office.clone(),
            member.clone(),
            account.clone(),
            registered.clone(),
        ))
    };
    Ok(deps.flows.table.change(Some(flow), complete).await?.0)
}

/// The first answer again, whatever happened since: nothing is done twice, and no second mail is sent.
async fn replay(deps: &Deps, flow: &Registration, registered: &Registered, call: &Call) -> Answer {
    let same_body =
        call.fields.text(Field::Draft) == Some(registered.draft.as_str()) && call.fields.unknown().is_empty();
    if !same_body {
        return Err(Kind::IdempotencyKeyReused.into());
    }
    let progress = flow.progress(&deps.flows, registered.at).await?;
    let first = progress.as_first_answered(registered.at, &deps.flows.edge.limits);
    Ok(Success::json(first))
}

/// Another registration claimed the office first: the person sees its members, and the actions that are left.
async fn move_to_already_registered(
    deps: &Deps,
    flow: Stored<Registration>,
    office: &OfficeName,
    call: &Call,
) -> Result<Stop, Stop> {
    let lose = |current: Option<&Registration>| {
        Ok::<_, Stop>(or_no_flow(current)?.move_to_already_registered(office.clone()))
    };
    let (flow, _) = deps.flows.table.change(Some(flow), lose).await?;
    Ok(deps
        .flows
        .refuse(&flow, Kind::OrganisationAlreadyRegistered, call.now)
        .await)
}
