//! `cargo xtask rehearse`: the deployment without an account (`infra/rehearsal/README.md`).

use std::{
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context as _, Result};

use crate::{
    children::{self, Interrupt},
    terminal::{say, seconds},
    tools,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Use the last build of the functions, in target/debug
    #[arg(long)]
    as_built: bool,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let begun = Instant::now();
    let sam = tools::template_tools(workspace, interrupt)?;
    let rehearsal = tools::rehearsal(workspace, interrupt)?;
    if !args.as_built {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--locked"]);
        for function in functions(workspace)? {
            cargo.args(["--package", &function]);
        }
        children::must(&mut cargo, interrupt)?;
    }
    let mut python = Command::new(rehearsal.join("python"));
    python
        .arg(workspace.root.join("infra/rehearsal/rehearse.py"))
        .arg("--root")
        .arg(&workspace.root)
        .arg("--place")
        .arg(workspace.target.join("rehearsal"))
        .arg("--sam")
        .arg(sam)
        .arg("--functions")
        .arg(workspace.target.join("debug"));
    let status = children::run(&mut python, interrupt)?;
    say(format_args!(
        "rehearsed in {}; logs: {}",
        seconds(begun.elapsed()),
        workspace.short(&workspace.target.join("rehearsal")).display()
    ));
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The packages below `functions/`.
fn functions(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.root.join("functions");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
