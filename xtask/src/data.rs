//! The data directory of a local portal, and the keys of that data.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::terminal::say;

/// Only a directory that contains this file is ever removed.
const MARKER: &str = ".portal-data";
const MARKED: &str =
    "Data of a local portal. `cargo xtask reset` removes a directory that holds this file.\n";
const KEYS: &str = "keys.json";

/// A data directory that this process has locked until it ends.
pub(crate) struct DataDir {
    pub(crate) path: PathBuf,
    _lock: File,
}

impl DataDir {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        // It contains the mails of the local stack, with their codes: readable only by the user.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        let path = path.canonicalize()?;
        let marker = path.join(MARKER);
        if !marker.is_file() {
            if fs::read_dir(&path)?.next().is_some() {
                bail!(
                    "{} holds other things; give --data a new directory",
                    path.display()
                );
            }
            fs::write(&marker, MARKED).with_context(|| format!("cannot write {}", marker.display()))?;
        }
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }
}

fn lock(path: &Path) -> Result<File> {
    let marker = File::open(path.join(MARKER))?;
    match marker.try_lock() {
        Ok(()) => Ok(marker),
        Err(TryLockError::WouldBlock) => {
            bail!("{} is in use; stop the portal that uses it first", path.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// The key ring in `directory`, generated once: data stored under a key is useless without it.
pub(crate) fn keys(directory: &Path) -> Result<String> {
    let file = directory.join(KEYS);
    match fs::read_to_string(&file) {
        Ok(keys) => Ok(keys.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let keys = new_keys()?;
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&file)?;
            writeln!(file, "{keys}")?;
            Ok(keys)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the local stack makes its own keys, outside the product"
)]
fn new_keys() -> Result<String> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).context("the system gives no random bytes")?;
    Ok(json!({"current": "local-1", "keys": {"local-1": BASE64_STANDARD.encode(key)}}).to_string())
}

pub(crate) fn reset(path: &Path, dry_run: bool) -> Result<ExitCode> {
    if !path.join(MARKER).is_file() {
        bail!(
            "{} is no data directory of a local portal; nothing was removed",
            path.display()
        );
    }
    let path = path.canonicalize()?;
    let _lock = lock(&path)?;
    if dry_run {
        say(format_args!("would remove {} with:", path.display()));
        let mut names: Vec<_> = fs::read_dir(&path)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<_, _>>()?;
        names.sort();
        for name in names {
            say(format_args!("  {}", name.display()));
        }
    } else {
        fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        say(format_args!("removed {}", path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// An empty directory that is removed after the test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xtask-data-{name}-{}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn keys_are_generated_once_and_readable_by_the_user_only() {
        let scratch = Scratch::new("keys");
        let first = keys(&scratch.0).unwrap();
        assert_eq!(keys(&scratch.0).unwrap(), first);
        assert!(
            first.starts_with(r#"{"current":"local-1","keys":{"local-1":""#),
            "{first}"
        );
        let mode = fs::metadata(scratch.0.join(KEYS)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_directory_with_other_things_in_it_is_neither_used_nor_removed() {
        let scratch = Scratch::new("others");
        fs::write(scratch.0.join("thesis.txt"), "years of work").unwrap();
        assert!(DataDir::open(&scratch.0).is_err());
        assert!(reset(&scratch.0, false).is_err());
        assert!(scratch.0.join("thesis.txt").exists());
    }

    #[test]
    fn a_directory_in_use_is_not_removed_and_afterwards_it_is() {
        let scratch = Scratch::new("in-use");
        let path = scratch.0.join("data");
        let open = DataDir::open(&path).unwrap();
        assert!(DataDir::open(&path).is_err());
        assert!(reset(&path, false).unwrap_err().to_string().contains("is in use"));
        drop(open);
        reset(&path, true).unwrap();
        assert!(path.exists());
        reset(&path, false).unwrap();
        assert!(!path.exists());
    }
}
