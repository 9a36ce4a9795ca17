//! The few operations that the store is built on; whatever carries them out is a storage.
//!
//! [`DynamoDb`](super::DynamoDb) carries them out on the table; the model checker's world does so in memory. The suite
//! `tests/lockstep` holds the two to each other.

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use portal::audit::Event;

use super::{AnyItem, Key, Mark};
use crate::fault::Fault;

/// How sure a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// As of now; what a refusal may rest on.
    Strong,
    /// As of a moment ago, at half the cost; only for what is shown, or what a condition decides later on.
    Eventual,
}

/// Tells one write of an item from every other. Only the storage that gave it knows what it means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    /// A version of this name.
    pub const fn new(name: String) -> Self {
        Self(name)
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An item and the version that was read, without which it cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The item.
    pub item: Box<AnyItem>,
    /// Its version.
    pub version: Version,
}

/// What must be there for a put to be done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expected {
    /// No item.
    Absent,
    /// The item in this version.
    Version(Version),
}

/// A conditional write of one item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Write {
    /// Writes the whole item.
    Put {
        /// The item.
        item: Box<AnyItem>,
        /// What the write tells of in the audit.
        event: Option<Event>,
        /// What it replaces.
        expected: Expected,
    },
    /// Removes the item. Where it is gone already, this is done.
    Remove {
        /// Which.
        key: Key,
        /// The version that may be removed; any, if none is named.
        expected: Option<Version>,
    },
}

impl Write {
    /// The key of the item that is written.
    pub fn key(&self) -> Key {
        match self {
            Self::Put { item, .. } => item.key(),
            Self::Remove { key, .. } => key.clone(),
        }
    }
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done; the item has this version now. Of a removal the version means nothing.
    Done(Version),
    /// Its condition failed, and nothing was written; the item as it is now, if there is one.
    Conflict(Option<Versioned>),
}

/// What became of the condition of one write of a commit that was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It held.
    Held,
    /// It failed; the item as it is now, if there is one.
    Failed(Option<Versioned>),
}

/// What became of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// All is written.
    Done,
    /// Nothing is written, for at least one condition failed; one entry for each write, in their order.
    Conflict(Vec<Condition>),
}

/// Carries out the operations of the store.
///
/// A write whose answer was lost may be repeated by whoever sends it: an implementation answers
/// [`Outcome::Done`] if it finds its own write in the way.
pub trait Storage: Debug + Send + Sync {
    /// The item of this key.
    fn read<'a>(
        &'a self,
        key: &'a Key,
        consistency: Consistency,
    ) -> BoxFuture<'a, Result<Option<Versioned>, Fault>>;

    /// Writes one item, if what it expects is there.
    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Outcome, Fault>>;

    /// Writes several items in one transaction, all or none.
    fn commit<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Committed, Fault>>;

    /// Notes what became of a mail on the item that promised it; answers whether the item still waited for that.
    fn mark_mail<'a>(&'a self, mark: &'a Mark) -> BoxFuture<'a, Result<bool, Fault>>;

    /// Waits before a write that met a conflict is decided anew; `round` counts the conflicts so far, from nought.
    fn back_off(&self, round: u32) -> BoxFuture<'_, Result<(), Fault>>;
}
