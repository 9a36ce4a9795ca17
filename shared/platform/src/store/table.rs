//! The typed store that steps use: reads, conditional writes, and the one retry loop, over any storage.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use portal::account::{Account, Member};
use portal::change::{Change, Put};
use portal::limits::Limits;
use portal::mail::{Delivery, Promise};
use portal::office::Office;

use super::dynamodb::DynamoDb;
use super::item::{AnyItem, Item, Key};
use super::storage::{
    Committed, Condition, Consistency, Expected, Outcome, Storage, Version, Versioned, Write,
};
use crate::fault::Fault;

/// How often a decision is taken anew because another request wrote the item first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retries {
    /// Until even a crowd has passed.
    Many,
    /// [`Fault::Contention`] soon, for a step that then looks again at its flow: mostly another request has moved the flow
    /// on by then.
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

/// An item of a kind and the version that was read, without which it cannot be replaced.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    /// The item.
    pub item: T,
    version: Version,
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

/// What a write replaces.
#[derive(Debug, Clone, Copy)]
pub enum Replacing<'a, T> {
    /// Nothing: the item must not be there.
    Nothing,
    /// The version that was read.
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

/// What became of a write.
#[derive(Debug, Clone)]
pub enum Written<T> {
    /// It is done; the item as it is now.
    Done(Stored<T>),
    /// Another request wrote the item first; the item as it is now.
    Conflict(Option<Stored<T>>),
}

/// News about a mail, for the item that promised it.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The item's key.
    pub key: String,
    /// Which of its mails.
    pub number: u32,
    /// What that mail is about: a challenge's or a member's id.
    pub of: String,
    /// From which states on; news that comes late changes nothing.
    pub from: &'static [Delivery],
    /// To which state.
    pub to: Delivery,
    /// When SES took it, if this says so.
    pub sent_at: Option<Timestamp>,
}

/// Writes that are done together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Commit(Vec<Write>);

impl Commit {
    /// Also this item, if what it replaces is still there.
    pub fn put<T: Item>(&mut self, put: Put<T>, replacing: Replacing<'_, T>) {
        self.0.push(write_of(put, replacing).0);
    }
}

/// Which conditions of a commit failed, in the order of its writes.
#[derive(Debug)]
pub struct Conflicts(std::vec::IntoIter<Condition>);

impl Conflicts {
    /// Brings what was known of the next write's item up to what it is now, if that write's condition failed.
    pub fn update<T: Item>(&mut self, known: &mut Option<Stored<T>>) -> Result<(), Fault> {
        if let Some(Condition::Failed(found)) = self.0.next() {
            *known = found.map(typed).transpose()?;
        }
        Ok(())
    }
}

/// The write of a put, and the item as it is once that is done.
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

    /// On any storage.
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

    /// The mails that the item of this key promises now; the key as the table has it.
    pub async fn promises(&self, pk: &str) -> Result<Vec<Promise>, Fault> {
        let Some(key) = Key::parse(pk) else {
            return Ok(Vec::new());
        };
        let found = self.0.read(&key, Consistency::Strong).await?;
        Ok(found.map_or_else(Vec::new, |found| {
            found.item.promises().into_iter().cloned().collect()
        }))
    }

    /// Writes the item, if what it replaces is still there.
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

    /// Removes the item, if it is still what was read or gone already.
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

    /// Removes whatever is there under this id.
    pub async fn forget<T: Item>(&self, id: &T::Id) -> Result<(), Fault> {
        let forget = Write::Remove {
            key: T::key(id),
            expected: None,
        };
        self.0.write(&forget).await?;
        Ok(())
    }

    /// Writes all or none. [`Conflicts`] says which conditions failed, where one did.
    pub async fn commit(&self, commit: &Commit) -> Result<Result<(), Conflicts>, Fault> {
        Ok(match self.0.commit(&commit.0).await? {
            Committed::Done => Ok(()),
            Committed::Conflict(conditions) => Err(Conflicts(conditions.into_iter())),
        })
    }

    /// Decides and stores, again and again until no other request wrote the item in between.
    ///
    /// `known` is what was read, or nothing, which costs no read where there is mostly nothing: the first write finds
    /// out. What `decide` answers leaves this function only after its write is done.
    pub async fn change<T: Item, R, E: From<Fault>>(
        &self,
        known: Option<Stored<T>>,
        decide: impl FnMut(Option<&T>) -> Result<Change<T, R>, E>,
    ) -> Result<(R, Option<Stored<T>>), E> {
        self.change_within(Retries::Many, known, decide).await
    }

    /// The same with so many retries.
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

    /// Notes what became of a mail; answers whether the item still waited for that.
    pub async fn mark_mail(&self, mark: &Mark) -> Result<bool, Fault> {
        self.0.mark_mail(mark).await
    }

    /// The members that an office's seats name, as their accounts know them.
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
