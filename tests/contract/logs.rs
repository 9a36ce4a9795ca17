//! `docs/logging.md` names every line that the code logs.

use std::collections::BTreeSet;

use crate::house;

/// The message of each `tracing` call of the product: the last text among its own arguments.
fn messages() -> BTreeSet<String> {
    let mut messages = BTreeSet::new();
    for (file, text) in ["shared", "functions"].into_iter().flat_map(house::sources) {
        for level in ["error", "warn", "info", "debug"] {
            let call = format!("tracing::{level}!(");
            for (at, _) in text.match_indices(&call) {
                let message = last_text(&text[at + call.len()..]);
                let message = message.unwrap_or_else(|| panic!("{}: no message in {call}", file.display()));
                messages.insert(message.to_owned());
            }
        }
    }
    messages
}

/// The last text that is an argument of the call whose arguments begin here.
fn last_text(arguments: &str) -> Option<&str> {
    let (mut depth, mut last, mut from) = (0, None, None);
    for (at, c) in arguments.char_indices() {
        match (c, from) {
            ('"', Some(begin)) => {
                if depth == 0 {
                    last = arguments.get(begin..at);
                }
                from = None;
            }
            ('"', None) => from = Some(at + 1),
            ('(', None) => depth += 1,
            (')', None) if depth == 0 => break,
            (')', None) => depth -= 1,
            _ => {}
        }
    }
    last
}

#[test]
fn the_page_of_the_logs_names_every_line() {
    let page = house::text("docs/logging.md");
    let messages = messages();
    assert!(messages.len() >= 30, "{messages:?}");
    let unnamed: Vec<_> = messages
        .iter()
        .filter(|message| {
            !page.contains(&format!("`{message}`")) && !page.contains(&format!("\"{message}\""))
        })
        .collect();
    assert!(unnamed.is_empty(), "docs/logging.md does not name {unnamed:?}");
    // And no line that is not logged.
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.split('|').nth(1).unwrap_or_default();
        let is_message = row.contains("| error |") || row.contains("| warn |") || row.contains("| info |");
        for named in cell.split('`').skip(1).step_by(2).filter(|_| is_message) {
            assert!(
                messages.contains(named),
                "docs/logging.md: nothing logs {named:?}"
            );
        }
    }
}
