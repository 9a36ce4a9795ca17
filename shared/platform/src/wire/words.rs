//! Enumerations of the rules, as words on the wire.

use std::borrow::Cow;

use portal::account::{Role, Status};
use portal::form::WarningCode;
use portal::mail::Delivery;
use portal::office::Reason;
use portal::progress::Allowed;
use portal::take_over::State;
use portal::values::FieldCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// A closed set of words.
pub trait Vocabulary: Copy + 'static {
    /// Its name among the schemas; `None` where it is inlined.
    const SCHEMA: Option<&'static str>;
    /// All words.
    const ALL: &'static [Self];

    /// The word on the wire.
    fn word(self) -> &'static str;
}

macro_rules! vocabularies {
    ($($word:ty: $schema:expr, $all:expr;)*) => {
        $(impl Vocabulary for $word {
            const SCHEMA: Option<&'static str> = $schema;
            const ALL: &'static [Self] = $all;

            fn word(self) -> &'static str {
                self.code()
            }
        })*
    };
}

vocabularies! {
    Allowed: None, Self::ALL;
    Delivery: Some("Delivery"), &Self::ALL;
    FieldCode: None, &Self::ALL;
    Reason: None, Self::ALL;
    Role: None, &[Self::Manager, Self::Member];
    State: None, Self::ALL;
    Status: None, Self::ALL;
    WarningCode: None, &[Self::PossibleTypo, Self::DeliveryDoubtful];
}

/// One word of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word<T>(pub T);

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<T: Vocabulary> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        T::SCHEMA.is_none()
    }

    fn schema_name() -> Cow<'static, str> {
        T::SCHEMA.unwrap_or("Word").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::ALL.iter().map(|word| word.word()).collect();
        json_schema!({ "enum": words })
    }
}
