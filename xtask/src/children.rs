//! The child processes of a task, and their termination.

use std::{
    collections::VecDeque,
    fs::File,
    io::{BufRead as _, BufReader, Read, Write as _},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::{
    consts::signal::{SIGHUP, SIGINT, SIGTERM},
    flag,
};

use crate::{keeper, terminal};

const TICK: Duration = Duration::from_millis(20);
const TAIL: usize = 20;

/// Whether the task was asked to stop: by Ctrl-C, a termination signal, or a closed terminal.
#[derive(Clone)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// A second signal ends the task at once; the keepers notice that and end their children.
    pub(crate) fn install() -> Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register_conditional_shutdown(signal, 130, Arc::clone(&came))?;
            flag::register(signal, Arc::clone(&came))?;
        }
        Ok(Self(came))
    }

    /// Further signals have no effect.
    pub(crate) fn ignoring() -> Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register(signal, Arc::clone(&came))?;
        }
        Ok(Self(came))
    }

    pub(crate) fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.came() {
            bail!("interrupted");
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }
}

/// Runs a command to completion, on this terminal.
pub(crate) fn run(command: &mut Command, interrupt: &Interrupt) -> Result<ExitStatus> {
    interrupt.check()?;
    let name = name(command);
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {name}"))?;
    wait(&mut child, interrupt)
}

/// Runs a command with a time limit; `None` if it had to be ended.
pub(crate) fn run_for(
    command: &mut Command,
    limit: Duration,
    interrupt: &Interrupt,
) -> Result<Option<ExitStatus>> {
    interrupt.check()?;
    let name = name(command);
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {name}"))?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            interrupt.check()?;
            return Ok(Some(status));
        }
        if interrupt.came() {
            end(&mut child)?;
            bail!("interrupted");
        }
        if limit <= begun.elapsed() {
            end(&mut child)?;
            return Ok(None);
        }
        thread::sleep(TICK);
    }
}

/// Runs a command that must succeed.
pub(crate) fn must(command: &mut Command, interrupt: &Interrupt) -> Result<()> {
    let status = run(command, interrupt)?;
    if !status.success() {
        bail!("{} failed ({status})", name(command));
    }
    Ok(())
}

/// Runs a command that must succeed, and captures its standard output; standard error goes to this terminal.
pub(crate) fn capture(command: &mut Command, interrupt: &Interrupt) -> Result<Vec<u8>> {
    interrupt.check()?;
    let name = name(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {name}"))?;
    let stdout = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout
            .map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut bytes))
            .map(|_| bytes)
    });
    let status = wait(&mut child, interrupt)?;
    let Ok(bytes) = reader.join() else {
        bail!("cannot read what {name} prints")
    };
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(bytes?)
}

fn wait(child: &mut Child, interrupt: &Interrupt) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            // A child in the terminal's process group gets the same Ctrl-C; that is not a failure of the child.
            interrupt.check()?;
            return Ok(status);
        }
        if interrupt.came() {
            end(child)?;
            bail!("interrupted");
        }
        thread::sleep(TICK);
    }
}

/// Ends the child and its descendants: cargo would leave its compilers behind.
fn end(child: &mut Child) -> Result<()> {
    let pid = Pid::from_child(child);
    for one in [pid].into_iter().chain(keeper::family(pid)) {
        let _ = kill_process(one, Signal::TERM);
    }
    if !until(Duration::from_secs(5), || matches!(child.try_wait(), Ok(Some(_)))) {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

/// Polls a condition until a time limit; returns whether it became true.
pub(crate) fn until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if done() {
            return true;
        }
        if limit <= begun.elapsed() {
            return false;
        }
        thread::sleep(TICK);
    }
}

/// The program and its first argument, to name the command in messages.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let mut name = program.to_string_lossy().into_owned();
    if let Some(first) = command.get_args().next() {
        name.push(' ');
        name.push_str(&first.to_string_lossy());
    }
    name
}

/// One log file, and optionally the terminal, for the output of all children.
#[derive(Clone)]
pub(crate) struct Log {
    file: Arc<Mutex<File>>,
    terminal: bool,
}

impl Log {
    pub(crate) fn create(path: &Path, terminal: bool) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            file: Arc::new(Mutex::new(file)),
            terminal,
        })
    }

    fn line(&self, source: &str, line: &str) {
        let line = format!("{source:<12} | {line}");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(file, "{line}");
        if self.terminal {
            terminal::say(line);
        }
    }
}

/// A long-lived child under a keeper: it ends, with all its descendants, when the task stops it or ends.
pub(crate) struct Kept {
    pub(crate) name: &'static str,
    keeper: Child,
    /// The keeper's standard input; it closes when this process ends, for any reason.
    lifeline: Option<ChildStdin>,
    tail: Arc<Mutex<VecDeque<String>>>,
}

impl Kept {
    pub(crate) fn start(
        name: &'static str,
        command: &Command,
        log: &Log,
        on_line: impl Fn(&str) + Send + 'static,
    ) -> Result<Self> {
        let mut keeper = keeper::ourselves("keep")?;
        keeper
            .arg("--")
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => keeper.env(name, value),
                None => keeper.env_remove(name),
            };
        }
        if let Some(directory) = command.get_current_dir() {
            keeper.current_dir(directory);
        }
        // A separate process group: only this process gets the terminal's Ctrl-C, and ends the children in order.
        keeper
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut keeper = keeper.spawn().with_context(|| format!("cannot start {name}"))?;

        let tail = Arc::new(Mutex::new(VecDeque::with_capacity(TAIL)));
        if let Some(stdout) = keeper.stdout.take() {
            forward(name, stdout, log.clone(), Arc::clone(&tail), on_line);
        }
        if let Some(stderr) = keeper.stderr.take() {
            forward(name, stderr, log.clone(), Arc::clone(&tail), |_| {});
        }
        let lifeline = keeper.stdin.take();
        Ok(Self {
            name,
            keeper,
            lifeline,
            tail,
        })
    }

    /// An error once the child has ended: its name, and its last lines.
    pub(crate) fn check(&mut self) -> Result<()> {
        let Some(status) = self.keeper.try_wait()? else {
            return Ok(());
        };
        // Its last lines may not have been read yet.
        thread::sleep(Duration::from_millis(200));
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = tail.iter().map(String::as_str).collect::<Vec<_>>().join("\n  ");
        bail!(
            "{} ended by itself ({status}); its last lines:\n  {lines}",
            self.name
        );
    }

    pub(crate) fn stop(&mut self) {
        drop(self.lifeline.take());
        if until(keeper::LONGEST_END + Duration::from_secs(2), || {
            !matches!(self.keeper.try_wait(), Ok(None))
        }) {
            return;
        }
        let _ = kill_process_group(Pid::from_child(&self.keeper), Signal::KILL);
        let _ = self.keeper.wait();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.stop();
    }
}

fn forward(
    name: &'static str,
    from: impl Read + Send + 'static,
    log: Log,
    tail: Arc<Mutex<VecDeque<String>>>,
    on_line: impl Fn(&str) + Send + 'static,
) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut bytes = Vec::new();
        while matches!(from.read_until(b'\n', &mut bytes), Ok(1..)) {
            let text = String::from_utf8_lossy(&bytes);
            let line = text.trim_end_matches(['\n', '\r']);
            log.line(name, line);
            on_line(line);
            let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
            if tail.len() == TAIL {
                tail.pop_front();
            }
            tail.push_back(line.to_owned());
            drop(tail);
            bytes.clear();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_prints_is_taken_and_its_failure_named() {
        let never = Interrupt::never();
        assert_eq!(
            capture(Command::new("printf").arg("%s").arg("yes"), &never).unwrap(),
            b"yes"
        );
        let error = must(Command::new("sh").args(["-c", "exit 3"]), &never).unwrap_err();
        assert_eq!(error.to_string(), "sh -c failed (exit status: 3)");
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended_with_what_it_started() {
        let never = Interrupt::never();
        let begun = Instant::now();
        let mut slow = Command::new("sh");
        let limit = Duration::from_millis(100);
        assert!(
            run_for(slow.args(["-c", "sleep 62; true"]), limit, &never)
                .unwrap()
                .is_none()
        );
        assert!(begun.elapsed() < Duration::from_secs(10));
        let quick = run_for(&mut Command::new("true"), Duration::from_mins(1), &never).unwrap();
        assert!(quick.is_some_and(|status| status.success()));
    }

    #[test]
    fn an_interrupt_ends_a_running_command_and_what_it_started() {
        let interrupt = Interrupt::never();
        let asked = interrupt.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            asked.ask();
        });
        let begun = Instant::now();
        let error = run(Command::new("sh").args(["-c", "sleep 61; true"]), &interrupt).unwrap_err();
        assert_eq!(error.to_string(), "interrupted");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
