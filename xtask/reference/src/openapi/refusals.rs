//! The answers of refusals.

use portal::problem::Kind;
use portal::steps::{COMMON, Method, STEPS, Shape, Step};
use serde_json::{Map, Value, json};

use super::answers::{carried_headers, page};
use super::{Tag, documents, end_of, object, pascal, reference};

/// Kinds that are the same whatever the step.
const EVERYWHERE: &[Kind] = &[
    Kind::UnreadableRequest,
    Kind::ForeignOrigin,
    Kind::TooLarge,
    Kind::UnsupportedMediaType,
    Kind::TemporarilyUnavailable,
];

/// Kinds about a mailed code: of a flow they say where the person stands; a change on マイページ is no flow.
const ABOUT_A_CODE: &[Kind] = &[
    Kind::WrongCode,
    Kind::CodeExpired,
    Kind::NoTriesLeft,
    Kind::ResendTooEarly,
    Kind::NoSendsLeft,
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
        _ if step.is_form() => None,
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
    let mut headers = carried_headers(step);
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
    let content = if step.is_form() {
        page()
    } else {
        json!({ "application/problem+json": { "schema": schema(step, kinds) } })
    };
    json!({
        "description": lines.join("\n"),
        "headers": headers,
        "content": content,
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
    let mut schema = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("required".to_owned(), json!(["code"])),
        ("properties".to_owned(), properties.into()),
        ("oneOf".to_owned(), json!(one_of)),
    ]);
    let about_a_code = kinds.iter().filter(|kind| ABOUT_A_CODE.contains(kind));
    let about_a_code: Vec<&str> = about_a_code.map(|kind| kind.code()).collect();
    if Tag::of(step.area).progress.is_some() && !about_a_code.is_empty() {
        let is_one = json!({ "properties": { "code": { "enum": about_a_code } } });
        schema.insert("if".to_owned(), is_one);
        schema.insert("then".to_owned(), json!({ "required": ["progress"] }));
    }
    // A wrong code costs a try, where there are tries.
    if step.cookie.is_some() && kinds.contains(&Kind::WrongCode) {
        let is_it = json!({ "properties": { "code": { "const": Kind::WrongCode.code() } } });
        let says_left = json!({ "if": is_it, "then": { "required": ["triesLeft"] } });
        schema.insert("allOf".to_owned(), json!([says_left]));
    }
    schema.into()
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
pub(super) fn schemas(problem: &[(String, Value)]) -> Map<String, Value> {
    let mut schemas: Map<_, _> = Kind::ALL
        .iter()
        .map(|kind| (name(*kind), of_kind(*kind, problem)))
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

/// The members of any problem, as those of this kind have them.
fn of_kind(kind: Kind, problem: &[(String, Value)]) -> Value {
    let carries = Carries::of(kind);
    let mut required = Vec::new();
    let mut properties = Map::new();
    for (name, described) in problem {
        let (presence, schema) = match name.as_str() {
            "type" => (
                Presence::Always,
                json!({ "type": "string", "pattern": format!("^https?://.+/{}$", kind.code()) }),
            ),
            "title" => (Presence::Always, json!({ "const": kind.title() })),
            "status" => (Presence::Always, json!({ "const": kind.status() })),
            "code" => (Presence::Always, json!({ "const": kind.code() })),
            "errors" => (carries.errors, described.clone()),
            "triesLeft" if kind == Kind::NoTriesLeft => (carries.tries_left, json!({ "const": 0 })),
            "triesLeft" => (carries.tries_left, described.clone()),
            "retryAfterSeconds" => (carries.retry_after, described.clone()),
            "progress" => (carries.progress, reference(&documents::progress_of(kind))),
            _ => (Presence::Always, described.clone()),
        };
        if presence == Presence::Always {
            required.push(name.as_str());
        }
        if presence != Presence::Never {
            properties.insert(name.clone(), schema);
        }
    }
    object(&required, properties.into())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Never,
    Sometimes,
    Always,
}

/// What a problem carries beside what all carry.
#[derive(Clone, Copy)]
struct Carries {
    errors: Presence,
    tries_left: Presence,
    retry_after: Presence,
    progress: Presence,
}

impl Carries {
    const NOTHING: Self = Self {
        errors: Presence::Never,
        tries_left: Presence::Never,
        retry_after: Presence::Never,
        progress: Presence::Never,
    };
    const PROGRESS: Self = Self {
        progress: Presence::Always,
        ..Self::NOTHING
    };
    const TRIES: Self = Self {
        tries_left: Presence::Always,
        ..Self::PERHAPS_PROGRESS
    };
    /// There is no progress yet at the start of a flow, and none any more where the refusal ends it.
    const PERHAPS_PROGRESS: Self = Self {
        progress: Presence::Sometimes,
        ..Self::NOTHING
    };

    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::InvalidFields => Self {
                errors: Presence::Always,
                ..Self::NOTHING
            },
            // Neither where a take-over is stopped by code: that is no flow, and has no tries.
            Kind::WrongCode => Self {
                tries_left: Presence::Sometimes,
                ..Self::PERHAPS_PROGRESS
            },
            Kind::WrongSecurityCode | Kind::NoTriesLeft => Self::TRIES,
            // None where the refusal ends the flow: a registration that asked about too many addresses.
            Kind::TooManyRequests => Self {
                retry_after: Presence::Sometimes,
                ..Self::PERHAPS_PROGRESS
            },
            Kind::ResendTooEarly => Self {
                retry_after: Presence::Always,
                ..Self::PERHAPS_PROGRESS
            },
            Kind::TemporarilyUnavailable => Self {
                retry_after: Presence::Sometimes,
                ..Self::NOTHING
            },
            Kind::OtherFlow
            | Kind::OrganisationAlreadyRegistered
            | Kind::DraftChanged
            | Kind::TermsOutdated
            | Kind::TermsNotShown
            | Kind::TermsNotAgreed => Self::PROGRESS,
            // None on マイページ, which is no flow.
            Kind::CodeExpired | Kind::WrongStep | Kind::NoSendsLeft => Self::PERHAPS_PROGRESS,
            Kind::EmailTaken | Kind::ClaimsLocked | Kind::ClaimsNoMailAddress | Kind::ClaimsUnavailable => {
                Self::PERHAPS_PROGRESS
            }
            Kind::UnreadableRequest
            | Kind::IdempotencyKeyMissing
            | Kind::NoFlow
            | Kind::NoSession
            | Kind::OtherSession
            | Kind::WrongCredentials
            | Kind::ForeignOrigin
            | Kind::NotAllowed
            | Kind::FreshProofRequired
            | Kind::NotFound
            | Kind::TooLarge
            | Kind::UnsupportedMediaType
            | Kind::ClaimsLockRisk
            | Kind::MemberLimitReached
            | Kind::LastManager
            | Kind::InitialPasswordExpired
            | Kind::ClaimsRejected
            | Kind::ClaimsTemporaryPassword
            | Kind::ClaimsPasswordExpired
            | Kind::WrongCurrentPassword
            | Kind::ClaimVoid
            | Kind::IdempotencyKeyReused => Self::NOTHING,
        }
    }
}
