//! The catalogue: `tests/seeded/bugs.toml`.

use std::{collections::BTreeSet, fmt, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

const CATALOGUE: &str = "tests/seeded/bugs.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bugs {
    pub(super) bug: Vec<Bug>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bug {
    pub(super) name: String,
    /// In one sentence.
    pub(super) breaks: String,
    pub(super) edit: Vec<Edit>,
    /// Each of them must notice.
    pub(super) check: Vec<Check>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edit {
    pub(super) file: String,
    /// Occurs once.
    pub(super) find: String,
    pub(super) put: String,
}

#[derive(Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[serde(untagged)]
pub(super) enum Check {
    Test(Test),
    Model(Model),
}

#[derive(Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub(super) struct Test {
    pub(super) package: String,
    /// `lib`, or the name of a test target.
    pub(super) target: String,
    #[serde(rename = "test")]
    pub(super) name: String,
    /// Words that the failure must contain.
    pub(super) says: Option<String>,
}

#[derive(Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    pub(super) scene: String,
    /// The invariant that must be broken.
    pub(super) says: String,
}

/// The build of a check, the cheap ones first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Build {
    Rules(String),
    Model,
    Other(String, String),
}

impl Check {
    pub(super) fn build(&self) -> Build {
        match self {
            Self::Test(test) if test.package == "portal" => Build::Rules(test.target.clone()),
            Self::Test(test) => Build::Other(test.package.clone(), test.target.clone()),
            Self::Model(_) => Build::Model,
        }
    }

    pub(super) fn is_cheap(&self) -> bool {
        self.is_of_rules() || self.build() == Build::Model
    }

    pub(super) fn is_of_rules(&self) -> bool {
        matches!(self.build(), Build::Rules(_))
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(test) => write!(f, "{} {} {}", test.package, test.target, test.name),
            Self::Model(model) => write!(f, "model {}: {}", model.scene, model.says),
        }
    }
}

impl Bugs {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(root.join(CATALOGUE)).with_context(|| format!("cannot read {CATALOGUE}"))?;
        Self::parse(&text)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let bugs: Self = toml::from_str(text).with_context(|| format!("{CATALOGUE} cannot be read"))?;
        let mut names = BTreeSet::new();
        for bug in &bugs.bug {
            if !names.insert(&bug.name) {
                bail!("{CATALOGUE} has two bugs {}", bug.name);
            }
            if bug.edit.is_empty() || bug.check.is_empty() {
                bail!("{} needs an edit and a check", bug.name);
            }
        }
        Ok(bugs)
    }
}

impl Bug {
    /// Applies the edit to the text of a file.
    pub(super) fn edited(&self, file: &str, text: &str) -> Result<String> {
        let mut text = text.to_owned();
        for edit in self.edit.iter().filter(|edit| edit.file == file) {
            match text.matches(&edit.find).count() {
                1 => text = text.replacen(&edit.find, &edit.put, 1),
                found => bail!(
                    "{} no longer applies: {file} has this {found} times, and not once:\n{}",
                    self.name,
                    edit.find
                ),
            }
        }
        Ok(text)
    }

    pub(super) fn files(&self) -> BTreeSet<&str> {
        self.edit.iter().map(|edit| edit.file.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
        [[bug]]
        name = "off-by-one"
        breaks = "A second too many."
        edit = [{ file = "a.rs", find = "<=", put = "<" }]
        check = [
            { package = "portal", target = "lib", test = "a::b" },
            { scene = "s", says = "nothing twice" },
            { package = "acceptance", target = "journeys", test = "c", says = "left" },
        ]
    "#;

    #[test]
    fn the_catalogue_of_the_tree_can_be_read_and_every_bug_applies() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let bugs = Bugs::read(&root).unwrap().bug;
        assert!(bugs.len() >= 15);
        for bug in bugs {
            for file in bug.files() {
                let text = fs::read_to_string(root.join(file)).unwrap();
                assert_ne!(bug.edited(file, &text).unwrap(), text, "{}", bug.name);
            }
        }
    }

    #[test]
    fn a_bug_applies_where_its_text_stands_once() {
        let bugs = Bugs::parse(ONE).unwrap().bug;
        assert_eq!(bugs[0].edited("a.rs", "if a <= b").unwrap(), "if a < b");
        assert_eq!(bugs[0].edited("b.rs", "if a <= b").unwrap(), "if a <= b");
        for text in ["if a < b", "a <= b <= c"] {
            assert!(bugs[0].edited("a.rs", text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_rules_and_the_model_are_cheap_and_come_first() {
        let bugs = Bugs::parse(ONE).unwrap().bug;
        let cheap: Vec<bool> = bugs[0].check.iter().map(Check::is_cheap).collect();
        assert_eq!(cheap, [true, true, false]);
        let of_rules: Vec<bool> = bugs[0].check.iter().map(Check::is_of_rules).collect();
        assert_eq!(of_rules, [true, false, false]);
        assert!(bugs[0].check[1].build() < bugs[0].check[2].build());
    }

    #[test]
    fn a_name_stands_for_one_bug() {
        assert!(Bugs::parse(&ONE.repeat(2)).is_err());
    }
}
