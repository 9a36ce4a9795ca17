//! The committed files that are generated from the code.

use std::collections::BTreeSet;

use portal::audit::Act;
use portal::problem::Kind;
use portal::progress::Next;
use portal::steps::{Place, STEPS, Step};
use reference::Written;
use reference::pages::audit;

use crate::house;

#[test]
fn the_written_files_are_as_the_code_has_them() {
    for written in Written::ALL {
        let text = written.text(house::root()).unwrap();
        assert!(
            house::text(written.path()) == text,
            "{} is out of date: run `cargo xtask gen`",
            written.path()
        );
    }
}

/// The golden records (`tests/journeys/golden/audit`) have the items that the page states.
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
                "contact" => "CONTACT",
                "flow" => "REGISTRATION",
                "inquiry" => "INQUIRY",
                "operator" => "OPERATOR",
                other => panic!("{other}"),
            };
            assert!(
                audit::origin(Act::parse(act).unwrap()).0.contains(&kind),
                "{line}"
            );
            met += 1;
        }
    }
    assert!(met > 100);
}

#[test]
fn every_kind_of_problem_has_an_entry() {
    let page = Written::Problems.text(house::root()).unwrap();
    for kind in Kind::ALL {
        // The anchor is the code, in which a problem's `type` ends.
        assert_eq!(page.matches(&format!("\n## {}\n", kind.code())).count(), 1);
    }
}

#[test]
fn a_step_leads_from_screen_to_screen_or_may_be_called_anywhere() {
    // From anywhere, or without a flow: the page says so in words.
    let anywhere = [
        Step::ShowRegistration,
        Step::CancelRegistration,
        Step::ShowTerms,
        Step::ShowLogin,
        Step::CancelLogin,
        Step::ShowPasswordReset,
        Step::CancelPasswordReset,
        Step::StopTakeOver,
        Step::ShowInquiryCategories,
        Step::SendInquiry,
        Step::SendInquiryForm,
    ];
    let leads_nowhere: Vec<Step> = STEPS
        .iter()
        .copied()
        .filter(|step| step.moves.is_empty())
        .collect();
    assert_eq!(leads_nowhere, anywhere);

    let reached: BTreeSet<&str> = STEPS
        .iter()
        .flat_map(|step| step.moves)
        .filter_map(|(_, to)| match to {
            Place::At(next) => Some(next.code()),
            Place::Start | Place::End => None,
        })
        .collect();
    for next in Next::ALL {
        assert!(reached.contains(next.code()), "{next:?}");
    }
}
