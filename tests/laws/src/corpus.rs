//! The corpus (`tests/corpus`) as the tests read it.

/// The expected result of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// It is accepted, and stored in this form.
    Stored(String),
    /// It is refused with this code.
    Refused(String),
}

/// A line of the corpus.
#[derive(Debug, Clone)]
pub struct Case {
    /// The input.
    pub typed: String,
    /// The expected result.
    pub becomes: Becomes,
    /// The expected warnings.
    pub warns: Vec<String>,
    /// The reason.
    pub why: String,
    /// The present fault of the portal, if there is one.
    pub bug: Option<String>,
}

/// A file of values.
pub struct File {
    /// Its name.
    pub name: &'static str,
    text: &'static str,
}

macro_rules! files {
    ($($constant:ident, $name:literal;)*) => {
        $(
            /// The file of this name.
            pub const $constant: File = File {
                name: $name,
                text: include_str!(concat!("../../corpus/", $name)),
            };
        )*
        /// All files of values.
        pub const FILES: &[File] = &[$($constant),*];
    };
}

files! {
    CLAIMS_USER_ID, "claims-user-id.toml";
    CLAIMS_SECRET, "claims-secret.toml";
    CODE, "code.toml";
    EMAIL, "email.toml";
    NAME, "name.toml";
    KANA, "kana.toml";
    PHONE, "phone.toml";
    PASSWORD, "password.toml";
}

impl File {
    /// Its lines. A line with missing, additional or unknown fields is an error.
    pub fn cases(&self) -> Vec<Case> {
        let table: toml::Table = self
            .text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        assert_eq!(table.len(), 1, "{} has `cases` alone", self.name);
        let cases = table["cases"].as_array().expect("a list");
        assert!(!cases.is_empty());
        cases
            .iter()
            .map(|case| self.case(case.as_table().expect("a table")))
            .collect()
    }

    fn case(&self, case: &toml::Table) -> Case {
        const KEYS: [&str; 10] = [
            "typed", "times", "before", "after", "stored", "as_typed", "refused", "warns", "why", "bug",
        ];
        for key in case.keys() {
            assert!(KEYS.contains(&key.as_str()), "{}: {key} in {case:?}", self.name);
        }
        let text = |key: &str| {
            case.get(key)
                .map(|value| value.as_str().expect("a text").to_owned())
        };
        let part = |key| text(key).unwrap_or_default();
        let times = case
            .get("times")
            .map_or(1, |times| times.as_integer().expect("a number"));
        let middle = text("typed")
            .expect("typed")
            .repeat(usize::try_from(times).unwrap());
        let typed = format!("{}{middle}{}", part("before"), part("after"));
        let as_typed = case.contains_key("as_typed").then(|| typed.clone());
        let becomes = match (text("stored").or(as_typed), text("refused")) {
            (Some(stored), None) => Becomes::Stored(stored),
            (None, Some(code)) => Becomes::Refused(code),
            _ => panic!("{}: stored, as_typed or refused: {case:?}", self.name),
        };
        let warns = case.get("warns").and_then(toml::Value::as_array);
        let why = text("why").expect("why");
        assert!(why.len() > 2, "{}: why? {case:?}", self.name);
        let bug = text("bug");
        assert!(
            bug.as_ref().is_none_or(|bug| bug.len() > 5),
            "{}: which bug? {case:?}",
            self.name
        );
        Case {
            typed,
            becomes,
            warns: warns
                .into_iter()
                .flatten()
                .map(|warning| warning.as_str().expect("a text").to_owned())
                .collect(),
            why,
            bug,
        }
    }

    /// The lines without a known fault.
    pub fn holding(&self) -> Vec<Case> {
        self.cases()
            .into_iter()
            .filter(|case| case.bug.is_none())
            .collect()
    }

    /// The text of the file.
    pub fn text(&self) -> &'static str {
        self.text
    }
}

impl Case {
    /// The input in the message of a failing test: short, and without control characters.
    pub fn shown(&self) -> String {
        let typed: String = self.typed.chars().take(60).collect();
        format!("{} ({})", typed.escape_unicode_where_unseen(), self.why)
    }
}

trait EscapeUnseen {
    fn escape_unicode_where_unseen(&self) -> String;
}

impl EscapeUnseen for str {
    fn escape_unicode_where_unseen(&self) -> String {
        self.chars()
            .flat_map(|c| {
                if c.is_control() || ('\u{200B}'..='\u{206F}').contains(&c) {
                    c.escape_unicode().to_string().chars().collect::<Vec<_>>()
                } else {
                    vec![c]
                }
            })
            .collect()
    }
}
