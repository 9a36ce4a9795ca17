//! 引き継ぎの申請と取り下げ — the person who proves a registered office asks to take it over, or withdraws that
//! (`docs/api.md` 3).

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::Keys;
use platform::store::{Commit, Consistency, ROUNDS, Replacing, Stored};
use platform::take_over::{self, OfficeSnapshot};
use platform::wire::Progress;
use portal::change::Put;
use portal::office::Seats;
use portal::problem::{Kind, Refusal};
use portal::registration::{Registration, Stage};
use portal::steps::Step;
use portal::take_over::{Agenda, Applicant, News, StopCode, TakeOver};
use portal::values::{AgendaDay, EmailAddress, OfficeName, RequestKey};

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
    /// Derives stop codes.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    match call.step {
        Step::AskForTakeOver => ask(deps, call).await,
        Step::WithdrawTakeOver => withdraw(deps, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

async fn ask(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let key = call.key()?.clone();
    let flow = flows.open(&call).await?;
    if let Some(first) = as_first_asked(deps, &flow.item, &key, &call).await? {
        return replay(deps, &flow.item, first, &call).await;
    }
    let seats = flows.seats_of(&flow.item, now).await?;
    let refusal = match flow.item.may_ask_for_take_over(&seats, now, limits) {
        Ok((office, contact)) => {
            call.no_fields()?;
            match begin(deps, &flow.item, office, contact, &key, &call).await? {
                Ok(()) => return flows.answer(&flow.item, now).await,
                Err(refusal) => refusal,
            }
        }
        Err(refusal) => refusal,
    };
    // An earlier sending of this very request may have been stored since it was looked for.
    match as_first_asked(deps, &flow.item, &key, &call).await? {
        Some(first) => replay(deps, &flow.item, first, &call).await,
        None => Err(flows.refuse(&flow.item, refusal, now).await),
    }
}

/// One commit: the take-over's record, the office, the agenda of the day on which it opens, and the mails. The office is written, so
/// that the members who are told are those of this moment.
async fn begin(
    deps: &Deps,
    flow: &Registration,
    office: &OfficeName,
    contact: &EmailAddress,
    key: &RequestKey,
    call: &Call,
) -> Result<Result<(), Refusal>, Stop> {
    let (table, limits, now) = (&deps.flows.table, &deps.flows.edge.limits, call.now);
    let applicant = Applicant {
        office,
        flow: &flow.id,
        request: key,
        claims_user: &flow.claims_user,
        contact,
    };
    let stop_code = StopCode {
        key: deps.keys.current().clone(),
        nonce: deps.flows.edge.random.id()?,
    };
    for round in 0..ROUNDS {
        let snapshot = OfficeSnapshot::read(table, &office.number).await?;
        let Some(snapshot) = snapshot.filter(|snapshot| snapshot.is_taken(now, limits)) else {
            return Ok(Err(Kind::WrongStep.into()));
        };
        let before = snapshot.take_over.as_ref();
        let asked = TakeOver::ask(
            before.map(|stored| &stored.item),
            &applicant,
            stop_code.clone(),
            now,
            limits,
        );
        let asked = match asked {
            Ok(asked) => asked,
            Err(why) => return Ok(Err(why.into())),
        };
        let (from, until) = (asked.item().from, asked.item().until);
        let day = AgendaDay::of(from);
        let agenda: Option<Stored<Agenda>> = table.get(&day, Consistency::Strong).await?;
        let listed = Agenda::with(agenda.as_ref().map(|stored| &stored.item), &day, &office.number);
        let marked = snapshot.office.item.clone().with_take_over(until);
        let members = snapshot.members.iter().map(|(member, _)| member);
        let mails = asked.item().mails(News::Asked, members, now, limits);
        let mut commit = Commit::default();
        commit.put(asked, before.into());
        commit.put(Put::from(marked), Replacing::Read(&snapshot.office));
        commit.put(Put::from(listed), agenda.as_ref().into());
        commit.promise(mails, &deps.flows.edge.random, now)?;
        if table.commit(&commit).await?.is_ok() {
            return Ok(Ok(()));
        }
        table.back_off(round).await?;
    }
    Err(Fault::Contention("TAKEOVER").into())
}

/// The take-over as it was first asked for by this request, if it was within a day.
async fn as_first_asked(
    deps: &Deps,
    flow: &Registration,
    key: &RequestKey,
    call: &Call,
) -> Result<Option<TakeOver>, Stop> {
    let (flows, now) = (&deps.flows, call.now);
    let Some(office) = flow.office() else {
        return Ok(None);
    };
    let known: Option<Stored<TakeOver>> = flows.table.get(&office.number, Consistency::Strong).await?;
    Ok(known.and_then(|known| known.item.as_first_asked(&flow.id, key, now, &flows.edge.limits)))
}

/// The first answer again, whatever happened since: nothing is done twice, and no second mail is sent.
async fn replay(deps: &Deps, flow: &Registration, first: TakeOver, call: &Call) -> Answer {
    if !call.fields.unknown().is_empty() {
        return Err(Kind::IdempotencyKeyReused.into());
    }
    let (flows, asked_at) = (&deps.flows, first.asked.at);
    let office = first.office.clone();
    let seats = Seats {
        take_over: Some(first),
        ..flows.seats(&office, Consistency::Strong, call.now).await?
    };
    let stood = flow.at(Stage::AlreadyRegistered { office });
    let progress = Progress::of_registration(&stood, &seats, asked_at, &flows.edge.limits);
    Ok(Success::json(progress))
}

async fn withdraw(deps: &Deps, call: Call) -> Answer {
    let (flows, now) = (&deps.flows, call.now);
    let flow = flows.open(&call).await?;
    let Stage::AlreadyRegistered { office } = &flow.item.stage else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    let by = &flow.item.id;
    let known: Option<Stored<TakeOver>> = flows.table.get(&office.number, Consistency::Strong).await?;
    if !known.is_some_and(|known| known.item.is_under_way(now)) {
        return Err(flows.wrong_step(&flow.item, now).await);
    }
    call.no_fields()?;
    let withdraw = |take_over: &TakeOver| take_over.withdraw(by, now);
    if take_over::end(&flows.edge, &flows.table, &office.number, Some(by), now, withdraw).await? {
        flows.answer(&flow.item, now).await
    } else {
        Err(flows.wrong_step(&flow.item, now).await)
    }
}
