//! Mutual TLS with 電子請求受付システム: the gateway's own root certificates, and the portal's client certificates
//! (`infra/claims-gateway.yaml`).
//!
//! The certificates are in a secret: `{"roots": "<PEM>", "current": {"certificate": "<PEM>", "key": "<PEM>"},
//! "next": {…}}`. `roots` may have several certificates and `next` is optional, so both sides can rotate with an
//! overlap. The secret is read again every five minutes, and earlier if the gateway refuses all client certificates, so
//! a rotation needs no release.
//!
//! TLS 1.2 is used, and not 1.3: there the server's verdict on a client certificate may arrive after the question was
//! sent, or get lost, so a refused certificate could not be told from an attempt that counts (ADR 0032).

use std::error::Error as _;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use reqwest::tls::Version;
use reqwest::{Certificate, Client, ClientBuilder, Identity, Response, Url};
use rustls::AlertDescription;
use serde::Deserialize;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::gateway::post;
use crate::clock::Clock;

/// How long the certificates are used before the secret is read again.
const RELOAD: SignedDuration = SignedDuration::from_mins(5);

/// The same after the gateway refused them.
const RELOAD_AFTER_REFUSAL: SignedDuration = SignedDuration::from_secs(10);

/// Reads the secret's JSON; `None` if it cannot be read, which the source has logged.
pub type CertificateSource = Arc<dyn Fn() -> BoxFuture<'static, Option<Zeroizing<String>>> + Send + Sync>;

/// How to build a client with everything but its certificates.
type Base = fn(Duration) -> ClientBuilder;

/// The clients, one for each client certificate.
pub(super) struct MutualTls {
    source: CertificateSource,
    clock: Clock,
    base: Base,
    budget: Duration,
    loaded: Mutex<Option<Loaded>>,
}

struct Loaded {
    clients: Arc<[Client]>,
    at: Timestamp,
}

/// Why no response was received.
pub(super) enum NoResponse {
    /// There are no usable certificates, or the gateway accepts none of them. Nothing was read of the question.
    NoCertificate,
    /// The exchange broke.
    Broken(reqwest::Error),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    roots: String,
    current: Pair,
    next: Option<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    certificate: String,
    key: String,
}

impl MutualTls {
    pub(super) fn new(source: CertificateSource, clock: Clock, base: Base, budget: Duration) -> Self {
        Self {
            source,
            clock,
            base,
            budget,
            loaded: Mutex::default(),
        }
    }

    /// Sends a question with the first client certificate that the gateway accepts.
    ///
    /// A gateway that refuses a client certificate ends the handshake and reads nothing of the question, so it may be
    /// sent with another one.
    pub(super) async fn post(&self, url: &Url, question: &Bytes) -> Result<Response, NoResponse> {
        let mut clients = self.clients(RELOAD).await.ok_or(NoResponse::NoCertificate)?;
        loop {
            for client in &*clients {
                match post(client, url, question).await {
                    Err(error) if refuses_the_certificate(&error) => {}
                    answered => return answered.map_err(NoResponse::Broken),
                }
            }
            let newer = self.clients(RELOAD_AFTER_REFUSAL).await;
            let newer = newer.filter(|newer| !Arc::ptr_eq(newer, &clients));
            let Some(newer) = newer else {
                tracing::error!("the claims system refused all client certificates");
                return Err(NoResponse::NoCertificate);
            };
            clients = newer;
        }
    }

    /// The clients, at most this old if the secret can be read.
    async fn clients(&self, oldest: SignedDuration) -> Option<Arc<[Client]>> {
        let now = self.clock.now();
        let mut loaded = self.loaded.lock().await;
        if let Some(loaded) = loaded.as_ref()
            && now.duration_since(loaded.at) < oldest
        {
            return Some(loaded.clients.clone());
        }
        let json = (self.source)().await;
        let clients = match json.ok_or("secret").and_then(|json| self.read(&json)) {
            Ok(clients) => clients,
            Err(part) => {
                tracing::error!(part, "the certificates for the claims system cannot be read");
                // The certificates of before are as good as they were.
                return loaded.as_ref().map(|loaded| loaded.clients.clone());
            }
        };
        let clients: Arc<[Client]> = clients.into();
        *loaded = Some(Loaded {
            clients: clients.clone(),
            at: now,
        });
        Some(clients)
    }

    /// The clients of a secret, or the name of the part that is malformed.
    fn read(&self, json: &str) -> Result<Vec<Client>, &'static str> {
        let stored: Stored = serde_json::from_str(json).map_err(|_| "json")?;
        let roots = Certificate::from_pem_bundle(stored.roots.as_bytes()).map_err(|_| "roots")?;
        if roots.is_empty() {
            return Err("roots");
        }
        let pairs = [("current", Some(stored.current)), ("next", stored.next)];
        let pairs = pairs.into_iter().filter_map(|(part, pair)| Some((part, pair?)));
        let client = |(part, pair): (&'static str, Pair)| {
            let key = Zeroizing::new(pair.key);
            let pem = Zeroizing::new(format!("{}\n{}", pair.certificate, *key));
            (self.base)(self.budget)
                .max_tls_version(Version::TLS_1_2)
                .tls_certs_only(roots.iter().cloned())
                .identity(Identity::from_pem(pem.as_bytes()).map_err(|_| part)?)
                .build()
                .map_err(|_| part)
        };
        pairs.map(client).collect()
    }
}

impl fmt::Debug for MutualTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutualTls").finish_non_exhaustive()
    }
}

/// Whether the gateway refused the client certificate, by an alert of the handshake.
fn refuses_the_certificate(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(rustls::Error::AlertReceived(alert)) = error.downcast_ref() {
            return matches!(
                alert,
                AlertDescription::BadCertificate
                    | AlertDescription::UnsupportedCertificate
                    | AlertDescription::CertificateRevoked
                    | AlertDescription::CertificateExpired
                    | AlertDescription::CertificateUnknown
                    | AlertDescription::UnknownCA
                    | AlertDescription::AccessDenied
                    | AlertDescription::CertificateRequired
                    | AlertDescription::DecryptError
                    | AlertDescription::HandshakeFailure
            );
        }
        // The source of an `io::Error` is that of the error inside, and not the error inside.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    false
}
