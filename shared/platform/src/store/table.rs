//! Conditional reads and writes of the one table.

use std::marker::PhantomData;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use jiff::Timestamp;
use portal::account::{Account, Member};
use portal::audit::Event;
use portal::change::Change;
use portal::limits::Limits;
use portal::mail::Delivery;
use portal::office::Office;
use portal::values::{FlowId, MemberId};

use super::codec::{Attributes, Reader, Writer};
use super::items::{AddressClaim, EVENT, write_event};
use crate::fault::Fault;
use crate::random;

/// The shape of items that this code writes; it reads this one and the ones before.
const SCHEMA: u32 = 1;

/// How often a lost write is decided anew before we give up: each time, somebody else has won.
const ROUNDS: u32 = 100;

/// The same where a step looks again at its flow before it goes on: mostly the crowd has moved the flow on by then.
const FEW_ROUNDS: u32 = 8;

/// A kind of item.
pub trait Item: Sized + Clone + Send + Sync {
    /// What names one of the kind.
    type Id: Clone + Send + Sync;
    /// The kind, which is also the first part of the key.
    const KIND: &'static str;

    /// Its own id.
    fn id(&self) -> &Self::Id;
    /// The second part of the key.
    fn id_text(id: &Self::Id) -> &str;
    /// Writes all but key, version and schema.
    fn write(&self, writer: &mut Writer, limits: &Limits);
    /// Reads what [`Item::write`] wrote.
    fn read(id: &str, reader: &Reader<'_>) -> Result<Self, Fault>;
    /// What happens with the next write, for kinds whose writes are acts on an account; taken, so that no write tells
    /// of it twice.
    fn take_event(&mut self) -> Option<Event> {
        None
    }
}

fn key_of<T: Item>(id: &T::Id) -> String {
    format!("{}#{}", T::KIND, T::id_text(id))
}

/// An item and the version that was read, without which it cannot be replaced.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    /// The item.
    pub item: T,
    version: String,
}

fn read<T: Item>(attributes: &Attributes) -> Result<Stored<T>, Fault> {
    let reader = Reader::new(T::KIND, attributes);
    let schema: u32 = reader.number("schema")?;
    if schema == 0 || SCHEMA < schema {
        return Err(reader.corrupt("schema"));
    }
    let id = reader
        .text("pk")?
        .strip_prefix(T::KIND)
        .and_then(|rest| rest.strip_prefix('#'));
    let item = T::read(id.ok_or_else(|| reader.corrupt("pk"))?, &reader)?;
    Ok(Stored {
        item,
        version: reader.text("v")?.to_owned(),
    })
}

/// How sure a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// As of now; what a refusal may rest on.
    Strongly,
    /// As of a moment ago, at half the cost; only for what is shown, or what a condition decides later on.
    Eventually,
}

/// What a write replaces.
#[derive(Debug, Clone, Copy)]
pub enum Replacing<'a, T> {
    /// Nothing: the item must not be there.
    Nothing,
    /// The version that was read.
    Read(&'a Stored<T>),
}

/// What became of a write.
#[derive(Debug, Clone)]
pub enum Written<T> {
    /// It is done; the item as it is now.
    Won(Stored<T>),
    /// Somebody else was faster; the item as it is now.
    Lost(Option<Stored<T>>),
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

/// The two items that a first registration changes, as they are for whoever lost.
#[derive(Debug)]
pub struct Seats {
    /// The office, if it is claimed.
    pub office: Option<Stored<Office>>,
    /// The address, if it is claimed.
    pub account: Option<Stored<Account>>,
}

/// テーブル
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
    limits: Limits,
}

pub(crate) fn fault<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> Fault
where
    E: aws_sdk_dynamodb::error::ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    move |error| {
        // The code of a service error, or the kind of a failure on the way; never the request.
        let cause = match &error {
            SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown").to_owned(),
            SdkError::TimeoutError(_) => "time-out".to_owned(),
            SdkError::DispatchFailure(_) => "not reached".to_owned(),
            other => DisplayErrorContext(other).to_string().chars().take(60).collect(),
        };
        Fault::Table { operation, cause }
    }
}

impl Table {
    /// The table of this name.
    pub const fn new(client: Client, name: String, limits: Limits) -> Self {
        Self { client, name, limits }
    }

    fn attributes<T: Item>(&self, item: &mut T, version: &str) -> Attributes {
        let mut writer = Writer::default();
        item.write(&mut writer, &self.limits);
        writer.map_if(EVENT, item.take_event().map(|event| write_event(&event, version)));
        writer
            .text("pk", &key_of::<T>(item.id()))
            .text("v", version)
            .number("schema", SCHEMA);
        writer.finish()
    }

    /// The item of this id.
    pub async fn get<T: Item>(&self, id: &T::Id, found: Found) -> Result<Option<Stored<T>>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key_of::<T>(id)))
            .consistent_read(found == Found::Strongly)
            .send()
            .await
            .map_err(fault("GetItem"))?;
        answer.item().map(read).transpose()
    }

    /// The attributes of the item with this key, for whoever holds a key and not an id.
    pub async fn get_image(&self, key: &str) -> Result<Option<Attributes>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(fault("GetItem"))?;
        Ok(answer.item)
    }

    /// Writes the item, if what it replaces is still there.
    pub async fn put<T: Item>(&self, mut item: T, replacing: Replacing<'_, T>) -> Result<Written<T>, Fault> {
        let version = random::id()?;
        let mut request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(self.attributes(&mut item, &version)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        request = match replacing {
            Replacing::Nothing => request.condition_expression("attribute_not_exists(pk)"),
            Replacing::Read(stored) => request
                .condition_expression("v = :read")
                .expression_attribute_values(":read", AttributeValue::S(stored.version.clone())),
        };
        match request.send().await {
            Ok(_) => Ok(Written::Won(Stored { item, version })),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let old: Option<Stored<T>> = failed.item().map(read).transpose()?;
                    match old {
                        // Our own write, whose answer was lost and which the SDK repeated.
                        Some(old) if old.version == version => Ok(Written::Won(old)),
                        other => Ok(Written::Lost(other)),
                    }
                }
                _ => Err(fault("PutItem")(error)),
            },
        }
    }

    /// Removes the item, if it is still what was read; says whether it is gone.
    pub async fn remove<T: Item>(&self, stored: &Stored<T>) -> Result<Written<T>, Fault> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key_of::<T>(stored.item.id())))
            .condition_expression("attribute_not_exists(pk) OR v = :read")
            .expression_attribute_values(":read", AttributeValue::S(stored.version.clone()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(Written::Won(stored.clone())),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Written::Lost(failed.item().map(read).transpose()?))
                }
                _ => Err(fault("DeleteItem")(error)),
            },
        }
    }

    /// Removes whatever is there under this id.
    pub async fn forget<T: Item>(&self, id: &T::Id) -> Result<(), Fault> {
        let _: PhantomData<T> = PhantomData;
        self.client
            .delete_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key_of::<T>(id)))
            .send()
            .await
            .map_err(fault("DeleteItem"))?;
        Ok(())
    }

    /// Decides and stores until nobody else was faster.
    ///
    /// `known` is what was read, or none, which costs no read where there is mostly nothing: the first write finds
    /// out. What `decide` answers leaves this function only after its write was won.
    pub async fn change<T: Item, R, E: From<Fault>>(
        &self,
        known: Option<Stored<T>>,
        decide: impl FnMut(Option<&T>) -> Result<Change<T, R>, E>,
    ) -> Result<(R, Option<Stored<T>>), E> {
        self.change_within(ROUNDS, known, decide).await
    }

    /// The same with little patience: [`Fault::Contention`] soon, for a step that then looks again at its flow.
    pub async fn change_soon<T: Item, R, E: From<Fault>>(
        &self,
        known: Option<Stored<T>>,
        decide: impl FnMut(Option<&T>) -> Result<Change<T, R>, E>,
    ) -> Result<(R, Option<Stored<T>>), E> {
        self.change_within(FEW_ROUNDS, known, decide).await
    }

    async fn change_within<T: Item, R, E: From<Fault>>(
        &self,
        rounds: u32,
        mut known: Option<Stored<T>>,
        mut decide: impl FnMut(Option<&T>) -> Result<Change<T, R>, E>,
    ) -> Result<(R, Option<Stored<T>>), E> {
        for round in 0..rounds {
            let (written, answer) = match decide(known.as_ref().map(|stored| &stored.item))? {
                Change::Keep(answer) => return Ok((answer, known)),
                Change::Offer(item, answer) => {
                    let replacing = known.as_ref().map_or(Replacing::Nothing, Replacing::Read);
                    let (Written::Won(stored) | Written::Lost(Some(stored))) =
                        self.put(item, replacing).await?
                    else {
                        return Ok((answer, None));
                    };
                    return Ok((answer, Some(stored)));
                }
                Change::Store(item, answer) => {
                    let replacing = known.as_ref().map_or(Replacing::Nothing, Replacing::Read);
                    (self.put(item, replacing).await?, answer)
                }
                Change::Remove(answer) => match &known {
                    None => return Ok((answer, None)),
                    Some(stored) => match self.remove(stored).await? {
                        Written::Won(_) => return Ok((answer, None)),
                        lost @ Written::Lost(_) => (lost, answer),
                    },
                },
            };
            match written {
                Written::Won(stored) => return Ok((answer, Some(stored))),
                Written::Lost(current) => known = current,
            }
            if round >= 3 {
                // The crowd thins out as others win; each waits a time of its own, so that they do not meet again.
                tokio::time::sleep(random::pause(Duration::from_millis(
                    u64::from(round.min(20)) * 2,
                ))?)
                .await;
            }
        }
        Err(Fault::Contention(T::KIND).into())
    }

    /// Takes note of what became of a mail; says whether the item still cares.
    pub async fn mark_mail(&self, mark: &Mark) -> Result<bool, Fault> {
        let states: Vec<String> = (0..mark.from.len()).map(|at| format!(":from{at}")).collect();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(mark.key.clone()))
            .condition_expression(format!(
                "#mail.#n = :number AND #mail.#of = :of AND #mail.#delivery IN ({})",
                states.join(", ")
            ))
            .update_expression(match mark.sent_at {
                Some(_) => "SET #mail.#delivery = :to, #mail.#sent = :at, #v = :version",
                None => "SET #mail.#delivery = :to, #v = :version",
            })
            .expression_attribute_names("#mail", "mail")
            .expression_attribute_names("#n", "n")
            .expression_attribute_names("#of", "of")
            .expression_attribute_values(":of", AttributeValue::S(mark.of.clone()))
            .expression_attribute_names("#delivery", "delivery")
            .expression_attribute_names("#v", "v")
            .expression_attribute_values(":number", AttributeValue::N(mark.number.to_string()))
            .expression_attribute_values(":to", AttributeValue::S(mark.to.code().to_owned()))
            .expression_attribute_values(":version", AttributeValue::S(random::id()?));
        if let Some(at) = mark.sent_at {
            request = request
                .expression_attribute_names("#sent", "sentAt")
                .expression_attribute_values(":at", AttributeValue::N(at.as_second().to_string()));
        }
        for (name, state) in states.iter().zip(mark.from) {
            request = request.expression_attribute_values(name, AttributeValue::S(state.code().to_owned()));
        }
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(fault("UpdateItem")(error)),
            },
        }
    }

    /// Claims an office and an address for their first member, both or neither, without having read either.
    ///
    /// None means it is done; otherwise somebody holds one of the two.
    pub async fn found(
        &self,
        office: &Office,
        member: &Member,
        by: &FlowId,
        now: Timestamp,
    ) -> Result<Option<Seats>, Fault> {
        let version = random::id()?;
        let claim = AddressClaim::of(member, by, now, &self.limits, &version, SCHEMA);
        let mut address = Update::builder()
            .table_name(&self.name)
            .key(
                "pk",
                AttributeValue::S(key_of::<Account>(&member.profile.email.key())),
            )
            .condition_expression(claim.condition)
            .update_expression(claim.update)
            .set_expression_attribute_values(Some(claim.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (placeholder, name) in AddressClaim::NAMES {
            address = address.expression_attribute_names(*placeholder, *name);
        }
        let address = address.build().map_err(|_| Fault::CorruptItem {
            kind: "ACCOUNT",
            attribute: "update",
        })?;
        let writes = vec![
            self.transact_put(office, &Replacing::Nothing)?,
            TransactWriteItem::builder().update(address).build(),
        ];
        let Some(mut lost) = self.transact(&writes).await? else {
            return Ok(None);
        };
        let account = lost.pop().flatten().map(|image| read(&image)).transpose()?;
        let office = lost.pop().flatten().map(|image| read(&image)).transpose()?;
        if account.is_none() && office.is_none() {
            // A condition failed on an item that is not there: nobody may conclude from this who holds what.
            return Err(Fault::Table {
                operation: "TransactWriteItems",
                cause: "a lost condition without its item".to_owned(),
            });
        }
        Ok(Some(Seats { office, account }))
    }

    /// Replaces an office, the account of its new member, and the account that the replaced one had, all or none;
    /// says whether it is done.
    pub async fn refound(
        &self,
        office: (&Office, &Stored<Office>),
        accounts: &[(Account, Option<Stored<Account>>)],
    ) -> Result<bool, Fault> {
        let mut writes = vec![self.transact_put(office.0, &Replacing::Read(office.1))?];
        for (account, read) in accounts {
            writes.push(self.transact_put(
                account,
                &read.as_ref().map_or(Replacing::Nothing, Replacing::Read),
            )?);
        }
        Ok(self.transact(&writes).await?.is_none())
    }

    fn transact_put<T: Item>(
        &self,
        item: &T,
        replacing: &Replacing<'_, T>,
    ) -> Result<TransactWriteItem, Fault> {
        let mut put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(self.attributes(&mut item.clone(), &random::id()?)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        put = match replacing {
            Replacing::Nothing => put.condition_expression("attribute_not_exists(pk)"),
            Replacing::Read(stored) => put
                .condition_expression("v = :read")
                .expression_attribute_values(":read", AttributeValue::S(stored.version.clone())),
        };
        let put = put.build().map_err(|_| Fault::CorruptItem {
            kind: T::KIND,
            attribute: "put",
        })?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// None if all was written; otherwise each item as it is, where its condition failed.
    ///
    /// The SDK draws the `ClientRequestToken` once a call and repeats it when it repeats the call, so a lost answer
    /// does nothing twice.
    async fn transact(&self, writes: &[TransactWriteItem]) -> Result<Option<Vec<Option<Attributes>>>, Fault> {
        for round in 1..=ROUNDS {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.to_vec()))
                .send()
                .await;
            let Err(error) = sent else { return Ok(None) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                if matches!(
                    error.as_service_error(),
                    Some(TransactWriteItemsError::TransactionInProgressException(_))
                ) {
                    tokio::time::sleep(Duration::from_millis(u64::from(round) * 5)).await;
                    continue;
                }
                return Err(fault("TransactWriteItems")(error));
            };
            let reasons = cancelled.cancellation_reasons();
            let failed = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
            if failed("ConditionalCheckFailed") {
                return Ok(Some(
                    reasons.iter().map(|reason| reason.item().cloned()).collect(),
                ));
            }
            if !(failed("TransactionConflict")
                || failed("ThrottlingError")
                || failed("ProvisionedThroughputExceeded"))
            {
                return Err(fault("TransactWriteItems")(error));
            }
            tokio::time::sleep(Duration::from_millis(u64::from(round.min(20)) * 5)).await;
        }
        Err(Fault::Contention("OFFICE"))
    }

    /// The members that an office's seats name, as their accounts know them.
    pub async fn members_of(&self, office: &Office) -> Result<Vec<(Member, Stored<Account>)>, Fault> {
        let mut members = Vec::new();
        for (id, account) in &office.members {
            let account: Option<Stored<Account>> = self.get(account, Found::Strongly).await?;
            let Some(account) = account else { continue };
            let holds = |member: &&Member| MemberId::eq(&member.id, id);
            if let Some(member) = account.item.member.as_ref().filter(holds).cloned() {
                members.push((member, account));
            }
        }
        Ok(members)
    }
}
