//! The position of a mapping in the stream, kept over a restart.

use super::record::SequenceNumber;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The last record before which all are finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    pub(super) stream_arn: String,
    pub(super) sequence_number: String,
}

impl Position {
    pub(super) fn new(stream_arn: &str, number: SequenceNumber) -> Self {
        Self {
            stream_arn: stream_arn.to_owned(),
            sequence_number: number.0,
        }
    }

    /// The position in the file, if there is one. An unreadable one is ignored: the stream is then read from its
    /// start, and the function must handle repeated records anyway.
    pub(super) fn load(path: &Path) -> io::Result<Option<Self>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(serde_json::from_slice(&bytes)
            .inspect_err(|error| {
                tracing::warn!(file = %path.display(), %error, "the position cannot be read: starting over");
            })
            .ok())
    }

    /// Replaces the file atomically, so that a crash leaves the old position or the new one.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let fresh = PathBuf::from(name);
        fs::write(&fresh, serde_json::to_vec(self)?)?;
        fs::rename(&fresh, path)
    }
}
