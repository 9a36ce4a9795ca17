//! The records that were given up.

use super::record::Record;
use crate::json_lines::JsonLines;
use serde::{Deserialize, Serialize};
use std::{io, path::Path};

/// Why a record was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The function failed on it, alone, time after time.
    FunctionError,
    /// The function reported it as failed, time after time.
    ReportedFailure,
    /// It is older than is worth trying.
    TooOld,
}

/// A record that was given up. It names the record's place and kind, and nothing of what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// When it was given up (RFC 3339).
    pub at: String,
    /// The function that did not take it.
    pub function: String,
    /// The record's place in the stream.
    pub sequence_number: String,
    /// The item's key up to the first `#`.
    pub key: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up.
    pub reason: Reason,
}

/// Where dead letters go: to the log, to memory, and to a file if there is one.
#[derive(Debug, Default)]
pub(super) struct DeadLetters {
    letters: Vec<DeadLetter>,
    file: Option<JsonLines>,
}

impl DeadLetters {
    pub(super) fn open(file: Option<&Path>) -> io::Result<Self> {
        let (file, letters) = match file {
            Some(path) => {
                let (file, letters) = JsonLines::open(path)?;
                (Some(file), letters)
            }
            None => (None, Vec::new()),
        };
        Ok(Self { letters, file })
    }

    pub(super) fn add(&mut self, at: String, function: &str, record: &Record, attempts: u32, reason: Reason) {
        let letter = DeadLetter {
            at,
            function: function.to_owned(),
            sequence_number: record.sequence_number.0.clone(),
            key: record.key_prefix(),
            attempts,
            reason,
        };
        tracing::error!(
            function,
            sequence_number = letter.sequence_number,
            key = letter.key,
            attempts,
            ?reason,
            "a record was given up"
        );
        if let Some(file) = &mut self.file
            && let Err(error) = file.append(&letter)
        {
            tracing::error!(file = %file.path().display(), %error, "a dead letter is only in the log");
        }
        self.letters.push(letter);
    }

    pub(super) fn all(&self) -> &[DeadLetter] {
        &self.letters
    }
}
