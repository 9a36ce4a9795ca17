//! A table's stream, read in this process: much cheaper than over HTTP.

use crate::aws;
use dynoxide::{
    Database, DynoxideError,
    actions::{
        describe_stream::DescribeStreamRequest,
        get_records::{GetRecordsRequest, Record},
        get_shard_iterator::GetShardIteratorRequest,
        list_streams::ListStreamsRequest,
    },
};
use serde_json::{Value, json};

/// The stream of one table.
#[derive(Clone)]
pub struct Stream {
    database: Database,
    table: String,
}

/// The position of a reader in a stream.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// The stream: another one if the table was recreated.
    pub stream_arn: String,
    iterator: String,
}

impl Stream {
    pub(super) fn new(database: Database, table: String) -> Self {
        Self { database, table }
    }

    /// The stream's name, if the table has one.
    pub fn arn(&self) -> Result<Option<String>, DynoxideError> {
        let request = ListStreamsRequest {
            table_name: Some(self.table.clone()),
            ..ListStreamsRequest::default()
        };
        let streams = self.database.list_streams(request)?.streams;
        // A stream that was switched off and on again is listed twice; its label is a time.
        let newest = streams
            .into_iter()
            .max_by(|one, other| one.stream_label.cmp(&other.stream_label));
        Ok(newest.map(|stream| stream.stream_arn))
    }

    /// A cursor after the record with this sequence number, or at the beginning. The engine's streams have one shard.
    pub fn open(&self, stream_arn: &str, after: Option<&str>) -> Result<Option<Cursor>, DynoxideError> {
        let described = self.database.describe_stream(DescribeStreamRequest {
            stream_arn: stream_arn.to_owned(),
            ..DescribeStreamRequest::default()
        })?;
        let Some(shard) = described.stream_description.shards.into_iter().next() else {
            return Ok(None);
        };
        let kind = if after.is_some() {
            "AFTER_SEQUENCE_NUMBER"
        } else {
            "TRIM_HORIZON"
        };
        let opened = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: stream_arn.to_owned(),
            shard_id: shard.shard_id,
            shard_iterator_type: kind.to_owned(),
            sequence_number: after.map(str::to_owned),
        })?;
        Ok(opened.shard_iterator.map(|iterator| Cursor {
            stream_arn: stream_arn.to_owned(),
            iterator,
        }))
    }

    /// The next records, in Lambda's form; moves the cursor behind them. Blocks the calling thread.
    pub fn read(&self, cursor: &mut Cursor) -> Result<Vec<Value>, DynoxideError> {
        let answer = self.database.get_records(GetRecordsRequest {
            shard_iterator: cursor.iterator.clone(),
            limit: None,
        })?;
        if let Some(next) = answer.next_shard_iterator {
            cursor.iterator = next;
        }
        Ok(answer
            .records
            .iter()
            .map(|record| event(record, &cursor.stream_arn))
            .collect())
    }

    /// All records that the stream still has.
    pub fn all(&self) -> Result<Vec<Value>, DynoxideError> {
        let mut records = Vec::new();
        let Some(arn) = self.arn()? else {
            return Ok(records);
        };
        if let Some(mut cursor) = self.open(&arn, None)? {
            loop {
                let page = self.read(&mut cursor)?;
                if page.is_empty() {
                    break;
                }
                records.extend(page);
            }
        }
        Ok(records)
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Stream")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

/// The engine's record is Lambda's, except for three fields.
fn event(record: &Record, stream_arn: &str) -> Value {
    let mut event = serde_json::to_value(record).unwrap_or_default();
    if let Some(event) = event.as_object_mut() {
        event.insert("awsRegion".to_owned(), json!(aws::REGION));
        event.insert("eventSourceARN".to_owned(), json!(stream_arn));
    }
    if let Some(created) = event.pointer_mut("/dynamodb/ApproximateCreationDateTime") {
        // Lambda writes whole seconds as an integer; the engine a number with a zero fraction.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds since 1970 are far from the end of an i64"
        )]
        let seconds = created.as_f64().unwrap_or_default() as i64;
        *created = json!(seconds);
    }
    event
}
