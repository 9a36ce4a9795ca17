//! `cargo xtask concurrency`: many requests at once to every step, for any number of rounds.

use std::{
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{
    children::{self, Interrupt},
    terminal::{say, seconds},
    workspace::Workspace,
};

/// Many requests at once to every step: how the answers were distributed, and whether the invariants held
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Rounds of each test, each in a separate portal
    #[arg(long, default_value_t = 10, value_name = "N")]
    rounds: u64,
    /// Factor for the number of requests of the short form
    #[arg(long, default_value_t = 1, value_name = "N")]
    scale: u64,
    /// Seed of the orders and delays; the same seed sends the same requests in the same order
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Only tests with this in their names (may be given several times)
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Also those that wait for a fix
    #[arg(long)]
    ignored: bool,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let place = workspace.target.join("concurrency");
    fs::create_dir_all(&place).with_context(|| format!("cannot create {}", place.display()))?;
    let report = place.join(format!("{}.jsonl", std::process::id()));
    let mut cargo = workspace.cargo();
    cargo.args([
        "test",
        "--quiet",
        "--package",
        "acceptance",
        "--test",
        "concurrency",
        "--",
    ]);
    cargo.args(&args.only);
    cargo.args(args.ignored.then_some("--include-ignored"));
    cargo
        .env("CONCURRENCY_ROUNDS", args.rounds.to_string())
        .env("CONCURRENCY_SCALE", args.scale.to_string())
        .env("CONCURRENCY_SEED", args.seed.to_string())
        .env("CONCURRENCY_REPORT", &report);
    let begun = Instant::now();
    let status = children::run(&mut cargo, interrupt)?;
    interrupt.check()?;
    let lines = fs::read_to_string(&report).unwrap_or_default();
    say(table(&lines)?);
    say(format_args!(
        "rounds {}, scale {}, seed {}: {}, {}",
        args.rounds,
        args.scale,
        args.seed,
        if status.success() {
            "all held"
        } else {
            "NOT all held"
        },
        seconds(begun.elapsed())
    ));
    fs::remove_file(&report).ok();
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A line for each test that ended, in the order of their names.
fn table(lines: &str) -> Result<String> {
    let mut rows = vec![["test", "asked", "time", "answers"].map(str::to_owned)];
    let mut found = lines
        .lines()
        .map(|line| serde_json::from_str(line).context("a test's report is not JSON"))
        .collect::<Result<Vec<Value>>>()?;
    let text = |line: &Value, name: &str| match line.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    found.sort_by_key(|line| text(line, "test"));
    for line in &found {
        let milliseconds = line.get("milliseconds").and_then(Value::as_u64);
        rows.push([
            text(line, "test"),
            text(line, "asked"),
            milliseconds.map_or_else(String::new, |time| seconds(Duration::from_millis(time))),
            text(line, "answers"),
        ]);
    }
    let wide = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| width(cell)).max().unwrap_or_default()
    };
    let [tests, asked, times] = [wide(0), wide(1), wide(2)];
    let lines: Vec<String> = rows
        .iter()
        .map(|[test, number, time, answers]| {
            let gap = " ".repeat(tests - width(test));
            format!("{test}{gap}  {number:>asked$}  {time:>times$}  {answers}")
        })
        .collect();
    Ok(format!("\n{}\n", lines.join("\n")))
}

/// Width in terminal columns: Japanese characters take two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|letter| if letter < '\u{1100}' { 1 } else { 2 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_test_and_straight_columns() {
        let lines = concat!(
            r#"{"test":"登録する with one key","seed":1,"rounds":2,"asked":100,"answers":"201 100","milliseconds":1250}"#,
            "\n",
            r#"{"test":"log-ins","seed":1,"rounds":2,"asked":24,"answers":"200 24","milliseconds":90}"#,
            "\n",
        );
        let text = table(lines).unwrap();
        let rows: Vec<_> = text.trim().lines().collect();
        assert_eq!(
            rows,
            [
                "test                   asked   time  answers",
                "log-ins                   24  0.1 s  200 24",
                "登録する with one key    100  1.2 s  201 100",
            ]
        );
        assert!(table("not JSON").is_err());
    }
}
