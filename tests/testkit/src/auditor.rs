//! Reads the stream in parallel to `deliver-mail`: stores acts as `keep-audit` does, and checks that every change of an
//! account or a claims user has its record.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use platform::audit::Archive;
use platform::store::Attributes;
use portal::limits::Limits;
use portal_local::clock::Clock;
use portal_local::engine::{AUDIT, Engine, PORTAL};
use portal_local::function::{Function, InvokeError};
use portal_local::mapping::{EventSourceMapping, Filter, MappingOptions};
use serde_json::{Map, Value, json};

use crate::world::{TimeOuts, dynamodb_client};

/// Whether a write is one of a kind, by the item's old and new image.
type IsOne = fn(old: Option<&Value>, new: &Value) -> bool;

/// The writes of an account or a claims user that record no act, with the reason.
const UNTOLD: [(IsOne, &str); 4] = [
    (
        is_mail_mark,
        "a mail was sent, delivered or bounced: only its status and the version differ, and the event of the promise is carried along",
    ),
    (
        is_right_claims_password,
        "a right claims password removes its own attempt and the wrong ones before it; the registration that begins by it records the act",
    ),
    (
        is_counted_security_code,
        "a security code is counted for its user id, or refunded; the registration records the act",
    ),
    (
        is_counted_mail,
        "a registration code is counted for its user id, or refunded; the contact records the act",
    ),
];

fn is_mail_mark(old: Option<&Value>, new: &Value) -> bool {
    let but_marks = |image: &Value| {
        let mut image = image.clone();
        image["v"] = Value::Null;
        image["queued"] = Value::Null;
        let unmark = |item: &mut Value| {
            item["mail"]["M"]["delivery"] = Value::Null;
            item["mail"]["M"]["sentAt"] = Value::Null;
        };
        unmark(&mut image);
        if let Some(holders) = image["holders"]["M"].as_object_mut() {
            holders.values_mut().for_each(|holder| unmark(&mut holder["M"]));
        }
        image
    };
    let has_mail = |item: &Value| item["mail"]["M"]["n"].is_object();
    let promised = |old: &Value| {
        let holders = old["holders"]["M"].as_object();
        has_mail(old) || holders.is_some_and(|holders| holders.values().any(|holder| has_mail(&holder["M"])))
    };
    old.is_some_and(|old| promised(old) && but_marks(old) == but_marks(new))
}

fn is_right_claims_password(old: Option<&Value>, new: &Value) -> bool {
    let open = |image: &Value| image["open"]["L"].as_array().map_or(0, Vec::len);
    let failures = |image: &Value| image["failures"]["L"].as_array().map_or(0, Vec::len);
    let of_claims = new["pk"]["S"]
        .as_str()
        .is_some_and(|key| key.starts_with("CLAIMS#"));
    of_claims
        && new["event"].is_null()
        && old.is_some_and(|old| open(new) < open(old) && failures(new) <= failures(old))
}

fn is_counted_security_code(old: Option<&Value>, new: &Value) -> bool {
    let old = old.unwrap_or(&Value::Null);
    let of_claims = new["pk"]["S"]
        .as_str()
        .is_some_and(|key| key.starts_with("CLAIMS#"));
    let is_same = |name: &&str| old[*name] == new[*name];
    of_claims
        && new["event"].is_null()
        && !is_same(&"securityCodes")
        && ["failures", "open", "codes", "codesStop"].iter().all(is_same)
}

fn is_counted_mail(old: Option<&Value>, new: &Value) -> bool {
    let of_claims = new["pk"]["S"]
        .as_str()
        .is_some_and(|key| key.starts_with("CLAIMS#"));
    of_claims
        && new["event"].is_null()
        && old.is_some_and(|old| {
            let is_same = |name: &&str| old[*name] == new[*name];
            !is_same(&"mails")
                && ["failures", "open", "codes", "codesStop", "securityCodes"]
                    .iter()
                    .all(is_same)
        })
}

/// Changes in the stream that record no act.
#[derive(Debug, Clone, Default)]
struct Untold {
    /// Changes that lack their record.
    bare: Vec<String>,
    /// The exceptions that occurred, by their reasons.
    met: BTreeSet<&'static str>,
}

/// Direct writes of a test are not writes of the portal.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByHand(Arc<Mutex<BTreeSet<String>>>);

impl ByHand {
    /// The test itself writes an item of this version.
    pub(crate) fn note(&self, version: &str) {
        self.set().insert(version.to_owned());
    }

    fn set(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Auditor {
    mapping: EventSourceMapping,
    untold: Arc<Mutex<Untold>>,
    table: aws_sdk_dynamodb::Client,
}

impl Auditor {
    pub(crate) fn new(engine: &Engine, clock: Clock, by_hand: ByHand) -> Self {
        let table = dynamodb_client(&engine.endpoint(), None, TimeOuts::Endless);
        let archive = Archive::table(table.clone(), AUDIT.to_owned(), &Limits::standard());
        let untold = Arc::new(Mutex::new(Untold::default()));
        let function = {
            let untold = untold.clone();
            let filter = Filter::eventful();
            Function::from_fn(move |event: Value| {
                let (archive, untold, by_hand) = (archive.clone(), untold.clone(), by_hand.clone());
                let records = event["Records"].as_array().cloned().unwrap_or_default();
                let records: Vec<Value> = records
                    .into_iter()
                    .inspect(|record| {
                        let mut untold = untold.lock().unwrap_or_else(PoisonError::into_inner);
                        match tells_nothing(record, &by_hand) {
                            None => {}
                            Some(Ok(reason)) => drop(untold.met.insert(reason)),
                            Some(Err(bare)) => untold.bare.push(bare),
                        }
                    })
                    .filter(|record| filter.passes(record))
                    .collect();
                async move {
                    let answer = keep_audit::handle(&archive, json!({ "Records": records })).await;
                    let answer = answer.map_err(|error| InvokeError::Failed(error.to_string()))?;
                    serde_json::to_value(answer).map_err(|error| InvokeError::Failed(error.to_string()))
                }
            })
        };
        let options = MappingOptions {
            filter: Filter::everything(),
            ..MappingOptions::keep_audit(clock)
        };
        let mapping = EventSourceMapping::new(engine.stream(PORTAL), function, options).unwrap();
        Self {
            mapping,
            untold,
            table,
        }
    }

    /// Stores all acts so far.
    pub(crate) async fn drain(&mut self) {
        let tally = self.mapping.drain().await.unwrap();
        assert_eq!(tally.dead, 0, "the audit gave something up");
        let untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(
            untold.bare.is_empty(),
            "changes without a record: {:#?}",
            untold.bare
        );
    }

    /// The exceptions that did not occur.
    pub(crate) fn unmet(&self) -> Vec<&'static str> {
        let untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        let reasons = UNTOLD.iter().map(|(_, reason)| *reason);
        reasons.filter(|reason| !untold.met.contains(reason)).collect()
    }

    /// The records, in the order of the stream.
    pub(crate) async fn records(&self) -> Vec<Map<String, Value>> {
        let mut items: Vec<Attributes> = Vec::new();
        let mut pages = self
            .table
            .scan()
            .table_name(AUDIT)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            items.push(item.unwrap());
        }
        items.sort_by_key(|item| {
            let sequence = item["sequence"].as_s().unwrap().clone();
            (sequence.len(), sequence)
        });
        items.iter().map(plain).collect()
    }
}

fn plain(item: &Attributes) -> Map<String, Value> {
    let value = |(name, value): (&String, &aws_sdk_dynamodb::types::AttributeValue)| {
        let value = match value.as_s() {
            Ok(text) => Value::from(text.as_str()),
            Err(_) => Value::from(value.as_n().unwrap().parse::<u64>().unwrap()),
        };
        (name.clone(), value)
    };
    item.iter()
        .filter(|(name, _)| !["pk", "sk", "ttl"].contains(&name.as_str()))
        .map(value)
        .collect()
}

/// A change of an account or a claims user without a record: its reason, or its description.
fn tells_nothing(record: &Value, by_hand: &ByHand) -> Option<Result<&'static str, String>> {
    let change = &record["dynamodb"];
    let new = change.get("NewImage")?;
    let key = new["pk"]["S"].as_str()?;
    let version = new["v"]["S"].as_str()?;
    let told = new["event"]["M"]["id"]["S"] == version;
    if !(key.starts_with("ACCOUNT#") || key.starts_with("CLAIMS#")) || told || by_hand.set().contains(version)
    {
        return None;
    }
    let old = change.get("OldImage");
    if let Some((_, reason)) = UNTOLD.iter().find(|(is_one, _)| is_one(old, new)) {
        return Some(Ok(reason));
    }
    let names = [old, Some(new)]
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(Map::keys);
    let differs = |name: &&String| old.and_then(|old| old.get(name.as_str())) != new.get(name.as_str());
    let changed: BTreeSet<&String> = names.filter(differs).collect();
    Some(Err(format!("{key}: {changed:?} changed")))
}
