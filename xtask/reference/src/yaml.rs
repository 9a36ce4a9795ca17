//! `openapi.yaml`: the document in an order of its own.

use portal::steps::STEPS;
use serde_json::{Map, Value};
use serde_norway::{Error, Value as Yaml};

/// The file.
pub(crate) fn page(document: &Value) -> Result<String, Error> {
    let text = serde_norway::to_string(&ordered(document, &Names::Words)?)?;
    Ok(format!(
        "# Written by `cargo xtask gen`; what is changed here is lost.\n{text}"
    ))
}

/// Words in the order in which they are read; any other comes after them, by its letters.
const WORDS: &[&str] = &[
    "openapi",
    "info",
    "servers",
    "operationId",
    "summary",
    "name",
    "in",
    "url",
    "title",
    "version",
    "license",
    "type",
    "description",
    "tags",
    "paths",
    "components",
    "schemas",
    "get",
    "post",
    "put",
    "delete",
    "required",
    "security",
    "parameters",
    "requestBody",
    "responses",
    "headers",
    "securitySchemes",
    "properties",
    "oneOf",
    "content",
    "schema",
];

/// What the names in an object are.
enum Names<'a> {
    /// Words of OpenAPI and JSON Schema.
    Words,
    /// Ours, and these of them come first.
    Ours(Vec<&'a str>),
}

/// Everything in an order of its own: that of a JSON object depends on what else is built with it.
fn ordered(value: &Value, names: &Names<'_>) -> Result<Yaml, Error> {
    match value {
        Value::Object(members) => {
            let first = match names {
                Names::Words => WORDS,
                Names::Ours(first) => first,
            };
            let place = |name: &str| {
                first
                    .iter()
                    .position(|other| *other == name)
                    .unwrap_or(first.len())
            };
            let mut in_order: Vec<(&String, &Value)> = members.iter().collect();
            in_order.sort_by_key(|(name, _)| (place(name), *name));
            let ordered = |(name, value): (&String, &Value)| {
                let below = match names {
                    Names::Words => below(name, members),
                    Names::Ours(_) => Names::Words,
                };
                Ok((Yaml::from(name.as_str()), ordered(value, &below)?))
            };
            in_order
                .into_iter()
                .map(ordered)
                .collect::<Result<_, _>>()
                .map(Yaml::Mapping)
        }
        Value::Array(list) => list.iter().map(|item| ordered(item, &Names::Words)).collect(),
        plain => serde_norway::to_value(plain),
    }
}

/// What the names below a word are; properties stand as `required` lists them.
fn below<'a>(word: &str, members: &'a Map<String, Value>) -> Names<'a> {
    match word {
        "paths" => Names::Ours(STEPS.iter().map(|step| step.path).collect()),
        "properties" => {
            let required = members.get("required").and_then(Value::as_array);
            Names::Ours(required.into_iter().flatten().filter_map(Value::as_str).collect())
        }
        "schemas" | "responses" | "headers" | "parameters" | "securitySchemes" | "content" | "mapping" => {
            Names::Ours(Vec::new())
        }
        _ => Names::Words,
    }
}
