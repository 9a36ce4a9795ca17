//! Random operations of several clients.

use std::collections::BTreeMap;

use fastrand::Rng;
use model::client::ModelWorld;
use platform::fault::Fault;
use platform::store::{
    AnyItem, Committed, Condition, Consistency, Expected, Key, Mark, Outcome, Storage, Version, Versioned,
    Write,
};
use portal::audit::{Act, Event};
use portal::mail::Delivery;
use portal_local::faults::{EVERY_ATTEMPT, Kind, Neighbour, Plan};
use testkit::{Settings, World};

use crate::items::Maker;

const CLIENTS: usize = 3;
const OPERATIONS: u64 = 120;

/// How many walks, and with which seed the first begins: `cargo xtask model --walks N --seed N` says so.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration but what the task hands it"
)]
fn asked_for(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(otherwise)
}

/// An operation, with the indexes of its versions in the client's list.
#[derive(Debug, Clone)]
enum Operation {
    Read(Key),
    Write(Draft),
    Commit(Vec<Draft>),
    Mark(Mark),
}

#[derive(Debug, Clone)]
enum Draft {
    Put(Box<AnyItem>, Option<Event>, Option<usize>),
    Remove(Key, Option<usize>),
    Check(Key, usize),
}

impl Draft {
    fn key(&self) -> Key {
        match self {
            Self::Put(item, ..) => item.key(),
            Self::Remove(key, _) | Self::Check(key, _) => key.clone(),
        }
    }

    fn write(&self, held: &[Held], version: fn(&Held) -> &Version) -> Write {
        let named = |at: &usize| version(&held[*at]).clone();
        match self {
            Self::Put(item, event, replacing) => Write::Put {
                item: item.clone(),
                event: event.clone(),
                expected: replacing
                    .as_ref()
                    .map_or(Expected::Absent, |at| Expected::Version(named(at))),
            },
            Self::Remove(key, expected) => Write::Remove {
                key: key.clone(),
                expected: expected.as_ref().map(named),
            },
            Self::Check(key, expected) => Write::Check {
                key: key.clone(),
                expected: named(expected),
            },
        }
    }
}

/// The result of an operation, in a storage's own versions.
#[derive(Debug)]
enum Came {
    Read(Option<Versioned>),
    Write(Outcome),
    Commit(Committed),
    Mark(bool),
}

/// A version that a client has received, in both storages.
struct Held {
    key: Key,
    model: Version,
    real: Version,
}

struct Client {
    model: model::client::Client,
    held: Vec<Held>,
}

async fn carried_out(
    storage: &dyn Storage,
    operation: &Operation,
    held: &[Held],
    version: fn(&Held) -> &Version,
) -> Result<Came, Fault> {
    Ok(match operation {
        Operation::Read(key) => Came::Read(storage.read(key, Consistency::Strong).await?),
        Operation::Write(draft) => Came::Write(storage.write(&draft.write(held, version)).await?),
        Operation::Commit(drafts) => {
            let writes: Vec<Write> = drafts.iter().map(|draft| draft.write(held, version)).collect();
            Came::Commit(storage.commit(&writes).await?)
        }
        Operation::Mark(mark) => Came::Mark(storage.mark_mail(mark).await?),
    })
}

/// Both found the same item, or none; the two versions of it, if there is one.
fn same(
    key: &Key,
    model: Option<Versioned>,
    real: Option<Versioned>,
    held: &mut Vec<Held>,
) -> Result<(), String> {
    match (model, real) {
        (None, None) => Ok(()),
        (Some(model), Some(real)) if model.item == real.item => {
            held.push(Held {
                key: key.clone(),
                model: model.version,
                real: real.version,
            });
            Ok(())
        }
        (model, real) => Err(format!("the model has {model:?}, the table {real:?}")),
    }
}

#[derive(Debug, Default)]
struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

/// Asserts equal results; records the versions that the client received.
fn compare(
    operation: &Operation,
    model: Came,
    real: Came,
    held: &mut Vec<Held>,
    tally: &mut Tally,
) -> Result<(), String> {
    match (operation, model, real) {
        (Operation::Read(key), Came::Read(model), Came::Read(real)) => {
            tally.count(if model.is_some() { "found" } else { "not found" });
            same(key, model, real, held)
        }
        (Operation::Write(draft), Came::Write(Outcome::Done(model)), Came::Write(Outcome::Done(real))) => {
            tally.count("written");
            if let Draft::Put(item, ..) = draft {
                held.push(Held {
                    key: item.key(),
                    model,
                    real,
                });
            }
            Ok(())
        }
        (
            Operation::Write(draft),
            Came::Write(Outcome::Conflict(model)),
            Came::Write(Outcome::Conflict(real)),
        ) => {
            tally.count("conflict");
            same(&draft.key(), model, real, held)
        }
        (Operation::Commit(_), Came::Commit(Committed::Done), Came::Commit(Committed::Done)) => {
            tally.count("committed");
            Ok(())
        }
        (
            Operation::Commit(drafts),
            Came::Commit(Committed::Conflict(model)),
            Came::Commit(Committed::Conflict(real)),
        ) if model.len() == real.len() => {
            tally.count("not committed");
            for ((draft, model), real) in drafts.iter().zip(model).zip(real) {
                match (model, real) {
                    (Condition::Held, Condition::Held) => {}
                    (Condition::Failed(model), Condition::Failed(real)) => {
                        same(&draft.key(), model, real, held)?;
                    }
                    (model, real) => {
                        return Err(format!("{draft:?}: the model says {model:?}, the table {real:?}"));
                    }
                }
            }
            Ok(())
        }
        (Operation::Mark(_), Came::Mark(model), Came::Mark(real)) if model == real => {
            tally.count(if model { "marked" } else { "not marked" });
            Ok(())
        }
        (_, model, real) => Err(format!("the model says {model:?}, the table {real:?}")),
    }
}

struct Walk<'a> {
    rng: Rng,
    maker: Maker<'a>,
    /// Every key and every promise that was ever written.
    keys: Vec<Key>,
    marks: Vec<Mark>,
}

impl Walk<'_> {
    fn draft(&mut self, held: &[Held]) -> Draft {
        let is_put = self.keys.is_empty() || self.rng.u8(0..10) < 8;
        let (key, item) = if is_put {
            let item = self.maker.draw(&mut self.rng);
            (item.key(), Some(item))
        } else {
            (self.rng.choice(self.keys.clone()).unwrap(), None)
        };
        let versions: Vec<usize> = held
            .iter()
            .enumerate()
            .filter(|(_, held)| held.key == key)
            .map(|(at, _)| at)
            .collect();
        // Mostly the newest that the client has received, sometimes an older one, sometimes none.
        let version = match self.rng.u8(0..10) {
            0..=5 => versions.last().copied(),
            6 | 7 => self.rng.choice(versions),
            _ => None,
        };
        self.keys.push(key.clone());
        match item {
            Some(item) => {
                for promise in item.promises() {
                    let mark = |from, to| Mark {
                        key: pk(&item.key()),
                        number: promise.number,
                        of: promise.content.of().to_owned(),
                        from,
                        to,
                        sent_at: (to == Delivery::Sent).then_some(promise.promised_at),
                    };
                    self.marks.push(mark(&[Delivery::Queued], Delivery::Sent));
                    self.marks
                        .push(mark(&[Delivery::Queued, Delivery::Sent], Delivery::Delivered));
                }
                let event = self
                    .rng
                    .bool()
                    .then(|| Event::new(Act::PasswordWrong, "2026-04-01T00:00:00Z".parse().unwrap()));
                Draft::Put(Box::new(item), event, version)
            }
            None => Draft::Remove(key, version),
        }
    }

    fn operation(&mut self, held: &[Held]) -> Operation {
        match self.rng.u8(0..10) {
            0 | 1 if !self.keys.is_empty() => Operation::Read(self.rng.choice(self.keys.clone()).unwrap()),
            2..=5 => Operation::Write(self.draft(held)),
            6 | 7 if !self.marks.is_empty() => {
                let late = self.marks.len().saturating_sub(6);
                Operation::Mark(self.rng.choice(self.marks[late..].to_vec()).unwrap())
            }
            _ => {
                let mut drafts: BTreeMap<Key, Draft> = BTreeMap::new();
                for _ in 0..self.rng.u8(2..=4) {
                    let draft = match self.draft(held) {
                        Draft::Remove(key, Some(version)) if self.rng.bool() => Draft::Check(key, version),
                        draft => draft,
                    };
                    drafts.insert(draft.key(), draft);
                }
                Operation::Commit(drafts.into_values().collect())
            }
        }
    }

    fn fault(&mut self) -> Option<Plan> {
        let kinds = [
            Kind::Lost,
            Kind::Throttle,
            Kind::Exceeded,
            Kind::Conflict,
            Kind::Error,
            Kind::Cut,
        ];
        let attempts = match self.rng.u8(0..20) {
            0..=8 => 1,
            9 => EVERY_ATTEMPT,
            _ => return None,
        };
        let kind = self.rng.choice(kinds)?;
        // A transaction that always conflicts is retried for a long time.
        let attempts = match kind {
            Kind::Conflict | Kind::Exceeded => 1,
            _ => attempts,
        };
        Some(Plan::call(Neighbour::DynamoDb, kind, 1, attempts))
    }
}

/// The key in the table.
fn pk(key: &Key) -> String {
    let id = match key {
        Key::Registration(id) | Key::Login(id) | Key::PasswordReset(id) | Key::AddressChange(id) => {
            id.as_str()
        }
        Key::Account(id) | Key::Contact(id) => id.as_str(),
        Key::Office(id) | Key::TakeOver(id) => id.as_str(),
        Key::Agenda(id) => id.as_str(),
        Key::Network(id) => id.as_str(),
        Key::Inquiry(id) => id.as_str(),
        Key::Operator(id) => id.as_str(),
        Key::Claims(id) => id.as_str(),
        Key::Session(id) => id.as_str(),
        Key::Letter(id) => id.as_str(),
    };
    format!("{}#{id}", key.kind())
}

/// The whole content of the table, as the store reads it.
async fn stored(world: &World) -> Vec<AnyItem> {
    let mut items = Vec::new();
    for item in world.items().await {
        let key = Key::parse(item["pk"].as_s().unwrap()).unwrap();
        let found = world.storage.read(&key, Consistency::Strong).await.unwrap();
        items.push(*found.unwrap().item);
    }
    items.sort_by_key(AnyItem::key);
    items
}

async fn walks(seed: u64) -> Tally {
    let world = World::with(Settings::default().breakable()).await;
    let limits = world.settings.limits.clone();
    let model = ModelWorld::default();
    let mut clients: Vec<Client> = (0..CLIENTS)
        .map(|_| Client {
            model: model.client(),
            held: Vec::new(),
        })
        .collect();
    let mut walk = Walk {
        rng: Rng::with_seed(seed),
        maker: Maker {
            keys: &world.keys,
            limits: &limits,
            made: 0,
        },
        keys: Vec::new(),
        marks: Vec::new(),
    };
    let (mut tally, mut way) = (Tally::default(), Vec::new());
    for _ in 0..OPERATIONS {
        let at = walk.rng.usize(0..CLIENTS);
        let client = &mut clients[at];
        let operation = walk.operation(&client.held);
        let fault = walk.fault();
        way.push(format!("{at}: {operation:?}, {fault:?}"));
        let way = || format!("seed {seed}\n{}", way.join("\n"));
        if let Some(plan) = &fault {
            world.faults.set(plan.clone());
        }
        let real = carried_out(&*world.storage, &operation, &client.held, |held| &held.real).await;
        if fault.is_some() && real.is_ok() {
            tally.count("answered in spite of a fault");
        }
        world.faults.clear();
        world.faults.settle().await;
        let before = model.items();
        let in_model = || async {
            let carried_out = carried_out(&client.model, &operation, &client.held, |held| &held.model);
            carried_out.await.unwrap()
        };
        match real {
            Ok(real) => {
                let model = in_model().await;
                let same = compare(&operation, model, real, &mut client.held, &mut tally);
                assert!(same.is_ok(), "{}\n{}", same.unwrap_err(), way());
            }
            // Without an answer it may or may not have been executed.
            Err(fault) => {
                assert!(matches!(fault, Fault::Table { .. }), "{fault}\n{}", way());
                tally.count("no answer");
                let found = stored(&world).await;
                if found != before {
                    in_model().await;
                    assert_eq!(found, model.items(), "{}", way());
                }
            }
        }
    }
    assert_eq!(stored(&world).await, model.items(), "seed {seed}");
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_storages_come_to_the_same() {
    let mut all = Tally::default();
    let first = asked_for("PORTAL_SEED", 1);
    for seed in 0..asked_for("PORTAL_WALKS", 12) {
        let walked = tokio::spawn(walks(first + seed)).await.unwrap();
        for (what, count) in walked.0 {
            *all.0.entry(what).or_default() += count;
        }
    }
    eprintln!("{:?}", all.0);
    for what in [
        "found",
        "not found",
        "written",
        "conflict",
        "committed",
        "not committed",
        "marked",
        "not marked",
        "answered in spite of a fault",
        "no answer",
    ] {
        assert!(all.0.contains_key(what), "{what} never happened: {all:?}");
    }
}
