//! セッション — in the account, and by its cookie.

use jiff::Timestamp;

use super::{Account, BrowserKind, Credential, Holder, Member};
use crate::audit::{Act, Event, Unaudited};
use crate::change::{Change, Entity, Put};
use crate::limits::Limits;
use crate::problem::Kind;
use crate::time::{Seconds, plus};
use crate::values::{AccountKey, FlowId, MemberId, SessionId, SessionName};

/// セッション — in the account. A session that is not listed here is over, whatever its cookie says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session {
    /// The digest of its cookie.
    pub id: SessionId,
    /// The log-in that created it.
    pub flow: FlowId,
    /// When it began.
    pub created_at: Timestamp,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// In what kind of browser it was begun.
    pub browser: BrowserKind,
    /// When its owner last proved the password: with the log-in, or since.
    pub proven_at: Timestamp,
}

impl Session {
    /// Its name for pages and people.
    pub fn name(&self) -> SessionName {
        SessionName::of(&self.flow)
    }

    /// What set a password in this session, in [`Credential::Chosen`].
    pub(crate) fn as_setter(&self) -> FlowId {
        FlowId::new(self.id.as_str())
    }

    /// Whether this log-in may renew the session's cookie. Not after the password was replaced in the session: a stolen cookie of
    /// the log-in may be the reason for the change.
    pub fn is_given_by(&self, flow: &FlowId, credential: &Credential) -> bool {
        let replaced_here = match credential {
            Credential::Chosen { by, .. } => *by == self.as_setter(),
            Credential::Initial { .. } => false,
        };
        self.flow == *flow && !replaced_here
    }

    /// The first instant at which it is over, by its last use; a session without a pointer was never used.
    pub fn over_at(&self, pointer: Option<&SessionPointer>, limits: &Limits) -> Timestamp {
        let seen = pointer.map_or(self.created_at, |pointer| pointer.last_seen_at);
        plus(seen, limits.session_idle).min(self.expires_at)
    }
}

impl Member {
    /// The session of this id, if it has not expired.
    pub fn session(&self, id: &SessionId, now: Timestamp) -> Option<&Session> {
        self.sessions
            .iter()
            .find(|session| session.id == *id && now < session.expires_at)
    }

    /// The member with another session; a sixth ends the oldest, and a log-in has at most one.
    #[must_use]
    pub fn with_session(mut self, session: Session, now: Timestamp, limits: &Limits) -> Self {
        self.sessions
            .retain(|other| now < other.expires_at && other.flow != session.flow);
        self.sessions.push(session);
        let most = usize::try_from(limits.sessions_per_person).unwrap_or(usize::MAX);
        let over = self.sessions.len().saturating_sub(most);
        self.sessions.drain(..over);
        self
    }
}

/// The account without the sessions of this log-in, whatever their current cookies.
pub fn end_sessions_of(flow: &FlowId, account: &Account, now: Timestamp) -> Change<Account, ()> {
    end_sessions(account, flow, now, |session| session.flow != *flow)
}

/// The account without the owner's session of this name, which the owner ends from the session `by`. An ended session is
/// `not-found`, as is another person's.
pub fn end_session(
    account: &Account,
    name: &str,
    by: &Session,
    now: Timestamp,
) -> Change<Account, Result<(), Kind>> {
    let is_it = |session: &Session| session.name().as_str() == name && now < session.expires_at;
    match end_sessions(account, &by.flow, now, |session| !is_it(session)) {
        Change::Store(put, ()) => Change::Store(put, Ok(())),
        Change::Keep(()) | Change::BestEffort(..) | Change::Remove(..) => Change::Keep(Err(Kind::NotFound)),
    }
}

/// The account with no other session of its owner's than `by`.
pub fn end_other_sessions(account: &Account, by: &Session, now: Timestamp) -> Change<Account, ()> {
    end_sessions(account, &by.flow, now, |session| session.flow == by.flow)
}

fn end_sessions(
    account: &Account,
    by: &FlowId,
    now: Timestamp,
    stays: impl Fn(&Session) -> bool,
) -> Change<Account, ()> {
    let mut next = account.clone();
    let Holder::Owner(member) = &mut next.holder else {
        return Change::Keep(());
    };
    let before = member.sessions.len();
    member.sessions.retain(stays);
    if member.sessions.len() == before {
        return Change::Keep(());
    }
    Change::Store(Put::new(next, Event::of(Act::SessionEnded, now, by)), ())
}

/// セッション — by its cookie: the account to look at, and the last use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionPointer {
    /// The digest of the cookie.
    pub id: SessionId,
    /// The account.
    pub account: AccountKey,
    /// The member in it.
    pub member: MemberId,
    /// The first instant at which it is over, used or not.
    pub expires_at: Timestamp,
    /// The last use, to within a thirtieth of the idle time.
    pub last_seen_at: Timestamp,
}

impl Entity for SessionPointer {
    type Audit = Unaudited;
}

impl SessionPointer {
    /// The first instant at which it is over if it is not used.
    pub fn idle_expires_at(&self, limits: &Limits) -> Timestamp {
        plus(self.last_seen_at, limits.session_idle).min(self.expires_at)
    }

    /// Whether it is over.
    pub fn is_expired(&self, now: Timestamp, limits: &Limits) -> bool {
        self.idle_expires_at(limits) <= now
    }

    /// The session and its member, if the account lists the session.
    pub fn session_in<'a>(&self, account: &'a Account, now: Timestamp) -> Option<(&'a Member, &'a Session)> {
        let member = account.owner()?;
        if member.id != self.member || member.disabled {
            return None;
        }
        Some((member, member.session(&self.id, now)?))
    }

    /// Records a use, unless one was recorded shortly before: not every click costs a write. Answers with the
    /// pointer.
    pub fn touch(&self, now: Timestamp, limits: &Limits) -> Change<Self, Self> {
        let grain = Seconds::new((limits.session_idle.count() / 30).max(1));
        if now < plus(self.last_seen_at, grain) {
            return Change::Keep(self.clone());
        }
        let touched = Self {
            last_seen_at: now,
            ..self.clone()
        };
        Change::Store(touched.clone().into(), touched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::ids;
    use crate::samples::{LIMITS, account, active, address, flow, flows_of, session, t};

    #[test]
    fn a_session_is_found_by_its_own_name_until_the_second_at_which_it_is_over() {
        let member = Member {
            sessions: vec![session("s", "f", 0, 100)],
            ..active("m")
        };
        let found = |id: &str, second| member.session(&SessionId::new(id), t(second)).is_some();
        assert_eq!(
            [found("s", 99), found("s", 100), found("s", 101)],
            [true, false, false]
        );
        assert!(!found("other", 99));
        assert!(!found("other", 100));
    }

    #[test]
    fn a_sixth_session_ends_the_oldest() {
        let mut member = active("m");
        for name in ["a", "b", "c", "d", "e", "f"] {
            member = member.with_session(session(name, name, 0, 100), t(0), &LIMITS);
        }
        assert_eq!(
            ids(&member.sessions, |s| s.id.as_str()),
            ["b", "c", "d", "e", "f"]
        );
    }

    #[test]
    fn a_log_in_has_one_session_and_what_is_over_is_dropped() {
        let member = Member {
            sessions: vec![
                session("over", "x", 0, 49),
                session("over now", "y", 0, 50),
                session("valid", "z", 0, 51),
                session("old cookie", "f", 0, 100),
            ],
            ..active("m")
        };
        let member = member.with_session(session("new cookie", "f", 50, 100), t(50), &LIMITS);
        assert_eq!(ids(&member.sessions, |s| s.id.as_str()), ["valid", "new cookie"]);
    }

    #[test]
    fn a_log_out_ends_the_sessions_of_its_log_in_and_no_others() {
        let before = account(Member {
            sessions: vec![session("x", "x", 0, 100), session("s", "f", 0, 100)],
            ..active("m")
        });
        let (after, event, ()) = end_sessions_of(&flow("f"), &before, t(7)).recorded();
        assert_eq!(flows_of(&after), ["x"]);
        assert_eq!(event, Some(Event::of(Act::SessionEnded, t(7), &flow("f"))));
        end_sessions_of(&flow("f"), &after, t(7)).kept();
        end_sessions_of(&flow("f"), &Account::unknown(address().key(), t(0)), t(7)).kept();
    }

    #[test]
    fn a_session_is_ended_by_its_name_and_every_other_one_at_once() {
        let by = session("s", "f", 0, 100);
        let before = account(Member {
            sessions: vec![session("x", "x", 0, 100), by.clone(), session("y", "y", 0, 50)],
            ..active("m")
        });
        let name = SessionName::of(&flow("x"));
        let (after, event, answer) = end_session(&before, name.as_str(), &by, t(7)).recorded();
        assert_eq!((flows_of(&after), answer), (vec!["f", "y"], Ok(())));
        assert_eq!(event, Some(Event::of(Act::SessionEnded, t(7), &flow("f"))));
        for gone in [name.as_str(), "nonsense", ""] {
            assert_eq!(
                end_session(&after, gone, &by, t(7)).kept(),
                Err(Kind::NotFound),
                "{gone}"
            );
        }
        let over = SessionName::of(&flow("y"));
        for (second, answer) in [(49, Ok(())), (50, Err(Kind::NotFound)), (51, Err(Kind::NotFound))] {
            let told = match end_session(&after, over.as_str(), &by, t(second)) {
                Change::Store(_, told) | Change::Keep(told) => told,
                other => panic!("{other:?}"),
            };
            assert_eq!(told, answer, "{second}");
        }
        let (alone, event, ()) = end_other_sessions(&before, &by, t(7)).recorded();
        assert_eq!(flows_of(&alone), ["f"]);
        assert_eq!(event, Some(Event::of(Act::SessionEnded, t(7), &flow("f"))));
        end_other_sessions(&alone, &by, t(7)).kept();
    }

    #[test]
    fn an_unused_session_ends_half_an_hour_after_its_beginning() {
        let unused = session("s", "f", 100, 43_300);
        assert_eq!(unused.over_at(None, &LIMITS), t(1_900));
        assert_eq!(unused.over_at(Some(&pointer(500)), &LIMITS), t(2_300));
        assert_eq!(unused.over_at(Some(&pointer(43_000)), &LIMITS), t(43_300));
    }

    fn pointer(last_seen: u64) -> SessionPointer {
        SessionPointer {
            id: SessionId::new("s"),
            account: address().key(),
            member: MemberId::new("m"),
            expires_at: t(43_200),
            last_seen_at: t(last_seen),
        }
    }

    #[test]
    fn a_cookie_opens_only_a_session_that_its_account_lists_for_its_member() {
        let member = Member {
            sessions: vec![session("s", "f", 0, 100)],
            ..active("m")
        };
        let opens = |member: Member, second| {
            let account = account(member);
            let found = pointer(0).session_in(&account, t(second));
            found.map(|(member, session)| (member.id.clone(), session.flow.clone()))
        };
        assert_eq!(opens(member.clone(), 99), Some((MemberId::new("m"), flow("f"))));
        assert_eq!(opens(member.clone(), 100), None);
        assert_eq!(opens(active("m"), 99), None);
        let disabled = Member {
            disabled: true,
            ..member.clone()
        };
        assert_eq!(opens(disabled, 99), None);
        let other = Member {
            id: MemberId::new("other"),
            ..member
        };
        assert_eq!(opens(other, 99), None);
        let unknown = Account::unknown(address().key(), t(0));
        assert_eq!(pointer(0).session_in(&unknown, t(99)), None);
    }

    #[test]
    fn a_session_is_over_after_half_an_hour_of_nothing_and_after_a_shift_whatever_happens() {
        for (seen, over) in [(0, 1_800), (100, 1_900), (41_400, 43_200), (43_000, 43_200)] {
            let pointer = pointer(seen);
            assert_eq!(pointer.idle_expires_at(&LIMITS), t(over));
            assert_eq!(
                [over - 1, over, over + 1].map(|second| pointer.is_expired(t(second), &LIMITS)),
                [false, true, true]
            );
        }
    }

    #[test]
    fn a_use_is_written_down_once_a_minute() {
        for second in [0, 1, 59] {
            assert_eq!(pointer(0).touch(t(second), &LIMITS).kept(), pointer(0));
        }
        for second in [60, 61] {
            let touched = pointer(second);
            assert_eq!(
                pointer(0).touch(t(second), &LIMITS).stored(),
                (touched.clone(), touched)
            );
        }
        let hasty = Limits {
            session_idle: Seconds::new(29),
            ..LIMITS
        };
        assert_eq!(pointer(0).touch(t(0), &hasty).kept(), pointer(0));
        assert_eq!(pointer(0).touch(t(1), &hasty).stored().0, pointer(1));
    }
}
