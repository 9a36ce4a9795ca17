//! `cargo xtask timing`: measures, prints the tables, writes the page.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Parser;
use portal::limits::Limits;
use timing::measure::{Plan, Subject, Taken, Times, take};
use timing::report::{self, Run};
use timing::scene::{Class, Scene};

/// Accounts per class, used in turn.
const ACCOUNTS: usize = 4;

#[derive(Parser)]
#[command(
    about = "Measures whether the time of a refused log-in tells why it was refused",
    long_about = "Measures whether the time of a refused log-in tells why it was refused: every class of caller against an \
                  unknown address, by Welch's t-test and by the two-sample Kolmogorov-Smirnov test, corrected by Holm.",
    after_help = "`cargo xtask timing --release` measures optimised code, as it is deployed."
)]
struct Args {
    /// Samples of each class
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    samples: usize,
    /// Warm-up rounds, whose times are discarded
    #[arg(long, default_value_t = 20, value_name = "N")]
    warm_up: usize,
    /// Seed of the order within the rounds
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Stop after this number of minutes, with the samples so far
    #[arg(long, value_name = "N")]
    minutes: Option<u64>,
    /// The quantum of refusals in milliseconds; 0 measures the bare work
    #[arg(long, default_value_t = Limits::standard().refusal_quantum.count(), value_name = "N")]
    quantum: u64,
    /// The kind of machine, in general words
    #[arg(long, value_name = "TEXT")]
    machine: Option<String>,
    /// Path of timing.md
    #[arg(long, default_value = "docs", value_name = "DIR")]
    out: PathBuf,
    /// Print only
    #[arg(long)]
    print_only: bool,
    /// Also write every time to this file, a column for each class
    #[arg(long, value_name = "FILE")]
    raw: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let args = Args::parse();
    anyhow::ensure!(args.samples >= 2, "two samples at least");
    let mut subjects: Vec<Subject> = Class::ALL.map(Subject::Class).to_vec();
    subjects.push(Subject::Again);
    tell("setting the scene");
    let limits = Limits {
        refusal_quantum: portal::limits::Milliseconds::new(args.quantum),
        ..Limits::standard()
    };
    let mut scene = Scene::set(limits, ACCOUNTS).await;
    let plan = Plan {
        samples: args.samples,
        warm_up: args.warm_up,
        seed: args.seed,
        longest: args
            .minutes
            .map_or(Duration::MAX, |minutes| Duration::from_secs(60 * minutes)),
    };
    let begun = Instant::now();
    let often = (args.samples / 20).max(1);
    let Taken { wall, work } = take(&mut scene, &subjects, plan, |done| {
        if done % often == 0 || done == args.samples {
            tell(&format!(
                "{done:>6} of {} rounds, {} s",
                args.samples,
                begun.elapsed().as_secs()
            ));
        }
    })
    .await;
    if let Some(path) = &args.raw {
        std::fs::write(path, raw(&wall) + &raw(&work))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let (findings, worked) = (report::compare(&wall), report::compare(&work));
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Time until the answer\n\n{}\n{}\n{}\n\nWork of the process meanwhile\n\n{}\n{}\n{}\n",
        findings.table(),
        findings.sensitivity(),
        findings.verdict(),
        worked.table(),
        worked.sensitivity(),
        worked.verdict()
    )?;
    if !args.print_only {
        let run = run(&args, wall.get(Subject::Again).len())?;
        let path = args.out.join("timing.md");
        std::fs::write(&path, findings.page(&worked, &run))
            .with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "written: {}", path.display())?;
    }
    Ok(if findings.distinguished().is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(line: &str) {
    // A closed terminal must not stop a measurement half-way.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn run(args: &Args, samples: usize) -> Result<Run> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a page carries the day on which it was written"
    )]
    let now = jiff::Timestamp::now();
    let (profile, release) = if cfg!(debug_assertions) {
        ("dev (argon2 and BLAKE2 optimised, all else not)", "")
    } else {
        ("release", " --release")
    };
    let minutes = args
        .minutes
        .map_or_else(String::new, |minutes| format!(" --minutes {minutes}"));
    let quantum = if args.quantum == Limits::standard().refusal_quantum.count() {
        String::new()
    } else {
        format!(" --quantum {}", args.quantum)
    };
    let cores = std::thread::available_parallelism()?;
    let general = || {
        format!(
            "{cores} logical cores, {}, {}",
            std::env::consts::ARCH,
            std::env::consts::OS
        )
    };
    Ok(Run {
        date: now.strftime("%Y-%m-%d").to_string(),
        machine: args.machine.clone().unwrap_or_else(general),
        profile: profile.to_owned(),
        samples,
        seed: args.seed,
        command: format!(
            "cargo xtask timing{release} --samples {} --seed {}{minutes}{quantum}",
            args.samples, args.seed
        ),
        quantum: args.quantum,
    })
}

fn raw(times: &Times) -> String {
    let names: Vec<_> = times
        .of
        .iter()
        .map(|(subject, _)| subject.name().replace(',', ""))
        .collect();
    let rounds = times.of.first().map_or(0, |(_, times)| times.len());
    let mut lines = vec![names.join(",")];
    for round in 0..rounds {
        let row: Vec<_> = times
            .of
            .iter()
            .map(|(_, times)| {
                times
                    .get(round)
                    .map_or_else(String::new, |time| format!("{time:.6}"))
            })
            .collect();
        lines.push(row.join(","));
    }
    lines.join("\n") + "\n"
}
