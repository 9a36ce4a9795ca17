//! The tours of the documents, as somebody pastes them into a shell beside the stack.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::{Browser, setting};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The lines of the code blocks of a section.
fn pasted(document: &str, section: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let after = text.split_once(section).unwrap().1;
    let section = after.split_once("\n## ").map_or(after, |(section, _)| section);
    let mut lines = Vec::new();
    for block in section.split("```bash\n").skip(1) {
        lines.extend(block.split_once("\n```").unwrap().0.lines().map(str::to_owned));
    }
    lines
}

/// The exit code that a line announces in its comment.
fn announced(line: &str) -> u8 {
    let code = line.split_once("exit code ").map(|(_, code)| code);
    code.map_or(0, |code| code.trim().parse().unwrap())
}

/// `docs/tour.sh`, then the tour of `docs/desk.md`: every command ends as the document says.
#[tokio::test]
async fn the_tours_of_the_documents_work() {
    let mut hanako = Browser::new();
    let origin = hanako.origin.clone();
    let tour = Command::new("bash")
        .args(["docs/tour.sh", &origin])
        .current_dir(root())
        .output()
        .unwrap();
    let told = |output: &std::process::Output| {
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned())
    };
    assert!(tour.status.success(), "{:?}", told(&tour));

    let login = json!({ "email": "hanako@example.jp", "password": "four ripe persimmons, 2 crows" });
    let screen = hanako.calls("POST", "/login", Some(login), 200).await;
    // The tour's own log-in was mailed a code, too.
    let label = screen["otp"]["label"].as_str().unwrap().to_owned();
    for _ in 0..100 {
        if hanako.mailed("hanako@example.jp", "照合記号：").await == label {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let code = hanako.mailed("hanako@example.jp", "ワンタイムパスワード：").await;
    let code = json!({ "code": code });
    assert_eq!(
        hanako.calls("POST", "/login/otp", Some(code), 200).await["next"],
        "my-page"
    );

    let binary = setting("PORTAL_STACK_DESK").expect("where the desk's binary is");
    let file = setting("PORTAL_STACK_ENV").expect("the stack's variables");
    let lines = pasted("docs/desk.md", "## Try it\n");
    let mut script = String::from("set -u\n");
    let mut wanted = Vec::new();
    for line in &lines {
        if line.starts_with("cargo build") {
            continue;
        }
        if line.starts_with("desk() {") {
            let desk = line
                .replace("target/debug/desk", &binary)
                .replace("--local", &format!("--local={file}"));
            assert!(desk.contains(&binary) && desk.contains(&file), "{desk}");
            writeln!(script, "{desk}").unwrap();
            continue;
        }
        writeln!(script, "{}", line.replace("http://localhost:8080", &origin)).unwrap();
        if line.starts_with("desk ") {
            writeln!(script, "echo \"== $?\"").unwrap();
            wanted.push((line, announced(line)));
        }
    }
    let ran = Command::new("bash")
        .args(["-c", &script])
        .current_dir(root())
        .output()
        .unwrap();
    let [shown, complaints] = told(&ran);
    let ended: Vec<u8> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("== "))
        .map(|code| code.parse().unwrap())
        .collect();
    assert_eq!(ended.len(), wanted.len(), "{shown}\n{complaints}");
    for ((line, wanted), ended) in wanted.into_iter().zip(ended) {
        assert_eq!(ended, wanted, "{line}\n{shown}\n{complaints}");
    }
    for said in ["hanako@example.jp", "ログインできません。", "完了"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let answer = hanako.mailed("hanako@example.jp", "パスワードの再設定を").await;
    assert_eq!(answer, "お試しください。");
}
