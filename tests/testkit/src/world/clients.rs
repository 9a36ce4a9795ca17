//! The SDK clients of a world, and their time-outs.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use portal_local::aws::{credentials, plain_http_client};

use crate::gate::Gate;
use crate::meter::Meter;

/// The time-outs of a client of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TimeOuts {
    /// The deployed time-outs.
    Deployed,
    /// None: without faults, a busy machine must not change an answer.
    Endless,
}

/// A client of the engine at this endpoint.
pub(crate) fn dynamodb_client(
    endpoint: &str,
    meter: Option<Meter>,
    time_outs: TimeOuts,
) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(dynamodb_config(endpoint, meter, time_outs).build())
}

/// The deployed client's time-outs and retries, without the pauses between.
pub(super) fn dynamodb_config(
    endpoint: &str,
    meter: Option<Meter>,
    time_outs: TimeOuts,
) -> aws_sdk_dynamodb::config::Builder {
    let limits = match time_outs {
        TimeOuts::Endless => TimeoutConfig::disabled(),
        TimeOuts::Deployed => TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(8))
            .build(),
    };
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials())
        .region(Region::from_static("ap-northeast-1"))
        .endpoint_url(endpoint)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(4)
                .with_initial_backoff(Duration::from_millis(1))
                .with_max_backoff(Duration::from_millis(4)),
        )
        // Worlds share a process, but must not share the retry budget.
        .retry_partition(RetryPartition::custom("world").build())
        .timeout_config(limits)
        .http_client(plain_http_client());
    if let Some(meter) = meter {
        config = config.interceptor(meter);
    }
    config
}

/// The configuration of a client whose calls wait at a gate, without time-outs.
pub(super) fn gated_config(endpoint: &str, gate: &Gate) -> aws_sdk_dynamodb::config::Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials())
        .region(Region::from_static("ap-northeast-1"))
        .endpoint_url(endpoint)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(aws_sdk_dynamodb::config::StalledStreamProtectionConfig::disabled())
        .http_client(gate.before(plain_http_client()))
}

pub(super) fn ses_client(endpoint: &str) -> aws_sdk_sesv2::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(8))
        .build();
    let config = aws_sdk_sesv2::Config::builder()
        .behavior_version(aws_sdk_sesv2::config::BehaviorVersion::latest())
        .credentials_provider(credentials())
        .region(aws_sdk_sesv2::config::Region::from_static("ap-northeast-1"))
        .endpoint_url(endpoint)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(4)
                .with_initial_backoff(Duration::from_millis(1))
                .with_max_backoff(Duration::from_millis(4)),
        )
        .retry_partition(RetryPartition::custom("world").build())
        .timeout_config(timeouts)
        .http_client(plain_http_client())
        .build();
    aws_sdk_sesv2::Client::from_conf(config)
}
