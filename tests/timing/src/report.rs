//! The report: tables, and the page that contains them.

use std::fmt::Write as _;

use crate::measure::{Subject, Times};
use crate::stats::{SIGNIFICANT, holm, kolmogorov_smirnov, paired, summary, welch};

/// One class against the first one.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The subject.
    pub subject: Subject,
    /// Its summary.
    pub summary: crate::stats::Summary,
    /// The mean difference within a round, and the half width of its 99.9 % interval.
    pub difference: (f64, f64),
    /// The p-value of the means.
    pub welch: f64,
    /// The p-value of the distributions.
    pub kolmogorov_smirnov: f64,
    /// The lesser of the two after Holm's correction; none for a control, which has no verdict.
    pub corrected: Option<f64>,
}

/// All rows; the others are compared with the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// A row for each subject.
    pub rows: Vec<Row>,
    /// The number of p-values for the correction.
    pub comparisons: usize,
    /// Shifts planted into the control, with their p-values.
    pub planted: Vec<(f64, f64, f64)>,
}

/// Planted shifts in milliseconds, to show how small a leak this run would find.
const PLANTED: [f64; 5] = [0.05, 0.1, 0.25, 0.5, 1.0];

/// Compares every subject with the first.
pub fn compare(times: &Times) -> Findings {
    let first: &[f64] = times.of.first().map_or(&[], |(_, times)| times);
    let mut rows: Vec<Row> = times
        .of
        .iter()
        .enumerate()
        .map(|(at, (subject, times))| Row {
            subject: *subject,
            summary: summary(times),
            difference: if at == 0 { (0.0, 0.0) } else { paired(times, first) },
            welch: welch(times, first),
            kolmogorov_smirnov: kolmogorov_smirnov(times, first),
            corrected: None,
        })
        .collect();
    let judged: Vec<usize> = rows
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, row)| matches!(row.subject, Subject::Class(_)))
        .map(|(at, _)| at)
        .collect();
    let values: Vec<f64> = judged
        .iter()
        .filter_map(|at| rows.get(*at))
        .flat_map(|row| [row.welch, row.kolmogorov_smirnov])
        .collect();
    for (at, both) in judged.iter().zip(holm(&values).chunks(2)) {
        if let Some(row) = rows.get_mut(*at) {
            row.corrected = both.iter().copied().reduce(f64::min);
        }
    }
    let again = times.get(Subject::Again);
    let planted = PLANTED.map(|shift| {
        let shifted: Vec<f64> = again.iter().map(|time| time + shift).collect();
        if shifted.is_empty() {
            return (shift, 1.0, 1.0);
        }
        (shift, welch(&shifted, first), kolmogorov_smirnov(&shifted, first))
    });
    Findings {
        rows,
        comparisons: values.len(),
        planted: planted.to_vec(),
    }
}

impl Findings {
    /// The classes that are distinguished from the first.
    pub fn distinguished(&self) -> Vec<&Row> {
        let differs = |row: &&Row| row.corrected.is_some_and(|p| p < SIGNIFICANT);
        self.rows.iter().filter(differs).collect()
    }

    /// The verdict, with the smallest planted difference that this run finds; without one the run proves nothing.
    pub fn verdict(&self) -> String {
        let list = |names: Vec<&str>| match names.as_slice() {
            [] => "none".to_owned(),
            names => names.join("; "),
        };
        let told = self
            .distinguished()
            .iter()
            .map(|row| row.subject.name())
            .collect();
        let off = |row: &&Row| row.difference.0.abs() > row.difference.1;
        let off = self.rows.iter().filter(off).map(|row| row.subject.name());
        let found = |planted: &&(f64, f64, f64)| planted.1.min(planted.2) < SIGNIFICANT;
        let least = self.planted.iter().find(found).map_or_else(
            || "not even a planted millisecond".to_owned(),
            |planted| format!("a planted difference of {:.0} µs", planted.0 * 1_000.0),
        );
        format!(
            "Distinguished from an unknown address by the two tests: {}.\n\
             In this noise they find {least}.\n\
             Different by the differences within rounds, which noise blurs less: {}.",
            list(told),
            list(off.collect())
        )
    }

    /// The table, in Markdown that is also readable in a terminal.
    pub fn table(&self) -> String {
        let mut text = format!(
            "| {:<34} | {:>5} | {:>9} | {:>8} | {:>7} | {:>18} | {:>8} | {:>8} | {:>9} |\n",
            "class", "n", "median ms", "mean ms", "sd ms", "difference µs", "p Welch", "p KS", "corrected"
        );
        let line = |wide: usize| "-".repeat(wide);
        let _ = writeln!(
            text,
            "| {} | {}: | {}: | {}: | {}: | {}: | {}: | {}: | {}: |",
            line(34),
            line(4),
            line(8),
            line(7),
            line(6),
            line(17),
            line(7),
            line(7),
            line(8)
        );
        for (at, row) in self.rows.iter().enumerate() {
            let summary = row.summary;
            let (difference, ps) = if at == 0 {
                (String::new(), [const { String::new() }; 2])
            } else {
                let (mean, half) = row.difference;
                let difference = format!("{:+.0} ± {:.0}", mean * 1_000.0, half * 1_000.0);
                (difference, [row.welch, row.kolmogorov_smirnov].map(p))
            };
            let [by_mean, by_shape] = ps;
            let _ = writeln!(
                text,
                "| {:<34} | {:>5} | {:>9.3} | {:>8.3} | {:>7.3} | {:>18} | {:>8} | {:>8} | {:>9} |",
                row.subject.name(),
                summary.n,
                summary.median,
                summary.mean,
                summary.sd,
                difference,
                by_mean,
                by_shape,
                row.corrected.map_or_else(String::new, p)
            );
        }
        text
    }

    /// The table of planted shifts.
    pub fn sensitivity(&self) -> String {
        let mut text =
            String::from("| planted µs | p Welch  | p KS     |\n| ---------: | -------: | -------: |\n");
        for (shift, by_mean, by_shape) in &self.planted {
            let _ = writeln!(
                text,
                "| {:>10.0} | {:>8} | {:>8} |",
                shift * 1_000.0,
                p(*by_mean),
                p(*by_shape)
            );
        }
        text
    }

    /// The page.
    pub fn page(&self, work: &Self, run: &Run) -> String {
        let Run {
            date,
            machine,
            profile,
            samples,
            seed,
            command,
            quantum,
        } = run;
        format!(
            "# Timing side channel: what the response time of a refused log-in tells\n\n\
             Written by `cargo xtask timing`; do not edit.\n\n\
             Every refused log-in gets the same response, byte for byte (`tests/timing/tests/answers.rs`).\n\
             This page says whether the response time tells why it was refused.\n\
             The response time is padded to a multiple of the quantum, and all work lies before that.\n\n\
             {verdict}\n\n\
             | | |\n| --- | --- |\n\
             | date | {date} |\n| machine | {machine} |\n| profile | {profile} |\n\
             | samples of each class | {samples}, after a warm-up that is thrown away |\n\
             | quantum of refusals | {quantum} ms (`REFUSAL_QUANTUM_MILLISECONDS`) |\n\
             | seed | {seed} |\n| command | `{command}` |\n\n\
             ## Against an unknown address\n\n{table}\n\
             `difference` is the mean of the differences within a round, with its 99.9 % interval; what the machine did to a whole round falls out of it.\n\
             `corrected` is the lesser of the two p-values after Holm's correction for {comparisons} comparisons.\n\
             Below {SIGNIFICANT} a class is distinguished.\n\n\
             ## What this run would have found\n\n\
             The control, an unknown address once more, with a delay planted into each of its times, after the padding:\n\n{sensitivity}\n\
             ## The work behind it\n\n\
             What the process computed meanwhile, engine and SDK included; the noise of a busy machine blurs this clock less than an attacker's.\n\
             A difference here is one that the padding has to hide, and without one there is nothing to hide.\n\
             {work_verdict}\n\n{work_table}\n\
             The same delays, planted into this clock:\n\n{work_sensitivity}\n\
             ## How it is measured\n\n\
             The real handler, the real SDK and the engine run in one process, with the standard limits: argon2id over 19 MiB with two passes.\n\
             In each round every class is asked once, in an order drawn for that round, so that whatever the machine does besides hits all classes alike.\n\
             Before each request its account is put back as it was, by the same two writes for every class, outside the measured time.\n\
             Each class has several accounts that take turns, so that a difference is the class's and not one key's.\n\
             Means are compared by Welch's t-test, distributions by the two-sample Kolmogorov–Smirnov test; the tests themselves are tested in `tests/timing/src/stats.rs`.\n\
             `cargo nextest run -p timing`, which `cargo xtask test` runs too, looks for gross leaks in the bare work within seconds.\n",
            verdict = self.verdict(),
            table = self.table(),
            comparisons = self.comparisons,
            sensitivity = self.sensitivity(),
            work_verdict = work.verdict(),
            work_table = work.table(),
            work_sensitivity = work.sensitivity(),
        )
    }
}

/// The circumstances of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The date.
    pub date: String,
    /// The kind of machine.
    pub machine: String,
    /// The build profile.
    pub profile: String,
    /// Samples of each class.
    pub samples: usize,
    /// Seed of the order.
    pub seed: u64,
    /// The command line.
    pub command: String,
    /// The quantum of refusals, in milliseconds.
    pub quantum: u64,
}

fn p(value: f64) -> String {
    if value < 0.0001 {
        format!("{value:.0e}")
    } else {
        format!("{value:.4}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Class;

    fn like(chance: &mut fastrand::Rng, middle: f64) -> Vec<f64> {
        (0..2_000).map(|_| middle + 3.0 * chance.f64()).collect()
    }

    #[test]
    fn a_class_with_a_planted_millisecond_is_named_and_the_others_are_not() {
        let mut chance = fastrand::Rng::with_seed(1);
        let times = Times {
            of: vec![
                (Subject::Class(Class::Unknown), like(&mut chance, 30.0)),
                (Subject::Class(Class::Disabled), like(&mut chance, 30.0)),
                (Subject::Class(Class::Stopped), like(&mut chance, 31.0)),
                (Subject::Again, like(&mut chance, 30.0)),
            ],
        };
        let findings = compare(&times);
        let told: Vec<_> = findings.distinguished().iter().map(|row| row.subject).collect();
        assert_eq!(told, [Subject::Class(Class::Stopped)]);
        assert_eq!(findings.comparisons, 4);
        assert!(findings.verdict().contains("codes stopped"));
        let last = findings.planted.last().copied();
        assert!(last.is_some_and(|(_, by_mean, by_shape)| by_mean < SIGNIFICANT && by_shape < SIGNIFICANT));
    }
}
