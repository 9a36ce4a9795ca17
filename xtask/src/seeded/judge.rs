//! Runs a check, and judges whether it passes or fails as expected.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::{self, File},
    path::PathBuf,
    process::{Command, ExitStatus},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use super::{
    Pair,
    bugs::{Bug, Build, Check, Model, Test},
    copy::Copy,
};
use crate::{children, children::Interrupt, settings, workspace};

/// A bug may make a test hang.
const LONGEST: Duration = Duration::from_mins(5);

/// With a bug a scene may have far more states than without; the path to a broken invariant is short.
const MOST_STATES: u32 = 250_000;

pub(super) struct Judge<'a> {
    copy: &'a Copy,
    interrupt: &'a Interrupt,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    Noticed,
    /// The check passes with the bug in place.
    Passed,
    /// It failed, but without the expected words.
    OtherWords,
    /// It timed out.
    TooLong,
    DoesNotCompile,
}

impl Verdict {
    pub(super) const fn is_noticed(self) -> bool {
        matches!(self, Self::Noticed)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Noticed => "noticed",
            Self::Passed => "PASSED with the bug in it",
            Self::OtherWords => "FAILED with other words",
            Self::TooLong => "had to be ended",
            Self::DoesNotCompile => "DOES NOT COMPILE",
        })
    }
}

impl<'a> Judge<'a> {
    pub(super) const fn new(copy: &'a Copy, interrupt: &'a Interrupt) -> Self {
        Self { copy, interrupt }
    }

    fn cargo(&self) -> Command {
        let mut cargo = workspace::cargo();
        cargo
            .current_dir(&self.copy.tree)
            .env("CARGO_TARGET_DIR", &self.copy.target)
            // Each bug is a small edit, whatever the rest of a run builds with.
            .env("CARGO_INCREMENTAL", "1")
            // A panic with a bug is expected; its backtrace is not needed.
            .env("RUST_BACKTRACE", "0");
        settings::past_the_proxy(&mut cargo);
        cargo
    }

    /// Runs with output to a log file; returns the output, and the status unless it timed out.
    fn logged(&self, command: &mut Command, name: &str) -> Result<(Option<ExitStatus>, String)> {
        let path = self.log(name);
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        command.stdout(file.try_clone()?).stderr(file);
        let status = children::run_for(command, LONGEST, self.interrupt)?;
        Ok((status, String::from_utf8_lossy(&fs::read(&path)?).into_owned()))
    }

    fn log(&self, name: &str) -> PathBuf {
        self.copy.logs.join(format!("{name}.txt"))
    }

    fn build(&self, build: &Build) -> Command {
        let mut cargo = self.cargo();
        match build {
            Build::Model => {
                cargo.args(["build", "-p", "model"]);
            }
            Build::Rules(target) => {
                cargo
                    .args(["test", "--no-run", "-p", "portal"])
                    .args(target_of(target));
            }
            Build::Other(package, target) => {
                cargo
                    .args(["test", "--no-run", "-p", package])
                    .args(target_of(target));
            }
        }
        cargo
    }

    fn explore<'s>(&self, scenes: impl IntoIterator<Item = &'s str>) -> Command {
        let mut cargo = self.cargo();
        cargo
            .args(["run", "--quiet", "-p", "model", "--"])
            .args(scenes)
            .arg(format!("--most={MOST_STATES}"));
        cargo
    }

    fn test<'s>(&self, package: &str, target: &str, tests: impl IntoIterator<Item = &'s str>) -> Command {
        let mut cargo = self.cargo();
        cargo
            .args(["test", "--quiet", "-p", package])
            .args(target_of(target))
            .args(["--", "--format", "pretty", "--test-threads", "1", "--exact"])
            .args(tests);
        cargo
    }

    /// Every check without a bug: it must exist and pass.
    pub(super) fn unbroken(&self, checks: &[&Check]) -> Result<()> {
        let mut builds: BTreeMap<Build, BTreeSet<&Check>> = BTreeMap::new();
        for check in checks {
            builds.entry(check.build()).or_default().insert(check);
        }
        for (build, checks) in builds {
            children::must(&mut self.build(&build), self.interrupt)?;
            let scenes: BTreeSet<&str> = checks.iter().filter_map(|check| scene(check)).collect();
            let tests: BTreeSet<&str> = checks.iter().filter_map(|check| test(check)).collect();
            let mut command = match &build {
                Build::Model => self.explore(scenes.iter().copied()),
                Build::Rules(target) => self.test("portal", target, tests.iter().copied()),
                Build::Other(package, target) => self.test(package, target, tests.iter().copied()),
            };
            let (status, output) = self.logged(&mut command, "unbroken")?;
            let log = self.log("unbroken");
            if !status.is_some_and(|status| status.success()) {
                bail!("a check fails without any bug (log: {})", log.display());
            }
            for name in scenes {
                if !output
                    .lines()
                    .any(|line| line.split_whitespace().next() == Some(name))
                {
                    bail!("the model has no scene {name}");
                }
            }
            for name in tests {
                if !output.contains(&format!("test {name} ... ok")) {
                    bail!("there is no test {name} (log: {})", log.display());
                }
            }
        }
        Ok(())
    }

    /// One check with a bug in place.
    pub(super) fn broken(&self, bug: &Bug, check: &Check) -> Result<Verdict> {
        let (built, _) = self.logged(&mut self.build(&check.build()), &format!("{}.build", bug.name))?;
        if !built.is_some_and(|status| status.success()) {
            return Ok(Verdict::DoesNotCompile);
        }
        let mut command = match check {
            Check::Model(model) => self.explore([model.scene.as_str()]),
            Check::Test(test) => self.test(&test.package, &test.target, [test.name.as_str()]),
        };
        let (status, output) = self.logged(&mut command, &bug.name)?;
        Ok(match (status, check) {
            (None, _) => Verdict::TooLong,
            (Some(status), _) if status.success() => Verdict::Passed,
            (Some(_), Check::Model(model)) => explored(model, &output),
            (Some(_), Check::Test(test)) => tested(test, &output),
        })
    }
}

impl Judge<'_> {
    /// The tests of one build, with all their bugs in place. `None` is one that no verdict can be given of: nothing was built,
    /// or the tests had to be ended.
    pub(super) fn broken_together(&self, batch: &[Pair]) -> Result<Vec<Option<Verdict>>> {
        let none = vec![None; batch.len()];
        let tests: Vec<&Test> = batch
            .iter()
            .filter_map(|(_, check)| match check {
                Check::Test(test) => Some(test),
                Check::Model(_) => None,
            })
            .collect();
        let (Some((_, check)), Some(first)) = (batch.first(), tests.first()) else {
            return Ok(none);
        };
        if tests.len() != batch.len() {
            return Ok(none);
        }
        let (built, _) = self.logged(&mut self.build(&check.build()), "together.build")?;
        if !built.is_some_and(|status| status.success()) {
            return Ok(none);
        }
        let names = tests.iter().map(|test| test.name.as_str());
        let (status, output) =
            self.logged(&mut self.test(&first.package, &first.target, names), "together")?;
        Ok(match status {
            None => none,
            Some(_) => tests.iter().map(|test| Some(tested(test, &output))).collect(),
        })
    }
}

fn explored(model: &Model, output: &str) -> Verdict {
    let broken = format!("BROKEN: {}", model.says);
    if output.lines().any(|line| line.trim() == broken) {
        Verdict::Noticed
    } else {
        Verdict::OtherWords
    }
}

fn tested(test: &Test, output: &str) -> Verdict {
    let failed = output.contains(&format!("test {} ... FAILED", test.name));
    if failed && test.says.as_ref().is_none_or(|says| output.contains(says)) {
        Verdict::Noticed
    } else {
        Verdict::OtherWords
    }
}

fn scene(check: &Check) -> Option<&str> {
    match check {
        Check::Model(model) => Some(&model.scene),
        Check::Test(_) => None,
    }
}

fn test(check: &Check) -> Option<&str> {
    match check {
        Check::Test(test) => Some(&test.name),
        Check::Model(_) => None,
    }
}

fn target_of(target: &str) -> Vec<&str> {
    match target {
        "lib" => vec!["--lib"],
        target => vec!["--test", target],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_noticed_where_it_failed_itself_and_with_its_words() {
        let test = |says: Option<&str>| Test {
            package: "portal".to_owned(),
            target: "lib".to_owned(),
            name: "a::b".to_owned(),
            says: says.map(str::to_owned),
        };
        let output = "test a::b ... FAILED\n\nleft: 5";
        assert_eq!(tested(&test(None), output), Verdict::Noticed);
        assert_eq!(tested(&test(Some("left: 5")), output), Verdict::Noticed);
        assert_eq!(tested(&test(Some("left: 6")), output), Verdict::OtherWords);
        assert_eq!(tested(&test(None), "test a::c ... FAILED"), Verdict::OtherWords);
        assert_eq!(
            tested(&test(None), "error: could not compile"),
            Verdict::OtherWords
        );
    }

    #[test]
    fn the_model_has_noticed_where_that_invariant_is_broken() {
        let model = Model {
            scene: "s".to_owned(),
            says: "nothing twice".to_owned(),
        };
        assert_eq!(
            explored(&model, "s 1 2\n  BROKEN: nothing twice\n"),
            Verdict::Noticed
        );
        assert_eq!(explored(&model, "  BROKEN: no dead end\n"), Verdict::OtherWords);
        assert_eq!(explored(&model, "thread 'main' panicked"), Verdict::OtherWords);
    }
}
