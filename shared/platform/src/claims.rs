//! 電子請求受付システム over HTTP, by the contract of `infra/claims-gateway.yaml`.
//!
//! A question is asked once. The system at the other end counts wrong passwords and locks the
//! office out of its claims, so nothing here, and nothing below it, may ask a second time: no
//! retry, no redirect, no connection kept from an earlier question that could turn out dead.

use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use portal::claims::{Accepted, Authentication, RegisteredOffice, SecurityCodeCheck, Unavailable};
use reqwest::{Client, Response, StatusCode, Url, header};
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

/// What one question may take in all, from the name look-up to the last byte of the answer.
const BUDGET: Duration = Duration::from_secs(5);

/// The part of the budget in which the connection must stand, TLS included: two fifths.
///
/// It ends before the whole does, so that running out of the whole means that the question was sent.
const CONNECT_FIFTHS: u32 = 2;

/// The longest answer that is read. A true one has a few hundred bytes.
const ANSWER_LIMIT: usize = 16 * 1024;

/// The longest name of an office, in characters; the longest in the public register has 60.
const NAME_LIMIT: usize = 200;

/// 電子請求受付システム, as steps ask it: [`ClaimsGateway`], or what stands for it in the model checker.
///
/// A question may count on the other side, so an implementation asks once.
pub trait ClaimsSystem: Send + Sync {
    /// 電子請求受付システム認証 — whether this is the office's password.
    fn authenticate<'a>(
        &'a self,
        user_id: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<Authentication, Unavailable>>;

    /// セキュリティコード — whether this is the office's code.
    fn check_security_code<'a>(
        &'a self,
        user_id: &'a str,
        security_code: &'a str,
    ) -> BoxFuture<'a, Result<SecurityCodeCheck, Unavailable>>;
}

impl ClaimsSystem for ClaimsGateway {
    fn authenticate<'a>(
        &'a self,
        user_id: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<Authentication, Unavailable>> {
        Self::authenticate(self, user_id, password).boxed()
    }

    fn check_security_code<'a>(
        &'a self,
        user_id: &'a str,
        security_code: &'a str,
    ) -> BoxFuture<'a, Result<SecurityCodeCheck, Unavailable>> {
        Self::check_security_code(self, user_id, security_code).boxed()
    }
}

/// 電子請求受付システム — the way to ask it.
///
/// Holds no credential, and prints nothing but the address it asks.
#[derive(Clone, Debug)]
pub struct ClaimsGateway {
    client: Client,
    authentications: Url,
    security_codes: Url,
}

/// Why a [`ClaimsGateway`] cannot be made from the setting.
#[derive(Debug, thiserror::Error)]
pub enum ClaimsGatewayError {
    /// It does not read as a URL that a path can be added to.
    #[error("the address of the claims system is not a URL")]
    NotAUrl,
    /// Passwords would cross a network in the open.
    #[error("the address of the claims system must be https, or http on this machine")]
    NotPrivate,
    /// A credential, a query or a fragment has no place in it.
    #[error("the address of the claims system must be scheme, host and path alone")]
    NotPlain,
    /// TLS could not be set up, for want of root certificates for instance.
    #[error("the client for the claims system could not be built")]
    Client(#[source] reqwest::Error),
}

impl ClaimsGateway {
    /// Asks the system under `base_url`, which may have a path of its own.
    pub fn new(base_url: &str) -> Result<Self, ClaimsGatewayError> {
        Self::with_budget(base_url, BUDGET)
    }

    /// As [`new`](Self::new), with another budget than 5 seconds.
    pub fn with_budget(base_url: &str, budget: Duration) -> Result<Self, ClaimsGatewayError> {
        let base = base(base_url)?;
        let client = Client::builder()
            .timeout(budget)
            .connect_timeout(budget / 5 * CONNECT_FIFTHS)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            // A proxy named in the environment would read the passwords.
            .no_proxy()
            .referer(false)
            .http1_only()
            // A kept connection may be dead without our knowing, and then «was it judged?» has no answer.
            .pool_max_idle_per_host(0)
            .https_only(base.scheme() == "https")
            .build()
            .map_err(ClaimsGatewayError::Client)?;
        Ok(Self {
            client,
            authentications: under(&base, "authentications")?,
            security_codes: under(&base, "security-codes")?,
        })
    }

    /// 電子請求受付システム認証 — asks, once, whether this is the office's password.
    pub async fn authenticate(&self, user_id: &str, password: &str) -> Result<Authentication, Unavailable> {
        let question = question(
            &AuthenticationQuestion { user_id, password },
            &[user_id, password],
        )?;
        let answer = self.ask(&self.authentications, question).await?;
        AuthenticationAnswer::read(&answer, user_id).map_err(unusable)
    }

    /// セキュリティコード — asks, once, whether this is the office's code.
    pub async fn check_security_code(
        &self,
        user_id: &str,
        security_code: &str,
    ) -> Result<SecurityCodeCheck, Unavailable> {
        let question = question(
            &SecurityCodeQuestion {
                user_id,
                security_code,
            },
            &[user_id, security_code],
        )?;
        let answer = self.ask(&self.security_codes, question).await?;
        SecurityCodeAnswer::read(&answer, user_id).map_err(unusable)
    }

    /// The whole body of a 200 answer in JSON, or why there is none.
    async fn ask(&self, url: &Url, question: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Unavailable> {
        let mut response = self
            .client
            .post(url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            // The buffer stays one and is wiped when the last holder lets go of it.
            .body(Bytes::from_owner(question))
            .send()
            .await
            .map_err(|error| unanswered(&error))?;

        match response.status() {
            StatusCode::OK => {}
            // Whoever says this has handed the question on and not heard back.
            StatusCode::GATEWAY_TIMEOUT => return Err(unknown("gateway-timeout")),
            _ => return Err(unusable(Unusable::Status)),
        }
        if !is_json(&response) {
            return Err(unusable(Unusable::ContentType));
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
            if answer.len() + chunk.len() > ANSWER_LIMIT {
                return Err(unusable(Unusable::TooLong));
            }
            answer.extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

fn base(text: &str) -> Result<Url, ClaimsGatewayError> {
    let url = Url::parse(text).map_err(|_| ClaimsGatewayError::NotAUrl)?;
    let private = match url.scheme() {
        "https" => true,
        "http" => is_this_machine(url.host_str().unwrap_or_default()),
        _ => false,
    };
    if !private {
        return Err(ClaimsGatewayError::NotPrivate);
    }
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain {
        Ok(url)
    } else {
        Err(ClaimsGatewayError::NotPlain)
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn under(base: &Url, name: &str) -> Result<Url, ClaimsGatewayError> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| ClaimsGatewayError::NotAUrl)?
        .pop_if_empty()
        .push(name);
    Ok(url)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthenticationQuestion<'a> {
    user_id: &'a str,
    password: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityCodeQuestion<'a> {
    user_id: &'a str,
    security_code: &'a str,
}

/// The question as JSON, in a buffer that is wiped.
fn question(question: &impl Serialize, values: &[&str]) -> Result<Zeroizing<Vec<u8>>, Unavailable> {
    // The room is taken at once, for a buffer that grows leaves the password in the one it outgrew.
    // JSON writes a control character of one byte as six; the names and marks around are far below 100.
    let room = 100 + values.iter().map(|value| 6 * value.len()).sum::<usize>();
    let mut buffer = Zeroizing::new(Vec::with_capacity(room));
    serde_json::to_writer(&mut *buffer, question).map_err(|_| unusable(Unusable::Question))?;
    Ok(buffer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AuthenticationAnswer {
    user_id: String,
    result: AuthenticationResult,
    #[serde(default, deserialize_with = "present")]
    security_code: Option<SecurityCodeNeed>,
    #[serde(default, deserialize_with = "present")]
    office: Option<OfficeAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AuthenticationResult {
    Accepted,
    Wrong,
    TemporaryPassword,
    PasswordExpired,
    Locked,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SecurityCodeNeed {
    Required,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SecurityCodeAnswer {
    user_id: String,
    result: SecurityCodeResult,
    #[serde(default, deserialize_with = "present")]
    office: Option<OfficeAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SecurityCodeResult {
    Accepted,
    Wrong,
    Locked,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OfficeAnswer {
    number: String,
    name: String,
    #[serde(default, deserialize_with = "present")]
    mail_address: Option<String>,
}

/// A value that may be left out, but not be `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

impl AuthenticationAnswer {
    fn read(answer: &[u8], asked_about: &str) -> Result<Authentication, Unusable> {
        let answer: Self = serde_json::from_slice(answer).map_err(|_| Unusable::Schema)?;
        if answer.user_id != asked_about {
            return Err(Unusable::OtherUser);
        }
        match (answer.result, answer.security_code, answer.office) {
            (AuthenticationResult::Accepted, Some(SecurityCodeNeed::Required), None) => {
                Ok(Authentication::Accepted(Accepted::SecurityCodeWanted))
            }
            (AuthenticationResult::Accepted, Some(SecurityCodeNeed::None), Some(office)) => {
                Ok(Authentication::Accepted(Accepted::Office(office.read()?)))
            }
            (AuthenticationResult::Wrong, None, None) => Ok(Authentication::Wrong),
            (AuthenticationResult::TemporaryPassword, None, None) => Ok(Authentication::TemporaryPassword),
            (AuthenticationResult::PasswordExpired, None, None) => Ok(Authentication::PasswordExpired),
            (AuthenticationResult::Locked, None, None) => Ok(Authentication::Locked),
            // An answer that says two things at once proves neither.
            _ => Err(Unusable::Schema),
        }
    }
}

impl SecurityCodeAnswer {
    fn read(answer: &[u8], asked_about: &str) -> Result<SecurityCodeCheck, Unusable> {
        let answer: Self = serde_json::from_slice(answer).map_err(|_| Unusable::Schema)?;
        if answer.user_id != asked_about {
            return Err(Unusable::OtherUser);
        }
        match (answer.result, answer.office) {
            (SecurityCodeResult::Accepted, Some(office)) => Ok(SecurityCodeCheck::Accepted(office.read()?)),
            (SecurityCodeResult::Wrong, None) => Ok(SecurityCodeCheck::Wrong),
            (SecurityCodeResult::Locked, None) => Ok(SecurityCodeCheck::Locked),
            _ => Err(Unusable::Schema),
        }
    }
}

impl OfficeAnswer {
    fn read(self) -> Result<RegisteredOffice, Unusable> {
        let name = self.name.trim();
        // A line end in a name would let it write lines of its own into our mails.
        let name_is_right =
            (1..=NAME_LIMIT).contains(&name.chars().count()) && !name.contains(char::is_control);
        if !name_is_right || !is_office_number(&self.number) {
            return Err(Unusable::Schema);
        }
        Ok(RegisteredOffice {
            number: self.number,
            name: name.to_owned(),
            mail_address: self.mail_address.filter(|address| !address.trim().is_empty()),
        })
    }
}

/// 介護保険事業所番号: `^[0-9]{2}[0-9A-HJ-NPR-Z][0-9]{7}$`. Its only letter is the kind of the office,
/// and I, O and Q are not used.
fn is_office_number(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match byte {
            b'0'..=b'9' => true,
            b'I' | b'O' | b'Q' => false,
            b'A'..=b'Z' => at == 2,
            _ => false,
        })
}

fn is_json(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// What is wrong with an answer that did come. Each is a word for the log, none holds what was sent.
#[derive(Clone, Copy, Debug)]
enum Unusable {
    Question,
    Status,
    ContentType,
    TooLong,
    Schema,
    OtherUser,
}

fn unusable(why: Unusable) -> Unavailable {
    tracing::warn!(
        ?why,
        "the claims system gave no usable answer; nothing says that it judged anything"
    );
    Unavailable::NotJudged
}

/// What it means that the exchange broke. Whatever is not plainly «never sent» may have counted.
fn unanswered(error: &reqwest::Error) -> Unavailable {
    if error.is_connect() || error.is_builder() {
        tracing::warn!(timeout = error.is_timeout(), "the claims system was not reached");
        return Unavailable::NotJudged;
    }
    unknown(if error.is_timeout() {
        "timeout"
    } else {
        "connection-lost"
    })
}

fn unknown(why: &'static str) -> Unavailable {
    tracing::warn!(
        why,
        "the claims system was asked and did not answer; the attempt may have counted"
    );
    Unavailable::OutcomeUnknown
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const USER: &str = "KJ000000000001";

    /// A claims system that gives the same answer to whoever comes, and remembers what it was asked.
    struct FakeSystem {
        address: String,
        questions: Arc<Mutex<Vec<String>>>,
    }

    #[derive(Clone)]
    enum Behaviour {
        Answers(Vec<u8>),
        /// Sends this much, then nothing, with the connection open.
        Stalls(Vec<u8>),
        /// Sends this much, then closes the connection.
        HangsUp(Vec<u8>),
        /// Takes the connection and does not even read.
        Deaf,
    }

    impl FakeSystem {
        async fn that(behaviour: Behaviour) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let questions = Arc::new(Mutex::new(Vec::new()));
            let asked = Arc::clone(&questions);
            tokio::spawn(async move {
                while let Ok((connection, _)) = listener.accept().await {
                    tokio::spawn(serve(connection, behaviour.clone(), Arc::clone(&asked)));
                }
            });
            Self { address, questions }
        }

        async fn that_answers(body: &str) -> Self {
            Self::that(Behaviour::Answers(json_answer(
                "200 OK",
                "application/json",
                body,
            )))
            .await
        }

        fn gateway(&self) -> ClaimsGateway {
            // Twice the real budget, so that a busy machine does not look like a slow claims system.
            self.gateway_with(2 * BUDGET)
        }

        fn gateway_with(&self, budget: Duration) -> ClaimsGateway {
            ClaimsGateway::with_budget(&format!("http://{}/claims/", self.address), budget).unwrap()
        }

        fn questions(&self) -> Vec<String> {
            self.questions.lock().unwrap().clone()
        }
    }

    async fn serve(mut connection: TcpStream, behaviour: Behaviour, asked: Arc<Mutex<Vec<String>>>) {
        if matches!(behaviour, Behaviour::Deaf) {
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
        let mut question = Vec::new();
        while !is_whole(&question) {
            let mut part = [0; 1024];
            match connection.read(&mut part).await {
                Ok(length @ 1..) => question.extend_from_slice(&part[..length]),
                _ => return,
            }
        }
        asked.lock().unwrap().push(String::from_utf8(question).unwrap());
        match behaviour {
            Behaviour::Answers(answer) | Behaviour::HangsUp(answer) => {
                // The reader may have seen enough before all is written.
                let _ = connection.write_all(&answer).await;
            }
            Behaviour::Stalls(answer) => {
                connection.write_all(&answer).await.unwrap();
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
            Behaviour::Deaf => {}
        }
    }

    fn is_whole(question: &[u8]) -> bool {
        let text = String::from_utf8_lossy(question);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .map(|length| length.trim().to_owned())
        });
        length.is_none_or(|length| body.len() >= length.parse().unwrap())
    }

    fn json_answer(status: &str, content_type: &str, body: &str) -> Vec<u8> {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}")
            .into_bytes()
    }

    fn accepted(office: &str) -> String {
        format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":"none","office":{office}}}"#)
    }

    async fn authentication_of(body: &str) -> Result<Authentication, Unavailable> {
        FakeSystem::that_answers(body)
            .await
            .gateway()
            .authenticate(USER, "Mihon0001")
            .await
    }

    async fn security_code_check_of(body: &str) -> Result<SecurityCodeCheck, Unavailable> {
        FakeSystem::that_answers(body)
            .await
            .gateway()
            .check_security_code(USER, "4711")
            .await
    }

    async fn authentication_by(behaviour: Behaviour) -> (Result<Authentication, Unavailable>, usize) {
        authentication_within(Duration::from_secs(10), behaviour).await
    }

    async fn authentication_within(
        budget: Duration,
        behaviour: Behaviour,
    ) -> (Result<Authentication, Unavailable>, usize) {
        let system = FakeSystem::that(behaviour).await;
        let answer = system.gateway_with(budget).authenticate(USER, "Mihon0001").await;
        (answer, system.questions().len())
    }

    #[tokio::test]
    async fn the_question_is_one_post_with_exactly_the_two_values() {
        let system = FakeSystem::that_answers(&format!(r#"{{"userId":"{USER}","result":"wrong"}}"#)).await;

        let answer = system.gateway().authenticate(USER, "a\"\\b\u{1}パス🔑").await;

        assert_eq!(answer, Ok(Authentication::Wrong));
        let questions = system.questions();
        assert_eq!(questions.len(), 1);
        let (head, body) = questions[0].split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase();
        assert!(
            head.starts_with("post /claims/authentications http/1.1\r\n"),
            "{head}"
        );
        assert!(head.contains("content-type: application/json\r\n"), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"userId": USER, "password": "a\"\\b\u{1}パス🔑"})
        );
    }

    #[tokio::test]
    async fn every_result_of_an_authentication_is_understood() {
        for (result, meaning) in [
            ("wrong", Authentication::Wrong),
            ("temporary-password", Authentication::TemporaryPassword),
            ("password-expired", Authentication::PasswordExpired),
            ("locked", Authentication::Locked),
        ] {
            let answer = authentication_of(&format!(r#"{{"userId":"{USER}","result":"{result}"}}"#)).await;
            assert_eq!(answer, Ok(meaning), "{result}");
        }

        let answer = authentication_of(&format!(
            r#"{{"userId":"{USER}","result":"accepted","securityCode":"required"}}"#
        ))
        .await;
        assert_eq!(answer, Ok(Authentication::Accepted(Accepted::SecurityCodeWanted)));

        let answer = authentication_of(&accepted(
            r#"{"number":"34B9901310","name":" 見本の里　","mailAddress":"kaigo1@example.jp"}"#,
        ))
        .await;
        let Ok(Authentication::Accepted(Accepted::Office(office))) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(office.number, "34B9901310");
        assert_eq!(office.name, "見本の里");
        assert_eq!(office.mail_address.as_deref(), Some("kaigo1@example.jp"));
    }

    #[tokio::test]
    async fn every_result_of_a_security_code_is_understood() {
        for (result, meaning) in [
            ("wrong", SecurityCodeCheck::Wrong),
            ("locked", SecurityCodeCheck::Locked),
        ] {
            let answer =
                security_code_check_of(&format!(r#"{{"userId":"{USER}","result":"{result}"}}"#)).await;
            assert_eq!(answer, Ok(meaning), "{result}");
        }

        let office = r#"{"number":"1379901018","name":"見本訪問介護ステーション"}"#;
        let system = FakeSystem::that_answers(&format!(
            r#"{{"userId":"{USER}","result":"accepted","office":{office}}}"#
        ))
        .await;
        let answer = system.gateway().check_security_code(USER, "4711").await;
        let Ok(SecurityCodeCheck::Accepted(office)) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(office.mail_address, None);
        assert!(system.questions()[0].starts_with("POST /claims/security-codes HTTP/1.1\r\n"));
        assert!(system.questions()[0].ends_with(&format!(r#"{{"userId":"{USER}","securityCode":"4711"}}"#)));
    }

    #[tokio::test]
    async fn an_address_that_no_mail_can_reach_is_passed_on_and_an_empty_one_is_none() {
        for (sent, understood) in [
            ("kaigo-example.jp", Some("kaigo-example.jp")),
            ("", None),
            ("　 ", None),
        ] {
            let office = format!(r#"{{"number":"1379901018","name":"見本","mailAddress":"{sent}"}}"#);
            let answer = authentication_of(&accepted(&office)).await;
            let Ok(Authentication::Accepted(Accepted::Office(office))) = answer else {
                panic!("{answer:?}")
            };
            assert_eq!(office.mail_address.as_deref(), understood, "{sent:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_outside_the_contract_judges_nothing() {
        let office = r#"{"number":"1379901018","name":"見本"}"#;
        let long = format!(r#"{{"number":"1379901018","name":"{}"}}"#, "見".repeat(201));
        for body in [
            String::new(),
            "{".to_owned(),
            "[]".to_owned(),
            r#"{"result":"wrong"}"#.to_owned(),
            format!(r#"{{"userId":"{USER}"}}"#),
            format!(r#"{{"userId":"{USER}","result":"maybe"}}"#),
            format!(r#"{{"userId":"{USER}","result":"Wrong"}}"#),
            format!(r#"{{"userId":"{USER}","result":"wrong","note":""}}"#),
            format!(r#"{{"userId":"{USER}","result":"wrong","result":"locked"}}"#),
            format!(r#"{{"userId":"{USER}","result":"wrong"}} {{}}"#),
            format!(r#"{{"userId":"{USER}","result":"wrong","office":{office}}}"#),
            format!(r#"{{"userId":"{USER}","result":"accepted"}}"#),
            format!(r#"{{"userId":"{USER}","result":"accepted","office":{office}}}"#),
            format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":"none"}}"#),
            format!(
                r#"{{"userId":"{USER}","result":"accepted","securityCode":"required","office":{office}}}"#
            ),
            format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":null}}"#),
            accepted(r#"{"number":"1379901018","name":"見本","mailAddress":null}"#),
            accepted(r#"{"number":"1379901018","name":"見本","kind":"訪問介護"}"#),
            accepted(r#"{"number":"1379901018","name":"　"}"#),
            accepted(r#"{"number":"1379901018","name":"見本\nワンタイムパスワード：000000"}"#),
            accepted(r#"{"number":1379901018,"name":"見本"}"#),
            accepted(&long),
        ] {
            assert_eq!(
                authentication_of(&body).await,
                Err(Unavailable::NotJudged),
                "{body}"
            );
        }
        for body in [
            format!(r#"{{"userId":"{USER}","result":"accepted"}}"#),
            format!(r#"{{"userId":"{USER}","result":"locked","office":{office}}}"#),
            format!(r#"{{"userId":"{USER}","result":"temporary-password"}}"#),
            format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":"none","office":{office}}}"#),
        ] {
            assert_eq!(
                security_code_check_of(&body).await,
                Err(Unavailable::NotJudged),
                "{body}"
            );
        }
    }

    #[tokio::test]
    async fn a_name_of_two_hundred_characters_is_not_too_long() {
        let name = "𠮷".repeat(200);
        let answer = authentication_of(&accepted(&format!(
            r#"{{"number":"1379901018","name":"{name}"}}"#
        )))
        .await;
        assert!(
            matches!(answer, Ok(Authentication::Accepted(Accepted::Office(office))) if office.name == name)
        );
    }

    #[test]
    fn an_office_number_is_ten_characters_with_a_letter_only_for_the_kind() {
        for number in ["1379901018", "28A9906112", "34B9909132", "99Z9999999"] {
            assert!(is_office_number(number), "{number}");
        }
        for number in [
            "",
            "137990101",
            "13799010180",
            "13I9901018",
            "13O9901018",
            "13Q9901018",
            "13a9901018",
            "A379901018",
            "137990101B",
            "137990101 ",
            "１379901018",
            "137-990101",
            "二379901",
        ] {
            assert!(!is_office_number(number), "{number}");
        }
    }

    #[tokio::test]
    async fn an_answer_about_somebody_else_judges_nothing() {
        for user in ["KJ000000000002", "kj000000000001", "KJ000000000001 ", ""] {
            let body = format!(r#"{{"userId":"{user}","result":"wrong"}}"#);
            assert_eq!(
                authentication_of(&body).await,
                Err(Unavailable::NotJudged),
                "{user:?}"
            );
            assert_eq!(
                security_code_check_of(&body).await,
                Err(Unavailable::NotJudged),
                "{user:?}"
            );
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_no_json_by_its_own_word_is_not_read() {
        let body = format!(r#"{{"userId":"{USER}","result":"wrong"}}"#);
        for (content_type, meaning) in [
            ("text/html", Err(Unavailable::NotJudged)),
            ("application/problem+json", Err(Unavailable::NotJudged)),
            ("application/jsonp", Err(Unavailable::NotJudged)),
            ("", Err(Unavailable::NotJudged)),
            ("Application/JSON; charset=utf-8", Ok(Authentication::Wrong)),
        ] {
            let system = json_answer("200 OK", content_type, &body);
            let (answer, asked) = authentication_by(Behaviour::Answers(system)).await;
            assert_eq!((answer, asked), (meaning, 1), "{content_type:?}");
        }
    }

    #[tokio::test]
    async fn any_other_status_judges_nothing_and_is_not_asked_again() {
        let body = format!(r#"{{"userId":"{USER}","result":"wrong"}}"#);
        for status in [
            "201 Created",
            "204 No Content",
            "400 Bad Request",
            "401 Unauthorized",
            "404 Not Found",
            "408 Request Timeout",
            "421 Misdirected Request",
            "429 Too Many Requests",
            "500 Internal Server Error",
            "502 Bad Gateway",
            "503 Service Unavailable",
        ] {
            let (answer, asked) =
                authentication_by(Behaviour::Answers(json_answer(status, "application/json", &body))).await;
            assert_eq!((answer, asked), (Err(Unavailable::NotJudged), 1), "{status}");
        }
    }

    #[tokio::test]
    async fn a_gateway_that_did_not_hear_back_may_have_handed_the_password_on() {
        let answer = json_answer("504 Gateway Timeout", "application/json", "{}");
        let (answer, asked) = authentication_by(Behaviour::Answers(answer)).await;
        assert_eq!((answer, asked), (Err(Unavailable::OutcomeUnknown), 1));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let elsewhere =
            FakeSystem::that_answers(&format!(r#"{{"userId":"{USER}","result":"locked"}}"#)).await;
        for status in [
            "301 Moved Permanently",
            "302 Found",
            "303 See Other",
            "307 Temporary Redirect",
            "308 Permanent Redirect",
        ] {
            let location = format!("http://{}/authentications", elsewhere.address);
            let answer = format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            let (answer, asked) = authentication_by(Behaviour::Answers(answer.into_bytes())).await;
            assert_eq!((answer, asked), (Err(Unavailable::NotJudged), 1), "{status}");
        }
        assert!(elsewhere.questions().is_empty());
    }

    #[tokio::test]
    async fn a_huge_answer_is_not_read_to_its_end() {
        let body = format!(
            r#"{{"userId":"{USER}","result":"wrong"{}}}"#,
            " ".repeat(ANSWER_LIMIT)
        );
        assert_eq!(authentication_of(&body).await, Err(Unavailable::NotJudged));

        // Without a length it can go on for ever.
        let mut endless = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec();
        endless.extend(std::iter::repeat_n(b' ', 64 * ANSWER_LIMIT));
        let (answer, asked) = authentication_by(Behaviour::Stalls(endless)).await;
        assert_eq!((answer, asked), (Err(Unavailable::NotJudged), 1));
    }

    #[tokio::test]
    async fn an_answer_of_exactly_the_limit_is_read() {
        let answer = format!(r#"{{"userId":"{USER}","result":"wrong"}}"#);
        let body = format!("{answer}{}", " ".repeat(ANSWER_LIMIT - answer.len()));
        assert_eq!(authentication_of(&body).await, Ok(Authentication::Wrong));
    }

    #[tokio::test]
    async fn silence_after_the_question_may_have_counted() {
        let whole = json_answer(
            "200 OK",
            "application/json",
            &accepted(r#"{"number":"1379901018"}"#),
        );
        let head = &whole[..40];
        let most = &whole[..whole.len() - 5];
        for sent in [b"", head, most] {
            let second = Duration::from_secs(1);
            let (answer, asked) = authentication_within(second, Behaviour::Stalls(sent.to_vec())).await;
            assert_eq!(
                (answer, asked),
                (Err(Unavailable::OutcomeUnknown), 1),
                "stalls after {}",
                sent.len()
            );
            let (answer, asked) = authentication_by(Behaviour::HangsUp(sent.to_vec())).await;
            assert_eq!(
                (answer, asked),
                (Err(Unavailable::OutcomeUnknown), 1),
                "ends after {}",
                sent.len()
            );
        }
    }

    #[tokio::test]
    async fn the_budget_holds_for_the_whole_exchange() {
        let system = FakeSystem::that(Behaviour::Stalls(Vec::new())).await;
        let budget = Duration::from_secs(1);
        let gateway = system.gateway_with(budget);

        let begun = std::time::Instant::now();
        let answer = gateway.check_security_code(USER, "4711").await;

        assert_eq!(answer, Err(Unavailable::OutcomeUnknown));
        assert!(
            begun.elapsed() >= Duration::from_millis(300),
            "{:?}",
            begun.elapsed()
        );
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn a_system_that_cannot_be_reached_has_judged_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let refused = ClaimsGateway::new(&format!("http://{address}")).unwrap();
        assert_eq!(
            refused.authenticate(USER, "Mihon0001").await,
            Err(Unavailable::NotJudged)
        );

        let unknown_host = ClaimsGateway::new("https://claims.invalid").unwrap();
        assert_eq!(
            unknown_host.authenticate(USER, "Mihon0001").await,
            Err(Unavailable::NotJudged)
        );
    }

    #[tokio::test]
    async fn a_handshake_that_never_ends_has_sent_nothing() {
        let system = FakeSystem::that(Behaviour::Deaf).await;
        let budget = Duration::from_millis(500);
        let gateway = ClaimsGateway::with_budget(&format!("https://{}", system.address), budget).unwrap();

        assert_eq!(
            gateway.authenticate(USER, "Mihon0001").await,
            Err(Unavailable::NotJudged)
        );
    }

    #[tokio::test]
    async fn a_handshake_that_fails_has_sent_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .unwrap();
            let mut received = Vec::new();
            // The other side ends the connection, in order or not.
            let _ = connection.read_to_end(&mut received).await;
            received
        });
        let gateway = ClaimsGateway::new(&format!("https://{address}")).unwrap();

        assert_eq!(
            gateway.authenticate(USER, "Mihon0001").await,
            Err(Unavailable::NotJudged)
        );

        let received = String::from_utf8_lossy(&received.await.unwrap()).into_owned();
        assert!(!received.contains("Mihon0001") && !received.contains(USER));
    }

    #[tokio::test]
    async fn every_question_has_a_connection_of_its_own() {
        // This system lets connections stand; a second question on the first one would find nobody reading.
        let whole = json_answer(
            "200 OK",
            "application/json",
            &format!(r#"{{"userId":"{USER}","result":"wrong"}}"#),
        );
        let system = FakeSystem::that(Behaviour::Stalls(whole)).await;
        let gateway = system.gateway();

        for _ in 0..3 {
            assert_eq!(
                gateway.authenticate(USER, "Mihon0001").await,
                Ok(Authentication::Wrong)
            );
        }

        assert_eq!(system.questions().len(), 3);
    }

    #[test]
    fn the_buffer_of_a_question_never_grows_so_no_copy_of_a_password_is_left_behind() {
        for text in [
            "",
            "Mihon0001",
            "パスワード🔑",
            "\"\"\\\\",
            &"\u{1}".repeat(10_000),
        ] {
            let asked = AuthenticationQuestion {
                user_id: text,
                password: text,
            };
            let room = 100 + 12 * text.len();

            let buffer = question(&asked, &[text, text]).unwrap();

            assert!(buffer.len() <= room, "{} of {room}", buffer.len());
            assert_eq!(buffer.capacity(), Vec::<u8>::with_capacity(room).capacity());
        }
    }

    #[test]
    fn the_address_must_keep_passwords_private() {
        for base in [
            "https://claims.example.jp",
            "https://claims.example.jp/v1/",
            "http://127.0.0.1:9000/lambda-url/x",
            "http://localhost:9000",
            "http://[::1]:9000",
        ] {
            assert!(ClaimsGateway::new(base).is_ok(), "{base}");
        }
        for base in [
            "http://claims.example.jp",
            "http://127.0.0.1.example.jp",
            "http://10.0.0.1",
            "ftp://localhost",
        ] {
            let refused = ClaimsGateway::new(base);
            assert!(matches!(refused, Err(ClaimsGatewayError::NotPrivate)), "{base}");
        }
        for base in [
            "https://u:p@claims.example.jp",
            "https://claims.example.jp/?a=b",
            "https://claims.example.jp/#a",
        ] {
            assert!(
                matches!(ClaimsGateway::new(base), Err(ClaimsGatewayError::NotPlain)),
                "{base}"
            );
        }
        for base in ["", "claims", "127.0.0.1:9000"] {
            assert!(
                matches!(ClaimsGateway::new(base), Err(ClaimsGatewayError::NotAUrl)),
                "{base}"
            );
        }
    }
}
