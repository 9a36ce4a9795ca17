//! Reads the functions of `template.yaml`.

use std::collections::BTreeSet;

use serde_norway::Value as Yaml;

use crate::house;

/// A function of the template.
pub(crate) struct Function {
    /// Its folder.
    pub(crate) name: String,
    /// Method and path of its routes on the portal's API; both are absent for `$default`.
    pub(crate) routes: Vec<Option<(String, String)>>,
    /// Names of its variables, the shared ones included.
    pub(crate) variables: BTreeSet<String>,
}

/// A role's rights on a KMS key: the key, the verbs, and the service.
pub(crate) fn key_uses(role: &str) -> Vec<(String, BTreeSet<String>, String)> {
    let template = house::yaml("template.yaml");
    let role = &template["Resources"][role]["Properties"];
    let policies = role["Policies"].as_sequence().unwrap().iter();
    let statements = policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_sequence().unwrap());
    let uses = statements.filter_map(|statement| {
        let verbs = words(&statement["Action"]);
        let verbs: Option<BTreeSet<_>> = verbs.iter().map(|verb| verb.strip_prefix("kms:")).collect();
        Some((
            word(&statement["Resource"]).to_owned(),
            verbs?.into_iter().map(str::to_owned).collect(),
            word(&statement["Condition"]["StringEquals"]["kms:ViaService"]).to_owned(),
        ))
    });
    uses.collect()
}

/// The value without its tag.
fn plain(value: &Yaml) -> &Yaml {
    match value {
        Yaml::Tagged(tagged) => &tagged.value,
        value => value,
    }
}

pub(crate) fn word(value: &Yaml) -> &str {
    plain(value)
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value:?}"))
}

pub(crate) fn words(value: &Yaml) -> Vec<&str> {
    match plain(value) {
        Yaml::Sequence(list) => list.iter().map(word).collect(),
        value => vec![word(value)],
    }
}

fn names(variables: Option<&Yaml>) -> impl Iterator<Item = String> {
    let names = variables.and_then(Yaml::as_mapping).into_iter().flatten();
    names.map(|(name, _)| word(name).to_owned())
}

/// All functions.
pub(crate) fn functions() -> Vec<Function> {
    let template = house::yaml("template.yaml");
    let shared = template["Globals"]["Function"]
        .get("Environment")
        .map(|environment| &environment["Variables"]);
    let resources = template["Resources"].as_mapping().unwrap();
    let functions = resources
        .values()
        .filter(|resource| word(&resource["Type"]) == "AWS::Serverless::Function");
    functions
        .map(|resource| function(&resource["Properties"], shared))
        .collect()
}

fn function(properties: &Yaml, shared: Option<&Yaml>) -> Function {
    let own = properties
        .get("Environment")
        .map(|environment| &environment["Variables"]);
    Function {
        name: word(&properties["CodeUri"])
            .trim_start_matches("target/lambda/")
            .trim_end_matches('/')
            .to_owned(),
        routes: properties.get("Events").map(routes).unwrap_or_default(),
        variables: names(shared).chain(names(own)).collect(),
    }
}

fn routes(events: &Yaml) -> Vec<Option<(String, String)>> {
    let events = events
        .as_mapping()
        .unwrap()
        .values()
        .filter(|event| word(&event["Type"]) == "HttpApi");
    let ours = events
        .map(|event| &event["Properties"])
        .filter(|event| word(&event["ApiId"]) == "Api");
    let route = |event: &Yaml| {
        Some((
            word(event.get("Method")?).to_owned(),
            word(event.get("Path")?).to_owned(),
        ))
    };
    ours.map(route).collect()
}
