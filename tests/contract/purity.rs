//! The rules are pure.

use crate::house;

/// The allowed dependencies of rules: text, time as a value, digests and the syntax of addresses.
const ALLOWED: [&str; 12] = [
    "base64",
    "hkdf",
    "hmac",
    "idna",
    "jiff",
    "sha1",
    "sha2",
    "subtle",
    "unicode-normalization",
    "unicode-properties",
    "unicode-segmentation",
    "zeroize",
];

/// Names of side effects.
const WORLD: [&str; 8] = [
    "serde",
    "aws_",
    "tokio",
    "std::time",
    "std::env",
    "std::fs",
    "std::net",
    "getrandom",
];

#[test]
fn the_rules_depend_on_nothing_that_touches_the_world() {
    let manifest: toml::Table = house::text("shared/portal/Cargo.toml").parse().unwrap();
    let dependencies: Vec<&str> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(dependencies, ALLOWED);
    assert!(!manifest.contains_key("build-dependencies") && !manifest.contains_key("target"));
}

#[test]
fn the_rules_do_not_even_name_the_world() {
    for (path, text) in house::sources("shared/portal/src") {
        for word in WORLD {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}
