//! The words of `docs/api.md`, copied from it, match the code.

use std::collections::BTreeSet;

use portal::account::Role;
use portal::form::WarningCode;
use portal::mail::Delivery;
use portal::problem::Kind;
use portal::progress::{Allowed, Next};
use portal::steps::Cookie;
use portal::values::{FieldCode, KANA_LONGEST, LINE_LONGEST};

use crate::house;

/// `docs/api.md` 8: status and codes.
const PROBLEMS: [(u16, &[&str]); 11] = [
    (400, &["unreadable-request", "idempotency-key-missing"]),
    (401, &["no-flow", "no-session", "wrong-credentials"]),
    (403, &["foreign-origin", "not-allowed", "fresh-proof-required"]),
    (404, &["not-found"]),
    (413, &["too-large"]),
    (415, &["unsupported-media-type"]),
    (
        409,
        &[
            "wrong-step",
            "other-flow",
            "other-session",
            "claims-lock-risk",
            "organisation-already-registered",
            "email-taken",
            "member-limit-reached",
            "last-manager",
            "draft-changed",
            "terms-not-shown",
            "terms-outdated",
        ],
    ),
    (410, &["initial-password-expired", "claim-void"]),
    (
        422,
        &[
            "invalid-fields",
            "claims-rejected",
            "claims-temporary-password",
            "claims-password-expired",
            "claims-locked",
            "claims-no-mail-address",
            "wrong-security-code",
            "wrong-code",
            "code-expired",
            "terms-not-agreed",
            "wrong-current-password",
            "idempotency-key-reused",
        ],
    ),
    (
        429,
        &[
            "no-tries-left",
            "resend-too-early",
            "no-sends-left",
            "too-many-requests",
        ],
    ),
    (503, &["claims-unavailable", "temporarily-unavailable"]),
];

/// `docs/api.md` 8: codes inside `errors`.
const FIELD_CODES: [&str; 14] = [
    "required",
    "unknown-field",
    "too-long",
    "too-short",
    "not-an-email-address",
    "not-kana",
    "not-a-phone-number",
    "not-six-digits",
    "not-a-claims-user-id",
    "forbidden-character",
    "common-password",
    "contains-context-word",
    "same-as-before",
    "not-a-choice",
];

/// `docs/api.md` 2: `next`, of a registration, a log-in and a reset.
const NEXT: [&str; 9] = [
    "security-code",
    "otp",
    "profile",
    "confirm",
    "completed",
    "already-registered",
    "new-password",
    "my-page",
    "done",
];

/// `docs/api.md` 2: `allowed`.
const ALLOWED: [&str; 14] = [
    "security-code",
    "otp",
    "resend-otp",
    "profile",
    "confirm",
    "resend-initial-password",
    "reissue-initial-password",
    "correct-profile",
    "take-over",
    "complete-take-over",
    "terms-shown",
    "new-password",
    "session",
    "cancel",
];

/// `docs/api.md` 2: `delivery`.
const DELIVERY: [&str; 5] = ["queued", "sent", "delivered", "bounced", "failed"];

/// `docs/api.md` 1.
const COOKIES: [&str; 4] = [
    "__Host-registration",
    "__Host-login",
    "__Host-reset",
    "__Host-session",
];

#[test]
fn every_kind_of_problem_is_in_the_contract_with_its_status_and_none_is_missing() {
    let contract = PROBLEMS
        .iter()
        .flat_map(|(status, codes)| codes.iter().map(move |code| (*status, *code)));
    let code = Kind::ALL.iter().map(|kind| (kind.status(), kind.code()));
    assert_eq!(code.collect::<BTreeSet<_>>(), contract.collect());
}

#[test]
fn every_title_is_japanese_and_says_one_thing() {
    let titles: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.title()).collect();
    assert_eq!(titles.len(), Kind::ALL.len());
    for title in titles {
        assert!(
            title.ends_with('。') && title.chars().any(|c| ('ぁ'..='ん').contains(&c)),
            "{title}"
        );
    }
}

#[test]
fn the_words_are_those_of_the_contract() {
    assert_eq!(FieldCode::ALL.map(FieldCode::code), FIELD_CODES);
    assert_eq!(Next::ALL.iter().map(|next| next.code()).collect::<Vec<_>>(), NEXT);
    assert_eq!(
        Allowed::ALL
            .iter()
            .map(|allowed| allowed.code())
            .collect::<Vec<_>>(),
        ALLOWED
    );
    assert_eq!(Delivery::ALL.map(Delivery::code), DELIVERY);
    // The device's cookie is an extension of the contract, and grants no access.
    assert_eq!(Cookie::OPENING.map(Cookie::name), COOKIES);
    assert_eq!(
        [Role::Manager, Role::Member].map(Role::code),
        ["manager", "member"]
    );
    let warnings = [WarningCode::PossibleTypo, WarningCode::DeliveryDoubtful].map(WarningCode::code);
    assert_eq!(warnings, ["possible-typo", "delivery-doubtful"]);
}

/// `docs/api.md` 8: 「`name`, … at most 100 grapheme clusters, `nameKana` 200」.
#[test]
fn names_are_as_long_as_the_contract_lets_them_be() {
    assert_eq!((LINE_LONGEST, KANA_LONGEST), (100, 200));
}

#[test]
fn the_page_of_the_contract_names_every_word_of_the_code() {
    let page = house::text("docs/api.md");
    let codes = Kind::ALL.iter().map(|kind| kind.code());
    for word in codes
        .chain(FIELD_CODES)
        .chain(NEXT)
        .chain(ALLOWED)
        .chain(DELIVERY)
        .chain(COOKIES)
    {
        assert!(page.contains(&format!("`{word}`")), "{word}");
    }
}
