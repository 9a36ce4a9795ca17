//! `cargo xtask gen`: the committed files that are generated from the code.

use std::{
    collections::BTreeMap,
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
    /// Write nothing; show the differences, and fail if there are any
    #[arg(long)]
    check: bool,
    /// Accept registers with pending rows, whose tests are being written
    #[arg(long)]
    allow_pending: bool,
}

/// The front's types of the API, and their source.
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

/// Every generated file with its content.
fn all(workspace: &Workspace, interrupt: &Interrupt, allow_pending: bool) -> Result<Vec<(String, Vec<u8>)>> {
    // The registers first: they need no build, and were usually the last thing edited.
    let pages = registers::pages(&workspace.root, allow_pending)?;
    let mut files: Vec<_> = pages
        .into_iter()
        .map(|page| (page.file.to_owned(), page.text))
        .collect();
    files.extend(of_tables(workspace, interrupt)?);
    let openapi = files.iter().find(|(file, _)| file == OPENAPI);
    let (_, openapi) = openapi.context("the crate `reference` writes no openapi.yaml")?;
    let types = types(openapi, workspace, interrupt)?;
    files.push((TYPES.to_owned(), types));
    Ok(files)
}

fn write(workspace: &Workspace, files: &[(String, Vec<u8>)]) -> Result<()> {
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

fn compare(workspace: &Workspace, files: &[(String, Vec<u8>)]) -> Result<()> {
    let mut differing = Vec::new();
    for (file, text) in files {
        if fs::read(workspace.root.join(file)).is_ok_and(|found| found == *text) {
            say(format_args!("{file} is up to date"));
        } else {
            show_difference(workspace, file, text)?;
            differing.push(file.as_str());
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

/// The files that the crate `reference` generates from the tables of the product.
fn of_tables(workspace: &Workspace, interrupt: &Interrupt) -> Result<Vec<(String, Vec<u8>)>> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--package", "reference", "--example", "gen"]);
    let text =
        children::capture(&mut cargo, interrupt).context("the crate `reference` cannot write its files")?;
    let files: BTreeMap<String, String> =
        serde_json::from_slice(&text).context("the crate `reference` printed no files")?;
    Ok(files
        .into_iter()
        .map(|(file, text)| (file, text.into_bytes()))
        .collect())
}

/// The API's types for the front, from the newly generated document.
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
