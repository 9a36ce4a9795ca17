//! The committed files that the code writes about itself.

use std::collections::BTreeSet;

use portal::audit::Act;
use portal::problem::Kind;
use portal::progress::Next;
use portal::steps::{self, STEPS};

use crate::house;

// The generators themselves, so that no second cargo has to run them.
#[path = "../../shared/platform/examples/audit.rs"]
#[expect(dead_code, reason = "a generator prints; here its page is asked for")]
mod audit;
#[path = "../../shared/platform/examples/limits.rs"]
#[expect(dead_code, reason = "a generator prints; here its page is asked for")]
mod limits;
#[path = "../../shared/platform/examples/openapi.rs"]
#[expect(dead_code, reason = "a generator prints; here its page is asked for")]
mod openapi;
#[path = "../../shared/platform/examples/problems.rs"]
#[expect(dead_code, reason = "a generator prints; here its page is asked for")]
mod problems;
#[path = "../../shared/platform/examples/steps.rs"]
#[expect(dead_code, reason = "a generator prints; here its page is asked for")]
mod steps_page;

#[test]
fn the_written_files_are_as_the_code_has_them() {
    let pages = [
        ("openapi.yaml", openapi::page().unwrap()),
        ("docs/audit.md", audit::page()),
        ("docs/limits.md", limits::page()),
        ("docs/problems.md", problems::page()),
        ("docs/steps.md", steps_page::page()),
    ];
    for (file, page) in pages {
        assert!(
            house::text(file) == page,
            "{file} is out of date: run `cargo xtask gen`"
        );
    }
}

/// What the journeys kept (`tests/journeys/golden/audit`) is where the page says that it is.
#[test]
fn every_act_rides_on_the_item_that_the_page_names() {
    let folder = house::root().join("tests/journeys/golden/audit");
    let mut met = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            // `+30 account of taro@example.jp password-wrong, member …`
            let (subject, act) = line.split(", ").next().unwrap().rsplit_once(' ').unwrap();
            let kind = match subject.split(' ').nth(1).unwrap() {
                "account" => "ACCOUNT",
                "claims" => "CLAIMS",
                "flow" => "REGISTRATION",
                other => panic!("{other}"),
            };
            assert_eq!(audit::origin(Act::parse(act).unwrap()).0, kind, "{line}");
            met += 1;
        }
    }
    assert!(met > 100);
}

#[test]
fn every_kind_of_problem_has_an_entry_that_says_what_to_do() {
    let advised: Vec<Kind> = problems::ADVICE.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(advised, Kind::ALL);
    let page = problems::page();
    for kind in Kind::ALL {
        // The anchor is the code, in which a problem's `type` ends.
        assert_eq!(page.matches(&format!("\n## {}\n", kind.code())).count(), 1);
    }
}

#[test]
fn the_diagrams_show_every_step_of_a_flow_and_every_screen() {
    let moves = || steps_page::REGISTRATION.iter().chain(steps_page::LOGIN);
    let shown: BTreeSet<&str> = moves().map(|steps_page::Move(_, step, _)| step.name).collect();
    // From anywhere, or without a flow: the page says so in words.
    let in_words = [
        &steps::SHOW_REGISTRATION,
        &steps::CANCEL_REGISTRATION,
        &steps::SHOW_LOGIN,
        &steps::CANCEL_LOGIN,
        &steps::SHOW_TERMS,
    ];
    let all: BTreeSet<&str> = STEPS.iter().map(|step| step.name).collect();
    let in_words: BTreeSet<&str> = in_words.into_iter().map(|step| step.name).collect();
    assert_eq!(shown.union(&in_words).copied().collect::<BTreeSet<_>>(), all);

    let reached: Vec<Next> = moves().filter_map(|steps_page::Move(_, _, to)| *to).collect();
    for next in Next::ALL {
        // The reset is not offered yet.
        assert_eq!(reached.contains(next), *next != Next::Done, "{next:?}");
    }
}
