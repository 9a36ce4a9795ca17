//! Template, router and documents follow the table of steps.

use std::collections::{BTreeMap, BTreeSet};

use portal::steps::{BASE, Function, STEPS, find};

use crate::{house, template};

/// Functions without a step: `not-found`, the stream's readers, SES's events, the schedule, the claims simulator.
const NO_STEPS: [Function; 6] = [
    Function::NotFound,
    Function::DeliverMail,
    Function::MailEvents,
    Function::TakeOverNotices,
    Function::KeepAudit,
    Function::ClaimsSimulator,
];

/// Methods that a client may try.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

type Routes = BTreeSet<(String, String, String)>;

fn routes_of_steps() -> Routes {
    let route = |method: &str, path: &str, function: &str| {
        (method.to_owned(), format!("{BASE}{path}"), function.to_owned())
    };
    STEPS
        .iter()
        .map(|step| route(step.method.name(), step.path, step.function.name()))
        .collect()
}

#[test]
fn every_step_has_a_function_and_every_function_a_step_or_another_reason_to_be() {
    let named = Function::ALL.iter().map(|function| function.name().to_owned());
    assert_eq!(named.collect::<BTreeSet<_>>(), house::functions());
    for function in Function::ALL {
        let serves = STEPS.iter().any(|step| step.function == *function);
        assert_ne!(serves, NO_STEPS.contains(function), "{}", function.name());
    }
}

#[test]
fn every_step_is_a_route_of_the_template_and_every_route_a_step() {
    let mut routes = Routes::new();
    let mut whatever_else = Vec::new();
    for function in template::functions() {
        for route in function.routes {
            match route {
                Some((method, path)) => assert!(routes.insert((method, path, function.name.clone()))),
                None => whatever_else.push(function.name.clone()),
            }
        }
    }
    assert_eq!(routes, routes_of_steps());
    assert_eq!(whatever_else, ["not-found"], "what is no step");
}

/// The local router: the function for each method of each path.
fn router() -> BTreeMap<String, BTreeMap<String, String>> {
    let manifest: toml::Table = house::text("Cargo.toml").parse().unwrap();
    let router = &manifest["workspace"]["metadata"]["lambda"]["watch"]["router"];
    let asked = |route: &toml::Value| match route.as_array() {
        None => METHODS
            .map(|method| (method.to_owned(), route.as_str().unwrap().to_owned()))
            .into(),
        Some(methods) => {
            let word = |entry: &toml::Value, name: &str| entry[name].as_str().unwrap().to_owned();
            methods
                .iter()
                .map(|entry| (word(entry, "method"), word(entry, "function")))
                .collect()
        }
    };
    router
        .as_table()
        .unwrap()
        .iter()
        .map(|(path, route)| (path.clone(), asked(route)))
        .collect()
}

#[test]
fn the_local_router_leads_every_step_to_its_function() {
    let router = router();
    for (method, path, function) in routes_of_steps() {
        assert_eq!(
            router.get(&path).and_then(|methods| methods.get(&method)),
            Some(&function),
            "{method} {path}"
        );
    }
}

#[test]
fn the_local_router_leads_whatever_is_no_step_to_a_function_that_says_so() {
    let mut router = router();
    let elsewhere = router.remove("/{*path}").unwrap();
    assert!(METHODS.iter().all(|method| {
        elsewhere
            .get(*method)
            .is_some_and(|function| function == "not-found")
    }));
    for (path, methods) in router {
        let served = METHODS.iter().filter_map(|method| find(method, &path));
        let served: BTreeSet<&str> = served.map(|step| step.function.name()).collect();
        assert!(!served.is_empty(), "{path} is no step");
        for method in METHODS {
            let asked = methods
                .get(method)
                .unwrap_or_else(|| panic!("no function serves {method} {path}"));
            match find(method, &path) {
                Some(step) => assert_eq!(asked, step.function.name(), "{method} {path}"),
                // A function refuses other steps, as `not-found` does.
                None => assert!(
                    asked == "not-found" || served.contains(asked.as_str()),
                    "{method} {path}: {asked}"
                ),
            }
        }
    }
}

#[test]
fn every_step_is_an_operation_of_openapi_and_every_operation_a_step() {
    let document = house::yaml("openapi.yaml");
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_mapping().unwrap() {
        for (method, operation) in methods.as_mapping().unwrap() {
            let method = method.as_str().unwrap().to_ascii_uppercase();
            let name = operation["operationId"].as_str().unwrap();
            operations.insert((method, path.as_str().unwrap().to_owned(), name.to_owned()));
        }
    }
    let steps = STEPS.iter().map(|step| {
        (
            step.method.name().to_owned(),
            step.path.to_owned(),
            step.name.to_owned(),
        )
    });
    assert_eq!(operations, steps.collect());
    assert_eq!(document["servers"][0]["url"].as_str(), Some(BASE));
}

#[test]
fn every_step_stands_in_the_contract() {
    let page = house::text("docs/api.md");
    for step in STEPS {
        assert!(
            page.contains(&format!("`{} {}`", step.method.name(), step.path)),
            "{}",
            step.name
        );
    }
}
