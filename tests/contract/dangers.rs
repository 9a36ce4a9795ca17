//! Dangerous techniques that no deployed code uses.

use crate::house;

/// No commands of the operating system, and no regular expressions that could contain input. Tests and tasks may use
/// both.
#[test]
fn what_is_deployed_starts_no_process_and_makes_no_regular_expression() {
    let folders = house::functions()
        .into_iter()
        .map(|function| format!("functions/{function}"));
    let shared = ["shared/portal", "shared/platform"].map(str::to_owned);
    let folders: Vec<String> = folders.chain(shared).collect();
    assert!(folders.len() > 10);
    for folder in folders {
        let manifest = house::text(&format!("{folder}/Cargo.toml"));
        assert!(
            !manifest.contains("regex"),
            "{folder} depends on regular expressions"
        );
        for (file, text) in house::sources(&format!("{folder}/src")) {
            for danger in ["process::Command", "Command::new", "Regex"] {
                assert!(!text.contains(danger), "{}: {danger}", file.display());
            }
        }
    }
}

/// A count that wraps around would reset a budget.
#[test]
fn a_release_breaks_where_a_number_overflows() {
    let manifest: toml::Table = house::text("Cargo.toml").parse().unwrap();
    let release = manifest["profile"]["release"].as_table().unwrap();
    assert_eq!(release["overflow-checks"].as_bool(), Some(true));
    // An abort would leave the caller without an answer, so panics must unwind (ADR 0008).
    assert!(!release.contains_key("panic"));
    // No package may opt out of either: one may only be optimised otherwise (ADR 0029).
    for (package, profile) in release["package"].as_table().unwrap() {
        let keys: Vec<_> = profile.as_table().unwrap().keys().collect();
        assert_eq!(keys, ["opt-level"], "{package}");
    }
}
