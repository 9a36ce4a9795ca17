//! Mutual TLS with 電子請求受付システム (`infra/claims-gateway.yaml`): each side accepts the other by its own certificates,
//! and both rotate them with an overlap, without a release.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use platform::claims::{CertificateSource, ClaimsGateway};
use platform::clock::Clock;
use portal::claims::{Authentication, Unavailable};
use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

const USER: &str = "KJ000000000001";
const PASSWORD: &str = "canary-claims-password";

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate that is valid from 2020 to the beginning of this year.
fn issue(authority: &Authority, name: &str, until: i32) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    (params.signed_by(&key, authority).unwrap(), key)
}

/// The gateway: its certificate, and whose client certificates it accepts.
struct Gateway {
    server: (rcgen::Certificate, KeyPair),
    clients: RootCertStore,
}

impl Gateway {
    fn new(issuer: &Authority, clients: &[&Authority]) -> Self {
        let mut roots = RootCertStore::empty();
        for authority in clients {
            roots.add(authority.der().clone()).unwrap();
        }
        Self {
            server: issue(issuer, "localhost", 2999),
            clients: roots,
        }
    }

    /// Starts it; it counts the questions that it reads, and answers each that the password is wrong.
    async fn start(self) -> (String, Arc<AtomicUsize>) {
        let verifier = WebPkiClientVerifier::builder(Arc::new(self.clients))
            .build()
            .unwrap();
        let (certificate, key) = self.server;
        let config = ServerConfig::builder()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let read = Arc::new(AtomicUsize::new(0));
        let counted = read.clone();
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                if let Ok(stream) = acceptor.accept(connection).await {
                    answer(stream, &counted).await;
                }
            }
        });
        (address, read)
    }
}

/// Answers a question, and counts it once it is read.
async fn answer(mut stream: TlsStream<TcpStream>, read: &AtomicUsize) {
    let mut question = Vec::new();
    let mut some = [0; 4_096];
    while let Ok(octets @ 1..) = stream.read(&mut some).await {
        question.extend_from_slice(&some[..octets]);
        if question.ends_with(b"}") {
            read.fetch_add(1, Ordering::SeqCst);
            let body = format!("{{\"userId\":\"{USER}\",\"result\":\"wrong\"}}");
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
            break;
        }
    }
}

/// The portal's secret, which can be replaced, and how often it was read.
#[derive(Clone, Default)]
struct Secret {
    json: Arc<Mutex<Option<String>>>,
    reads: Arc<AtomicUsize>,
}

impl Secret {
    fn of(value: &Value) -> Self {
        let secret = Self::default();
        secret.set(Some(value));
        secret
    }

    fn set(&self, value: Option<&Value>) {
        *self.json.lock().unwrap() = value.map(Value::to_string);
    }

    fn source(&self) -> CertificateSource {
        let secret = self.clone();
        Arc::new(move || {
            let secret = secret.clone();
            Box::pin(async move {
                secret.reads.fetch_add(1, Ordering::SeqCst);
                secret.json.lock().unwrap().clone().map(Into::into)
            })
        })
    }
}

fn stored(roots: &[&Authority], current: &Value, next: Option<&Value>) -> Value {
    let roots: String = roots.iter().map(|root| root.pem()).collect();
    let mut stored = json!({ "roots": roots, "current": current });
    if let Some(next) = next {
        stored["next"] = next.clone();
    }
    stored
}

fn client(authority: &Authority, until: i32) -> Value {
    let (certificate, key) = issue(authority, "portal", until);
    json!({ "certificate": certificate.pem(), "key": key.serialize_pem() })
}

fn portal(address: &str, secret: &Secret, clock: Clock) -> ClaimsGateway {
    ClaimsGateway::mutual(address, Duration::from_secs(5), secret.source(), clock).unwrap()
}

async fn asks(address: &str, secret: &Secret) -> Result<Authentication, Unavailable> {
    let portal = portal(address, secret, Clock::System);
    portal.authenticate(USER, PASSWORD).await
}

/// Neither side reads or sends anything until it has accepted the other's certificate, and a refused certificate is no
/// attempt: the office may try again at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_only_with_valid_certificates_on_both_sides() {
    let (gateways, portals) = (authority("gateways"), authority("portals"));
    // One that no side knows, and one that calls itself by a name that both know.
    let (stranger, forger) = (authority("stranger"), authority("portals"));
    let gateway = |issuer: &Authority, until: i32, name: &str| {
        let mut gateway = Gateway::new(issuer, &[&portals]);
        gateway.server = issue(issuer, name, until);
        gateway
    };
    let own = client(&portals, 2999);
    let (address, read) = gateway(&gateways, 2999, "localhost").start().await;
    let asked = asks(&address, &Secret::of(&stored(&[&gateways], &own, None))).await;
    assert_eq!(asked, Ok(Authentication::Wrong));
    for (what, credentials) in [
        ("an expired one", client(&portals, 2021)),
        ("one of another issuer", client(&stranger, 2999)),
        ("a forged one", client(&forger, 2999)),
    ] {
        let asked = asks(&address, &Secret::of(&stored(&[&gateways], &credentials, None))).await;
        assert_eq!(asked, Err(Unavailable::NotJudged), "{what}");
    }
    // The simulator's way, without a client certificate; the public roots do not know the gateway.
    let public = ClaimsGateway::new(&address).unwrap();
    assert_eq!(
        public.authenticate(USER, PASSWORD).await,
        Err(Unavailable::NotJudged),
        "none"
    );
    assert_eq!(read.load(Ordering::SeqCst), 1);

    for (what, server) in [
        ("an expired gateway", gateway(&gateways, 2021, "localhost")),
        (
            "a gateway of another issuer",
            gateway(&stranger, 2999, "localhost"),
        ),
        (
            "a gateway of another name",
            gateway(&gateways, 2999, "elsewhere.example.jp"),
        ),
    ] {
        let (address, read) = server.start().await;
        let asked = asks(&address, &Secret::of(&stored(&[&gateways], &own, None))).await;
        assert_eq!(asked, Err(Unavailable::NotJudged), "{what}");
        assert_eq!(read.load(Ordering::SeqCst), 0, "{what}");
    }
}

/// Both certificates of the portal are presented in turn, so the gateway may accept either while one replaces the other;
/// and a gateway of the old or of the new root is trusted while both are in the secret.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_and_a_new_certificate_are_valid_at_a_time_on_either_side() {
    let (old_gateways, new_gateways) = (authority("old gateways"), authority("new gateways"));
    let (old_portals, new_portals) = (authority("old portals"), authority("new portals"));
    let (old, new) = (client(&old_portals, 2999), client(&new_portals, 2999));
    let roots = [&old_gateways, &new_gateways];
    for issuer in roots {
        for accepted in [&old_portals, &new_portals] {
            for (current, next) in [(&old, &new), (&new, &old)] {
                let (address, read) = Gateway::new(issuer, &[accepted]).start().await;
                let secret = Secret::of(&stored(&roots, current, Some(next)));
                assert_eq!(asks(&address, &secret).await, Ok(Authentication::Wrong));
                assert_eq!(read.load(Ordering::SeqCst), 1, "a question is read once");
            }
        }
    }
}

/// A new secret is used without a restart: within five minutes, or after ten seconds if the gateway refuses the old one.
#[tokio::test]
async fn a_new_certificate_is_used_without_a_restart() {
    let (gateways, old_portals) = (authority("gateways"), authority("old portals"));
    let new_portals = authority("new portals");
    let (old, new) = (client(&old_portals, 2999), client(&new_portals, 2999));
    let secret = Secret::of(&stored(&[&gateways], &old, None));
    let (address, _) = Gateway::new(&gateways, &[&new_portals]).start().await;
    let time = Arc::new(AtomicI64::new(1_775_001_600));
    let portal = portal(&address, &secret, Clock::Set(time.clone()));
    let after = |seconds| time.fetch_add(seconds, Ordering::SeqCst);
    let ask = async || portal.authenticate(USER, PASSWORD).await;
    assert_eq!(ask().await, Err(Unavailable::NotJudged));
    secret.set(Some(&stored(&[&gateways], &new, None)));
    assert_eq!(ask().await, Err(Unavailable::NotJudged), "not read again so soon");
    assert_eq!(secret.reads.load(Ordering::SeqCst), 1);

    after(10);
    assert_eq!(ask().await, Ok(Authentication::Wrong));
    assert_eq!(secret.reads.load(Ordering::SeqCst), 2);

    // The secret is unreadable for a while: the certificates of before are used.
    for broken in [None, Some(json!({})), Some(json!({"roots": "", "current": new}))] {
        secret.set(broken.as_ref());
        after(300);
        assert_eq!(ask().await, Ok(Authentication::Wrong), "{broken:?}");
    }
    assert_eq!(secret.reads.load(Ordering::SeqCst), 5);
    secret.set(Some(&stored(&[&gateways], &old, Some(&new))));
    assert_eq!(ask().await, Ok(Authentication::Wrong));
    assert_eq!(
        secret.reads.load(Ordering::SeqCst),
        6,
        "an unreadable secret is read again at once"
    );
}

/// Without a readable secret nothing is asked, and nothing counts.
#[tokio::test]
async fn without_certificates_nothing_is_asked() {
    let (gateways, portals) = (authority("gateways"), authority("portals"));
    let (address, read) = Gateway::new(&gateways, &[&portals]).start().await;
    let secret = Secret::default();
    assert_eq!(asks(&address, &secret).await, Err(Unavailable::NotJudged));
    assert_eq!(read.load(Ordering::SeqCst), 0);
    assert!(
        ClaimsGateway::mutual(
            "http://localhost:1",
            Duration::from_secs(5),
            secret.source(),
            Clock::System
        )
        .is_err()
    );
}
