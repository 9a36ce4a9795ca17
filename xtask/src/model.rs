//! `cargo xtask model`: runs the model checker.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    children::{self, Interrupt},
    workspace::Workspace,
};

/// Every interleaving, crash and lost message of small worlds
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these scenes
    scenes: Vec<String>,
    /// One more request of each kind: minutes to hours, and gigabytes
    #[arg(long)]
    long: bool,
    /// Abort a scene after this number of transitions
    #[arg(long, value_name = "N")]
    most: Option<usize>,
    /// List the scenes and invariants, and explore nothing
    #[arg(long)]
    list: bool,
    /// Instead, compare the model's storage with the real one, in this number of random walks
    #[arg(long, value_name = "N")]
    walks: Option<u64>,
    /// Seed of the walks
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut cargo = workspace.cargo();
    if let Some(walks) = args.walks {
        cargo.args(["test", "--quiet", "--package", "acceptance", "--test", "lockstep"]);
        cargo.args(["--", "--nocapture"]);
        cargo
            .env("PORTAL_WALKS", walks.to_string())
            .env("PORTAL_SEED", args.seed.to_string());
    } else {
        cargo.args(EXPLORE);
        cargo.args(&args.scenes);
        cargo.args(args.long.then_some("--long"));
        cargo.args(args.list.then_some("--list"));
        if let Some(most) = args.most {
            cargo.args(["--most", &most.to_string()]);
        }
    }
    let status = children::run(&mut cargo, interrupt)?;
    interrupt.check()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Built with the profile of the tests, to reuse their build; the model itself is optimised there (`Cargo.toml`).
pub(crate) const EXPLORE: [&str; 5] = ["run", "--quiet", "--package", "model", "--"];
