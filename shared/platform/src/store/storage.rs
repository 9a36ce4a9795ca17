//! The operations on which the store is built.
//!
//! [`DynamoDb`](super::DynamoDb) implements them on the table; the model checker implements them in memory. The suite
//! `tests/lockstep` compares the two.

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use portal::audit::Event;

use super::{AnyItem, Key, Mark};
use crate::fault::Fault;

/// The consistency of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// Strongly consistent; a refusal may depend on it.
    Strong,
    /// Eventually consistent, at half the cost; only for data that is shown, or that a condition checks later.
    Eventual,
}

/// The version that a write gave an item; unique. Only the storage that created it can interpret it.
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

/// An item and the version that was read, which a write needs to replace it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The item.
    pub item: Box<AnyItem>,
    /// Its version.
    pub version: Version,
}

/// The condition of a put.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expected {
    /// There is no item.
    Absent,
    /// The item has this version.
    Version(Version),
}

/// A conditional write of one item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Write {
    /// Writes the whole item.
    Put {
        /// The item.
        item: Box<AnyItem>,
        /// The event of the write for the audit.
        event: Option<Event>,
        /// The condition.
        expected: Expected,
    },
    /// Removes the item. Succeeds if it does not exist.
    Remove {
        /// The key.
        key: Key,
        /// The version that may be removed; `None` for any, which only the end of an ephemeral item uses.
        expected: Option<Version>,
    },
    /// Demands that the item has this version, and leaves it as it is.
    Check {
        /// The key.
        key: Key,
        /// The condition.
        expected: Version,
    },
}

impl Write {
    /// The key of the item that is written.
    pub fn key(&self) -> Key {
        match self {
            Self::Put { item, .. } => item.key(),
            Self::Remove { key, .. } | Self::Check { key, .. } => key.clone(),
        }
    }
}

/// The result of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done; the item has this version now. For a removal the version has no meaning.
    Done(Version),
    /// The condition failed, and nothing was written; the present item, if there is one.
    Conflict(Option<Versioned>),
}

/// The result of one write's condition in a commit that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It held.
    Held,
    /// It failed; the present item, if there is one.
    Failed(Option<Versioned>),
}

/// The result of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// Everything is written.
    Done,
    /// Nothing is written, because at least one condition failed; one entry per write, in their order.
    Conflict(Vec<Condition>),
}

/// Implements the operations of the store.
///
/// A caller may repeat a write whose answer was lost: an implementation answers [`Outcome::Done`] if it finds that
/// very write done.
pub trait Storage: Debug + Send + Sync {
    /// The item of this key.
    fn read<'a>(
        &'a self,
        key: &'a Key,
        consistency: Consistency,
    ) -> BoxFuture<'a, Result<Option<Versioned>, Fault>>;

    /// Writes one item, if its condition holds.
    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Outcome, Fault>>;

    /// Writes several items in one transaction, all or none.
    fn commit<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Committed, Fault>>;

    /// Records the delivery status of a mail on the item that promised it; answers whether the item still waited for
    /// that.
    fn mark_mail<'a>(&'a self, mark: &'a Mark) -> BoxFuture<'a, Result<bool, Fault>>;

    /// Waits before a decision is repeated after a conflict; `round` counts the conflicts so far, from zero.
    fn back_off(&self, round: u32) -> BoxFuture<'_, Result<(), Fault>>;
}
