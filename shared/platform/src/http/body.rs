//! Reads the one JSON object of a body strictly: no duplicate name, no wrong type, no unknown field.

use std::collections::BTreeMap;
use std::fmt;

use portal::form::FieldProblem;
use portal::steps::{Field, Input, Shape};
use portal::values::{FieldCode, digest};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

/// JSON whose texts are wiped when they are dropped.
enum Json {
    Null,
    Flag(bool),
    Text(Zeroizing<String>),
    Object(Vec<(String, Json)>),
    Other,
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strict;

        impl<'de> Visitor<'de> for Strict {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
                Ok(Json::Flag(flag))
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(Zeroizing::new(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                while list.next_element::<Json>()?.is_some() {}
                Ok(Json::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut entries: Vec<(String, Json)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if entries.iter().any(|(other, _)| *other == name) {
                        return Err(A::Error::custom("duplicate name"));
                    }
                    entries.push((name, map.next_value()?));
                }
                Ok(Json::Object(entries))
            }
        }

        deserializer.deserialize_any(Strict)
    }
}

/// The fields of a body, by name; those of an inner object by `outer/inner`.
#[derive(Default)]
pub struct Fields {
    texts: BTreeMap<String, Zeroizing<String>>,
    flags: BTreeMap<String, bool>,
    unknown: Vec<FieldProblem>,
}

/// The body is not one JSON object of these fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnreadableBody;

impl Fields {
    /// Reads a body; an empty one counts as `{}` where the step has no fields.
    pub(crate) fn read(body: &[u8], expected: &[Input]) -> Result<Self, UnreadableBody> {
        let body = if body.is_empty() && expected.is_empty() {
            b"{}"
        } else {
            body
        };
        let Ok(Json::Object(entries)) = serde_json::from_slice(body) else {
            return Err(UnreadableBody);
        };
        let mut fields = Self::default();
        for (name, value) in entries {
            let Some(Input { field, .. }) = expected.iter().find(|input| input.field.name() == name) else {
                fields
                    .unknown
                    .push(FieldProblem::new("", FieldCode::UnknownField));
                continue;
            };
            match (field.shape(), value) {
                (_, Json::Null) => {}
                (
                    Shape::Text | Shape::Secret | Shape::ForeignSecret(_) | Shape::SecretOctets(_),
                    Json::Text(text),
                ) => {
                    fields.texts.insert(name, text);
                }
                (Shape::Flag, Json::Flag(flag)) => {
                    fields.flags.insert(name, flag);
                }
                (Shape::Object(inner), Json::Object(entries)) => {
                    for (inner_name, value) in entries {
                        if inner.iter().all(|inner| inner.name() != inner_name) {
                            fields
                                .unknown
                                .push(FieldProblem::new(field.pointer(), FieldCode::UnknownField));
                            continue;
                        }
                        match value {
                            Json::Null => {}
                            Json::Text(text) => {
                                fields.texts.insert(format!("{name}/{inner_name}"), text);
                            }
                            _ => return Err(UnreadableBody),
                        }
                    }
                }
                _ => return Err(UnreadableBody),
            }
        }
        fields.unknown.sort();
        fields.unknown.dedup();
        Ok(fields)
    }

    /// The text of this field.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.texts.get(field.name()).map(|text| text.as_str())
    }

    /// The text of a field inside an object.
    pub fn text_in(&self, outer: Field, inner: Field) -> Option<&str> {
        let name = format!("{}/{}", outer.name(), inner.name());
        self.texts.get(&name).map(|text| text.as_str())
    }

    /// The flag of this field; an absent one is false.
    pub fn flag(&self, field: Field) -> bool {
        self.flags.get(field.name()).copied().unwrap_or(false)
    }

    /// The problems of unknown fields.
    pub fn unknown(&self) -> Vec<FieldProblem> {
        self.unknown.clone()
    }

    /// The digest of the body as JSON values: order, spacing and `null` members do not matter.
    pub fn digest(&self) -> String {
        let mut parts: Vec<&[u8]> = Vec::new();
        for (name, text) in &self.texts {
            parts.extend([b"text", name.as_bytes(), text.as_bytes()]);
        }
        for (name, flag) in &self.flags {
            parts.extend([
                b"flag".as_slice(),
                name.as_bytes(),
                if *flag { b"1" } else { b"0" },
            ]);
        }
        digest(&parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal::steps::Step::{ChangeInitialPassword, ResendLoginOtp, StartRegistration};

    #[test]
    fn what_is_not_one_json_object_of_the_right_types_is_unreadable() {
        for body in [
            "",
            "null",
            "[]",
            "\"a\"",
            "{",
            "{}{}",
            "{\"userId\": 1}",
            "{\"userId\": [\"KJ1\"]}",
            "{\"userId\": true}",
            "{\"acceptLockRisk\": \"true\"}",
            "{\"userId\": \"a\", \"userId\": \"a\"}",
            "{\"userId\": \"\\ud800\"}",
            "\u{feff}{}",
            "{\"x\": NaN}",
            "{\"userId\": {}}",
            "{'userId': 'a'}",
            "{\"userId\": \"a\",}",
        ] {
            assert!(
                Fields::read(body.as_bytes(), StartRegistration.fields).is_err(),
                "{body}"
            );
        }
        assert!(Fields::read(b"{\"userId\": \"\xff\"}", StartRegistration.fields).is_err());
        let deep = format!("{{\"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Fields::read(deep.as_bytes(), StartRegistration.fields).is_err());
    }

    #[test]
    fn null_means_absent() {
        let fields = Fields::read(
            b"{\"userId\": null, \"password\": \"p\"}",
            StartRegistration.fields,
        )
        .unwrap();
        assert_eq!(
            (
                fields.text(Field::UserId),
                fields.text(Field::ClaimsPassword),
                fields.flag(Field::AcceptLockRisk)
            ),
            (None, Some("p"), false)
        );
    }

    #[test]
    fn an_unknown_field_is_reported_at_the_object_that_contains_it() {
        let fields = Fields::read(
            b"{\"role\": \"manager\", \"agreedTerms\": {\"version\": \"1\", \"at\": 3}}",
            ChangeInitialPassword.fields,
        )
        .unwrap();
        let pointers: Vec<_> = fields
            .unknown()
            .into_iter()
            .map(|problem| problem.pointer)
            .collect();
        assert_eq!(pointers, ["", "/agreedTerms"]);
        assert_eq!(
            fields.text_in(Field::AgreedTerms, Field::AgreedVersion),
            Some("1")
        );
    }

    #[test]
    fn a_step_without_fields_takes_no_body_or_an_empty_object() {
        assert!(
            Fields::read(b"", ResendLoginOtp.fields)
                .unwrap()
                .unknown()
                .is_empty()
        );
        assert!(
            Fields::read(b" {} ", ResendLoginOtp.fields)
                .unwrap()
                .unknown()
                .is_empty()
        );
        assert_eq!(
            Fields::read(b"{\"a\":1}", ResendLoginOtp.fields)
                .unwrap()
                .unknown()
                .len(),
            1
        );
    }

    #[test]
    fn bodies_are_equal_as_json_values() {
        let digest = |body: &str| {
            Fields::read(body.as_bytes(), StartRegistration.fields)
                .unwrap()
                .digest()
        };
        let first = digest(r#"{"userId":"a","password":"b"}"#);
        assert_eq!(
            first,
            digest(r#" { "password" : "b", "userId": "\u0061", "acceptLockRisk": null } "#)
        );
        assert_ne!(first, digest(r#"{"userId":"ab","password":""}"#));
    }
}
