//! The order of records that must not overtake each other, and the effects of an answer.

use super::{dead_letter::Reason, record::StreamRecord};
use crate::function::InvokeError;
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// The waits and limits of retries.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetryPolicy {
    pub(super) retries: u32,
    pub(super) first_wait: Duration,
    pub(super) longest_wait: Duration,
    pub(super) max_age: Option<Duration>,
}

impl RetryPolicy {
    /// The wait before the next attempt, after `failures` in a row.
    fn wait(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        self.first_wait
            .saturating_mul(1 << doublings)
            .min(self.longest_wait)
    }

    fn is_too_old(&self, record: &StreamRecord, now: i64) -> bool {
        self.max_age.is_some_and(|max_age| {
            now.saturating_sub(record.created) > i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX)
        })
    }
}

/// Records of one invocation.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) records: Vec<StreamRecord>,
    /// Consecutive failures that count as retries.
    pub(super) failures: u32,
    /// Consecutive attempts that did not reach the function; they only affect the wait.
    misses: u32,
    /// Not before this instant.
    pub(super) due: Instant,
}

impl Batch {
    fn new(records: Vec<StreamRecord>, failures: u32) -> Self {
        Self {
            records,
            failures,
            misses: 0,
            due: Instant::now(),
        }
    }

    /// Whether it has never failed.
    pub(super) fn is_first_attempt(&self) -> bool {
        self.failures == 0 && self.misses == 0
    }

    /// The event, in Lambda's form.
    pub(super) fn event(&self) -> Value {
        json!({ "Records": self.records.iter().map(|record| &record.event).collect::<Vec<_>>() })
    }
}

/// The result of an invocation.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) done: Vec<StreamRecord>,
    pub(super) dead: Vec<(StreamRecord, u32, Reason)>,
    /// In order, before everything else of the lane.
    pub(super) again: Vec<Batch>,
    /// Whether the first of `again` failed alone, or never reached the function: an immediate retry is useless.
    pub(super) stuck: bool,
}

/// The records of the items that share a lane: first those to retry, then the new ones.
#[derive(Debug, Default)]
pub(super) struct Lane {
    again: VecDeque<Batch>,
    fresh: VecDeque<StreamRecord>,
    /// Whether a batch is in flight; the next one waits for it.
    pub(super) busy: bool,
}

impl Lane {
    pub(super) fn push(&mut self, record: StreamRecord) {
        self.fresh.push_back(record);
    }

    /// The next batch, due or not.
    pub(super) fn take(&mut self, size: usize) -> Option<Batch> {
        if let Some(batch) = self.again.pop_front() {
            return Some(batch);
        }
        let count = self.fresh.len().min(size.max(1));
        (count > 0).then(|| Batch::new(self.fresh.drain(..count).collect(), 0))
    }

    /// Whether a batch is due.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        !self.busy
            && self
                .again
                .front()
                .map_or(!self.fresh.is_empty(), |batch| batch.due <= now)
    }

    /// When the next retry of the lane is due, if it waits for one.
    pub(super) fn retry_at(&self) -> Option<Instant> {
        self.again.front().filter(|_| !self.busy).map(|batch| batch.due)
    }

    /// Puts back the batches that must be retried.
    pub(super) fn put_back(&mut self, again: Vec<Batch>) {
        for batch in again.into_iter().rev() {
            self.again.push_front(batch);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.busy && self.again.is_empty() && self.fresh.is_empty()
    }
}

/// Applies the function's answer; `now` is in seconds, for the age of records.
///
/// A report of failures finishes the records before the first failed one. If that is the first record of its batch,
/// the batch is halved, which costs no retry, until the failing record is alone and delays no others.
pub(super) fn settle(
    batch: Batch,
    answer: &Result<Value, InvokeError>,
    policy: &RetryPolicy,
    now: i64,
) -> Settled {
    let (first_failed, reason) = match answer {
        Err(InvokeError::Unavailable(_)) => return wait_for_function(batch, policy, now),
        Err(InvokeError::Failed(_)) => (Some(0), Reason::FunctionError),
        Ok(answer) => (first_failure(answer, &batch.records), Reason::ReportedFailure),
    };
    let Some(first_failed) = first_failed else {
        return Settled {
            done: batch.records,
            ..Settled::default()
        };
    };

    let mut done = batch.records;
    let failed = done.split_off(first_failed.min(done.len()));
    let (mut dead, mut rest) = give_up_old(failed, batch.failures, policy, now);
    let mut again = Vec::new();
    let mut stuck = false;
    if first_failed > 0 || !dead.is_empty() {
        // Some records were finished: the retries of the rest start again.
        again.extend((!rest.is_empty()).then(|| Batch::new(rest, 0)));
    } else if rest.len() > 1 {
        let second_half = rest.split_off(rest.len().div_ceil(2));
        again.push(Batch::new(rest, batch.failures));
        again.push(Batch::new(second_half, batch.failures));
    } else {
        let failures = batch.failures + 1;
        if failures > policy.retries {
            dead.extend(rest.into_iter().map(|record| (record, failures, reason)));
        } else {
            let due = Instant::now() + policy.wait(failures);
            stuck = true;
            again.push(Batch {
                records: rest,
                failures,
                misses: 0,
                due,
            });
        }
    }
    Settled {
        done,
        dead,
        again,
        stuck,
    }
}

fn wait_for_function(batch: Batch, policy: &RetryPolicy, now: i64) -> Settled {
    let misses = batch.misses.saturating_add(1);
    let (dead, records) = give_up_old(batch.records, batch.failures, policy, now);
    let due = Instant::now() + policy.wait(misses);
    let again = (!records.is_empty()).then_some(Batch {
        records,
        failures: batch.failures,
        misses,
        due,
    });
    Settled {
        done: Vec::new(),
        dead,
        again: again.into_iter().collect(),
        stuck: true,
    }
}

type GivenUp = Vec<(StreamRecord, u32, Reason)>;

/// Removes the records that are older than the maximum age.
fn give_up_old(
    records: Vec<StreamRecord>,
    failures: u32,
    policy: &RetryPolicy,
    now: i64,
) -> (GivenUp, Vec<StreamRecord>) {
    let (old, rest): (Vec<_>, Vec<_>) = records
        .into_iter()
        .partition(|record| policy.is_too_old(record, now));
    (
        old.into_iter()
            .map(|record| (record, failures + 1, Reason::TooOld))
            .collect(),
        rest,
    )
}

/// The position of the first record that was reported as failed, by Lambda's rules for the report.
///
/// Nothing, `null` and an empty list mean that all succeeded; a malformed report, or one without a record of the
/// batch, means that all failed.
fn first_failure(answer: &Value, records: &[StreamRecord]) -> Option<usize> {
    // A function that reports nothing may answer anything.
    let report = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return None,
        Some(report) => report,
    };
    let Some(failures) = report.as_array() else {
        return Some(0);
    };
    let mut first = None;
    for failure in failures {
        let identifier = failure.get("itemIdentifier").and_then(Value::as_str);
        let place = identifier
            .and_then(|number| {
                records
                    .iter()
                    .position(|record| record.sequence_number.0 == number)
            })
            .unwrap_or(0);
        first = Some(first.map_or(place, |first: usize| first.min(place)));
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::record::SequenceNumber;

    const POLICY: RetryPolicy = RetryPolicy {
        retries: 2,
        first_wait: Duration::from_millis(100),
        longest_wait: Duration::from_millis(300),
        max_age: Some(Duration::from_mins(1)),
    };

    fn batch(numbers: &[&str], failures: u32) -> Batch {
        let record = |number: &&str| StreamRecord {
            sequence_number: SequenceNumber((*number).to_owned()),
            created: 1_000,
            event: Value::Null,
        };
        Batch::new(numbers.iter().map(record).collect(), failures)
    }

    fn numbers<'a>(records: impl IntoIterator<Item = &'a StreamRecord>) -> Vec<&'a str> {
        records
            .into_iter()
            .map(|record| record.sequence_number.0.as_str())
            .collect()
    }

    fn report(identifiers: &[&str]) -> Value {
        let failures: Vec<_> = identifiers
            .iter()
            .map(|id| json!({ "itemIdentifier": id }))
            .collect();
        json!({ "batchItemFailures": failures })
    }

    #[test]
    fn records_before_the_lowest_reported_failure_are_done() {
        let settled = settle(
            batch(&["1", "2", "3", "4"], 0),
            &Ok(report(&["4", "3"])),
            &POLICY,
            1_000,
        );
        assert_eq!(numbers(&settled.done), ["1", "2"]);
        assert_eq!(numbers(&settled.again[0].records), ["3", "4"]);
        assert!(settled.dead.is_empty());
    }

    #[test]
    fn a_batch_of_which_nothing_was_done_is_halved_at_no_cost() {
        for answer in [
            Err(InvokeError::Failed("panic".to_owned())),
            Ok(report(&["1"])),
            Ok(report(&["unknown"])),
        ] {
            let settled = settle(batch(&["1", "2", "3"], 1), &answer, &POLICY, 1_000);
            assert_eq!(numbers(&settled.again[0].records), ["1", "2"]);
            assert_eq!(numbers(&settled.again[1].records), ["3"]);
            assert!(settled.again.iter().all(|half| half.failures == 1));
        }
    }

    #[test]
    fn a_record_that_fails_alone_is_given_up_after_its_retries() {
        let again = settle(batch(&["1"], 1), &Ok(report(&["1"])), &POLICY, 1_000);
        assert_eq!(again.again[0].failures, 2);
        let dead = settle(batch(&["1"], 2), &Ok(report(&["1"])), &POLICY, 1_000);
        assert_eq!(dead.dead[0].1, 3);
        assert_eq!(dead.dead[0].2, Reason::ReportedFailure);
    }

    #[test]
    fn a_record_that_is_too_old_is_given_up_at_once() {
        let settled = settle(batch(&["1"], 0), &Ok(report(&["1"])), &POLICY, 1_061);
        assert_eq!(settled.dead[0].2, Reason::TooOld);
        let settled = settle(batch(&["1"], 0), &Ok(report(&["1"])), &POLICY, 1_060);
        assert!(settled.dead.is_empty());
    }

    #[test]
    fn a_function_that_is_not_there_costs_no_retry() {
        let answer = Err(InvokeError::Unavailable("refused".to_owned()));
        let settled = settle(batch(&["1", "2"], 2), &answer, &POLICY, 1_000);
        assert_eq!(numbers(&settled.again[0].records), ["1", "2"]);
        assert_eq!(settled.again[0].failures, 2);
        assert!(settled.again[0].due > Instant::now());
    }

    #[test]
    fn an_answer_without_a_report_means_that_all_is_done() {
        for answer in [
            Value::Null,
            json!({}),
            json!("ok"),
            json!({ "batchItemFailures": null }),
            json!({ "batchItemFailures": [] }),
        ] {
            let settled = settle(batch(&["1", "2"], 0), &Ok(answer), &POLICY, 1_000);
            assert_eq!(numbers(&settled.done), ["1", "2"]);
        }
    }

    #[test]
    fn the_wait_doubles_up_to_its_cap() {
        let waits: Vec<u128> = (1..=4)
            .map(|failures| POLICY.wait(failures).as_millis())
            .collect();
        assert_eq!(waits, [100, 200, 300, 300]);
    }

    #[test]
    fn what_has_to_be_tried_again_goes_before_what_is_new() {
        let mut lane = Lane::default();
        for record in batch(&["3", "4"], 0).records {
            lane.push(record);
        }
        lane.put_back(vec![batch(&["1"], 0), batch(&["2"], 0)]);
        let order: Vec<Vec<String>> = std::iter::from_fn(|| lane.take(10))
            .map(|batch| {
                batch
                    .records
                    .into_iter()
                    .map(|record| record.sequence_number.0)
                    .collect()
            })
            .collect();
        assert_eq!(order, [vec!["1"], vec!["2"], vec!["3", "4"]]);
    }
}
