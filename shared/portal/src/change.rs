//! The result of a decision about one item.
//!
//! Every rule that changes a flow, an account or an office returns one. The store carries it out: it writes only if
//! the item is still the version that was judged, and returns the answer only after that write; after a conflict the
//! rule decides again (`docs/adr/0003-spend-in-the-write-that-answers.md`).

use std::fmt::Debug;

use crate::audit::{Event, NoEvent, Unaudited};

/// A kind of item, and what each of its writes gives to the audit
/// (`docs/adr/0021-what-happened-rides-on-the-item.md`).
pub trait Entity: Sized {
    /// The audit part of a write: [`Event`] where every write is an act, [`AuditEntry`](crate::audit::AuditEntry)
    /// where a write may name the other item that records the act, [`Unaudited`] where no write is an act.
    type Audit: Into<Option<Event>> + Debug + PartialEq + Eq;
}

/// A new state of an item, and the audit part of its write.
///
/// It cannot be cloned, and the store consumes it, so an act is recorded by exactly one write.
///
/// A state of an audited item cannot be written without its act:
///
/// ```
/// # use portal::{account::Account, audit::{Act, Event}, change::{Change, Put}};
/// # use jiff::Timestamp;
/// fn change(account: Account, now: Timestamp) -> Change<Account, ()> {
///     Change::Store(Put::new(account, Event::new(Act::PasswordWrong, now)), ())
/// }
/// ```
///
/// ```compile_fail,E0271
/// # use portal::{account::Account, audit::{Act, Event}, change::{Change, Put}};
/// # use jiff::Timestamp;
/// fn change(account: Account, now: Timestamp) -> Change<Account, ()> {
///     Change::Store(account.into(), ())
/// }
/// ```
///
/// An account's write cannot omit the act, as a registration's may:
///
/// ```
/// # use portal::{account::Account, audit::NoEvent, change::{Change, Put}, registration::Registration};
/// fn change(registration: Registration) -> Change<Registration, ()> {
///     Change::Store(Put::new(registration, NoEvent::RecordedWithAccount), ())
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use portal::{account::Account, audit::NoEvent, change::{Change, Put}, registration::Registration};
/// fn change(account: Account) -> Change<Account, ()> {
///     Change::Store(Put::new(account, NoEvent::RecordedWithAccount), ())
/// }
/// ```
///
/// No act is written twice:
///
/// ```compile_fail,E0382
/// # use portal::{account::Account, change::{Change, Put}};
/// fn twice(put: Put<Account>) -> [Change<Account, ()>; 2] {
///     [Change::Store(put, ()), Change::Store(put, ())]
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Put<T: Entity> {
    item: T,
    audit: T::Audit,
}

impl<T: Entity> Put<T> {
    /// This state of the item, with an [`Event`] or, where the kind allows it, a [`NoEvent`].
    pub fn new(item: T, audit: impl Into<T::Audit>) -> Self {
        Self {
            item,
            audit: audit.into(),
        }
    }

    /// The state that is to be written.
    pub const fn item(&self) -> &T {
        &self.item
    }

    /// The state, and the event that is written with it.
    pub fn into_parts(self) -> (T, Option<Event>) {
        (self.item, self.audit.into())
    }
}

impl<T: Entity<Audit = Unaudited>> From<T> for Put<T> {
    fn from(item: T) -> Self {
        Self::new(item, Unaudited)
    }
}

/// What to do with an item, once decided.
#[derive(Debug, PartialEq, Eq)]
pub enum Change<T: Entity, R> {
    /// Store this, and then answer that.
    Store(Put<T>, R),
    /// Remove the item, and then answer that. What is removed carries no event; the reason says where it is recorded.
    Remove(NoEvent, R),
    /// Store this, and answer that even if the write meets a conflict: for a write that decides nothing.
    BestEffort(Put<T>, R),
    /// Leave it, and answer that.
    Keep(R),
}
