//! The typed store that steps use: reads, conditional writes, and the one retry loop, over any storage.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use portal::account::{Account, Member};
use portal::change::{Change, Put};
use portal::limits::Limits;
use portal::mail::{Delivery, Letter, Mail, Promise};
use portal::office::{Office, SeatWrites};
use portal::values::LetterId;

use super::dynamodb::DynamoDb;
use super::item::{AnyItem, Ephemeral, Item, Key};
use super::items::KEY;
use super::storage::{
    Committed, Condition, Consistency, Expected, Outcome, Storage, Version, Versioned, Write,
};
use crate::fault::Fault;
use crate::random::Random;

/// How often a commit of several items is decided again because another request wrote one of them first.
pub const ROUNDS: u32 = 60;

/// How often a decision is repeated because another request wrote the item first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retries {
    /// Until even many parallel requests have finished.
    Many,
    /// [`Fault::Contention`] soon, for a step that then reads its flow again: usually another request has moved the
    /// flow on by then.
    Few,
}

impl Retries {
    const fn rounds(self) -> u32 {
        match self {
            Self::Many => 100,
            Self::Few => 8,
        }
    }
}

/// An item of one kind and the version that was read, which a write needs to replace it.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    /// The item.
    pub item: T,
    version: Version,
}

impl<T> AsRef<T> for Stored<T> {
    fn as_ref(&self) -> &T {
        &self.item
    }
}

fn typed<T: Item>(found: Versioned) -> Result<Stored<T>, Fault> {
    let item = T::of(*found.item).ok_or(Fault::CorruptItem {
        kind: T::KIND,
        attribute: "pk",
    })?;
    Ok(Stored {
        item,
        version: found.version,
    })
}

/// The condition of a write.
#[derive(Debug, Clone, Copy)]
pub enum Replacing<'a, T> {
    /// There is no item.
    Nothing,
    /// The item has the version that was read.
    Read(&'a Stored<T>),
}

impl<T> From<Replacing<'_, T>> for Expected {
    fn from(replacing: Replacing<'_, T>) -> Self {
        match replacing {
            Replacing::Nothing => Self::Absent,
            Replacing::Read(stored) => Self::Version(stored.version.clone()),
        }
    }
}

impl<'a, T> From<Option<&'a Stored<T>>> for Replacing<'a, T> {
    fn from(known: Option<&'a Stored<T>>) -> Self {
        known.map_or(Replacing::Nothing, Replacing::Read)
    }
}

/// The result of a write.
#[derive(Debug, Clone)]
pub enum Written<T> {
    /// Done; the present item.
    Done(Stored<T>),
    /// Another request wrote the item first; the present item.
    Conflict(Option<Stored<T>>),
}

/// A new delivery status of a mail, for the item that promised it.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The item's key.
    pub key: String,
    /// The number of the mail.
    pub number: u32,
    /// The challenge or the member that the mail is about.
    pub of: String,
    /// The statuses in which it applies; a late event changes nothing.
    pub from: &'static [Delivery],
    /// The new status.
    pub to: Delivery,
    /// When SES accepted the mail, if the event says so.
    pub sent_at: Option<Timestamp>,
}

/// Writes that are done together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Commit(Vec<Write>);

impl Commit {
    /// Adds this item, if its condition holds.
    pub fn put<T: Item>(&mut self, put: Put<T>, replacing: Replacing<'_, T>) {
        self.0.push(write_of(put, replacing).0);
    }

    /// Demands that an item which the commit leaves alone is still the one that was read.
    pub fn check<T: Item>(&mut self, read: &Stored<T>) {
        self.0.push(Write::Check {
            key: T::key(read.item.id()),
            expected: read.version.clone(),
        });
    }

    /// Adds these mails, in as few letters as hold them.
    pub fn promise(
        &mut self,
        mails: impl IntoIterator<Item = Mail>,
        random: &Random,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let mut mails = mails.into_iter();
        while let Some(first) = mails.next() {
            let id = LetterId::new(random.id()?);
            let letter = Letter::new(id, first, mails.by_ref().take(Letter::MOST_MAILS - 1), now);
            self.put(Put::from(letter), Replacing::Nothing);
        }
        Ok(())
    }

    /// The commit that seats a member: the office, the account of the address, and of `others` those that leave a seat.
    pub fn seating<'a>(
        writes: SeatWrites,
        office: Option<&Stored<Office>>,
        account: Option<&Stored<Account>>,
        others: impl IntoIterator<Item = &'a Stored<Account>>,
    ) -> Self {
        let mut commit = Self::default();
        commit.put(writes.office, office.into());
        commit.put(writes.account, account.into());
        let mut left = writes.left;
        for other in others {
            if let Some(left) = left.remove(&other.item.key) {
                commit.put(left, Replacing::Read(other));
            }
        }
        commit
    }
}

/// Which conditions of a commit failed, in the order of its writes.
#[derive(Debug)]
pub struct Conflicts(std::vec::IntoIter<Condition>);

impl Conflicts {
    /// Replaces the known state of the next write's item by the present one, if that write's condition failed.
    pub fn update<T: Item>(&mut self, known: &mut Option<Stored<T>>) -> Result<(), Fault> {
        if let Some(Condition::Failed(found)) = self.0.next() {
            *known = found.map(typed).transpose()?;
        }
        Ok(())
    }
}

/// The write of a put, and the item after it.
fn write_of<T: Item>(put: Put<T>, replacing: Replacing<'_, T>) -> (Write, AnyItem) {
    let (item, event) = put.into_parts();
    let item: AnyItem = item.into();
    let write = Write::Put {
        item: Box::new(item.clone()),
        event,
        expected: replacing.into(),
    };
    (write, item)
}

/// テーブル
#[derive(Debug, Clone)]
pub struct Table(Arc<dyn Storage>);

impl Table {
    /// The DynamoDB table of this name.
    pub fn new(client: Client, name: String, limits: Limits) -> Self {
        Self::on(Arc::new(DynamoDb::new(client, name, limits)))
    }

    /// A table on any storage.
    pub fn on(storage: Arc<dyn Storage>) -> Self {
        Self(storage)
    }

    /// The item of this id.
    pub async fn get<T: Item>(
        &self,
        id: &T::Id,
        consistency: Consistency,
    ) -> Result<Option<Stored<T>>, Fault> {
        let found = self.0.read(&T::key(id), consistency).await?;
        found.map(typed).transpose()
    }

    /// The mails that the item of this key promises now; `pk` is the key in the table. A key of a kind that this release does
    /// not know is a fault: the mail waits for the release that does.
    pub async fn promises(&self, pk: &str) -> Result<Vec<Promise>, Fault> {
        let Some(key) = Key::parse(pk) else {
            return Err(Fault::CorruptItem {
                kind: "unknown",
                attribute: KEY,
            });
        };
        let found = self.0.read(&key, Consistency::Strong).await?;
        Ok(found.map_or_else(Vec::new, |found| found.item.promises()))
    }

    /// Writes the item, if the condition holds.
    pub async fn put<T: Item>(&self, put: Put<T>, replacing: Replacing<'_, T>) -> Result<Written<T>, Fault> {
        let (write, item) = write_of(put, replacing);
        Ok(match self.0.write(&write).await? {
            Outcome::Done(version) => Written::Done(typed(Versioned {
                item: Box::new(item),
                version,
            })?),
            Outcome::Conflict(found) => Written::Conflict(found.map(typed).transpose()?),
        })
    }

    /// Removes the item, if it still has the version that was read or does not exist.
    pub async fn remove<T: Item>(&self, stored: &Stored<T>) -> Result<Written<T>, Fault> {
        let remove = Write::Remove {
            key: T::key(stored.item.id()),
            expected: Some(stored.version.clone()),
        };
        Ok(match self.0.write(&remove).await? {
            Outcome::Done(_) => Written::Done(stored.clone()),
            Outcome::Conflict(found) => Written::Conflict(found.map(typed).transpose()?),
        })
    }

    /// Removes the item of this id, whatever its state: the end of an [`Ephemeral`] item depends on nothing in it, so this
    /// is the one write without a condition. Succeeds if the item does not exist.
    pub async fn end_in_any_state<T: Ephemeral>(&self, id: &T::Id) -> Result<(), Fault> {
        let end = Write::Remove {
            key: T::key(id),
            expected: None,
        };
        self.0.write(&end).await?;
        Ok(())
    }

    /// Writes all or none. [`Conflicts`] says which conditions failed.
    pub async fn commit(&self, commit: &Commit) -> Result<Result<(), Conflicts>, Fault> {
        Ok(match self.0.commit(&commit.0).await? {
            Committed::Done => Ok(()),
            Committed::Conflict(conditions) => Err(Conflicts(conditions.into_iter())),
        })
    }

    /// Decides and stores, and repeats that after every conflict.
    ///
    /// `known` is the item that was read, or `None`, which costs no read where the item usually does not exist: the
    /// first write finds out. The answer of `decide` is returned only after its write is done.
    pub async fn change<T: Item, R, E: From<Fault>>(
        &self,
        known: Option<Stored<T>>,
        decide: impl FnMut(Option<&T>) -> Result<Change<T, R>, E>,
    ) -> Result<(R, Option<Stored<T>>), E> {
        self.change_within(Retries::Many, known, decide).await
    }

    /// The same with this number of retries.
    pub async fn change_within<T: Item, R, E: From<Fault>>(
        &self,
        retries: Retries,
        mut known: Option<Stored<T>>,
        mut decide: impl FnMut(Option<&T>) -> Result<Change<T, R>, E>,
    ) -> Result<(R, Option<Stored<T>>), E> {
        for round in 0..retries.rounds() {
            let (written, answer) = match decide(known.as_ref().map(|stored| &stored.item))? {
                Change::Keep(answer) => return Ok((answer, known)),
                Change::BestEffort(put, answer) => {
                    let (Written::Done(stored) | Written::Conflict(Some(stored))) =
                        self.put(put, known.as_ref().into()).await?
                    else {
                        return Ok((answer, None));
                    };
                    return Ok((answer, Some(stored)));
                }
                Change::Store(put, answer) => (self.put(put, known.as_ref().into()).await?, answer),
                Change::Remove(_, answer) => match &known {
                    None => return Ok((answer, None)),
                    Some(stored) => match self.remove(stored).await? {
                        Written::Done(_) => return Ok((answer, None)),
                        conflict @ Written::Conflict(_) => (conflict, answer),
                    },
                },
            };
            match written {
                Written::Done(stored) => return Ok((answer, Some(stored))),
                Written::Conflict(current) => known = current,
            }
            self.0.back_off(round).await?;
        }
        Err(Fault::Contention(T::KIND).into())
    }

    /// Waits before a commit is decided again after a conflict; `round` counts the conflicts so far, from zero.
    pub async fn back_off(&self, round: u32) -> Result<(), Fault> {
        self.0.back_off(round).await
    }

    /// Records the delivery status of a mail; answers whether the item still waited for that.
    pub async fn mark_mail(&self, mark: &Mark) -> Result<bool, Fault> {
        self.0.mark_mail(mark).await
    }

    /// The members of an office's seats, from their accounts.
    pub async fn members_of(&self, office: &Office) -> Result<Vec<(Member, Stored<Account>)>, Fault> {
        let mut members = Vec::new();
        for (id, account) in &office.members {
            let account: Option<Stored<Account>> = self.get(account, Consistency::Strong).await?;
            let Some(account) = account else { continue };
            if let Some(member) = account.item.noted(id).cloned() {
                members.push((member, account));
            }
        }
        Ok(members)
    }
}
