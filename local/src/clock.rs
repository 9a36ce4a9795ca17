//! The only place that reads the time.

use jiff::{SignedDuration, Timestamp, Unit};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

/// The maximum advance of the time: ten years, in seconds.
pub const MOST_AHEAD: i64 = 10 * 366 * 24 * 60 * 60;

/// The clock of the engine, the mails and the event source mappings. Tests pass a clock of their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "the local stack's own clock: no code of the functions uses it"
    )]
    pub fn system() -> Self {
        Self::from_fn(Timestamp::now)
    }

    /// The machine's clock, advanced.
    pub fn ahead(advance: Advance) -> Self {
        let Self(machine) = Self::system();
        Self::from_fn(move || {
            let now = machine();
            now.checked_add(SignedDuration::from_secs(advance.seconds()))
                .unwrap_or(now)
        })
    }

    /// A clock that shows what `now` returns.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time, to the millisecond: what SES and `EventBridge` show.
    pub fn now(&self) -> Timestamp {
        let exact = (self.0)();
        exact.round(Unit::Millisecond).unwrap_or(exact)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Clock")
            .field(&self.now().to_string())
            .finish()
    }
}

/// The advance of the time: a number of seconds in a file, which functions of a debug build read whenever they read
/// the clock (`platform::clock`).
#[derive(Clone, Debug)]
pub struct Advance(Arc<Ahead>);

#[derive(Debug)]
struct Ahead {
    file: PathBuf,
    seconds: AtomicI64,
    /// Held while the file is written.
    writing: Mutex<()>,
}

impl Advance {
    /// Reads the file; 0 without a file.
    pub fn open(file: &Path) -> io::Result<Self> {
        let seconds = match fs::read_to_string(file) {
            Ok(text) => text.trim().parse().map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Self(Arc::new(Ahead {
            file: file.to_owned(),
            seconds: AtomicI64::new(seconds),
            writing: Mutex::default(),
        })))
    }

    /// The seconds by which the time is advanced.
    pub fn seconds(&self) -> i64 {
        self.0.seconds.load(Ordering::SeqCst)
    }

    /// Advances the time of every process; `None` beyond [`MOST_AHEAD`].
    pub fn by(&self, seconds: u32) -> io::Result<Option<i64>> {
        let Ahead {
            file,
            seconds: known,
            writing,
        } = &*self.0;
        let _writing = writing.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = known.load(Ordering::SeqCst) + i64::from(seconds);
        if ahead > MOST_AHEAD {
            return Ok(None);
        }
        // Replaced atomically: no reader sees half of it.
        let fresh = file.with_extension("new");
        fs::write(&fresh, ahead.to_string())?;
        fs::rename(&fresh, file)?;
        known.store(ahead, Ordering::SeqCst);
        Ok(Some(ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_moves_forwards_and_stays_there_over_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("clock-advance");
        let advance = Advance::open(&file).unwrap();
        let clock = Clock::ahead(advance.clone());
        let before = clock.now();
        assert_eq!(advance.by(3600).unwrap(), Some(3600));
        assert_eq!(advance.by(60).unwrap(), Some(3660));
        assert!(clock.now().duration_since(before).as_secs() >= 3660);
        assert_eq!(fs::read_to_string(&file).unwrap(), "3660");
        assert_eq!(Advance::open(&file).unwrap().seconds(), 3660);
        assert_eq!(advance.by(u32::MAX).unwrap(), None);
        assert_eq!(advance.seconds(), 3660);
        fs::write(&file, "soon").unwrap();
        assert!(Advance::open(&file).is_err());
    }
}
