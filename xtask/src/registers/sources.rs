//! Finds the tests of the tree in its sources.
//!
//! It reads lines and compiles nothing, because `cargo xtask gen` must work before a build. It finds tests in the
//! project's style: an attribute whose last word is `test` with the function below it, and names from which a macro
//! of the same file makes test functions.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// The folders that may contain tests.
const FOLDERS: [&str; 6] = ["tests", "shared", "functions", "desk", "local", "xtask"];

/// A test of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// Its file, relative to the root, with `/`.
    pub(super) file: String,
    /// Whether it is ignored.
    pub(super) ignored: bool,
}

/// All tests, by target, module and function: `journeys::otp::a_code_works_for_ten_minutes`.
pub(super) fn tests(root: &Path) -> Result<BTreeMap<String, Test>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        let folder = root.join(folder);
        if folder.is_dir() {
            rust_files(&folder, &mut files)?;
        }
    }
    let mut found = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let below = file.strip_prefix(root).unwrap_or(&file);
        let below: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let below = below.join("/");
        let module = module(&below);
        for (function, ignored) in functions(&text) {
            let standing = Test {
                file: below.clone(),
                ignored,
            };
            found.insert(format!("{module}::{function}"), standing);
        }
    }
    Ok(found)
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" {
                rust_files(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Target and modules of a file: `tests/journeys/otp.rs` is `journeys::otp`, `shared/portal/src/code.rs` is
/// `portal::code`.
fn module(file: &str) -> String {
    let parts: Vec<&str> = file.strip_suffix(".rs").unwrap_or(file).split('/').collect();
    let source = parts.iter().position(|part| *part == "src");
    let parts: Vec<&str> = match source {
        // The package's folder, and the path below `src`.
        Some(at) => parts
            .iter()
            .enumerate()
            .filter(|(index, _)| *index + 1 == at || at < *index)
            .map(|(_, part)| *part)
            .collect(),
        // The target is the path below `tests`.
        None => parts
            .iter()
            .skip_while(|part| **part != "tests")
            .skip(1)
            .copied()
            .collect(),
    };
    let (last, before) = parts.split_last().unwrap_or((&"", &[]));
    let mut named: Vec<&str> = before.to_vec();
    if !matches!(*last, "main" | "lib" | "mod") {
        named.push(last);
    }
    named.join("::")
}

/// The test functions of a source, and whether each is ignored.
pub(super) fn functions(source: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut attributes: Vec<String> = Vec::new();
    let mut open = String::new();
    for line in source.lines().map(str::trim) {
        if !open.is_empty() || line.starts_with("#[") {
            open.push_str(line);
            open.push(' ');
            // An attribute may span several lines; a function is never on the line of its attribute.
            if open.matches('[').count() == open.matches(']').count() {
                attributes.push(std::mem::take(&mut open));
            }
        } else if !line.is_empty() && !line.starts_with("//") {
            if attributes.iter().any(|attribute| is_test(attribute))
                && let Some(name) = function_name(line)
            {
                let ignored = attributes
                    .iter()
                    .any(|attribute| attribute.starts_with("#[ignore"));
                found.push((name.to_owned(), ignored));
            }
            attributes.clear();
        }
    }
    found.extend(made_by_macros(source).into_iter().map(|name| (name, false)));
    found
}

/// `#[test]`, `#[tokio::test(flavor = "…")]`
fn is_test(attribute: &str) -> bool {
    let path = attribute.trim_start_matches("#[");
    let path = path.split(['(', ']']).next().unwrap_or_default().trim();
    path.rsplit("::").next() == Some("test")
}

/// The name of the function that starts in this line, if it is not a macro's placeholder.
fn function_name(line: &str) -> Option<&str> {
    let after = match line.strip_prefix("fn ") {
        Some(after) => after,
        None => line.split_once(" fn ")?.1,
    };
    let end = after.find(|c: char| !is_word(c)).unwrap_or(after.len());
    after.get(..end).filter(|name| !name.is_empty())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tests made by `name: …` lines in a call of a macro of the same file that makes test functions.
fn made_by_macros(source: &str) -> Vec<String> {
    let mut makers = Vec::new();
    let mut names = Vec::new();
    let mut defined = None;
    let mut makes_tests = false;
    let mut inside = false;
    for line in source.lines() {
        let text = line.trim();
        if let Some(name) = text.strip_prefix("macro_rules! ") {
            defined = Some(name.trim_end_matches('{').trim());
            makes_tests = false;
        } else if defined.is_some() && line == "}" {
            makers.extend(defined.take().filter(|_| makes_tests));
        } else if defined.is_some() {
            makes_tests |= is_test(text) && text.starts_with("#[");
        } else if inside && line == "}" {
            inside = false;
        } else if inside {
            let name = text.split(':').next().unwrap_or_default();
            if !name.is_empty() && name.chars().all(is_word) {
                names.push(name.to_owned());
            }
        } else {
            let called = line.strip_suffix("! {");
            inside = called.is_some_and(|called| makers.contains(&called));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<String> {
        functions(source).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_test_is_found_by_its_attribute_and_other_functions_are_not() {
        let source = "#[test]\nfn one() {}\nfn helper() {}\n/// R-01\n#[tokio::test(flavor = \"multi_thread\")]\n#[expect(\n    clippy::panic,\n    reason = \"why\"\n)]\nasync fn two() {}\n#[cfg(test)]\nmod tests {\n    // why\n    #[test]\n    pub fn three() {}\n}\n";
        assert_eq!(names(source), ["one", "two", "three"]);
    }

    #[test]
    fn a_property_is_a_test_too() {
        let source = "proptest! {\n    #[test]\n    fn holds(x in 0..9) {}\n    fn helper() {}\n}\n";
        assert_eq!(names(source), ["holds"]);
    }

    #[test]
    fn an_ignored_test_is_known_as_such() {
        let source = "#[test]\n#[ignore = \"slow\"]\nfn one() {}\n#[test]\nfn two() {}\n";
        assert_eq!(
            functions(source),
            [("one".to_owned(), true), ("two".to_owned(), false)]
        );
    }

    #[test]
    fn what_a_macro_of_the_file_makes_is_found_by_the_lines_of_its_call() {
        let source = "macro_rules! golden {\n    ($($name:ident;)*) => {$(\n        #[tokio::test]\n        async fn $name() {}\n    )*};\n}\ngolden! {\n    an_office_is_read: Office, \"office\";\n}\nother! {\n    nothing: 1;\n}\n";
        assert_eq!(names(source), ["an_office_is_read"]);
    }

    #[test]
    fn a_module_is_named_by_target_or_package() {
        for (file, name) in [
            ("tests/journeys/otp.rs", "journeys::otp"),
            ("tests/canary/main.rs", "canary"),
            ("local/tests/local/engine.rs", "local::engine"),
            ("xtask/tests/keeper.rs", "keeper"),
            ("shared/portal/src/code.rs", "portal::code"),
            ("shared/platform/src/http/body.rs", "platform::http::body"),
            (
                "functions/claims-simulator/src/tests.rs",
                "claims-simulator::tests",
            ),
            ("xtask/src/main.rs", "xtask"),
        ] {
            assert_eq!(module(file), name, "{file}");
        }
    }
}
