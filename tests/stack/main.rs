//! One journey through `cargo lambda watch` itself: the real processes, the real emulator, the real event source mapping.
//!
//! Run by `cargo xtask test --only stack`, which starts the stack and says where it is; not by a plain `cargo test`.

mod clock;
mod kills;
mod load;
mod tour;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[expect(
    clippy::disallowed_methods,
    reason = "the task that starts the stack says here where it is"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[expect(
    clippy::print_stdout,
    reason = "what was measured is what the person who runs this wants to see"
)]
fn says(text: &str) {
    println!("{text}");
}

struct Browser {
    http: reqwest::Client,
    origin: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        let origin = setting("PORTAL_STACK_URL")
            .expect("PORTAL_STACK_URL: start this by `cargo xtask test --only stack`");
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        Self {
            http,
            origin: origin.trim_end_matches('/').to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// A request with the cookies of this browser.
    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.origin));
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        if let Some(body) = body {
            request = request.json(body).header("idempotency-key", "stack-journey-0001");
        }
        request
    }

    /// Begins the registration of an office of this run's own, up to the mailed code; the address of the mail.
    async fn asks_for_a_code(&mut self, prefix: &str, first_number: u64) -> String {
        let run = std::process::id();
        let office = format!("{prefix}{run:09}");
        let mail = format!("{office}@example.jp").to_lowercase();
        let seed = json!({
            "password": "Himitsu2026", "mailAddress": mail, "officeName": "見本介護ステーション",
            "officeNumber": format!("{:010}", first_number + u64::from(run)),
        });
        let path = format!("/_dev/offices/{office}");
        assert_eq!(self.sends("PUT", &path, Some(seed)).await.0, 204);
        let start = json!({ "userId": office, "password": "Himitsu2026" });
        assert_eq!(
            self.calls("POST", "/registration", Some(start), 200).await["next"],
            "otp"
        );
        mail
    }

    async fn sends(&mut self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.tries(method, path, body).await.unwrap()
    }

    /// The answer, if there is one.
    async fn tries(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<(u16, Value)> {
        let request = self.request(method, path, body.as_ref());
        let response = request.send().await?;
        for cookie in response.headers().get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = response.status().as_u16();
        Ok((status, response.json().await.unwrap_or(Value::Null)))
    }

    async fn calls(&mut self, method: &str, path: &str, body: Option<Value>, status: u16) -> Value {
        let (told, answer) = self.sends(method, &format!("/api/v1{path}"), body).await;
        assert_eq!(told, status, "{method} {path}: {answer}");
        answer
    }

    /// Waits until all of these acts of the office are recorded.
    async fn finds_in_the_audit(&self, office: &str, acts: &[&str]) {
        let mut page = String::new();
        for _ in 0..100 {
            let url = format!("{}/_dev/audit?about={office}", self.origin);
            page = self.http.get(url).send().await.unwrap().text().await.unwrap();
            if acts.iter().all(|act| page.contains(&format!("<h2>{act}</h2>"))) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{acts:?} are not all kept: {page}");
    }

    /// Waits for a mail to this address with a line that has this prefix; returns it from the newest.
    async fn mailed(&mut self, address: &str, beginning: &str) -> String {
        for _ in 0..100 {
            let (_, mails) = self
                .sends("GET", &format!("/_dev/mails?to={address}"), None)
                .await;
            let lines = mails
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|mail| mail["text"].as_str())
                .flat_map(str::lines);
            if let Some(found) = lines.filter_map(|line| line.strip_prefix(beginning)).next() {
                return found.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("no mail to {address} with {beginning}");
    }
}

/// R-18 アクセス → 初回利用登録 → 新規ユーザ登録 → ログイン → マイページ, through the emulator.
#[tokio::test]
async fn the_whole_first_registration_runs_on_the_local_stack() {
    let mut taro = Browser::new();
    // An office of this run's own, so that the stack may have been used before.
    let office = format!(
        "KJ9{}",
        &setting("PORTAL_STACK_RUN").unwrap_or_else(|| std::process::id().to_string())
    );
    let (mail, id) = (
        format!("{office}@example.jp"),
        format!("taro-{office}@example.jp"),
    );
    let digits = format!("{:010}", 3_000_000_000_u64 + u64::from(std::process::id()));
    let seed = json!({
        "password": "Himitsu2026", "securityCode": "20260401", "mailAddress": mail, "officeNumber": digits,
        "officeName": "見本𠮷野介護ステーション",
    });
    let (status, answer) = taro
        .sends("PUT", &format!("/_dev/offices/{office}"), Some(seed))
        .await;
    assert_eq!(status, 204, "{answer}");

    let start = json!({ "userId": office, "password": "Himitsu2026" });
    assert_eq!(
        taro.calls("POST", "/registration", Some(start), 200).await["next"],
        "security-code"
    );
    let code = json!({ "securityCode": "20260401" });
    assert_eq!(
        taro.calls("POST", "/registration/security-code", Some(code), 200)
            .await["next"],
        "otp"
    );
    let code = json!({ "code": taro.mailed(&mail, "ワンタイムパスワード：").await });
    assert_eq!(
        taro.calls("POST", "/registration/otp", Some(code), 200).await["next"],
        "profile"
    );
    let profile = json!({ "email": id, "name": "髙橋 𠮷子", "nameKana": "たかはし ﾖｼｺ", "phone": "０３－１２３４－５６７８" });
    let shown = taro
        .calls("PUT", "/registration/profile", Some(profile), 200)
        .await;
    let draft = json!({ "draft": shown["draft"] });
    let completed = taro
        .calls("POST", "/registration/confirm", Some(draft.clone()), 201)
        .await;
    assert_eq!(
        taro.calls("POST", "/registration/confirm", Some(draft), 201)
            .await,
        completed
    );

    let password = taro.mailed(&id, "初期パスワード：").await;
    let login = json!({ "email": id, "password": password });
    assert_eq!(
        taro.calls("POST", "/login", Some(login), 200).await["next"],
        "otp"
    );
    let code = json!({ "code": taro.mailed(&id, "ワンタイムパスワード：").await });
    assert_eq!(
        taro.calls("POST", "/login/otp", Some(code), 200).await["next"],
        "new-password"
    );
    let terms = taro.calls("GET", "/terms", None, 200).await;
    let version = json!({ "version": terms["version"] });
    taro.calls("POST", "/login/terms/shown", Some(version.clone()), 200)
        .await;
    let change = json!({ "newPassword": "あおい空と しろい雲 二〇二六", "agreedTerms": version });
    assert_eq!(
        taro.calls("POST", "/login/password", Some(change), 200).await["next"],
        "my-page"
    );
    let me = taro.calls("GET", "/me", None, 200).await;
    assert_eq!(
        (&me["name"], &me["office"]["name"]),
        (&json!("髙橋 𠮷子"), &json!("見本𠮷野介護ステーション"))
    );
    taro.calls("POST", "/logout", None, 204).await;
    taro.calls("GET", "/me", None, 401).await;
    taro.finds_in_the_audit(
        &digits,
        &["member-registered", "password-changed", "session-ended"],
    )
    .await;
}

/// An unknown path gets the portal's problem document, whether the emulator or a function answers.
#[tokio::test]
async fn unknown_paths_and_methods_are_not_found_on_the_stack_too() {
    let mut taro = Browser::new();
    for (method, path) in [
        ("GET", "/nowhere"),
        ("PATCH", "/registration"),
        ("PUT", "/login"),
        ("DELETE", "/me"),
        ("GET", "/registration/otp"),
    ] {
        assert_eq!(
            taro.calls(method, path, None, 404).await["code"],
            "not-found",
            "{method} {path}"
        );
    }
}

/// A warm call without hashing takes at most 100 ms in a debug build; the median of many, because machines are shared.
#[tokio::test]
async fn a_warm_call_is_answered_within_a_tenth_of_a_second() {
    let mut taro = Browser::new();
    let mut took = Vec::new();
    for _ in 0..40 {
        let began = Instant::now();
        taro.calls("GET", "/registration", None, 401).await;
        took.push(began.elapsed());
    }
    took.sort();
    assert!(took[took.len() / 2] <= Duration::from_millis(100), "{took:?}");
}

/// The settings are shown, and the network's budget is lifted.
#[tokio::test]
async fn the_numbers_in_force_are_shown() {
    let mut taro = Browser::new();
    let (status, settings) = taro.sends("GET", "/_dev/settings", None).await;
    assert_eq!(status, 200);
    assert_eq!(
        (
            &settings["CODE_LIFE_SECONDS"],
            &settings["REFUSED_STARTS_PER_NETWORK"]
        ),
        (&json!(600), &json!(0))
    );
}
