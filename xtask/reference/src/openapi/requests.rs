//! Requests: bodies as they are typed.

use portal::steps::{Field, Input, Method, Shape, Step};
use serde_json::{Map, Value, json};

use super::object;

pub(super) fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": true,
        "description": "The same key with the same body is answered with the first success again, and nothing is \
                        done twice.",
        "schema": { "type": "string", "pattern": "^(?:[A-Za-z0-9_-]{16,64}|\"[A-Za-z0-9_-]{16,64}\")$" },
    })
}

pub(super) fn portal_flow() -> Value {
    json!({
        "name": "Portal-Flow",
        "in": "header",
        "required": false,
        "description": "`flow` of the progress that the page shows. If the cookie names another flow by now, which \
                        another tab has begun, the call is refused as `other-flow`, and nothing is spent or changed.",
        "schema": { "type": "string", "pattern": "^[a-z0-9]{8}$" },
    })
}

pub(super) fn portal_session() -> Value {
    json!({
        "name": "Portal-Session",
        "in": "header",
        "required": false,
        "description": "`session.id` of what the page shows. If the cookie names another session by now, because a person \
                        has logged in in another tab, the call is refused as `other-session`, and nothing is changed.",
        "schema": { "type": "string", "pattern": "^[a-z0-9]{8}$" },
    })
}

pub(super) fn name_in_path() -> Value {
    json!({
        "name": "id",
        "in": "path",
        "required": true,
        "description": "The `id` in the list. Any other is `not-found`.",
        "schema": { "type": "string", "minLength": 1 },
    })
}

pub(super) fn body(step: Step) -> Option<Value> {
    let schema = object(&required(step.fields), properties(step.fields));
    let media_type = if step.is_form() {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let body =
        json!({ "required": !step.fields.is_empty(), "content": { media_type: { "schema": schema } } });
    (step.method != Method::Get).then_some(body)
}

fn required(inputs: &[Input]) -> Vec<&'static str> {
    let required = inputs.iter().filter(|input| input.required);
    required.map(|input| input.field.name()).collect()
}

fn properties(inputs: &[Input]) -> Value {
    let named = |input: &Input| (input.field.name().to_owned(), typed(*input));
    inputs.iter().map(named).collect::<Map<_, _>>().into()
}

/// A field as it is typed. `null` means absent, so it is allowed where absence is.
fn typed(input: Input) -> Value {
    let mut schema = schema(input.field);
    if input.required {
        schema.insert("minLength".to_owned(), 1.into());
    } else if let Some(only) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([only, "null"]));
    }
    schema.into()
}

fn schema(field: Field) -> Map<String, Value> {
    let mut schema = match field.shape() {
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Text => json!({ "type": "string" }),
        Shape::Secret => json!({ "type": "string", "format": "password", "minLength": 1 }),
        // A secret of another system is passed on as it was typed.
        Shape::ForeignSecret(longest) => json!({
            "type": "string", "maxLength": longest, "format": "password",
            "pattern": r"^[^\u0000-\u001f\u007f-\u009f]+$",
        }),
        // Characters are never more than octets.
        Shape::SecretOctets(longest) => {
            json!({ "type": "string", "maxLength": longest, "format": "password" })
        }
        Shape::Object(fields) => {
            let inputs: Vec<Input> = fields
                .iter()
                .map(|field| Input {
                    field: *field,
                    required: false,
                })
                .collect();
            object(&[], properties(&inputs))
        }
    };
    let rule = field.rule();
    let notes = [
        ("title", Some(field.title().into())),
        ("description", (!rule.is_empty()).then(|| rule.into())),
        (
            "examples",
            (!field.example().is_empty()).then(|| json!([field.example()])),
        ),
    ];
    let notes = notes
        .into_iter()
        .filter_map(|(word, note)| Some((word.to_owned(), note?)));
    match schema.as_object_mut() {
        Some(members) => std::mem::take(members).into_iter().chain(notes).collect(),
        None => notes.collect(),
    }
}
