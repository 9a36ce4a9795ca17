//! The functions of a stack: `cargo lambda watch`, started again when it answers nothing any more.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Result;

use crate::{
    children::{Interrupt, Kept, Log},
    runner::{self, Builds, CODE},
    settings::{self, Variables},
    stack::{Plan, wait_for},
    terminal::warn,
    workspace::Workspace,
};

/// Set when `portal-local` says that the functions answer nothing.
pub(crate) type Silence = Arc<AtomicBool>;

pub(crate) struct Functions {
    kept: Kept,
    command: Command,
    port: u16,
    log: Log,
    silence: Silence,
    /// Of the workspace, and of the files of this stack.
    root: PathBuf,
    place: PathBuf,
}

impl Functions {
    /// Starts `cargo lambda watch` with what cargo-lambda is to take for cargo, and waits until it listens.
    pub(crate) fn start(
        workspace: &Workspace,
        plan: &Plan,
        [cargo_lambda, cargo, env_file]: [&Path; 3],
        variables: &Variables,
        log: &Log,
        silence: Silence,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let mut command = command(workspace, plan, cargo_lambda, env_file)?;
        command.env("CARGO", cargo);
        settings::apply(&mut command, variables);
        let port = plan.ports.functions;
        Ok(Self {
            kept: start(&command, port, log, interrupt)?,
            command,
            port,
            log: log.clone(),
            silence,
            root: workspace.root.clone(),
            place: plan.place.clone(),
        })
    }

    /// An error once it has ended by itself; starts it again if it answers nothing, though the code builds.
    pub(crate) fn check(&mut self, interrupt: &Interrupt) -> Result<()> {
        self.kept.check()?;
        if !self.silence.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        if !Builds::new(&self.root, &self.place).last_was_good()? {
            warn("the functions answer nothing: the code is being built, or does not build");
            return Ok(());
        }
        warn("cargo lambda watch answers nothing: starting it again");
        self.kept.stop();
        self.kept = start(&self.command, self.port, &self.log, interrupt)?;
        self.silence.store(false, Ordering::SeqCst);
        Ok(())
    }
}

fn start(command: &Command, port: u16, log: &Log, interrupt: &Interrupt) -> Result<Kept> {
    let mut functions = Kept::start("functions", command, log, |_| {})?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    wait_for(&mut functions, interrupt, || TcpStream::connect(address).is_ok())?;
    Ok(functions)
}

fn command(workspace: &Workspace, plan: &Plan, cargo_lambda: &Path, env_file: &Path) -> Result<Command> {
    let mut command = Command::new(cargo_lambda);
    command.current_dir(watched(workspace, plan)?);
    command.args(["lambda", "watch", "--offline", "--invoke-address", "127.0.0.1"]);
    command.args(["--invoke-port", &plan.ports.functions.to_string()]);
    command
        .args(["--concurrency", "4", "--disable-cors", "--color", "never"])
        .arg("--env-file")
        .arg(env_file);
    command
        .arg("--manifest-path")
        .arg(workspace.root.join("Cargo.toml"))
        .args(plan.release.then_some("--release"));
    if !settings::caller().contains_key("RUST_LOG") {
        command.env("RUST_LOG", runner::QUIET);
    }
    Ok(command)
}

/// cargo-lambda watches all of the directory it is started in, once per running function, and starts every function
/// again when anything in it changes: a picture, a test, the data. So that is a directory with the code alone.
fn watched(workspace: &Workspace, plan: &Plan) -> Result<PathBuf> {
    let directory = plan.place.join("watch");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    for code in CODE {
        symlink(workspace.root.join(code), directory.join(code))?;
    }
    Ok(directory)
}
