//! The options of an event source mapping, and those of the template.

use super::{Filter, lane::RetryPolicy};
use crate::clock::Clock;
use std::{path::PathBuf, time::Duration};

/// The options of a mapping.
#[derive(Clone, Debug)]
pub struct MappingOptions {
    /// The function's name, for logs and dead letters.
    pub name: String,
    /// The filter of its records.
    pub filter: Filter,
    /// The maximum number of records in an invocation.
    pub batch_size: usize,
    /// Parallel lanes. The changes of one item always use the same lane.
    pub lanes: usize,
    /// Retries of a record that fails alone, after the first attempt.
    pub retries: u32,
    /// The wait before the first retry; it doubles from one to the next.
    pub first_wait: Duration,
    /// The longest wait before a retry.
    pub longest_wait: Duration,
    /// The age at which a failing record becomes a dead letter, whatever its attempts.
    pub max_age: Option<Duration>,
    /// The pause after a read without new records.
    pub poll_interval: Duration,
    /// A file that keeps the position over a restart.
    pub position: Option<PathBuf>,
    /// A file for the dead letters.
    pub dead_letters: Option<PathBuf>,
    /// The clock for the age of records.
    pub clock: Clock,
}

impl MappingOptions {
    /// The template's mapping to `deliver-mail`, without files and with one lane.
    pub fn deliver_mail(clock: Clock) -> Self {
        Self {
            name: "deliver-mail".to_owned(),
            filter: Filter::queued_mail(),
            batch_size: 10,
            lanes: 1,
            retries: 5,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(2),
            max_age: None,
            poll_interval: Duration::from_millis(100),
            position: None,
            dead_letters: None,
            clock,
        }
    }

    /// The template's mapping to `keep-audit`, without files and with one lane: acts are stored in the order of the
    /// stream.
    pub fn keep_audit(clock: Clock) -> Self {
        Self {
            name: "keep-audit".to_owned(),
            filter: Filter::eventful(),
            batch_size: 100,
            ..Self::deliver_mail(clock)
        }
    }

    pub(super) fn policy(&self) -> RetryPolicy {
        RetryPolicy {
            retries: self.retries,
            first_wait: self.first_wait,
            longest_wait: self.longest_wait,
            max_age: self.max_age,
        }
    }
}
