//! Many requests that are sent at once, and how they were answered.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::pin::Pin;
use std::time::{Duration, Instant};

use portal::account::Account;
use portal::limits::Limits;
use portal::values::EmailAddress;
use serde_json::json;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, TestOffice, profile};
use testkit::{Clerk, Reply, Settings, World};

/// Asserts the invariants of the table and of every write that led there.
pub(crate) async fn assert_invariants(world: &World) {
    assert!(!world.history().is_empty(), "no request wrote anything");
    let violations = world.violations_when_settled().await;
    assert!(violations.is_empty(), "{violations:#?}");
}

/// Asserts that the budgets of mails say what was promised.
pub(crate) async fn assert_mail_budgets(world: &World) {
    let violations = world.violations_of_mail_budgets().await;
    assert!(violations.is_empty(), "{violations:#?}");
}

/// Asserts both.
pub(crate) async fn assert_all_invariants(world: &World) {
    assert_invariants(world).await;
    assert_mail_budgets(world).await;
}

/// One of many requests: who asks, and the answer.
pub(crate) type Sending = Pin<Box<dyn Future<Output = (Clerk, Reply)> + Send>>;

/// One request by a copy of a clerk: `asks!(taro, |clerk| clerk.types_code(&code))`.
macro_rules! asks {
    ($clerk:expr, |$name:ident| $request:expr) => {{
        let mut $name = $clerk.clone();
        Box::pin(async move {
            let answer = $request.await;
            ($name, answer)
        }) as $crate::load::Sending
    }};
}
pub(crate) use asks;

#[expect(
    clippy::disallowed_methods,
    reason = "`cargo xtask concurrency` says here how many rounds there are, and how large"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str) -> Option<u64> {
    setting(name).map(|text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}"))
    })
}

/// What one test sends at once, in how many rounds, and what was answered.
pub(crate) struct Load {
    name: &'static str,
    chance: fastrand::Rng,
    seed: u64,
    rounds: u64,
    scale: usize,
    begun: Instant,
    asked: usize,
    answers: BTreeMap<String, usize>,
}

impl Load {
    /// So many rounds, unless `CONCURRENCY_ROUNDS` says otherwise.
    pub(crate) fn of(name: &'static str, rounds: u64) -> Self {
        let seed = number("CONCURRENCY_SEED").unwrap_or(1);
        Self {
            name,
            chance: fastrand::Rng::with_seed(seed),
            seed,
            rounds: number("CONCURRENCY_ROUNDS").unwrap_or(rounds),
            scale: number("CONCURRENCY_SCALE").map_or(1, |scale| usize::try_from(scale).unwrap().max(1)),
            begun: Instant::now(),
            asked: 0,
            answers: BTreeMap::new(),
        }
    }

    /// How often.
    pub(crate) fn rounds(&self) -> std::ops::Range<u64> {
        0..self.rounds
    }

    /// This number of requests, or a multiple of it where `CONCURRENCY_SCALE` says so.
    pub(crate) fn scaled(&self, size: usize) -> usize {
        size * self.scale
    }

    /// One of this number of requests.
    pub(crate) fn one_of(&mut self, size: usize) -> usize {
        self.chance.usize(..size)
    }

    /// Sends all at once, in an order of the seed's; the answers come in the order of the requests.
    ///
    /// In every other round they are spread over up to two milliseconds, so that some requests meet others half-way.
    pub(crate) async fn send(&mut self, requests: Vec<Sending>) -> Vec<(Clerk, Reply)> {
        self.asked += requests.len();
        let spread = self.chance.bool();
        let mut shuffled: Vec<_> = requests.into_iter().enumerate().collect();
        self.chance.shuffle(&mut shuffled);
        let mut running = Vec::new();
        for (at, request) in shuffled {
            let wait = Duration::from_micros(if spread { self.chance.u64(..2_000) } else { 0 });
            running.push((
                at,
                tokio::spawn(async move {
                    if !wait.is_zero() {
                        tokio::time::sleep(wait).await;
                    }
                    request.await
                }),
            ));
        }
        let mut answers = Vec::new();
        for (at, request) in running {
            answers.push((at, request.await.unwrap()));
        }
        answers.sort_by_key(|(at, _)| *at);
        let answers: Vec<_> = answers.into_iter().map(|(_, answer)| answer).collect();
        for (_, answer) in &answers {
            *self.answers.entry(kind(answer)).or_default() += 1;
        }
        answers
    }

    /// Writes what was answered where `cargo xtask concurrency` reads it.
    pub(crate) fn report(self) {
        let mut told = String::new();
        for (kind, times) in &self.answers {
            let _ = write!(told, "{}{kind} {times}", if told.is_empty() { "" } else { ", " });
        }
        if let Some(path) = setting("CONCURRENCY_REPORT") {
            let line = json!({
                "test": self.name,
                "seed": self.seed,
                "rounds": self.rounds,
                "asked": self.asked,
                "answers": told,
                "milliseconds": u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            });
            let mut file = std::fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(path)
                .unwrap();
            // One write, for other tests write to the same file.
            file.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
    }
}

/// What an answer says, in a word: the problem's code, or the status.
pub(crate) fn kind(answer: &Reply) -> String {
    answer.body["code"]
        .as_str()
        .map_or_else(|| answer.status.to_string(), str::to_owned)
}

/// How many say this.
pub(crate) fn count(answers: &[(Clerk, Reply)], word: &str) -> usize {
    answers.iter().filter(|(_, answer)| kind(answer) == word).count()
}

/// No other answers than these were given.
#[track_caller]
pub(crate) fn only(answers: &[(Clerk, Reply)], words: &[&str]) {
    for (_, answer) in answers {
        let kind = kind(answer);
        assert!(words.contains(&kind.as_str()), "{kind}: {}", answer.body);
    }
}

/// A world in which a mailbox takes as many mails as a test needs.
pub(crate) async fn world_of_many_mails() -> World {
    World::with(settings_of_many_mails()).await
}

pub(crate) fn settings_of_many_mails() -> Settings {
    let settings = Settings::default();
    let limits = Limits {
        login_codes_per_hour: 10_000,
        login_codes_per_day: 10_000,
        registration_codes_per_hour: 10_000,
        registration_codes_per_day: 10_000,
        registration_codes_per_contact: 10_000,
        ..settings.limits
    };
    Settings { limits, ..settings }
}

/// 太郎, at マイページ for the first time.
pub(crate) async fn active(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

/// 太郎's address.
pub(crate) const TARO: &str = "taro@example.jp";

/// 太郎 once more at another browser, who has typed the password and waits for the code.
pub(crate) async fn at_the_code(world: &World, password: &str) -> Clerk {
    let mut taro = world.clerk();
    taro.logs_in(TARO, password).await.is(200).leads_to("otp");
    taro
}

/// The same, active.
pub(crate) async fn active_at_the_code(world: &World) -> Clerk {
    active(world).await;
    at_the_code(world, OWN_PASSWORD).await
}

/// A person of this office before 「登録する」.
pub(crate) async fn before_confirm(world: &World, office: &TestOffice, email: &str) -> Clerk {
    let mut clerk = world.clerk();
    clerk.proves_to_be(office).await.is(200).leads_to("profile");
    clerk
        .enters_profile(&profile(email))
        .await
        .is(200)
        .leads_to("confirm");
    clerk
}

/// A further office of the claims system, of its own number, user and address.
pub(crate) async fn another_office(world: &World, at: usize) -> TestOffice {
    world.another_office(at).await
}

/// The account of an address.
pub(crate) async fn account(world: &World, email: &str) -> Account {
    let key = EmailAddress::parse(email).unwrap().key();
    let found = world.table.get(&key, platform::store::Consistency::Strong).await;
    found.unwrap().unwrap().item
}
