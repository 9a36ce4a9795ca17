//! Successful responses, and the headers of every response.

use portal::steps::{Cookie, Cookies, Document, STEPS, Step};
use serde_json::{Map, Value, json};

use super::{DIGEST, Tag, end_of, reference, set_cookie};

/// Responses that several steps refer to.
pub(super) fn shared() -> Map<String, Value> {
    let shared = |step: Step| shared_name(step).map(|name| (name, response(step)));
    STEPS.iter().copied().filter_map(shared).collect()
}

fn shared_name(step: Step) -> Option<String> {
    let plain = step.answer == Document::Progress && step.success == 200 && cookies(step).is_none();
    plain.then(|| format!("{}Progress", Tag::of(step.area).word))
}

pub(super) fn success(step: Step) -> Value {
    match shared_name(step) {
        Some(name) => json!({ "$ref": format!("#/components/responses/{name}") }),
        None => response(step),
    }
}

fn response(step: Step) -> Value {
    let mut headers = carried_headers(step);
    if let Some(header) = cookies(step) {
        headers.insert("Set-Cookie".to_owned(), header);
    }
    if let Cookies::DeletesWithStorage(_) = step.cookies {
        let schema = json!({ "type": "string", "const": "\"storage\"" });
        headers.insert(
            "Clear-Site-Data".to_owned(),
            json!({ "required": true, "schema": schema }),
        );
    }
    let (description, document) = match step.answer {
        Document::Progress => ("The current step of the person.", Tag::of(step.area).progress),
        Document::Terms => ("The text in force.", Some("Terms")),
        Document::Me => ("Who is logged in.", Some("Me")),
        Document::AddressChange => ("The change of the address.", Some("AddressChange")),
        Document::Sessions => ("The living sessions.", Some("Sessions")),
        Document::Members => ("The members with a seat.", Some("MemberList")),
        Document::Member => ("The member.", Some("Member")),
        Document::InquiryCategories => ("The categories.", Some("InquiryCategories")),
        Document::InquiryReceipt => ("The inquiry is received.", Some("InquiryReceipt")),
        Document::InquiryPage => ("The inquiry is received: a page with its receipt number.", None),
        Document::Nothing => ("Done; no content.", None),
    };
    let mut response = Map::from_iter([
        ("description".to_owned(), description.into()),
        ("headers".to_owned(), headers.into()),
    ]);
    if let Some(document) = document {
        let schema = reference(document);
        response.insert(
            "content".to_owned(),
            json!({ "application/json": { "schema": schema } }),
        );
    }
    if step.is_form() {
        response.insert("content".to_owned(), page());
    }
    response.into()
}

/// The content of an answer that is a page.
pub(super) fn page() -> Value {
    json!({ "text/html": { "schema": { "type": "string", "minLength": 1 } } })
}

fn cookies(step: Step) -> Option<Value> {
    let value = |cookie: Cookie| {
        let name = cookie.name();
        format!("^{name}={DIGEST}; Path=/; Secure; HttpOnly; SameSite=Strict$")
    };
    match step.cookies {
        Cookies::Kept => None,
        Cookies::Sets(cookie) => {
            let meaning = "Identifies the caller in the next calls.";
            Some(set_cookie(true, meaning, &value(cookie)))
        }
        Cookies::SetsAtMyPage(cookie) => {
            let meaning = "The session, if the next screen is マイページ.";
            Some(set_cookie(false, meaning, &value(cookie)))
        }
        Cookies::Deletes(cookies) | Cookies::DeletesWithStorage(cookies) => Some(end_of(cookies, true)),
    }
}

/// Headers of every response; a test compares them with the real ones.
static CARRIED: &[(&str, &str, Option<&str>)] = &[
    ("Cache-Control", "CacheControl", Some("no-store")),
    ("X-Content-Type-Options", "ContentTypeOptions", Some("nosniff")),
    (
        "Strict-Transport-Security",
        "StrictTransportSecurity",
        Some("max-age=63072000; includeSubDomains"),
    ),
    (
        "Content-Security-Policy",
        "ContentSecurityPolicy",
        Some("default-src 'none'; frame-ancestors 'none'"),
    ),
    ("Referrer-Policy", "ReferrerPolicy", Some("no-referrer")),
    ("X-Request-Id", "RequestId", None),
];

/// Those of them that differ on a page: it has a style and a form.
static OF_PAGES: &[(&str, &str, &str)] = &[
    (
        "Content-Security-Policy",
        "PagePolicy",
        "^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$",
    ),
    ("Referrer-Policy", "PageReferrerPolicy", "^same-origin$"),
];

pub(super) fn shared_headers() -> Value {
    let header = |value: Option<&str>| match value {
        Some(value) => json!({ "required": true, "schema": { "type": "string", "const": value } }),
        None => json!({
            "required": true,
            "description": "Chosen by the server, never by the client; `instance` of a problem ends in it.",
            "schema": { "type": "string", "minLength": 1 },
        }),
    };
    let of_pages = OF_PAGES.iter().map(|(_, shared, pattern)| {
        let schema = json!({ "type": "string", "pattern": pattern });
        (
            (*shared).to_owned(),
            json!({ "required": true, "schema": schema }),
        )
    });
    CARRIED
        .iter()
        .map(|(_, shared, value)| ((*shared).to_owned(), header(*value)))
        .chain(of_pages)
        .collect::<Map<_, _>>()
        .into()
}

pub(super) fn carried_headers(step: Step) -> Map<String, Value> {
    let shared = |shared: &str| json!({ "$ref": format!("#/components/headers/{shared}") });
    let of_pages = OF_PAGES.iter().filter(|_| step.is_form());
    CARRIED
        .iter()
        .map(|(name, header, _)| (*name, *header))
        .chain(of_pages.map(|(name, header, _)| (*name, *header)))
        .map(|(name, header)| (name.to_owned(), shared(header)))
        .collect()
}
