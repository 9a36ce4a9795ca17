//! The registers: what somebody might try, what ASVS demands, and what shows that the portal holds.
//!
//! A register is a table in `docs/registers`, written by hand; its page in `docs` is generated, and is not generated
//! while anything in the table is missing, double, empty, or names what is not there.

mod sources;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use self::sources::Test;
use crate::terminal::say;

/// Every identifier that has to stand in a register, with a level where there are levels.
type Wanted = BTreeMap<String, Option<u8>>;

/// A register, and the page that it becomes.
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

/// The identifiers of ASVS 5.0.0 that are accounted for, and the level of each.
const ASVS_IDS: &str = "docs/registers/asvs-5.0.0.txt";

/// A page, and its text.
pub(crate) struct Page {
    pub(crate) file: &'static str,
    pub(crate) text: Vec<u8>,
}

/// All pages, or all that is wrong with the tables.
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: String,
    /// Above everything, a paragraph each.
    preface: Vec<String>,
    /// What a row is about: a case, a requirement.
    about: String,
    /// What is not built yet, by the word that rows use.
    #[serde(default)]
    parts: BTreeMap<String, String>,
    /// What is being written, by the word that rows use.
    #[serde(default)]
    work: BTreeMap<String, String>,
    group: Vec<Group>,
}

impl Table {
    /// The rows that are pending, by what they wait for.
    fn pending(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut pending: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in self.group.iter().flat_map(|group| &group.row) {
            for work in &row.pending {
                pending.entry(work).or_default().push(&row.id);
            }
        }
        pending
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    title: String,
    #[serde(default)]
    preface: Vec<String>,
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// One identifier, or several with commas.
    id: String,
    /// The case or the requirement, in our own words.
    about: String,
    /// What the portal does.
    does: String,
    /// `target::module::function`
    #[serde(default)]
    tests: Vec<String>,
    /// A file of the repository; after `: `, words that stand in it.
    #[serde(default)]
    proofs: Vec<String>,
    /// The same, where the file says what will be, or what is not: worth reading, and no proof.
    #[serde(default)]
    see: Vec<String>,
    /// Parts that are not built yet and bring it, or more of it.
    #[serde(default)]
    waits: Vec<String>,
    /// What is being written that will show it, or more of it.
    #[serde(default)]
    pending: Vec<String>,
    /// Why it is none of ours.
    #[serde(default)]
    none: Option<String>,
}

/// By what a row is shown, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Tests,
    Documents,
    Pending,
    NotYet(String),
    None,
}

impl Row {
    fn ids(&self) -> impl Iterator<Item = &str> {
        self.id.split(',').map(str::trim)
    }

    fn standing(&self) -> Option<Standing> {
        if !self.tests.is_empty() {
            Some(Standing::Tests)
        } else if !self.proofs.is_empty() && self.none.is_none() {
            Some(Standing::Documents)
        } else if !self.pending.is_empty() {
            Some(Standing::Pending)
        } else if self.none.is_some() {
            Some(Standing::None)
        } else {
            self.waits.first().cloned().map(Standing::NotYet)
        }
    }
}

struct House<'a> {
    root: &'a Path,
    tests: &'a BTreeMap<String, Test>,
}

impl House<'_> {
    /// Everything that is wrong with a table.
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

    /// Where a test of this name stands, if not where it was looked for.
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

    fn page(&self, register: &Register, table: &Table, wanted: &Wanted) -> String {
        let levels = wanted.values().any(Option::is_some);
        let mut page = format!(
            "# {}\n\n<!-- Written by `cargo xtask gen` from {}; what is changed here is lost. -->\n\n{}\n\n",
            table.title,
            register.table,
            table.preface.join("\n")
        );
        page.push_str(&totals(table, wanted));
        for group in &table.group {
            let _ = write!(page, "\n## {}\n\n", group.title);
            if !group.preface.is_empty() {
                let _ = write!(page, "{}\n\n", group.preface.join("\n"));
            }
            let level = if levels { " level |" } else { "" };
            let line = if levels { " --- |" } else { "" };
            let _ = writeln!(
                page,
                "| id |{level} {} | what the portal does | shown by |\n| --- |{line} --- | --- | --- |",
                table.about
            );
            for row in &group.row {
                let cells: Vec<String> = [row.about.as_str(), row.does.as_str()].map(cell).into();
                let ids: Vec<&str> = row.ids().collect();
                let of_row: BTreeSet<u8> = ids
                    .iter()
                    .filter_map(|id| wanted.get(*id).copied().flatten())
                    .collect();
                let of_row: Vec<String> = of_row.iter().map(u8::to_string).collect();
                let level = if levels {
                    format!(" {} |", of_row.join(", "))
                } else {
                    String::new()
                };
                let _ = writeln!(
                    page,
                    "| {} |{level} {} | {} |",
                    ids.join("<br>"),
                    cells.join(" | "),
                    self.shown_by(row, table)
                );
            }
        }
        page
    }

    fn shown_by(&self, row: &Row, table: &Table) -> String {
        let mut lines = Vec::new();
        for name in &row.tests {
            let file = self.tests.get(name).map_or("", |test| test.file.as_str());
            lines.push(format!("[`{name}`]({})", from_docs(file)));
        }
        let link = |proof: &String| {
            let (path, words) = split(proof);
            let said = words.map_or(String::new(), |words| format!(": `{}`", cell(words)));
            format!("[{}]({}){said}", label(path), from_docs(path))
        };
        lines.extend(row.proofs.iter().map(link));
        let named = |words: &[String], of: &BTreeMap<String, String>| {
            let named = words.iter().filter_map(|word| of.get(word));
            named.map(|what| cell(what)).collect::<Vec<_>>().join("; ")
        };
        if !row.pending.is_empty() {
            lines.push(format!("**pending**: {}", named(&row.pending, &table.work)));
        }
        if !row.waits.is_empty() {
            let more = if lines.is_empty() {
                "comes with"
            } else {
                "more with"
            };
            lines.push(format!("{more}: {}", named(&row.waits, &table.parts)));
        }
        if let Some(why) = &row.none {
            lines.push(format!("does not apply: {}", cell(why)));
        }
        lines.extend(row.see.iter().map(|file| format!("see {}", link(file))));
        lines.join("<br>")
    }
}

/// How many are shown by what.
fn totals(table: &Table, wanted: &Wanted) -> String {
    let mut counts: BTreeMap<Standing, usize> = BTreeMap::new();
    let mut more = 0;
    for row in table.group.iter().flat_map(|group| &group.row) {
        let ids = row.ids().count();
        if let Some(standing) = row.standing() {
            if matches!(standing, Standing::Tests | Standing::Documents) && !row.waits.is_empty() {
                more += ids;
            }
            *counts.entry(standing).or_default() += ids;
        }
    }
    let mut text = format!("| shown by | of {} |\n| --- | --- |\n", wanted.len());
    for (standing, count) in &counts {
        let said = match standing {
            Standing::Tests => "tests".to_owned(),
            Standing::Documents => "a document, a template or a contract, where no test can".to_owned(),
            Standing::Pending => "tests that are being written".to_owned(),
            Standing::NotYet(part) => format!(
                "nothing yet: {}",
                table.parts.get(part).map_or(part.as_str(), String::as_str)
            ),
            Standing::None => "nothing, for it does not apply".to_owned(),
        };
        let _ = writeln!(text, "| {} | {count} |", cell(&said));
    }
    if more > 0 {
        let _ = write!(
            text,
            "\nOf those that are shown, {more} grow with a part that is not built yet; their last cell says with which.\n"
        );
    }
    text
}

/// A proof's file, and the words in it.
fn split(proof: &str) -> (&str, Option<&str>) {
    proof
        .split_once(": ")
        .map_or((proof, None), |(path, words)| (path, Some(words)))
}

/// A file as the pages in `docs` link to it.
fn from_docs(file: &str) -> String {
    file.strip_prefix("docs/")
        .map_or_else(|| format!("../{file}"), str::to_owned)
}

/// How a file is called: a decision by its number.
fn label(path: &str) -> String {
    let number = path.strip_prefix("docs/adr/").and_then(|name| name.get(..4));
    number.map_or_else(|| format!("`{path}`"), |number| format!("ADR {number}"))
}

/// A text as a cell holds it.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
        title = "Cases"
        preface = ["What somebody might try."]
        about = "case"
        parts = { desk = "the operator's desk" }
        [[group]]
        title = "One"
        [[group.row]]
        id = "A01"
        about = "a | b"
        does = "nothing"
        tests = ["journeys::a::shows"]
        [[group.row]]
        id = "A02, A03"
        about = "c"
        does = "nothing"
        waits = ["desk"]
    "#;

    fn tests() -> BTreeMap<String, Test> {
        let test = |file: &str, ignored| Test {
            file: file.to_owned(),
            ignored,
        };
        BTreeMap::from([
            (
                "journeys::a::shows".to_owned(),
                test("tests/journeys/a.rs", false),
            ),
            (
                "journeys::a::sleeps".to_owned(),
                test("tests/journeys/a.rs", true),
            ),
        ])
    }

    fn wanted() -> Wanted {
        ["A01", "A02", "A03"].map(|id| (id.to_owned(), None)).into()
    }

    fn problems(table: &str, allow_pending: bool) -> Vec<String> {
        let tests = tests();
        let house = House {
            root: Path::new(env!("CARGO_MANIFEST_DIR")),
            tests: &tests,
        };
        house.problems(&toml::from_str(table).unwrap(), &wanted(), allow_pending)
    }

    #[test]
    fn a_whole_table_has_no_problem_and_becomes_a_page_with_totals() {
        assert_eq!(problems(TABLE, false), Vec::<String>::new());
        let tests = tests();
        let house = House {
            root: Path::new("."),
            tests: &tests,
        };
        let page = house.page(&REGISTERS[0], &toml::from_str(TABLE).unwrap(), &wanted());
        for line in [
            "| shown by | of 3 |",
            "| tests | 1 |",
            "| nothing yet: the operator's desk | 2 |",
            "| A01 | a \\| b | nothing | [`journeys::a::shows`](../tests/journeys/a.rs) |",
            "| A02<br>A03 | c | nothing | comes with: the operator's desk |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
    }

    #[test]
    fn what_is_missing_double_or_unknown_is_named() {
        assert_eq!(
            problems(&TABLE.replace("A02, A03", "A01, A04"), false),
            [
                "A01 stands there twice",
                "A04 is not on the list",
                "A02 is missing",
                "A03 is missing"
            ]
        );
    }

    #[test]
    fn a_row_that_shows_nothing_has_to_say_why() {
        let none = TABLE.replace("tests = [\"journeys::a::shows\"]", "");
        assert_eq!(
            problems(&none, false),
            ["A01 has neither tests nor proofs, waits for nothing, and does not say why"]
        );
        let empty = TABLE.replace("about = \"c\"", "about = \" \"");
        assert_eq!(problems(&empty, false), ["A02, A03 has an empty cell"]);
    }

    #[test]
    fn a_test_that_is_not_there_or_does_not_run_shows_nothing() {
        assert_eq!(
            problems(&TABLE.replace("journeys::a::shows", "journeys::b::shows"), false),
            ["A01: there is no test journeys::b::shows (but journeys::a::shows)"]
        );
        assert_eq!(
            problems(&TABLE.replace("journeys::a::shows", "journeys::a::sleeps"), false),
            ["A01: journeys::a::sleeps (tests/journeys/a.rs) is ignored, and shows nothing"]
        );
    }

    #[test]
    fn a_file_has_to_be_there_and_to_say_what_is_claimed() {
        let proven = |proof: &str| TABLE.replace("tests = [\"journeys::a::shows\"]", proof);
        assert_eq!(
            problems(&proven("proofs = [\"Cargo.toml: name = \\\"xtask\\\"\"]"), false),
            Vec::<String>::new()
        );
        assert_eq!(
            problems(
                &proven("proofs = [\"Cargo.toml: no such words\", \"none.md\"]"),
                false
            ),
            [
                "A01: Cargo.toml does not say «no such words»",
                "A01: there is no file none.md"
            ]
        );
    }

    #[test]
    fn what_is_pending_is_refused_unless_it_is_allowed() {
        let work = "work = { storms = \"many at once\" }\n[[group]]\ntitle";
        let table = TABLE.replacen("[[group]]\n        title", work, 1);
        assert_eq!(
            problems(&table, true),
            ["no row is pending for storms: is it done?"]
        );
        let pending = table.replace("tests = [\"journeys::a::shows\"]", "pending = [\"storms\"]");
        assert_eq!(problems(&pending, true), Vec::<String>::new());
        assert_eq!(
            problems(&pending, false),
            ["A01 is pending for storms: name its tests, or say --allow-pending"]
        );
    }

    #[test]
    fn a_part_that_nobody_waits_for_any_more_is_taken_out() {
        let built = TABLE.replace("waits = [\"desk\"]", "none = \"because\"");
        assert_eq!(
            problems(&built, false),
            ["no row waits for the part desk: is it built?"]
        );
    }

    #[test]
    fn there_are_132_cases() {
        assert_eq!(abuse_cases(Path::new(".")).unwrap().len(), 132);
    }
}
