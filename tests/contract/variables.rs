//! What each function needs of its environment, and what the template gives it.

use std::collections::{BTreeMap, BTreeSet};

use platform::config::Variable;
use portal::limits::Limits;

use crate::{house, template};

const NEEDS: [(&str, &[Variable]); 19] = [
    ("claims-auth", claims_auth::NEEDS),
    ("claims-simulator", claims_simulator::NEEDS),
    ("confirm", confirm::NEEDS),
    ("deliver-mail", deliver_mail::NEEDS),
    ("keep-audit", keep_audit::NEEDS),
    ("login", login::NEEDS),
    ("login-otp", login_otp::NEEDS),
    ("login-progress", login_progress::NEEDS),
    ("logout", logout::NEEDS),
    ("mail-events", mail_events::NEEDS),
    ("my-page", my_page::NEEDS),
    ("new-password", new_password::NEEDS),
    ("not-found", not_found::NEEDS),
    ("profile", profile::NEEDS),
    ("registration-otp", registration_otp::NEEDS),
    ("registration-progress", registration_progress::NEEDS),
    ("resend-initial-password", resend_initial_password::NEEDS),
    ("security-code", security_code::NEEDS),
    ("terms", terms::NEEDS),
];

#[test]
fn every_function_is_given_what_it_needs_and_nothing_else() {
    let is_number = |name: &String| Limits::ALL.iter().any(|limit| limit.name == name);
    let given: BTreeMap<String, BTreeSet<String>> = template::functions()
        .into_iter()
        // Any number may be set for any function (docs/limits.md).
        .map(|function| {
            (
                function.name,
                function
                    .variables
                    .into_iter()
                    .filter(|name| !is_number(name))
                    .collect(),
            )
        })
        .collect();
    let names = |needs: &[Variable]| needs.iter().map(|variable| variable.name().to_owned()).collect();
    let needed: BTreeMap<String, BTreeSet<String>> = NEEDS
        .into_iter()
        .map(|(function, needs)| (function.to_owned(), names(needs)))
        .collect();
    assert_eq!(given, needed);
}

#[test]
fn every_function_says_what_it_needs() {
    let named: BTreeSet<String> = NEEDS.iter().map(|(function, _)| (*function).to_owned()).collect();
    assert_eq!(named, house::functions());
}

#[test]
fn every_variable_is_needed_by_somebody() {
    let needed: BTreeSet<&Variable> = NEEDS.iter().flat_map(|(_, needs)| needs.iter()).collect();
    assert_eq!(needed, Variable::ALL.iter().collect());
}
