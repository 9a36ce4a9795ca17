//! Pages for the people who develop: plain, quiet, and safe with whatever a mail contains.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};

/// What the development pages may load: their own files, nothing inline, nothing from elsewhere.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// `text` as it may stand between tags and inside a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A whole page around `body`, which is HTML already.
pub(crate) fn page(title: &str, body: &str) -> Response {
    let title = escape(title);
    let mut response = Html(format!(
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"/_dev/dev.css\">\n</head>\n\
         <body>\n{body}\n</body>\n</html>\n"
    ))
    .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    uncached(response)
}

/// A file of the development pages.
pub(crate) fn file(content_type: &'static str, text: &'static str) -> Response {
    uncached(([(header::CONTENT_TYPE, content_type)], text).into_response())
}

/// For what is another thing at every look.
pub(crate) fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_escaped_can_leave_its_place() {
        assert_eq!(
            escape(r#"<script>alert("介護 & 'it'")</script>"#),
            "&lt;script&gt;alert(&quot;介護 &amp; &#39;it&#39;&quot;)&lt;/script&gt;"
        );
    }
}
