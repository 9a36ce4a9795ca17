//! Bugs that are made together: one build of the rules then serves several.
//!
//! No two of them edit the same file or have the same check, so that none stands in another's way. In company a check may
//! fail because of somebody else's bug; `cargo xtask seeded` without `--only` makes each bug alone.

use std::collections::BTreeSet;

use super::{Pair, bugs::Build};

/// The most bugs of a batch.
const MOST: usize = 12;

/// The batches, in the order of their first bugs. A check of the model has a batch of its own: it stops at the first invariant
/// that is broken.
pub(super) fn of(pairs: Vec<Pair<'_>>) -> Vec<Vec<Pair<'_>>> {
    let mut batches: Vec<Vec<Pair<'_>>> = Vec::new();
    for pair in pairs {
        match batches.iter_mut().find(|batch| takes(batch, &pair)) {
            Some(batch) => batch.push(pair),
            None => batches.push(vec![pair]),
        }
    }
    batches
}

fn takes(batch: &[Pair<'_>], (bug, check): &Pair<'_>) -> bool {
    let files: BTreeSet<&str> = bug.files();
    matches!(check.build(), Build::Rules(_))
        && batch.len() < MOST
        && batch.iter().all(|(other, others)| {
            others.build() == check.build() && others != check && other.files().is_disjoint(&files)
        })
}

#[cfg(test)]
mod tests {
    use super::super::bugs::{Bug, Bugs};
    use super::*;

    fn bugs(rows: &[(&str, &str)]) -> Vec<Bug> {
        let text: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(number, (file, check))| {
                format!(
                    "[[bug]]\nname = \"{number}\"\nbreaks = \"-\"\nedit = [{{ file = \"{file}\", find = \"a\", put = \"b\" }}]\ncheck = [{{ {check} }}]\n"
                )
            })
            .collect();
        Bugs::parse(&text.join("\n")).unwrap().bug
    }

    fn batches(rows: &[(&str, &str)]) -> Vec<Vec<String>> {
        let bugs = bugs(rows);
        let pairs = bugs.iter().map(|bug| (bug, &bug.check[0])).collect();
        let names = |batch: Vec<Pair<'_>>| batch.iter().map(|(bug, _)| bug.name.clone()).collect();
        of(pairs).into_iter().map(names).collect()
    }

    const A: &str = r#"package = "portal", target = "lib", test = "a""#;
    const B: &str = r#"package = "portal", target = "lib", test = "b""#;
    const C: &str = r#"package = "portal", target = "lib", test = "c""#;

    #[test]
    fn bugs_of_different_files_with_different_checks_are_made_together() {
        assert_eq!(
            batches(&[("x.rs", A), ("y.rs", B), ("x.rs", C), ("z.rs", A)]),
            [vec!["0", "1"], vec!["2", "3"]]
        );
    }

    #[test]
    fn scenes_other_targets_and_other_packages_stay_apart() {
        let scene = r#"scene = "s", says = "w""#;
        let values = r#"package = "portal", target = "values", test = "v""#;
        let journey = r#"package = "acceptance", target = "journeys", test = "j""#;
        assert_eq!(
            batches(&[
                ("x.rs", A),
                ("y.rs", scene),
                ("z.rs", scene),
                ("u.rs", values),
                ("v.rs", journey),
                ("w.rs", journey)
            ]),
            [["0"], ["1"], ["2"], ["3"], ["4"], ["5"]]
        );
    }

    #[test]
    fn a_batch_has_an_end() {
        let files: Vec<(String, String)> = (0..=MOST)
            .map(|number| {
                let check = format!(r#"package = "portal", target = "lib", test = "t{number}""#);
                (format!("{number}.rs"), check)
            })
            .collect();
        let rows: Vec<(&str, &str)> = files
            .iter()
            .map(|(file, check)| (file.as_str(), check.as_str()))
            .collect();
        let sizes: Vec<usize> = batches(&rows).iter().map(Vec::len).collect();
        assert_eq!(sizes, [MOST, 1]);
    }
}
