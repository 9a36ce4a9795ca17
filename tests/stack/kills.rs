//! SIGKILL during registrations and log-ins: processes of the functions die while they handle requests and mails.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Browser, says, setting};

/// The time that a person waits for an answer before repeating the request.
const TIME_OUT: Duration = Duration::from_secs(5);

/// The time limit of one step with all its repetitions, on a busy machine.
const MOST: Duration = Duration::from_mins(2);

const OWN_PASSWORD: &str = "あおい空と しろい雲 二〇二六";

/// The processes of this stack's functions only, identified by the address of their emulator.
fn processes() -> Vec<(u32, String)> {
    let emulator =
        setting("PORTAL_STACK_FUNCTIONS").expect("PORTAL_STACK_FUNCTIONS: where cargo-lambda listens");
    let port = emulator
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let Ok(program) = fs::read_link(entry.path().join("exe")) else {
            continue;
        };
        let Ok(environment) = fs::read(entry.path().join("environ")) else {
            continue;
        };
        let told = environment
            .split(|byte| *byte == 0)
            .filter_map(|pair| std::str::from_utf8(pair).ok())
            .find_map(|pair| pair.strip_prefix("AWS_LAMBDA_RUNTIME_API="))
            .unwrap_or("")
            .to_owned();
        let ours = told.contains(&format!(":{port}/"));
        if let (true, Some(name)) = (ours, function(&program)) {
            found.push((pid, name));
        }
    }
    found.sort();
    found
}

/// The function of a program; not cargo or the task runner before they become one.
fn function(program: &std::path::Path) -> Option<String> {
    let name = program.file_name()?.to_str()?.trim_end_matches(" (deleted)");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../functions")
        .join(name);
    folder.is_dir().then(|| name.to_owned())
}

fn kill(pid: u32) -> bool {
    Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Counts of what people experienced.
#[derive(Default)]
struct Went {
    setbacks: u32,
    longest: Duration,
}

struct Person {
    browser: Browser,
    office: String,
    mail: String,
    email: String,
    went: Went,
}

impl Person {
    async fn new(number: u32) -> Self {
        let office = format!("KJ8{:07}{number:02}", std::process::id());
        let mut browser = Browser::new();
        let mail = format!("{office}@example.jp").to_lowercase();
        let seed = json!({
            "password": "Himitsu2026", "mailAddress": mail,
            "officeNumber": format!("{:010}", 4_000_000_000_u64 + u64::from(std::process::id()) * 100 + u64::from(number)),
            "officeName": "見本介護ステーション",
        });
        let (status, answer) = browser
            .sends("PUT", &format!("/_dev/offices/{office}"), Some(seed))
            .await;
        assert_eq!(status, 204, "{answer}");
        Self {
            browser,
            email: format!("taro-{mail}"),
            mail,
            office,
            went: Went::default(),
        }
    }

    /// Repeats a request until the answer is not a 503; `known` are refusals that show that it was executed before.
    async fn takes(&mut self, method: &str, path: &str, body: Option<Value>, known: &[&str]) -> (u16, Value) {
        let began = Instant::now();
        let url = format!("/api/v1{path}");
        let mut tried = 0;
        loop {
            let answer = tokio::time::timeout(TIME_OUT, self.browser.tries(method, &url, body.clone())).await;
            if let Ok(Ok((status, answer))) = answer {
                let code = answer["code"].as_str().unwrap_or("");
                if (200..300).contains(&status) || (tried > 0 && known.contains(&code)) {
                    self.went.longest = self.went.longest.max(began.elapsed());
                    return (status, answer);
                }
                assert!(status == 503, "{method} {path}, try {tried}: {status} {answer}");
            }
            tried += 1;
            self.went.setbacks += 1;
            assert!(began.elapsed() < MOST, "{method} {path} did not come to an end");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn starts(&mut self) {
        let mut body = json!({ "userId": self.office, "password": "Himitsu2026" });
        let known = ["claims-lock-risk"];
        let (status, _) = self
            .takes("POST", "/registration", Some(body.clone()), &known)
            .await;
        if status == 409 {
            body["acceptLockRisk"] = true.into();
            self.takes("POST", "/registration", Some(body), &[]).await;
        }
    }

    /// The newest code with the 照合記号 of the screen.
    async fn code(&mut self, flow: &str, address: &str) -> String {
        let (_, shown) = self.takes("GET", flow, None, &[]).await;
        let label = format!("照合記号：{}", shown["otp"]["label"].as_str().unwrap());
        let began = Instant::now();
        loop {
            let url = format!("/_dev/mails?to={address}");
            let (_, mails) = self.browser.sends("GET", &url, None).await;
            let code = mails
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|mail| mail["text"].as_str())
                .filter(|text| text.contains(&label))
                .find_map(|text| {
                    text.lines()
                        .find_map(|line| line.strip_prefix("ワンタイムパスワード："))
                });
            if let Some(code) = code {
                self.went.longest = self.went.longest.max(began.elapsed());
                return code.to_owned();
            }
            assert!(began.elapsed() < MOST, "no mail with {label} to {address}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn journeys(&mut self) {
        const DONE: &[&str] = &["wrong-step"];
        self.starts().await;
        let mail = self.mail.clone();
        let code = json!({ "code": self.code("/registration", &mail).await });
        self.takes("POST", "/registration/otp", Some(code), DONE).await;
        let profile = json!({
            "email": self.email, "name": "介護 太郎", "nameKana": "カイゴ タロウ", "phone": "0312345678",
        });
        let (_, shown) = self
            .takes("PUT", "/registration/profile", Some(profile), &[])
            .await;
        let draft = json!({ "draft": shown["draft"] });
        let (status, done) = self
            .takes("POST", "/registration/confirm", Some(draft), &[])
            .await;
        assert_eq!((status, &done["next"]), (201, &json!("completed")));

        let email = self.email.clone();
        let password = self.browser.mailed(&email, "初期パスワード：").await;
        self.logs_in(&password, "new-password").await;
        let (_, terms) = self.takes("GET", "/terms", None, &[]).await;
        let version = json!({ "version": terms["version"] });
        self.takes("POST", "/login/terms/shown", Some(version.clone()), &[])
            .await;
        let change = json!({ "newPassword": OWN_PASSWORD, "agreedTerms": version });
        let (status, _) = self.takes("POST", "/login/password", Some(change), DONE).await;
        if status == 409 {
            self.takes("POST", "/login/session", None, &[]).await;
        }
        let (_, me) = self.takes("GET", "/me", None, &[]).await;
        assert_eq!(me["email"], email);
        self.takes("POST", "/logout", None, &[]).await;
        self.logs_in(OWN_PASSWORD, "my-page").await;
        let (_, me) = self.takes("GET", "/me", None, &[]).await;
        assert_eq!(me["members"]["count"], 1);
    }

    async fn logs_in(&mut self, password: &str, next: &str) {
        let body = json!({ "email": self.email, "password": password });
        self.takes("POST", "/login", Some(body), &[]).await;
        let email = self.email.clone();
        let code = json!({ "code": self.code("/login", &email).await });
        let (status, answer) = self
            .takes("POST", "/login/otp", Some(code), &["wrong-step"])
            .await;
        if status == 409 {
            assert_eq!(answer["progress"]["next"], next);
            if next == "my-page" {
                self.takes("POST", "/login/session", None, &[]).await;
            }
        } else {
            assert_eq!(answer["next"], next);
        }
    }
}

/// Kills the processes of one function after the other until it is stopped; returns the number for each.
async fn kills(
    stop: Arc<AtomicBool>,
    only: &'static [&'static str],
    pause: Duration,
) -> BTreeMap<String, u32> {
    let mut killed = BTreeMap::<String, u32>::new();
    while !stop.load(Ordering::SeqCst) {
        let mut living = processes();
        living.retain(|(_, name)| only.is_empty() || only.contains(&name.as_str()));
        // All processes of the function with the fewest deaths so far: so each has its turn, and one of them may be busy.
        let least = living
            .iter()
            .min_by_key(|(_, name)| killed.get(name).copied().unwrap_or(0))
            .map(|(_, name)| name.clone());
        for (pid, name) in living {
            if Some(&name) == least.as_ref() && kill(pid) {
                *killed.entry(name).or_default() += 1;
            }
        }
        tokio::time::sleep(pause).await;
    }
    killed
}

async fn under_fire(
    people: u32,
    from: u32,
    only: &'static [&'static str],
    pause: Duration,
) -> BTreeMap<String, u32> {
    let mut everybody = Vec::new();
    for number in 0..people {
        everybody.push(Person::new(from + number).await);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let killer = tokio::spawn(kills(stop.clone(), only, pause));
    let began = Instant::now();
    let journeys: Vec<_> = everybody
        .into_iter()
        .map(|mut person| {
            tokio::spawn(async move {
                person.journeys().await;
                person.went
            })
        })
        .collect();
    let mut all = Went::default();
    let mut failed = Vec::new();
    for journey in journeys {
        match journey.await {
            Ok(went) => {
                all.setbacks += went.setbacks;
                all.longest = all.longest.max(went.longest);
            }
            Err(error) => failed.push(error.to_string()),
        }
    }
    stop.store(true, Ordering::SeqCst);
    let killed = killer.await.unwrap();
    says(&format!(
        "{people} journeys in {:.1} s; killed: {killed:?}; {} setbacks; the longest step took {:.1} s",
        began.elapsed().as_secs_f64(),
        all.setbacks,
        all.longest.as_secs_f64(),
    ));
    assert!(failed.is_empty(), "{failed:?}");
    killed
}

/// The processes of the steps die during requests: repeated requests succeed, and every mail is sent.
#[tokio::test(flavor = "multi_thread")]
async fn journeys_end_well_while_processes_are_killed() {
    let killed = under_fire(8, 0, &[], Duration::from_millis(60)).await;
    assert!(killed.values().sum::<u32>() >= 20, "{killed:?}");
}

/// The sender of mails is killed repeatedly: the stream delivers the records again.
#[tokio::test(flavor = "multi_thread")]
async fn mails_come_while_what_sends_them_is_killed() {
    let killed = under_fire(
        4,
        50,
        &["deliver-mail", "mail-events"],
        Duration::from_millis(400),
    )
    .await;
    assert!(killed.contains_key("deliver-mail"), "{killed:?}");
}
