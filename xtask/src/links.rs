//! Whether what the documents point at is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// Not ours to read, or not kept.
const SKIPPED: [&str; 5] = [
    "target",
    "node_modules",
    "dist",
    "test-results",
    "playwright-report",
];

/// Every relative link of a Markdown file under `root` that leads nowhere: `file:line: target`.
pub(crate) fn broken(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    markdown_files(root, &mut files)?;
    files.sort();
    let mut anchors = Anchors::default();
    let mut broken = Vec::new();
    for file in &files {
        for (line, target) in links(&read(file)?) {
            if !resolves(root, file, &target, &mut anchors)? {
                broken.push(format!(
                    "{}:{line}: {target}",
                    file.strip_prefix(root).unwrap_or(file).display()
                ));
            }
        }
    }
    Ok(broken)
}

fn markdown_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let hidden = name.starts_with('.') && name != ".github";
            if !hidden && !SKIPPED.contains(&name.as_str()) {
                markdown_files(&entry.path(), files)?;
            }
        } else if kind.is_file()
            && Path::new(&name)
                .extension()
                .is_some_and(|extension| extension == "md")
        {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[derive(Default)]
struct Anchors(BTreeMap<PathBuf, BTreeSet<String>>);

impl Anchors {
    fn has(&mut self, file: &Path, anchor: &str) -> Result<bool> {
        if !self.0.contains_key(file) {
            self.0.insert(file.to_owned(), anchors(&read(file)?));
        }
        Ok(self.0.get(file).is_some_and(|anchors| anchors.contains(anchor)))
    }
}

fn resolves(root: &Path, from: &Path, target: &str, anchors: &mut Anchors) -> Result<bool> {
    let (path, anchor) = target
        .split_once('#')
        .map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = decoded(path.split('?').next().unwrap_or_default());
    let file = match path.strip_prefix('/') {
        _ if path.is_empty() => from.to_owned(),
        Some(below) => root.join(below),
        None => from.parent().unwrap_or(root).join(path),
    };
    match anchor {
        _ if !file.exists() => Ok(false),
        Some(anchor) if file.extension().is_some_and(|extension| extension == "md") => {
            anchors.has(&file, &decoded(anchor))
        }
        _ => Ok(true),
    }
}

/// The relative targets of a document's links, pictures and reference definitions, each with its line.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        let line = without_code(line);
        let mut rest = line.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            links.push((number, destination(after).to_owned()));
            rest = after;
        }
        if let Some((_, after)) = line
            .trim_start()
            .strip_prefix('[')
            .and_then(|line| line.split_once("]:"))
        {
            links.push((number, destination(after.trim_start()).to_owned()));
        }
    }
    links.retain(|(_, target)| is_relative(target));
    links
}

/// The lines outside fenced code, counted from one.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    text.lines().zip(1..).filter_map(move |(line, number)| {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, None) => return Some((number, line)),
            (None, Some(_)) => fence = mark,
            (Some(_), Some(_)) if fence == mark => fence = None,
            (Some(_), _) => {}
        }
        None
    })
}

/// A line without its code spans: brackets in code are no links.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// The target at the start of what follows `](` or `]:`, without a title; it may hold balanced brackets.
fn destination(text: &str) -> &str {
    if let Some((inside, _)) = text.strip_prefix('<').and_then(|text| text.split_once('>')) {
        return inside;
    }
    let mut depth = 0;
    let end = text.find(|character: char| match character {
        '(' => {
            depth += 1;
            false
        }
        ')' => {
            depth -= 1;
            depth < 0
        }
        _ => character.is_whitespace(),
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn is_relative(target: &str) -> bool {
    let scheme = target
        .split_once(':')
        .is_some_and(|(scheme, _)| scheme.chars().all(|character| character.is_ascii_alphanumeric()));
    !target.is_empty() && !scheme && !target.starts_with("//")
}

/// What can follow `#`: the headings in the form that code hosts give them, and ids written as HTML.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let level = line.chars().take_while(|character| *character == '#').count();
        if let Some(heading) = line
            .get(level..)
            .filter(|rest| (1..=6).contains(&level) && rest.starts_with(' '))
        {
            let slug = slug(heading);
            let again = (1..).map(|number| format!("{slug}-{number}"));
            let free = std::iter::once(slug.clone())
                .chain(again)
                .find(|slug| !anchors.contains(slug));
            anchors.extend(free);
        }
        for mark in ["id=\"", "name=\""] {
            anchors.extend(
                line.split(mark)
                    .skip(1)
                    .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())),
            );
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    let mut text = heading.trim().trim_end_matches('#').trim().to_owned();
    // A link in a heading counts by its words.
    while let Some(((before, inner), after)) = text.split_once("](").and_then(|(head, tail)| {
        Some((
            head.rsplit_once('[')?,
            tail.split_once(')').map_or("", |(_, after)| after),
        ))
    }) {
        text = format!("{before}{inner}{after}");
    }
    text.to_lowercase()
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'))
        .map(|character| if character == ' ' { '-' } else { character })
        .collect()
}

/// `%E5%9B%B3.md` is how some editors write 図.md.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(str::from_utf8(hex).ok()?, 16).ok());
        if let (b'%', Some(byte)) = (first, hex) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(text: &str) -> Vec<String> {
        links(text).into_iter().map(|(_, target)| target).collect()
    }

    #[test]
    fn links_pictures_and_definitions_are_found() {
        let text = "[a](one.md) ![b](two.png \"title\") [c](<three four.md>)\n[d]: five.md\n[e](six_(7).md)";
        assert_eq!(
            targets(text),
            ["one.md", "two.png", "three four.md", "five.md", "six_(7).md"]
        );
        assert_eq!(links("\n[a](b.md)"), [(2, "b.md".to_owned())]);
    }

    #[test]
    fn code_and_addresses_elsewhere_are_no_relative_links() {
        assert!(targets("`[a](one.md)`\n```\n[b](two.md)\n```\n").is_empty());
        assert!(targets("[a](https://example.jp) [b](mailto:a@example.jp) [c](//example.jp/x)").is_empty());
        assert_eq!(targets("```\n[a](b.md)\n```\n[c](d.md)"), ["d.md"]);
    }

    #[test]
    fn a_heading_is_found_by_its_slug() {
        let anchors = anchors(
            "# One idea, `code`!\n## 用語 と ルール\n## Twice\n## Twice\n### [Link](x.md) here\n<a id=\"own\"></a>\n#no heading",
        );
        for slug in [
            "one-idea-code",
            "用語-と-ルール",
            "twice",
            "twice-1",
            "link-here",
            "own",
        ] {
            assert!(anchors.contains(slug), "{slug} in {anchors:?}");
        }
        assert_eq!(anchors.len(), 6);
    }

    #[test]
    fn a_path_may_be_percent_encoded() {
        assert_eq!(decoded("%E5%9B%B3.md"), "図.md");
        assert_eq!(decoded("100%.md"), "100%.md");
    }

    #[test]
    fn what_leads_nowhere_is_reported_with_its_place() {
        let root = std::env::temp_dir().join(format!("xtask-links-{}", std::process::id()));
        fs::create_dir_all(root.join("docs")).unwrap();
        fs::write(
            root.join("README.md"),
            "# Top\n[ok](docs/a.md#part) [top](#top) [gone](docs/b.md) [no](docs/a.md#none)",
        )
        .unwrap();
        fs::write(
            root.join("docs/a.md"),
            "# Part\n[up](../README.md) [root](/README.md) [folder](.)",
        )
        .unwrap();
        let found = broken(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            found.unwrap(),
            ["README.md:2: docs/b.md", "README.md:2: docs/a.md#none"]
        );
    }
}
