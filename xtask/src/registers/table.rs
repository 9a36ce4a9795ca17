//! The handwritten form of a register.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) title: String,
    /// The introduction, one entry per paragraph.
    pub(super) preface: Vec<String>,
    /// The heading of the first text column: case, requirement.
    pub(super) about: String,
    /// Parts that are not built yet, by the name that rows use.
    #[serde(default)]
    pub(super) parts: BTreeMap<String, String>,
    /// Tests that are being written, by the name that rows use.
    #[serde(default)]
    pub(super) work: BTreeMap<String, String>,
    pub(super) group: Vec<Group>,
}

impl Table {
    /// The pending rows, by the work for which they wait.
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
    /// The case or the requirement.
    pub(super) about: String,
    /// The portal's behaviour.
    pub(super) does: String,
    /// `target::module::function`
    #[serde(default)]
    pub(super) tests: Vec<String>,
    /// A file of the repository; after `: `, words in it.
    #[serde(default)]
    pub(super) proofs: Vec<String>,
    /// The same form, for files about plans or gaps; no evidence.
    #[serde(default)]
    pub(super) see: Vec<String>,
    /// Parts that are not built yet and complete it.
    #[serde(default)]
    pub(super) waits: Vec<String>,
    /// Tests that are being written and will show it.
    #[serde(default)]
    pub(super) pending: Vec<String>,
    /// Why it does not apply.
    #[serde(default)]
    pub(super) none: Option<String>,
}

/// The evidence of a row, the strongest first.
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
