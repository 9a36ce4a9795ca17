//! セッション — who is logged in, and the end of it. What a step for a person at マイページ starts from.

use jiff::Timestamp;
use portal::account::{Account, Member, Session};
use portal::change::Change;
use portal::login::{self, Login, SessionPointer};
use portal::problem::Kind;
use portal::steps::Cookie;
use portal::values::{AccountKey, FlowId, SessionId};

use crate::http::{Call, Edge, Problem, Stop};
use crate::store::{Consistency, Stored, Table};

/// The sessions, and all that a step for a person who is logged in touches.
#[derive(Clone)]
pub struct Sessions {
    /// The gate.
    pub edge: Edge,
    /// The table.
    pub table: Table,
}

/// A person who is logged in.
pub struct SignedIn {
    /// The session of the call's cookie.
    pub session: Session,
    /// By what the cookie finds it, with this use noted.
    pub pointer: SessionPointer,
    /// The account, read strongly.
    pub account: Stored<Account>,
    /// Its member.
    pub member: Member,
}

/// `no-session`; also deletes the cookie. Unknown, ended and expired sessions are alike.
fn no_session() -> Stop {
    Problem::from(Kind::NoSession).deleting(Cookie::Session).into()
}

impl Sessions {
    /// Who is logged in with the call's cookie; notes that the session is used.
    ///
    /// Where the session is never changes, so an eventual read of the pointer will do, but no refusal rests on it.
    /// Whether the session lives, the account says (`docs/adr/0007-sessions-live-in-the-account.md`).
    pub async fn signed_in(&self, call: &Call) -> Result<SignedIn, Stop> {
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
        let account: Option<Stored<Account>> =
            self.table.get(&pointer.item.account, Consistency::Strong).await?;
        let account = account.ok_or_else(no_session)?;
        let (member, session) = pointer
            .item
            .session_in(&account.item, now)
            .ok_or_else(no_session)?;
        let (member, session) = (member.clone(), session.clone());
        Ok(SignedIn {
            session,
            pointer: self.touch(pointer, now).await?,
            account,
            member,
        })
    }

    /// Notes that the session is used. A session that is ended meanwhile stays ended.
    async fn touch(&self, pointer: Stored<SessionPointer>, now: Timestamp) -> Result<SessionPointer, Stop> {
        let touch = |current: Option<&SessionPointer>| {
            Ok::<_, Stop>(current.ok_or_else(no_session)?.touch(now, &self.edge.limits))
        };
        Ok(self.table.change(Some(pointer), touch).await?.0)
    }

    /// Ends the session of this id, its log-in, and its pointer. One that is over already stays over.
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
        self.table.forget::<SessionPointer>(id).await?;
        Ok(())
    }

    /// Ends a log-in and the sessions that it gave. One that is over already stays over.
    pub async fn end_login(&self, id: &FlowId, now: Timestamp) -> Result<(), Stop> {
        let flow: Option<Stored<Login>> = self.table.get(id, Consistency::Strong).await?;
        match flow {
            Some(flow) => self.end_sessions_of(id, &flow.item.account, now).await,
            None => Ok(()),
        }
    }

    /// Ends a log-in and the sessions that it gave, whichever cookie they have now: another tab may have renewed one.
    async fn end_sessions_of(&self, flow: &FlowId, account: &AccountKey, now: Timestamp) -> Result<(), Stop> {
        // The flow goes first: while it lives, it could give the session again.
        self.table.forget::<Login>(flow).await?;
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
