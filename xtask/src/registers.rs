//! The registers: abuse cases, the requirements of ASVS, and the tests that show each.
//!
//! A register is a handwritten table in `docs/registers`; its page in `docs` is generated, unless an entry of the
//! table is missing, duplicate or empty, or cites a test or file that does not exist.

mod page;
mod sources;
mod table;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use self::{
    sources::Test,
    table::{Row, Table, split},
};
use crate::terminal::say;
use anyhow::{Context as _, Result, bail};

/// Every identifier that a register must contain, with its level if there are levels.
type Wanted = BTreeMap<String, Option<u8>>;

/// A register, and its page.
struct Register {
    table: &'static str,
    page: &'static str,
    wanted: fn(&Path) -> Result<Wanted>,
}

const REGISTERS: [Register; 2] = [
    Register {
        table: "docs/registers/abuse-cases.toml",
        page: "docs/abuse-cases.md",
        wanted: abuse_cases,
    },
    Register {
        table: "docs/registers/asvs.toml",
        page: "docs/asvs.md",
        wanted: asvs,
    },
];

/// The cases, by letter: guessing, replay, enumeration, mail, input, data, platform.
const ABUSE_CASES: [(char, u8); 7] = [
    ('G', 20),
    ('R', 20),
    ('E', 13),
    ('M', 24),
    ('I', 13),
    ('D', 19),
    ('P', 23),
];

/// The identifiers of ASVS 5.0.0 that the register covers, and the level of each.
const ASVS_IDS: &str = "docs/registers/asvs-5.0.0.txt";

/// A page, and its text.
pub(crate) struct Page {
    pub(crate) file: &'static str,
    pub(crate) text: Vec<u8>,
}

/// All pages, or all errors of the tables.
pub(crate) fn pages(root: &Path, allow_pending: bool) -> Result<Vec<Page>> {
    let tests = sources::tests(root)?;
    let mut pages = Vec::new();
    for register in &REGISTERS {
        let text = fs::read_to_string(root.join(register.table))
            .with_context(|| format!("cannot read {}", register.table))?;
        let table: Table =
            toml::from_str(&text).with_context(|| format!("{} is not a register", register.table))?;
        let wanted = (register.wanted)(root)?;
        let house = House { root, tests: &tests };
        let problems = house.problems(&table, &wanted, allow_pending);
        if !problems.is_empty() {
            bail!("{}:\n  {}", register.table, problems.join("\n  "));
        }
        for (work, ids) in table.pending() {
            say(format_args!(
                "{} is pending for {work}: {}",
                register.page,
                ids.join("; ")
            ));
        }
        pages.push(Page {
            file: register.page,
            text: house.page(register, &table, &wanted).into_bytes(),
        });
    }
    Ok(pages)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of two, and the other one reads a file"
)]
fn abuse_cases(_: &Path) -> Result<Wanted> {
    let cases = ABUSE_CASES.into_iter();
    Ok(cases
        .flat_map(|(letter, last)| (1..=last).map(move |n| (format!("{letter}{n:02}"), None)))
        .collect())
}

fn asvs(root: &Path) -> Result<Wanted> {
    let text = fs::read_to_string(root.join(ASVS_IDS)).with_context(|| format!("cannot read {ASVS_IDS}"))?;
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (id, level) = line
                .split_once(' ')
                .with_context(|| format!("{ASVS_IDS}: {line}"))?;
            let level = level.parse().with_context(|| format!("{ASVS_IDS}: {line}"))?;
            Ok((id.to_owned(), Some(level)))
        })
        .collect()
}

struct House<'a> {
    root: &'a Path,
    tests: &'a BTreeMap<String, Test>,
}

impl House<'_> {
    /// All errors of a table.
    fn problems(&self, table: &Table, wanted: &Wanted, allow_pending: bool) -> Vec<String> {
        let rows = || table.group.iter().flat_map(|group| &group.row);
        let mut problems = Vec::new();
        let mut found = BTreeSet::new();
        for id in rows().flat_map(Row::ids) {
            if !wanted.contains_key(id) {
                problems.push(format!("{id} is not on the list"));
            } else if !found.insert(id) {
                problems.push(format!("{id} stands there twice"));
            }
        }
        for id in wanted.keys().filter(|id| !found.contains(id.as_str())) {
            problems.push(format!("{id} is missing"));
        }
        for row in rows() {
            self.problems_of(row, table, allow_pending, &mut problems);
        }
        let named: BTreeSet<&str> = rows().flat_map(|row| &row.waits).map(String::as_str).collect();
        for part in table.parts.keys().filter(|part| !named.contains(part.as_str())) {
            problems.push(format!("no row waits for the part {part}: is it built?"));
        }
        let pending = table.pending();
        for work in table
            .work
            .keys()
            .filter(|work| !pending.contains_key(work.as_str()))
        {
            problems.push(format!("no row is pending for {work}: is it done?"));
        }
        problems
    }

    fn problems_of(&self, row: &Row, table: &Table, allow_pending: bool, problems: &mut Vec<String>) {
        let id = &row.id;
        let texts = [Some(&row.about), Some(&row.does), row.none.as_ref()];
        if texts.into_iter().flatten().any(|text| text.trim().is_empty()) {
            problems.push(format!("{id} has an empty cell"));
        }
        if row.standing().is_none() {
            problems.push(format!(
                "{id} has neither tests nor proofs, waits for nothing, and does not say why"
            ));
        }
        for name in &row.tests {
            match self.tests.get(name) {
                Some(Test { ignored: false, .. }) => {}
                Some(Test { ignored: true, file }) => {
                    problems.push(format!("{id}: {name} ({file}) is ignored, and shows nothing"));
                }
                None => problems.push(format!("{id}: there is no test {name}{}", self.elsewhere(name))),
            }
        }
        for proof in row.proofs.iter().chain(&row.see) {
            let (path, words) = split(proof);
            match (fs::read_to_string(self.root.join(path)), words) {
                (Ok(text), Some(words)) if !text.contains(words) => {
                    problems.push(format!("{id}: {path} does not say «{words}»"));
                }
                (Ok(_), _) => {}
                (Err(_), _) => problems.push(format!("{id}: there is no file {path}")),
            }
        }
        for part in row.waits.iter().filter(|part| !table.parts.contains_key(*part)) {
            problems.push(format!("{id} waits for {part}, which is no part"));
        }
        for work in row.pending.iter().filter(|work| !table.work.contains_key(*work)) {
            problems.push(format!("{id} is pending for {work}, which is no work"));
        }
        if !row.pending.is_empty() && !allow_pending {
            problems.push(format!(
                "{id} is pending for {}: name its tests, or say --allow-pending",
                row.pending.join(", ")
            ));
        }
    }

    /// The location of a test of this name, if it is elsewhere.
    fn elsewhere(&self, name: &str) -> String {
        let function = name.rsplit("::").next().unwrap_or(name);
        let same = |other: &&String| other.rsplit("::").next() == Some(function);
        let found: Vec<&str> = self.tests.keys().filter(same).map(String::as_str).collect();
        if found.is_empty() {
            String::new()
        } else {
            format!(" (but {})", found.join(", "))
        }
    }
}
