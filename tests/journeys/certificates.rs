//! Passwords of the claims system are sent only to a server whose certificate has the gateway's name, is valid now, and
//! comes from a trusted issuer.

use std::process::Command;
use std::sync::Arc;

use platform::claims::ClaimsGateway;
use portal::claims::{Authentication, Unavailable};
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

const USER: &str = "KJ000000000001";
const PASSWORD: &str = "canary-claims-password";
/// The servers that the second process calls; it trusts the root in `SSL_CERT_FILE`.
const ASKS: &str = "PORTAL_TEST_CERTIFICATES";

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server that refuses every password, and records its input.
async fn server(authority: &Authority, name: &str, until: i32) -> (u16, JoinHandle<Vec<u8>>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.signed_by(&key, authority).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let mut told = Vec::new();
        if let Ok(mut stream) = acceptor.accept(connection).await {
            let mut some = [0; 4_096];
            while let Ok(read @ 1..) = stream.read(&mut some).await {
                told.extend_from_slice(&some[..read]);
                if told.ends_with(b"}") {
                    let body = format!("{{\"userId\":\"{USER}\",\"result\":\"wrong\"}}");
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                    break;
                }
            }
        }
        told
    });
    (port, told)
}

async fn asks(ports: &str) {
    let mut ports = ports.split(',');
    let mut ask = async || {
        let address = format!("https://localhost:{}", ports.next().unwrap());
        let gateway = ClaimsGateway::new(&address).unwrap();
        gateway.authenticate(USER, PASSWORD).await
    };
    assert_eq!(ask().await, Ok(Authentication::Wrong), "the gateway's own");
    assert_eq!(
        ask().await,
        Err(Unavailable::NotJudged),
        "a certificate of another name"
    );
    assert_eq!(ask().await, Err(Unavailable::NotJudged), "out of force");
    assert_eq!(
        ask().await,
        Err(Unavailable::NotJudged),
        "a certificate of an unknown authority"
    );
}

/// A process reads roots from its environment, so a second process makes the calls: this very test with a variable.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_sent_only_to_a_server_with_the_gateways_valid_and_trusted_certificate() {
    #[expect(
        clippy::disallowed_methods,
        reason = "not a setting: one test speaks to itself"
    )]
    if let Ok(ports) = std::env::var(ASKS) {
        return asks(&ports).await;
    }
    let (trusted, stranger) = (authority(), authority());
    let servers = [
        server(&trusted, "localhost", 2999).await,
        server(&trusted, "elsewhere.example.jp", 2999).await,
        server(&trusted, "localhost", 2021).await,
        server(&stranger, "localhost", 2999).await,
    ];
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, trusted.pem()).unwrap();
    let ports: Vec<String> = servers.iter().map(|(port, _)| port.to_string()).collect();

    let asked = tokio::task::spawn_blocking(move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("certificates::a_password_is_sent_only_to_a_server_with_the_gateways_valid_and_trusted_certificate")
            .env(ASKS, ports.join(","))
            .env("SSL_CERT_FILE", roots)
            .env_remove("SSL_CERT_DIR")
            .output()
            .unwrap()
    });
    let asked = asked.await.unwrap();
    let said = String::from_utf8_lossy(&asked.stdout).into_owned() + &String::from_utf8_lossy(&asked.stderr);
    assert!(asked.status.success() && said.contains("1 passed"), "{said}");

    let mut told = Vec::new();
    for (_, server) in servers {
        told.push(String::from_utf8_lossy(&server.await.unwrap()).into_owned());
    }
    assert!(told[0].contains(PASSWORD));
    assert!(told[1..].iter().all(String::is_empty), "{told:?}");
}
