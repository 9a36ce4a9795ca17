//! Changes of a text at a place that must be there once.

use anyhow::{Result, bail};

/// `addition` before the only occurrence of `place`.
pub(super) fn before(text: &str, place: &str, addition: &str) -> Result<String> {
    match text.split(place).collect::<Vec<_>>().as_slice() {
        [start, end] => Ok(format!("{start}{addition}{place}{end}")),
        [_] => bail!("there is no `{}`", place.trim()),
        _ => bail!("`{}` is there more than once", place.trim()),
    }
}

/// `addition` before an item of Rust, which begins a line, and before its documentation.
pub(super) fn before_item(text: &str, item: &str, addition: &str) -> Result<String> {
    let Some((start, end)) = text.split_once(&format!("\n{item}")) else {
        bail!("there is no `{}`", item.trim());
    };
    let documentation = start
        .lines()
        .rev()
        .take_while(|line| line.trim_start().starts_with("///"));
    let length: usize = documentation.map(|line| line.len().saturating_add(1)).sum();
    let (before, documentation) = start.split_at(start.len().saturating_sub(length));
    Ok(format!(
        "{before}\n{addition}{}\n{item}{end}",
        documentation.trim_start_matches('\n')
    ))
}

/// `addition` at the end of a section, which ends where the next one begins.
pub(super) fn at_end_of_section(text: &str, title: &str, addition: &str) -> Result<String> {
    const HEAD: &str = "\n  # ── ";
    let Some((start, rest)) = text.split_once(&format!("{HEAD}{title} ─")) else {
        bail!("there is no section `{title}`");
    };
    let Some((section, rest)) = rest.split_once(HEAD) else {
        bail!("there is no section after `{title}`");
    };
    Ok(format!(
        "{start}{HEAD}{title} ─{section}\n{addition}{}{rest}",
        HEAD.trim_start_matches('\n')
    ))
}

/// `addition` before every occurrence of `place`.
pub(super) fn before_each(text: &str, place: &str, addition: &str) -> Result<String> {
    if !text.contains(place) {
        bail!("there is no `{}`", place.trim());
    }
    Ok(text.replace(place, &format!("{addition}{place}")))
}

/// `addition` after the first `end` that follows the last `place`.
pub(super) fn after_last(text: &str, place: &str, end: &str, addition: &str) -> Result<String> {
    let Some((start, rest)) = text.rsplit_once(place) else {
        bail!("there is no `{}`", place.trim());
    };
    let Some((middle, rest)) = rest.split_once(end) else {
        bail!("there is no end after the last `{}`", place.trim());
    };
    Ok(format!("{start}{place}{middle}{end}{addition}{rest}"))
}

/// A line among those that `is_one` takes, in the order of the names that they begin with.
pub(super) fn in_order(text: &str, line: &str, is_one: impl Fn(&str) -> bool) -> Result<String> {
    let name = |line: &str| line.split(['.', ';']).next().unwrap_or_default().to_owned();
    let mut lines: Vec<&str> = text.lines().collect();
    let ones: Vec<usize> = (0..lines.len())
        .filter(|at| lines.get(*at).is_some_and(|other| is_one(other)))
        .collect();
    let is_after = |at: &&usize| lines.get(**at).is_some_and(|other| name(other) > name(line));
    let at = match (ones.iter().find(is_after), ones.last()) {
        (Some(next), _) => *next,
        (None, Some(last)) => last.saturating_add(1),
        (None, None) => bail!("there is no line like `{line}`"),
    };
    lines.insert(at, line);
    Ok(lines.join("\n") + "\n")
}
