//! The headers of the front, from the same file as the deployment's edge.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

const FILE: &str = include_str!("../../../web/headers.json");

/// The headers, by the files that they are sent with.
pub(super) struct Headers {
    all: HeaderMap,
    html: HeaderMap,
    inquiry: HeaderMap,
    assets: HeaderMap,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadersFile {
    /// Of every file.
    all: BTreeMap<String, String>,
    /// Of files whose name stays the same from one release to the next: pages, the icon.
    html: BTreeMap<String, String>,
    /// In place of those of every file, of the page with the form that works without scripts (`inquiry.html`).
    inquiry: BTreeMap<String, String>,
    /// Of files that are named after their content.
    assets: BTreeMap<String, String>,
}

#[expect(
    clippy::expect_used,
    reason = "the file is a part of this program, and a test reads it"
)]
static HEADERS: LazyLock<Headers> = LazyLock::new(|| Headers::read(FILE).expect("web/headers.json"));

impl Headers {
    /// The contents of `web/headers.json`.
    pub(super) fn of_the_front() -> &'static Self {
        &HEADERS
    }

    fn read(text: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let HeadersFile {
            all,
            html,
            inquiry,
            assets,
        } = serde_json::from_str(text)?;
        Ok(Self {
            all: headers(&all)?,
            html: headers(&html)?,
            inquiry: headers(&inquiry)?,
            assets: headers(&assets)?,
        })
    }

    /// Adds the headers of a page.
    pub(super) fn for_html(&self, headers: &mut HeaderMap) {
        headers.extend(self.all.clone());
        headers.extend(self.html.clone());
    }

    /// Adds the headers of the page at this path.
    pub(super) fn for_page(&self, path: &str, headers: &mut HeaderMap) {
        self.for_html(headers);
        if path.ends_with("inquiry.html") {
            for (name, value) in &self.inquiry {
                headers.insert(name, value.clone());
            }
        }
    }

    /// Adds the headers of a file that never changes.
    pub(super) fn for_asset(&self, headers: &mut HeaderMap) {
        headers.extend(self.all.clone());
        headers.extend(self.assets.clone());
    }
}

fn headers(written: &BTreeMap<String, String>) -> Result<HeaderMap, Box<dyn std::error::Error>> {
    let mut headers = HeaderMap::new();
    for (name, value) in written {
        headers.insert(name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_headers_for_everything_pages_and_assets() {
        let ours = Headers::read(FILE).unwrap();
        for headers in [&ours.all, &ours.html, &ours.inquiry, &ours.assets] {
            assert!(!headers.is_empty());
        }
    }

    #[test]
    fn what_is_no_header_is_not_taken_for_one() {
        for text in [
            "{}",
            r#"{"all":{},"html":{},"inquiry":{},"assets":{},"css":{}}"#,
            r#"{"all":{"two words":"1"},"html":{},"inquiry":{},"assets":{}}"#,
            r#"{"all":{"x":"two\nlines"},"html":{},"inquiry":{},"assets":{}}"#,
        ] {
            assert!(Headers::read(text).is_err(), "{text}");
        }
    }
}
