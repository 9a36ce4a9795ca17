//! `cargo xtask faults`: the long form of the fault-injection and kill tests.

use std::process::ExitCode;

use anyhow::Result;

use crate::{children, children::Interrupt, settings, workspace::Workspace};

/// The short form, which `cargo xtask test` runs, injects one fault per request of a journey; this one injects one
/// per call of a journey, for every call and every kind of fault, and takes about half an hour on two processors.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Seed of the random faults; the table prints it, so that a run can be repeated
    #[arg(long, value_name = "NUMBER", default_value_t = 20_260_401)]
    seed: u64,
    /// Only the tests with this in their names: table, mails, claims, crashes, rates
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// The short form, with the table of what was injected and survived
    #[arg(long)]
    short: bool,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "-p", "acceptance", "--test", "faults", "--"]);
    cargo.args(&args.only);
    // Sequential: each test runs many worlds in parallel, and the tables are not interleaved.
    cargo.args(["--test-threads", "1", "--nocapture"]);
    cargo.env("PORTAL_FAULTS", if args.short { "short" } else { "long" });
    cargo.env("PORTAL_FAULTS_SEED", args.seed.to_string());
    settings::past_the_proxy(&mut cargo);
    children::must(&mut cargo, interrupt)?;
    Ok(ExitCode::SUCCESS)
}
