//! `cargo xtask test`: what CI runs, in the order in which a failure shows soonest.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use clap::builder::PossibleValuesParser;

use crate::{
    browser,
    children::{self, Interrupt},
    generate,
    npm::{Package, WEB},
    refusals, schemathesis, seeded, settings,
    stack::{self, Front, Plan, Stack},
    terminal::{say, seconds, warn},
    tools,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run this stage only (may be given several times)
    #[arg(long, value_name = "STAGE", value_parser = PossibleValuesParser::new(STAGES.map(|stage| stage.name)))]
    only: Vec<String>,
    /// Say what the stages are
    #[arg(long)]
    list: bool,
    /// Stop at the first stage that fails
    #[arg(long)]
    fail_fast: bool,
    /// Also ask the advisory database, which has to be fetched
    #[arg(long)]
    online: bool,
}

struct Stage {
    name: &'static str,
    what: &'static str,
    run: fn(&House) -> Result<()>,
}

impl Stage {
    const fn new(name: &'static str, what: &'static str, run: fn(&House) -> Result<()>) -> Self {
        Self { name, what, run }
    }
}

const STAGES: [Stage; 13] = [
    Stage::new("fmt", "the code is formatted", fmt),
    Stage::new("lints", "clippy has nothing to say", lints),
    Stage::new("rules", "the rules hold (tests of the pure crate)", rules),
    Stage::new("front", "the front holds, builds and stays small", front),
    Stage::new("model", "the procedure holds in every interleaving", model),
    Stage::new("tests", "everything else holds (all other tests)", the_others),
    Stage::new("seeded", "seeded bugs are noticed by the rules' tests", seeded),
    Stage::new("generated", "generated files are as the code has them", generated),
    Stage::new("template", "SAM and cfn-lint accept the templates", template),
    Stage::new(
        "deny",
        "each dependency is used, and licences, duplicates and sources are as decided",
        deny,
    ),
    Stage::new(
        "docs",
        "the documentation builds, and its links lead somewhere",
        docs,
    ),
    Stage::new("stack", "the whole portal runs on this machine", whole),
    Stage::new(
        "browser",
        "every screen does what it should, in a browser",
        in_a_browser,
    ),
];

/// What a stage needs to know.
struct House<'a> {
    workspace: &'a Workspace,
    interrupt: &'a Interrupt,
    online: bool,
}

impl House<'_> {
    fn cargo(&self, args: &[&str]) -> Result<()> {
        self.must(self.workspace.cargo().args(args))
    }

    fn must(&self, command: &mut Command) -> Result<()> {
        children::must(command, self.interrupt)
    }
}

struct Outcome {
    stage: &'static str,
    ended: Ended,
    took: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Passed,
    Failed,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    if args.list {
        for stage in STAGES {
            say(format_args!("{:<10} {}", stage.name, stage.what));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let house = House {
        workspace,
        interrupt,
        online: args.online,
    };
    let mut outcomes = Vec::new();
    for stage in STAGES {
        if !args.only.is_empty() && !args.only.iter().any(|name| name == stage.name) {
            continue;
        }
        say(format_args!("\n== {}: {}", stage.name, stage.what));
        let begun = Instant::now();
        let ended = if let Err(error) = (stage.run)(&house) {
            interrupt.check()?;
            warn(format_args!("{}: {error:#}", stage.name));
            Ended::Failed
        } else {
            Ended::Passed
        };
        interrupt.check()?;
        outcomes.push(Outcome {
            stage: stage.name,
            ended,
            took: begun.elapsed(),
        });
        if args.fail_fast && ended == Ended::Failed {
            break;
        }
    }
    say(summary(&outcomes));
    let failed = outcomes.iter().any(|outcome| outcome.ended == Ended::Failed);
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn summary(outcomes: &[Outcome]) -> String {
    let line = |Outcome { stage, ended, took }: &Outcome| {
        let result = match ended {
            Ended::Passed => "passed",
            Ended::Failed => "FAILED",
        };
        format!("{stage:<10} {result:<7} {:>12}", seconds(*took))
    };
    let lines: Vec<_> = outcomes.iter().map(line).collect();
    let count = |ended: Ended| outcomes.iter().filter(|outcome| outcome.ended == ended).count();
    format!(
        "\n{}\n\n{} passed, {} failed",
        lines.join("\n"),
        count(Ended::Passed),
        count(Ended::Failed),
    )
}

fn fmt(house: &House) -> Result<()> {
    house
        .cargo(&["fmt", "--all", "--check"])
        .context("run `cargo fmt --all`")
}

fn lints(house: &House) -> Result<()> {
    house.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn rules(house: &House) -> Result<()> {
    house.cargo(&["test", "-p", "portal"])
}

fn front(house: &House) -> Result<()> {
    let web = Package::installed(house.workspace, WEB, house.interrupt)?;
    for script in ["check", "build", "budget"] {
        web.run(script, house.interrupt)?;
    }
    Ok(())
}

fn in_a_browser(house: &House) -> Result<()> {
    browser::tests(house.workspace, house.interrupt)
}

fn model(house: &House) -> Result<()> {
    house.cargo(&crate::model::EXPLORE)
}

fn the_others(house: &House) -> Result<()> {
    let mut asked = house.workspace.cargo();
    asked
        .args(["nextest", "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let met = refusals::file(house.workspace)?;
    let run = |args: &[&str]| {
        let mut cargo = house.workspace.cargo();
        house.must(cargo.args(args).env(refusals::SETTING, &met))
    };
    if asked.status().is_ok_and(|status| status.success()) {
        // Filtered out, not excluded: cargo then builds exactly what the last stage needs, too.
        run(&[
            "nextest",
            "run",
            "--workspace",
            "-E",
            "not (package(portal) or binary(stack))",
        ])?;
    } else {
        run(&["test", "--workspace", "--exclude", "portal", "--all-targets"])?;
    }
    refusals::check(house.workspace, &met)?;
    house.cargo(&["test", "--workspace", "--doc"])
}

fn seeded(house: &House) -> Result<()> {
    seeded::of_rules(house.workspace, house.interrupt)
}

fn generated(house: &House) -> Result<()> {
    generate::check(house.workspace, house.interrupt)
}

fn template(house: &House) -> Result<()> {
    let root = &house.workspace.root;
    let templates = templates(root)?;
    let bin = tools::template_tools(house.workspace, house.interrupt)?;
    let tool = |name: &str| {
        let mut command = Command::new(bin.join(name));
        command
            .current_dir(root)
            .env("AWS_DEFAULT_REGION", "ap-northeast-1")
            .env("SAM_CLI_TELEMETRY", "0");
        command
    };
    house.must(tool("sam").args(["validate", "--lint", "--template", "template.yaml"]))?;
    house.must(tool("cfn-lint").args(templates))
}

/// `template.yaml` and the templates under `infra/`, among other documents there.
fn templates(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![root.join("template.yaml")];
    for entry in fs::read_dir(root.join("infra")).context("cannot read infra")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            if text.lines().any(|line| line.starts_with("Resources:")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn deny(house: &House) -> Result<()> {
    let mut shear = Command::new(tools::cargo_shear(house.workspace, house.interrupt)?);
    shear.current_dir(&house.workspace.root);
    house
        .must(&mut shear)
        .context("take out what is not used, or say in `package.metadata.cargo-shear` what uses it")?;
    let program = tools::cargo_deny(house.workspace, house.interrupt)?;
    let mut command = Command::new(program);
    command.current_dir(&house.workspace.root).args([
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    house.must(command.args(house.online.then_some("advisories")))
}

fn docs(house: &House) -> Result<()> {
    let mut cargo = house.workspace.cargo();
    cargo
        .args(["doc", "--workspace", "--no-deps", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings");
    house.must(&mut cargo)?;
    // Which files and links, lychee.toml says.
    let mut lychee = Command::new(tools::lychee(house.workspace, house.interrupt)?);
    lychee.current_dir(&house.workspace.root).arg(".");
    house.must(&mut lychee)
}

/// The stack of `cargo xtask dev`, on ports that are free, and the tests that need all of it.
fn whole(house: &House) -> Result<()> {
    let plan = Plan {
        ports: stack::free_ports()?,
        faults: None,
        data: None,
        release: false,
        front: Front::AsItIs,
        place: house.workspace.target.join("dev-test"),
        terminal: false,
    };
    let log = plan.log();
    let _stack = Stack::start_whole(house.workspace, &plan, house.interrupt)?;
    let place = || format!("log: {}", house.workspace.short(&log).display());
    let tests = |choice: &[&str]| {
        let mut cargo = house.workspace.cargo();
        cargo
            .args(["test", "--workspace", "--test", "stack", "--"])
            .args(choice);
        cargo.env(
            "PORTAL_STACK_URL",
            format!("http://127.0.0.1:{}", plan.ports.portal),
        );
        cargo.env(
            "PORTAL_STACK_FUNCTIONS",
            format!("http://127.0.0.1:{}", plan.ports.functions),
        );
        cargo
            .env("PORTAL_STACK_ENV", plan.env_file())
            .env("PORTAL_STACK_DESK", house.workspace.target.join("debug/desk"));
        settings::past_the_proxy(&mut cargo);
        house.must(&mut cargo).with_context(place)
    };
    house.cargo(&["build", "-p", "desk"])?;
    tests(&["--skip", "kills::", "--skip", "load::", "--skip", "clock::"])?;
    schemathesis::few(house.workspace, plan.ports, house.interrupt).with_context(place)?;
    tests(&["clock::"])?;
    tests(&["load::", "--test-threads", "1", "--nocapture"])?;
    // What kills processes comes after all that is at work: it would take theirs as well.
    tests(&["kills::", "--test-threads", "1", "--nocapture"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_closes_with_how_many_stages_passed() {
        let outcome = |stage, ended| Outcome {
            stage,
            ended,
            took: Duration::from_secs(3),
        };
        let outcomes = vec![outcome("fmt", Ended::Passed), outcome("lints", Ended::Failed)];
        let text = summary(&outcomes);
        assert!(text.contains("fmt        passed         3.0 s\n"), "{text}");
        assert!(text.ends_with("\n1 passed, 1 failed"), "{text}");
    }
}
