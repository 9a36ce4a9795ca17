//! `cargo xtask schemathesis`: requests generated from openapi.yaml, against the local stack.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{
    children::{self, Interrupt},
    settings::{self, Ports},
    stack::{self, Front, Plan, Stack},
    tools,
    workspace::Workspace,
};

/// Cases per operation in `cargo xtask test`, beside the fixed ones: a minute in total, or two on a busy machine.
const FEW: u32 = 2;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Cases per operation
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    examples: u32,
    /// Seed; another number generates other cases
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let plan = Plan {
        ports: stack::free_ports()?,
        data: None,
        release: false,
        front: Front::AsItIs,
        place: workspace.target.join("dev-schemathesis"),
        terminal: false,
        faults: None,
    };
    let _stack = Stack::start(workspace, &plan, interrupt)?;
    let mut command = command(workspace, plan.ports, args.examples, interrupt)?;
    if let Some(seed) = args.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    children::must(&mut command, interrupt)?;
    Ok(ExitCode::SUCCESS)
}

/// The short run of `cargo xtask test`, against a running stack: the same cases every time.
pub(crate) fn few(workspace: &Workspace, ports: Ports, interrupt: &Interrupt) -> Result<()> {
    let mut command = command(workspace, ports, FEW, interrupt)?;
    command.arg("--generation-deterministic");
    children::must(&mut command, interrupt)
}

fn command(workspace: &Workspace, ports: Ports, examples: u32, interrupt: &Interrupt) -> Result<Command> {
    let folder = workspace.root.join("tests/schemathesis");
    let origin = format!("http://127.0.0.1:{}", ports.portal);
    let mut command = Command::new(tools::schemathesis(workspace, interrupt)?);
    command.current_dir(&workspace.root);
    command.arg("--config-file").arg(folder.join("schemathesis.toml"));
    command.args(["run", "openapi.yaml", "--url", &format!("{origin}/api/v1")]);
    command.args(["--max-examples", &examples.to_string()]);
    command.env("PORTAL_STACK_URL", origin);
    command
        .env("PYTHONPATH", &folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", "hooks");
    settings::past_the_proxy(&mut command);
    Ok(command)
}
