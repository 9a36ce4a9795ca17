//! Attribute maps, read and written by name.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::fault::Fault;

/// An item or a map inside it.
pub type Attributes = HashMap<String, AttributeValue>;

/// Writes a map.
#[derive(Default)]
pub(crate) struct Writer(Attributes);

impl Writer {
    pub(crate) fn text(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.0
            .insert(name.to_owned(), AttributeValue::S(value.to_owned()));
        self
    }

    pub(crate) fn text_if(&mut self, name: &'static str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(name, value);
        }
        self
    }

    pub(crate) fn number(&mut self, name: &'static str, value: impl Into<i128>) -> &mut Self {
        self.0
            .insert(name.to_owned(), AttributeValue::N(value.into().to_string()));
        self
    }

    pub(crate) fn time(&mut self, name: &'static str, value: Timestamp) -> &mut Self {
        self.number(name, value.as_second())
    }

    pub(crate) fn time_if(&mut self, name: &'static str, value: Option<Timestamp>) -> &mut Self {
        if let Some(value) = value {
            self.time(name, value);
        }
        self
    }

    /// An empty list is omitted, so that nothing is stored about events that did not happen.
    pub(crate) fn times(&mut self, name: &'static str, values: &[Timestamp]) -> &mut Self {
        if !values.is_empty() {
            self.0.insert(name.to_owned(), times(values));
        }
        self
    }

    /// A list of texts; an empty one is omitted.
    pub(crate) fn texts<'a>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = &'a str>,
    ) -> &mut Self {
        let list: Vec<AttributeValue> = values
            .into_iter()
            .map(|text| AttributeValue::S(text.to_owned()))
            .collect();
        if !list.is_empty() {
            self.0.insert(name.to_owned(), AttributeValue::L(list));
        }
        self
    }

    pub(crate) fn flag(&mut self, name: &'static str, value: bool) -> &mut Self {
        if value {
            self.0.insert(name.to_owned(), AttributeValue::Bool(true));
        }
        self
    }

    pub(crate) fn map(&mut self, name: &'static str, value: Self) -> &mut Self {
        self.0.insert(name.to_owned(), AttributeValue::M(value.0));
        self
    }

    pub(crate) fn map_if(&mut self, name: &'static str, value: Option<Self>) -> &mut Self {
        if let Some(value) = value {
            self.map(name, value);
        }
        self
    }

    pub(crate) fn maps(&mut self, name: &'static str, values: Vec<Self>) -> &mut Self {
        if !values.is_empty() {
            let list = values
                .into_iter()
                .map(|value| AttributeValue::M(value.0))
                .collect();
            self.0.insert(name.to_owned(), AttributeValue::L(list));
        }
        self
    }

    /// A map whose names are data. An empty one is omitted.
    pub(crate) fn named<'a>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = (&'a str, Self)>,
    ) -> &mut Self {
        let values: Attributes = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), AttributeValue::M(value.0)))
            .collect();
        if !values.is_empty() {
            self.0.insert(name.to_owned(), AttributeValue::M(values));
        }
        self
    }

    pub(crate) fn raw(&mut self, name: &'static str, value: AttributeValue) -> &mut Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn finish(self) -> Attributes {
        self.0
    }
}

pub(crate) fn times(values: &[Timestamp]) -> AttributeValue {
    AttributeValue::L(
        values
            .iter()
            .map(|at| AttributeValue::N(at.as_second().to_string()))
            .collect(),
    )
}

/// Reads a map; a value in an unexpected form is a corrupt item, reported by its attribute and never by its value.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    kind: &'static str,
    map: &'a Attributes,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(kind: &'static str, map: &'a Attributes) -> Self {
        Self { kind, map }
    }

    pub(crate) fn corrupt(&self, attribute: &'static str) -> Fault {
        Fault::CorruptItem {
            kind: self.kind,
            attribute,
        }
    }

    pub(crate) fn text_if(&self, name: &'static str) -> Result<Option<&'a str>, Fault> {
        match self.map.get(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<&'a str, Fault> {
        self.text_if(name)?.ok_or_else(|| self.corrupt(name))
    }

    pub(crate) fn number_if<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Fault> {
        match self.map.get(name) {
            None => Ok(None),
            Some(AttributeValue::N(digits)) => digits.parse().map(Some).map_err(|_| self.corrupt(name)),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Fault> {
        self.number_if(name)?.ok_or_else(|| self.corrupt(name))
    }

    pub(crate) fn time_if(&self, name: &'static str) -> Result<Option<Timestamp>, Fault> {
        let seconds: Option<i64> = self.number_if(name)?;
        seconds
            .map(|seconds| Timestamp::from_second(seconds).map_err(|_| self.corrupt(name)))
            .transpose()
    }

    pub(crate) fn time(&self, name: &'static str) -> Result<Timestamp, Fault> {
        self.time_if(name)?.ok_or_else(|| self.corrupt(name))
    }

    pub(crate) fn times(&self, name: &'static str) -> Result<Vec<Timestamp>, Fault> {
        let Some(value) = self.map.get(name) else {
            return Ok(Vec::new());
        };
        let AttributeValue::L(list) = value else {
            return Err(self.corrupt(name));
        };
        let read = |value: &AttributeValue| match value {
            AttributeValue::N(digits) => digits
                .parse()
                .ok()
                .and_then(|seconds| Timestamp::from_second(seconds).ok()),
            _ => None,
        };
        list.iter()
            .map(|value| read(value).ok_or_else(|| self.corrupt(name)))
            .collect()
    }

    pub(crate) fn texts(&self, name: &'static str) -> Result<Vec<&'a str>, Fault> {
        let Some(value) = self.map.get(name) else {
            return Ok(Vec::new());
        };
        let AttributeValue::L(list) = value else {
            return Err(self.corrupt(name));
        };
        list.iter()
            .map(|value| match value {
                AttributeValue::S(text) => Ok(text.as_str()),
                _ => Err(self.corrupt(name)),
            })
            .collect()
    }

    /// The length of the list, if it is present.
    pub(crate) fn count(&self, name: &'static str) -> Result<Option<u64>, Fault> {
        match self.map.get(name) {
            None => Ok(None),
            Some(AttributeValue::L(list)) => Ok(u64::try_from(list.len()).ok()),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, Fault> {
        match self.map.get(name) {
            None => Ok(false),
            Some(AttributeValue::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn map_if(&self, name: &'static str) -> Result<Option<Self>, Fault> {
        match self.map.get(name) {
            None => Ok(None),
            Some(AttributeValue::M(map)) => Ok(Some(Self { kind: self.kind, map })),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(crate) fn map(&self, name: &'static str) -> Result<Self, Fault> {
        self.map_if(name)?.ok_or_else(|| self.corrupt(name))
    }

    /// The entries that [`Writer::named`] wrote.
    pub(crate) fn named(&self, name: &'static str) -> Result<Vec<(&'a str, Self)>, Fault> {
        let Some(all) = self.map_if(name)? else {
            return Ok(Vec::new());
        };
        all.entries()
            .map(|(key, value)| match value {
                AttributeValue::M(map) => Ok((key, Self { kind: self.kind, map })),
                _ => Err(self.corrupt(name)),
            })
            .collect()
    }

    pub(crate) fn maps(&self, name: &'static str) -> Result<Vec<Self>, Fault> {
        let Some(value) = self.map.get(name) else {
            return Ok(Vec::new());
        };
        let AttributeValue::L(list) = value else {
            return Err(self.corrupt(name));
        };
        list.iter()
            .map(|value| match value {
                AttributeValue::M(map) => Ok(Self { kind: self.kind, map }),
                _ => Err(self.corrupt(name)),
            })
            .collect()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a AttributeValue)> {
        self.map.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// An image of the stream, in Lambda's form: `{"name": {"S": "text"}}`.
///
/// Only the types that this store writes; any other is a corrupt item.
pub fn image_of_json(image: &serde_json::Map<String, serde_json::Value>) -> Result<Attributes, Fault> {
    image
        .iter()
        .map(|(name, value)| Ok((name.clone(), value_of_json(value)?)))
        .collect()
}

fn value_of_json(value: &serde_json::Value) -> Result<AttributeValue, Fault> {
    use serde_json::Value;
    let corrupt = || Fault::CorruptItem {
        kind: "stream",
        attribute: "image",
    };
    let object = value.as_object().ok_or_else(corrupt)?;
    let (kind, inner) = object.iter().next().ok_or_else(corrupt)?;
    match (kind.as_str(), inner) {
        ("S", Value::String(text)) => Ok(AttributeValue::S(text.clone())),
        ("N", Value::String(digits)) => Ok(AttributeValue::N(digits.clone())),
        ("BOOL", Value::Bool(flag)) => Ok(AttributeValue::Bool(*flag)),
        ("M", Value::Object(map)) => Ok(AttributeValue::M(image_of_json(map)?)),
        ("L", Value::Array(list)) => Ok(AttributeValue::L(
            list.iter().map(value_of_json).collect::<Result<_, _>>()?,
        )),
        _ => Err(corrupt()),
    }
}

/// The inverse of [`image_of_json`].
pub fn json_of_image(image: &Attributes) -> serde_json::Map<String, serde_json::Value> {
    image
        .iter()
        .map(|(name, value)| (name.clone(), json_of_value(value)))
        .collect()
}

fn json_of_value(value: &AttributeValue) -> serde_json::Value {
    use serde_json::json;
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(digits) => json!({ "N": digits }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::M(map) => json!({ "M": json_of_image(map) }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(json_of_value).collect::<Vec<_>>() }),
        // The store writes no other type; if it did, a reader of the golden items would see it here.
        other => json!({ "unknown": format!("{other:?}") }),
    }
}
