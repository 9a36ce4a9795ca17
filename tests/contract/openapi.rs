//! The OpenAPI document is consistent, and agrees with the code.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use portal::code::OneTimeCode;
use portal::problem::Kind;
use portal::progress::Allowed;
use portal::steps::{Area, COMMON, Document, Method, STEPS, Step};
use portal::values::{ClaimsUserId, EmailAddress, Line, NameKana, PhoneNumber};
use reference::openapi::{document, schema_of_answer, schema_of_body};
use serde_json::{Map, Value, json};

use crate::house;

/// Every object in the document, with its pointer.
fn objects<'a>(value: &'a Value, at: &str, found: &mut Vec<(String, &'a Map<String, Value>)>) {
    match value {
        Value::Object(members) => {
            found.push((at.to_owned(), members));
            for (name, member) in members {
                objects(
                    member,
                    &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(list) => {
            for (place, item) in list.iter().enumerate() {
                objects(item, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

fn compiled(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_reference_leads_somewhere_and_everything_shared_is_referred_to() {
    let document = document();
    let mut found = Vec::new();
    objects(&document, "", &mut found);
    let mut targets = BTreeSet::new();
    for (at, members) in &found {
        if let Some(target) = members.get("$ref") {
            targets.insert(target.as_str().unwrap_or_else(|| panic!("{at}")).to_owned());
        }
        if let Some(mapping) = members.get("mapping").and_then(Value::as_object) {
            targets.extend(mapping.values().map(|target| target.as_str().unwrap().to_owned()));
        }
    }
    for target in &targets {
        assert!(
            document.pointer(target.trim_start_matches('#')).is_some(),
            "{target}"
        );
    }
    for shared in ["schemas", "responses", "headers", "parameters"] {
        for name in document["components"][shared].as_object().unwrap().keys() {
            // The union of all refusals, for generic clients; and kinds that no step uses yet.
            let is_kind = shared == "schemas" && name.ends_with("Problem");
            assert!(
                is_kind || targets.contains(&format!("#/components/{shared}/{name}")),
                "{shared}/{name}"
            );
        }
    }
}

#[test]
fn the_document_has_the_structure_of_openapi_3_1() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    for word in ["title", "version", "description"] {
        assert!(document["info"][word].is_string());
    }
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    let tags: Vec<&Value> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with('/') && !path.ends_with('/'), "{path}");
        // The one name that a path may have, and its parameter.
        let in_path: Vec<&str> = path.split('/').filter(|part| part.contains(['{', '}'])).collect();
        assert!(in_path.is_empty() || in_path == ["{id}"], "{path}");
        for operation in methods.as_object().unwrap().values() {
            let parameters = operation.get("parameters").and_then(Value::as_array);
            let described = parameters.into_iter().flatten().any(|parameter| {
                let target = parameter["$ref"].as_str().unwrap().strip_prefix('#').unwrap();
                let parameter = document.pointer(target).unwrap();
                parameter["in"] == "path" && parameter["name"] == "id" && parameter["required"] == true
            });
            assert_eq!(described, !in_path.is_empty(), "{path}");
            assert!(
                names.insert(operation["operationId"].as_str().unwrap().to_owned()),
                "{path}"
            );
            assert!(
                operation["tags"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|tag| tags.contains(&tag)),
                "{path}"
            );
            let wanted = operation["security"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|wanted| wanted.as_object().unwrap());
            assert!(
                wanted.into_iter().all(|(scheme, _)| schemes.contains_key(scheme)),
                "{path}"
            );
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(
                    status
                        .parse::<u16>()
                        .is_ok_and(|status| (200..600).contains(&status)),
                    "{path} {status}"
                );
                assert!(
                    response["description"].is_string() || response["$ref"].is_string(),
                    "{path} {status}"
                );
            }
        }
    }
}

#[test]
fn every_schema_compiles_and_every_object_of_ours_is_closed() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        let mut schema =
            json!({ "components": { "schemas": schemas }, "$ref": format!("#/components/schemas/{name}") });
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name}");
        compiled(&schema.take());
    }
    let mut found = Vec::new();
    objects(&document["components"]["schemas"], "", &mut found);
    for (at, members) in found {
        let is_object = members.get("type").is_some_and(|kind| kind == "object");
        assert!(
            !is_object || members.get("additionalProperties") == Some(&Value::Bool(false)),
            "{at}"
        );
    }
}

/// The statuses of a step's refusals, with their codes.
fn refusals(step: Step) -> BTreeSet<(u16, &'static str)> {
    let read = |kind: &&Kind| matches!(kind, Kind::ForeignOrigin | Kind::TemporarilyUnavailable);
    let common = COMMON
        .iter()
        .filter(|kind| step.method != Method::Get || read(kind));
    common
        .chain(step.refusals)
        .map(|kind| (kind.status(), kind.code()))
        .collect()
}

#[test]
fn every_step_has_a_schema_for_each_of_its_answers_and_for_no_other() {
    let document = document();
    for step in STEPS.iter().copied() {
        let operation = &document["paths"][step.path][step.method.name().to_ascii_lowercase()];
        let mut expected: BTreeSet<u16> = refusals(step).into_iter().map(|(status, _)| status).collect();
        expected.insert(step.success);
        let documented = operation["responses"].as_object().unwrap().keys();
        assert_eq!(
            documented
                .map(|status| status.parse().unwrap())
                .collect::<BTreeSet<u16>>(),
            expected
        );
        for status in [
            200, 201, 202, 204, 400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 500, 503,
        ] {
            let schema = schema_of_answer(step, status);
            let is_empty = status == step.success && step.answer == Document::Nothing;
            let has_body = expected.contains(&status) && !is_empty;
            assert_eq!(schema != Value::Bool(false), has_body, "{} {status}", step.name);
            if has_body {
                compiled(&schema);
            }
        }
        assert_eq!(
            step.answer == Document::Nothing,
            matches!(step.success, 202 | 204)
        );
    }
}

/// The progress in any refusal of the step.
fn progress(step: Step) -> Value {
    let progress = if step.path.starts_with("/registration") {
        json!({
            "next": "already-registered", "allowed": ["cancel"], "office": { "number": "1379901018", "name": "見本" },
            "message": Kind::OrganisationAlreadyRegistered.title(), "members": [],
        })
    } else if step.path.starts_with("/password-reset") {
        json!({ "next": "done", "allowed": ["cancel"] })
    } else {
        json!({ "next": "my-page", "allowed": ["session", "cancel"] })
    };
    let mut progress = progress;
    progress["flow"] = "f3k7q2mz".into();
    progress["expiresAt"] = "2026-04-01T00:30:00Z".into();
    progress
}

/// A refusal of this kind, with its mandatory members.
fn refusal(step: Step, kind: Kind) -> Value {
    let mut problem = json!({
        "type": format!("https://portal.example.jp/problems/{}", kind.code()),
        "title": kind.title(),
        "status": kind.status(),
        "code": kind.code(),
        "instance": "urn:request:1",
    });
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let schema = schemas
        .values()
        .find(|schema| schema["properties"]["code"]["const"] == kind.code())
        .unwrap();
    for name in schema["required"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        problem[name] = match name {
            "errors" => json!([{ "pointer": "", "code": "unknown-field" }]),
            "triesLeft" => 0.into(),
            "retryAfterSeconds" => 1.into(),
            "progress" => progress(step),
            _ => continue,
        };
    }
    // Of a mailed code a flow also says where the person stands; マイページ is no flow.
    let about_a_code = [
        Kind::WrongCode,
        Kind::CodeExpired,
        Kind::NoTriesLeft,
        Kind::ResendTooEarly,
        Kind::NoSendsLeft,
    ];
    if about_a_code.contains(&kind) && step.area != Area::MyPage {
        problem["progress"] = progress(step);
    }
    // A wrong code costs a try, where there are tries.
    if kind == Kind::WrongCode && step.cookie.is_some() {
        problem["triesLeft"] = 0.into();
    }
    problem
}

#[test]
fn a_step_is_refused_with_its_own_kinds_and_no_others() {
    // A form is answered with pages, which name their kind for people.
    for step in STEPS.iter().copied().filter(|step| !step.is_form()) {
        let own = refusals(step);
        let statuses: BTreeSet<u16> = Kind::ALL.iter().map(|kind| kind.status()).collect();
        let schemas: BTreeMap<u16, Validator> = statuses
            .into_iter()
            .map(|status| (status, compiled(&schema_of_answer(step, status))))
            .collect();
        for kind in Kind::ALL {
            let schema = &schemas[&kind.status()];
            let is_own = own.contains(&(kind.status(), kind.code()));
            assert_eq!(
                schema.is_valid(&refusal(step, *kind)),
                is_own,
                "{} {}",
                step.name,
                kind.code()
            );
        }
    }
}

#[test]
fn a_refusal_says_what_its_kind_says_and_nothing_more() {
    let step = Step::EnterLoginOtp;
    let schema = compiled(&schema_of_answer(step, 422));
    let good = refusal(step, Kind::WrongCode);
    assert!(schema.is_valid(&good));
    for (name, value) in [
        ("title", json!(Kind::CodeExpired.title())),
        ("status", json!(429)),
        ("type", json!("https://portal.example.jp/problems/code-expired")),
        ("instance", json!("1")),
        ("triesLeft", json!(-1)),
        ("retryAfterSeconds", json!(1)),
        ("progress", json!({})),
        ("progress", progress(Step::Confirm)),
        ("detail", json!("123456")),
    ] {
        let mut other = good.clone();
        other[name] = value.clone();
        assert!(!schema.is_valid(&other), "{name}: {value}");
    }
    for name in [
        "type",
        "title",
        "status",
        "code",
        "instance",
        "triesLeft",
        "progress",
    ] {
        let mut other = good.clone();
        other.as_object_mut().unwrap().remove(name);
        assert!(!schema.is_valid(&other), "without {name}");
    }
}

#[test]
fn every_word_that_says_what_may_be_done_stands_at_some_screen() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let stages = schemas.iter().filter(|(name, _)| name.starts_with("ProgressAt"));
    let words = stages.flat_map(|(_, stage)| {
        stage["properties"]["allowed"]["items"]["enum"]
            .as_array()
            .unwrap()
    });
    let words: BTreeSet<&str> = words.map(|word| word.as_str().unwrap()).collect();
    assert_eq!(words, Allowed::ALL.iter().map(|allowed| allowed.code()).collect());
}

#[test]
fn a_body_has_the_fields_of_its_step_and_no_others() {
    for step in STEPS.iter().copied() {
        let schema = schema_of_body(step);
        if step.method == Method::Get {
            assert_eq!(schema, Value::Bool(false));
            continue;
        }
        let body = &schema["allOf"][0];
        assert_eq!(body["additionalProperties"], false, "{}", step.name);
        let names: BTreeSet<&str> = body["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            names,
            step.fields.iter().map(|input| input.field.name()).collect(),
            "{}",
            step.name
        );
        compiled(&schema);
    }
}

/// Input that the parsers normalise is valid by the document, too.
#[test]
fn whatever_the_server_takes_as_it_is_typed_the_document_takes() {
    let profile = compiled(&schema_of_body(Step::EnterProfile));
    let good = json!({
        "email": "taro@example.jp", "name": "介護 太郎", "nameKana": "カイゴ タロウ", "phone": "0312345678",
        "department": null,
    });
    assert!(profile.is_valid(&good));
    let spaces = "　".repeat(300);
    let typed = [
        ("email", format!(" ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ{spaces}")),
        ("email", "taro@介護.jp.".to_owned()),
        ("name", format!("{spaces}葛\u{E0100}城{spaces}")),
        ("nameKana", "ｶｲｺﾞ　たろう".to_owned()),
        ("phone", "+81(0)3-1234-5678".to_owned()),
        ("phone", "（０３）１２３４ｰ５６７８".to_owned()),
    ];
    for (name, typed) in typed {
        let taken = match name {
            "email" => EmailAddress::parse(&typed).is_ok(),
            "name" => Line::parse(&typed).is_ok(),
            "nameKana" => NameKana::parse(&typed).is_ok(),
            _ => PhoneNumber::parse(&typed).is_ok(),
        };
        let mut body = good.clone();
        body[name] = typed.clone().into();
        assert!(taken && profile.is_valid(&body), "{name}: {typed}");
    }
    let start = compiled(&schema_of_body(Step::StartRegistration));
    for id in [
        "KJ1",
        "ｋｊ ００００－００００－０００１",
        " kj 0000-0000-0000-0000-0000-0000-0000-00 ",
    ] {
        assert!(
            ClaimsUserId::parse(id).is_ok() && start.is_valid(&json!({ "userId": id, "password": "p" })),
            "{id}"
        );
    }
    let code = compiled(&schema_of_body(Step::EnterLoginOtp));
    for typed in ["012345", " 012 345 ", "０１２－３４５\n", "⑫㉞㊿"] {
        assert!(
            OneTimeCode::parse(typed).is_ok() && code.is_valid(&json!({ "code": typed })),
            "{typed}"
        );
    }
}

#[test]
fn what_is_refused_before_anything_is_put_right_the_document_refuses() {
    let start = compiled(&schema_of_body(Step::StartRegistration));
    for body in [
        json!({ "userId": "KJ1" }),
        json!({ "userId": "", "password": "p" }),
        json!({ "userId": null, "password": "p" }),
        json!({ "userId": "KJ1", "password": "\u{7}" }),
        json!({ "userId": "KJ1", "password": "p".repeat(129) }),
        json!({ "userId": "KJ1", "password": "p", "acceptLockRisk": "true" }),
        json!({ "userId": "KJ1", "password": "p", "role": "manager" }),
    ] {
        assert!(!start.is_valid(&body), "{body}");
    }
    assert!(
        start.is_valid(&json!({ "userId": "KJ1", "password": "𠮷".repeat(128), "acceptLockRisk": true }))
    );
}

#[test]
fn the_examples_are_what_they_are_examples_of() {
    let document = document();
    let mut found = Vec::new();
    objects(&document, "", &mut found);
    for (at, schema) in found
        .into_iter()
        .filter(|(_, schema)| schema.get("examples").is_some_and(Value::is_array))
    {
        let validator = compiled(&Value::Object(schema.clone()));
        assert!(
            schema["examples"]
                .as_array()
                .unwrap()
                .iter()
                .all(|example| validator.is_valid(example)),
            "{at}"
        );
    }
}

#[test]
fn the_headers_are_those_that_are_sent() {
    let sent = house::text("shared/platform/src/http/answer.rs");
    let document = document();
    let headers = &document["components"]["headers"];
    for (name, shared) in [
        ("cache-control", "CacheControl"),
        ("x-content-type-options", "ContentTypeOptions"),
        ("strict-transport-security", "StrictTransportSecurity"),
        ("content-security-policy", "ContentSecurityPolicy"),
        ("referrer-policy", "ReferrerPolicy"),
    ] {
        let value = headers[shared]["schema"]["const"].as_str().unwrap();
        assert!(
            sent.contains(&format!("\"{name}\"")) && sent.contains(&format!("\"{value}\"")),
            "{name}: {value}"
        );
    }
}
