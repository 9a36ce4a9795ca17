//! How an event source mapping works, and how the template has it work.

use super::{Filter, lane::Patience};
use crate::clock::Clock;
use std::{path::PathBuf, time::Duration};

/// How a mapping works.
#[derive(Clone, Debug)]
pub struct MappingOptions {
    /// The function's name, for logs and dead letters.
    pub name: String,
    /// Which records the function gets.
    pub filter: Filter,
    /// Records an invocation has at most.
    pub batch_size: usize,
    /// Lanes that work side by side. The changes of one item always share a lane.
    pub lanes: usize,
    /// Retries of a record that fails alone, after the first attempt.
    pub retries: u32,
    /// The wait before the first retry; it doubles from one to the next.
    pub first_wait: Duration,
    /// The longest wait before a retry.
    pub longest_wait: Duration,
    /// The age at which a record that fails is given up, however often it was tried.
    pub max_age: Option<Duration>,
    /// The pause between two looks at a stream in which there was nothing new.
    pub poll_interval: Duration,
    /// A file that keeps the position over a restart.
    pub position: Option<PathBuf>,
    /// A file for what was given up.
    pub dead_letters: Option<PathBuf>,
    /// Whose time the age of records goes by.
    pub clock: Clock,
}

impl MappingOptions {
    /// As the template feeds `deliver-mail`, without files and with one lane.
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

    /// As the template feeds `keep-audit`, without files and with one lane: what is kept stands in the order of the
    /// stream.
    pub fn keep_audit(clock: Clock) -> Self {
        Self {
            name: "keep-audit".to_owned(),
            filter: Filter::eventful(),
            batch_size: 100,
            ..Self::deliver_mail(clock)
        }
    }

    pub(super) fn patience(&self) -> Patience {
        Patience {
            retries: self.retries,
            first_wait: self.first_wait,
            longest_wait: self.longest_wait,
            max_age: self.max_age,
        }
    }
}
