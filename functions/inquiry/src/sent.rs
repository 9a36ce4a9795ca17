//! What a plain form held, to show it again.

use lambda_http::{Body, Request};
use platform::http::Fields;
use portal::limits::Limits;
use portal::steps::{Field, Step};

/// A language of the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// 日本語
    Japanese,
    /// やさしい日本語
    Easy,
    /// English
    English,
}

impl Language {
    /// The language that the form names; Japanese if it names none that the front has.
    pub(crate) fn of(word: Option<&str>) -> Self {
        match word {
            Some("easy") => Self::Easy,
            Some("en") => Self::English,
            Some(_) | None => Self::Japanese,
        }
    }

    /// Its word in the form.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::Easy => "easy",
            Self::English => "en",
        }
    }
}

/// The form of a request.
pub(crate) struct Sent {
    /// In which language it was shown.
    pub(crate) language: Language,
    /// What was typed, if it is a form that can be read.
    fields: Option<Fields>,
}

impl Sent {
    /// Reads the form of a request, whatever else is right or wrong with it.
    pub(crate) fn of(request: &Request, limits: &Limits) -> Self {
        let step = Step::SendInquiryForm;
        let body: &[u8] = match request.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(octets) => octets,
            _ => &[],
        };
        let fits = u64::try_from(body.len()).is_ok_and(|size| size <= step.longest_body(limits).count());
        let fields = fits.then(|| Fields::read_form(body, step.fields).ok()).flatten();
        let language = fields.as_ref().and_then(|fields| fields.text(Field::Language));
        Self {
            language: Language::of(language),
            fields,
        }
    }

    /// What was typed in a field.
    pub(crate) fn typed(&self, field: Field) -> &str {
        let fields = self.fields.as_ref();
        fields.and_then(|fields| fields.text(field)).unwrap_or_default()
    }
}
