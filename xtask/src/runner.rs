//! What cargo-lambda takes for cargo.
//!
//! It starts four processes of a function with `cargo run` each, and after an edit starts all processes of all
//! functions again. Cargo looks at the whole workspace every time, one process after the other: with twenty functions
//! the edited one would answer after half a minute. Here the first process builds, for all; the others wait for that
//! build and start at once.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io,
    os::unix::{
        fs::PermissionsExt as _,
        process::{CommandExt as _, ExitStatusExt as _},
    },
    path::{Path, PathBuf},
    process::{ExitCode, ExitStatus, Stdio},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};
use rustix::process::Signal;

use crate::{
    keeper, settings,
    workspace::{self, Workspace},
};

/// For cargo-lambda, which otherwise tells of every process that it starts, and of every end that it brought about;
/// a function gets the caller's filter, or none.
pub(crate) const QUIET: &str = "cargo_lambda=warn,cargo_lambda_watch::watcher=off";

/// Before a process takes the place of one that was killed: one that ends at once must not keep a processor busy.
const BETWEEN_LIVES: Duration = Duration::from_millis(100);

/// What a function is made of; only of this does cargo-lambda see changes.
pub(crate) const CODE: [&str; 2] = ["functions", "shared"];
const MANIFESTS: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long)]
    root: PathBuf,
    #[arg(long)]
    target: PathBuf,
    #[arg(long)]
    place: PathBuf,
    /// The real one
    #[arg(long)]
    cargo: PathBuf,
    #[arg(last = true, required = true)]
    wanted: Vec<OsString>,
}

/// The builds of one stack, and what came of the last.
pub(crate) struct Builds<'a> {
    root: &'a Path,
    place: &'a Path,
}

impl<'a> Builds<'a> {
    pub(crate) fn new(root: &'a Path, place: &'a Path) -> Self {
        Self { root, place }
    }

    /// Builds, whatever came of the last build.
    pub(crate) fn rebuild(&self, build: impl FnOnce() -> Result<bool>) -> Result<bool> {
        match fs::remove_file(self.place.join("build")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => self.once(build),
        }
    }

    /// Builds unless the code is as it was at the last build; whether the code builds.
    pub(crate) fn once(&self, build: impl FnOnce() -> Result<bool>) -> Result<bool> {
        let lock = File::create(self.place.join("build.lock"))?;
        lock.lock().context("cannot lock the build")?;
        // Before the build: what is edited meanwhile is then seen as newer.
        let code = newest(self.root)?;
        let (good, bad) = (format!("{code} builds"), format!("{code} does not build"));
        let stamp = self.place.join("build");
        match fs::read_to_string(&stamp) {
            Ok(last) if last == good => Ok(true),
            Ok(last) if last == bad => Ok(false),
            _ => {
                let builds = build()?;
                fs::write(&stamp, if builds { good } else { bad })?;
                Ok(builds)
            }
        }
    }

    /// Whether nothing is being built, and what was built last builds.
    pub(crate) fn last_was_good(&self) -> Result<bool> {
        let lock = File::create(self.place.join("build.lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the build"),
        }
        match fs::read_to_string(self.place.join("build")) {
            Ok(last) => Ok(last.ends_with(" builds")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Writes the program that cargo-lambda is told to take for cargo.
pub(crate) fn install(workspace: &Workspace, place: &Path) -> Result<PathBuf> {
    // A copy: a build that puts another xtask in the place of this one must not leave a function without.
    let us = place.join("xtask");
    if us.exists() {
        fs::remove_file(&us)?;
    }
    fs::copy(keeper::our_file()?, &us).with_context(|| format!("cannot write {}", us.display()))?;
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let cargo = workspace::cargo_program();
    let [us, root, target, at, cargo] = [&us, &workspace.root, &workspace.target, place, &cargo].map(quoted);
    let options = format!("--root {root} --target {target} --place {at} --cargo {cargo}");
    let program = place.join("cargo");
    fs::write(
        &program,
        format!("#!/bin/sh\nexec {us} function {options} -- \"$@\"\n"),
    )?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(program)
}

/// Becomes the function, if that is what cargo was asked for; anything else is cargo's own.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let Args {
        root,
        target,
        place,
        cargo,
        wanted,
    } = args;
    let mut cargo = workspace::cargo_at(cargo);
    // This is where it would find us again.
    cargo.env_remove("CARGO");
    let Some((function, release)) = function(wanted) else {
        return Err(cargo.args(wanted).exec()).context("cannot run cargo");
    };
    let builds = Builds::new(root, place).once(|| {
        workspace::build(&mut cargo, root, release);
        cargo.args(["--color", "never"]).stdin(Stdio::null());
        Ok(cargo.status().context("cannot run cargo")?.success())
    })?;
    if !builds {
        // Cargo has said why, once for all; cargo-lambda waits for the next edit.
        return Ok(ExitCode::FAILURE);
    }
    let program = workspace::binary(target, function, release);
    let mut command = keeper::ourselves("leash")?;
    command.arg("--").arg(&program);
    // One, always; with it every process of a function says that it knows.
    command.env_remove("AWS_LAMBDA_MAX_CONCURRENCY");
    if settings::caller()
        .get("RUST_LOG")
        .is_some_and(|filter| filter == QUIET)
    {
        command.env_remove("RUST_LOG");
    }
    let mut start = || {
        let mut process = command.spawn()?;
        process.wait()
    };
    live(&mut start).with_context(|| format!("cannot run {}", program.display()))
}

/// Starts a process, and another one for each that was killed, as Lambda does: cargo-lambda would go on handing
/// requests to one that is no more, and once all four are gone nothing answers until the next edit.
fn live(start: &mut impl FnMut() -> io::Result<ExitStatus>) -> Result<ExitCode> {
    loop {
        let status = start()?;
        // A process that was told to end is not replaced.
        let asked = [Signal::TERM, Signal::INT, Signal::HUP].map(Signal::as_raw);
        match status.signal() {
            Some(signal) if !asked.contains(&signal) => thread::sleep(BETWEEN_LIVES),
            _ => {
                let code = status.code().and_then(|code| u8::try_from(code).ok());
                return Ok(code.map_or(ExitCode::FAILURE, ExitCode::from));
            }
        }
    }
}

/// `run … --bin NAME …`, and whether it is to be optimised.
fn function(wanted: &[OsString]) -> Option<(&str, bool)> {
    let (task, options) = wanted.split_first()?;
    let (at, _) = options
        .iter()
        .enumerate()
        .find(|(_, option)| *option == "--bin")?;
    let name = options.get(at + 1)?.to_str()?;
    (task == "run").then(|| (name, options.iter().any(|option| option == "--release")))
}

/// When anything in the code last changed, in nanoseconds; a directory changes when a file in it comes or goes.
fn newest(root: &Path) -> Result<u128> {
    let mut newest = UNIX_EPOCH;
    for name in CODE.into_iter().chain(MANIFESTS) {
        look(&root.join(name), &mut newest).with_context(|| format!("cannot look at {name}"))?;
    }
    Ok(newest.duration_since(UNIX_EPOCH)?.as_nanos())
}

fn look(path: &Path, newest: &mut SystemTime) -> io::Result<()> {
    let metadata = match path.symlink_metadata() {
        // An editor's file of a moment.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    *newest = metadata.modified()?.max(*newest);
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            look(&entry?.path(), newest)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_process_that_was_killed_is_replaced_and_one_that_ended_is_not() {
        let mut lives = vec![
            Signal::TERM.as_raw(),
            0x0300,
            Signal::ABORT.as_raw(),
            Signal::KILL.as_raw(),
        ];
        let mut started = 0;
        let mut start = || {
            started += 1;
            Ok(ExitStatus::from_raw(lives.pop().unwrap()))
        };
        live(&mut start).unwrap();
        assert_eq!(started, 3, "killed, aborted, and then ended with 3");
        live(&mut || {
            started += 1;
            Ok(ExitStatus::from_raw(lives.pop().unwrap()))
        })
        .unwrap();
        assert_eq!(started, 4, "asked to end");
    }

    #[test]
    fn only_running_a_binary_is_ours() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            function(&words("run --offline --bin login --color never")),
            Some(("login", false))
        );
        assert_eq!(
            function(&words("run --release --bin login")),
            Some(("login", true))
        );
        assert_eq!(function(&words("metadata --no-deps")), None);
        assert_eq!(function(&words("build --bin login")), None);
    }

    #[test]
    fn code_is_built_once_until_it_changes_whether_it_builds_or_not() {
        let root = std::env::temp_dir().join(format!("xtask-runner-{}", std::process::id()));
        for name in CODE {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let file = root.join("shared/lib.rs");
        let times = Cell::new(0);
        let build = |result: bool| {
            Builds::new(&root, &root).once(|| {
                times.set(times.get() + 1);
                Ok(result)
            })
        };
        let edit = |later: u64| {
            let edited = File::create(&file).unwrap();
            edited
                .set_modified(UNIX_EPOCH + Duration::from_secs(4_000_000_000 + later))
                .unwrap();
        };

        edit(1);
        let good = || Builds::new(&root, &root).last_was_good().unwrap();
        assert!(!good(), "nothing was built");
        assert!(build(true).unwrap());
        assert!(build(false).unwrap());
        assert_eq!(times.get(), 1);
        assert!(good());
        edit(2);
        assert!(!build(false).unwrap());
        assert!(!build(true).unwrap());
        assert_eq!(times.get(), 2);
        assert!(!good());
        Builds::new(&root, &root)
            .rebuild(|| {
                assert!(!good(), "it is being built");
                Ok(false)
            })
            .unwrap();
        edit(3);
        assert!(build(true).unwrap());
        assert_eq!(times.get(), 3);
        fs::remove_dir_all(&root).unwrap();
    }
}
