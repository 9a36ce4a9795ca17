//! The template sets the environment variables that each function needs.

use std::collections::{BTreeMap, BTreeSet};

use platform::config::{ORIGIN_SECRET_DIGESTS, Variable};
use portal::limits::Limits;
use portal::steps::Function;
use testkit::needs;

use crate::template;

#[test]
fn every_function_is_given_what_it_needs_and_nothing_else() {
    let is_number = |name: &String| Limits::ALL.iter().any(|limit| limit.name == name);
    let given: BTreeMap<String, BTreeSet<String>> = template::functions()
        .into_iter()
        // Any number may be set for any function (docs/limits.md), and all of them check the origin secret.
        .map(|function| {
            (
                function.name,
                function
                    .variables
                    .into_iter()
                    .filter(|name| !is_number(name) && name != ORIGIN_SECRET_DIGESTS)
                    .collect(),
            )
        })
        .collect();
    let names = |needs: &[Variable]| needs.iter().map(|variable| variable.name().to_owned()).collect();
    let needed: BTreeMap<String, BTreeSet<String>> = Function::ALL
        .iter()
        .map(|function| (function.name().to_owned(), names(needs(*function))))
        .collect();
    assert_eq!(given, needed);
}

#[test]
fn every_function_checks_the_origin_secret() {
    for function in template::functions() {
        assert!(
            function.variables.contains(ORIGIN_SECRET_DIGESTS),
            "{}",
            function.name
        );
    }
}

#[test]
fn every_variable_is_needed_by_a_function() {
    let needed: BTreeSet<&Variable> = Function::ALL
        .iter()
        .flat_map(|function| needs(*function))
        .collect();
    assert_eq!(needed, Variable::ALL.iter().collect());
}
