//! A state of the world, and the requests in it.

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::Timestamp;
use platform::store::{AnyItem, Key};
use portal::account::{Account, Member};
use portal::code::Purpose;
use portal::login;
use portal::mail::{Content, Promise};
use portal::registration;
use portal::time::{Seconds, minus, plus};
use portal::values::ChallengeId;

use crate::io::{Answer, Io, Op, Ran};
use crate::ledger::Ledger;
use crate::moves::Actor;
use crate::people;
use crate::submission::{Cookies, Reply, Setup, Submission, Typed};
use crate::table::{Kept, digest};

/// One answer that a request got.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What was answered.
    pub answer: Answer,
    /// The items that it tells of, each with whether nobody has written it since.
    pub of: Vec<(Arc<Key>, bool)>,
}

/// A request that is under way.
#[derive(Debug, Clone)]
pub struct Flying {
    /// Whose.
    pub actor: usize,
    /// Which of theirs.
    pub sent: u8,
    /// What was sent, and the cookies that came with it.
    pub what: Arc<(Submission, Cookies)>,
    /// The clock of the Lambda that took it.
    pub now: Timestamp,
    /// What it was answered so far.
    pub log: Arc<Vec<Entry>>,
    /// Stands for everything that its next question follows from.
    history: u128,
    /// Its next question, or its end.
    pub stands: Arc<Ran<Reply>>,
}

impl Flying {
    fn freshness(&self) -> impl Iterator<Item = bool> {
        self.log
            .iter()
            .flat_map(|entry| entry.of.iter().map(|(_, fresh)| *fresh))
    }
}

impl Hash for Flying {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.actor.hash(state);
        self.history.hash(state);
        for fresh in self.freshness() {
            fresh.hash(state);
        }
    }
}

impl PartialEq for Flying {
    fn eq(&self, other: &Self) -> bool {
        self.actor == other.actor && self.history == other.history && self.freshness().eq(other.freshness())
    }
}

impl Eq for Flying {}

/// What a browser knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Browser {
    /// Its cookies.
    pub cookies: Cookies,
    /// Requests that it may still send.
    pub left: u8,
    /// Requests that it has sent.
    pub sent: u8,
    /// Whether its person has sent a password of their own.
    pub chose: bool,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// The clock.
    pub now: Timestamp,
    /// The table.
    pub items: BTreeMap<Arc<Key>, Kept>,
    /// Whether copies may be late.
    pub is_late: bool,
    /// What an eventually consistent read may still find.
    pub older: BTreeMap<Arc<Key>, Option<Kept>>,
    /// Requests under way.
    pub flying: Vec<Flying>,
    /// The browsers.
    pub browsers: Vec<Browser>,
    /// Promises that the stream has not handed over.
    pub stream: Vec<(Arc<Key>, Promise)>,
    /// Mails, by address.
    pub inbox: BTreeMap<String, Vec<Content>>,
    /// The past.
    pub ledger: Ledger,
    /// Processes that may still die.
    pub crashes: u8,
    /// Answers that may still be lost.
    pub losses: u8,
    /// Mails that may still come twice.
    pub twice: u8,
    /// Failures of the claims system that may still come.
    pub claims_faults: u8,
    /// Steps of the clock that may still come.
    pub jumps: u8,
}

/// When every world begins.
pub fn beginning() -> Timestamp {
    // 2026-04-01 in Japan; any instant would do.
    Timestamp::from_second(1_775_001_600).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What the product's steps come to with a history, each history run once: many states share it.
///
/// Emptied when it is large, so that a long exploration does not fill the memory with it.
type Runs = Mutex<HashMap<u128, Arc<Ran<Reply>>>>;

static RUNS: LazyLock<[Runs; 32]> = LazyLock::new(|| std::array::from_fn(|_| Mutex::default()));

/// Histories in one of the parts of [`RUNS`] at most.
const RUNS_KEPT: usize = 20_000;

fn known_or(history: u128, run: impl FnOnce() -> Ran<Reply>) -> Arc<Ran<Reply>> {
    let part = usize::try_from(history % 32).unwrap_or(0);
    let Some(runs) = RUNS.get(part) else {
        return Arc::new(run());
    };
    let known = runs
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&history)
        .cloned();
    known.unwrap_or_else(|| {
        let ran = Arc::new(run());
        let mut runs = runs.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.len() >= RUNS_KEPT {
            runs.clear();
        }
        runs.insert(history, ran.clone());
        ran
    })
}

/// What a request draws is drawn under this name, by no other.
fn name_of(actor: usize, sent: u8) -> (u8, u8) {
    (u8::try_from(actor).unwrap_or(u8::MAX), sent)
}

/// The code of a mail, as it would be typed.
pub(crate) fn typed(content: &Content) -> Option<Typed> {
    match content {
        Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            ..
        } => Some(Typed::Mailed(*purpose, key.clone(), challenge.clone(), *counter)),
        Content::InitialPassword { .. } => None,
    }
}

impl State {
    /// A world in which nothing has happened.
    pub fn empty(actors: &[Actor]) -> Self {
        Self {
            now: beginning(),
            items: BTreeMap::new(),
            is_late: false,
            older: BTreeMap::new(),
            flying: Vec::new(),
            browsers: actors
                .iter()
                .map(|actor| Browser {
                    left: actor.calls,
                    ..Browser::default()
                })
                .collect(),
            stream: Vec::new(),
            inbox: BTreeMap::new(),
            ledger: Ledger::default(),
            crashes: 0,
            losses: 0,
            twice: 0,
            claims_faults: 0,
            jumps: 0,
        }
    }

    /// The item of this key.
    pub fn item(&self, key: &Key) -> Option<&AnyItem> {
        self.items.get(key).map(|kept| &**kept)
    }

    fn account(&self, person: usize) -> Option<&Account> {
        let key = people::address(person).ok()?.key();
        match self.item(&Key::Account(key))? {
            AnyItem::Account(account) => Some(account),
            _ => None,
        }
    }

    fn member(&self, person: usize) -> Option<&Member> {
        self.account(person)?.member.as_ref()
    }

    /// The mails that came to an address.
    pub fn mails(&self, address: &str) -> &[Content] {
        self.inbox.get(address).map_or(&[], Vec::as_slice)
    }

    /// The codes of a challenge that were mailed, oldest first.
    pub fn codes(&self, of: &ChallengeId) -> Vec<Typed> {
        let mails = self.inbox.values().flatten();
        mails
            .filter(|content| content.of() == of.as_str())
            .filter_map(typed)
            .collect()
    }

    /// Where a browser's registration stands.
    pub fn registration(&self, cookies: &Cookies) -> Option<&registration::Registration> {
        match self.item(&Key::Registration(cookies.registration.as_ref()?.id.clone()))? {
            AnyItem::Registration(flow) if !flow.is_expired(self.now) => Some(flow),
            _ => None,
        }
    }

    /// Where a browser's log-in stands.
    pub fn login(&self, cookies: &Cookies) -> Option<&login::Login> {
        match self.item(&Key::Login(cookies.login.as_ref()?.id.clone()))? {
            AnyItem::Login(flow) if !flow.is_expired(self.now) => Some(flow),
            _ => None,
        }
    }

    /// The challenge that a browser stands before.
    pub fn challenge(&self, cookies: &Cookies) -> Option<(Purpose, &ChallengeId)> {
        if let Some(login::Login {
            stage: login::Stage::Otp { challenge },
            ..
        }) = self.login(cookies)
        {
            return Some((Purpose::Login, &challenge.id));
        }
        match &self.registration(cookies)?.stage {
            registration::Stage::Otp { challenge, .. } => Some((Purpose::Registration, &challenge.id)),
            _ => None,
        }
    }

    /// Takes a submission on; nothing where there is no such browser.
    pub fn send(&mut self, setup: &Setup, actor: usize, submission: Submission) -> Option<()> {
        let now = self.now;
        let browser = self.browsers.get_mut(actor)?;
        browser.left = browser.left.saturating_sub(1);
        browser.sent = browser.sent.saturating_add(1);
        browser.chose |= matches!(submission, Submission::ChangePassword(_));
        let what = (submission, browser.cookies.clone());
        let sent = browser.sent;
        let history = digest(&(setup.name, actor, sent, now, &what));
        let stands = known_or(history, || {
            let io = Io::new(name_of(actor, sent), Vec::new());
            what.0.run(setup, &what.1, now, io)
        });
        self.flying.push(Flying {
            actor,
            sent,
            what: Arc::new(what),
            now,
            log: Arc::default(),
            history,
            stands,
        });
        Some(())
    }

    /// Takes on a client that is no step; says where it stands among the requests.
    pub(crate) fn joins(&mut self) -> usize {
        self.flying.push(Flying {
            actor: usize::MAX,
            sent: 0,
            what: Arc::new((Submission::ShowMyPage, Cookies::default())),
            now: self.now,
            log: Arc::default(),
            history: 0,
            stands: Arc::new(Ran::Done(Reply::default())),
        });
        self.flying.len().saturating_sub(1)
    }

    /// Notes an answer in a client's log; says where.
    pub(crate) fn log(&mut self, at: usize, entry: Entry) -> usize {
        let Some(flying) = self.flying.get_mut(at) else {
            return 0;
        };
        let log = Arc::make_mut(&mut flying.log);
        log.push(entry);
        log.len().saturating_sub(1)
    }

    /// What a request under way asks next, or what it is answered.
    pub fn next(&self, at: usize) -> Option<&Ran<Reply>> {
        Some(&self.flying.get(at)?.stands)
    }

    /// Notes an answer in a request's log, and runs its step on to the next question or its end.
    pub(crate) fn note(&mut self, setup: &Setup, at: usize, entry: Entry) -> Option<()> {
        let flying = self.flying.get_mut(at)?;
        flying.history = digest(&(flying.history, &entry.answer));
        Arc::make_mut(&mut flying.log).push(entry);
        flying.stands = known_or(flying.history, || {
            let log = flying.log.iter().map(|entry| entry.answer.clone()).collect();
            let io = Io::new(name_of(flying.actor, flying.sent), log);
            flying.what.0.run(setup, &flying.what.1, flying.now, io)
        });
        Some(())
    }

    /// Steps the clock.
    pub fn step_clock(&mut self, seconds: i64) {
        let span = Seconds::new(seconds.unsigned_abs());
        self.now = if seconds < 0 {
            minus(self.now, span)
        } else {
            plus(self.now, span)
        };
    }

    /// The state with whatever was under way cut off, and the stream's promises sent: from here a person goes on.
    #[must_use]
    pub fn calm(&self) -> Self {
        let mut calm = self.clone();
        calm.flying.clear();
        while !calm.stream.is_empty() {
            calm.mail(0, true);
        }
        calm
    }

    /// Whether a person has come, so that whoever belongs to the office can be let in from マイページ.
    pub fn has_come(&self, person: usize) -> bool {
        self.member(person)
            .is_some_and(|member| !member.is_pending() && !member.disabled)
    }

    /// Plays a submission to its end, with nothing between.
    pub fn play(&mut self, setup: &Setup, actor: usize, submission: Submission) -> Option<Reply> {
        self.send(setup, actor, submission)?;
        let at = self.flying.len().checked_sub(1)?;
        loop {
            let op: Op = match self.next(at)? {
                Ran::Done(reply) => {
                    let reply = reply.clone();
                    self.end(at, &reply, false);
                    return Some(reply);
                }
                Ran::Asks(op) => op.clone(),
            };
            self.carry_out(setup, at, &op, crate::world::How::Well)?;
        }
    }
}
