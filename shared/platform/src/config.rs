//! Configuration: read once and completely.
//!
//! Each function lists its variables (`NEEDS` in its `lib.rs`); a test compares the list with the template, both
//! ways. Everything that is missing or malformed is reported at once, before the first request.

use std::collections::BTreeMap;
use std::fmt;

use portal::limits::Limits;

use crate::http::OriginSecrets;

macro_rules! variables {
    ($($(#[$doc:meta])* $variable:ident = $name:literal,)*) => {
        /// A variable of the environment.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Variable { $($(#[$doc])* $variable,)* }

        impl Variable {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variable,)*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variable => $name,)* }
            }
        }
    };
}

variables! {
    /// The portal's table.
    PortalTable = "PORTAL_TABLE",
    /// The audit's table, in AWS; locally `AUDIT_FILE` is used instead.
    AuditTable = "AUDIT_TABLE",
    /// The secret with the key ring, in AWS; locally `PORTAL_KEYS` contains the ring itself.
    PortalKeysSecret = "PORTAL_KEYS_SECRET",
    /// The portal's own origins, separated by commas.
    PortalOrigins = "PORTAL_ORIGINS",
    /// The beginning of every problem's `type`.
    ProblemBase = "PROBLEM_BASE",
    /// The URL of the claims system.
    ClaimsBaseUrl = "CLAIMS_BASE_URL",
    /// The secret with the certificates for the claims system; [`NONE`] for the simulator.
    ClaimsCertificates = "CLAIMS_CERTIFICATES",
    /// The sender address of mails.
    MailSender = "MAIL_SENDER",
    /// The SES configuration set that reports the delivery of mails.
    MailConfigurationSet = "MAIL_CONFIGURATION_SET",
    /// The portal's front page, the only link in any mail.
    PortalUrl = "PORTAL_URL",
    /// The claims simulator's table.
    SimulatorTable = "SIMULATOR_TABLE",
}

/// The value of a variable that is left out on purpose.
pub const NONE: &str = "none";

/// The variable with the key ring itself, on a developer's machine.
pub const LOCAL_KEYS: &str = "PORTAL_KEYS";

/// The variable with the digests of the valid origin secrets, or [`NONE`]: the functions may be called directly. A
/// function of the API requires it, so that none is open by an omission.
pub const ORIGIN_SECRET_DIGESTS: &str = "ORIGIN_SECRET_DIGESTS";

/// The variable with the path of the audit's file, on a developer's machine.
pub const LOCAL_AUDIT: &str = "AUDIT_FILE";

/// Everything that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Variables that are not set.
    pub missing: Vec<&'static str>,
    /// Variables with an invalid value.
    pub malformed: Vec<&'static str>,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "configuration: not set: [{}], not readable: [{}]",
            self.missing.join(", "),
            self.malformed.join(", ")
        )
    }
}

impl std::error::Error for ConfigProblem {}

/// A variable of this process.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The variables of a function, and the limits in force.
#[derive(Clone)]
pub struct Config {
    values: BTreeMap<Variable, String>,
    local_keys: Option<String>,
    local_audit: Option<String>,
    /// The limits in force.
    pub limits: Limits,
    origin_secrets: Option<OriginSecrets>,
}

impl Config {
    /// Reads the variables in `needs`.
    pub fn read(needs: &[Variable], lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigProblem> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let local_keys = lookup(LOCAL_KEYS);
        let local_audit = lookup(LOCAL_AUDIT);
        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for variable in needs {
            match lookup(variable.name()) {
                Some(value) => {
                    values.insert(*variable, value);
                }
                None if *variable == Variable::PortalKeysSecret && local_keys.is_some() => {}
                None if *variable == Variable::AuditTable && local_audit.is_some() => {}
                None => missing.push(variable.name()),
            }
        }
        let origin_secrets = lookup(ORIGIN_SECRET_DIGESTS).map(|list| match list.as_str() {
            NONE => Some(OriginSecrets::default()),
            list => OriginSecrets::read(list),
        });
        let (limits, mut malformed) = match Limits::read(lookup) {
            Ok(limits) => (limits, Vec::new()),
            Err(bad) => (
                Limits::standard(),
                bad.into_iter().map(|setting| setting.name).collect(),
            ),
        };
        if origin_secrets == Some(None) {
            malformed.push(ORIGIN_SECRET_DIGESTS);
        }
        if missing.is_empty() && malformed.is_empty() {
            Ok(Self {
                values,
                local_keys,
                local_audit,
                limits,
                origin_secrets: origin_secrets.flatten(),
            })
        } else {
            Err(ConfigProblem { missing, malformed })
        }
    }

    /// Reads the process's environment.
    pub fn from_env(needs: &[Variable]) -> Result<Self, ConfigProblem> {
        Self::read(needs, variable)
    }

    /// The value of a variable that is in the function's `NEEDS`.
    pub fn get(&self, variable: Variable) -> Result<&str, ConfigProblem> {
        self.values
            .get(&variable)
            .map(String::as_str)
            .ok_or_else(|| ConfigProblem {
                missing: vec![variable.name()],
                malformed: Vec::new(),
            })
    }

    /// The key ring of a developer's machine, if there is one.
    pub fn local_keys(&self) -> Option<&str> {
        self.local_keys.as_deref()
    }

    /// The valid origin secrets, of a function of the API.
    pub fn origin_secrets(&self) -> Result<OriginSecrets, ConfigProblem> {
        self.origin_secrets.clone().ok_or_else(|| ConfigProblem {
            missing: vec![ORIGIN_SECRET_DIGESTS],
            malformed: Vec::new(),
        })
    }

    /// The audit's file of a developer's machine, if there is one.
    pub fn local_audit(&self) -> Option<&str> {
        self.local_audit.as_deref()
    }

    /// The problem of a variable with an invalid value.
    pub fn malformed(name: &'static str) -> ConfigProblem {
        ConfigProblem {
            missing: Vec::new(),
            malformed: vec![name],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_missing_or_wrong_is_reported_at_once() {
        let problem = Config::read(&[Variable::PortalTable, Variable::PortalOrigins], |name| {
            (name == "CODE_TRIES").then(|| "many".to_owned())
        });
        let problem = problem.err().unwrap();
        assert_eq!(problem.missing, ["PORTAL_TABLE", "PORTAL_ORIGINS"]);
        assert_eq!(problem.malformed, ["CODE_TRIES"]);
    }

    #[test]
    fn an_empty_variable_is_a_missing_one() {
        assert!(Config::read(&[Variable::PortalTable], |_| Some(" ".to_owned())).is_err());
    }

    #[test]
    fn no_function_of_the_api_is_open_by_an_omission() {
        let read = |digests: Option<&str>| {
            let digests = digests.map(str::to_owned);
            Config::read(&[], |name| {
                digests.clone().filter(|_| name == ORIGIN_SECRET_DIGESTS)
            })
        };
        for omitted in [None, Some(""), Some(" ")] {
            let problem = read(omitted).unwrap().origin_secrets().unwrap_err();
            assert_eq!(problem.missing, [ORIGIN_SECRET_DIGESTS]);
        }
        let open = read(Some("none")).unwrap().origin_secrets().unwrap();
        assert_eq!(open, OriginSecrets::default());
        let problem = read(Some("secret")).err().unwrap();
        assert_eq!(problem.malformed, [ORIGIN_SECRET_DIGESTS]);
    }

    #[test]
    fn a_developers_machine_may_hold_the_keys_themselves() {
        let config = Config::read(&[Variable::PortalKeysSecret], |name| {
            (name == "PORTAL_KEYS").then(|| "{}".to_owned())
        });
        assert_eq!(config.unwrap().local_keys(), Some("{}"));
    }

    #[test]
    fn a_developers_machine_may_name_a_file_for_the_audit() {
        let config = Config::read(&[Variable::AuditTable], |name| {
            (name == "AUDIT_FILE").then(|| "audit.jsonl".to_owned())
        });
        assert_eq!(config.unwrap().local_audit(), Some("audit.jsonl"));
        assert!(Config::read(&[Variable::AuditTable], |_| None).is_err());
    }
}
