//! 電子請求受付システム over HTTP, by the contract of `infra/claims-gateway.yaml`.
//!
//! A question is sent once. The claims system counts wrong passwords and locks the office out of its claims, so no
//! layer here may send one again: no retry, no redirect, no reused connection that might be dead.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use portal::claims::{Authentication, SecurityCodeCheck, Unavailable};
use reqwest::{Client, ClientBuilder, Response, StatusCode, Url, header};
use serde::Serialize;
use zeroize::Zeroizing;

use super::ClaimsSystem;
use super::answers::{AuthenticationAnswer, SecurityCodeAnswer, UnreadableAnswer};
use super::mutual_tls::{CertificateSource, MutualTls, NoResponse};
use crate::clock::Clock;

/// The time for one question in total, from the name look-up to the last byte of the answer.
const BUDGET: Duration = Duration::from_secs(5);

/// The part of the budget in which the connection must be established, TLS included: two fifths.
///
/// It ends before the whole budget, so that exceeding the whole budget means that the question was sent.
const CONNECT_FIFTHS: u32 = 2;

/// The maximum size of an answer. A real one has a few hundred bytes.
const ANSWER_LIMIT: usize = 16 * 1024;

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

/// The HTTP client of 電子請求受付システム. Its `Debug` shows no credential.
#[derive(Clone, Debug)]
pub struct ClaimsGateway {
    connection: Connection,
    authentications: Url,
    security_codes: Url,
}

/// How the gateway and the portal know each other.
#[derive(Clone, Debug)]
enum Connection {
    /// By the public root certificates, without a client certificate: the simulator.
    Public(Client),
    /// By certificates on both sides.
    Mutual(Arc<MutualTls>),
}

/// Why a [`ClaimsGateway`] cannot be built from the setting.
#[derive(Debug, thiserror::Error)]
pub enum ClaimsGatewayError {
    /// Not a URL to which a path can be added.
    #[error("the address of the claims system is not a URL")]
    NotAUrl,
    /// Passwords would cross a network unencrypted.
    #[error("the address of the claims system must be https, or http on this machine")]
    NotPrivate,
    /// A credential, a query or a fragment is not allowed.
    #[error("the address of the claims system must be scheme, host and path alone")]
    NotPlain,
    /// Certificates on both sides need TLS.
    #[error("the address of the claims system must be https, because there are client certificates")]
    NotTls,
    /// TLS could not be set up, for example without root certificates.
    #[error("the client for the claims system could not be built")]
    Client(#[source] reqwest::Error),
}

impl ClaimsGateway {
    /// A client of the system under `base_url`, which may have a path.
    pub fn new(base_url: &str) -> Result<Self, ClaimsGatewayError> {
        Self::with_budget(base_url, BUDGET)
    }

    /// As [`new`](Self::new), with another time budget than 5 seconds.
    pub fn with_budget(base_url: &str, budget: Duration) -> Result<Self, ClaimsGatewayError> {
        let base = base(base_url)?;
        let client = client(budget)
            .https_only(base.scheme() == "https")
            .build()
            .map_err(ClaimsGatewayError::Client)?;
        Self::over(Connection::Public(client), &base)
    }

    /// As [`with_budget`](Self::with_budget), with certificates on both sides.
    pub fn mutual(
        base_url: &str,
        budget: Duration,
        certificates: CertificateSource,
        clock: Clock,
    ) -> Result<Self, ClaimsGatewayError> {
        let base = base(base_url)?;
        if base.scheme() != "https" {
            return Err(ClaimsGatewayError::NotTls);
        }
        let tls = MutualTls::new(
            certificates,
            clock,
            |budget| client(budget).https_only(true),
            budget,
        );
        Self::over(Connection::Mutual(Arc::new(tls)), &base)
    }

    fn over(connection: Connection, base: &Url) -> Result<Self, ClaimsGatewayError> {
        Ok(Self {
            connection,
            authentications: under(base, "authentications")?,
            security_codes: under(base, "security-codes")?,
        })
    }

    /// 電子請求受付システム認証 — asks once whether the password is right.
    pub async fn authenticate(&self, user_id: &str, password: &str) -> Result<Authentication, Unavailable> {
        let question = question(
            &AuthenticationQuestion { user_id, password },
            &[user_id, password],
        )?;
        let answer = self.ask(&self.authentications, question).await?;
        AuthenticationAnswer::read(&answer, user_id).map_err(unreadable)
    }

    /// セキュリティコード — asks once whether the code is right.
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
        SecurityCodeAnswer::read(&answer, user_id).map_err(unreadable)
    }

    /// The body of a 200 answer in JSON, or why there is none.
    async fn ask(&self, url: &Url, question: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Unavailable> {
        // The buffer is not copied, and is wiped when its last owner drops it.
        let body = Bytes::from_owner(question);
        let answered = match &self.connection {
            Connection::Public(client) => post(client, url, &body).await.map_err(NoResponse::Broken),
            Connection::Mutual(tls) => tls.post(url, &body).await,
        };
        let mut response = answered.map_err(|why| match why {
            NoResponse::NoCertificate => Unavailable::NotJudged,
            NoResponse::Broken(error) => unanswered(&error),
        })?;

        match response.status() {
            StatusCode::OK if is(&response, "application/json") => {}
            StatusCode::OK => return Err(unknown("content-type")),
            // The form of the answer shows that the gateway itself wrote it: a proxy in between answers with pages of
            // its own, and may do so after it forwarded the question.
            status
                if (status.is_client_error() || status == StatusCode::SERVICE_UNAVAILABLE)
                    && is(&response, "application/problem+json") =>
            {
                return Err(refused(status));
            }
            _ => return Err(unknown("status")),
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
            if answer.len() + chunk.len() > ANSWER_LIMIT {
                return Err(unknown("too-long"));
            }
            answer.extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

/// Sends a question.
pub(super) async fn post(client: &Client, url: &Url, question: &Bytes) -> Result<Response, reqwest::Error> {
    client
        .post(url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .body(question.clone())
        .send()
        .await
}

/// A client that sends each question once.
fn client(budget: Duration) -> ClientBuilder {
    Client::builder()
        .timeout(budget)
        .connect_timeout(budget / 5 * CONNECT_FIFTHS)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        // A proxy named in the environment would read the passwords.
        .no_proxy()
        .referer(false)
        .http1_only()
        // A kept connection may be dead, and then it is unknown whether the question was judged.
        .pool_max_idle_per_host(0)
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
    // The capacity is reserved at once: a buffer that grows leaves the password in the old allocation. JSON writes a
    // control character of one byte as six; the names and marks around are far below 100 bytes.
    let room = 100 + values.iter().map(|value| 6 * value.len()).sum::<usize>();
    let mut buffer = Zeroizing::new(Vec::with_capacity(room));
    serde_json::to_writer(&mut *buffer, question).map_err(|_| {
        tracing::error!("the question to the claims system cannot be written");
        Unavailable::NotJudged
    })?;
    Ok(buffer)
}

fn is(response: &Response, media_type: &str) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}

/// The gateway refused the question by its contract, before it forwarded it.
fn refused(status: StatusCode) -> Unavailable {
    tracing::warn!(status = status.as_u16(), "the claims system refused the question");
    Unavailable::NotJudged
}

/// The meaning of a broken exchange. Unless the question was certainly not sent, it may have counted.
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

/// The question was sent, and its result is unknown. `why` is a word for the log; it contains nothing that was sent.
fn unknown(why: &'static str) -> Unavailable {
    tracing::warn!(
        why,
        "the claims system was asked and gave no usable answer; the attempt may have counted"
    );
    Unavailable::OutcomeUnknown
}

fn unreadable(why: UnreadableAnswer) -> Unavailable {
    unknown(match why {
        UnreadableAnswer::Schema => "schema",
        UnreadableAnswer::OtherUser => "other-user",
    })
}

#[cfg(test)]
mod tests;
