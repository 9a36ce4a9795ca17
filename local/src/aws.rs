//! What the real AWS SDKs need to be pointed at this machine.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The region that the local stack claims to be.
pub const REGION: &str = "ap-northeast-1";

/// The account that the local stack claims to be.
pub const ACCOUNT: &str = "000000000000";

/// An HTTP client for engines on this machine: no TLS, so no certificates to load, and no proxy, since the
/// proxy of an office network knows nothing of `127.0.0.1`.
pub fn plain_http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

/// Credentials that every local engine accepts and no real one knows.
pub fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "portal-local")
}
