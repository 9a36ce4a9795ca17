//! The parts of a flow that only ログイン has.

use jiff::Timestamp;
use portal::account::{Account, Caller, Member, Session};
use portal::change::{Change, Put};
use portal::login::{Gained, Login, Over, SessionPointer, Standing};
use portal::problem::Kind;
use portal::steps::Cookie;
use portal::terms::Terms;
use portal::time::Seconds;
use portal::values::{AccountKey, DeviceId, SessionId};

use super::{Flow, Flows, no_flow, or_no_flow};
use crate::fault::Fault;
use crate::http::{Call, DEVICE_NAMES_SEPARATOR, MOST_DEVICE_NAMES, Stop, Success};
use crate::keys::Keys;
use crate::store::{Consistency, Item as _, Replacing, Retries, Stored, Written};
use crate::wire::Progress;

impl Flow for Login {
    /// The terms in force.
    type Context = &'static Terms;

    const COOKIE: Cookie = Cookie::Login;

    fn is_expired(&self, now: Timestamp) -> bool {
        self.is_expired(now)
    }

    async fn progress(&self, flows: &Flows<Self>, now: Timestamp) -> Result<Progress, Stop> {
        Ok(Progress::of_login(self, flows.terms(), now, &flows.edge.limits))
    }
}

/// Why a decision on the account was not taken.
enum NotDecided {
    Over(Over),
    Broken(Fault),
}

impl From<Fault> for NotDecided {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

impl Flows<Login> {
    /// The terms in force.
    pub const fn terms(&self) -> &'static Terms {
        self.context
    }

    /// The account of a log-in, its member, and the flow, updated to what the account says.
    ///
    /// A log-in whose credential is no longer the member's is over. One that was completed in a request whose answer
    /// was lost is at マイページ, though its own item does not say so yet.
    ///
    /// An eventually consistent read is sufficient where the account's write decides in the end; that a log-in is
    /// over is decided by a strong one.
    pub async fn follow_account(
        &self,
        flow: Stored<Login>,
        consistency: Consistency,
        now: Timestamp,
    ) -> Result<(Stored<Login>, Stored<Account>, Member), Stop> {
        let gone = no_flow::<Login>;
        let key = flow.item.account.clone();
        let is_current = |account: &Stored<Account>| {
            flow.item
                .standing(&account.item, now, &self.edge.limits)
                .is_some()
        };
        let recent: Option<Stored<Account>> = self.table.get(&key, consistency).await?;
        let account = match recent.filter(is_current) {
            None if consistency == Consistency::Eventual => self.table.get(&key, Consistency::Strong).await?,
            recent => recent,
        };
        let account = account.ok_or_else(gone)?;
        let (member, standing) = flow
            .item
            .standing(&account.item, now, &self.edge.limits)
            .ok_or_else(gone)?;
        let member = member.clone();
        let flow = match standing {
            Standing::Open => flow,
            Standing::Completed(completed) => self.bring_up(flow, &completed).await?.ok_or_else(gone)?,
        };
        Ok((flow, account, member))
    }

    /// Updates the flow's item to what the account says.
    pub async fn bring_up(
        &self,
        flow: Stored<Login>,
        completed: &Login,
    ) -> Result<Option<Stored<Login>>, Stop> {
        let bring_up = |current: Option<&Login>| Ok(or_no_flow(current)?.bring_up_to(completed));
        let ((), flow) = self.table.change::<_, _, Stop>(Some(flow), bring_up).await?;
        Ok(flow)
    }

    /// Decides on the account of a log-in, and stores the decision. The account's state takes precedence over the
    /// flow's item.
    ///
    /// Use [`Retries::Few`] for a step that is then repeated ([`crate::contention::retry_on_contention`]).
    pub async fn decide_on_account<R: Send>(
        &self,
        flow: &Login,
        account: Option<Stored<Account>>,
        retries: Retries,
        now: Timestamp,
        decide: impl Fn(&Account) -> Result<Change<Account, R>, Over>,
    ) -> Result<R, Stop> {
        let decide = |current: Option<&Account>| {
            current
                .ok_or(Over::Gone)
                .and_then(&decide)
                .map_err(NotDecided::Over)
        };
        match self.table.change_within(retries, account, decide).await {
            Ok((answer, _)) => Ok(answer),
            // Without its account the log-in is over.
            Err(NotDecided::Over(Over::Gone)) => Err(no_flow::<Login>()),
            Err(NotDecided::Over(Over::Completed(completed))) => Err(self.wrong_step(&completed, now).await),
            Err(NotDecided::Over(Over::Stopped(not))) => Err(self.refuse(flow, not, now).await),
            Err(NotDecided::Broken(fault)) => Err(fault.into()),
        }
    }

    /// Refunds the mail that was counted for a code, if the write that promises it was refused.
    ///
    /// A fault keeps the charge: the write may have succeeded, and then the mail goes out. If the process dies before
    /// the refund, the member has one mail less for the day, never one more.
    pub async fn or_refund_code<T>(
        &self,
        promised: Result<T, Stop>,
        flow: &Login,
        at: Timestamp,
    ) -> Result<T, Stop> {
        if matches!(promised, Err(Stop::Refused(_))) {
            let known: Option<Stored<Account>> = self.table.get(&flow.account, Consistency::Strong).await?;
            let refund = |current: Option<&Account>| {
                Ok::<_, Stop>(current.map_or(Change::Keep(()), |account| {
                    flow.refund_code(account, at, &self.edge.limits)
                }))
            };
            self.table.change(known, refund).await?;
        }
        promised
    }

    /// Draws the session and the device name for a call that may complete the log-in.
    ///
    /// A device name that this account gave the browser is kept. Any other may be known to an attacker who got it
    /// from the portal and planted it, so the account gives a name of its own, and the browser keeps both: colleagues
    /// share a browser.
    pub fn new_session(&self, flow: &Login, account: &Account, call: &Call) -> Result<NewSession, Fault> {
        let (random, limits) = (&self.edge.random, &self.edge.limits);
        let session = random.cookie()?;
        let brought = call.device_names();
        let id_of = |name: &str| DeviceId::of_cookie(name, &flow.account);
        let known = account.owner().and_then(|member| {
            let gave = |name: &&&str| member.device(&id_of(name), call.now, limits).is_some();
            brought.iter().find(gave)
        });
        let name = known.map_or_else(|| random.cookie(), |name| Ok((*name).to_owned()))?;
        let device = id_of(&name);
        let others = brought.iter().copied().filter(|other| *other != name);
        let names: Vec<&str> = [name.as_str()]
            .into_iter()
            .chain(others)
            .take(MOST_DEVICE_NAMES)
            .collect();
        Ok(NewSession {
            gained: Gained {
                session: flow.session(SessionId::of_cookie(&session), call.browser, call.now, limits),
                device,
            },
            session,
            device: names.join(&DEVICE_NAMES_SEPARATOR.to_string()),
            device_life: limits.known_device_life,
        })
    }

    /// Stores the pointer from the session's cookie to the account.
    pub async fn store_pointer(&self, session: &Session, flow: &Login, now: Timestamp) -> Result<(), Stop> {
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
}

/// The session and the device name of a completed log-in. Has no `Debug`: it contains cookies.
pub struct NewSession {
    /// The part that the account stores.
    pub gained: Gained,
    session: String,
    device: String,
    device_life: Seconds,
}

impl NewSession {
    /// Adds the cookies to the answer.
    #[must_use]
    pub fn hand_over(self, answer: Success) -> Success {
        answer
            .with_cookie(Cookie::Session, self.session)
            .with_device(self.device, self.device_life)
    }
}

/// The origin of a call, in the terms of this account.
pub fn caller_at(account: &AccountKey, call: &Call, keys: &Keys) -> Result<Caller, Fault> {
    Ok(Caller {
        network: call.network_tag([Account::KIND, account.as_str()], keys)?,
        devices: call
            .device_names()
            .into_iter()
            .map(|name| DeviceId::of_cookie(name, account))
            .collect(),
    })
}
