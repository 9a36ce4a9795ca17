//! The storage on Amazon DynamoDB.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use portal::limits::Limits;

use super::codec::Attributes;
use super::items::{KEY, VERSION, decode, encode, pk, update_of};
use super::storage::{
    Committed, Condition, Consistency, Expected, Outcome, Storage, Version, Versioned, Write,
};
use super::{Key, Mark};
use crate::fault::Fault;
use crate::random::Random;

/// The maximum number of times a transaction is sent again while DynamoDB is busy with another one on the same items.
const SENDS: u32 = 100;

/// Conflicts after which a writer pauses before it decides again.
const ROUNDS_WITHOUT_PAUSE: u32 = 3;

/// The maximum pause, in milliseconds, grows by this with each conflict, up to twenty times.
const PAUSE_STEP: u64 = 2;

/// One table.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    table: String,
    limits: Limits,
    random: Random,
}

/// The fault of this operation after the SDK gave up: the code of a service error, or the kind of a transport
/// failure; never the request.
pub(crate) fn fault<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> Fault
where
    E: aws_sdk_dynamodb::error::ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    move |error| {
        let cause = match &error {
            SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown").to_owned(),
            SdkError::TimeoutError(_) => "time-out".to_owned(),
            SdkError::DispatchFailure(_) => "not reached".to_owned(),
            other => DisplayErrorContext(other).to_string().chars().take(60).collect(),
        };
        Fault::Table { operation, cause }
    }
}

const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// The condition of a write, as an expression and the version that it names.
fn condition(write: &Write) -> Option<(&'static str, Option<&Version>)> {
    match write {
        Write::Put { expected, .. } => Some(match expected {
            Expected::Absent => ("attribute_not_exists(pk)", None),
            Expected::Version(version) => ("v = :read", Some(version)),
        }),
        Write::Remove { expected, .. } => expected
            .as_ref()
            .map(|version| ("attribute_not_exists(pk) OR v = :read", Some(version))),
        Write::Check { expected, .. } => Some(("v = :read", Some(expected))),
    }
}

fn text(version: &Version) -> AttributeValue {
    AttributeValue::S(version.as_str().to_owned())
}

/// The result of a condition that DynamoDB calls failed. It held if the item found is the result of this very write,
/// which was done before: its answer was lost, and the SDK repeated it.
fn failed(key: &Key, found: Option<&Attributes>, version: &Version) -> Result<Condition, Fault> {
    let found = found.map(|found| decode(key, found)).transpose()?;
    Ok(match found {
        Some(found) if found.version == *version => Condition::Held,
        other => Condition::Failed(other),
    })
}

impl DynamoDb {
    /// The table of this name.
    pub const fn new(client: Client, table: String, limits: Limits) -> Self {
        Self {
            client,
            table,
            limits,
            random: Random::System,
        }
    }

    fn draw(&self) -> Result<Version, Fault> {
        Ok(Version::new(self.random.id()?))
    }

    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Versioned>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(KEY, AttributeValue::S(pk(key)))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(fault("GetItem"))?;
        answer.item().map(|found| decode(key, found)).transpose()
    }

    async fn put(&self, write: &Write, attributes: Attributes, version: Version) -> Result<Outcome, Fault> {
        let condition = condition(write);
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes))
            .set_condition_expression(condition.map(|(expression, _)| expression.to_owned()))
            .set_expression_attribute_values(values(condition))
            .return_values_on_condition_check_failure(ALL_OLD)
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(Outcome::Done(version));
        };
        let Some(PutItemError::ConditionalCheckFailedException(check)) = error.as_service_error() else {
            return Err(fault("PutItem")(error));
        };
        Ok(match failed(&write.key(), check.item(), &version)? {
            Condition::Held => Outcome::Done(version),
            Condition::Failed(found) => Outcome::Conflict(found),
        })
    }

    async fn delete(&self, write: &Write, version: Version) -> Result<Outcome, Fault> {
        let condition = condition(write);
        let key = write.key();
        let sent = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(KEY, AttributeValue::S(pk(&key)))
            .set_condition_expression(condition.map(|(expression, _)| expression.to_owned()))
            .set_expression_attribute_values(values(condition))
            .set_return_values_on_condition_check_failure(condition.map(|_| ALL_OLD))
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(Outcome::Done(version));
        };
        let Some(DeleteItemError::ConditionalCheckFailedException(check)) = error.as_service_error() else {
            return Err(fault("DeleteItem")(error));
        };
        let found = check.item().map(|found| decode(&key, found)).transpose()?;
        Ok(Outcome::Conflict(found))
    }

    fn part(&self, write: &Write, version: &Version) -> Result<TransactWriteItem, Fault> {
        let condition = condition(write);
        let expression = condition.map(|(expression, _)| expression.to_owned());
        let part = TransactWriteItem::builder();
        let built = match write {
            Write::Put { item, event, .. } => Put::builder()
                .table_name(&self.table)
                .set_item(Some(encode(item, event.as_ref(), version.as_str(), &self.limits)))
                .set_condition_expression(expression)
                .set_expression_attribute_values(values(condition))
                .return_values_on_condition_check_failure(ALL_OLD)
                .build()
                .map(|put| part.put(put)),
            Write::Remove { key, .. } => Delete::builder()
                .table_name(&self.table)
                .key(KEY, AttributeValue::S(pk(key)))
                .set_condition_expression(expression)
                .set_expression_attribute_values(values(condition))
                .return_values_on_condition_check_failure(ALL_OLD)
                .build()
                .map(|delete| part.delete(delete)),
            Write::Check { key, .. } => ConditionCheck::builder()
                .table_name(&self.table)
                .key(KEY, AttributeValue::S(pk(key)))
                .set_condition_expression(expression)
                .set_expression_attribute_values(values(condition))
                .return_values_on_condition_check_failure(ALL_OLD)
                .build()
                .map(|check| part.condition_check(check)),
        };
        Ok(built
            .map_err(|source| Fault::Request {
                operation: "TransactWriteItems",
                source,
            })?
            .build())
    }

    /// The SDK draws the `ClientRequestToken` once per call and sends it with every repetition, so a lost answer does
    /// nothing twice.
    async fn transact(&self, writes: &[Write]) -> Result<Committed, Fault> {
        let versions: Vec<Version> = writes.iter().map(|_| self.draw()).collect::<Result<_, _>>()?;
        let parts: Vec<TransactWriteItem> = writes
            .iter()
            .zip(&versions)
            .map(|(write, version)| self.part(write, version))
            .collect::<Result<_, _>>()?;
        for round in 0..SENDS {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(parts.clone()))
                .send()
                .await;
            let Err(error) = sent else {
                return Ok(Committed::Done);
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    match judge(writes, &versions, cancelled.cancellation_reasons())? {
                        Cancelled::Judged(committed) => return Ok(committed),
                        Cancelled::Busy => {}
                        Cancelled::Broken => return Err(fault("TransactWriteItems")(error)),
                    }
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {}
                _ => return Err(fault("TransactWriteItems")(error)),
            }
            self.pause(round + 1, 5).await?;
        }
        Err(Fault::Contention("transaction"))
    }

    async fn mark(&self, mark: &Mark) -> Result<bool, Fault> {
        let version = self.draw()?;
        let update = update_of(mark, &version);
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(KEY, AttributeValue::S(mark.key.clone()))
            .condition_expression(update.condition)
            .update_expression(update.expression)
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values))
            .return_values_on_condition_check_failure(ALL_OLD);
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                // The SDK repeated this very update because its answer was lost; it was done.
                Some(UpdateItemError::ConditionalCheckFailedException(check)) => {
                    let found = check.item().and_then(|found| found.get(VERSION));
                    Ok(found == Some(&text(&version)))
                }
                _ => Err(fault("UpdateItem")(error)),
            },
        }
    }

    /// Each writer waits a random time, so that they do not conflict again.
    async fn pause(&self, round: u32, step: u64) -> Result<(), Fault> {
        let longest = Duration::from_millis(u64::from(round.min(20)) * step);
        tokio::time::sleep(self.random.pause(longest)?).await;
        Ok(())
    }
}

fn values(condition: Option<(&'static str, Option<&Version>)>) -> Option<Attributes> {
    let version = condition.and_then(|(_, version)| version)?;
    Some(Attributes::from([(":read".to_owned(), text(version))]))
}

/// The meaning of a cancelled transaction.
enum Cancelled {
    /// Conditions failed.
    Judged(Committed),
    /// Another transaction is using one of the items, or the table is throttled: nothing is known about the
    /// conditions, and the same transaction may be sent again.
    Busy,
    /// A failure that a repetition cannot repair.
    Broken,
}

/// Reads the reason of each write separately. The condition of a busy item was not checked: counting it as held or
/// failed would give a double click the answer of another request.
fn judge(writes: &[Write], versions: &[Version], reasons: &[CancellationReason]) -> Result<Cancelled, Fault> {
    let mut conditions = Vec::new();
    let (mut is_busy, mut is_repeated) = (false, false);
    for ((write, version), reason) in writes.iter().zip(versions).zip(reasons) {
        conditions.push(match reason.code() {
            None | Some("None") => Condition::Held,
            Some("ConditionalCheckFailed") => {
                let condition = failed(&write.key(), reason.item(), version)?;
                is_repeated |= condition == Condition::Held;
                condition
            }
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {
                is_busy = true;
                Condition::Held
            }
            Some(_) => return Ok(Cancelled::Broken),
        });
    }
    let has_failed = conditions.iter().any(|condition| *condition != Condition::Held);
    Ok(if is_busy {
        Cancelled::Busy
    } else if has_failed {
        Cancelled::Judged(Committed::Conflict(conditions))
    } else if is_repeated {
        // This very transaction was done before, and its answer was lost.
        Cancelled::Judged(Committed::Done)
    } else {
        Cancelled::Broken
    })
}

impl Storage for DynamoDb {
    fn read<'a>(
        &'a self,
        key: &'a Key,
        consistency: Consistency,
    ) -> BoxFuture<'a, Result<Option<Versioned>, Fault>> {
        self.get(key, consistency).boxed()
    }

    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Outcome, Fault>> {
        async move {
            let version = self.draw()?;
            match write {
                Write::Put { item, event, .. } => {
                    let attributes = encode(item, event.as_ref(), version.as_str(), &self.limits);
                    self.put(write, attributes, version).await
                }
                Write::Remove { .. } => self.delete(write, version).await,
                Write::Check { key, expected } => {
                    let found = self.get(key, Consistency::Strong).await?;
                    Ok(match found {
                        Some(found) if found.version == *expected => Outcome::Done(found.version),
                        found => Outcome::Conflict(found),
                    })
                }
            }
        }
        .boxed()
    }

    fn commit<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Committed, Fault>> {
        self.transact(writes).boxed()
    }

    fn mark_mail<'a>(&'a self, mark: &'a Mark) -> BoxFuture<'a, Result<bool, Fault>> {
        self.mark(mark).boxed()
    }

    fn back_off(&self, round: u32) -> BoxFuture<'_, Result<(), Fault>> {
        async move {
            if ROUNDS_WITHOUT_PAUSE <= round {
                self.pause(round, PAUSE_STEP).await?;
            }
            Ok(())
        }
        .boxed()
    }
}
