//! Where the desk stands: before a deployment, as the assumed role's session, or before the stack of this machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use platform::audit::Records;
use platform::clock::Clock;
use platform::config::{Config, Variable};
use platform::inquiries::Listing;
use platform::random::Random;
use platform::store::Table;
use portal::desk::Identity;
use portal::keys::KeyId;
use portal::values::{Line, OperatorId};
use serde_json::Value;

use crate::cli::Cli;
use crate::desk::Desk;
use crate::exit::Stop;

/// What the desk reads and changes.
const NEEDS: &[Variable] = &[Variable::PortalTable, Variable::AuditTable];

/// The desk that the command line asks for.
pub async fn connect(cli: &Cli) -> Result<Desk, Stop> {
    match &cli.local {
        Some(file) => local(file, cli.operator.as_deref()),
        None => deployed().await,
    }
}

fn setup(what: impl std::fmt::Display) -> Stop {
    Stop::Setup(format!("つなげません。（{what}）"))
}

/// A deployment: the settings from the environment, and the identity from AWS itself. Only a session of an assumed role
/// may sit here: its name is the operator's (`infra/desk.yaml`).
async fn deployed() -> Result<Desk, Stop> {
    let config = Config::from_env(NEEDS).map_err(setup)?;
    let aws = platform::aws::from_env().map_err(setup)?;
    let caller = aws_sdk_sts::Client::new(&aws).get_caller_identity().send().await;
    let caller = caller.map_err(|error| setup(aws_sdk_sts::error::DisplayErrorContext(error)))?;
    let (Some(id), Some(arn)) = (caller.user_id(), caller.arn()) else {
        return Err(setup("STS は、だれかを答えませんでした"));
    };
    let who = identity(id, arn)?;
    let client = Client::new(&aws);
    let name = |variable| config.get(variable).map(str::to_owned).map_err(setup);
    let table = name(Variable::PortalTable)?;
    Ok(Desk {
        table: Table::new(client.clone(), table.clone(), config.limits.clone()),
        inquiries: Listing::new(client.clone(), table),
        records: Records::table(client, name(Variable::AuditTable)?),
        ses: aws_sdk_sesv2::Client::new(&aws),
        clock: Clock::System,
        random: Random::System,
        limits: config.limits.clone(),
        who,
        key: None,
    })
}

/// Who the session of an assumed role is.
fn identity(id: &str, arn: &str) -> Result<Identity, Stop> {
    if !arn.contains(":assumed-role/") || !id.contains(':') {
        return Err(Stop::Setup(
            "窓口のロールを引き受けてから使ってください。IAM ユーザやルートユーザのままでは使えません。"
                .to_owned(),
        ));
    }
    Ok(Identity {
        id: OperatorId::new(id),
        name: arn.to_owned(),
    })
}

/// The stack of this machine, by the file of its functions' variables.
fn local(file: &Path, operator: Option<&str>) -> Result<Desk, Stop> {
    let operator = operator.ok_or_else(|| {
        Stop::Usage("--local のときは、担当者の名前を --operator で指定してください。".to_owned())
    })?;
    let is_name = |name: &Line| !name.as_str().contains(char::is_whitespace) && name.as_str().len() <= 64;
    let operator = Line::parse(operator).ok().filter(is_name).ok_or_else(|| {
        Stop::Usage("--operator の名前を、空白を入れずに、半角なら64文字までで指定してください。".to_owned())
    })?;
    let text = std::fs::read_to_string(file).map_err(|error| {
        setup(format!(
            "{}: {error}。cargo xtask dev は動いていますか",
            file.display()
        ))
    })?;
    let variables = variables(&text);
    let lookup = |name: &str| variables.get(name).cloned();
    let config = Config::read(NEEDS, lookup).map_err(setup)?;
    let endpoint = |name: &str| {
        let endpoint = lookup(name).unwrap_or_default();
        if is_of_this_machine(&endpoint) {
            Ok(endpoint)
        } else {
            Err(setup(format!("{name} がこのマシンのものではありません")))
        }
    };
    let credentials = || Credentials::new("local", "local", None, None, "local");
    let client = Client::from_conf(
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .endpoint_url(endpoint("AWS_ENDPOINT_URL_DYNAMODB")?)
            .credentials_provider(credentials())
            .build(),
    );
    let ses = aws_sdk_sesv2::Client::from_conf(
        aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .endpoint_url(endpoint("AWS_ENDPOINT_URL_SESV2")?)
            .credentials_provider(credentials())
            .build(),
    );
    let name = config.get(Variable::PortalTable).map_err(setup)?.to_owned();
    let audit = config
        .local_audit()
        .ok_or_else(|| setup("AUDIT_FILE がありません"))?;
    let id = format!("local:{}", operator.as_str());
    Ok(Desk {
        table: Table::new(client.clone(), name.clone(), config.limits.clone()),
        inquiries: Listing::new(client, name),
        records: Records::file(audit.into()),
        ses,
        clock: clock(lookup("CLOCK_ADVANCE_FILE").as_deref()),
        random: Random::System,
        limits: config.limits.clone(),
        who: Identity {
            id: OperatorId::new(id),
            name: format!("local/{}", operator.as_str()),
        },
        key: config.local_keys().and_then(current_key),
    })
}

/// Only the name of the current key: the keys themselves are left where they are.
fn current_key(ring: &str) -> Option<KeyId> {
    let ring: Value = serde_json::from_str(ring).ok()?;
    ring.get("current")?.as_str().map(KeyId::new)
}

/// The time of the stack, which is advanced by the seconds in this file; for one command it stands still.
fn clock(advance: Option<&str>) -> Clock {
    let text = advance.and_then(|file| std::fs::read_to_string(file).ok());
    let seconds: i64 = text.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    if seconds == 0 {
        return Clock::System;
    }
    let now = Clock::System.now().as_second().saturating_add(seconds);
    Clock::Set(Arc::new(AtomicI64::new(now)))
}

fn is_of_this_machine(endpoint: &str) -> bool {
    let rest = endpoint.strip_prefix("http://").unwrap_or_default();
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    !rest.contains('@') && ["127.0.0.1", "localhost"].contains(&host)
}

/// The variables of an environment file: `NAME='value'`, in any quotes.
fn variables(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| {
        let (name, value) = line.split_once('=')?;
        let quote = value
            .chars()
            .next()
            .filter(|quote| ['\'', '"', '`'].contains(quote));
        let value = match quote {
            Some(quote) => value.strip_prefix(quote)?.strip_suffix(quote)?,
            None => value,
        };
        Some((name.trim().to_owned(), value.to_owned()))
    };
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(pair)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_session_of_a_role_sits_at_the_desk() {
        let arn = "arn:aws:sts::123456789012:assumed-role/portal-prod-desk/hanako";
        let who = identity("AROAEXAMPLE:hanako", arn).unwrap();
        assert_eq!((who.id.as_str(), who.name.as_str()), ("AROAEXAMPLE:hanako", arn));
        for (id, arn) in [
            ("AIDAEXAMPLE", "arn:aws:iam::123456789012:user/hanako"),
            ("123456789012", "arn:aws:iam::123456789012:root"),
        ] {
            assert!(identity(id, arn).is_err(), "{arn}");
        }
    }

    #[test]
    fn the_local_desk_reaches_no_other_machine() {
        for (endpoint, is_ours) in [
            ("http://127.0.0.1:8001", true),
            ("http://localhost:8001/", true),
            ("https://dynamodb.ap-northeast-1.amazonaws.com", false),
            ("http://127.0.0.1.example.jp:8001", false),
            ("http://127.0.0.1@example.jp", false),
            ("", false),
        ] {
            assert_eq!(is_of_this_machine(endpoint), is_ours, "{endpoint}");
        }
    }

    #[test]
    fn an_environment_file_is_read_with_any_quotes() {
        let read = variables("# 注\nA='{\"current\":\"k1\"}'\nB=`it's`\nC=\"\"\nD=plain\n");
        assert_eq!(read["A"], "{\"current\":\"k1\"}");
        assert_eq!(
            (read["B"].as_str(), read["C"].as_str(), read["D"].as_str()),
            ("it's", "", "plain")
        );
        assert_eq!(current_key(&read["A"]), Some(KeyId::new("k1")));
        assert_eq!(current_key("{}"), None);
    }
}
