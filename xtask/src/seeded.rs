//! `cargo xtask seeded`: makes each known bug in a copy of the tree, and checks that its test notices.
//!
//! The bugs are data (`tests/seeded/bugs.toml`): the product's source has no switch for any of them.

mod batches;
mod bugs;
mod copy;
mod judge;

use std::{
    fs,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use self::{
    bugs::{Bug, Bugs, Check},
    copy::Copy,
    judge::{Judge, Verdict},
};
use crate::{
    children::Interrupt,
    terminal::{say, seconds},
    workspace::Workspace,
};

/// Makes each bug, runs its check and reverts it: the check must fail, but not because of a compiler error.
///
/// A full run takes most of an hour on two processors; `--only cheap` ten minutes, and `--only rules`, which
/// `cargo xtask test` runs, two: there the
/// bugs of the rules are made several at a time, each in another file.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these bugs
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// List the bugs, the effect of each, and the checks that notice it
    #[arg(long)]
    list: bool,
    /// Only these checks, with bugs of the rules made together
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Continue with the other bugs after one that was not noticed
    #[arg(long)]
    keep_going: bool,
}

/// Some of the checks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The rules' own tests
    Rules,
    /// Those that build in seconds: the rules' tests and the model
    Cheap,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let bugs = chosen(args, workspace)?;
    if args.list {
        for bug in &bugs {
            say(format_args!("{}\n    {}", bug.name, bug.breaks));
            for check in &bug.check {
                say(format_args!("    noticed by {check}"));
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let noticed = seed(&bugs, args, workspace, interrupt)?;
    Ok(if noticed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The stage of `cargo xtask test`.
pub(crate) fn of_rules(workspace: &Workspace, interrupt: &Interrupt) -> Result<()> {
    let args = Args {
        names: Vec::new(),
        list: false,
        only: Some(Part::Rules),
        keep_going: true,
    };
    if !seed(&chosen(&args, workspace)?, &args, workspace, interrupt)? {
        bail!("a bug was not noticed");
    }
    Ok(())
}

fn chosen(args: &Args, workspace: &Workspace) -> Result<Vec<Bug>> {
    let Bugs { bug: mut bugs } = Bugs::read(&workspace.root)?;
    if let Some(unknown) = args
        .names
        .iter()
        .find(|name| bugs.iter().all(|bug| bug.name != **name))
    {
        bail!("there is no bug {unknown}; `cargo xtask seeded --list` lists them");
    }
    bugs.retain(|bug| args.names.is_empty() || args.names.contains(&bug.name));
    for bug in &mut bugs {
        bug.check.retain(|check| match args.only {
            None => true,
            Some(Part::Rules) => check.is_of_rules(),
            Some(Part::Cheap) => check.is_cheap(),
        });
    }
    bugs.retain(|bug| !bug.check.is_empty());
    if bugs.is_empty() {
        bail!("no bug is left to be made");
    }
    Ok(bugs)
}

/// A bug, and one of the checks that must notice it.
type Pair<'a> = (&'a Bug, &'a Check);

/// One bug with one check.
struct Row<'a> {
    bug: &'a Bug,
    check: &'a Check,
    verdict: Verdict,
    took: Duration,
}

fn seed(bugs: &[Bug], args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<bool> {
    let begun = Instant::now();
    let copy = Copy::make(workspace, interrupt)?;
    // Reported before the build: a bug that no longer applies needs an edit.
    for bug in bugs {
        copy.edited(bug)?;
    }
    let mut pairs: Vec<Pair> = bugs
        .iter()
        .flat_map(|bug| bug.check.iter().map(move |check| (bug, check)))
        .collect();
    // Checks that share a build run together, in the catalogue's order.
    pairs.sort_by_key(|(_, check)| check.build());
    let judge = Judge::new(&copy, interrupt);

    say(format_args!("{} bugs, {} checks", bugs.len(), pairs.len()));
    let unbroken = Instant::now();
    let checks: Vec<&Check> = pairs.iter().map(|(_, check)| *check).collect();
    judge.unbroken(&checks)?;
    say(format_args!(
        "without a bug all of them pass ({})",
        seconds(unbroken.elapsed())
    ));

    let all = pairs.len();
    let batches = if args.only.is_some() {
        batches::of(pairs)
    } else {
        pairs.into_iter().map(|pair| vec![pair]).collect()
    };
    let mut rows: Vec<Row> = Vec::new();
    for batch in batches {
        let missed = |rows: &[Row]| rows.iter().any(|row| !row.verdict.is_noticed());
        if missed(&rows) && !args.keep_going {
            break;
        }
        for row in judged(&batch, &judge, &copy, interrupt)? {
            say(format_args!(
                "{:>3}/{all} {:<40} {} ({})",
                rows.len() + 1,
                row.bug.name,
                row.verdict,
                seconds(row.took)
            ));
            rows.push(row);
        }
    }
    say(table(&rows));
    let missed = rows.iter().filter(|row| !row.verdict.is_noticed()).count();
    say(format_args!(
        "\n{} of {all} noticed, {missed} not, {}",
        rows.len() - missed,
        seconds(begun.elapsed())
    ));
    Ok(missed == 0)
}

/// Judges the bugs of a batch together; one that is not noticed in company is judged alone.
fn judged<'a>(batch: &[Pair<'a>], judge: &Judge, copy: &Copy, interrupt: &Interrupt) -> Result<Vec<Row<'a>>> {
    interrupt.check()?;
    let start = Instant::now();
    let mut verdicts = vec![None; batch.len()];
    if batch.len() > 1 {
        for (bug, _) in batch {
            copy.apply(bug)?;
        }
        let together = judge.broken_together(batch);
        for (bug, _) in batch {
            copy.restore(bug)?;
        }
        verdicts = together?;
    }
    let each = start.elapsed() / u32::try_from(batch.len()).unwrap_or(u32::MAX);
    let mut rows = Vec::new();
    for ((bug, check), together) in batch.iter().zip(verdicts) {
        interrupt.check()?;
        let start = Instant::now();
        let verdict = if let Some(verdict) = together.filter(|verdict: &Verdict| verdict.is_noticed()) {
            verdict
        } else {
            copy.apply(bug)?;
            let verdict = judge.broken(bug, check);
            copy.restore(bug)?;
            verdict?
        };
        rows.push(Row {
            bug,
            check,
            verdict,
            took: each + start.elapsed(),
        });
    }
    Ok(rows)
}

fn table(rows: &[Row]) -> String {
    let mut lines = vec![format!("\n{:<40} {:>8}  noticed by", "bug", "seconds")];
    for row in rows {
        let by = if row.verdict.is_noticed() {
            row.check.to_string()
        } else {
            format!("NOT NOTICED: {} {}", row.check, row.verdict)
        };
        lines.push(format!(
            "{:<40} {:>8.1}  {by}",
            row.bug.name,
            row.took.as_secs_f64()
        ));
    }
    lines.join("\n")
}

/// The directory of this task.
fn place(workspace: &Workspace) -> Result<PathBuf> {
    let place = workspace.target.join("seeded");
    fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
    Ok(place)
}
