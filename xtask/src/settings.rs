//! What the functions are told through their environment when they run on this machine.

use std::{collections::BTreeMap, ffi::OsString, fmt::Write as _, process::Command};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    children::{self, Interrupt},
    terminal::warn,
    workspace::{Workspace, has_settings},
};

pub(crate) type Variables = BTreeMap<String, String>;

/// Where each part of the local stack listens, always on the loop-back address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) portal: u16,
    /// Whether the portal speaks HTTPS.
    pub(crate) tls: bool,
    pub(crate) functions: u16,
    pub(crate) dynamodb: u16,
    pub(crate) ses: u16,
    /// The claims system by way of what breaks calls to it; straight at the functions otherwise.
    pub(crate) claims: Option<u16>,
}

impl Ports {
    /// The portal under one of the names of this machine.
    pub(crate) fn origin(&self, host: &str) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{host}:{}", self.portal)
    }
}

/// Real credentials would end up in the environment file, and would work wherever an endpoint is not ours.
const NEVER_THE_CALLERS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// What else could lead an AWS client away from this machine.
const TAKEN_AWAY: [&str; 3] = ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// What tells functions of a debug build of the file that says how far their time is ahead, and `portal-local` which
/// file to write.
pub(crate) const CLOCK_ADVANCE_FILE: &str = "CLOCK_ADVANCE_FILE";

/// What tells `keep-audit` of a file, and `portal-local` where to look.
pub(crate) const AUDIT_FILE: &str = "AUDIT_FILE";

const ADDRESSES: [&str; 5] = [
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SESV2",
    "CLAIMS_BASE_URL",
    "PORTAL_URL",
    "PROBLEM_BASE",
];

#[expect(
    clippy::disallowed_methods,
    reason = "a task runner hands its caller's environment on; it is read only here"
)]
pub(crate) fn caller() -> Variables {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os().filter_map(text).collect()
}

fn defaults(ports: Ports, keys: &str, audit: &str) -> Vec<(&'static str, String)> {
    let Ports {
        portal: _,
        tls: _,
        functions,
        dynamodb,
        ses,
        claims,
    } = ports;
    let claims = match claims {
        None => format!("http://127.0.0.1:{functions}/lambda-url/claims-simulator"),
        Some(port) => format!("http://127.0.0.1:{port}"),
    };
    vec![
        ("PORTAL_TABLE", "portal".to_owned()),
        ("SIMULATOR_TABLE", "claims-simulator".to_owned()),
        ("AWS_REGION", "ap-northeast-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        (
            "AWS_ENDPOINT_URL_DYNAMODB",
            format!("http://127.0.0.1:{dynamodb}"),
        ),
        ("AWS_ENDPOINT_URL_SESV2", format!("http://127.0.0.1:{ses}")),
        ("CLAIMS_BASE_URL", claims),
        ("CLAIMS_CERTIFICATES", "none".to_owned()),
        ("ORIGIN_SECRET_DIGESTS", "none".to_owned()),
        (
            "PORTAL_ORIGINS",
            ["localhost", "127.0.0.1"]
                .map(|host| ports.origin(host))
                .join(","),
        ),
        ("PORTAL_URL", format!("{}/", ports.origin("localhost"))),
        (
            "PROBLEM_BASE",
            "https://www.kaigo-kiban-portal.jp/problems/".to_owned(),
        ),
        ("MAIL_SENDER", "no-reply@mail.kaigo-kiban-portal.jp".to_owned()),
        ("MAIL_CONFIGURATION_SET", "portal".to_owned()),
        ("PORTAL_KEYS", keys.to_owned()),
        (AUDIT_FILE, audit.to_owned()),
        // Everybody on this machine is one network.
        ("REFUSED_STARTS_PER_NETWORK", "0".to_owned()),
    ]
}

/// The functions' variables. One that the caller has set is kept, so that a proxy can be put between.
pub(crate) fn environment(ports: Ports, keys: &str, audit: &str, caller: &Variables) -> Result<Variables> {
    let mut variables = Variables::new();
    for (name, default) in defaults(ports, keys, audit) {
        // An empty variable is a common way to unset one.
        let theirs = caller.get(name).filter(|value| !value.trim().is_empty());
        let theirs = theirs.filter(|_| !NEVER_THE_CALLERS.contains(&name));
        variables.insert(name.to_owned(), theirs.cloned().unwrap_or(default));
    }
    check(&variables)?;
    Ok(variables)
}

fn check(variables: &Variables) -> Result<()> {
    for name in ADDRESSES {
        let value = variables.get(name).map_or("", String::as_str);
        if !value.starts_with("http://") && !value.starts_with("https://") {
            bail!(
                "{name} is {value:?}; set it to an address that begins with http:// or https://, or unset it"
            );
        }
    }
    let keys: Option<Value> = variables
        .get("PORTAL_KEYS")
        .and_then(|keys| serde_json::from_str(keys).ok());
    let current = keys.as_ref().and_then(|keys| {
        keys.get("current")?
            .as_str()
            .and_then(|id| keys.get("keys")?.get(id))
    });
    if current.is_none() {
        bail!(
            r#"PORTAL_KEYS must be {{"current":"ID","keys":{{"ID":"32 bytes in base64"}}}}; correct it, or unset it"#
        );
    }
    Ok(())
}

/// A proxy for the world must not be asked for this machine.
pub(crate) fn past_the_proxy(command: &mut Command) {
    let caller = caller();
    for name in ["NO_PROXY", "no_proxy"] {
        command.env(
            name,
            with_this_machine(caller.get(name).map_or("", String::as_str)),
        );
    }
}

fn with_this_machine(theirs: &str) -> String {
    let mut hosts: Vec<&str> = theirs
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty())
        .collect();
    for ours in ["localhost", "127.0.0.1", "::1"] {
        if !hosts.contains(&ours) {
            hosts.push(ours);
        }
    }
    hosts.join(",")
}

pub(crate) fn apply(command: &mut Command, variables: &Variables) {
    command.envs(variables);
    past_the_proxy(command);
    for name in TAKEN_AWAY {
        command.env_remove(name);
    }
}

/// The variables in the form that cargo-lambda reads: `NAME=value`, in whichever quotes the value does not have.
pub(crate) fn env_file(variables: &Variables) -> Result<String> {
    let mut text = String::from(
        "# Written by `cargo xtask dev` at every start; set a variable in the shell to change it.\n",
    );
    for (name, value) in variables {
        let quote = ['\'', '`', '"'].into_iter().find(|quote| !value.contains(*quote));
        match quote {
            // Its reader turns a backslash and an n into a line end, in every kind of quotes.
            Some(quote) if !value.contains("\\n") => {
                writeln!(text, "{name}={quote}{value}{quote}")?;
            }
            _ => bail!(
                "{name} cannot stand in an environment file: take \\n, or one kind of quotes, out of it"
            ),
        }
    }
    Ok(text)
}

/// The product's numbers in force, as the product itself reads them from `variables` and the caller's environment.
pub(crate) fn in_force(
    workspace: &Workspace,
    variables: &Variables,
    interrupt: &Interrupt,
) -> Result<String> {
    if !has_settings(&workspace.root) {
        warn("no example `settings` in shared/platform: the numbers in force will not be shown");
        return Ok("{}".to_owned());
    }
    let mut command = workspace.cargo();
    command.args(["run", "--example", "settings"]);
    apply(&mut command, variables);
    let output = children::capture(&mut command, interrupt)
        .context("the settings cannot be read; correct the variable named above, or unset it")?;
    let text = String::from_utf8(output).context("the settings are not text")?;
    let value: Value = serde_json::from_str(&text).context("the settings are not JSON")?;
    if !value.is_object() {
        bail!("the settings are not a JSON object of names and values");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: Ports = Ports {
        portal: 8080,
        tls: false,
        functions: 9000,
        dynamodb: 8001,
        ses: 8002,
        claims: None,
    };
    const KEYS: &str = r#"{"current":"local-1","keys":{"local-1":"AAAA"}}"#;

    const AUDIT: &str = "/tmp/audit.jsonl";

    fn caller(pairs: &[(&str, &str)]) -> Variables {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn what_the_caller_has_set_is_kept() {
        let theirs = caller(&[
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:7001"),
            ("AWS_ENDPOINT_URL_SESV2", ""),
            ("UNKNOWN", "1"),
        ]);
        let variables = environment(PORTS, KEYS, AUDIT, &theirs).unwrap();
        assert_eq!(variables["AWS_ENDPOINT_URL_DYNAMODB"], "http://127.0.0.1:7001");
        assert_eq!(variables["AWS_ENDPOINT_URL_SESV2"], "http://127.0.0.1:8002");
        assert!(!variables.contains_key("UNKNOWN"));
        assert_eq!(variables["AUDIT_FILE"], AUDIT);
    }

    #[test]
    fn addresses_follow_the_ports() {
        let ports = Ports {
            portal: 1,
            tls: false,
            functions: 2,
            dynamodb: 3,
            ses: 4,
            claims: None,
        };
        let variables = environment(ports, KEYS, AUDIT, &Variables::new()).unwrap();
        assert_eq!(
            variables["PORTAL_ORIGINS"],
            "http://localhost:1,http://127.0.0.1:1"
        );
        assert_eq!(variables["PORTAL_URL"], "http://localhost:1/");
        assert_eq!(
            variables["CLAIMS_BASE_URL"],
            "http://127.0.0.1:2/lambda-url/claims-simulator"
        );
        assert_eq!(variables["AWS_ENDPOINT_URL_DYNAMODB"], "http://127.0.0.1:3");
        assert_eq!(variables["AWS_ENDPOINT_URL_SESV2"], "http://127.0.0.1:4");

        let secure = Ports { tls: true, ..ports };
        let variables = environment(secure, KEYS, AUDIT, &Variables::new()).unwrap();
        assert_eq!(
            variables["PORTAL_ORIGINS"],
            "https://localhost:1,https://127.0.0.1:1"
        );
        assert_eq!(variables["PORTAL_URL"], "https://localhost:1/");

        let broken = Ports {
            claims: Some(5),
            ..ports
        };
        let variables = environment(broken, KEYS, AUDIT, &Variables::new()).unwrap();
        assert_eq!(variables["CLAIMS_BASE_URL"], "http://127.0.0.1:5");
    }

    #[test]
    fn real_credentials_never_reach_a_function_or_a_file() {
        let theirs = caller(&[
            ("AWS_ACCESS_KEY_ID", "AKIAREAL"),
            ("AWS_SECRET_ACCESS_KEY", "real"),
        ]);
        let variables = environment(PORTS, KEYS, AUDIT, &theirs).unwrap();
        assert_eq!(variables["AWS_ACCESS_KEY_ID"], "local");
        assert!(!env_file(&variables).unwrap().contains("real"));
    }

    #[test]
    fn an_address_that_is_none_and_keys_that_are_none_are_named() {
        let error = environment(PORTS, KEYS, AUDIT, &caller(&[("CLAIMS_BASE_URL", "claims")])).unwrap_err();
        assert!(
            error.to_string().starts_with("CLAIMS_BASE_URL is \"claims\""),
            "{error}"
        );
        let error = environment(
            PORTS,
            KEYS,
            AUDIT,
            &caller(&[("PORTAL_KEYS", r#"{"current":"b","keys":{"a":""}}"#)]),
        )
        .unwrap_err();
        assert!(error.to_string().starts_with("PORTAL_KEYS must be"), "{error}");
    }

    #[test]
    fn the_proxy_is_not_asked_for_this_machine() {
        assert_eq!(with_this_machine(""), "localhost,127.0.0.1,::1");
        assert_eq!(
            with_this_machine("corp.example, 127.0.0.1"),
            "corp.example,127.0.0.1,localhost,::1"
        );
    }

    #[test]
    fn a_value_stands_in_quotes_it_does_not_have() {
        let file = env_file(&caller(&[("A", r#"{"b":"it"}"#), ("C", "it's"), ("D", "")])).unwrap();
        assert!(file.ends_with("A='{\"b\":\"it\"}'\nC=`it's`\nD=''\n"), "{file}");
        assert!(env_file(&caller(&[("E", "'`\"")])).is_err());
        assert!(env_file(&caller(&[("E", "one\\ntwo")])).is_err());
    }
}
