//! Reading a table's stream, one shard after the other.

use super::{PumpError, position::Position, record::Record};
use aws_sdk_dynamodbstreams::{Client, operation::get_records::GetRecordsError, types::ShardIteratorType};

/// The records of one table, in order, from a position on.
///
/// A local engine has one open shard at a time. When it is closed its child is read next, and only once
/// everything of the parent is finished, as Lambda does it.
#[derive(Debug)]
pub(super) struct StreamReader {
    client: Client,
    table: String,
    /// The last record that was read, or that an earlier run finished.
    last: Option<Position>,
    cursor: Option<Cursor>,
}

#[derive(Debug)]
struct Cursor {
    stream_arn: String,
    shard_id: String,
    /// Nothing once the shard is closed and read to its end.
    iterator: Option<String>,
}

/// What one look at the stream gave.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    pub(super) stream_arn: String,
    pub(super) shard_id: String,
}

impl StreamReader {
    pub(super) fn new(client: Client, table: String, from: Option<Position>) -> Self {
        Self {
            client,
            table,
            last: from,
            cursor: None,
        }
    }

    /// The next records, maybe none.
    ///
    /// `all_finished` says whether everything that was read before is finished.
    pub(super) async fn page(&mut self, all_finished: bool) -> Result<Option<Page>, PumpError> {
        loop {
            let Some(cursor) = self.cursor(all_finished).await? else {
                return Ok(None);
            };
            let page = self.read(cursor).await?;
            let is_at_its_end = self
                .cursor
                .as_ref()
                .is_some_and(|cursor| cursor.iterator.is_none());
            if !page.records.is_empty() || !is_at_its_end {
                return Ok(Some(page));
            }
            // The empty end of a closed shard is not the end of the stream.
        }
    }

    /// Where to read next; nothing if there is nowhere to read now.
    async fn cursor(&mut self, all_finished: bool) -> Result<Option<Cursor>, PumpError> {
        match self.cursor.take() {
            None => self.open().await,
            Some(cursor) if cursor.iterator.is_some() => Ok(Some(cursor)),
            Some(closed) => {
                let child = if all_finished {
                    self.child(&closed.stream_arn, &closed.shard_id).await?
                } else {
                    None
                };
                if let Some(child) = child {
                    return self.open_shard(closed.stream_arn, child).await.map(Some);
                }
                self.cursor = Some(closed);
                Ok(None)
            }
        }
    }

    async fn read(&mut self, cursor: Cursor) -> Result<Page, PumpError> {
        let Cursor {
            stream_arn,
            shard_id,
            iterator,
        } = cursor;
        let answer = match self
            .client
            .get_records()
            .set_shard_iterator(iterator)
            .send()
            .await
        {
            Ok(answer) => answer,
            Err(error) => {
                // The cursor is gone; the next look opens it again after the last record that was read.
                if let Some(GetRecordsError::TrimmedDataAccessException(_)) = error.as_service_error() {
                    tracing::warn!(
                        table = self.table,
                        "records are gone from the stream before they were read"
                    );
                    self.last = None;
                }
                return Err(failure("GetRecords", error));
            }
        };
        let records: Vec<Record> = answer
            .records()
            .iter()
            .filter_map(|record| Record::new(record, &stream_arn))
            .collect();
        if let Some(record) = records.last() {
            self.last = Some(Position::new(
                &stream_arn,
                &shard_id,
                record.sequence_number.clone(),
            ));
        }
        let page = Page {
            records,
            stream_arn: stream_arn.clone(),
            shard_id: shard_id.clone(),
        };
        self.cursor = Some(Cursor {
            stream_arn,
            shard_id,
            iterator: answer.next_shard_iterator,
        });
        Ok(page)
    }

    /// Finds the stream and the shard to go on with. Nothing if the table has no stream or no shard yet.
    async fn open(&mut self) -> Result<Option<Cursor>, PumpError> {
        let answer = self.client.list_streams().table_name(&self.table).send().await;
        let answer = answer.map_err(|error| failure("ListStreams", error))?;
        // A stream that was switched off and on again is listed twice; its label is a time.
        let newest = answer.streams().iter().max_by_key(|stream| stream.stream_label());
        let Some(stream_arn) = newest.and_then(|stream| stream.stream_arn()).map(str::to_owned) else {
            return Ok(None);
        };
        if self
            .last
            .as_ref()
            .is_some_and(|last| last.stream_arn != stream_arn)
        {
            tracing::warn!(
                table = self.table,
                "the table is a new one: its stream is read from the start"
            );
            self.last = None;
        }

        let shards = self.shards(&stream_arn).await?;
        let known = self.last.as_ref().map(|last| last.shard_id.clone());
        let shard_id = known
            .filter(|known| shards.iter().any(|(id, _)| id == known))
            .or_else(|| {
                let is_there = |id: &String| shards.iter().any(|(other, _)| other == id);
                let oldest = shards
                    .iter()
                    .find(|(_, parent)| !parent.as_ref().is_some_and(is_there));
                oldest.map(|(id, _)| id.clone())
            });
        match shard_id {
            Some(shard_id) => self.open_shard(stream_arn, shard_id).await.map(Some),
            None => Ok(None),
        }
    }

    /// Starts after the last record read of this shard, or at its beginning.
    async fn open_shard(&self, stream_arn: String, shard_id: String) -> Result<Cursor, PumpError> {
        let after = self.last.as_ref().filter(|last| last.shard_id == shard_id);
        let after = after.map(|last| last.sequence_number.clone());
        let kind = match &after {
            Some(_) => ShardIteratorType::AfterSequenceNumber,
            None => ShardIteratorType::TrimHorizon,
        };
        let request = self
            .client
            .get_shard_iterator()
            .stream_arn(&stream_arn)
            .shard_id(&shard_id);
        let answer = request
            .shard_iterator_type(kind)
            .set_sequence_number(after)
            .send()
            .await;
        let answer = answer.map_err(|error| failure("GetShardIterator", error))?;
        Ok(Cursor {
            stream_arn,
            shard_id,
            iterator: answer.shard_iterator,
        })
    }

    async fn child(&self, stream_arn: &str, parent: &str) -> Result<Option<String>, PumpError> {
        let shards = self.shards(stream_arn).await?;
        Ok(shards
            .into_iter()
            .find(|(_, of)| of.as_deref() == Some(parent))
            .map(|(id, _)| id))
    }

    /// The shards with their parents.
    async fn shards(&self, stream_arn: &str) -> Result<Vec<(String, Option<String>)>, PumpError> {
        let answer = self.client.describe_stream().stream_arn(stream_arn).send().await;
        let answer = answer.map_err(|error| failure("DescribeStream", error))?;
        let shards = answer
            .stream_description()
            .map(aws_sdk_dynamodbstreams::types::StreamDescription::shards)
            .unwrap_or_default();
        Ok(shards
            .iter()
            .filter_map(|shard| {
                Some((
                    shard.shard_id()?.to_owned(),
                    shard.parent_shard_id().map(str::to_owned),
                ))
            })
            .collect())
    }
}

fn failure(operation: &'static str, error: impl std::error::Error) -> PumpError {
    // The chain of messages, without the responses that `Debug` would spell out.
    let mut detail = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        detail = format!("{detail}: {cause}");
        source = cause.source();
    }
    PumpError::Stream { operation, detail }
}
