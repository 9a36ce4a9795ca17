//! The test world: the portal, its neighbours and its clock, in one process.

mod clients;
mod items;
mod mails;
mod neighbours;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::claims::{ClaimsGateway, ClaimsSystem};
use platform::clock::Clock;
use platform::http::{Edge, OriginSecrets};
use platform::keys::Keys;
use platform::passwords::Passwords;
use platform::random::Random;
use platform::store::{DynamoDb, Table};
use portal::keys::{KeyId, KeyRing};
use portal::limits::Limits;
use portal::steps;
use portal::terms::{PUBLISHED, Terms};
use portal_local::engine::{Engine, PORTAL};
use portal_local::faults::{Faults, Neighbour};
use portal_local::mapping::{EventSourceMapping, MappingOptions};
use portal_local::server::Server;
use portal_local::ses::{self, Postbox, PostboxOptions};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc};
use wiring::Wiring;
use zeroize::Zeroizing;

pub(crate) use self::clients::{TimeOuts, dynamodb_client};
use self::clients::{dynamodb_config, gated_config, ses_client};
use self::neighbours::{between, clock_of, free_port, mortal_deliver_mail, simulator};
use crate::auditor::{Auditor, ByHand};
use crate::clerk::Clerk;
use crate::death::Deaths;
use crate::gate::Gate;
use crate::meter::Meter;
use crate::roles::Recorded;

/// The start of every test: 1 April, nine in the morning in Japan.
const BEGINNING: &str = "2026-04-01T00:00:00Z";

/// The portal's own origin in tests.
pub(crate) const ORIGIN: &str = "http://localhost:8080";

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
    /// The valid origin secrets; without one the functions are called directly.
    pub origin_secrets: OriginSecrets,
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
            origin_secrets: OriginSecrets::default(),
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
    /// SES, as the functions have it.
    pub ses: aws_sdk_sesv2::Client,
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
        let time_outs = settings.time_outs();
        let dynamodb = dynamodb_client(&engine.endpoint(), Some(meter.clone()), time_outs);
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
            ses: ses_client(&ses_endpoint),
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

impl Settings {
    /// The client that the functions have.
    fn functions_client(
        &self,
        endpoint: &str,
        meter: &Meter,
        recorded: &Recorded,
    ) -> aws_sdk_dynamodb::Client {
        let config = match &self.gate {
            None => dynamodb_config(endpoint, Some(meter.clone()), self.time_outs()),
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
                origin_secrets: self.origin_secrets.clone(),
            },
            table: table.clone(),
            terms: self.terms,
            keys: keys.clone(),
            claims,
            passwords: Arc::new(Passwords::new(keys.clone(), &self.limits).unwrap()),
        }
    }

    const fn time_outs(&self) -> TimeOuts {
        if self.breakable {
            TimeOuts::Deployed
        } else {
            TimeOuts::Endless
        }
    }
}
