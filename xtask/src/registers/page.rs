//! The page of a register.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    House, Register, Wanted,
    table::{Row, Standing, Table, split},
};

impl House<'_> {
    pub(super) fn page(&self, register: &Register, table: &Table, wanted: &Wanted) -> String {
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

/// The number of rows by kind of evidence.
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

/// The link to a file from a page in `docs`.
fn from_docs(file: &str) -> String {
    file.strip_prefix("docs/")
        .map_or_else(|| format!("../{file}"), str::to_owned)
}

/// The title of a link; a decision is named by its number.
fn label(path: &str) -> String {
    let number = path.strip_prefix("docs/adr/").and_then(|name| name.get(..4));
    number.map_or_else(|| format!("`{path}`"), |number| format!("ADR {number}"))
}

/// A text, escaped for a cell.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}
