//! 入力情報の確認 — 「登録する」: the office and its first member, once.

mod take_over;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::{Flow as _, Flows, or_no_flow};
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::Keys;
use platform::store::{Commit, Consistency, ROUNDS, Stored};
use platform::wire;
use portal::account::{Account, Member, NewMember, Role};
use portal::office::{Availability, Founding, NotRegistered, Office, Registering, Seats};
use portal::problem::Kind;
use portal::registration::{Registered, Registration, Replaced, Stage};
use portal::steps::Field;
use portal::values::{AccountKey, Draft, FieldCode, MemberId, OfficeName};

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
    /// Registrations.
    pub flows: Flows<Registration>,
    /// Derives initial passwords.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
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
    let address = member.profile.email.key();
    let founding = Founding {
        flow: flow.item.id.clone(),
        request: key.clone(),
        draft: member.profile.draft(),
        member: member.id.clone(),
        at: now,
        password_ends_at: None,
    };
    let registered = match &replaces {
        Some(Replaced::Everyone) => take_over::register(deps, &member, &founding, now).await?,
        Some(Replaced::Pending { .. }) | None => {
            let registering = Registering {
                office: &office,
                member: &member.pending(now, &flows.edge.limits),
                replaces: replaces.as_ref(),
                founding: &founding,
            };
            register(deps, &registering, now).await?
        }
    };
    let confirmed = Confirmed {
        flow,
        office,
        address,
        founding,
    };
    answer(deps, confirmed, registered, &call).await
}

/// A 「登録する」 with the draft that the person saw.
struct Confirmed {
    flow: Stored<Registration>,
    office: OfficeName,
    address: AccountKey,
    founding: Founding,
}

/// Moves the flow to where the outcome leads, and answers.
async fn answer(
    deps: &Deps,
    confirmed: Confirmed,
    registered: Result<Member, NotRegistered>,
    call: &Call,
) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let Confirmed {
        flow,
        office,
        address,
        founding,
    } = confirmed;
    match registered {
        Ok(member) => {
            let founding = founding.with_password_of(&member, limits);
            let flow = complete(deps, flow, &office, &founding, &address).await?;
            let seats = Seats {
                availability: Availability::Taken,
                members: vec![member],
                take_over: None,
            };
            Ok(Success::json(wire::Progress::of_registration(
                &flow, &seats, now, limits,
            )))
        }
        Err(NotRegistered::Before(first, account)) => {
            let flow = complete(deps, flow, &office, &first, &account).await?;
            if first.request == founding.request {
                replay(deps, &flow, &Registered::by(&first), call).await
            } else {
                Err(flows.wrong_step(&flow, now).await)
            }
        }
        Err(NotRegistered::OfficeTaken) => Err(move_to_already_registered(deps, flow, &office, call).await?),
        Err(NotRegistered::EmailTaken) => Err(flows.refuse_address(flow, &address, now).await?),
    }
}

/// Reads, decides and commits, until no other request has written one of the items in between. Answers with the member
/// as stored.
///
/// Usually neither item exists: the first commit expects that, and costs no read. After a conflict, the returned
/// items are judged, and the next commit names their versions.
async fn register(
    deps: &Deps,
    registering: &Registering<'_>,
    now: Timestamp,
) -> Result<Result<Member, NotRegistered>, Stop> {
    let (table, limits) = (&deps.flows.table, &deps.flows.edge.limits);
    let mut known: Option<Stored<Office>> = match registering.replaces {
        Some(_) => table.get(&registering.office.number, Consistency::Strong).await?,
        None => None,
    };
    let mut there: Option<Stored<Account>> = None;
    for round in 0..ROUNDS {
        let holders = match &known {
            Some(current) => table.members_of(&current.item).await?,
            None => Vec::new(),
        };
        // The account of a holder of a seat is judged once, and replaced in the version that was judged.
        let address = registering.member.profile.email.key();
        if let Some((_, held)) = holders.iter().find(|(_, held)| held.item.key == address) {
            there = Some(held.clone());
        }
        let read: Vec<_> = holders
            .iter()
            .map(|(holder, held)| (holder, &held.item))
            .collect();
        let decided = registering.decide(
            known.as_ref().map(|stored| &stored.item),
            &read,
            there.as_ref().map(|stored| &stored.item),
            now,
            limits,
        );
        let writes = match decided {
            Ok(writes) => writes,
            Err(not) => return Ok(Err(not)),
        };
        let registered = writes.member.clone();
        let others = holders.iter().map(|(_, held)| held);
        let commit = Commit::seating(writes, known.as_ref(), there.as_ref(), others);
        let Err(mut conflicts) = table.commit(&commit).await? else {
            return Ok(Ok(registered));
        };
        conflicts.update(&mut known)?;
        conflicts.update(&mut there)?;
        table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}

/// Records the commit in the flow. If this write is lost, the next request repeats it.
async fn complete(
    deps: &Deps,
    flow: Stored<Registration>,
    office: &OfficeName,
    founding: &Founding,
    account: &AccountKey,
) -> Result<Registration, Stop> {
    let complete = |current: Option<&Registration>| {
        Ok::<_, Stop>(or_no_flow(current)?.complete(
            office.clone(),
            founding.member.clone(),
            account.clone(),
            Registered::by(founding),
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
    let first = progress.as_first_answered(registered, &deps.flows.edge.limits);
    Ok(Success::json(first))
}

/// Another registration was first with the office: the person sees its members, and the actions that are left.
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
