//! What is asked: bodies as they are typed.

use portal::limits::Limits;
use portal::steps::{self, Field, Method, Shape, Step};
use portal::values::KANA_LONGEST;
use serde_json::{Map, Value, json};

use super::object;

/// Longest secrets that are looked at. They are refused as they were typed, so the schema may say so; a test compares
/// these with the functions' own.
const CLAIMS_PASSWORD_LONGEST: u64 = 128;
const SECURITY_CODE_LONGEST: u64 = 64;
/// In octets; characters are never more.
const LOGIN_PASSWORD_OCTETS: u64 = 1_024;

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

/// What the table of steps does not say.
pub(super) fn remark(step: &Step) -> Option<&'static str> {
    static REMARKS: &[(&Step, &str)] = &[
        (
            &steps::START_REGISTRATION,
            "Starts a registration; the living one of a cookie that comes along ends, if this one succeeds. \
             From the second wrong password of a user ID within a day, `claims-lock-risk` asks before each attempt, \
             and `acceptLockRisk` answers.",
        ),
        (
            &steps::ENTER_PROFILE,
            "Also corrects: from 入力情報の確認, and in the place of a member who never logged in.",
        ),
        (
            &steps::CONFIRM,
            "`draft` is the digest that the progress at `confirm` shows: nothing but what was shown is registered.",
        ),
        (
            &steps::RESEND_INITIAL_PASSWORD,
            "The same initial password again.",
        ),
        (
            &steps::REISSUE_INITIAL_PASSWORD,
            "A new initial password; the old one is dead from then on.",
        ),
        (
            &steps::START_LOGIN,
            "Starts a log-in; the living one of a cookie that comes along ends, if this one succeeds.",
        ),
        (
            &steps::ENTER_LOGIN_OTP,
            "Leads to `new-password`, or to `my-page` with the session's cookie.",
        ),
        (
            &steps::CHANGE_INITIAL_PASSWORD,
            "Where the progress says `newPassword: none`, only new terms are agreed to, and the password is left out.",
        ),
        (
            &steps::RENEW_SESSION,
            "For whom the answer with the session's cookie was lost. A session that was ended does not come back.",
        ),
        (
            &steps::LOG_OUT,
            "Ends the session and the log-in whose cookies come along; without any there is nothing to end.",
        ),
    ];
    REMARKS
        .iter()
        .find(|(other, _)| **other == *step)
        .map(|(_, remark)| *remark)
}

pub(super) fn body(step: &Step) -> Option<Value> {
    let schema = object(&required(step.fields), properties(step));
    let body = json!({ "required": !step.fields.is_empty(), "content": { "application/json": { "schema": schema } } });
    (step.method != Method::Get).then_some(body)
}

fn required(fields: &[Field]) -> Vec<&'static str> {
    fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name)
        .collect()
}

fn properties(step: &Step) -> Value {
    step.fields
        .iter()
        .map(|field| (field.name.to_owned(), typed(step, field)))
        .collect::<Map<_, _>>()
        .into()
}

/// A field as it is typed. `null` is nothing, so it may stand where nothing may.
fn typed(step: &Step, field: &Field) -> Value {
    let mut schema = match field.shape {
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Text => text(step, field),
        Shape::Texts(names) => {
            let text = json!({ "type": ["string", "null"] });
            let texts: Map<_, _> = names
                .iter()
                .map(|name| ((*name).to_owned(), text.clone()))
                .collect();
            object(&[], texts.into())
        }
    };
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), field.meaning.into());
        if field.required {
            members.insert("minLength".to_owned(), 1.into());
        } else if let Some(only) = members.get("type").cloned() {
            members.insert("type".to_owned(), json!([only, "null"]));
        }
    }
    schema
}

fn text(step: &Step, field: &Field) -> Value {
    match field.name {
        "userId" => like(
            "Begins with KJ; letters and digits, at most 32.",
            "KJ000000000001",
        ),
        "email" => like(
            "At most 254 octets; before the @ ASCII, at most 64; the domain may be an IDN.",
            "kaigo@example.jp",
        ),
        "name" => like(
            "At most 100 characters as people count them; no emoji.",
            "介護 太郎",
        ),
        "department" | "jobTitle" => like("As 氏名; empty is none.", "事務部"),
        "nameKana" => like(
            &format!("Kana of any kind, at most {KANA_LONGEST} characters."),
            "カイゴ タロウ",
        ),
        "phone" => like("A telephone number of Japan: ten or eleven digits.", "0312345678"),
        "code" => like("Six digits.", "123456"),
        "password" if *step == steps::START_REGISTRATION => foreign_secret(CLAIMS_PASSWORD_LONGEST),
        "securityCode" => foreign_secret(SECURITY_CODE_LONGEST),
        "password" => json!({
            "type": "string", "maxLength": LOGIN_PASSWORD_OCTETS, "format": "password",
            "description": format!("At most {LOGIN_PASSWORD_OCTETS} octets."),
        }),
        "newPassword" => new_password(),
        _ => json!({ "type": "string" }),
    }
}

fn like(rule: &str, example: &str) -> Value {
    json!({ "type": "string", "description": rule, "examples": [example] })
}

/// A secret of another system is asked about as it was typed.
fn foreign_secret(longest: u64) -> Value {
    json!({
        "type": "string", "maxLength": longest, "format": "password",
        "pattern": r"^[^\u0000-\u001f\u007f-\u009f]+$",
    })
}

fn new_password() -> Value {
    let limits = Limits::standard();
    let rule = format!(
        "{} to {} code points after NFC, any but control and unassigned ones. No common password, and no word of \
         the portal, the office or the person in it.",
        limits.password_shortest, limits.password_longest
    );
    json!({ "type": "string", "minLength": 1, "format": "password", "description": rule })
}
