//! Faults between the functions and their neighbours, by a plan.
//!
//! A small server stands before the engine, the SES double and the claims system. It identifies each call's
//! operation, and applies the [`Plan`]: it answers with an error of the neighbour, cuts the connection before or
//! after the call, delays it, never answers, or answers an eventually consistent read with a stale item. An SDK
//! numbers the attempts of one call, so a plan can break one attempt, which the SDK repairs by itself, or all, which
//! the function has to handle.
//!
//! ```
//! # use portal_local::faults::Plan;
//! let plan: Plan = "dynamodb:throttle@5%,dynamodb.PutItem:lost@#3xall,ses:error@10%,seed=7".parse().unwrap();
//! # assert_eq!(plan.rules.len(), 3);
//! ```

mod answers;
mod history;
mod plan;
mod proxy;

pub use plan::{EVERY_ATTEMPT, Kind, Neighbour, Plan, PlanError, Rule, When};

use crate::server::Server;
use answers::NeighbourResponse;
use axum::http::HeaderMap;
use history::{History, Key};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// The number of calls kept for the report; a stack that runs for days must not grow.
const MOST_CALLS: usize = 10_000;

/// Decides the fault of each call, and counts.
#[derive(Clone)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    hits: Arc<watch::Sender<u64>>,
}

/// A call that passed the fault layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeighbourCall {
    /// The neighbour.
    pub neighbour: Neighbour,
    /// The operation.
    pub operation: String,
    /// The SDK's attempt; only the first is a new call.
    pub attempt: u32,
    /// The fault that the plan chose.
    pub fault: Option<Kind>,
}

struct State {
    plan: Plan,
    /// The calls that each rule could have broken.
    seen: Vec<u64>,
    chance: Chance,
    /// Calls whose further attempts are broken as well: by the SDK's id, the kind and the attempts left.
    struck: HashMap<String, (Kind, u32)>,
    calls: Vec<NeighbourCall>,
    injected: BTreeMap<(Neighbour, &'static str), u64>,
    history: Option<History>,
    late: Vec<JoinHandle<()>>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                plan: Plan::default(),
                seen: Vec::new(),
                chance: Chance(0),
                struck: HashMap::new(),
                calls: Vec::new(),
                injected: BTreeMap::new(),
                history: None,
                late: Vec::new(),
            })),
            hits: Arc::new(watch::Sender::new(0)),
        }
    }
}

impl Faults {
    /// Without faults until a plan is set.
    pub fn none() -> Self {
        Self::default()
    }

    /// Forwards requests from `listener` to the neighbour at `base`, a URL, with faults.
    pub fn before(&self, neighbour: Neighbour, base: &str, listener: TcpListener) -> io::Result<Server> {
        proxy::serve(self.clone(), neighbour, base, listener)
    }

    /// Sets the plan and resets the counts. Returns the seed.
    pub fn set(&self, mut plan: Plan) -> u64 {
        let seed = *plan.seed.get_or_insert_with(drawn);
        let mut state = self.state();
        if plan.rules.iter().any(|rule| rule.kind == Kind::Stale) {
            state.history.get_or_insert_default();
        }
        state.seen = vec![0; plan.rules.len()];
        state.chance = Chance(seed);
        state.struck.clear();
        state.calls.clear();
        state.plan = plan;
        seed
    }

    /// Removes the plan and resets the counts.
    pub fn clear(&self) {
        self.set(Plan {
            rules: Vec::new(),
            seed: Some(0),
        });
    }

    /// Records earlier states of items from now on, so that a stale read planned later has one to return.
    pub fn remember(&self) {
        self.state().history.get_or_insert_default();
    }

    /// The calls since the plan was set.
    pub fn calls(&self) -> Vec<NeighbourCall> {
        self.state().calls.clone()
    }

    /// The faults so far, by neighbour and kind.
    pub fn injected(&self) -> BTreeMap<(Neighbour, &'static str), u64> {
        self.state().injected.clone()
    }

    /// The number of faults so far.
    pub fn hits(&self) -> u64 {
        *self.hits.borrow()
    }

    /// Resolves when there were more than `since` faults: by then the call was executed, or not, as the kind says.
    pub async fn broke(&self, since: u64) {
        // The sender lives as long as this does.
        let _ = self.hits.subscribe().wait_for(|hits| *hits > since).await;
    }

    /// Waits until every late call was executed.
    pub async fn settle(&self) {
        let late = std::mem::take(&mut self.state().late);
        for call in late {
            let _ = call.await;
        }
    }

    /// The plan and its effects, for people.
    pub fn report(&self) -> Value {
        let state = self.state();
        let injected: BTreeMap<String, u64> = state
            .injected
            .iter()
            .map(|((neighbour, kind), times)| (format!("{neighbour}:{kind}"), *times))
            .collect();
        json!({
            "plan": state.plan.to_string(),
            "calls": state.calls.len(),
            "injected": injected,
        })
    }

    /// The fault of an attempt.
    fn decide(
        &self,
        neighbour: Neighbour,
        operation: &str,
        headers: &HeaderMap,
        applies: &dyn Fn(Kind) -> bool,
    ) -> Option<Kind> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let id = header("amz-sdk-invocation-id").unwrap_or("");
        let attempt = header("amz-sdk-request").and_then(attempt).unwrap_or(1);
        // `applies` may read the history, which is part of the state: it is called before the lock is taken.
        let kinds: Vec<Kind> = self.state().plan.rules.iter().map(|rule| rule.kind).collect();
        let can: Vec<bool> = kinds.into_iter().map(applies).collect();
        let mut state = self.state();
        let fault = state.decide(neighbour, operation, id, attempt, &can);
        if state.calls.len() < MOST_CALLS {
            state.calls.push(NeighbourCall {
                neighbour,
                operation: operation.to_owned(),
                attempt,
                fault,
            });
        }
        fault
    }

    fn hit(&self, neighbour: Neighbour, operation: &str, kind: Kind) {
        tracing::debug!(%neighbour, operation, %kind, "a fault by plan");
        *self.state().injected.entry((neighbour, kind.name())).or_default() += 1;
        self.hits.send_modify(|hits| *hits += 1);
    }

    fn later(&self, call: impl Future<Output = ()> + Send + 'static) {
        let mut state = self.state();
        state.late.retain(|late| !late.is_finished());
        state.late.push(tokio::spawn(call));
    }

    fn remembers(&self) -> bool {
        self.state().history.is_some()
    }

    fn note(&self, key: Key, before: Option<Value>) {
        if let Some(history) = &mut self.state().history {
            history.note(key, before);
        }
    }

    fn has_changed(&self, key: &Key) -> bool {
        self.state()
            .history
            .as_ref()
            .is_some_and(|history| history.before(key).is_some())
    }

    fn stale(&self, key: &Key) -> Option<NeighbourResponse> {
        let state = self.state();
        let before = state.history.as_ref()?.before(key)?;
        let body = match before {
            Some(item) => json!({ "Item": item }),
            None => json!({}),
        };
        Some(answers::amz_json(200, &body))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Faults")
            .field("plan", &self.state().plan)
            .finish_non_exhaustive()
    }
}

impl State {
    fn decide(
        &mut self,
        neighbour: Neighbour,
        operation: &str,
        id: &str,
        attempt: u32,
        can: &[bool],
    ) -> Option<Kind> {
        if attempt > 1
            && let Some((kind, left)) = self.struck.get_mut(id)
        {
            if *left > 0 {
                *left -= 1;
                return Some(*kind);
            }
            return None;
        }
        let mut found = None;
        for ((rule, seen), can) in self.plan.rules.iter().zip(&mut self.seen).zip(can) {
            let about = rule.neighbour == neighbour
                && rule.operation.as_deref().is_none_or(|wanted| wanted == operation);
            if !about {
                continue;
            }
            match rule.when {
                When::Rate(rate) => {
                    // Drawn in any case, so that one rule's draws do not change another's.
                    if self.chance.strikes(rate) && *can && found.is_none() {
                        found = Some(rule.kind);
                    }
                }
                When::Call { number, attempts } => {
                    *seen += u64::from(attempt == 1);
                    if attempt == 1 && *seen == number && *can && found.is_none() {
                        found = Some(rule.kind);
                        self.struck
                            .insert(id.to_owned(), (rule.kind, attempts.saturating_sub(1)));
                    }
                }
            }
        }
        found
    }
}

/// `attempt=2; max=4`
fn attempt(text: &str) -> Option<u32> {
    text.split(';')
        .find_map(|part| part.trim().strip_prefix("attempt="))?
        .parse()
        .ok()
}

/// Reproducible randomness: `SplitMix64` (Steele, Lea and Flood, 2014).
struct Chance(u64);

impl Chance {
    fn strikes(&mut self, rate: f64) -> bool {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let drawn = u32::try_from(mixed >> 32).unwrap_or(u32::MAX);
        f64::from(drawn) < rate * f64::from(u32::MAX)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the local stack's own seed: no code of the functions uses it"
)]
fn drawn() -> u64 {
    // Short enough to type.
    u64::from(getrandom::u32().unwrap_or(1))
}
