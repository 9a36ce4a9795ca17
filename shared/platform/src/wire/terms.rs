//! 利用規約 (`docs/api.md` 4).

use portal::terms;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Digest, TermsVersion};

/// The text in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Terms {
    /// The version of the text.
    pub version: TermsVersion,
    /// The digest of the text; opaque.
    pub sha256: Digest,
    /// Its title.
    #[schemars(length(min = 1))]
    pub title: &'static str,
    /// Its sections.
    #[schemars(length(min = 1))]
    pub sections: Vec<Section>,
}

/// A section of the terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Section {
    /// Its heading.
    #[schemars(length(min = 1))]
    pub heading: &'static str,
    /// Its paragraphs.
    #[schemars(inner(length(min = 1)))]
    pub paragraphs: &'static [&'static str],
}

/// The terms on the wire.
pub fn terms(terms: &terms::Terms) -> Terms {
    let section = |section: &terms::Section| Section {
        heading: section.heading,
        paragraphs: section.paragraphs,
    };
    Terms {
        version: TermsVersion(terms.version),
        sha256: Digest(terms.sha256()),
        title: terms.title,
        sections: terms.sections.iter().map(section).collect(),
    }
}
