//! The documents of `platform::wire`, as their types describe themselves.

use platform::wire;
use portal::problem::Kind;
use portal::progress::Next;
use portal::steps::{Area, Place, STEPS};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{SCHEMAS, pascal, reference};

/// The schemas of all documents, by name.
pub(super) struct Documents {
    pub(super) schemas: Map<String, Value>,
    /// The members of any problem, those that are always there first.
    pub(super) problem: Vec<(String, Value)>,
}

/// What the types of `wire` say of themselves.
pub(super) fn described() -> Documents {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let progress = schema::<wire::Progress>(&mut generator);
    let problem = schema::<wire::Problem>(&mut generator);
    generator.subschema_for::<wire::Terms>();
    generator.subschema_for::<wire::Me>();
    generator.subschema_for::<wire::AddressChange>();
    generator.subschema_for::<wire::Sessions>();
    generator.subschema_for::<wire::MemberList>();
    generator.subschema_for::<wire::ListedMember>();
    generator.subschema_for::<wire::InquiryCategories>();
    generator.subschema_for::<wire::InquiryReceipt>();
    generator.subschema_for::<wire::FieldError>();
    let mut schemas: Map<String, Value> = generator
        .take_definitions(true)
        .into_iter()
        .filter(|(name, _)| !["Progress", "At"].contains(&name.as_str()))
        .map(|(name, schema)| (name, exact(schema)))
        .collect();
    schemas.extend(progress_schemas(&progress));
    Documents {
        schemas,
        problem: always_first(&problem),
    }
}

/// The members of an object, those that are always there first.
fn always_first(object: &Value) -> Vec<(String, Value)> {
    let mut sometimes = members(object, "properties");
    let always: Vec<(String, Value)> = list(object, "required")
        .iter()
        .filter_map(|name| sometimes.remove_entry(name.as_str()?))
        .collect();
    always.into_iter().chain(sometimes).collect()
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    exact(T::json_schema(generator).to_value())
}

fn members(schema: &Value, word: &str) -> Map<String, Value> {
    let members = schema.get(word).and_then(Value::as_object);
    members.cloned().unwrap_or_default()
}

fn list(schema: &Value, word: &str) -> Vec<Value> {
    let list = schema.get(word).and_then(Value::as_array);
    list.cloned().unwrap_or_default()
}

/// What holds of every answer, and no derive knows: what is absent is left out and never `null`, nothing stands in an
/// object but what is described, and whole numbers have no width.
fn exact(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(words) => {
            if let Some(kinds) = words.get_mut("type").and_then(Value::as_array_mut) {
                kinds.retain(|kind| *kind != "null");
                if let [only] = kinds.as_slice() {
                    let only = only.clone();
                    words.insert("type".to_owned(), only);
                }
            }
            if let Some(choices) = words.get_mut("anyOf").and_then(Value::as_array_mut) {
                choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
                if let [only] = choices.as_slice() {
                    let only = only.clone();
                    words.remove("anyOf");
                    words.extend(only.as_object().cloned().unwrap_or_default());
                }
            }
            if words
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(|format| format.starts_with("uint"))
            {
                words.remove("format");
            }
            // Words are told by their choice, without a remark on each.
            let choices = words.get("oneOf").and_then(Value::as_array);
            let consts = choices.and_then(|choices| {
                choices
                    .iter()
                    .map(|choice| choice.get("const").cloned())
                    .collect()
            });
            if let Some(consts) = consts {
                words.remove("oneOf");
                words.insert("enum".to_owned(), consts);
            }
            // A constant, or a choice of words, says its type.
            if words.contains_key("const") || words.contains_key("enum") {
                words.remove("type");
            }
            if words.contains_key("properties") {
                words.insert("additionalProperties".to_owned(), false.into());
            }
            for word in words.values_mut() {
                *word = exact(std::mem::take(word));
            }
        }
        Value::Array(list) => {
            for item in list {
                *item = exact(std::mem::take(item));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    schema
}

/// The progress document at a screen.
pub(super) fn progress_at(next: Next) -> String {
    format!("ProgressAt{}", pascal(next.code()))
}

/// The progress document, screen by screen.
fn progress_schemas(progress: &Value) -> Map<String, Value> {
    let screens: Vec<(Next, Value)> = list(progress, "oneOf")
        .iter()
        .filter_map(|screen| {
            let word = screen.pointer("/properties/next/const")?;
            let next = Next::ALL.iter().find(|next| word == next.code())?;
            Some((*next, at_screen(*next, progress, screen)))
        })
        .collect();
    let offered: Vec<Next> = screens.iter().map(|(next, _)| *next).collect();
    let mut schemas: Map<_, _> = screens
        .into_iter()
        .map(|(next, schema)| (progress_at(next), schema))
        .collect();
    schemas.insert("Progress".to_owned(), any_of(&offered));
    for area in Area::ALL {
        if let Some(name) = super::Tag::of(area).progress {
            let of_area: Vec<Next> = offered
                .iter()
                .copied()
                .filter(|next| is_screen_of(*next, area))
                .collect();
            schemas.insert(name.to_owned(), any_of(&of_area));
        }
    }
    schemas
}

fn is_screen_of(next: Next, area: Area) -> bool {
    let place = Place::At(next);
    STEPS
        .iter()
        .filter(|step| step.area == area)
        .flat_map(|step| step.moves)
        .any(|(from, to)| [*from, *to].contains(&place))
}

/// What every progress document holds, and what this screen adds.
fn at_screen(next: Next, progress: &Value, screen: &Value) -> Value {
    let mut properties = members(screen, "properties");
    properties.extend(members(progress, "properties"));
    let words: Vec<&str> = next.offers().iter().map(|allowed| allowed.code()).collect();
    if let Some(items) = properties
        .get_mut("allowed")
        .and_then(|allowed| allowed.get_mut("items"))
    {
        *items = json!({ "enum": words });
    }
    let mut required = vec![json!("next")];
    required.extend(list(progress, "required"));
    required.extend(list(screen, "required").into_iter().filter(|name| name != "next"));
    let mut schema = screen.as_object().cloned().unwrap_or_default();
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), required.into());
    schema.into()
}

fn any_of(screens: &[Next]) -> Value {
    let one_of: Vec<Value> = screens
        .iter()
        .map(|next| reference(&progress_at(*next)))
        .collect();
    let target = |next: &Next| {
        (
            next.code().to_owned(),
            format!("{SCHEMAS}{}", progress_at(*next)).into(),
        )
    };
    let mapping: Map<String, Value> = screens.iter().map(target).collect();
    json!({ "oneOf": one_of, "discriminator": { "propertyName": "next", "mapping": mapping } })
}

/// The progress document that a problem of this kind carries.
pub(super) fn progress_of(kind: Kind) -> String {
    if kind == Kind::OrganisationAlreadyRegistered {
        progress_at(Next::AlreadyRegistered)
    } else {
        "Progress".to_owned()
    }
}
