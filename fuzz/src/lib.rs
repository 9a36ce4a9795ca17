//! The fuzz targets. The laws that they try are those of the tests.

#[path = "../../tests/values/laws/mod.rs"]
mod laws;
mod targets;
#[path = "../../shared/portal/tests/values/laws.rs"]
mod texts;

/// The target `values`.
pub fn values(typed: &str) {
    targets::values(typed);
}

/// The target `requests`.
pub fn requests(octets: &[u8]) {
    targets::requests(octets);
}

/// The target `items`.
pub fn items(octets: &[u8]) {
    targets::items(octets);
}

/// The target `events`.
pub fn events(octets: &[u8]) {
    targets::events(octets);
}

/// The target `claims`.
pub fn claims(octets: &[u8]) {
    targets::claims(octets);
}

/// The target `mails`.
pub fn mails(text: &str) {
    targets::mails(text);
}
