//! The parts of a flow that only ログイン has.

use jiff::Timestamp;
use portal::account::{Account, Agreement, Caller, Member, Session};
use portal::change::{Change, Put};
use portal::login::{Gained, Login, Over, SessionPointer, Standing};
use portal::problem::Kind;
use portal::steps::Cookie;
use portal::take_over::{Completing, News};
use portal::terms::Terms;
use portal::time::Seconds;
use portal::values::{AccountKey, DeviceId, SessionId};

use super::{Flow, Flows, no_flow, or_no_flow};
use crate::fault::Fault;
use crate::http::{Call, DEVICE_NAMES_SEPARATOR, MOST_DEVICE_NAMES, Stop, Success};
use crate::keys::Keys;
use crate::store::{Commit, Consistency, Item as _, ROUNDS, Replacing, Retries, Stored, Written};
use crate::take_over::OfficeSnapshot;
use crate::void_claims;
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
            Err(NotDecided::Over(over)) => Err(self.over(flow, over, now).await),
            Err(NotDecided::Broken(fault)) => Err(fault.into()),
        }
    }

    /// Why the log-in does not continue, for the person.
    async fn over(&self, flow: &Login, over: Over, now: Timestamp) -> Stop {
        match over {
            // Without its account the log-in is over.
            Over::Gone => no_flow::<Login>(),
            Over::Completed(completed) => self.wrong_step(&completed, now).await,
            Over::Stopped(not) => self.refuse(flow, not, now).await,
        }
    }

    /// Completes a log-in by a new password or new terms: one write on the account; or one commit with the mails to the
    /// managers of the offices whose claims on the address become void by it. Answers with the version of the credential.
    pub async fn complete(
        &self,
        flow: &Login,
        account: Stored<Account>,
        hash: Option<&String>,
        agreement: &Agreement,
        gained: &Gained,
        now: Timestamp,
    ) -> Result<u32, Stop> {
        let (table, limits, gone) = (&self.table, &self.edge.limits, no_flow::<Login>);
        let alone = self
            .decide_on_account(flow, Some(account), Retries::Many, now, |account| {
                flow.complete(account, hash, agreement, gained, now, limits)
            })
            .await?;
        if let Some(version) = alone {
            return Ok(version);
        }
        for round in 0..ROUNDS {
            let account: Option<Stored<Account>> = table.get(&flow.account, Consistency::Strong).await?;
            let account = account.ok_or_else(gone)?;
            let completed = flow.complete_among_claims(&account.item, hash, agreement, gained, now, limits);
            let (completed, version) = match completed {
                Ok(completed) => completed,
                Err(over) => return Err(self.over(flow, over, now).await),
            };
            let member = account.item.noted(&flow.member).ok_or_else(gone)?;
            let owner = (member, gained.session.browser);
            let mails = void_claims::mails(table, &account.item, owner, now, limits).await?;
            let mut commit = Commit::default();
            commit.put(completed, Replacing::Read(&account));
            commit.promise(mails, &self.edge.random, now)?;
            if table.commit(&commit).await?.is_ok() {
                return Ok(version);
            }
            table.back_off(round).await?;
        }
        Err(Fault::Contention(Account::KIND).into())
    }

    /// Completes a take-over by its newcomer's first log-in: seat and session of the newcomer, the office, its members
    /// and the take-over's record in one commit. Answers with the new version of the credential.
    pub async fn complete_take_over(&self, completing: &Completing<'_>, now: Timestamp) -> Result<u32, Stop> {
        let (flow, gone) = (completing.login, no_flow::<Login>);
        let (table, limits) = (&self.table, &self.edge.limits);
        for round in 0..ROUNDS {
            let account: Option<Stored<Account>> = table.get(&flow.account, Consistency::Strong).await?;
            let account = account.ok_or_else(gone)?;
            let member = account.item.noted(&flow.member).ok_or_else(gone)?;
            let snapshot = OfficeSnapshot::read(table, &member.office.number)
                .await?
                .ok_or_else(gone)?;
            let known = snapshot.take_over.as_ref().ok_or_else(gone)?;
            let holders: Vec<(&Member, &Account)> = snapshot
                .members
                .iter()
                .map(|(member, held)| (member, &held.item))
                .collect();
            let office = &snapshot.office;
            let decided = completing.decide(&account.item, &known.item, &office.item, &holders, now, limits);
            let mut writes = match decided {
                Ok(writes) => writes,
                Err(over) => return Err(self.over(flow, over, now).await),
            };
            let told = snapshot.members.iter().map(|(member, _)| member);
            let told = told.chain(writes.newcomer.item().noted(&flow.member));
            let mut mails = known.item.mails(News::Completed, told, now, limits);
            let owner = (member, completing.gained.session.browser);
            mails.extend(void_claims::mails(table, &account.item, owner, now, limits).await?);
            let mut commit = Commit::default();
            commit.put(writes.take_over, Replacing::Read(known));
            commit.put(writes.office, Replacing::Read(office));
            commit.put(writes.newcomer, Replacing::Read(&account));
            for (_, held) in &snapshot.members {
                if let Some(displaced) = writes.displaced.remove(&held.item.key) {
                    commit.put(displaced, Replacing::Read(held));
                }
            }
            commit.promise(mails, &self.edge.random, now)?;
            if table.commit(&commit).await?.is_ok() {
                return Ok(writes.credential_version);
            }
            table.back_off(round).await?;
        }
        Err(Fault::Contention("TAKEOVER").into())
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
        let id_of = |name: &str| DeviceId::of_cookie(name, &flow.member);
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

/// The origin of a call, in the terms of this account and of its owner, if it has one.
pub fn caller_at(
    account: &AccountKey,
    owner: Option<&Member>,
    call: &Call,
    keys: &Keys,
) -> Result<Caller, Fault> {
    let names = owner.map(|owner| (owner, call.device_names()));
    Ok(Caller {
        network: call.network_tag([Account::KIND, account.as_str()], keys)?,
        devices: names.map_or_else(Vec::new, |(owner, names)| {
            let of_owner = |name| DeviceId::of_cookie(name, &owner.id);
            names.into_iter().map(of_owner).collect()
        }),
    })
}
