//! Records that failed permanently.

use super::record::StreamRecord;
use crate::json_lines::JsonLines;
use serde::{Deserialize, Serialize};
use std::{io, path::Path};

/// Why a record became a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The function failed on the record alone, at every attempt.
    FunctionError,
    /// The function reported it as failed, at every attempt.
    ReportedFailure,
    /// It is older than the maximum age.
    TooOld,
}

/// A dead letter. It has the record's position and kind, and nothing of its contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// When it became one (RFC 3339).
    pub at: String,
    /// The function that failed.
    pub function: String,
    /// The record's position in the stream.
    pub sequence_number: String,
    /// The item's key up to the first `#`.
    pub key: String,
    /// The number of attempts.
    pub attempts: u32,
    /// The reason.
    pub reason: Reason,
}

/// Stores dead letters: in the log, in memory, and in a file if there is one.
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

    pub(super) fn add(
        &mut self,
        at: String,
        function: &str,
        record: &StreamRecord,
        attempts: u32,
        reason: Reason,
    ) {
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
