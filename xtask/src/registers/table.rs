//! A register as it is written by hand.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) title: String,
    /// Above everything, a paragraph each.
    pub(super) preface: Vec<String>,
    /// What a row is about: a case, a requirement.
    pub(super) about: String,
    /// What is not built yet, by the word that rows use.
    #[serde(default)]
    pub(super) parts: BTreeMap<String, String>,
    /// What is being written, by the word that rows use.
    #[serde(default)]
    pub(super) work: BTreeMap<String, String>,
    pub(super) group: Vec<Group>,
}

impl Table {
    /// The rows that are pending, by what they wait for.
    pub(super) fn pending(&self) -> BTreeMap<&str, Vec<&str>> {
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
pub(super) struct Group {
    pub(super) title: String,
    #[serde(default)]
    pub(super) preface: Vec<String>,
    pub(super) row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// One identifier, or several with commas.
    pub(super) id: String,
    /// The case or the requirement, in our own words.
    pub(super) about: String,
    /// What the portal does.
    pub(super) does: String,
    /// `target::module::function`
    #[serde(default)]
    pub(super) tests: Vec<String>,
    /// A file of the repository; after `: `, words that stand in it.
    #[serde(default)]
    pub(super) proofs: Vec<String>,
    /// The same, where the file says what will be, or what is not: worth reading, and no proof.
    #[serde(default)]
    pub(super) see: Vec<String>,
    /// Parts that are not built yet and bring it, or more of it.
    #[serde(default)]
    pub(super) waits: Vec<String>,
    /// What is being written that will show it, or more of it.
    #[serde(default)]
    pub(super) pending: Vec<String>,
    /// Why it is none of ours.
    #[serde(default)]
    pub(super) none: Option<String>,
}

/// By what a row is shown, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Tests,
    Documents,
    Pending,
    NotYet(String),
    None,
}

impl Row {
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.id.split(',').map(str::trim)
    }

    pub(super) fn standing(&self) -> Option<Standing> {
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

/// A proof's file, and the words in it.
pub(super) fn split(proof: &str) -> (&str, Option<&str>) {
    proof
        .split_once(": ")
        .map_or((proof, None), |(path, words)| (path, Some(words)))
}
