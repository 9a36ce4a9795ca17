//! Reads a body strictly: one JSON object, or a form's pairs; no duplicate name, no wrong type, no unknown field.

use std::collections::BTreeMap;
use std::fmt;

use portal::form::FieldProblem;
use portal::steps::{Field, Input, Shape};
use portal::values::{BodyDigest, FieldCode, digest};
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

/// The body is not one JSON object, or one form, of these fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadableBody;

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

    /// Reads the body of a plain form (`application/x-www-form-urlencoded`) in UTF-8; an empty value is an absent one.
    ///
    /// What no browser writes is unreadable: a pair without `=`, a broken escape, octets that are no UTF-8, a name twice.
    pub fn read_form(body: &[u8], expected: &[Input]) -> Result<Self, UnreadableBody> {
        let mut fields = Self::default();
        let mut names: Vec<String> = Vec::new();
        for pair in body.split(|octet| *octet == b'&').filter(|_| !body.is_empty()) {
            let end = pair
                .iter()
                .position(|octet| *octet == b'=')
                .ok_or(UnreadableBody)?;
            let (name, value) = (pair.get(..end), pair.get(end + 1..));
            let name = unescaped(name.unwrap_or_default())?;
            let value = unescaped(value.unwrap_or_default())?;
            if names.iter().any(|other| **other == *name) {
                return Err(UnreadableBody);
            }
            names.push(name.to_string());
            let known = expected
                .iter()
                .any(|input| input.field.name() == *name && input.field.shape() == Shape::Text);
            if !known {
                fields
                    .unknown
                    .push(FieldProblem::new("", FieldCode::UnknownField));
            } else if !value.is_empty() {
                fields.texts.insert(name.to_string(), value);
            }
        }
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
    pub fn digest(&self) -> BodyDigest {
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
        BodyDigest::new(digest(&parts))
    }
}

/// A name or a value of a form.
fn unescaped(written: &[u8]) -> Result<Zeroizing<String>, UnreadableBody> {
    let digit = |octet: Option<&u8>| octet.and_then(|octet| char::from(*octet).to_digit(16));
    let mut octets = Vec::with_capacity(written.len());
    let mut rest = written.iter();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let value = high.zip(low).map(|(high, low)| high * 16 + low);
                value
                    .and_then(|value| u8::try_from(value).ok())
                    .ok_or(UnreadableBody)?
            }
            other => *other,
        });
    }
    String::from_utf8(octets)
        .map(Zeroizing::new)
        .map_err(|_| UnreadableBody)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal::steps::Step::{ChangeInitialPassword, ResendLoginOtp, SendInquiryForm, StartRegistration};

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

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let read = |body: &str| Fields::read_form(body.as_bytes(), SendInquiryForm.fields);
        let fields = read(
            "name=%E4%BB%8B%e8%AD%B7+%E5%A4%AA%E9%83%8E&message=1%0D%0A2%26%3D%2B&email=a@example.jp&phone=",
        )
        .unwrap();
        let text = |field| fields.text(field);
        assert_eq!(
            (
                text(Field::Name),
                text(Field::Message),
                text(Field::ReplyEmail),
                text(Field::Phone)
            ),
            (Some("介護 太郎"), Some("1\r\n2&=+"), Some("a@example.jp"), None)
        );
        assert!(fields.unknown().is_empty());
        assert!(read("").unwrap().text(Field::Name).is_none());
        assert_eq!(read("name=a&x=1&y=2").unwrap().unknown().len(), 1);
        assert_eq!(
            read("phone=&name=a").unwrap().digest(),
            read("name=%61").unwrap().digest()
        );
        assert_ne!(read("name=a").unwrap().digest(), read("name=b").unwrap().digest());
    }

    #[test]
    fn what_no_browser_writes_is_no_form() {
        for body in [
            "name",
            "&",
            "name=a&",
            "name=%",
            "name=%4",
            "name=%zz",
            "name=%-1",
            "name=%ff",
            "name=%ED%A0%80",
            "name=a&name=a",
            "name=a&%6eame=b",
            "x=1&x=2",
            "%ff=1",
            "{\"name\":\"a\"}",
            "\u{feff}name",
            "name=%C0%AF",
        ] {
            assert!(
                Fields::read_form(body.as_bytes(), SendInquiryForm.fields).is_err(),
                "{body}"
            );
        }
        assert!(
            Fields::read_form(b"name=\x93\xfa", SendInquiryForm.fields).is_err(),
            "CP932"
        );
    }
}
