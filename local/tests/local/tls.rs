//! The origin over HTTPS.

use crate::support::{Reply, functions, listener, problem_pages};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use portal_local::{
    clock::Clock,
    emulator::{Emulator, TimeLimits},
    front::{self, FrontOptions},
    server::Server,
    ses::{Postbox, PostboxOptions},
    tls,
};
use serde_json::json;
use std::{path::Path, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

async fn get(server: &Server, folder: &Path, host: &'static str, path: &str) -> Reply {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(folder.join("certificate.pem")).unwrap();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(server.addr()).await.unwrap();
    let name = ServerName::try_from(host).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream.unwrap()))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get(path).header("host", format!("{host}:{}", server.addr().port()));
    let answer = sender.send_request(request.body(Body::empty()).unwrap()).await;
    let (head, body) = answer.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Reply {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

#[tokio::test]
async fn the_origin_speaks_https_and_binds_no_browser_to_it() {
    let functions = functions(async |_, event| {
        let proto = event["headers"]["x-forwarded-proto"].clone();
        let headers = json!({ "content-type": "application/json", "strict-transport-security": "max-age=1" });
        (
            StatusCode::OK,
            json!({ "statusCode": 200, "headers": headers, "body": proto.to_string() }),
        )
    })
    .await;
    let options = FrontOptions {
        web: None,
        builds: None,
        settings: None,
        audit: None,
        advance: None,
        tls: true,
        readme: None,
        problems: problem_pages(),
    };
    let emulator = Emulator::at(&functions.url().parse().unwrap(), TimeLimits::default());
    let postbox = Postbox::open(PostboxOptions::in_memory(Clock::system())).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("tls");
    let config = tls::server_config(&folder).unwrap();
    let router = front::router(options, emulator, postbox, None);
    let server = Server::start_with(listener().await, router, Some(config)).unwrap();
    assert!(server.url().starts_with("https://"));

    for host in ["localhost", "127.0.0.1"] {
        let answer = get(&server, &folder, host, "/api/v1/terms").await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!("https")));
        assert_eq!(answer.header("strict-transport-security"), "");
    }
    let problem = get(&server, &folder, "localhost", "/_dev/nowhere").await;
    assert_eq!(problem.status, StatusCode::NOT_FOUND);
    assert_eq!(problem.header("strict-transport-security"), "");
    server.shutdown().await;
}

#[test]
fn a_certificate_is_kept_and_its_key_is_readable_by_its_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("tls");
    tls::server_config(&folder).unwrap();
    let read = || std::fs::read_to_string(folder.join("certificate.pem")).unwrap();
    let first = read();
    tls::server_config(&folder).unwrap();
    assert_eq!(read(), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.join("key.pem"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::remove_file(folder.join("key.pem")).unwrap();
    tls::server_config(&folder).unwrap();
    assert_ne!(read(), first, "a certificate without its key is of no use");
}
