//! The only place that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use portal::time::whole_seconds;

/// Returns the present instant, in whole seconds.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock; in a debug build advanced as far as the local stack says.
    System,
    /// A clock that a test sets: seconds since 1970.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "this is the one place that reads the clock"
                )]
                let now = Timestamp::now();
                #[cfg(debug_assertions)]
                let now = advanced::from(now);
                whole_seconds(now)
            }
            Self::Set(seconds) => {
                Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
            }
        }
    }
}

/// The local stack's `PUT /_dev/clock`. A release build, and so every deployment, does not contain it.
#[cfg(debug_assertions)]
mod advanced {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::LazyLock;

    use jiff::{SignedDuration, Timestamp};

    /// The variable with the path of the file that contains the seconds by which the time is advanced.
    const CLOCK_ADVANCE_FILE: &str = "CLOCK_ADVANCE_FILE";

    #[expect(
        clippy::disallowed_methods,
        reason = "no configuration: only a debug build on a developer's machine has this variable"
    )]
    static FILE: LazyLock<Option<PathBuf>> =
        LazyLock::new(|| std::env::var_os(CLOCK_ADVANCE_FILE).map(PathBuf::from));

    /// The advanced time. The file is read each time, so that every process sees a change at once.
    pub(super) fn from(now: Timestamp) -> Timestamp {
        let ahead = SignedDuration::from_secs(seconds(FILE.as_deref()));
        now.checked_add(ahead).unwrap_or(now)
    }

    /// The seconds in the file; 0 without one.
    pub(super) fn seconds(file: Option<&Path>) -> i64 {
        file.and_then(|file| fs::read_to_string(file).ok())
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0)
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_debug_build_is_as_far_ahead_as_the_file_says_at_that_moment() {
        let file = std::env::temp_dir().join(format!("clock-{}", std::process::id()));
        assert_eq!(advanced::seconds(None), 0);
        assert_eq!(advanced::seconds(Some(&file)), 0);
        for (text, seconds) in [("3600\n", 3600), ("86400", 86400), ("soon", 0)] {
            fs::write(&file, text).unwrap();
            assert_eq!(advanced::seconds(Some(&file)), seconds, "{text}");
        }
        fs::remove_file(&file).unwrap();
        assert!(Clock::System.now().as_second() > 0);
    }
}
