//! `docs/cryptography.md` names all crates that do cryptography.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::house;

const PAGE: &str = "docs/cryptography.md";

/// The foundations of every implementation of cryptography in Rust: the traits of `RustCrypto`, randomness, comparison
/// in constant time, the libraries in C. A crate that depends on one of them does cryptography, or exposes it.
const FOUNDATIONS: [&str; 14] = [
    "aead",
    "aws-lc-rs",
    "aws-lc-sys",
    "cipher",
    "crypto-common",
    "digest",
    "getrandom",
    "openssl-sys",
    "rand_core",
    "ring",
    "rustls",
    "signature",
    "subtle",
    "universal-hash",
];

/// Deployed dependencies without their own cryptography; SDKs and clients use crates of the page.
const NOT_CRYPTOGRAPHY: [&str; 24] = [
    "aws-credential-types",
    "aws-sdk-dynamodb",
    "aws-sdk-secretsmanager",
    "aws-sdk-sesv2",
    "aws-smithy-runtime-api",
    "aws-types",
    "base64",
    "bytes",
    "futures-util",
    "idna",
    "jiff",
    "lambda_http",
    "lambda_runtime",
    "percent-encoding",
    "schemars",
    "serde",
    "serde_json",
    "thiserror",
    "tokio",
    "tracing",
    "tracing-subscriber",
    "unicode-normalization",
    "unicode-properties",
    "unicode-segmentation",
];

/// The deployed packages with their dependencies.
fn deployed() -> BTreeSet<String> {
    let mut packages = house::functions();
    packages.extend(["portal".to_owned(), "platform".to_owned()]);
    packages
}

/// The dependencies of each crate of the deployed packages, as Cargo resolves them.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(house::root())
        .args(["tree", "--locked", "--edges", "normal,no-proc-macro"])
        .args(["--target", "aarch64-unknown-linux-gnu"])
        .args(["--prefix", "depth", "--format", " {p}"]);
    for package in deployed() {
        tree.args(["--package", &package]);
    }
    let output = tree.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");

    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut above: Vec<String> = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut words = line.split_whitespace();
        let (Some(depth), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        above.truncate(depth.parse().unwrap());
        if let Some(parent) = above.last() {
            found.entry(parent.clone()).or_default().insert(name.to_owned());
        }
        found.entry(name.to_owned()).or_default();
        above.push(name.to_owned());
    }
    found
}

/// The first cells of the page's table of crates.
fn on_the_page() -> BTreeSet<String> {
    let page = house::text(PAGE);
    let (_, crates) = page.split_once("\n## Crates\n").unwrap();
    let crates = crates.split("\n## ").next().unwrap();
    let rows = crates.lines().filter_map(|line| line.strip_prefix("| `"));
    let names: Vec<String> = rows
        .map(|row| row.split('`').next().unwrap().to_owned())
        .collect();
    let set: BTreeSet<String> = names.iter().cloned().collect();
    assert_eq!(set.len(), names.len(), "a crate stands there twice");
    set
}

#[test]
fn the_page_names_every_crate_that_does_cryptography_and_no_other() {
    let dependencies = dependencies();
    assert!(dependencies.len() > 100, "{}", dependencies.len());
    let ours = deployed();
    let is_foundation = |name: &str| FOUNDATIONS.contains(&name);
    let rests = |name: &str| dependencies[name].iter().any(|below| is_foundation(below));
    // Crates that depend on a foundation only indirectly: argon2 on BLAKE2, HKDF on HMAC.
    let primitives: BTreeSet<&str> = dependencies
        .keys()
        .map(String::as_str)
        .filter(|name| dependencies[*name].contains("digest"))
        .collect();
    let is_made_of_one = |name: &str| {
        dependencies[name]
            .iter()
            .any(|below| primitives.contains(below.as_str()))
    };
    let mut do_it: BTreeSet<String> = dependencies
        .keys()
        .filter(|name| is_foundation(name) || rests(name) || is_made_of_one(name))
        .filter(|name| !ours.contains(*name))
        .cloned()
        .collect();
    // Without a foundation: the string format of a password hash.
    do_it.insert("phc".to_owned());
    do_it.insert("zeroize".to_owned());
    assert_eq!(on_the_page(), do_it);
}

/// A crate with its own primitive has no foundation to find, so each new crate must be reviewed.
#[test]
fn a_new_dependency_is_said_to_do_cryptography_or_not() {
    let ours = deployed();
    let page = on_the_page();
    let mut found = BTreeSet::new();
    let folders = house::functions()
        .into_iter()
        .map(|function| format!("functions/{function}"))
        .chain(["shared/portal", "shared/platform"].map(str::to_owned));
    for folder in folders {
        let manifest: toml::Table = house::text(&format!("{folder}/Cargo.toml")).parse().unwrap();
        for name in manifest["dependencies"].as_table().unwrap().keys() {
            if !ours.contains(name) && !page.contains(name) {
                found.insert(name.clone());
            }
        }
    }
    let known = NOT_CRYPTOGRAPHY.map(str::to_owned);
    assert_eq!(found, BTreeSet::from(known));
}

/// Lengths and numbers on the page match the code.
#[test]
fn the_numbers_of_the_page_are_those_of_the_code() {
    let page = house::text(PAGE);
    let limits = portal::limits::Limits::standard();
    for said in [
        format!("{} KiB", limits.hash_memory.count()),
        format!("{} passes", limits.hash_passes),
        format!("{} bits", portal::keys::KEY_OCTETS * 8),
        format!("{} characters of 31", portal::initial_password::LENGTH),
    ] {
        assert!(page.contains(&said), "{PAGE} does not say «{said}»");
    }
}
