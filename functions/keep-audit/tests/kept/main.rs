//! Whatever is killed, at any point: each act is stored once, in a well-formed archive, without personal data.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod archive;
mod images;
mod killed;

use std::path::Path;

use serde_json::{Value, json};

/// The stream's record of an act on an account.
fn record(number: usize) -> Value {
    let id = format!("version-{number}");
    json!({ "dynamodb": {
        "SequenceNumber": format!("{:021}", 1_000 + number),
        "NewImage": {
            "pk": { "S": format!("ACCOUNT#{}", number % 7) },
            "v": { "S": id },
            "wrong": { "N": number.to_string() },
            "event": { "M": {
                "id": { "S": id }, "act": { "S": "password-wrong" }, "at": { "N": "1775001600" }, "by": { "S": "flow" },
            } },
        },
    } })
}

fn batch(numbers: impl IntoIterator<Item = usize>) -> Value {
    json!({ "Records": numbers.into_iter().map(record).collect::<Vec<_>>() })
}

/// The ids in the file, in its order, every line of which is a record.
fn ids(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "a torn line");
    let id = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["act"], "password-wrong");
        record["id"].as_str().unwrap().to_owned()
    };
    text.lines().map(id).collect()
}

/// Asserts that each of the first `count` acts is there once.
fn assert_each_once(mut found: Vec<String>, count: usize) {
    found.sort_unstable();
    let mut wanted: Vec<String> = (0..count).map(|number| format!("version-{number}")).collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}
