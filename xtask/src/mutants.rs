//! `cargo xtask mutants`: mutation tests of the rules.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    children::{self, Interrupt},
    settings,
    terminal::{say, seconds, warn},
    tools,
    workspace::Workspace,
};

/// The page with the accepted survivors and their reasons.
const REASONS: &str = "docs/mutants.md";
const SOURCES: &str = "shared/portal/src/";
/// A pass of all tests takes a second; a mutant that never ends must not delay the others.
const TIMEOUT: &str = "20";

/// Applies every mutation of cargo-mutants to the rules, one at a time; a test must notice each. Takes twenty minutes
/// on two idle processors.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only list the mutants
    #[arg(long)]
    list: bool,
    /// Only this module of `portal`, e.g. `guards` (may be given several times)
    #[arg(long, value_name = "NAME")]
    module: Vec<String>,
    /// Number of mutants tested in parallel, each in a copy of the tree
    #[arg(long, value_name = "N", default_value_t = 1)]
    jobs: u32,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let tools = tools::cargo_mutants(workspace, interrupt)?;
    if args.list {
        children::must(mutants(args, workspace, &tools)?.arg("--list"), interrupt)?;
        return Ok(ExitCode::SUCCESS);
    }
    let reasons = fs::read_to_string(workspace.root.join(REASONS));
    let reasons = reasons_in(&reasons.with_context(|| format!("cannot read {REASONS}"))?);
    let begun = Instant::now();
    let place = workspace.target.join("mutants-found");
    match fs::remove_dir_all(&place) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", place.display()));
        }
        _ => fs::create_dir_all(&place).with_context(|| format!("cannot create {}", place.display()))?,
    }

    // The unit tests are built in a second, and catch most mutants. Survivors are then run against the property tests.
    say("== unit tests");
    let mut found = judged(args, workspace, &tools, &place, &["--cargo-arg=--lib"], interrupt)?;
    if found.survived.is_empty() && found.endless.is_empty() {
        say("no mutant is left for the property tests");
    } else {
        say("\n== property tests, on the survivors");
        let left = judged(
            args,
            workspace,
            &tools,
            &place,
            &["--cargo-arg=--tests"],
            interrupt,
        )?;
        found.caught.extend(left.caught);
        found.survived = left.survived;
        found.endless = left.endless;
    }

    let unexplained = unexplained(&found.survived, &reasons);
    say(format_args!("\n{}", table(&found, &unexplained)));
    for name in &unexplained {
        warn(format_args!("SURVIVED: {name}"));
    }
    let needless = if args.module.is_empty() {
        needless(&found.survived, &reasons)
    } else {
        Vec::new()
    };
    for (module, mutation) in &needless {
        warn(format_args!(
            "no such survivor any more, but in {REASONS}: {module}, {mutation}"
        ));
    }
    say(format_args!("{}", seconds(begun.elapsed())));
    if unexplained.is_empty() && needless.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        warn(format_args!(
            "a test is missing, or a reason in {REASONS} (docs/mutants.md says how)"
        ));
        Ok(ExitCode::FAILURE)
    }
}

/// A cargo command that finds cargo-mutants.
fn mutants(args: &Args, workspace: &Workspace, tools: &Path) -> Result<Command> {
    let mut cargo = workspace.cargo();
    let caller = settings::caller();
    let path = caller.get("PATH").map_or("", String::as_str);
    let path = env::join_paths(std::iter::once(tools.to_path_buf()).chain(env::split_paths(path)))
        .context("PATH cannot be put together")?;
    cargo
        .env("PATH", path)
        // Each copy of the tree has its own build artefacts.
        .env_remove("CARGO_TARGET_DIR")
        .args(["mutants", "--package", "portal"]);
    for module in &args.module {
        let file = format!("{SOURCES}{module}.rs");
        if !workspace.root.join(&file).is_file() {
            bail!("portal has no module {module}");
        }
        cargo.args(["--file", &file]);
    }
    Ok(cargo)
}

/// One pass over all mutants that no earlier pass in this directory has caught.
fn judged(
    args: &Args,
    workspace: &Workspace,
    tools: &Path,
    place: &Path,
    tests: &[&str],
    interrupt: &Interrupt,
) -> Result<Verdicts> {
    let mut cargo = mutants(args, workspace, tools)?;
    cargo
        .args([
            "--iterate",
            "--timeout",
            TIMEOUT,
            "--jobs",
            &args.jobs.to_string(),
        ])
        .args(tests)
        .arg("--output")
        .arg(place);
    // The same inputs for every mutant, and no shrinking.
    cargo
        .env("PROPTEST_CASES", "32")
        .env("PROPTEST_RNG_SEED", "20260401")
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
    let status = children::run(&mut cargo, interrupt)?;
    interrupt.check()?;
    // 2: some survived; 3: some timed out. Any other status is an error.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        bail!("cargo-mutants broke off: {status}");
    }
    Verdicts::read(&place.join("mutants.out"))
}

/// Names of mutants, as cargo-mutants gives them: `shared/portal/src/time.rs:10:5: replace plus …`.
#[derive(Default)]
struct Verdicts {
    caught: Vec<String>,
    /// A timeout counts as caught.
    endless: Vec<String>,
    /// It did not compile.
    unviable: Vec<String>,
    survived: Vec<String>,
}

impl Verdicts {
    fn read(place: &Path) -> Result<Self> {
        let list = |name: &str| -> Result<Vec<String>> {
            let file: PathBuf = place.join(name);
            let text =
                fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            Ok(text.lines().map(str::to_owned).collect())
        };
        Ok(Self {
            caught: list("caught.txt")?,
            endless: list("timeout.txt")?,
            unviable: list("unviable.txt")?,
            survived: list("missed.txt")?,
        })
    }
}

/// Module and mutation of a mutant, without the position in the file, which changes with every edit above it.
fn identity(name: &str) -> Option<(String, String)> {
    let (file, rest) = name.strip_prefix(SOURCES)?.split_once(".rs:")?;
    let (_, mutation) = rest.split_once(": ")?;
    Some((file.to_owned(), mutation.to_owned()))
}

/// The rows of the tables of the document: module, mutation, why no test can notice.
fn reasons_in(document: &str) -> Vec<(String, String)> {
    let cell = |text: &str| text.trim().trim_matches('`').replace("\\|", "|");
    document
        .lines()
        .filter_map(|line| {
            // A bar in a mutation is escaped as `\|`.
            let line = line.trim().strip_prefix("| `")?.replace("\\|", "\u{0}");
            let mut cells = line.split('|').map(|text| text.replace('\u{0}', "|"));
            let (module, mutation, why) = (cells.next()?, cells.next()?, cells.next()?);
            (!why.trim().is_empty()).then(|| (cell(&module), cell(&mutation)))
        })
        .collect()
}

/// Survivors without a row in the document; each row accounts for one.
fn unexplained(survived: &[String], reasons: &[(String, String)]) -> Vec<String> {
    let mut left = reasons.to_vec();
    let mut unexplained = Vec::new();
    for name in survived {
        match identity(name).and_then(|of| left.iter().position(|row| *row == of)) {
            Some(place) => {
                left.remove(place);
            }
            None => unexplained.push(name.clone()),
        }
    }
    unexplained
}

/// Rows without a survivor.
fn needless(survived: &[String], reasons: &[(String, String)]) -> Vec<(String, String)> {
    let mut left = reasons.to_vec();
    for of in survived.iter().filter_map(|name| identity(name)) {
        if let Some(place) = left.iter().position(|row| *row == of) {
            left.remove(place);
        }
    }
    left
}

fn table(found: &Verdicts, unexplained: &[String]) -> String {
    let mut rows: BTreeMap<String, [usize; 5]> = BTreeMap::new();
    let lists = [
        &found.caught[..],
        &found.endless,
        &found.unviable,
        &found.survived,
        unexplained,
    ];
    for (column, names) in lists.into_iter().enumerate() {
        for (module, _) in names.iter().filter_map(|name| identity(name)) {
            for row in [module, "all".to_owned()] {
                if let Some(count) = rows.entry(row).or_default().get_mut(column) {
                    *count += 1;
                }
            }
        }
    }
    let all = rows.remove("all").unwrap_or_default();
    let mut text = format!(
        "{:<18} {:>7} {:>7} {:>10} {:>9} {:>15}\n",
        "module", "mutants", "noticed", "no program", "survivors", "without reason"
    );
    for (module, [caught, endless, unviable, survived, unexplained]) in
        rows.into_iter().chain([("all".to_owned(), all)])
    {
        let _ = writeln!(
            text,
            "{module:<18} {:>7} {:>7} {unviable:>10} {survived:>9} {unexplained:>15}",
            caught + endless + unviable + survived,
            caught + endless,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "\
| module | mutation | why no test can notice |
| --- | --- | --- |
| `code` | `replace \\| with ^ in hotp` | The low octet is empty. |
| `text` | `replace < with <= in f` |  |
";

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_reason_is_of_a_module_and_a_mutation_and_says_why() {
        assert_eq!(
            reasons_in(DOCUMENT),
            [("code".to_owned(), "replace | with ^ in hotp".to_owned())]
        );
    }

    #[test]
    fn a_reason_explains_one_survivor_wherever_it_stands() {
        let reasons = reasons_in(DOCUMENT);
        let first = "shared/portal/src/code.rs:105:52: replace | with ^ in hotp";
        let second = "shared/portal/src/code.rs:107:9: replace | with ^ in hotp";
        let other = "shared/portal/src/text.rs:1:1: replace < with <= in f";
        assert_eq!(unexplained(&names(&[first]), &reasons), names(&[]));
        assert_eq!(
            unexplained(&names(&[first, second, other]), &reasons),
            names(&[second, other])
        );
        assert_eq!(needless(&names(&[first]), &reasons), []);
        assert_eq!(needless(&names(&[other]), &reasons), reasons);
    }

    #[test]
    fn the_table_counts_each_module_and_all() {
        let found = Verdicts {
            caught: names(&["shared/portal/src/a.rs:1:1: x", "shared/portal/src/b.rs:1:1: x"]),
            endless: names(&["shared/portal/src/b.rs:2:1: x"]),
            unviable: names(&["shared/portal/src/b.rs:3:1: x"]),
            survived: names(&["shared/portal/src/b.rs:4:1: x"]),
        };
        let table = table(&found, &[]);
        let rows: Vec<Vec<&str>> = table
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            rows,
            [
                ["a", "1", "1", "0", "0", "0"],
                ["b", "4", "2", "1", "1", "0"],
                ["all", "5", "3", "1", "1", "0"],
            ]
        );
    }

    #[test]
    fn every_reason_of_the_document_is_read() {
        let document = include_str!("../../docs/mutants.md");
        let rows = document.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(reasons_in(document).len(), rows);
    }
}
