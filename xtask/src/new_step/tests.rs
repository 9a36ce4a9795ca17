//! The generator against today's tree.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

const AREAS: [Area; 3] = [Area::Registration, Area::Login, Area::MyPage];

fn read(file: &str) -> Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(file)).context(file.to_owned())
}

fn step(name: &str, area: Area) -> Result<NewStep> {
    NewStep::of(&Args {
        name: name.to_owned(),
        operation: None,
        title: Some("試しの手順".to_owned()),
        area,
        method: Method::Post,
        path: None,
        dry_run: true,
    })
}

/// rustfmt leaves the text as it is.
fn is_formatted(text: &str) -> bool {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    rustfmt.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    output.status.success() && output.stdout == text.as_bytes()
}

#[test]
fn a_step_of_every_area_fits_into_todays_tree() {
    for area in AREAS {
        let step = step("throw-away", area).unwrap();
        let files = files::of(&step, &read).unwrap();
        let all = files.new.iter().chain(&files.changed);
        for (file, text) in all {
            for place in ["@NAME@", "@FUNCTION@", "@STEP@", "@RIGHTS@", "@WIRED@", "@FLOW@"] {
                assert!(!text.contains(place), "{file}: {place}");
            }
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{file}");
        }
        for (file, text) in &files.changed {
            let before = read(file).unwrap();
            let kept = before.lines().filter(|line| !line.contains("LogGroupNames"));
            let mut after = text.lines();
            for line in kept {
                assert!(after.any(|other| other == line), "{file} lost `{line}`");
            }
            assert!(text.len() > before.len(), "{file}");
        }
        let table = &files.changed["shared/portal/src/steps/table.rs"];
        assert!(table.contains("    ThrowAway {\n        name: \"throw-away\", title: \"試しの手順\","));
        let template = &files.changed["template.yaml"];
        assert_eq!(template.matches("\n  ThrowAwayRole:\n").count(), 1);
    }
}

#[test]
fn what_is_written_is_formatted() {
    let longest = "abcdefghij-abcdefghij-abcdef";
    assert_eq!(longest.len(), LONGEST);
    let names = ["x", "throw-away", longest];
    for (area, name) in AREAS.into_iter().flat_map(|area| names.map(|name| (area, name))) {
        let files = files::of(&step(name, area).unwrap(), &read).unwrap();
        let sources = files.new.iter().chain(&files.changed);
        for (file, text) in
            sources.filter(|(file, _)| Path::new(file).extension().is_some_and(|it| it == "rs"))
        {
            // Modules of a crate's root are looked for beside it.
            let text = text.lines().filter(|line| !line.starts_with("mod "));
            let text = text.collect::<Vec<_>>().join("\n").trim_end().to_owned() + "\n";
            assert!(is_formatted(&text), "{file}:\n{text}");
        }
    }
}

#[test]
fn what_is_there_already_is_refused() {
    let message = |step: &NewStep| files::of(step, &read).err().map(|error| format!("{error:#}"));
    let mut confirm = step("confirm", Area::Registration).unwrap();
    assert!(
        message(&confirm)
            .unwrap()
            .contains("a function of this name already")
    );
    confirm.name = "throw-away".to_owned();
    assert!(message(&confirm).unwrap().contains("a step of this name already"));
    confirm.operation = "throw-away".to_owned();
    assert!(
        message(&confirm)
            .unwrap()
            .contains("a step of this method and path already")
    );
    confirm.path = "/registration/throw-away".to_owned();
    assert_eq!(message(&confirm), None);
}

#[test]
fn a_name_is_in_small_letters_with_hyphens() {
    for name in [
        "",
        "Inquiry",
        "in_quiry",
        "-inquiry",
        "inquiry-",
        "a--b",
        "1a",
        "お問い合わせ",
    ] {
        assert!(step(name, Area::MyPage).is_err(), "{name}");
    }
    assert_eq!(
        step("send-inquiry-2", Area::MyPage).unwrap().path,
        "/me/send-inquiry-2"
    );
    assert_eq!(pascal("send-inquiry-2"), "SendInquiry2");
}

#[test]
fn the_contract_is_named_as_long_as_it_does_not_name_the_step() {
    let step = step("throw-away", Area::MyPage).unwrap();
    let files = files::of(&step, &read).unwrap();
    assert!(left_to_do(&step, &files, "").contains("docs/api.md"));
    assert!(!left_to_do(&step, &files, "`POST /me/throw-away`").contains("docs/api.md"));
}
