//! Whether every refusal that the table of steps declares is answered in some test, so that the documents made from the
//! table promise nothing that no call answers.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

/// The setting by which the tests learn the file to add their refusals to.
pub(crate) const SETTING: &str = "PORTAL_REFUSALS_MET";

/// An empty file for the refusals of a run.
pub(crate) fn file(workspace: &Workspace) -> Result<PathBuf> {
    let path = workspace.target.join("refusals-met");
    fs::write(&path, "").with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Fails with the declared refusals that no test of the run met.
pub(crate) fn check(workspace: &Workspace, met: &Path) -> Result<()> {
    let text =
        |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let declared = declared(&text(&workspace.root.join("docs/steps.md"))?);
    let met: BTreeSet<String> = text(met)?.lines().map(str::to_owned).collect();
    let unmet: Vec<String> = declared.difference(&met).cloned().collect();
    if unmet.is_empty() {
        return Ok(());
    }
    bail!(
        "no test meets these refusals of shared/portal/src/steps/table.rs; write one, or take the refusal out:\n{}",
        unmet.join("\n")
    )
}

/// The refusals of each step, as `step code`, from the generated table of steps.
fn declared(steps: &str) -> BTreeSet<String> {
    let rows = steps
        .lines()
        .filter(|line| METHODS.iter().any(|method| line.contains(method)));
    rows.flat_map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let quoted =
            |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let step = cells
            .first()
            .and_then(|cell| quoted(cell).pop())
            .unwrap_or_default();
        let codes = cells.last().map(|cell| quoted(cell)).unwrap_or_default();
        codes.into_iter().map(move |code| format!("{step} {code}"))
    })
    .collect()
}

/// What a row of the table contains, and its head does not.
const METHODS: [&str; 5] = ["| `GET /", "| `POST /", "| `PUT /", "| `PATCH /", "| `DELETE /"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusals_of_a_step_are_those_of_its_row() {
        let page = "| screen | request |\n| --- | --- |\n\
            | 登録する `confirm` | `POST /registration/confirm` | `confirm` | – | K | 201 | `no-flow`, `wrong-step` |\n\
            | 利用規約 `show-terms` | `GET /terms` | `terms` | – |  | 200 terms |  |\n";
        let found: Vec<String> = declared(page).into_iter().collect();
        assert_eq!(found, ["confirm no-flow", "confirm wrong-step"]);
    }
}
