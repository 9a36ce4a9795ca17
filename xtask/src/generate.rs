//! The committed files that the code writes about itself.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    children::{self, Interrupt},
    npm::{Package, WEB},
    registers,
    terminal::say,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; show what differs, and fail if anything does
    #[arg(long)]
    check: bool,
    /// Take registers whose rows wait for tests that are being written
    #[arg(long)]
    allow_pending: bool,
}

/// The examples that print a file of the repository, and the file.
const GENERATORS: [(&str, &str); 5] = [
    ("audit", "docs/audit.md"),
    ("openapi", OPENAPI),
    ("limits", "docs/limits.md"),
    ("problems", "docs/problems.md"),
    ("steps", "docs/steps.md"),
];

/// What the front knows of the API, and what it is made from.
const TYPES: &str = "web/src/generated/schema.d.ts";
const OPENAPI: &str = "openapi.yaml";

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let files = all(workspace, interrupt, args.allow_pending)?;
    if args.check {
        compare(workspace, &files)?;
    } else {
        write(workspace, &files)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn check(workspace: &Workspace, interrupt: &Interrupt) -> Result<()> {
    compare(workspace, &all(workspace, interrupt, false)?)
}

/// Every file, and what has to stand in it.
fn all(
    workspace: &Workspace,
    interrupt: &Interrupt,
    allow_pending: bool,
) -> Result<Vec<(&'static str, Vec<u8>)>> {
    // The registers first: they need no build, and are what a person has just changed.
    let pages = registers::pages(&workspace.root, allow_pending)?;
    let mut files: Vec<_> = pages.into_iter().map(|page| (page.file, page.text)).collect();
    for (example, file) in GENERATORS {
        files.push((file, generated(example, file, workspace, interrupt)?));
    }
    let openapi = files.iter().find(|(file, _)| *file == OPENAPI);
    if let Some((_, openapi)) = openapi {
        let types = types(openapi, workspace, interrupt)?;
        files.push((TYPES, types));
    }
    Ok(files)
}

fn write(workspace: &Workspace, files: &[(&str, Vec<u8>)]) -> Result<()> {
    for (file, text) in files {
        let path = workspace.root.join(file);
        if fs::read(&path).is_ok_and(|found| found == *text) {
            say(format_args!("{file} is up to date"));
        } else {
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(&path, text).with_context(|| format!("cannot write {file}"))?;
            say(format_args!("{file} written"));
        }
    }
    Ok(())
}

fn compare(workspace: &Workspace, files: &[(&str, Vec<u8>)]) -> Result<()> {
    let mut differing = Vec::new();
    for (file, text) in files {
        if fs::read(workspace.root.join(file)).is_ok_and(|found| found == *text) {
            say(format_args!("{file} is up to date"));
        } else {
            show_difference(workspace, file, text)?;
            differing.push(*file);
        }
    }
    if !differing.is_empty() {
        bail!(
            "{} not as the code has it; run `cargo xtask gen` and commit what it writes",
            differing.join(", ")
        );
    }
    Ok(())
}

fn generated(example: &str, file: &str, workspace: &Workspace, interrupt: &Interrupt) -> Result<Vec<u8>> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--example", example]);
    let text = children::capture(&mut cargo, interrupt).with_context(|| format!("cannot generate {file}"))?;
    if text.is_empty() {
        bail!("the example `{example}` printed nothing for {file}");
    }
    Ok(text)
}

/// The API's types for the front, from the document as the code has it now.
fn types(openapi: &[u8], workspace: &Workspace, interrupt: &Interrupt) -> Result<Vec<u8>> {
    let web =
        Package::installed(workspace, WEB, interrupt).with_context(|| format!("cannot generate {TYPES}"))?;
    let document = workspace.target.join("gen").join(OPENAPI);
    fs::create_dir_all(document.parent().unwrap_or(&document))?;
    fs::write(&document, openapi)?;
    let mut command = web.program("openapi-typescript");
    let text = children::capture(command.arg(&document), interrupt)
        .with_context(|| format!("cannot generate {TYPES}"))?;
    if text.is_empty() {
        bail!("openapi-typescript printed nothing for {TYPES}");
    }
    Ok(text)
}

fn show_difference(workspace: &Workspace, file: &str, text: &[u8]) -> Result<()> {
    let wanted = workspace.target.join("gen").join(file);
    fs::create_dir_all(wanted.parent().unwrap_or(&wanted))?;
    fs::write(&wanted, text)?;
    let committed = workspace.root.join(file);
    let committed = if committed.exists() {
        committed.as_path()
    } else {
        Path::new("/dev/null")
    };
    let mut git = Command::new("git");
    git.args(["--no-pager", "diff", "--no-index", "--no-color", "--"])
        .arg(committed)
        .arg(&wanted);
    if git.status().is_err() {
        say(format_args!("{file} differs from {}", wanted.display()));
    }
    Ok(())
}
