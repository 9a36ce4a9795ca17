//! An emulator of Lambda's event source mapping, between a table's stream and a function.
//!
//! It reads the stream in order, filters, invokes the function with batches, handles reports of partial failure,
//! retries, bisects, and makes dead letters of records that fail permanently. The changes of one item stay in order;
//! those of different items may use different lanes, which is Lambda's parallelization factor.

mod dead_letter;
mod filter;
mod lane;
mod ledger;
mod options;
mod position;
mod reader;
mod record;

pub use dead_letter::{DeadLetter, Reason};
pub use filter::{EVENTFUL, Filter, FilterError, QUEUED_MAIL};
pub use options::MappingOptions;

use crate::{
    engine::Stream,
    function::{Function, InvokeError},
};
use dead_letter::DeadLetters;
use lane::{Batch, Lane, Settled, settle};
use ledger::Ledger;
use position::Position;
use reader::StreamReader;
use serde_json::Value;
use std::{io, pin::pin, time::Duration};
use tokio::{task::JoinSet, time::Instant};

/// Records that may be read but unfinished; above that, reading pauses.
const MOST_UNFINISHED: usize = 10_000;

/// The wait after a failed read of the stream.
const AFTER_A_FAILED_LOOK: Duration = Duration::from_millis(500);

/// How long invocations in flight may take once the mapping stops.
const GRACE: Duration = Duration::from_secs(2);

/// Why a mapping failed.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The file of the position or of the dead letters is unusable.
    #[error("a file of the event source mapping cannot be used")]
    File(#[from] io::Error),
    /// The stream could not be read.
    #[error("the stream cannot be read: {0}")]
    Stream(String),
    /// The function was not reached, and waiting for it here would never end.
    #[error("the function cannot be reached: {0}")]
    FunctionUnavailable(String),
}

/// The result of one or several passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassCounts {
    /// Records read from the stream, including those that the filter excluded.
    pub read: usize,
    /// Invocations of the function.
    pub invocations: usize,
    /// Records that the function handled.
    pub done: usize,
    /// Records that became dead letters.
    pub dead: usize,
}

/// A stream, a function, and the function's position in the stream.
pub struct EventSourceMapping {
    reader: StreamReader,
    function: Function,
    options: MappingOptions,
    lanes: Vec<Lane>,
    ledger: Ledger,
    /// The stream of the ledger.
    stream_arn: Option<String>,
    dead_letters: DeadLetters,
}

impl EventSourceMapping {
    /// A mapping from a table's stream to `function`: from the stored position, or from the start.
    pub fn new(stream: Stream, function: Function, options: MappingOptions) -> Result<Self, MappingError> {
        let from = match &options.position {
            Some(path) => Position::load(path)?,
            None => None,
        };
        let dead_letters = DeadLetters::open(options.dead_letters.as_deref())?;
        let lanes = std::iter::repeat_with(Lane::default)
            .take(options.lanes.max(1))
            .collect();
        Ok(Self {
            reader: StreamReader::new(stream, from),
            function,
            options,
            lanes,
            ledger: Ledger::default(),
            stream_arn: None,
            dead_letters,
        })
    }

    /// Reads the new records and tries them once, without waiting.
    ///
    /// A failed record stays at the head of its lane, for the next pass.
    pub async fn poll_once(&mut self) -> Result<PassCounts, MappingError> {
        let mut tally = PassCounts::default();
        loop {
            let read = self.look().await?;
            tally.read += read;
            if read == 0 {
                break;
            }
        }
        for lane in 0..self.lanes.len() {
            while let Some(batch) = self.take(lane) {
                let answer = self.function.invoke(batch.event()).await;
                let stuck = self.finish(lane, batch, &answer, &mut tally);
                if let Err(InvokeError::Unavailable(detail)) = answer {
                    return Err(MappingError::FunctionUnavailable(detail));
                }
                if stuck {
                    break;
                }
            }
        }
        Ok(tally)
    }

    /// Runs passes until nothing is left: records of the function's own writes are read as well, and failures are
    /// retried at once until they become dead letters.
    pub async fn drain(&mut self) -> Result<PassCounts, MappingError> {
        let mut total = PassCounts::default();
        loop {
            let pass = self.poll_once().await?;
            total.read += pass.read;
            total.invocations += pass.invocations;
            total.done += pass.done;
            total.dead += pass.dead;
            if pass.read == 0 && pass.invocations == 0 && self.lanes.iter().all(Lane::is_empty) {
                return Ok(total);
            }
        }
    }

    /// Runs until `stop` resolves.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut running = JoinSet::new();
        let mut next_look = Instant::now();
        let mut failing = false;
        loop {
            self.start_due(&mut running);
            let wake = self
                .lanes
                .iter()
                .filter_map(Lane::retry_at)
                .fold(next_look, Instant::min);
            tokio::select! {
                () = &mut stop => break,
                Some(finished) = running.join_next() => self.settle_finished(finished),
                () = tokio::time::sleep_until(wake) => {}
            }
            if Instant::now() >= next_look {
                next_look = Instant::now() + self.look_with_patience(&mut failing).await;
            }
        }
        let finish = async {
            while let Some(finished) = running.join_next().await {
                self.settle_finished(finished);
            }
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::warn!(
                function = self.options.name,
                "stopped with invocations under way: they will be repeated"
            );
        }
    }

    /// The dead letters of this run and of earlier ones with the same file.
    pub fn dead_letters(&self) -> &[DeadLetter] {
        self.dead_letters.all()
    }

    /// Reads the stream once; returns the number of records.
    async fn look(&mut self) -> Result<usize, MappingError> {
        if self.ledger.len() >= MOST_UNFINISHED {
            return Ok(0);
        }
        let Some(page) = self.reader.page().await? else {
            return Ok(0);
        };
        let read = page.records.len();
        for record in page.records {
            self.ledger.read(record.sequence_number.clone());
            if self.options.filter.passes(&record.event) {
                let lane = record.lane(self.lanes.len());
                if let Some(lane) = self.lanes.get_mut(lane) {
                    lane.push(record);
                }
            } else {
                self.ledger.finish(&record.sequence_number);
            }
        }
        self.stream_arn = Some(page.stream_arn);
        self.save_position();
        Ok(read)
    }

    /// Reads the stream once, survives a failure, and returns the pause before the next read.
    async fn look_with_patience(&mut self, failing: &mut bool) -> Duration {
        match self.look().await {
            Ok(read) => {
                if std::mem::take(failing) {
                    tracing::info!(function = self.options.name, "the stream can be read again");
                }
                if read == 0 {
                    self.options.poll_interval
                } else {
                    Duration::ZERO
                }
            }
            Err(error) => {
                if !std::mem::replace(failing, true) {
                    tracing::warn!(function = self.options.name, %error, "the stream cannot be read: trying on");
                }
                AFTER_A_FAILED_LOOK
            }
        }
    }

    fn take(&mut self, lane: usize) -> Option<Batch> {
        self.lanes.get_mut(lane)?.take(self.options.batch_size)
    }

    /// Invokes the function for every lane with a due batch.
    fn start_due(&mut self, running: &mut JoinSet<Finished>) {
        let now = Instant::now();
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            if !lane.is_due(now) {
                continue;
            }
            let Some(batch) = lane.take(self.options.batch_size) else {
                continue;
            };
            lane.busy = true;
            let (function, event) = (self.function.clone(), batch.event());
            running.spawn(async move {
                // A separate task, so that a handler that panics costs an attempt and not the batch.
                let answer = tokio::spawn(async move { function.invoke(event).await }).await;
                let answer = answer.unwrap_or_else(|_| Err(InvokeError::Failed("panic".to_owned())));
                Finished {
                    lane: number,
                    batch,
                    answer,
                }
            });
        }
    }

    fn settle_finished(&mut self, finished: Result<Finished, tokio::task::JoinError>) {
        // The task itself cannot panic, and a runtime that shuts down ends the mapping as well.
        let Ok(Finished { lane, batch, answer }) = finished else {
            return;
        };
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.busy = false;
        }
        self.finish(lane, batch, &answer, &mut PassCounts::default());
    }

    /// Applies an answer; returns whether the lane now waits at a failed record.
    fn finish(
        &mut self,
        lane: usize,
        batch: Batch,
        answer: &Result<Value, InvokeError>,
        tally: &mut PassCounts,
    ) -> bool {
        let now = self.options.clock.now();
        self.log(&batch, answer);
        let Settled {
            done,
            dead,
            again,
            stuck,
        } = settle(batch, answer, &self.options.policy(), now.as_second());
        tally.invocations += 1;
        tally.done += done.len();
        tally.dead += dead.len();
        for record in &done {
            self.ledger.finish(&record.sequence_number);
        }
        for (record, attempts, reason) in &dead {
            self.dead_letters
                .add(now.to_string(), &self.options.name, record, *attempts, *reason);
            self.ledger.finish(&record.sequence_number);
        }
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.put_back(again);
        }
        self.save_position();
        stuck
    }

    fn log(&self, batch: &Batch, answer: &Result<Value, InvokeError>) {
        let Err(error) = answer else { return };
        let (function, records) = (&self.options.name, batch.records.len());
        if batch.is_first_attempt() {
            tracing::warn!(function, records, %error, "an invocation failed: trying again");
        } else {
            tracing::debug!(function, records, %error, "an invocation failed again");
        }
    }

    fn save_position(&mut self) {
        let (Some(number), Some(stream_arn)) = (self.ledger.advance(), &self.stream_arn) else {
            return;
        };
        if let Some(path) = &self.options.position
            && let Err(error) = Position::new(stream_arn, number).save(path)
        {
            tracing::error!(file = %path.display(), %error, "the position was not saved: records will be repeated");
        }
    }
}

impl std::fmt::Debug for EventSourceMapping {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EventSourceMapping")
            .field("function", &self.options.name)
            .finish_non_exhaustive()
    }
}

/// A finished invocation.
struct Finished {
    lane: usize,
    batch: Batch,
    answer: Result<Value, InvokeError>,
}
