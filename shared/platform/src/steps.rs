//! What several steps of a flow share: finding the flow, and saying where it stands.

use std::sync::Arc;

use jiff::Timestamp;
use portal::account::{Account, Member, Session};
use portal::challenge::Challenge;
use portal::change::{Change, Put};
use portal::claims::RegisteredOffice;
use portal::code::Purpose;
use portal::keys::KeyRing;
use portal::limits::Limits;
use portal::login::{Gained, Login, Over, SessionPointer};
use portal::office::{Claim, Office};
use portal::problem::{Kind, Refusal};
use portal::progress::{self, Progress, Seats};
use portal::registration::{self, NoMailAddress, Registration, Stage};
use portal::steps::Cookie;
use portal::terms::Terms;
use portal::time::plus;
use portal::values::{AccountKey, ChallengeId, DeviceId, FlowId, OfficeName, SessionId};

use crate::fault::Fault;
use crate::http::{Answer, Call, Edge, Problem, Stop, Success};
use crate::store::{Consistency, Item, NetworkRecord, Replacing, Stored, Table, Written};

/// What a step of 初回利用登録 touches.
#[derive(Clone)]
pub struct Registrations {
    /// The gate.
    pub edge: Edge,
    /// The table.
    pub table: Table,
}

/// What a step of ログイン touches.
#[derive(Clone)]
pub struct Logins {
    /// The gate.
    pub edge: Edge,
    /// The table.
    pub table: Table,
    /// The terms in force.
    pub terms: &'static Terms,
}

/// A no whose cookie is over, too: unknown, ended and expired flows are alike.
pub fn no_flow(cookie: Cookie) -> Stop {
    Problem::from(Kind::NoFlow).deleting(cookie).into()
}

/// The registration as it is when a decision is taken again: somebody may have ended it meanwhile.
pub fn living(current: Option<&Registration>) -> Result<&Registration, Stop> {
    current.ok_or_else(|| no_flow(Cookie::Registration))
}

/// The same for a log-in.
pub fn living_login(current: Option<&Login>) -> Result<&Login, Stop> {
    current.ok_or_else(|| no_flow(Cookie::Login))
}

/// The same for the account of a log-in.
pub fn its_account(current: Option<&Account>) -> Result<&Account, Stop> {
    current.ok_or_else(|| no_flow(Cookie::Login))
}

impl Registrations {
    /// The living registration of the call's cookie.
    pub async fn flow(&self, call: &Call) -> Result<Stored<Registration>, Stop> {
        let gone = || no_flow(Cookie::Registration);
        let id = call.flow(Cookie::Registration).ok_or_else(gone)?;
        let stored: Option<Stored<Registration>> = self.table.get(&id, Consistency::Strong).await?;
        stored
            .filter(|stored| !stored.item.is_expired(call.now))
            .ok_or_else(gone)
    }

    /// What an office's members mean now: as of this moment where an answer rests on it, as of a moment ago where a
    /// condition decides later on.
    pub async fn seats(
        &self,
        office: &OfficeName,
        consistency: Consistency,
        now: Timestamp,
    ) -> Result<(Seats, Option<Stored<Office>>), Fault> {
        let office: Option<Stored<Office>> = self.table.get(&office.number, consistency).await?;
        let Some(stored) = office else {
            return Ok((Seats::none(), None));
        };
        let mut members = Vec::new();
        for (member, _) in self.table.members_of(&stored.item).await? {
            if !member.seat_has_expired(now, &self.edge.limits) {
                members.push(member);
            }
        }
        let claim = stored.item.claim(&members, now, &self.edge.limits);
        Ok((Seats { claim, members }, Some(stored)))
    }

    /// Promises the registration code to the address that the claims system names, and says at which stage
    /// the registration is then.
    pub async fn promise_code(
        &self,
        keys: &KeyRing,
        registered: &RegisteredOffice,
        (by, ends_at): (&FlowId, Timestamp),
        now: Timestamp,
    ) -> Result<Stage, Stop> {
        let limits = &self.edge.limits;
        let (office, address) = registration::office_and_address(registered)
            .map_err(|NoMailAddress| Stop::from(Kind::ClaimsNoMailAddress))?;
        let id = ChallengeId::new(self.edge.random.id()?);
        let challenge = Challenge::begin(
            id,
            Purpose::Registration,
            keys,
            address.clone(),
            ends_at,
            now,
            limits,
        )?;
        let key = address.key();
        let promise = |before: Option<&Account>| {
            Ok::<_, Stop>(Account::promise_registration_code(before, &key, by, now, limits))
        };
        self.table.change(None, promise).await?.0?;
        Ok(Stage::Otp { office, challenge })
    }

    /// Where the registration stands. A member who was replaced meanwhile leaves a dead flow behind.
    pub async fn progress(&self, flow: &Registration, now: Timestamp) -> Result<Progress, Stop> {
        let seats = match &flow.stage {
            Stage::AlreadyRegistered { office } => self.seats(office, Consistency::Strong, now).await?.0,
            Stage::Completed { member, account, .. } => {
                let account = self.table.get::<Account>(account, Consistency::Strong).await?;
                let owner = account
                    .and_then(|stored| stored.item.member)
                    .filter(|owner| owner.id == *member);
                let owner = owner.ok_or_else(|| no_flow(Cookie::Registration))?;
                Seats {
                    claim: Claim::Taken,
                    members: vec![owner],
                }
            }
            Stage::SecurityCode { .. }
            | Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. } => Seats::none(),
        };
        Ok(progress::of_registration(flow, &seats, now, &self.edge.limits))
    }

    /// The address is somebody's; the fifth such answer ends the registration, so that nobody asks through a list.
    pub async fn refuse_email(&self, flow: Stored<Registration>, now: Timestamp) -> Result<Stop, Stop> {
        let limits = &self.edge.limits;
        let count = |current: Option<&Registration>| Ok(living(current)?.count_email_taken(limits));
        Ok(match self.table.change::<_, _, Stop>(Some(flow), count).await? {
            ((), Some(flow)) => self.refuse(&flow.item, Kind::EmailTaken.into(), now).await,
            ((), None) => Problem::from(Kind::EmailTaken)
                .deleting(Cookie::Registration)
                .into(),
        })
    }

    /// Takes a decision on the flow, and answers as it says: with where the registration stands then.
    pub async fn decide(
        &self,
        flow: Stored<Registration>,
        now: Timestamp,
        decide: impl Fn(&Registration) -> Result<Change<Registration, Result<(), Refusal>>, Stop>,
    ) -> Result<Stored<Registration>, Stop> {
        match self
            .table
            .change(Some(flow), |current| decide(living(current)?))
            .await?
        {
            (Ok(()), Some(flow)) => Ok(flow),
            (Err(refusal), Some(flow)) => Err(self.refuse(&flow.item, refusal, now).await),
            (_, None) => Err(no_flow(Cookie::Registration)),
        }
    }

    /// A yes with where the registration stands.
    pub async fn answer(&self, flow: &Registration, now: Timestamp) -> Result<Success, Stop> {
        Ok(Success::progress(&self.progress(flow, now).await?))
    }

    /// The answer to a submission that belongs to another stage: where the person is. Nothing is spent.
    pub async fn wrong_step(&self, flow: &Registration, now: Timestamp) -> Stop {
        self.refuse(flow, Kind::WrongStep.into(), now).await
    }

    /// A no with where the registration stands.
    pub async fn refuse(&self, flow: &Registration, refusal: Refusal, now: Timestamp) -> Stop {
        match self.progress(flow, now).await {
            Ok(progress) => Problem::from(refusal).with_progress(progress).into(),
            Err(stop) => stop,
        }
    }
}

impl Logins {
    /// The living log-in of the call's cookie.
    pub async fn flow(&self, call: &Call) -> Result<Stored<Login>, Stop> {
        let gone = || no_flow(Cookie::Login);
        let id = call.flow(Cookie::Login).ok_or_else(gone)?;
        let stored: Option<Stored<Login>> = self.table.get(&id, Consistency::Strong).await?;
        stored
            .filter(|stored| !stored.item.is_expired(call.now))
            .ok_or_else(gone)
    }

    /// The account of a log-in, its member, and the flow brought up to what the account says.
    ///
    /// A log-in whose credential is no longer the member's is over. One that was completed in a request whose
    /// answer was lost stands at マイページ, though its item does not know yet.
    pub async fn member(
        &self,
        flow: Stored<Login>,
        now: Timestamp,
    ) -> Result<(Stored<Login>, Stored<Account>, Member), Stop> {
        let gone = || no_flow(Cookie::Login);
        let account: Option<Stored<Account>> =
            self.table.get(&flow.item.account, Consistency::Strong).await?;
        let account = account.ok_or_else(gone)?;
        let member = account
            .item
            .owner(now, &self.edge.limits)
            .cloned()
            .ok_or_else(gone)?;
        let completed = flow.item.completed_by(&member);
        if completed.is_none() && flow.item.member_of(Some(&member)).is_none() {
            return Err(gone());
        }
        let Some(completed) = completed else {
            return Ok((flow, account, member));
        };
        let bring_up = |current: Option<&Login>| Ok(current.ok_or_else(gone)?.bring_up_to(&completed));
        let ((), flow) = self.table.change::<_, _, Stop>(Some(flow), bring_up).await?;
        Ok((flow.ok_or_else(gone)?, account, member))
    }

    /// Takes a decision on the flow, and answers as it says: with where the log-in stands then.
    pub async fn decide(
        &self,
        flow: Stored<Login>,
        now: Timestamp,
        decide: impl Fn(&Login) -> Result<Change<Login, Result<(), Refusal>>, Stop>,
    ) -> Result<Stored<Login>, Stop> {
        match self
            .table
            .change(Some(flow), |current| decide(living_login(current)?))
            .await?
        {
            (Ok(()), Some(flow)) => Ok(flow),
            (Err(refusal), Some(flow)) => Err(self.refuse(&flow.item, refusal, now)),
            (_, None) => Err(no_flow(Cookie::Login)),
        }
    }

    /// Why a log-in does not go on, as an answer.
    pub fn over(&self, flow: &Login, over: Over, now: Timestamp) -> Stop {
        match over {
            Over::Gone => no_flow(Cookie::Login),
            Over::Completed(completed) => self.wrong_step(&completed, now),
            Over::Stopped(not) => self.refuse(flow, not.into(), now),
        }
    }

    /// What the browser gets if this call completes the log-in: a session, and a name by which the account knows it.
    pub fn gains(&self, flow: &Login, call: &Call) -> Result<Gains, Fault> {
        let random = &self.edge.random;
        let session = random.cookie()?;
        let device = call
            .device()
            .map_or_else(|| random.cookie(), |known| Ok(known.to_owned()))?;
        let limits = &self.edge.limits;
        Ok(Gains {
            gained: Gained {
                session: flow.session(SessionId::of_cookie(&session), call.now, limits),
                device: DeviceId::of_cookie(&device, &flow.account),
            },
            session,
            device,
            device_until: plus(call.now, limits.known_device_life),
        })
    }

    /// Writes what a session's cookie finds.
    pub async fn point(&self, session: &Session, flow: &Login, now: Timestamp) -> Result<(), Stop> {
        let pointer = SessionPointer {
            id: session.id.clone(),
            account: flow.account.clone(),
            member: flow.member.clone(),
            expires_at: session.expires_at,
            last_seen_at: now,
        };
        match self.table.put(Put::from(pointer), Replacing::Nothing).await? {
            Written::Done(_) => Ok(()),
            Written::Conflict(_) => Err(Kind::TemporarilyUnavailable.into()),
        }
    }

    /// Where the log-in stands.
    pub fn progress(&self, flow: &Login, now: Timestamp) -> Progress {
        progress::of_login(flow, self.terms, now, &self.edge.limits)
    }

    /// A yes with where the log-in stands.
    pub fn answer(&self, flow: &Login, now: Timestamp) -> Success {
        Success::progress(&self.progress(flow, now))
    }

    /// The answer to a submission that belongs to another stage.
    pub fn wrong_step(&self, flow: &Login, now: Timestamp) -> Stop {
        self.refuse(flow, Kind::WrongStep.into(), now)
    }

    /// A no with where the log-in stands.
    pub fn refuse(&self, flow: &Login, refusal: Refusal, now: Timestamp) -> Stop {
        Problem::from(refusal)
            .with_progress(self.progress(flow, now))
            .into()
    }
}

/// What a browser gets that completes a log-in. Has no `Debug`: it holds cookies.
pub struct Gains {
    /// What the account remembers of it.
    pub gained: Gained,
    session: String,
    device: String,
    device_until: Timestamp,
}

impl Gains {
    /// The answer with the cookies.
    #[must_use]
    pub fn hand_over(self, answer: Success) -> Success {
        answer
            .with_cookie(Cookie::Session, self.session)
            .with_device(self.device, self.device_until)
    }
}

/// By which name an account knows the caller's browser, if it has one.
pub fn device_of(call: &Call, account: &AccountKey) -> Option<DeviceId> {
    call.device().map(|cookie| DeviceId::of_cookie(cookie, account))
}

/// What became of a flow for which a mail was counted: where it surely did not promise it, the mail is given back.
///
/// Where it is not known what was written, the mail may go out, and counts. Were the process to die before this, the
/// address would have a mail less for the day, and never one more.
pub async fn or_give_mail_back<T>(
    promised: Result<T, Stop>,
    table: &Table,
    account: &AccountKey,
    by: &FlowId,
    at: Timestamp,
) -> Result<T, Stop> {
    if matches!(promised, Err(Stop::Refused(_))) {
        let known: Option<Stored<Account>> = table.get(account, Consistency::Strong).await?;
        let give_back = |before: Option<&Account>| Ok::<_, Stop>(Account::refund_mail(before, by, at));
        table.change(known, give_back).await?;
    }
    promised
}

/// Takes a step again from its beginning while others crowd the item that it has to write: mostly one of them has
/// moved the flow on, and the step ends at once. Only for steps that ask no neighbour.
pub async fn patiently<F, A>(step: F) -> Answer
where
    F: Fn() -> A,
    A: Future<Output = Answer>,
{
    for _ in 0..PATIENCE {
        match step().await {
            Err(Stop::Broken(Fault::Contention(_))) => {}
            answer => return answer,
        }
    }
    step().await
}

const PATIENCE: u32 = 15;

/// Takes a request that may mail out of its network's hour. Where the budget is lifted, nothing is written.
pub async fn spend_network(table: &Table, limits: &Limits, call: &Call) -> Result<(), Stop> {
    let Some(network) = call
        .network
        .clone()
        .filter(|_| limits.mail_requests_per_network > 0)
    else {
        return Ok(());
    };
    let spend = |before: Option<&NetworkRecord>| {
        let budget =
            portal::guards::NetworkBudget::spend(before.map(|record| &record.budget), call.now, limits);
        let budget = budget.map_err(Refusal::from)?;
        let record = NetworkRecord {
            network: network.clone(),
            budget,
        };
        Ok(Change::Store(record.into(), ()))
    };
    table.change::<NetworkRecord, (), Stop>(None, spend).await?;
    Ok(())
}

/// Ends the living flow of a cookie that came with a start: the start took its place.
pub async fn end_flow_of<T: Item<Id = portal::values::FlowId>>(
    table: &Table,
    call: &Call,
    cookie: Cookie,
) -> Result<(), Fault> {
    match call.flow(cookie) {
        Some(id) => table.forget::<T>(&id).await,
        None => Ok(()),
    }
}

/// The key ring, where a step derives codes.
pub type Keys = Arc<KeyRing>;
