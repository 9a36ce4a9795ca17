//! セッション — finding and ending sessions. The basis of every step for a logged-in person.

use jiff::Timestamp;
use portal::account::{Account, Member, Session};
use portal::change::{Change, Put};
use portal::login::{self, Login, SessionPointer};
use portal::office::Office;
use portal::problem::Kind;
use portal::steps::Cookie;
use portal::take_over::TakeOver;
use portal::values::{AccountKey, FlowId, SessionId};

use crate::fault::Fault;
use crate::http::{Call, Edge, Problem, Stop};
use crate::store::{Consistency, Replacing, Stored, Table, Written};
use crate::wire;

/// The sessions, and everything that a step for a logged-in person uses.
#[derive(Clone)]
pub struct Sessions {
    /// The checks of requests.
    pub edge: Edge,
    /// The table.
    pub table: Table,
}

/// A logged-in person.
pub struct SignedIn {
    /// The session of the call's cookie.
    pub session: Session,
    /// The pointer of the cookie, with this use recorded.
    pub pointer: SessionPointer,
    /// The account.
    pub account: Stored<Account>,
    /// The member.
    pub member: Member,
}

/// `no-session`; also deletes the cookie. Unknown, ended and expired sessions have the same answer.
pub fn no_session() -> Stop {
    Problem::from(Kind::NoSession).deleting(Cookie::Session).into()
}

impl Sessions {
    /// The logged-in person of the call's cookie; records that the session is used.
    ///
    /// A pointer never changes its account, so an eventually consistent read of the pointer is sufficient, but no
    /// refusal depends on it. The account decides whether the session is valid
    /// (`docs/adr/0007-sessions-live-in-the-account.md`).
    pub async fn signed_in(&self, call: &Call) -> Result<SignedIn, Stop> {
        self.find(call, Consistency::Strong).await
    }

    /// The same with an account that may be a moment old, for a step that reads it again before it decides. A refusal
    /// rests on a strongly consistent read all the same.
    pub async fn recognised(&self, call: &Call) -> Result<SignedIn, Stop> {
        self.find(call, Consistency::Eventual).await
    }

    async fn find(&self, call: &Call, consistency: Consistency) -> Result<SignedIn, Stop> {
        let (limits, now) = (&self.edge.limits, call.now);
        let id = call.session().ok_or_else(no_session)?;
        let lives = |pointer: &Stored<SessionPointer>| !pointer.item.is_expired(now, limits);
        let recent: Option<Stored<SessionPointer>> = self.table.get(&id, Consistency::Eventual).await?;
        let pointer = match recent.filter(lives) {
            Some(pointer) => pointer,
            None => self
                .table
                .get(&id, Consistency::Strong)
                .await?
                .filter(lives)
                .ok_or_else(no_session)?,
        };
        let key = &pointer.item.account;
        let lists = |account: &Stored<Account>| pointer.item.session_in(&account.item, now).is_some();
        let recent: Option<Stored<Account>> = self.table.get(key, consistency).await?;
        let account = match recent.filter(lists) {
            None if consistency == Consistency::Eventual => self.table.get(key, Consistency::Strong).await?,
            recent => recent,
        };
        let account = account.ok_or_else(no_session)?;
        let (member, session) = pointer
            .item
            .session_in(&account.item, now)
            .ok_or_else(no_session)?;
        let (member, session) = (member.clone(), session.clone());
        if call.means_another_session(&session) {
            return Err(Kind::OtherSession.into());
        }
        Ok(SignedIn {
            session,
            pointer: self.touch(pointer, now).await?,
            account,
            member,
        })
    }

    /// Records that the session is used. A session that is ended meanwhile stays ended.
    async fn touch(&self, pointer: Stored<SessionPointer>, now: Timestamp) -> Result<SessionPointer, Stop> {
        let touch = |current: Option<&SessionPointer>| {
            Ok::<_, Stop>(current.ok_or_else(no_session)?.touch(now, &self.edge.limits))
        };
        Ok(self.table.change(Some(pointer), touch).await?.0)
    }

    /// Decides on the account of the person who is logged in, and stores what was decided. Whether the session still lives
    /// is decided on the same version: one that is ended meanwhile changes nothing.
    pub async fn decide<R: Send>(
        &self,
        signed_in: &SignedIn,
        now: Timestamp,
        decide: impl Fn(&Account, &Member, &Session) -> Result<Change<Account, R>, Stop> + Send,
    ) -> Result<R, Stop> {
        let decide = |current: Option<&Account>| {
            let account = current.ok_or_else(no_session)?;
            let (member, session) = signed_in
                .pointer
                .session_in(account, now)
                .ok_or_else(no_session)?;
            decide(account, member, session)
        };
        let known = Some(signed_in.account.clone());
        Ok(self.table.change::<_, _, Stop>(known, decide).await?.0)
    }

    /// マイページ of the person who is logged in. The office is only shown, so an eventual read is sufficient; a
    /// missing one is a fault, after a strong read: an office outlives its members.
    ///
    /// The take-over of the office, if one may be under way, is only shown as well.
    pub async fn me(&self, signed_in: &SignedIn, now: Timestamp) -> Result<wire::Me, Fault> {
        let member = &signed_in.member;
        let number = &member.office.number;
        let recent: Option<Stored<Office>> = self.table.get(number, Consistency::Eventual).await?;
        let office = match recent {
            Some(office) => Some(office),
            None => self.table.get(number, Consistency::Strong).await?,
        };
        let office = office.ok_or(Fault::MissingItem("OFFICE"))?;
        let take_over: Option<Stored<TakeOver>> = if office.item.may_be_taken_over(now) {
            self.table.get(number, Consistency::Eventual).await?
        } else {
            None
        };
        let take_over = take_over.map(|stored| stored.item);
        Ok(wire::me(
            member,
            &signed_in.session,
            &signed_in.pointer,
            self.seats_held(&office.item, member, now).await?,
            wire::TakeOver::for_members(take_over.as_ref(), now, &self.edge.limits),
            &self.edge.limits,
        ))
    }

    /// How many seats of the office are held, this member's included. A colleague's account decides whether the colleague
    /// holds one: an eventually consistent read is enough if it says so, and a strong one confirms that a seat is free.
    async fn seats_held(&self, office: &Office, own: &Member, now: Timestamp) -> Result<usize, Fault> {
        let mut held = 0;
        for (id, key) in &office.members {
            let holds = |account: &Stored<Account>| account.item.member(id, now, &self.edge.limits).is_some();
            let is_held = if *id == own.id {
                true
            } else {
                let recent: Option<Stored<Account>> = self.table.get(key, Consistency::Eventual).await?;
                let account = match recent.filter(holds) {
                    Some(account) => Some(account),
                    None => self.table.get(key, Consistency::Strong).await?,
                };
                account.is_some_and(|account| holds(&account))
            };
            held += usize::from(is_held);
        }
        Ok(held)
    }

    /// Stores the pointer by which a new cookie finds the session, in the place of the one that found it until now.
    pub async fn store_pointer(
        &self,
        session: &Session,
        before: &SessionPointer,
        now: Timestamp,
    ) -> Result<(), Stop> {
        let pointer = SessionPointer {
            id: session.id.clone(),
            last_seen_at: now,
            ..before.clone()
        };
        match self.table.put(Put::from(pointer), Replacing::Nothing).await? {
            Written::Done(_) => Ok(()),
            Written::Conflict(_) => Err(Kind::TemporarilyUnavailable.into()),
        }
    }

    /// Ends the session of this id, its log-in, and its pointer. Ending it twice is harmless.
    pub async fn end(&self, id: &SessionId, now: Timestamp) -> Result<(), Stop> {
        let pointer: Option<Stored<SessionPointer>> = self.table.get(id, Consistency::Strong).await?;
        let Some(pointer) = pointer else { return Ok(()) };
        let account: Option<Stored<Account>> =
            self.table.get(&pointer.item.account, Consistency::Strong).await?;
        let sessions = account
            .and_then(|stored| stored.item.owner().map(|owner| owner.sessions.clone()))
            .unwrap_or_default();
        if let Some(session) = sessions.iter().find(|session| session.id == *id) {
            self.end_sessions_of(&session.flow, &pointer.item.account, now)
                .await?;
        }
        self.table.end_in_any_state::<SessionPointer>(id).await?;
        Ok(())
    }

    /// Ends a log-in and its sessions. Ending it twice is harmless.
    pub async fn end_login(&self, id: &FlowId, now: Timestamp) -> Result<(), Stop> {
        let flow: Option<Stored<Login>> = self.table.get(id, Consistency::Strong).await?;
        match flow {
            Some(flow) => self.end_sessions_of(id, &flow.item.account, now).await,
            None => Ok(()),
        }
    }

    /// Ends a log-in and its sessions, whatever their present cookies: another tab may have renewed one.
    async fn end_sessions_of(&self, flow: &FlowId, account: &AccountKey, now: Timestamp) -> Result<(), Stop> {
        // The flow first: while it exists, it could renew the session.
        self.table.end_in_any_state::<Login>(flow).await?;
        let known: Option<Stored<Account>> = self.table.get(account, Consistency::Strong).await?;
        let end = |current: Option<&Account>| {
            Ok::<_, Stop>(current.map_or(Change::Keep(()), |account| {
                login::end_sessions_of(flow, account, now)
            }))
        };
        self.table.change(known, end).await?;
        Ok(())
    }
}
