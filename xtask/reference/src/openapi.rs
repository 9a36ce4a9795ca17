//! The OpenAPI document, built from the table of steps and the kinds of problem.
//!
//! Answers are described strictly, so that a test can compare every real answer with its schema. Requests are
//! described only by the rules on the typed text: the server normalises width, spaces and kana before it validates,
//! so a telephone number has no pattern here, and a name no length.

mod answers;
mod documents;
mod refusals;
mod requests;

use std::sync::LazyLock;

use portal::limits::Limits;
use portal::steps::{self, Area, Cookie, STEPS, Step};
use serde_json::{Map, Value, json};

const SCHEMAS: &str = "#/components/schemas/";

/// 256 bits in URL-safe Base64: cookies and digests.
const DIGEST: &str = "[A-Za-z0-9_-]{43}";

static DOCUMENT: LazyLock<Value> = LazyLock::new(whole);

/// The document.
pub fn document() -> Value {
    DOCUMENT.clone()
}

fn whole() -> Value {
    let tags = Area::ALL.map(Tag::of);
    let tags = tags.map(|tag| json!({ "name": tag.name, "description": tag.description }));
    json!({
        "openapi": "3.1.1",
        "info": info(),
        "servers": [{ "url": steps::BASE, "description": "ポータルと同じオリジン" }],
        "tags": tags,
        "paths": paths(),
        "components": {
            "schemas": schemas(),
            "responses": responses(),
            "headers": answers::shared_headers(),
            "parameters": {
                "IdempotencyKey": requests::idempotency_key(),
                "PortalFlow": requests::portal_flow(),
                "PortalSession": requests::portal_session(),
                "Name": requests::name_in_path(),
            },
            "securitySchemes": security_schemes(),
        },
    })
}

/// The schema of a step's answer with this status, self-contained.
///
/// It is `false`, which nothing satisfies, if the document has no such answer, or one without a body.
pub fn schema_of_answer(step: Step, status: u16) -> Value {
    let document = &*DOCUMENT;
    let response = operation_of(document, step)
        .and_then(|operation| operation.get("responses")?.get(status.to_string()));
    let response = response.map(|response| followed(document, response));
    let media = response.and_then(|response| response.get("content")?.as_object()?.values().next());
    self_contained(document, media.and_then(|media| media.get("schema")))
}

/// The schema of a step's request body, self-contained; `false` if the step takes none.
pub fn schema_of_body(step: Step) -> Value {
    let document = &*DOCUMENT;
    let content =
        operation_of(document, step).and_then(|operation| operation.pointer("/requestBody/content"));
    let media = content.and_then(|content| content.as_object()?.values().next());
    self_contained(document, media.and_then(|media| media.get("schema")))
}

fn operation_of(document: &Value, step: Step) -> Option<&Value> {
    document.get("paths")?.get(step.path)?.get(method(step))
}

/// OpenAPI writes methods in lower case.
fn method(step: Step) -> String {
    step.method.name().to_ascii_lowercase()
}

fn followed<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|target| target.strip_prefix('#'));
    target
        .and_then(|target| document.pointer(target))
        .unwrap_or(value)
}

fn self_contained(document: &Value, schema: Option<&Value>) -> Value {
    let (Some(schema), Some(definitions)) = (schema, document.pointer("/components/schemas")) else {
        return false.into();
    };
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": definitions,
        "allOf": [schema],
    });
    point_inside(&mut whole);
    whole
}

/// Makes a schema refer to `$defs`; removes discriminators, which only OpenAPI has.
fn point_inside(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("discriminator");
            for (name, member) in members {
                match member.as_str().and_then(|target| target.strip_prefix(SCHEMAS)) {
                    Some(target) if name == "$ref" => *member = format!("#/$defs/{target}").into(),
                    _ => point_inside(member),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(point_inside),
        _ => {}
    }
}

fn info() -> Value {
    let kib = Limits::standard().body_bytes.count() / 1_024;
    let description = format!(
        "\
公開されている「初回利用登録マニュアル（介護事業所・医療機関）」1.00版の手順を実装した、独立の API です。
運営者（公益社団法人国民健康保険中央会）の製品ではなく、運営者の承認を受けたものでもありません。

This is an independent implementation of the procedure that the published manual describes.
It is not a product of the operator of 介護情報基盤ポータル, not endorsed by it, and not connected to its systems.

**Conventions.** JSON in UTF-8, times in UTC, durations in whole seconds.
Absent values are left out, and `null` in a request means absent.
A body has at most {kib} KiB.
An unknown field is refused, never ignored.
Text may be sent as people type it (full width, hyphens, spaces, half-width kana): it is normalised first, \
and the answer shows the stored form.

**One document**, the progress, contains the current step and the actions that are possible next.
Every step of 初回利用登録 and ログイン answers with it, and a submission that belongs to another step is refused \
with it, so a client needs no state of its own.

**Refusals** are RFC 9457 problems, checked in this order: path and method (404), origin (403), media type (415), \
size (413), JSON (400), Idempotency-Key (400), flow or session (401), another flow or session than meant (409), \
replay, step (409), another person's id (404), fields, all at once (422), the \
rules of the step.
A refusal before the last spends no try and sends nothing.
Any other path or method is 404 `not-found`.

**Cookies** are readable only by the server.
An `Origin` header must be the portal's own; a request without one is accepted.
"
    );
    json!({
        "title": "介護情報基盤ポータル 初回利用登録とログイン",
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "Apache License 2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        "description": description,
    })
}

/// How the document names a part of the manual.
struct Tag {
    name: &'static str,
    description: &'static str,
    /// The prefix of its schemas' and responses' names.
    word: &'static str,
    /// The schema of the flow's progress document.
    progress: Option<&'static str>,
}

impl Tag {
    const fn of(area: Area) -> Self {
        match area {
            Area::Registration => Self {
                name: "初回利用登録",
                description: "事業所の最初のユーザを、電子請求受付システムのユーザIDで登録する",
                word: "Registration",
                progress: Some("RegistrationProgress"),
            },
            Area::Login => Self {
                name: "ログイン",
                description: "ID（メールアドレス）、パスワード、ワンタイムパスワードでマイページに入る",
                word: "Login",
                progress: Some("LoginProgress"),
            },
            Area::PasswordReset => Self {
                name: "パスワードの再設定",
                description: "忘れたパスワードを、メールで届くワンタイムパスワードで設定し直す",
                word: "PasswordReset",
                progress: Some("PasswordResetProgress"),
            },
            Area::MyPage => Self {
                name: "マイページ",
                description: "ログインしている人と事業所",
                word: "MyPage",
                progress: None,
            },
            Area::Inquiry => Self {
                name: "お問い合わせ",
                description: "ログインせずに送れる質問や申請と、その受付",
                word: "Inquiry",
                progress: None,
            },
        }
    }
}

fn paths() -> Value {
    let mut paths = Map::new();
    for step in STEPS.iter().copied() {
        let path = paths.entry(step.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(method(step), operation(step));
        }
    }
    paths.into()
}

fn operation(step: Step) -> Value {
    let mut responses = refusals::of(step);
    responses.insert(step.success.to_string(), answers::success(step));
    let security: Vec<Value> = step
        .cookie
        .iter()
        .map(|cookie| json!({ scheme(*cookie): [] }))
        .collect();
    let mut operation = Map::from_iter([
        ("operationId".to_owned(), step.name.into()),
        ("summary".to_owned(), step.title.into()),
        ("tags".to_owned(), json!([Tag::of(step.area).name])),
        ("security".to_owned(), security.into()),
        ("responses".to_owned(), responses.into()),
    ]);
    if !step.remark.is_empty() {
        operation.insert("description".to_owned(), step.remark.into());
    }
    let parameters = [
        (step.names_a_thing(), "Name"),
        (step.keyed, "IdempotencyKey"),
        (step.acts_on_a_flow(), "PortalFlow"),
        (step.acts_on_a_session(), "PortalSession"),
    ];
    let parameters: Vec<Value> = parameters
        .into_iter()
        .filter(|(taken, _)| *taken)
        .map(|(_, name)| json!({ "$ref": format!("#/components/parameters/{name}") }))
        .collect();
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), parameters.into());
    }
    if let Some(body) = requests::body(step) {
        operation.insert("requestBody".to_owned(), body);
    }
    operation.into()
}

fn schemas() -> Value {
    let documents = documents::described();
    let mut schemas = documents.schemas;
    schemas.extend(refusals::schemas(&documents.problem));
    schemas.into()
}

fn responses() -> Value {
    let mut responses = answers::shared();
    responses.extend(refusals::shared());
    responses.into()
}

fn security_schemes() -> Value {
    let used = |cookie: &Cookie| STEPS.iter().any(|step| step.cookie == Some(*cookie));
    let described = |cookie: Cookie| {
        let meaning = match cookie {
            Cookie::Registration => {
                "The registration in progress; set at its start, unchanged until its end."
            }
            Cookie::Login => "The log-in in progress; set at its start, unchanged until its end.",
            Cookie::Reset => "The password reset in progress; set at its start, unchanged until its end.",
            Cookie::Session => "The session; new at every log-in and at every change of the password.",
            Cookie::Device => "The browser, once a log-in was completed in it; it grants no access.",
        };
        let described =
            json!({ "type": "apiKey", "in": "cookie", "name": cookie.name(), "description": meaning });
        (scheme(cookie).to_owned(), described)
    };
    Cookie::ALL
        .into_iter()
        .filter(used)
        .map(described)
        .collect::<Map<_, _>>()
        .into()
}

const fn scheme(cookie: Cookie) -> &'static str {
    match cookie {
        Cookie::Registration => "registration",
        Cookie::Login => "login",
        Cookie::Reset => "reset",
        Cookie::Session => "session",
        Cookie::Device => "device",
    }
}

/// A `Set-Cookie` header.
fn set_cookie(required: bool, meaning: &str, pattern: &str) -> Value {
    json!({ "required": required, "description": meaning, "schema": { "type": "string", "pattern": pattern } })
}

/// The `Set-Cookie` header that deletes these cookies; one header per cookie.
fn end_of(cookies: &[Cookie], required: bool) -> Value {
    let names: Vec<&str> = cookies.iter().map(|cookie| cookie.name()).collect();
    let pattern = format!(
        "^(?:{})=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0$",
        names.join("|")
    );
    let meaning = match cookies {
        [_] => "Deletes the cookie.",
        _ => "One such header per cookie of the portal: all are deleted.",
    };
    set_cookie(required, meaning, &pattern)
}

/// An object of these properties and no others.
fn object(required: &[&str], properties: Value) -> Value {
    let mut schema = Map::from_iter([
        ("type".to_owned(), "object".into()),
        ("properties".to_owned(), properties),
        ("additionalProperties".to_owned(), false.into()),
    ]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.into()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{SCHEMAS}{name}") })
}

/// `wrong-code` as `WrongCode`.
fn pascal(code: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    };
    code.split('-').map(word).collect()
}
