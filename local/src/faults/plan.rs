//! The plan of faults, typed by a person or built by a test.

use std::{fmt, str::FromStr, time::Duration};

/// The recipient of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Neighbour {
    /// The table.
    DynamoDb,
    /// The mail service.
    Ses,
    /// 電子請求受付システム
    Claims,
}

impl Neighbour {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DynamoDb, Self::Ses, Self::Claims];

    /// Its name in a plan.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Ses => "ses",
            Self::Claims => "claims",
        }
    }
}

impl fmt::Display for Neighbour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The fault of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `ThrottlingException`; of SES `TooManyRequestsException`.
    Throttle,
    /// `ProvisionedThroughputExceededException`; of a transaction, as the reason of its cancellation.
    Exceeded,
    /// `TransactionConflictException`; of a transaction, as the reason of its cancellation.
    Conflict,
    /// Status 500, and nothing was done.
    Error,
    /// The call was executed, and the connection was cut before the answer.
    Lost,
    /// The connection was cut, and nothing was done.
    Cut,
    /// The call was executed, and is never answered.
    SilentDone,
    /// Nothing was done, and the call is never answered.
    Silent,
    /// The connection was cut, and the call is executed this much later nevertheless.
    Late(Duration),
    /// The call is executed and answered this much later.
    Delay(Duration),
    /// An eventually consistent read shows the item as it was before its last change.
    Stale,
    /// `MessageRejected`.
    Reject,
    /// 403, `AccessDeniedException`: the caller's role does not allow the call.
    Deny,
    /// The question was judged, and the answer is not JSON.
    Malformed,
    /// The question was judged, and the answer is JSON of another shape.
    Schema,
    /// Status 302, and nothing was judged.
    Redirect,
    /// The question was judged, and the answer names another office.
    OtherOffice,
    /// Status 504: the gateway before the claims system forwarded the request and got no answer.
    GatewayTimeout,
}

impl Kind {
    /// Every kind of a neighbour; those with a time have a short one.
    pub fn of(neighbour: Neighbour) -> Vec<Self> {
        let short = Duration::from_millis(20);
        let mut kinds = vec![
            Self::Error,
            Self::Lost,
            Self::Cut,
            Self::SilentDone,
            Self::Silent,
            Self::Late(short),
            Self::Delay(short),
        ];
        kinds.extend(match neighbour {
            Neighbour::DynamoDb => vec![Self::Throttle, Self::Exceeded, Self::Conflict, Self::Stale],
            Neighbour::Ses => vec![Self::Throttle, Self::Reject, Self::Deny],
            Neighbour::Claims => vec![
                Self::Malformed,
                Self::Schema,
                Self::Redirect,
                Self::OtherOffice,
                Self::GatewayTimeout,
            ],
        });
        kinds
    }

    /// Its name in a plan.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::Exceeded => "exceeded",
            Self::Conflict => "conflict",
            Self::Error => "error",
            Self::Lost => "lost",
            Self::Cut => "cut",
            Self::SilentDone => "silent-done",
            Self::Silent => "silent",
            Self::Late(_) => "late",
            Self::Delay(_) => "delay",
            Self::Stale => "stale",
            Self::Reject => "reject",
            Self::Deny => "deny",
            Self::Malformed => "malformed",
            Self::Schema => "schema",
            Self::Redirect => "redirect",
            Self::OtherOffice => "other-office",
            Self::GatewayTimeout => "gateway-timeout",
        }
    }

    fn parse(text: &str, neighbour: Neighbour) -> Option<Self> {
        let (name, time) = match text.split_once('=') {
            Some((name, time)) => (name, Some(Duration::from_millis(time.parse().ok()?))),
            None => (text, None),
        };
        let found = Self::of(neighbour).into_iter().find(|kind| kind.name() == name)?;
        match (found, time) {
            (Self::Late(_), Some(time)) => Some(Self::Late(time)),
            (Self::Delay(_), Some(time)) => Some(Self::Delay(time)),
            (Self::Late(_) | Self::Delay(_), None) | (_, Some(_)) => None,
            (other, None) => Some(other),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())?;
        match self {
            Self::Late(time) | Self::Delay(time) => write!(formatter, "={}", time.as_millis()),
            _ => Ok(()),
        }
    }
}

/// The calls that a rule breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// Each attempt of each call with this probability.
    Rate(f64),
    /// This call, the first being 1, and this number of its attempts: an SDK repeats a failed call.
    Call {
        /// Its number.
        number: u64,
        /// The attempts, from the first on.
        attempts: u32,
    },
}

/// All attempts of a call, however often an SDK repeats it.
pub const EVERY_ATTEMPT: u32 = u32::MAX;

impl fmt::Display for When {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(rate) => write!(formatter, "{}%", rate * 100.0),
            Self::Call { number, attempts: 1 } => write!(formatter, "#{number}"),
            Self::Call {
                number,
                attempts: EVERY_ATTEMPT,
            } => write!(formatter, "#{number}xall"),
            Self::Call { number, attempts } => write!(formatter, "#{number}x{attempts}"),
        }
    }
}

/// One rule of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The neighbour.
    pub neighbour: Neighbour,
    /// Only this operation; each rule counts the calls that it could break.
    pub operation: Option<String>,
    /// The fault.
    pub kind: Kind,
    /// The calls.
    pub when: When,
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.neighbour)?;
        if let Some(operation) = &self.operation {
            write!(formatter, ".{operation}")?;
        }
        write!(formatter, ":{}@{}", self.kind, self.when)
    }
}

/// A plan of faults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The first rule that matches a call decides.
    pub rules: Vec<Rule>,
    /// The seed of the randomness; drawn and reported if it is not given.
    pub seed: Option<u64>,
}

impl Plan {
    /// The syntax of a plan, for the help of the command line.
    pub const HELP: &'static str = "\
What breaks on the way to the table, to SES and to the claims system.

A plan is a list of rules, with commas between:

  NEIGHBOUR[.OPERATION]:KIND@WHEN

  NEIGHBOUR  dynamodb, ses or claims
  OPERATION  only these calls: GetItem, PutItem, UpdateItem, DeleteItem, TransactWriteItems;
             SendEmail; authentications, security-codes
  KIND       of all: error (500), lost (done, and the connection cut before the answer),
             cut (not done, connection cut), silent-done and silent (no answer ever),
             late=MS (cut, and done that much later), delay=MS (done and answered later)
             of dynamodb: throttle, exceeded, conflict, stale (an eventually consistent read
             shows the item as it was before its last change)
             of ses: throttle, reject, deny (403)
             of claims: malformed, schema, redirect, other-office, gateway-timeout
  WHEN       5% of all attempts, or #3: the third call (its first attempt; #3x2: two,
             #3xall: every attempt that the SDK makes)

and seed=N, so that chance comes out the same again. The first rule that strikes decides.

  dynamodb:throttle@5%,dynamodb.PutItem:lost@2%,ses:error@10%,claims:delay=6000@#1,seed=42";

    /// One rule for one call.
    pub fn call(neighbour: Neighbour, kind: Kind, number: u64, attempts: u32) -> Self {
        Self {
            rules: vec![Rule {
                neighbour,
                operation: None,
                kind,
                when: When::Call { number, attempts },
            }],
            seed: None,
        }
    }
}

/// Why a text is not a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule: {1}")]
pub struct PlanError(String, &'static str);

impl FromStr for Plan {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let mut plan = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if let Some(seed) = part.strip_prefix("seed=") {
                let seed = seed
                    .parse()
                    .map_err(|_| PlanError(part.to_owned(), "a seed is a whole number"))?;
                plan.seed = Some(seed);
            } else {
                plan.rules
                    .push(rule(part).map_err(|why| PlanError(part.to_owned(), why))?);
            }
        }
        Ok(plan)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.rules.iter().map(Rule::to_string);
        let seed = self.seed.iter().map(|seed| format!("seed={seed}"));
        formatter.write_str(&rules.chain(seed).collect::<Vec<_>>().join(","))
    }
}

/// `dynamodb.PutItem:lost@#3xall`
fn rule(text: &str) -> Result<Rule, &'static str> {
    const SHAPE: &str = "it is NEIGHBOUR[.OPERATION]:KIND@RATE% or …@#CALL";
    let (whom, rest) = text.split_once(':').ok_or(SHAPE)?;
    let (kind, when) = rest.split_once('@').ok_or(SHAPE)?;
    let (whom, operation) = match whom.split_once('.') {
        Some((whom, operation)) => (whom, Some(operation.to_owned())),
        None => (whom, None),
    };
    let neighbour = Neighbour::ALL
        .into_iter()
        .find(|neighbour| neighbour.name() == whom)
        .ok_or("the neighbours are dynamodb, ses and claims")?;
    let kind = Kind::parse(kind, neighbour).ok_or("this neighbour has no such kind of fault")?;
    Ok(Rule {
        neighbour,
        operation,
        kind,
        when: self::when(when).ok_or("after @ stands 5% or #3, #3x2 or #3xall")?,
    })
}

fn when(text: &str) -> Option<When> {
    if let Some(rate) = text.strip_suffix('%') {
        let rate = rate.parse::<f64>().ok()? / 100.0;
        return (0.0..=1.0).contains(&rate).then_some(When::Rate(rate));
    }
    let call = text.strip_prefix('#')?;
    let (number, attempts) = match call.split_once('x') {
        Some((number, "all")) => (number, EVERY_ATTEMPT),
        Some((number, attempts)) => (number, attempts.parse().ok()?),
        None => (call, 1),
    };
    let number = number.parse().ok().filter(|number| *number > 0)?;
    Some(When::Call { number, attempts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_as_it_is_written() {
        for text in [
            "dynamodb:throttle@5%",
            "dynamodb.PutItem:lost@#3",
            "dynamodb.TransactWriteItems:conflict@#1x2,ses:reject@#1xall,claims:delay=6000@10%,seed=42",
            "dynamodb:late=50@2.5%",
        ] {
            assert_eq!(text.parse::<Plan>().unwrap().to_string(), text);
        }
        assert_eq!("".parse::<Plan>().unwrap(), Plan::default());
    }

    #[test]
    fn every_kind_of_every_neighbour_can_be_typed() {
        for neighbour in Neighbour::ALL {
            for kind in Kind::of(neighbour) {
                let rule = format!("{neighbour}:{kind}@#1");
                assert_eq!(rule.parse::<Plan>().unwrap().rules[0].kind, kind, "{rule}");
            }
        }
    }

    #[test]
    fn what_is_no_rule_is_named() {
        for text in [
            "throttle@5%",
            "s3:throttle@5%",
            "ses:stale@5%",
            "dynamodb:delay@5%",
            "dynamodb:throttle=3@5%",
            "dynamodb:throttle@101%",
            "dynamodb:throttle@#0",
            "dynamodb:throttle@3",
            "seed=x",
        ] {
            assert!(text.parse::<Plan>().is_err(), "{text}");
        }
    }
}
