//! The real binary, as its operator starts it, on the engine of the local stack.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use platform::store::{Consistency, Replacing, Table};
use portal::account::{Account, NewMember, Role};
use portal::audit::{Act, Event};
use portal::change::Put;
use portal::desk::Operator;
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::values::{
    EmailAddress, Line, MemberId, NameKana, OfficeName, OfficeNumber, OperatorId, PhoneNumber, Profile,
};
use portal_local::clock::Clock;
use portal_local::engine::{Engine, PORTAL};

/// Runs the binary, with nothing of this process's environment.
fn desk(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_desk"));
    command.env_clear().args(words).output().unwrap()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn texts(output: &Output) -> (String, String) {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// An environment file as `cargo xtask dev` writes it.
fn env_file(name: &str, endpoint: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.env"));
    let text = format!(
        "# 見本\nPORTAL_TABLE='{PORTAL}'\nAUDIT_FILE='/nonexistent/audit.jsonl'\n\
         AWS_ENDPOINT_URL_SESV2=http://127.0.0.1:9\nAWS_ENDPOINT_URL_DYNAMODB='{endpoint}'\nPORTAL_KEYS='{{\"current\":\"k1\",\"keys\":{{}}}}'\n"
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn table(endpoint: &str) -> Table {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-northeast-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    Table::new(client, PORTAL.to_owned(), Limits::standard())
}

/// A member whose name steers a terminal: no form takes it, but whatever is in the table is shown.
async fn seed(table: &Table) {
    let now = jiff::Timestamp::from_second(4_000_000_000).unwrap();
    let email = EmailAddress::parse("taro@example.jp").unwrap();
    let new = NewMember {
        id: MemberId::new("m"),
        office: OfficeName {
            number: OfficeNumber::parse("1379901018").unwrap(),
            name: "見本\u{202e}訪問".to_owned(),
        },
        profile: Profile {
            email: email.clone(),
            name: Line::stored("=介護\u{1b}[2J太郎".to_owned()),
            name_kana: NameKana::stored("カイゴ タロウ".to_owned()),
            department: None,
            job_title: None,
            phone: PhoneNumber::stored("0312345678".to_owned()),
        },
        role: Role::Manager,
        key: KeyId::new("k1"),
        nonce: "n".to_owned(),
    };
    let member = new.pending(now, &Limits::standard());
    let account = Account {
        holder: member.into(),
        ..Account::unknown(email.key(), now)
    };
    let put = Put::new(account, Event::new(Act::MemberRegistered, now));
    table.put(put, Replacing::Nothing).await.unwrap();
}

#[test]
fn it_explains_itself_without_a_table() {
    let help = desk(&["--help"]);
    let (out, _) = texts(&help);
    assert!(
        code(&help) == Some(0) && out.contains("終了コード") && out.contains("--format"),
        "{out}"
    );
    for shell in ["bash", "zsh", "fish"] {
        let (out, _) = texts(&desk(&["completions", shell]));
        assert!(out.contains("desk"), "{shell}");
    }
    let (out, _) = texts(&desk(&["man"]));
    assert!(out.contains(".TH") && out.contains("窓口"), "{out}");
}

#[test]
fn a_wrong_command_line_is_2_and_what_is_not_set_is_1() {
    for words in [
        &["office"][..],
        &["office", "show"],
        &["member", "disable", "taro@example.jp", "--apply"],
        &["--local=x", "office", "show", "1379901018"],
    ] {
        let output = desk(words);
        assert_eq!((code(&output), output.stdout.len()), (Some(2), 0), "{output:?}");
    }
    let output = desk(&["office", "show", "1379901018"]);
    let (_, told) = texts(&output);
    assert!(
        code(&output) == Some(1) && told.contains("PORTAL_TABLE"),
        "{told}"
    );
}

#[test]
fn a_file_that_leads_to_another_machine_is_not_used() {
    let file = env_file("elsewhere", "https://dynamodb.ap-northeast-1.amazonaws.com");
    let local = format!("--local={}", file.display());
    let output = desk(&[&local, "--operator", "hanako", "office", "show", "1379901018"]);
    let (out, told) = texts(&output);
    assert!(
        code(&output) == Some(1) && out.is_empty() && told.contains("このマシン"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_is_recorded_and_nothing_that_steers_a_terminal_comes_out() {
    let engine = Engine::in_memory(Clock::system()).await.unwrap();
    let table = table(&engine.endpoint());
    seed(&table).await;
    let local = format!("--local={}", env_file("looks", &engine.endpoint()).display());
    let run = async |words: &[&str]| {
        let words: Vec<String> = [&local, "--operator", "hanako"]
            .into_iter()
            .chain(words.iter().copied())
            .map(str::to_owned)
            .collect();
        let run = move || desk(&words.iter().map(String::as_str).collect::<Vec<_>>());
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    let missing = run(&["member", "show", "nobody@example.jp"]).await;
    assert_eq!(
        (code(&missing), missing.stdout.len()),
        (Some(3), 0),
        "{missing:?}"
    );
    let operator: Option<_> = table
        .get::<Operator>(&OperatorId::new("local:hanako"), Consistency::Strong)
        .await
        .unwrap();
    let last = operator.unwrap().item.last;
    assert_eq!(last.reason, None);

    for (format, name) in [
        ("table", r"=介護\u{1b}[2J太郎"),
        ("csv", r#""'=介護\u{1b}[2J太郎""#),
        ("json", r"=介護\\u{1b}[2J太郎"),
    ] {
        let words = [
            "--format",
            format,
            "member",
            "show",
            "taro@example.jp",
            "--reveal",
            "--reason",
            "本人から依頼",
        ];
        let (out, told) = texts(&run(&words).await);
        assert!(out.contains(name), "{format}: {out}{told}");
        assert!(!out.contains(['\u{1b}', '\u{202e}']), "{format}");
        assert_eq!(told, "");
    }
    let masked = run(&["member", "show", "taro@example.jp"]).await;
    let (out, _) = texts(&masked);
    assert!(
        code(&masked) == Some(0) && !out.contains("taro@") && !out.contains("太郎"),
        "{out}"
    );
}
