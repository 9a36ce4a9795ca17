//! Reads a table's stream from a position on.

use super::{MappingError, position::Position, record::StreamRecord};
use crate::engine::{Cursor, Stream};
use dynoxide::DynoxideError;

/// The records of one table, in order.
#[derive(Debug)]
pub(super) struct StreamReader {
    stream: Stream,
    /// The last record that was read, or that an earlier run finished.
    last: Option<Position>,
    cursor: Option<Cursor>,
}

/// The result of one read of the stream.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) records: Vec<StreamRecord>,
    pub(super) stream_arn: String,
}

impl StreamReader {
    pub(super) fn new(stream: Stream, from: Option<Position>) -> Self {
        Self {
            stream,
            last: from,
            cursor: None,
        }
    }

    /// The next records, possibly none; `None` if the table has no stream.
    pub(super) async fn page(&mut self) -> Result<Option<Page>, MappingError> {
        let (stream, cursor, last) = (self.stream.clone(), self.cursor.take(), self.last.take());
        // The engine blocks the thread, and may wait for a writer.
        let read = tokio::task::spawn_blocking(move || {
            let mut last = last;
            let page = read(&stream, cursor, &mut last);
            (page, last)
        });
        let (page, last) = read
            .await
            .map_err(|error| MappingError::Stream(error.to_string()))?;
        self.last = last;
        // After a failure the next read opens the stream after the last record that was read.
        let page = page.map_err(|error| MappingError::Stream(error.to_string()))?;
        Ok(page.map(|(page, cursor)| {
            self.cursor = Some(cursor);
            page
        }))
    }
}

fn read(
    stream: &Stream,
    cursor: Option<Cursor>,
    last: &mut Option<Position>,
) -> Result<Option<(Page, Cursor)>, DynoxideError> {
    let opened = match cursor {
        Some(cursor) => Some(cursor),
        None => open(stream, last)?,
    };
    let Some(mut cursor) = opened else {
        return Ok(None);
    };
    let records: Vec<StreamRecord> = stream
        .read(&mut cursor)?
        .into_iter()
        .filter_map(StreamRecord::new)
        .collect();
    if let Some(record) = records.last() {
        *last = Some(Position::new(&cursor.stream_arn, record.sequence_number.clone()));
    }
    let stream_arn = cursor.stream_arn.clone();
    Ok(Some((Page { records, stream_arn }, cursor)))
}

fn open(stream: &Stream, last: &mut Option<Position>) -> Result<Option<Cursor>, DynoxideError> {
    let Some(arn) = stream.arn()? else {
        return Ok(None);
    };
    if last.as_ref().is_some_and(|last| last.stream_arn != arn) {
        tracing::warn!(
            ?stream,
            "the table is a new one: its stream is read from the start"
        );
        *last = None;
    }
    stream.open(&arn, last.as_ref().map(|last| last.sequence_number.as_str()))
}
