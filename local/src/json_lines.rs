//! A file of JSON, one value per line, that survives an incomplete last line.

use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// An open file to which values are appended.
#[derive(Debug)]
pub(crate) struct JsonLines {
    path: PathBuf,
    file: File,
}

impl JsonLines {
    /// Opens the file, creating it if necessary, and reads its values.
    ///
    /// A crash leaves a last line without its line end. It is cut off, so that the next value starts on a line of its
    /// own. Any other unreadable line is kept and skipped.
    pub(crate) fn open<T: DeserializeOwned>(path: &Path) -> io::Result<(Self, Vec<T>)> {
        let text = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let whole = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if whole < text.len() {
            tracing::warn!(file = %path.display(), "the last line was cut off and is dropped");
            file.set_len(whole as u64)?;
        }

        let (lines, _) = text.split_at(whole);
        let mut values = Vec::new();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(value) => values.push(value),
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "a line cannot be read and is left out");
                }
            }
        }
        Ok((
            Self {
                path: path.to_owned(),
                file,
            },
            values,
        ))
    }

    /// Appends one value in a single write, so that two lines never mix.
    pub(crate) fn append(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    /// Removes all values.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_dropped_and_does_not_spoil_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("values.jsonl");
        fs::write(&path, "1\n2\n{\"to").unwrap();

        let (mut lines, values) = JsonLines::open::<u32>(&path).unwrap();
        assert_eq!(values, [1, 2]);
        lines.append(&3).unwrap();

        let (_, values) = JsonLines::open::<u32>(&path).unwrap();
        assert_eq!(values, [1, 2, 3]);
    }

    #[test]
    fn a_line_that_cannot_be_read_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("values.jsonl");
        fs::write(&path, "1\nrubbish\n3\n").unwrap();
        assert_eq!(JsonLines::open::<u32>(&path).unwrap().1, [1, 3]);
    }
}
