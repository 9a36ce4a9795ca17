//! Pages for developers: plain, and safe with any content of a mail.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use maud::{DOCTYPE, Markup, html};

/// The content security policy of the development pages: only their own files, nothing inline.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// A whole page around `body`.
pub(crate) fn page(title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/_dev/dev.css";
            }
            body { (body) }
        }
    };
    let mut response = Html(page.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    uncached(response)
}

/// A file of the development pages.
pub(crate) fn file(content_type: &'static str, text: &'static str) -> Response {
    uncached(([(header::CONTENT_TYPE, content_type)], text).into_response())
}

/// Marks an answer as not cacheable.
pub(crate) fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
