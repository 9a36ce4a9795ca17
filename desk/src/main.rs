//! 窓口: the process. What it does is in the library.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use desk::cli::Cli;
use desk::connect::connect;
use desk::exit::{Exit, Stop};
use desk::{run, safe, writes_about_itself};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // Every change of the table is one commit, so whenever this ends, it is done or not done; SES's list is changed by one call.
    let exit = tokio::select! {
        ended = work(&cli) => ended.unwrap_or_else(|stop| told(&stop)),
        _ = tokio::signal::ctrl_c() => {
            tell("中断しました。変更の途中だったときは、実行されたかどうかを member show、inquiry show、suppression show で確かめてください。");
            Exit::Interrupted
        }
    };
    if exit == Exit::NeedsApply {
        tell(
            "まだ何も変えていません。実行するには、--apply と --reason（お問い合わせでは --version も）を付けてください。",
        );
    }
    ExitCode::from(exit.code())
}

async fn work(cli: &Cli) -> Result<Exit, Stop> {
    // Nothing is written before all of it is known: a command that fails has shown nothing.
    let mut out = Vec::new();
    let exit = if writes_about_itself(cli, &mut out)? {
        Exit::Done
    } else {
        let desk = connect(cli).await?;
        run(cli, &desk, &mut out).await?
    };
    match io::stdout().lock().write_all(&out) {
        // Who reads it has read enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
        written => Ok(written.map(|()| exit)?),
    }
}

fn told(stop: &Stop) -> Exit {
    tell(&stop.to_string());
    stop.exit()
}

/// A message to the person; it does not matter if nobody can read it.
fn tell(message: &str) {
    _ = writeln!(io::stderr(), "desk: {}", safe::for_terminal(message));
}
