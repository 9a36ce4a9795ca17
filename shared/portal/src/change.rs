//! What a decision makes of the one item on which it was made.
//!
//! Every rule that changes a flow, an account or an office answers with a [`Change`]. The store carries it out: it
//! writes only if the item is still the version that was decided on, and hands the answer on only after that write is
//! done; after a conflict the rule decides again (`docs/adr/0003-spend-in-the-write-that-answers.md`).

use std::fmt::Debug;

use crate::audit::{Event, NoEvent, Unaudited};

/// A kind of item, and what each write of one has for the audit (`docs/adr/0021-what-happened-rides-on-the-item.md`).
pub trait Entity: Sized {
    /// What a write has to name: [`Event`] where every write is an act, [`AuditEntry`](crate::audit::AuditEntry) where a write may leave that to
    /// another item and says to which, [`Unaudited`] where none is.
    type Audit: Into<Option<Event>> + Debug + PartialEq + Eq;
}

/// A new state of an item, and what its write has for the audit.
///
/// It cannot be cloned, and the store takes it apart when it writes: an act is recorded with one write.
///
/// A state of an audited item is not written without its act:
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
/// An account has no reason to be silent, as a registration may have:
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
/// And none is written twice:
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
    /// This state of the item, with an [`Event`] or, where the kind allows it, the reason for [`NoEvent`].
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

    /// What is written: the state, and the event beside it.
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
