//! メールアドレスの変更 — another address for a person who is logged in: a code goes there, and the right one moves the member
//! in one commit (`docs/adr/0034-an-address-changes-in-one-commit.md`).

mod moving;

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::keys::Keys;
use platform::session::{Sessions, SignedIn};
use platform::store::{Consistency, Stored};
use platform::wire;
use portal::account::Account;
use portal::address_change::AddressChange;
use portal::audit::NoEvent;
use portal::challenge::Challenge;
use portal::change::Change;
use portal::code::{OneTimeCode, Purpose};
use portal::office::Office;
use portal::problem::{Kind, Refusal};
use portal::steps::{Field, Step};
use portal::time::plus;
use portal::values::{AccountKey, ChallengeId, EmailAddress, FieldCode};

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
    /// Derives codes.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.sessions.edge.serve(request, |call| step(deps, call)).await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let signed_in = deps.sessions.signed_in(&call).await?;
    match call.step {
        Step::StartAddressChange => start(deps, &signed_in, &call).await,
        Step::EnterAddressOtp => Box::pin(enter(deps, &signed_in, &call)).await,
        Step::ResendAddressOtp => resend(deps, &signed_in, &call).await,
        Step::ShowAddressChange => show(deps, &signed_in, &call).await,
        Step::CancelAddressChange => cancel(deps, &signed_in, &call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

/// The change of this session that its member may still complete.
async fn open(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Result<Option<Stored<AddressChange>>, Stop> {
    let id = &signed_in.session.flow;
    let stored: Option<Stored<AddressChange>> = deps.sessions.table.get(id, Consistency::Strong).await?;
    Ok(stored.filter(|stored| stored.item.is_open_for(&signed_in.member, call.now)))
}

fn answer(deps: &Deps, change: Option<&AddressChange>, call: &Call) -> Success {
    Success::json(wire::AddressChange::of(
        change,
        call.now,
        &deps.sessions.edge.limits,
    ))
}

/// The new address; the present one is refused.
fn new_address(signed_in: &SignedIn, call: &Call) -> Result<EmailAddress, Stop> {
    call.field(Field::Email, |typed| {
        let email = EmailAddress::parse(typed)?;
        if email.key() == signed_in.account.item.key {
            return Err(FieldCode::SameAsBefore);
        }
        Ok(email)
    })
}

/// Mails a code to the new address. The question about the address is charged to the office before it is answered, and the
/// mail to the member before it is promised.
async fn start(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let (sessions, limits, now) = (&deps.sessions, &deps.sessions.edge.limits, call.now);
    if !signed_in.session.has_fresh_proof(now, limits) {
        return Err(Kind::FreshProofRequired.into());
    }
    let email = new_address(signed_in, call)?;
    let key = email.key();
    charge_question(deps, signed_in, &key, call).await?;
    let there: Option<Stored<Account>> = sessions.table.get(&key, Consistency::Strong).await?;
    if there.is_some_and(|there| there.item.owner().is_some()) {
        return Err(Kind::EmailTaken.into());
    }
    let asked = sessions
        .decide(signed_in, now, |account, member, by| {
            Ok(account.ask_address_change(member, by, now, limits))
        })
        .await?;
    asked.map_err(Refusal::from)?;
    let expires_at = plus(now, limits.address_change_life);
    let id = ChallengeId::new(sessions.edge.random.id()?);
    let change = AddressChange {
        id: signed_in.session.flow.clone(),
        account: signed_in.account.item.key.clone(),
        member: signed_in.member.id.clone(),
        credential_version: signed_in.member.credential_version,
        expires_at,
        challenge: Challenge::begin(
            id,
            Purpose::AddressChange,
            &deps.keys,
            email,
            expires_at,
            now,
            limits,
        )?,
    };
    // Whatever the session began before is over: its mail is sent, and stays counted.
    let begin = |_: Option<&AddressChange>| Ok::<_, Stop>(Change::Store(change.clone().into(), ()));
    sessions.table.change(None, begin).await?;
    Ok(answer(deps, Some(&change), call))
}

/// Counts the question about this address, whether the address is taken or not.
async fn charge_question(
    deps: &Deps,
    signed_in: &SignedIn,
    address: &AccountKey,
    call: &Call,
) -> Result<(), Stop> {
    let (table, limits) = (&deps.sessions.table, &deps.sessions.edge.limits);
    let number = &signed_in.member.office.number;
    let office: Option<Stored<Office>> = table.get(number, Consistency::Strong).await?;
    let ask = |current: Option<&Office>| {
        let office = current.ok_or(Fault::MissingItem("OFFICE"))?;
        Ok::<_, Stop>(office.ask(address, call.now, limits))
    };
    let (asked, _) = table.change(office, ask).await?;
    Ok(asked.map_err(Refusal::from)?)
}

/// Judges a code: a try is spent before it is compared; a wrong code is counted on the account before the answer, a right one
/// moves the member.
async fn enter(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let (sessions, limits, now) = (&deps.sessions, &deps.sessions.edge.limits, call.now);
    let change = open(deps, signed_in, call).await?.ok_or(Kind::WrongStep)?;
    let typed = call.field(Field::Code, OneTimeCode::parse)?;
    let challenge = &change.item.challenge;
    challenge.check(now, limits).map_err(Refusal::from)?;
    // No try is spent while codes are stopped; the account's write checks that again.
    signed_in.member.changes.check(now).map_err(Refusal::from)?;
    let judged = challenge.judge(&typed, &deps.keys)?;
    let decide = |current: Option<&AddressChange>| {
        let spent = current.map(|change| change.spend_try(&judged, now, limits));
        Ok::<_, Stop>(spent.unwrap_or(Change::Keep(Err(Kind::WrongStep.into()))))
    };
    let (spent, change) = sessions.table.change(Some(change), decide).await?;
    let is_right = spent?;
    let change = change.ok_or(Kind::WrongStep)?;
    if is_right {
        return moving::complete(deps, signed_in, &change.item, call).await;
    }
    let counted = sessions
        .decide(signed_in, now, |account, member, by| {
            Ok(account.fail_address_code(member, by, now, limits))
        })
        .await?;
    counted.map_err(Refusal::from)?;
    Err(change.item.wrong_code(limits).into())
}

async fn resend(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let (sessions, limits, now) = (&deps.sessions, &deps.sessions.edge.limits, call.now);
    let change = open(deps, signed_in, call).await?.ok_or(Kind::WrongStep)?;
    call.no_fields()?;
    // No mail is counted for a resend that is refused.
    change
        .item
        .challenge
        .may_be_resent(now, limits)
        .map_err(Refusal::from)?;
    let promised = sessions
        .decide(signed_in, now, |account, member, by| {
            Ok(account.ask_address_change(member, by, now, limits))
        })
        .await?;
    promised.map_err(Refusal::from)?;
    let decide = |current: Option<&AddressChange>| match current {
        None => Ok(Change::Keep(Err(Kind::WrongStep.into()))),
        Some(change) => Ok::<_, Stop>(change.resend_code(&deps.keys, now, limits)?),
    };
    let (resent, change) = sessions.table.change(Some(change), decide).await?;
    if let Err(refusal) = resent {
        // Another request of the session was first.
        sessions
            .decide(signed_in, now, |account, member, by| {
                Ok(account.refund_address_code(member, by, now, limits))
            })
            .await?;
        return Err(refusal.into());
    }
    Ok(answer(deps, change.as_ref().map(|stored| &stored.item), call))
}

async fn show(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let change = open(deps, signed_in, call).await?;
    Ok(answer(deps, change.as_ref().map(|stored| &stored.item), call))
}

/// The session changes no address any more. A change that another tab began meanwhile goes on.
async fn cancel(deps: &Deps, signed_in: &SignedIn, call: &Call) -> Answer {
    let change = open(deps, signed_in, call).await?;
    call.no_fields()?;
    let cancelled = change.as_ref().map(|change| change.item.challenge.id.clone());
    let end = |current: Option<&AddressChange>| {
        let is_it = current.map(|change| &change.challenge.id) == cancelled.as_ref();
        Ok::<_, Stop>(if is_it {
            Change::Remove(NoEvent::NoAct, ())
        } else {
            Change::Keep(())
        })
    };
    deps.sessions.table.change(change, end).await?;
    Ok(Success::nothing())
}
