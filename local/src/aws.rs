//! The real AWS SDKs, pointed at this machine.

use aws_sdk_dynamodbstreams::config::{
    BehaviorVersion, Credentials, Region, SharedHttpClient, timeout::TimeoutConfig,
};
use std::time::Duration;

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

/// A client for the streams of the engine at `endpoint`.
pub fn streams_client(endpoint: &str) -> aws_sdk_dynamodbstreams::Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .build();
    let mut config = aws_sdk_dynamodbstreams::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials())
        .region(Region::from_static(REGION))
        .endpoint_url(endpoint)
        .timeout_config(timeouts);
    if endpoint.starts_with("http://") {
        config = config.http_client(plain_http_client());
    }
    aws_sdk_dynamodbstreams::Client::from_conf(config.build())
}
