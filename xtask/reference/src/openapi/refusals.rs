//! What is answered with a no.

use portal::problem::Kind;
use portal::progress::Next;
use portal::steps::{COMMON, Method, STEPS, Shape, Step};
use serde_json::{Map, Value, json};

use super::answers::carried_headers;
use super::{Tag, end_of, object, pascal, progress, reference};

/// Kinds that are the same whatever the step.
const EVERYWHERE: &[Kind] = &[
    Kind::UnreadableRequest,
    Kind::ForeignOrigin,
    Kind::TooLarge,
    Kind::UnsupportedMediaType,
    Kind::TemporarilyUnavailable,
];

/// Responses that several steps refer to.
pub(super) fn shared() -> Map<String, Value> {
    let mut shared = Map::new();
    for step in STEPS.iter().copied() {
        for (_, kinds) in by_status(step) {
            if let Some(name) = shared_name(step, &kinds) {
                shared.insert(name, response(step, &kinds));
            }
        }
    }
    shared
}

/// A kind that comes alone looks the same at every step of a flow; only what is wrong with a form does not.
fn shared_name(step: Step, kinds: &[Kind]) -> Option<String> {
    match kinds {
        [Kind::InvalidFields] if !step.fields.is_empty() => None,
        [only] if EVERYWHERE.contains(only) => Some(pascal(only.code())),
        [only] => Some(format!("{}{}", Tag::of(step.area).word, pascal(only.code()))),
        _ => None,
    }
}

/// A step's refusals, by status.
pub(super) fn of(step: Step) -> Map<String, Value> {
    let response = |(status, kinds): (u16, Vec<Kind>)| {
        let response = match shared_name(step, &kinds) {
            Some(name) => json!({ "$ref": format!("#/components/responses/{name}") }),
            None => response(step, &kinds),
        };
        (status.to_string(), response)
    };
    by_status(step).into_iter().map(response).collect()
}

fn by_status(step: Step) -> Vec<(u16, Vec<Kind>)> {
    // What comes as the body of a GET is not looked at.
    let met = |kind: &&Kind| {
        step.method != Method::Get || matches!(kind, Kind::ForeignOrigin | Kind::TemporarilyUnavailable)
    };
    let possible: Vec<&Kind> = COMMON.iter().filter(met).chain(step.refusals).collect();
    let mut by_status: Vec<(u16, Vec<Kind>)> = Vec::new();
    for kind in Kind::ALL.iter().filter(|kind| possible.contains(kind)) {
        match by_status.iter_mut().find(|(status, _)| *status == kind.status()) {
            Some((_, kinds)) => kinds.push(*kind),
            None => by_status.push((kind.status(), vec![*kind])),
        }
    }
    by_status
}

fn response(step: Step, kinds: &[Kind]) -> Value {
    let mut headers = carried_headers();
    let waits = |presence: Presence| {
        kinds
            .iter()
            .filter(|kind| Carries::of(**kind).retry_after == presence)
            .count()
    };
    if waits(Presence::Never) < kinds.len() {
        let schema = json!({ "type": "integer", "minimum": 1 });
        let required = waits(Presence::Always) == kinds.len();
        let header =
            json!({ "required": required, "description": "As `retryAfterSeconds`.", "schema": schema });
        headers.insert("Retry-After".to_owned(), header);
    }
    if let Some(cookie) = step.cookie {
        let gone = |kind: &Kind| matches!(kind, Kind::NoFlow | Kind::NoSession);
        // The last answer of this kind ends the registration.
        let ending = |kind: &Kind| *kind == Kind::EmailTaken;
        if kinds.iter().any(|kind| gone(kind) || ending(kind)) {
            headers.insert("Set-Cookie".to_owned(), end_of(&[cookie], kinds.iter().all(gone)));
        }
    }
    let lines: Vec<String> = kinds
        .iter()
        .map(|kind| format!("- `{}`: {}", kind.code(), kind.title()))
        .collect();
    json!({
        "description": lines.join("\n"),
        "headers": headers,
        "content": { "application/problem+json": { "schema": schema(step, kinds) } },
    })
}

fn schema(step: Step, kinds: &[Kind]) -> Value {
    let codes: Vec<&str> = kinds.iter().map(|kind| kind.code()).collect();
    let mut properties = Map::from_iter([("code".to_owned(), json!({ "enum": codes }))]);
    let says_where = kinds
        .iter()
        .any(|kind| Carries::of(*kind).progress != Presence::Never);
    if let Some(progress) = Tag::of(step.area).progress.filter(|_| says_where) {
        properties.insert("progress".to_owned(), reference(progress));
    }
    if kinds.contains(&Kind::InvalidFields) {
        let pointer = json!({ "properties": { "pointer": { "enum": pointers(step) } } });
        properties.insert("errors".to_owned(), json!({ "items": pointer }));
    }
    let one_of: Vec<Value> = kinds.iter().map(|kind| reference(&name(*kind))).collect();
    json!({ "type": "object", "required": ["code"], "properties": properties, "oneOf": one_of })
}

/// What an error of a step may point at: a text, or the object in which an unknown field stands.
fn pointers(step: Step) -> Vec<String> {
    let fields = step.fields.iter().map(|input| input.field);
    let fields = fields.filter(|field| field.shape() != Shape::Flag);
    std::iter::once(String::new())
        .chain(fields.map(|field| field.pointer().to_owned()))
        .collect()
}

/// Every kind's own document.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas: Map<_, _> = Kind::ALL
        .iter()
        .map(|kind| (name(*kind), problem(*kind)))
        .collect();
    let met = |kind: &&Kind| {
        STEPS
            .iter()
            .any(|step| COMMON.contains(kind) || step.refusals.contains(kind))
    };
    // Beside them `not-found`, for whatever is no step.
    let met = Kind::ALL
        .iter()
        .filter(|kind| met(kind) || **kind == Kind::NotFound);
    let met: Vec<Value> = met.map(|kind| reference(&name(*kind))).collect();
    schemas.insert(
        "Problem".to_owned(),
        json!({ "description": "Any refusal.", "oneOf": met }),
    );
    schemas
}

fn name(kind: Kind) -> String {
    format!("{}Problem", pascal(kind.code()))
}

fn problem(kind: Kind) -> Value {
    let carries = Carries::of(kind);
    let tries = if kind == Kind::NoTriesLeft {
        json!({ "const": 0 })
    } else {
        reference("Count")
    };
    let progress = match kind {
        Kind::OrganisationAlreadyRegistered => progress::name(Next::AlreadyRegistered),
        _ => "Progress".to_owned(),
    };
    let errors = json!({ "type": "array", "minItems": 1, "items": reference("FieldError") });
    let members = [
        (
            "type",
            Presence::Always,
            json!({ "type": "string", "pattern": format!("^https?://.+/{}$", kind.code()) }),
        ),
        ("title", Presence::Always, json!({ "const": kind.title() })),
        ("status", Presence::Always, json!({ "const": kind.status() })),
        ("code", Presence::Always, json!({ "const": kind.code() })),
        (
            "instance",
            Presence::Always,
            json!({ "type": "string", "pattern": "^urn:request:.+$" }),
        ),
        ("errors", carries.errors, errors),
        ("triesLeft", carries.tries_left, tries),
        (
            "retryAfterSeconds",
            carries.retry_after,
            json!({ "type": "integer", "minimum": 1 }),
        ),
        ("progress", carries.progress, reference(&progress)),
    ];
    let always = members
        .iter()
        .filter(|(_, presence, _)| *presence == Presence::Always);
    let required: Vec<&str> = always.map(|(name, ..)| *name).collect();
    let present = members
        .into_iter()
        .filter(|(_, presence, _)| *presence != Presence::Never);
    let properties: Map<_, _> = present
        .map(|(name, _, schema)| (name.to_owned(), schema))
        .collect();
    object(&required, properties.into())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Never,
    Sometimes,
    Always,
}

/// What a problem carries beside what all carry.
struct Carries {
    errors: Presence,
    tries_left: Presence,
    retry_after: Presence,
    progress: Presence,
}

impl Carries {
    fn of(kind: Kind) -> Self {
        let always_if = |is_so| if is_so { Presence::Always } else { Presence::Never };
        Self {
            errors: always_if(kind == Kind::InvalidFields),
            tries_left: always_if(matches!(
                kind,
                Kind::WrongCode | Kind::WrongSecurityCode | Kind::NoTriesLeft
            )),
            retry_after: match kind {
                Kind::TooManyRequests | Kind::ResendTooEarly => Presence::Always,
                Kind::TemporarilyUnavailable => Presence::Sometimes,
                _ => Presence::Never,
            },
            progress: match kind {
                Kind::WrongStep
                | Kind::OrganisationAlreadyRegistered
                | Kind::DraftChanged
                | Kind::TermsOutdated
                | Kind::TermsNotShown
                | Kind::TermsNotAgreed
                | Kind::WrongSecurityCode
                | Kind::WrongCode
                | Kind::CodeExpired
                | Kind::NoTriesLeft
                | Kind::ResendTooEarly
                | Kind::NoSendsLeft => Presence::Always,
                // There is none yet at the start of a flow, and none any more where the refusal ends it.
                Kind::EmailTaken
                | Kind::TooManyRequests
                | Kind::ClaimsLocked
                | Kind::ClaimsNoMailAddress
                | Kind::ClaimsUnavailable => Presence::Sometimes,
                _ => Presence::Never,
            },
        }
    }
}
