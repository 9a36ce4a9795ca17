//! `portal-local serve`: the local stack as a process, for `cargo xtask dev`.

mod cli;

use clap::Parser as _;
use cli::{Cli, Command, Serve};
use portal_local::stack::{Stack, StackError};
use serde_json::{Value, json};
use std::{
    io::{self, Write as _},
    process::ExitCode,
};
use tokio::{io::AsyncReadExt as _, sync::watch};
use tracing_subscriber::{layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// The exit code for a port in use.
const IN_USE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Serve(serve) = Cli::parse().command;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_target(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(serve.log.clone())
        .init();
    match run(serve).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "portal-local: {error}");
            match error {
                StackError::InUse { .. } => ExitCode::from(IN_USE),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn run(serve: Serve) -> Result<(), StackError> {
    let exit_with_stdin = serve.exit_with_stdin;
    let stack = Stack::start(serve.into_options()?).await?;
    tell(&stack.ready());

    tokio::select! {
        signal = told_to_stop() => signal?,
        () = stdin_closed(), if exit_with_stdin => {}
        () = tell_of_silence(stack.emulator().silences()) => {}
    }
    stack.shutdown().await;
    Ok(())
}

/// Writes one line to standard output, for the process that started the stack. A closed pipe is ignored.
fn tell(line: &Value) {
    let _ = writeln!(io::stdout(), "{line}");
    let _ = io::stdout().flush();
}

/// Reports each time that `cargo lambda watch` is silent; never ends.
async fn tell_of_silence(mut silences: watch::Receiver<u64>) {
    while silences.changed().await.is_ok() {
        tell(&json!({ "functions": "silent" }));
    }
    std::future::pending::<()>().await;
}

#[cfg(unix)]
async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

async fn stdin_closed() {
    let mut stdin = tokio::io::stdin();
    let mut ignored = [0; 256];
    while matches!(stdin.read(&mut ignored).await, Ok(read) if read > 0) {}
}
