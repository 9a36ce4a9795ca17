//! `cargo xtask fuzz`: generated input against the laws of the tests.

use std::{
    env, fs,
    path::Path,
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, Result, bail};
use clap::builder::PossibleValuesParser;

use crate::{
    children::{self, Interrupt},
    settings,
    terminal::{say, warn},
    tools,
    workspace::Workspace,
};

/// The targets of `fuzz/`, each with the corpus files that seed it.
const TARGETS: [(&str, &[&str]); 6] = [
    (
        "values",
        &[
            "claims-user-id",
            "claims-secret",
            "code",
            "email",
            "name",
            "kana",
            "phone",
            "password",
        ],
    ),
    ("requests", &["bodies", "headers"]),
    ("items", &[]),
    ("events", &[]),
    ("claims", &[]),
    ("mails", &["email", "name"]),
];

/// Cases per property test if there is no fuzzer: some minutes in total.
const CASES: &str = "5000";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The target; all of them in turn, if omitted
    #[arg(value_parser = PossibleValuesParser::new(TARGETS.map(|(name, _)| name)))]
    target: Option<String>,
    /// Seconds per target
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let tools = if has_nightly(workspace) {
        tools::cargo_fuzz(workspace, interrupt)
            .inspect_err(|error| warn(format_args!("cargo-fuzz cannot be had: {error:#}")))
            .ok()
    } else {
        warn("no nightly compiler, which the sanitizers need (rustup toolchain install nightly)");
        None
    };
    interrupt.check()?;
    let Some(tools) = tools else {
        warn(format_args!(
            "NOT FUZZED: the same laws are tried on {CASES} drawn inputs each instead"
        ));
        return drawn(workspace, interrupt);
    };
    let mut broken = Vec::new();
    for (name, files) in TARGETS {
        if args.target.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        say(format_args!("\n== {name}, {} seconds", args.seconds));
        let corpus = workspace.root.join("fuzz/corpus").join(name);
        seed(&workspace.root, name, files, &corpus)?;
        let mut command = fuzzer(workspace, &tools)?;
        command.args(["fuzz", "run", name, "--"]).args([
            format!("-max_total_time={}", args.seconds),
            "-max_len=4096".to_owned(),
            // A body of that length may take at most a second under the sanitizer, even on a busy machine.
            "-timeout=20".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        let passed = children::run(&mut command, interrupt)?.success();
        interrupt.check()?;
        if !passed {
            broken.push(name);
        }
    }
    if !broken.is_empty() {
        bail!(
            "broken: {}; what broke each is in fuzz/artifacts, and belongs into tests/corpus (docs/how-to/fuzz.md)",
            broken.join(", ")
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn has_nightly(workspace: &Workspace) -> bool {
    let mut asked = Command::new("cargo");
    asked
        .args(["+nightly", "--version"])
        .current_dir(&workspace.root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    clean(&mut asked);
    asked.status().is_ok_and(|status| status.success())
}

/// The calling cargo has put its own toolchain first in the PATH; fuzzing needs another one.
fn clean(command: &mut Command) {
    for name in [
        "CARGO",
        "RUSTUP_TOOLCHAIN",
        "RUSTC",
        "RUSTDOC",
        "CARGO_TARGET_DIR",
    ] {
        command.env_remove(name);
    }
}

fn fuzzer(workspace: &Workspace, tools: &Path) -> Result<Command> {
    let mut command = Command::new("cargo");
    command.arg("+nightly").current_dir(&workspace.root);
    clean(&mut command);
    let caller = settings::caller();
    let path = caller.get("PATH").map_or("", String::as_str);
    let path = env::join_paths(std::iter::once(tools.to_path_buf()).chain(env::split_paths(path)))
        .context("PATH cannot be put together")?;
    command.env("PATH", path);
    Ok(command)
}

/// Runs the property tests with many random inputs, on the installed compiler.
fn drawn(workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    for package in ["portal", "acceptance"] {
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--package", package, "--test", "values"]);
        cargo.env("PROPTEST_CASES", CASES);
        children::must(&mut cargo, interrupt)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the inputs of the corpus to the fuzzer's seed directory.
fn seed(root: &Path, target: &str, files: &[&str], to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for file in files {
        let path = root.join(format!("tests/corpus/{file}.toml"));
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let table: toml::Table = text
            .parse()
            .with_context(|| format!("{} is no TOML", path.display()))?;
        let cases = table.get("cases").and_then(toml::Value::as_array);
        for (number, case) in cases.into_iter().flatten().enumerate() {
            if let Some(input) = input(target, case) {
                fs::write(to.join(format!("{file}-{number}")), input)?;
            }
        }
    }
    let folder = root.join("fuzz/seeds").join(target);
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// A line of the corpus as input of a target. Repetitions are left to the fuzzer.
fn input(target: &str, case: &toml::Value) -> Option<Vec<u8>> {
    let text = |key: &str| case.get(key).and_then(toml::Value::as_str);
    if target != "requests" {
        return Some(text("typed")?.as_bytes().to_vec());
    }
    // The first octet selects the step; a digit starts a header with a meaning; an empty line precedes the body.
    if let Some(body) = text("body") {
        return Some(format!("\u{0}0application/json\n\n{body}").into_bytes());
    }
    let name = text("name")?;
    let digit = ["content-type", "idempotency-key", "cookie", "origin"]
        .iter()
        .position(|known| *known == name)?;
    let values = case.get("values").and_then(toml::Value::as_array)?;
    let lines: Vec<String> = values
        .iter()
        .filter_map(toml::Value::as_str)
        .map(|value| format!("{digit}{value}\n"))
        .collect();
    Some(format!("\u{5}{}\n{{\"draft\":\"x\"}}", lines.concat()).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_corpus_is_an_input() {
        let table: toml::Table = r#"cases = [
            { typed = "a", stored = "b" }, { body = "{}" }, { name = "cookie", values = ["x=y"] }, { hex = "00" },
        ]"#
        .parse()
        .unwrap();
        let cases = table["cases"].as_array().unwrap();
        assert_eq!(input("values", &cases[0]).unwrap(), b"a");
        assert_eq!(
            input("requests", &cases[1]).unwrap(),
            b"\x000application/json\n\n{}"
        );
        assert_eq!(
            input("requests", &cases[2]).unwrap(),
            b"\x052x=y\n\n{\"draft\":\"x\"}"
        );
        assert_eq!(input("requests", &cases[3]), None);
    }

    #[test]
    fn every_target_is_a_target_of_the_workspace_of_the_fuzzer() {
        let manifest = include_str!("../../fuzz/Cargo.toml");
        let manifest: toml::Table = manifest.parse().unwrap();
        let bins = manifest["bin"].as_array().unwrap();
        let names: Vec<&str> = bins.iter().map(|bin| bin["name"].as_str().unwrap()).collect();
        assert_eq!(names, TARGETS.map(|(name, _)| name));
    }
}
