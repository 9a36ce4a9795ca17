//! A self-signed certificate, for browsers that store the portal's cookies over HTTPS only.

use crate::clock::Clock;
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// The names and addresses of the portal on this machine.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The days for which a certificate is valid. Safari refuses more than 825.
const DAYS: i64 = 365;

/// The age in days at which a certificate is replaced.
const OLD: i64 = 300;

/// The configuration of a server, with the certificate in `folder`. Creates one if it is missing or old.
pub fn server_config(folder: &Path) -> io::Result<Arc<ServerConfig>> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if !is_fresh(&certificate) || !key.is_file() {
        make(folder, &certificate, &key)?;
    }
    let chain = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(&key).map_err(io::Error::other)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn is_fresh(certificate: &Path) -> bool {
    let made = fs::metadata(certificate).and_then(|facts| facts.modified());
    let made = made.ok().and_then(|made| Timestamp::try_from(made).ok());
    made.is_some_and(|made| Clock::system().now().duration_since(made) < SignedDuration::from_hours(OLD * 24))
}

fn make(folder: &Path, certificate: &Path, key: &Path) -> io::Result<()> {
    let pair = KeyPair::generate().map_err(io::Error::other)?;
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).map_err(io::Error::other)?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "介護情報基盤ポータル ローカル環境");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let today = Clock::system().now().to_zoned(TimeZone::UTC).date();
    let midnight = |date: Date| {
        let part = |number: i8| u8::try_from(number).map_err(io::Error::other);
        Ok::<_, io::Error>(date_time_ymd(
            date.year().into(),
            part(date.month())?,
            part(date.day())?,
        ))
    };
    // A browser's clock may be a little slow.
    params.not_before = midnight(today.saturating_sub(1.day()))?;
    params.not_after = midnight(today.saturating_add(DAYS.days()))?;
    let made = params.self_signed(&pair).map_err(io::Error::other)?;
    fs::create_dir_all(folder)?;
    write_private(key, &pair.serialize_pem())?;
    fs::write(certificate, made.pem())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
