//! `docs/limits.md`.

use std::fmt::Write as _;

use portal::limits::{Limit, Limits};

const HEAD: &str = "\
# Numbers

<!-- Written by `cargo xtask gen`; what is changed here is lost. -->

Every number of the product: what it is if nothing is set, and why.

Each is a setting: an environment variable of the same name replaces it.
Locally it is set before the stack starts (`CODE_LIFE_SECONDS=60 cargo xtask dev`), deployed in the `Variables` of \
`template.yaml`, for all functions or for one.
A value that is no whole number stops a function before its first request, and the log names every such value at once.
The local stack shows the numbers in force at `/_dev/settings`.

| name | value | unit | reason |
| --- | --- | --- | --- |
";

/// The page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for limit in Limits::ALL {
        // Writing to a text cannot fail.
        _ = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            limit.name,
            value(limit),
            limit.unit,
            limit.reason
        );
    }
    page
}

fn value(limit: &Limit) -> String {
    match (limit.unit, spoken(limit.default)) {
        ("seconds", Some(spoken)) => format!("{} ({spoken})", limit.default),
        _ => limit.default.to_string(),
    }
}

/// Seconds as people say them; a minute and more.
fn spoken(seconds: u64) -> Option<String> {
    let units = [(86_400, "days", 4), (3_600, "h", 1), (60, "min", 1)];
    let fitting = units
        .iter()
        .find(|(unit, _, least)| seconds.is_multiple_of(*unit) && seconds / unit >= *least);
    fitting.map(|(unit, name, _)| format!("{} {name}", seconds / unit))
}
