//! A person at a browser: keeps cookies, checks answers.

use std::collections::BTreeMap;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt as _};
use portal::problem::Kind;
use serde_json::{Value, json};

use crate::people::{OWN_PASSWORD, TestOffice, profile};
use crate::world::{ORIGIN, World};

/// An answer of the portal.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers, names in lower case; a repeated name has several values.
    pub headers: Vec<(String, String)>,
    /// The body, `null` if there is none; a page is a text.
    pub body: Value,
}

impl Reply {
    /// The header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Asserts the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Asserts status and code of a problem, on a page, too.
    #[track_caller]
    pub fn is_told(self, code: &str) -> Self {
        if let Some(page) = self.body.as_str() {
            assert!(
                page.contains(&format!("data-about=\"{code}\"")),
                "{} {page}",
                self.status
            );
        } else {
            assert_eq!(self.body["code"], code, "{} {}", self.status, self.body);
        }
        let kind = Kind::ALL
            .iter()
            .find(|kind| kind.code() == code)
            .expect("a kind of problem");
        assert_eq!(self.status, kind.status());
        self
    }

    /// The page that answers a plain form.
    #[track_caller]
    pub fn page(&self) -> &str {
        self.body.as_str().expect("a page")
    }

    /// Asserts the current screen.
    #[track_caller]
    pub fn leads_to(self, next: &str) -> Self {
        let progress = if self.body["progress"].is_object() {
            &self.body["progress"]
        } else {
            &self.body
        };
        assert_eq!(progress["next"], next, "{} {}", self.status, self.body);
        self
    }

    /// Asserts the body's value at this pointer.
    #[track_caller]
    pub fn has(self, pointer: &str, value: impl Into<Value>) -> Self {
        assert_eq!(
            self.body.pointer(pointer),
            Some(&value.into()),
            "{pointer} of {}",
            self.body
        );
        self
    }

    /// Asserts that the body has no value at this pointer.
    #[track_caller]
    pub fn lacks(self, pointer: &str) -> Self {
        assert_eq!(self.body.pointer(pointer), None, "{pointer} of {}", self.body);
        self
    }

    /// Asserts exactly these problems of exactly these fields.
    #[track_caller]
    pub fn complains(self, problems: &[(&str, &str)]) -> Self {
        let found: Vec<(&str, &str)> = self.body["errors"]
            .as_array()
            .map(|errors| {
                errors
                    .iter()
                    .map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
                    .collect()
            })
            .unwrap_or_default();
        assert_eq!(found, problems, "{}", self.body);
        self
    }

    /// The possible actions.
    pub fn allowed(&self) -> Vec<&str> {
        let progress = if self.body["progress"].is_object() {
            &self.body["progress"]
        } else {
            &self.body
        };
        progress["allowed"]
            .as_array()
            .map(|words| words.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    }
}

/// A person with a separate browser.
#[derive(Clone)]
pub struct Clerk {
    /// The portal.
    pub world: World,
    /// The browser's cookies.
    pub cookies: BTreeMap<String, String>,
    /// Headers that the browser adds to requests.
    pub headers: Vec<(String, String)>,
    /// The source address of the person's requests.
    pub source_ip: String,
    /// The last draft that was shown.
    pub draft: Option<String>,
    /// All answers, without cookies.
    pub transcript: Vec<String>,
}

impl Clerk {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world,
            cookies: BTreeMap::new(),
            headers: vec![("origin".to_owned(), ORIGIN.to_owned())],
            source_ip: "192.0.2.1".to_owned(),
            draft: None,
            transcript: Vec::new(),
        }
    }

    /// Sends a request with a body of any kind.
    pub async fn sends(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Reply {
        let mut request = lambda_http::http::Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"));
        let own = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(headers.iter().copied()) {
            request = request.header(name, value);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.http.source_ip = Some(self.source_ip.clone());
        let request = request
            .body(body)
            .unwrap()
            .with_request_context(RequestContext::ApiGatewayV2(context));
        let response = self.world.sends(request).await;
        let answer = Reply {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
                .collect(),
            body: serde_json::from_slice(response.body()).unwrap_or_else(|_| page_of(&response)),
        };
        self.keeps_cookies(&answer);
        let headers = answer.headers.iter().filter(|(name, _)| name != "set-cookie");
        self.transcript
            .push(format!("{:?} {}", headers.collect::<Vec<_>>(), answer.body));
        crate::recorder::check(method, path, &answer);
        Box::pin(self.world.looks_at_the_audit()).await;
        if let Some(draft) = answer.body.get("draft").and_then(Value::as_str) {
            self.draft = Some(draft.to_owned());
        }
        answer
    }

    /// Sends a plain form, as a browser without scripts does.
    pub async fn posts(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", written(name), written(value)))
            .collect();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.sends("POST", path, &headers, Body::Text(pairs.join("&")))
            .await
    }

    fn keeps_cookies(&mut self, answer: &Reply) {
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = line.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Sends JSON.
    pub async fn json(&mut self, method: &str, path: &str, body: &Value) -> Reply {
        self.sends(
            method,
            path,
            &[("content-type", "application/json")],
            Body::Text(body.to_string()),
        )
        .await
    }

    /// Sends JSON with an Idempotency-Key.
    pub async fn keyed(&mut self, method: &str, path: &str, key: &str, body: &Value) -> Reply {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.sends(method, path, &headers, Body::Text(body.to_string()))
            .await
    }

    /// Sends a request without a body.
    pub async fn calls(&mut self, method: &str, path: &str) -> Reply {
        self.sends(method, path, &[], Body::Empty).await
    }

    /// 電子請求受付システム認証
    pub async fn authenticates(&mut self, office: &TestOffice) -> Reply {
        self.authenticates_with(office.user_id, office.password).await
    }

    /// 電子請求受付システム認証 with this ID and password.
    pub async fn authenticates_with(&mut self, user_id: &str, password: &str) -> Reply {
        self.json(
            "POST",
            "/registration",
            &json!({ "userId": user_id, "password": password }),
        )
        .await
    }

    /// The newest code that was mailed to this address.
    pub async fn mailed_code(&self, address: &str) -> String {
        self.mailed(address, "ワンタイムパスワード：").await
    }

    /// The newest initial password that was mailed to this address.
    pub async fn mailed_password(&self, address: &str) -> String {
        self.mailed(address, "初期パスワード：").await
    }

    async fn mailed(&self, address: &str, label: &str) -> String {
        let mails = self.world.mails_to(address).await;
        let found = mails
            .iter()
            .find_map(|mail| mail.text.lines().find_map(|line| line.strip_prefix(label)));
        found
            .unwrap_or_else(|| panic!("no mail with {label} to {address}"))
            .to_owned()
    }

    /// ワンタイムパスワード認証（初回利用登録） with the newest mailed code.
    pub async fn types_the_mailed_code(&mut self, address: &str) -> Reply {
        let code = self.mailed_code(address).await;
        self.types_code(&code).await
    }

    /// ワンタイムパスワード認証（初回利用登録）
    pub async fn types_code(&mut self, code: &str) -> Reply {
        self.json("POST", "/registration/otp", &json!({ "code": code }))
            .await
    }

    /// A code that is not the mailed one.
    pub async fn wrong_code(&self, address: &str) -> String {
        let right: u32 = self.mailed_code(address).await.parse().unwrap();
        format!("{:06}", (right + 1) % 1_000_000)
    }

    /// 新規ユーザ登録情報の入力
    pub async fn enters_profile(&mut self, profile: &Value) -> Reply {
        self.json("PUT", "/registration/profile", profile).await
    }

    /// 登録する, with the draft that was shown last.
    pub async fn confirms(&mut self, key: &str) -> Reply {
        let draft = self.draft.clone().unwrap_or_default();
        self.keyed("POST", "/registration/confirm", key, &json!({ "draft": draft }))
            .await
    }

    /// From 電子請求受付システム認証 to 新規ユーザ登録情報の入力 or 同一組織….
    pub async fn proves_to_be(&mut self, office: &TestOffice) -> Reply {
        let mut answer = self.authenticates(office).await.is(200);
        if let Some(code) = office.security_code {
            answer = answer.leads_to("security-code");
            assert_eq!(answer.status, 200);
            self.json(
                "POST",
                "/registration/security-code",
                &json!({ "securityCode": code }),
            )
            .await
            .is(200);
        }
        self.types_the_mailed_code(office.mail_address).await
    }

    /// From 電子請求受付システム認証 to ユーザ登録完了.
    pub async fn registers(&mut self, office: &TestOffice, email: &str) -> Reply {
        self.proves_to_be(office).await.is(200).leads_to("profile");
        self.enters_profile(&profile(email))
            .await
            .is(200)
            .leads_to("confirm");
        self.confirms("registers-0123456789")
            .await
            .is(201)
            .leads_to("completed")
    }

    /// ログイン情報の入力
    pub async fn logs_in(&mut self, email: &str, password: &str) -> Reply {
        self.json("POST", "/login", &json!({ "email": email, "password": password }))
            .await
    }

    /// ワンタイムパスワード認証（ログイン）
    pub async fn types_login_code(&mut self, code: &str) -> Reply {
        self.json("POST", "/login/otp", &json!({ "code": code })).await
    }

    /// パスワードを忘れた方
    pub async fn asks_for_a_reset(&mut self, email: &str) -> Reply {
        self.json("POST", "/password-reset", &json!({ "email": email }))
            .await
    }

    /// ワンタイムパスワード認証（パスワードの再設定）
    pub async fn types_reset_code(&mut self, code: &str) -> Reply {
        self.json("POST", "/password-reset/otp", &json!({ "code": code }))
            .await
    }

    /// 新しいパスワード（パスワードの再設定）
    pub async fn resets_password(&mut self, password: &str) -> Reply {
        self.json(
            "POST",
            "/password-reset/password",
            &json!({ "newPassword": password }),
        )
        .await
    }

    /// From パスワードを忘れた方 to the screen of the new password, with the mailed code.
    pub async fn proves_the_mailbox(&mut self, email: &str) -> Reply {
        self.asks_for_a_reset(email).await.is(200).leads_to("otp");
        let code = self.mailed_code(email).await;
        self.types_reset_code(&code)
            .await
            .is(200)
            .leads_to("new-password")
    }

    /// From ログイン情報の入力 with the mailed initial password to 新しいパスワード.
    pub async fn logs_in_for_the_first_time(&mut self, email: &str) -> Reply {
        let password = self.mailed_password(email).await;
        self.logs_in(email, &password).await.is(200).leads_to("otp");
        let code = self.mailed_code(email).await;
        self.types_login_code(&code)
            .await
            .is(200)
            .leads_to("new-password")
    }

    /// 利用規約 is shown.
    pub async fn is_shown_the_terms(&mut self) -> String {
        let terms = self.calls("GET", "/terms").await.is(200);
        let version = terms.body["version"].as_str().expect("a version").to_owned();
        self.json("POST", "/login/terms/shown", &json!({ "version": version }))
            .await
            .is(200);
        version
    }

    /// 「パスワードを変更する」
    pub async fn changes_password(&mut self, password: &str, version: &str) -> Reply {
        let body = json!({ "newPassword": password, "agreedTerms": { "version": version } });
        self.json("POST", "/login/password", &body).await
    }

    /// From the mailed initial password to マイページ.
    pub async fn arrives_at_my_page(&mut self, email: &str) -> Reply {
        self.logs_in_for_the_first_time(email).await;
        let version = self.is_shown_the_terms().await;
        self.changes_password(OWN_PASSWORD, &version)
            .await
            .is(200)
            .leads_to("my-page")
    }
}

/// The text of a page.
fn page_of(response: &lambda_http::Response<Body>) -> Value {
    let is_page = response
        .headers()
        .get("content-type")
        .is_some_and(|kind| kind == "text/html; charset=utf-8");
    match std::str::from_utf8(response.body()) {
        Ok(text) if is_page => Value::String(text.to_owned()),
        _ => Value::Null,
    }
}

/// A text as a form writes it.
fn written(text: &str) -> String {
    let octet = |octet: u8| match octet {
        b' ' => "+".to_owned(),
        octet if octet.is_ascii_alphanumeric() => char::from(octet).to_string(),
        octet => format!("%{octet:02X}"),
    };
    text.bytes().map(octet).collect()
}
