//! The parts of an item that are stored: named attributes only.

use platform::audit::FIELDS;
use platform::store::{image_of_json, record_of_image};
use serde_json::{Map, Value, json};

const CANARY: &str = "canary";

/// The stored record of this image.
fn kept(image: &Value) -> Map<String, Value> {
    let image = image_of_json(image.as_object().unwrap()).unwrap();
    record_of_image(&image, "42").unwrap().unwrap().json()
}

/// An image in which every value is `canary` except the named ones.
fn image(key: &str, own: &Value) -> Value {
    let canary = json!({ "S": CANARY });
    let map = || {
        let names = [
            "email",
            "name",
            "kana",
            "department",
            "jobTitle",
            "phone",
            "hash",
            "by",
            "role",
            "to",
            "key",
            "nonce",
            "label",
            "of",
            "version",
            "sha256",
            "flow",
            "request",
            "draft",
            "account",
            "seen",
        ];
        let fields: Map<String, Value> = names
            .iter()
            .map(|name| ((*name).to_owned(), canary.clone()))
            .collect();
        json!({ "M": fields })
    };
    let mut image = json!({
        "pk": { "S": key }, "v": { "S": "the-version" }, "schema": { "N": "1" },
        "event": { "M": {
            "id": { "S": "the-version" }, "act": { "S": "password-wrong" }, "at": { "N": "1775001600" },
            "by": { "S": "the-flow" }, "address": canary,
        } },
        "mail": map(), "profile": map(), "founding": map(), "secret": canary, "claimsUser": canary,
        "account": canary, "request": canary, "draft": canary, "stage": canary,
        "codesStop": { "N": "77777" }, "wrongAt": { "N": "77777" }, "ttl": { "N": "77777" }, "at": { "N": "77777" },
    });
    for (name, value) in own.as_object().unwrap() {
        image[name] = value.clone();
    }
    image
}

fn office() -> Value {
    json!({ "M": { "number": { "S": "1379901018" }, "name": { "S": CANARY } } })
}

fn times(count: usize) -> Value {
    json!({ "L": vec![json!({ "N": "77777" }); count] })
}

fn assert_is(kept: &Map<String, Value>, wanted: Value) {
    let text = Value::from(kept.clone()).to_string();
    assert!(!text.contains(CANARY) && !text.contains("77777"), "{text}");
    let Value::Object(mut wanted) = wanted else {
        panic!("no object")
    };
    for (name, value) in [
        ("id", "the-version"),
        ("at", "2026-04-01T00:00:00Z"),
        ("act", "password-wrong"),
        ("by", "the-flow"),
        ("sequence", "42"),
    ] {
        wanted.insert(name.to_owned(), value.into());
    }
    assert_eq!(kept, &wanted);
    assert!(
        kept.keys()
            .all(|name| FIELDS.iter().any(|(field, _)| field == name))
    );
}

#[test]
fn of_an_account_member_and_office_are_named_and_what_counts() {
    let device = |wrong: &str| json!({ "M": { "id": { "S": CANARY }, "wrong": { "N": wrong }, "seen": { "N": "77777" } } });
    let session = json!({ "M": { "id": { "S": CANARY }, "by": { "S": CANARY } } });
    let mut member = image("x", &json!({}))["profile"].clone();
    member["M"]["id"] = json!({ "S": "the-member" });
    member["M"]["office"] = office();
    member["M"]["devices"] = json!({ "L": [device("2"), { "M": { "id": { "S": CANARY } } }, device("3")] });
    member["M"]["sessions"] = json!({ "L": [session] });
    member["M"]["pending"] = json!({ "BOOL": false });
    member["M"]["codes"] = times(3);
    member["M"]["mails"] = times(2);
    let image = image(
        "ACCOUNT#digest",
        &json!({ "holders": { "M": { "the-member": member } }, "wrong": { "N": "4" } }),
    );
    assert_is(
        &kept(&image),
        json!({
            "subject": "ACCOUNT#digest", "office": "1379901018", "member": "the-member", "wrongPasswords": 4,
            "wrongPasswordsOfDevices": 5, "wrongCodes": 3, "mails": 2,
        }),
    );
}

#[test]
fn of_an_account_without_an_owner_only_what_counts() {
    let image = image("ACCOUNT#digest", &json!({ "wrong": { "N": "1" } }));
    assert_is(
        &kept(&image),
        json!({ "subject": "ACCOUNT#digest", "wrongPasswords": 1 }),
    );
}

#[test]
fn of_a_claims_user_what_counts() {
    let image = image(
        "CLAIMS#KJ000000000001",
        &json!({ "failures": times(2), "open": times(1), "codes": times(9) }),
    );
    assert_is(
        &kept(&image),
        json!({ "subject": "CLAIMS#KJ000000000001", "wrongPasswords": 2, "openPasswords": 1, "wrongCodes": 9 }),
    );
}

#[test]
fn of_a_registration_the_office_and_the_tries() {
    let image = image(
        "REGISTRATION#digest",
        &json!({
            "office": office(), "tries": { "N": "4" }, "member": { "S": "the-member" },
            "claimsUser": { "S": "KJ000000000001" },
        }),
    );
    assert_is(
        &kept(&image),
        json!({
            "subject": "REGISTRATION#digest", "office": "1379901018", "tries": 4, "member": "the-member",
            "claimsUser": "KJ000000000001",
        }),
    );
}

#[test]
fn of_anything_else_nothing_but_what_happened() {
    let image = image(
        "OFFICE#1379901018",
        &json!({ "member": { "S": CANARY }, "tries": { "N": "77777" } }),
    );
    assert_is(&kept(&image), json!({ "subject": "OFFICE#1379901018" }));
}
