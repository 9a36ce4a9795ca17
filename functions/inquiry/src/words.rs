//! The words of the pages, in the languages of the front: `words.json`, which the front writes from
//! its dictionary (`web/build/answers.ts`) and a test of it compares. They are HTML, but for the titles and the choices.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::sent::Language;

const FILE: &str = include_str!("words.json");

/// Texts by name.
pub(crate) type Texts = BTreeMap<String, String>;

/// A group of choices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// Its label; empty if the choices stand by themselves.
    pub(crate) label: String,
    /// Values and labels.
    pub(crate) options: Vec<(String, String)>,
}

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Words {
    /// What `lang` says.
    pub(crate) lang: String,
    /// The folder of the front.
    pub(crate) folder: String,
    /// Titles without markup.
    pub(crate) titles: Texts,
    /// Sentences.
    pub(crate) texts: Texts,
    /// Labels, by field.
    pub(crate) labels: Texts,
    /// Hints, by field.
    pub(crate) hints: Texts,
    /// The sentences of what is wrong with a field; they name it at `{label}`.
    pub(crate) fields: Texts,
    /// The sentences of refusals.
    pub(crate) problems: Texts,
    /// The choices, by field.
    pub(crate) choices: BTreeMap<String, Vec<Group>>,
}

#[expect(
    clippy::expect_used,
    reason = "the file is a part of this program, and a test reads it"
)]
static ALL: LazyLock<BTreeMap<String, Words>> =
    LazyLock::new(|| serde_json::from_str(FILE).expect("words.json"));

impl Words {
    /// The words of this language.
    #[expect(clippy::expect_used, reason = "a test reads every language")]
    pub(crate) fn of(language: Language) -> &'static Self {
        ALL.get(language.word()).expect("a language of the front")
    }
}

/// The text of this name; empty if there is none.
pub(crate) fn text<'a>(texts: &'a Texts, name: &str) -> &'a str {
    texts.get(name).map_or("", String::as_str)
}
