//! `cargo xtask timing`: whether the response time of a refused log-in reveals the reason.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use crate::{
    children::{self, Interrupt},
    workspace::Workspace,
};

#[derive(clap::Args)]
// The measuring program defines help and all options but one.
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Options of the measuring program; `--help` shows them, `--release` measures optimised code
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let (release, options): (Vec<_>, Vec<_>) = args.options.iter().partition(|option| *option == "--release");
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--quiet", "--package", "timing"]);
    cargo.args((!release.is_empty()).then_some("--release"));
    cargo.arg("--").args(options);
    let status = children::run(&mut cargo, interrupt)?;
    interrupt.check()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
