//! The keeper: a process between a task and a long-lived child.
//!
//! cargo-lambda puts every function into a separate process group, so ending one group is not enough.
//! A keeper adopts its child's orphans (it is a subreaper), and ends all of them when its standard
//! input closes: that happens when the task stops it, and also when the task is killed.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{self as system, Pid, Signal, WaitOptions, WaitStatus};

use crate::children::{Interrupt, until};

/// The time that a child gets to end after a signal.
const GRACE: Duration = Duration::from_secs(5);
/// The time that its orphans get.
const LEFTOVERS: Duration = Duration::from_secs(2);
/// The longest duration of an orderly end.
pub(crate) const LONGEST_END: Duration = Duration::from_secs(9);

/// This program, even if a build has replaced its file meanwhile.
pub(crate) fn our_file() -> Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe().context("cannot find this program's file")
}

/// A command that runs this program again.
pub(crate) fn ourselves(task: &str) -> Result<Command> {
    let mut command = Command::new(our_file()?);
    command.arg0("xtask").arg(task);
    Ok(command)
}

/// Runs the command until it ends or standard input closes; then ends all remaining descendants.
pub(crate) fn keep(command: &[OsString]) -> Result<ExitCode> {
    let asked = Interrupt::ignoring()?;
    #[cfg(target_os = "linux")]
    system::set_child_subreaper(Some(system::getpid())).context("cannot adopt what a child leaves behind")?;

    // The child has the same standard input; nothing arrives there but its end.
    let child = ourselves("leash")?
        .arg("--")
        .args(command)
        .spawn()
        .context("cannot start the child")?;
    let child = Pid::from_child(&child);
    let closed = asked.clone();
    thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        closed.ask();
    });

    let mut status = None;
    while status.is_none() && !asked.came() {
        thread::sleep(Duration::from_millis(50));
        status = reap(child);
    }
    let by_itself = status;
    if status.is_none() {
        let _ = system::kill_process(child, Signal::TERM);
        until(GRACE, || {
            status = status.or_else(|| reap(child));
            status.is_some()
        });
    }
    end_descendants(Signal::TERM, LEFTOVERS);
    end_descendants(Signal::KILL, LEFTOVERS);
    Ok(by_itself.map_or(ExitCode::SUCCESS, exit_code))
}

/// Becomes the command. If the keeper is killed, the child gets a signal to end.
pub(crate) fn leash(command: &[OsString]) -> Result<ExitCode> {
    #[cfg(target_os = "linux")]
    system::set_parent_process_death_signal(Some(Signal::TERM))
        .context("cannot tie the child to its keeper")?;
    let Some((program, args)) = command.split_first() else {
        bail!("there is no command to run")
    };
    Err(Command::new(program).args(args).exec()).with_context(|| format!("cannot run {}", program.display()))
}

/// Reaps every child that has ended, also adopted ones; returns the status of `child` if it is among them.
fn reap(child: Pid) -> Option<WaitStatus> {
    let mut status = None;
    while let Ok(Some((pid, how))) = system::wait(WaitOptions::NOHANG) {
        if pid == child {
            status = Some(how);
        }
    }
    status
}

fn end_descendants(signal: Signal, limit: Duration) {
    let us = system::getpid();
    until(limit, || {
        let family = family(us);
        for pid in &family {
            // Repeatedly, because new ones may start meanwhile.
            let _ = system::kill_process(*pid, signal);
        }
        reap(us);
        family.is_empty()
    });
}

/// All descendants of a process.
pub(crate) fn family(of: Pid) -> Vec<Pid> {
    descendants(of, &parents())
}

/// Each process with its parent. Empty without /proc; then only the child itself is ended.
fn parents() -> BTreeMap<i32, i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            Some((pid, parent(&fs::read_to_string(entry.path().join("stat")).ok()?)?))
        })
        .collect()
}

/// `pid (name) state ppid …`; a name may contain any character, brackets too.
fn parent(stat: &str) -> Option<i32> {
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

fn descendants(of: Pid, parents: &BTreeMap<i32, i32>) -> Vec<Pid> {
    let mut family = vec![of.as_raw_nonzero().get()];
    let mut next = 0;
    while let Some(&one) = family.get(next) {
        family.extend(
            parents
                .iter()
                .filter(|(_, parent)| **parent == one)
                .map(|(pid, _)| pid),
        );
        next += 1;
    }
    family.into_iter().skip(1).filter_map(Pid::from_raw).collect()
}

fn exit_code(status: WaitStatus) -> ExitCode {
    let code = status
        .exit_status()
        .or_else(|| status.terminating_signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_read_past_any_name() {
        assert_eq!(parent("12 (a) b) S 7 12 12 0"), Some(7));
        assert_eq!(parent("12 (sleep) S 1 12"), Some(1));
        assert_eq!(parent("nonsense"), None);
    }

    #[test]
    fn descendants_are_found_at_every_depth() {
        let parents = BTreeMap::from([(2, 1), (3, 2), (4, 3), (5, 1), (9, 8)]);
        let found = descendants(Pid::from_raw(2).unwrap(), &parents);
        assert_eq!(found, [Pid::from_raw(3).unwrap(), Pid::from_raw(4).unwrap()]);
    }
}
