//! The test world: the portal, its neighbours and its clock, in one process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use axum::Router;
use axum::extract::State;
use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::claims::{ClaimsGateway, ClaimsSystem};
use platform::clock::Clock;
use platform::http::Edge;
use platform::keys::Keys;
use platform::passwords::Passwords;
use platform::random::Random;
use platform::store::{self, Attributes, DynamoDb, Item, Replacing, Storage as _, Table, Write};
use portal::keys::{KeyId, KeyRing};
use portal::limits::Limits;
use portal::steps;
use portal::terms::{PUBLISHED, Terms};
use portal_local::aws::{credentials, plain_http_client};
use portal_local::engine::{Engine, PORTAL};
use portal_local::faults::{Faults, Neighbour};
use portal_local::function::{Function, InvokeError};
use portal_local::mapping::{EventSourceMapping, MappingOptions};
use portal_local::server::Server;
use portal_local::ses::{self, Mail, Outcome, Postbox, PostboxOptions};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use wiring::Wiring;
use zeroize::Zeroizing;

use crate::auditor::{Auditor, ByHand};
use crate::clerk::Clerk;
use crate::death::Deaths;
use crate::gate::Gate;
use crate::history::{self, Change};
use crate::invariants;
use crate::meter::Meter;
use crate::people::TestOffice;
use crate::roles::Recorded;

/// The start of every test: 1 April, nine in the morning in Japan.
const BEGINNING: &str = "2026-04-01T00:00:00Z";

/// The portal's own origin in tests.
pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// How often an event is handed to a function that fails on it: Lambda's two retries after the first attempt.
const EVENT_ATTEMPTS: u32 = 3;

/// How often a record of the stream is tried again, as the template says.
const RECORD_RETRIES: u32 = 30;

/// The differences of a world from the deployed portal.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The limits. The hash is cheap, refusals are not padded, and the budget of networks is switched off, the last
    /// as in the local stack.
    pub limits: Limits,
    /// The terms in force.
    pub terms: &'static Terms,
    /// Whether a fault layer is in front of the neighbours: [`World::faults`].
    pub breakable: bool,
    /// The time budget of the claims system, if it differs from the limits: tests cannot wait five seconds.
    pub claims_budget: Option<Duration>,
    /// Stops requests before each call to the table.
    pub gate: Option<Gate>,
}

impl Default for Settings {
    fn default() -> Self {
        let limits = Limits {
            refused_starts_per_network: 0,
            hash_memory: portal::limits::Kibibytes::new(64),
            hash_passes: 1,
            refusal_quantum: portal::limits::Milliseconds::new(0),
            ..Limits::standard()
        };
        Self {
            limits,
            terms: &PUBLISHED,
            breakable: false,
            claims_budget: None,
            gate: None,
        }
    }
}

impl Settings {
    /// With a fault layer in front of the neighbours.
    #[must_use]
    pub fn breakable(self) -> Self {
        Self {
            breakable: true,
            ..self
        }
    }
}

/// The portal and everything around it.
#[derive(Clone)]
pub struct World {
    wiring: Wiring,
    time: Arc<AtomicI64>,
    /// The settings.
    pub settings: Settings,
    /// The table, for tests that look at items.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Counts the calls to the table.
    pub meter: Meter,
    /// The calls of each function, compared with its role.
    pub recorded: Recorded,
    /// The store of the functions.
    pub table: Table,
    /// The storage of the store.
    pub storage: Arc<DynamoDb>,
    /// The key ring.
    pub keys: Arc<KeyRing>,
    postbox: Postbox,
    mail: Arc<Mutex<MailRound>>,
    audit: Arc<Mutex<Auditor>>,
    by_hand: ByHand,
    /// The simulator, with its own origin.
    pub claims_url: String,
    /// The fault layer between the functions and their neighbours; without faults at first.
    pub faults: Faults,
    /// The deaths of the next processes of `deliver-mail` and `mail-events`.
    pub deaths: Deaths,
    neighbours: Arc<(Engine, Vec<Server>)>,
}

struct MailRound {
    mapping: EventSourceMapping,
    events: mpsc::UnboundedReceiver<Value>,
}

impl World {
    /// The portal with its standard settings.
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// The portal with these settings.
    pub async fn with(settings: Settings) -> Self {
        let beginning: Timestamp = BEGINNING.parse().unwrap();
        let time = Arc::new(AtomicI64::new(beginning.as_second()));
        let local_clock = clock_of(&time);
        let engine = Engine::in_memory(local_clock.clone()).await.unwrap();
        let meter = Meter::default();
        let recorded = Recorded::default();
        let faults = Faults::none();
        let mut servers = Vec::new();
        let patience = settings.patience();
        let dynamodb = dynamodb_client(&engine.endpoint(), Some(meter.clone()), patience);
        let functions_endpoint = between(
            &settings,
            &faults,
            Neighbour::DynamoDb,
            engine.endpoint(),
            &mut servers,
        )
        .await;
        let functions_client = || settings.functions_client(&functions_endpoint, &meter, &recorded);
        let storage = Arc::new(DynamoDb::new(
            functions_client(),
            "portal".to_owned(),
            settings.limits.clone(),
        ));
        let table = Table::on(storage.clone());

        let (events_in, events) = mpsc::unbounded_channel();
        let postbox = Postbox::open(PostboxOptions {
            clock: local_clock.clone(),
            journal: None,
            events: Some(events_in),
        })
        .unwrap();
        let ses_server = ses::serve(free_port().await, postbox.clone()).unwrap();
        let keys = key_ring();
        let clock = Clock::Set(time.clone());
        let ses_endpoint = between(&settings, &faults, Neighbour::Ses, ses_server.url(), &mut servers).await;
        let deaths = Deaths::default();
        let process = {
            let (keys, clock, ses) = (keys.clone(), clock.clone(), ses_client(&ses_endpoint));
            let table = Table::new(functions_client(), "portal".to_owned(), settings.limits.clone());
            move || {
                let sender = deliver_mail::Sender {
                    address: "no-reply@mail.kaigo-kiban-portal.jp".to_owned(),
                    configuration_set: "portal".to_owned(),
                    portal_url: format!("{ORIGIN}/"),
                };
                let (table, keys, clock) = (table.clone(), keys.clone(), clock.clone());
                Arc::new(deliver_mail::Deps::new(table, keys, clock, ses.clone(), sender))
            }
        };
        let function = mortal_deliver_mail(process, deaths.clone(), faults.clone(), recorded.clone());
        let mapping = EventSourceMapping::new(
            engine.stream(PORTAL),
            function,
            MappingOptions {
                retries: if settings.breakable { RECORD_RETRIES } else { 5 },
                ..MappingOptions::deliver_mail(local_clock.clone())
            },
        )
        .unwrap();
        let by_hand = ByHand::default();
        let audit = Auditor::new(&engine, local_clock, by_hand.clone());

        let simulator = simulator(&engine.endpoint(), &time).await;
        let claims_url = between(
            &settings,
            &faults,
            Neighbour::Claims,
            simulator.url(),
            &mut servers,
        )
        .await;
        let claims = match settings.claims_budget {
            None => ClaimsGateway::new(&claims_url),
            Some(budget) => ClaimsGateway::with_budget(&claims_url, budget),
        };
        let wiring = settings.wiring(clock, &table, &keys, Arc::new(claims.unwrap()));
        servers.extend([ses_server, simulator]);
        Self {
            wiring,
            time,
            settings,
            dynamodb,
            meter,
            recorded,
            table,
            storage,
            keys,
            postbox,
            mail: Arc::new(Mutex::new(MailRound { mapping, events })),
            audit: Arc::new(Mutex::new(audit)),
            by_hand,
            claims_url,
            faults,
            deaths,
            neighbours: Arc::new((engine, servers)),
        }
    }

    /// The same world after other terms were published.
    #[must_use]
    pub fn with_terms(&self, terms: &'static Terms) -> Self {
        let mut next = self.clone();
        next.settings.terms = terms;
        next.wiring.terms = terms;
        next
    }

    /// The same world with the claims system at another address.
    #[must_use]
    pub fn with_claims_at(&self, url: &str) -> Self {
        let mut next = self.clone();
        next.wiring.claims = Arc::new(ClaimsGateway::new(url).unwrap());
        next
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.time.load(Ordering::SeqCst)).unwrap()
    }

    /// Advances the clock.
    pub fn wait(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A person with a separate browser.
    pub fn clerk(&self) -> Clerk {
        Clerk::new(self.clone())
    }

    /// Processes the stream, SES and its events until nothing is left.
    pub fn deliver(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.deliver_all())
    }

    async fn deliver_all(&self) {
        let mut round = self.mail.lock().await;
        loop {
            let tally = round.mapping.drain().await.unwrap();
            let mut heard = 0;
            while let Ok(event) = round.events.try_recv() {
                self.hear(event).await;
                heard += 1;
            }
            if tally.done == 0 && heard == 0 {
                break;
            }
        }
        self.audit.lock().await.drain().await;
    }

    /// The audit records so far, in the order of the stream.
    pub async fn audit(&self) -> Vec<Map<String, Value>> {
        self.deliver().await;
        self.audit.lock().await.records().await
    }

    /// The exceptions from "no change without its record" that have not occurred so far, by their reasons.
    pub async fn unmet_exceptions_of_the_audit(&self) -> Vec<&'static str> {
        self.deliver().await;
        self.audit.lock().await.unmet()
    }

    /// Stores the new acts, and checks that every change has its record; if another task is doing that, returns.
    pub(crate) async fn looks_at_the_audit(&self) {
        if let Ok(mut audit) = self.audit.try_lock() {
            audit.drain().await;
        }
    }

    /// Processes the stream in one pass; failed records stay for the next one.
    pub async fn deliver_once(&self) {
        let mut round = self.mail.lock().await;
        round.mapping.poll_once().await.unwrap();
        while let Ok(event) = round.events.try_recv() {
            self.hear(event).await;
        }
    }

    /// Passes an event to `mail-events` until it succeeds, or the attempts are used up.
    async fn hear(&self, event: Value) {
        for attempt in 1..=EVENT_ATTEMPTS {
            let handling = mail_events::handle(&self.table, event.clone());
            let handling = Box::pin(self.recorded.running(steps::Function::MailEvents, handling));
            match self.deaths.next(handling, &self.faults).await {
                Some(Ok(())) => return,
                // An event whose processes die this often is dropped, as by Lambda: a test that causes it says so.
                None => {}
                Some(Err(error)) => assert!(
                    self.settings.breakable && attempt < EVENT_ATTEMPTS,
                    "an event was given up: {error}"
                ),
            }
        }
    }

    /// The mails to an address, newest first, after everything was delivered.
    pub async fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.deliver().await;
        self.postbox.mails_to(address)
    }

    /// All mails.
    pub async fn mails(&self) -> Vec<Mail> {
        self.deliver().await;
        self.postbox.mails()
    }

    /// Sets the delivery outcome of mails to an address.
    pub fn set_outcome(&self, address: &str, outcome: Outcome) {
        self.postbox.set_outcome(address, outcome);
    }

    /// Every item of the table, in its stored form.
    pub async fn items(&self) -> Vec<Attributes> {
        let pages = self
            .dynamodb
            .scan()
            .table_name("portal")
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        pages.try_collect().await.unwrap()
    }

    /// The current item under this key.
    pub async fn item(&self, pk: &str) -> Option<Attributes> {
        let answer = self
            .dynamodb
            .get_item()
            .table_name("portal")
            .key("pk", AttributeValue::S(pk.to_owned()))
            .consistent_read(true)
            .send()
            .await;
        answer.unwrap().item
    }

    /// The violated invariants of the table, of its history, and of the sent mails; empty if there are none. Delivers
    /// promised mails first.
    pub async fn violations(&self) -> Vec<String> {
        self.deliver().await;
        let items = self.items().await;
        let mut found = invariants::of_state(self.judged(&items));
        found.extend(invariants::of_history(&self.history(), &self.settings.limits));
        found.extend(invariants::of_mails(&items, &self.postbox.mails()));
        found
    }

    /// The same if no process died, and before promised mails are delivered: no flow may be behind.
    pub async fn violations_when_settled(&self) -> Vec<String> {
        let items = self.items().await;
        let mut found = invariants::of_settled_state(self.judged(&items));
        found.extend(invariants::of_history(&self.history(), &self.settings.limits));
        found
    }

    /// The violated budgets of mails; only valid if no process died, and within the first day. Delivers promised
    /// mails first.
    pub async fn violations_of_mail_budgets(&self) -> Vec<String> {
        let mails = self.mails().await;
        invariants::of_mail_budgets(&self.items().await, &self.history(), &mails)
    }

    /// The data for checking items.
    pub(crate) fn judged<'a>(&'a self, items: &'a [Attributes]) -> invariants::Judged<'a> {
        invariants::Judged {
            items,
            limits: &self.settings.limits,
            terms: self.settings.terms,
            now: self.now(),
        }
    }

    /// The items of a kind, as they are stored.
    pub async fn items_of(&self, kind: &str) -> Vec<Attributes> {
        let of_kind = |item: &Attributes| item["pk"].as_s().unwrap().starts_with(&format!("{kind}#"));
        self.items().await.into_iter().filter(of_kind).collect()
    }

    /// Every write of the last day, in order.
    pub fn history(&self) -> Vec<Change> {
        history::of_table(&self.neighbours.0.stream(PORTAL))
    }

    /// Writes an item directly, without a step: no act is recorded.
    pub async fn edits_by_hand<T: Item>(&self, item: T, replacing: Replacing<'_, T>) {
        let storage = DynamoDb::new(
            self.dynamodb.clone(),
            "portal".to_owned(),
            self.settings.limits.clone(),
        );
        let write = Write::Put {
            item: Box::new(item.into()),
            event: None,
            expected: replacing.into(),
        };
        let store::Outcome::Done(version) = storage.write(&write).await.unwrap() else {
            panic!("another one wrote the item");
        };
        self.by_hand.note(version.as_str());
    }

    /// Restores an earlier item: as if later writes had been lost with their process.
    pub async fn puts_back(&self, item: &Attributes) {
        // An item of a test's own making may have none.
        if let Some(version) = item.get("v") {
            self.by_hand.note(version.as_s().unwrap());
        }
        let request = self
            .dynamodb
            .put_item()
            .table_name("portal")
            .set_item(Some(item.clone()));
        request.send().await.unwrap();
    }

    /// Another office of the claims system, with its own number, user and address.
    pub async fn another_office(&self, at: usize) -> TestOffice {
        // A name per office and process; there are few of them.
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let office = TestOffice {
            user_id: leak(format!("KJ0000009{at:05}")),
            password: "Mihon9999",
            number: leak(format!("13799{at:05}")),
            name: "見本あらし事業所",
            mail_address: leak(format!("office{at}@example.jp")),
            security_code: None,
        };
        let body = json!({
            "officeNumber": office.number,
            "officeName": office.name,
            "mailAddress": office.mail_address,
            "password": office.password,
            "passwordExpired": false,
            "locked": false,
        });
        let path = format!("/_dev/offices/{}", office.user_id);
        let (status, told) = self.simulator("PUT", &path, Some(body)).await;
        assert_eq!(status, 204, "{told}");
        office
    }

    /// Calls the claims simulator's own endpoints.
    pub async fn simulator(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = lambda_http::http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(body.map_or(Body::Empty, |body| Body::Text(body.to_string())))
            .unwrap();
        let response = claims_simulator::handle(&simulator_deps(&self.dynamodb, &self.time), request).await;
        let body = response.body().to_vec();
        (
            response.status().as_u16(),
            serde_json::from_slice(&body).unwrap_or(Value::Null),
        )
    }

    /// [`World::send`] behind a pointer, so that a test's own future stays small.
    pub fn sends(
        &self,
        request: Request,
    ) -> std::pin::Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
        Box::pin(self.send(request))
    }

    /// Routes like the gateway: to the function of the step, or to `not-found`.
    pub async fn send(&self, request: Request) -> Response<Body> {
        let step = steps::find(request.method().as_str(), request.uri().path());
        let function = step.map_or(steps::Function::NotFound, |step| step.function);
        let work = self.wiring.respond(function, request);
        self.recorded.running(function, work).await
    }
}

fn key_ring() -> Arc<KeyRing> {
    let keys = BTreeMap::from([
        (KeyId::new("test-1"), Zeroizing::new(vec![7; 32])),
        (KeyId::new("test-2"), Zeroizing::new(vec![8; 32])),
    ]);
    Arc::new(KeyRing::new(KeyId::new("test-1"), keys).unwrap())
}

/// `deliver-mail`, whose processes die as planned; each loses its memory.
fn mortal_deliver_mail(
    process: impl Fn() -> Arc<deliver_mail::Deps> + Clone + Send + Sync + 'static,
    deaths: Deaths,
    faults: Faults,
    recorded: Recorded,
) -> Function {
    let living = Arc::new(std::sync::Mutex::new(process()));
    Function::from_fn(move |event| {
        let (deaths, faults, recorded) = (deaths.clone(), faults.clone(), recorded.clone());
        let (living, process) = (living.clone(), process.clone());
        async move {
            let deps = living.lock().unwrap().clone();
            let handling = deliver_mail::handle(&deps, event);
            let handling = Box::pin(recorded.running(steps::Function::DeliverMail, handling));
            let Some(answer) = deaths.next(handling, &faults).await else {
                *living.lock().unwrap() = process();
                return Err(InvokeError::Failed("the process died".to_owned()));
            };
            let answer = answer.map_err(|error| InvokeError::Failed(error.to_string()))?;
            serde_json::to_value(answer).map_err(|error| InvokeError::Failed(error.to_string()))
        }
    })
}

/// The address of a neighbour: its own, or that of the fault layer before it.
async fn between(
    settings: &Settings,
    faults: &Faults,
    neighbour: Neighbour,
    endpoint: String,
    servers: &mut Vec<Server>,
) -> String {
    if !settings.breakable {
        return endpoint;
    }
    let server = faults.before(neighbour, &endpoint, free_port().await).unwrap();
    let url = server.url();
    servers.push(server);
    url
}

/// The neighbours' clock, which shows the world's time.
fn clock_of(time: &Arc<AtomicI64>) -> portal_local::clock::Clock {
    let time = time.clone();
    portal_local::clock::Clock::from_fn(move || Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap())
}

impl Settings {
    /// The client that the functions have.
    fn functions_client(
        &self,
        endpoint: &str,
        meter: &Meter,
        recorded: &Recorded,
    ) -> aws_sdk_dynamodb::Client {
        let config = match &self.gate {
            None => dynamodb_config(endpoint, Some(meter.clone()), self.patience()),
            Some(gate) => gated_config(endpoint, gate),
        };
        aws_sdk_dynamodb::Client::from_conf(config.interceptor(recorded.clone()).build())
    }

    /// The dependencies of the functions.
    fn wiring(&self, clock: Clock, table: &Table, keys: &Keys, claims: Arc<dyn ClaimsSystem>) -> Wiring {
        Wiring {
            edge: Edge {
                function: steps::Function::NotFound,
                clock,
                random: Random::System,
                limits: Arc::new(self.limits.clone()),
                origins: vec![ORIGIN.to_owned(), "http://127.0.0.1:8080".to_owned()].into(),
                problem_base: "https://www.kaigo-kiban-portal.jp/problems/".into(),
            },
            table: table.clone(),
            terms: self.terms,
            keys: keys.clone(),
            claims,
            passwords: Arc::new(Passwords::new(keys.clone(), &self.limits).unwrap()),
        }
    }

    const fn patience(&self) -> Patience {
        if self.breakable {
            Patience::Deployed
        } else {
            Patience::Endless
        }
    }
}

/// The time-outs of a client of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patience {
    /// The deployed time-outs.
    Deployed,
    /// None: without faults, a busy machine must not change an answer.
    Endless,
}

/// A client of the engine at this endpoint.
pub(crate) fn dynamodb_client(
    endpoint: &str,
    meter: Option<Meter>,
    patience: Patience,
) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(dynamodb_config(endpoint, meter, patience).build())
}

/// The deployed client's time-outs and retries, without the pauses between.
fn dynamodb_config(
    endpoint: &str,
    meter: Option<Meter>,
    patience: Patience,
) -> aws_sdk_dynamodb::config::Builder {
    let timeouts = match patience {
        Patience::Endless => TimeoutConfig::disabled(),
        Patience::Deployed => TimeoutConfig::builder()
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
        .timeout_config(timeouts)
        .http_client(plain_http_client());
    if let Some(meter) = meter {
        config = config.interceptor(meter);
    }
    config
}

/// The configuration of a client whose calls wait at a gate, without time-outs.
fn gated_config(endpoint: &str, gate: &Gate) -> aws_sdk_dynamodb::config::Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials())
        .region(Region::from_static("ap-northeast-1"))
        .endpoint_url(endpoint)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(aws_sdk_dynamodb::config::StalledStreamProtectionConfig::disabled())
        .http_client(gate.before(plain_http_client()))
}

fn ses_client(endpoint: &str) -> aws_sdk_sesv2::Client {
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

async fn free_port() -> TcpListener {
    TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap()
}

fn simulator_deps(dynamodb: &aws_sdk_dynamodb::Client, time: &Arc<AtomicI64>) -> claims_simulator::Deps {
    let time = time.clone();
    let now = move || Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap();
    claims_simulator::Deps::new(dynamodb.clone(), "claims-simulator", now)
}

/// The claims simulator behind real HTTP, as the gateway reaches it.
async fn simulator(endpoint: &str, time: &Arc<AtomicI64>) -> Server {
    async fn answer(
        State(deps): State<Arc<claims_simulator::Deps>>,
        request: axum::extract::Request,
    ) -> axum::response::Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
        let request = Request::from_parts(parts, Body::Text(String::from_utf8_lossy(&body).into_owned()));
        let (parts, body) = claims_simulator::handle(&deps, request).await.into_parts();
        axum::response::Response::from_parts(parts, axum::body::Body::from(body.to_vec()))
    }
    let deps = Arc::new(simulator_deps(
        &dynamodb_client(endpoint, None, Patience::Endless),
        time,
    ));
    Server::start(free_port().await, Router::new().fallback(answer).with_state(deps)).unwrap()
}
