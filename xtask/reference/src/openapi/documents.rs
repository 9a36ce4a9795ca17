//! The documents of `wire.rs` and their parts.

use portal::account::Role;
use portal::code::{Label, Purpose};
use portal::form::WarningCode;
use portal::keys::KeyId;
use portal::mail::{Content, Delivery};
use portal::values::{ChallengeId, FieldCode, KANA_LONGEST};
use serde_json::{Map, Value, json};

use super::{DIGEST, object, reference};

/// A line has at most a hundred characters as people count them, which is at most so many octets.
const LINE_OCTETS: u64 = 2_000;

pub(super) fn schemas() -> Map<String, Value> {
    let words = |words: &[&str]| json!({ "enum": words });
    let code = object(
        &["pointer", "code"],
        json!({
            "pointer": { "type": "string", "format": "json-pointer" },
            "code": words(&FieldCode::ALL.map(FieldCode::code)),
        }),
    );
    let time = json!({
        "type": "string", "format": "date-time", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    });
    let colleague = json!({
        "emailMasked": masked(), "registeredAt": reference("Time"), "pending": { "type": "boolean" },
    });
    let version =
        json!({ "type": "string", "minLength": 1, "description": "The day from which the text holds." });
    [
        ("Time", time),
        ("Count", json!({ "type": "integer", "minimum": 0 })),
        ("Delivery", words(&Delivery::ALL.map(Delivery::code))),
        ("TermsVersion", version),
        ("Office", office()),
        ("Otp", otp()),
        ("InitialPassword", initial_password()),
        (
            "Profile",
            object(&["email", "name", "nameKana", "phone"], profile().into()),
        ),
        ("Warning", warning()),
        (
            "Colleague",
            object(&["emailMasked", "registeredAt", "pending"], colleague),
        ),
        ("FieldError", code),
        ("Terms", terms()),
        ("Me", me()),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

fn address() -> Value {
    json!({ "type": "string", "maxLength": 254, "pattern": r"^[^@\s]+@[^@\s]+$" })
}

fn masked() -> Value {
    json!({ "type": "string", "pattern": r"^[!-~]\*{3}@[a-z0-9]\*{3}\.[a-z0-9-]+$", "examples": ["k***@e***.jp"] })
}

fn office() -> Value {
    object(
        &["number", "name"],
        json!({
            "number": { "type": "string", "title": "介護保険事業所番号", "pattern": "^[0-9]{2}[0-9A-HJ-NPR-Z][0-9]{7}$" },
            "name": { "type": "string", "title": "事業所名", "minLength": 1 },
        }),
    )
}

fn otp() -> Value {
    let (count, time) = (reference("Count"), reference("Time"));
    object(
        &[
            "sentTo",
            "subject",
            "label",
            "expiresAt",
            "resendAfterSeconds",
            "sendsLeft",
            "triesLeft",
            "delivery",
        ],
        json!({
            "sentTo": masked(),
            "subject": { "enum": subjects() },
            "label": { "type": "string", "title": "照合記号", "pattern": "^[A-Z][0-9]$" },
            "expiresAt": time,
            "resendAfterSeconds": count,
            "sendsLeft": count,
            "triesLeft": count,
            "delivery": reference("Delivery"),
        }),
    )
}

/// The subjects of the mails that bring codes.
fn subjects() -> [&'static str; 2] {
    [Purpose::Registration, Purpose::Login].map(|purpose| {
        let (challenge, key, label) = (ChallengeId::new(""), KeyId::new(""), Label::stored(String::new()));
        Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter: 0,
            label,
        }
        .subject()
    })
}

fn initial_password() -> Value {
    let (count, time) = (reference("Count"), reference("Time"));
    object(
        &[
            "sentTo",
            "delivery",
            "expiresAt",
            "resendAfterSeconds",
            "sendsLeft",
        ],
        json!({
            "sentTo": masked(),
            "delivery": reference("Delivery"),
            "expiresAt": time,
            "resendAfterSeconds": count,
            "sendsLeft": count,
        }),
    )
}

fn profile() -> Map<String, Value> {
    let line = json!({ "type": "string", "minLength": 1, "maxLength": LINE_OCTETS });
    let kana = json!({ "type": "string", "maxLength": KANA_LONGEST, "pattern": "^[ァ-ヺー・ ]+$" });
    [
        ("email", address()),
        ("name", line.clone()),
        ("nameKana", kana),
        ("department", line.clone()),
        ("jobTitle", line),
        ("phone", json!({ "type": "string", "pattern": "^0[0-9]{9,10}$" })),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

fn warning() -> Value {
    let codes = [WarningCode::PossibleTypo, WarningCode::DeliveryDoubtful].map(WarningCode::code);
    object(
        &["pointer", "code"],
        json!({ "pointer": { "const": "/email" }, "code": { "enum": codes }, "suggestion": address() }),
    )
}

fn terms() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let paragraphs = json!({ "type": "array", "items": text });
    let section = object(
        &["heading", "paragraphs"],
        json!({ "heading": text, "paragraphs": paragraphs }),
    );
    let sha256 = json!({
        "type": "string", "pattern": format!("^{DIGEST}$"), "description": "What the text is recognised by; opaque.",
    });
    object(
        &["version", "sha256", "title", "sections"],
        json!({
            "version": reference("TermsVersion"),
            "sha256": sha256,
            "title": text,
            "sections": { "type": "array", "minItems": 1, "items": section },
        }),
    )
}

fn me() -> Value {
    let (count, time) = (reference("Count"), reference("Time"));
    let roles = [Role::Manager, Role::Member].map(Role::code);
    let seats = object(&["count", "limit"], json!({ "count": count, "limit": count }));
    let session = object(
        &["idleExpiresAt", "expiresAt"],
        json!({ "idleExpiresAt": time, "expiresAt": time }),
    );
    let mut properties = profile();
    properties.extend([
        ("role".to_owned(), json!({ "enum": roles })),
        ("office".to_owned(), reference("Office")),
        ("lastLoginAt".to_owned(), time),
        ("members".to_owned(), seats),
        ("session".to_owned(), session),
    ]);
    object(
        &[
            "name", "nameKana", "email", "phone", "role", "office", "members", "session",
        ],
        properties.into(),
    )
}
