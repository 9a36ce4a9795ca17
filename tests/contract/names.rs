//! Names are consistent between code, folders and documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::house;

#[test]
fn folder_package_and_binary_of_a_function_have_one_name() {
    for folder in house::functions() {
        let manifest: toml::Table = house::text(&format!("functions/{folder}/Cargo.toml"))
            .parse()
            .unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some(folder.as_str()));
        // Without a `[[bin]]` of another name the binary has the package's.
        assert!(!manifest.contains_key("bin"), "{folder}");
        assert!(
            house::root()
                .join("functions")
                .join(&folder)
                .join("src/main.rs")
                .is_file(),
            "{folder}"
        );
    }
}

/// A crate that the filter does not name cannot log.
#[test]
fn every_function_is_heard_in_the_log() {
    let filter = platform::telemetry::filter();
    for function in house::functions() {
        let library = function.replace('-', "_");
        assert!(filter.would_enable(&library, &tracing::Level::INFO), "{library}");
    }
}

#[test]
fn no_two_decisions_have_one_number() {
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(house::root().join("docs/adr"))
        .unwrap()
        .map(Result::unwrap)
    {
        let name = entry.file_name().into_string().unwrap();
        let Some((number, _)) = name.split_once('-') else {
            continue;
        };
        assert!(
            number.len() == 4 && number.chars().all(|c| c.is_ascii_digit()),
            "{name}"
        );
        if let Some(other) = numbers.insert(number.to_owned(), name.clone()) {
            panic!("{other} and {name}");
        }
    }
}

/// Documents that a text names by their path, `docs/limits.md`, or by a decision's number, `ADR 0014`.
fn documents_in(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
    let paths = text.match_indices("docs/").map(|(at, _)| {
        let path = text[at..].split(|c| !is_part(c)).next().unwrap();
        path.trim_end_matches('.').to_owned()
    });
    let numbers = text.match_indices("ADR ").map(|(at, found)| {
        let rest = text[at + found.len()..].chars();
        let number: String = rest.take_while(char::is_ascii_digit).collect();
        format!("docs/adr/{number}")
    });
    paths.chain(numbers).collect()
}

/// Whether there is such a file or folder, or one decision of this number: `docs/adr/0008`.
fn is_there(document: &str) -> bool {
    let path = house::root().join(document);
    let decisions = || {
        fs::read_dir(house::root().join("docs/adr"))
            .unwrap()
            .map(Result::unwrap)
    };
    let is_decision = |number: &str| {
        number.len() == 4
            && decisions().any(|entry| {
                entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with(&format!("{number}-"))
            })
    };
    path.exists() || document.strip_prefix("docs/adr/").is_some_and(is_decision)
}

#[test]
fn every_document_that_the_code_names_is_there() {
    let mut named = 0;
    for folder in ["functions", "shared", "desk", "local", "tests", "xtask", "fuzz"] {
        for (file, text) in house::sources(folder) {
            for document in documents_in(&text) {
                named += 1;
                assert!(is_there(&document), "{} names {document}", file.display());
            }
        }
    }
    assert!(named > 50, "only {named} documents are named");
    for none in ["adr/0099", "adr/00", "none.md"] {
        assert!(!is_there(&format!("docs/{none}")), "{none}");
    }
}

/// A row of the glossary: the word, and its identifiers.
fn glossary() -> Vec<(String, Vec<String>)> {
    let Ok(text) = fs::read_to_string(house::root().join("docs/glossary.md")) else {
        return Vec::new();
    };
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let cells = rows.map(|row| {
        row.trim_matches('|')
            .split('|')
            .map(str::trim)
            .collect::<Vec<_>>()
    });
    let rows = cells.filter(|cells| cells.len() > 1 && cells[0] != "用語" && !cells[0].starts_with("---"));
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.map(|cells| (cells[0].to_owned(), quoted(cells[1])))
        .collect()
}

#[test]
fn every_word_of_the_glossary_is_found_in_the_code() {
    let sources = ["shared/portal/src", "shared/platform/src", "tests/testkit/src"];
    let sources: Vec<String> = sources
        .iter()
        .flat_map(|path| house::sources(path))
        .map(|(_, text)| text)
        .collect();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let identifiers: BTreeSet<&str> = sources
        .iter()
        .flat_map(|text| text.split(|c| !is_part(c)))
        .collect();
    for (word, names) in glossary() {
        assert!(!names.is_empty(), "{word} has no identifier");
        for name in names {
            // `Kind::NotFound` is found by its parts.
            let parts = name.split("::").flat_map(|part| part.split('.'));
            assert!(
                parts.into_iter().all(|part| identifiers.contains(part)),
                "{word}: {name}"
            );
        }
    }
}
