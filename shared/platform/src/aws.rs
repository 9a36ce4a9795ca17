//! How AWS is reached: region, credentials and endpoints from the environment, where Lambda puts them.
//!
//! The SDK's own loader would also look into profiles, metadata services and STS: none of them exists in a Lambda, and
//! the code would be a tenth of a function (`docs/adr/0029-a-small-release-build.md`).

use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::config::{ConfigProblem, variable};

/// Reads the environment of this process, and fails with all that is missing.
pub fn from_env() -> Result<SdkConfig, ConfigProblem> {
    load(variable)
}

fn load(env: fn(&str) -> Option<String>) -> Result<SdkConfig, ConfigProblem> {
    let mut missing = Vec::new();
    let mut required = |name: &'static str| {
        let value = env(name).filter(|value| !value.is_empty());
        if value.is_none() {
            missing.push(name);
        }
        value.unwrap_or_default()
    };
    let region = required("AWS_REGION");
    let (id, secret) = (required("AWS_ACCESS_KEY_ID"), required("AWS_SECRET_ACCESS_KEY"));
    if !missing.is_empty() {
        let malformed = Vec::new();
        return Err(ConfigProblem { missing, malformed });
    }
    let token = env("AWS_SESSION_TOKEN").filter(|token| !token.is_empty());
    // The credentials of a Lambda live as long as its environment.
    let credentials = Credentials::new(id, secret, token, None, "environment");
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(8))
        .build();
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .timeout_config(timeouts)
        .service_config(Endpoints(env))
        .build();
    Ok(config)
}

/// `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`: on a developer's machine the stand-ins.
struct Endpoints(fn(&str) -> Option<String>);

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoints")
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        let value = (self.0)(&format!("{}_{service}", key.env())).or_else(|| (self.0)(key.env()));
        value.filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(name: &str) -> Option<String> {
        let value = match name {
            "AWS_REGION" => "ap-northeast-1",
            "AWS_ACCESS_KEY_ID" => "id",
            "AWS_SECRET_ACCESS_KEY" => "secret",
            "AWS_ENDPOINT_URL_DYNAMODB" => "http://127.0.0.1:1",
            "AWS_ENDPOINT_URL" => "http://127.0.0.1:2",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn endpoint(config: &SdkConfig, service: &str) -> Option<String> {
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        config.service_config()?.load_config(key.ok()?)
    }

    #[test]
    fn everything_that_is_missing_is_reported_at_once() {
        let problem = load(|_| Some(String::new())).unwrap_err();
        assert_eq!(
            problem.missing,
            ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        );
    }

    #[test]
    fn a_service_has_its_own_endpoint_or_the_common_one() {
        let config = load(complete).unwrap();
        assert_eq!(config.region().map(AsRef::as_ref), Some("ap-northeast-1"));
        let told = ["DynamoDB", "SESv2", "Secrets Manager"].map(|service| endpoint(&config, service));
        let [own, common] = ["http://127.0.0.1:1", "http://127.0.0.1:2"].map(|url| Some(url.to_owned()));
        assert_eq!(told, [own, common.clone(), common]);
        let in_lambda = load(|name| complete(name).filter(|_| !name.contains("ENDPOINT"))).unwrap();
        assert_eq!(endpoint(&in_lambda, "DynamoDB"), None);
    }
}
