//! Configuration that points the real AWS SDKs to this machine.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The region of the local stack.
pub const REGION: &str = "ap-northeast-1";

/// The account of the local stack.
pub const ACCOUNT: &str = "000000000000";

/// An HTTP client for engines on this machine: without TLS, so no certificates are loaded, and without a proxy, which
/// could not reach `127.0.0.1`.
pub fn plain_http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

/// Credentials that every local engine accepts and AWS does not.
pub fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "portal-local")
}
