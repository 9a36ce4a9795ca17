//! A state of the world, with its requests.

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::Timestamp;
use platform::store::{AnyItem, Key};
use portal::account::Account;
use portal::code::Purpose;
use portal::login;
use portal::mail::{Content, Promise};
use portal::office::Office;
use portal::password_reset::{self, PasswordReset};
use portal::registration;
use portal::time::{Seconds, minus, plus};
use portal::values::ChallengeId;

use crate::io::{Io, Op, OpResult, Ran};
use crate::ledger::Ledger;
use crate::moves::Actor;
use crate::people;
use crate::submission::{Cookies, Reply, Setup, Submission, Typed};
use crate::table::{SharedItem, digest};

/// One answer in a request's log.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The answer.
    pub answer: OpResult,
    /// The items in it, each with whether it is still current.
    pub of: Vec<(Arc<Key>, bool)>,
}

/// A request in progress.
#[derive(Debug, Clone)]
pub struct Flying {
    /// The actor.
    pub actor: usize,
    /// Its number among the actor's requests.
    pub sent: u8,
    /// The submission and its cookies.
    pub what: Arc<(Submission, Cookies)>,
    /// The network that it came from.
    pub network: u8,
    /// The clock of the Lambda that took it.
    pub now: Timestamp,
    /// The answers so far.
    pub log: Arc<Vec<Entry>>,
    /// A digest of everything that determines its next call.
    history: u128,
    /// Its next call, or its end.
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

/// The state of a browser.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Browser {
    /// Its cookies.
    pub cookies: Cookies,
    /// Requests that it may still send.
    pub left: u8,
    /// Requests that it has sent.
    pub sent: u8,
    /// Whether its person has sent a self-chosen password.
    pub chose: bool,
    /// Whether its person has sent one in a reset.
    pub reset: bool,
    /// Whether its person has sent one on マイページ.
    pub replaced: bool,
    /// The network that it is in.
    pub network: u8,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// The clock.
    pub now: Timestamp,
    /// The table.
    pub items: BTreeMap<Arc<Key>, SharedItem>,
    /// Whether eventually consistent reads may be stale.
    pub is_late: bool,
    /// Whether letters are sent in the instant in which they are promised: no step reads a letter, so a letter that waits
    /// multiplies the states and adds no history.
    pub is_prompt: bool,
    /// The old items that such a read may still return.
    pub older: BTreeMap<Arc<Key>, Option<SharedItem>>,
    /// Requests in progress.
    pub flying: Vec<Flying>,
    /// The browsers.
    pub browsers: Vec<Browser>,
    /// Promises that the stream has not delivered.
    pub stream: Vec<(Arc<Key>, Promise)>,
    /// Mails, by address.
    pub inbox: BTreeMap<String, Vec<Content>>,
    /// The ledger.
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

/// The start of every world.
pub fn beginning() -> Timestamp {
    // 2026-04-01 in Japan; any instant would do.
    Timestamp::from_second(1_775_001_600).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A cache of the steps' results by history, because many states share a history.
///
/// It is emptied when it is large, so that a long exploration does not fill the memory.
type Runs = Mutex<HashMap<u128, Arc<Ran<Reply>>>>;

static RUNS: LazyLock<[Runs; 32]> = LazyLock::new(|| std::array::from_fn(|_| Mutex::default()));

/// The maximum number of histories in one part of [`RUNS`].
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

/// The unique name under which a request draws random values.
fn name_of(actor: usize, sent: u8) -> (u8, u8) {
    (u8::try_from(actor).unwrap_or(u8::MAX), sent)
}

/// The code of a mail.
pub(crate) fn typed(content: &Content) -> Option<Typed> {
    match content {
        Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            ..
        } => Some(Typed::Mailed(*purpose, key.clone(), challenge.clone(), *counter)),
        Content::InitialPassword { .. }
        | Content::InitialPasswordGuide { .. }
        | Content::Notice { .. }
        | Content::InquiryReceipt { .. }
        | Content::InquiryReply(_)
        | Content::TakeOver(_) => None,
    }
}

impl State {
    /// A world before any event.
    pub fn empty(actors: &[Actor]) -> Self {
        Self {
            now: beginning(),
            items: BTreeMap::new(),
            is_late: false,
            is_prompt: false,
            older: BTreeMap::new(),
            flying: Vec::new(),
            browsers: actors
                .iter()
                .map(|actor| Browser {
                    left: actor.calls,
                    network: actor.network,
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

    /// The item of an office.
    pub fn office(&self, office: usize) -> Option<&Office> {
        match self.item(&Key::Office(people::office_number(office)))? {
            AnyItem::Office(office) => Some(office),
            _ => None,
        }
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

    /// A browser's registration.
    pub fn registration(&self, cookies: &Cookies) -> Option<&registration::Registration> {
        match self.item(&Key::Registration(cookies.registration.as_ref()?.id.clone()))? {
            AnyItem::Registration(flow) if !flow.is_expired(self.now) => Some(flow),
            _ => None,
        }
    }

    /// A browser's log-in.
    pub fn login(&self, cookies: &Cookies) -> Option<&login::Login> {
        match self.item(&Key::Login(cookies.login.as_ref()?.id.clone()))? {
            AnyItem::Login(flow) if !flow.is_expired(self.now) => Some(flow),
            _ => None,
        }
    }

    /// A browser's reset.
    pub fn reset(&self, cookies: &Cookies) -> Option<&PasswordReset> {
        match self.item(&Key::PasswordReset(cookies.reset.as_ref()?.id.clone()))? {
            AnyItem::PasswordReset(flow) if !flow.is_expired(self.now) => Some(flow),
            _ => None,
        }
    }

    /// The challenge of a browser's reset.
    pub fn reset_challenge(&self, cookies: &Cookies) -> Option<&ChallengeId> {
        match &self.reset(cookies)?.stage {
            password_reset::Stage::Otp { challenge } => Some(&challenge.id),
            _ => None,
        }
    }

    /// The challenge of a browser's current screen.
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

    /// Adds a request; nothing if there is no such browser.
    pub fn send(&mut self, setup: &Setup, actor: usize, submission: Submission) -> Option<()> {
        let now = self.now;
        let browser = self.browsers.get_mut(actor)?;
        browser.left = browser.left.saturating_sub(1);
        browser.sent = browser.sent.saturating_add(1);
        browser.chose |= matches!(submission, Submission::ChangePassword(_));
        browser.reset |= matches!(submission, Submission::ResetPassword(_));
        browser.replaced |= matches!(submission, Submission::ReplacePassword { .. });
        let what = (submission, browser.cookies.clone());
        let (sent, network) = (browser.sent, browser.network);
        let history = digest(&(setup.name, actor, sent, now, &what));
        let stands = known_or(history, || {
            let io = Io::new(name_of(actor, sent), Vec::new());
            what.0.run(setup, (&what.1, network), now, io)
        });
        self.flying.push(Flying {
            actor,
            sent,
            what: Arc::new(what),
            network,
            now,
            log: Arc::default(),
            history,
            stands,
        });
        Some(())
    }

    /// Adds a client that is not a step; returns its index among the requests.
    pub(crate) fn joins(&mut self) -> usize {
        self.flying.push(Flying {
            actor: usize::MAX,
            sent: 0,
            what: Arc::new((Submission::ShowMyPage, Cookies::default())),
            network: 0,
            now: self.now,
            log: Arc::default(),
            history: 0,
            stands: Arc::new(Ran::Done(Reply::default())),
        });
        self.flying.len().saturating_sub(1)
    }

    /// Adds an answer to a client's log; returns its index.
    pub(crate) fn log(&mut self, at: usize, entry: Entry) -> usize {
        let Some(flying) = self.flying.get_mut(at) else {
            return 0;
        };
        let log = Arc::make_mut(&mut flying.log);
        log.push(entry);
        log.len().saturating_sub(1)
    }

    /// The next call of a request, or its answer.
    pub fn next(&self, at: usize) -> Option<&Ran<Reply>> {
        Some(&self.flying.get(at)?.stands)
    }

    /// Adds an answer to a request's log, and runs its step to the next call or its end.
    pub(crate) fn note(&mut self, setup: &Setup, at: usize, entry: Entry) -> Option<()> {
        let flying = self.flying.get_mut(at)?;
        flying.history = digest(&(flying.history, &entry.answer));
        Arc::make_mut(&mut flying.log).push(entry);
        flying.stands = known_or(flying.history, || {
            let log = flying.log.iter().map(|entry| entry.answer.clone()).collect();
            let io = Io::new(name_of(flying.actor, flying.sent), log);
            flying
                .what
                .0
                .run(setup, (&flying.what.1, flying.network), flying.now, io)
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

    /// The state with all requests in progress cut off, and the stream's promises sent: a person continues from here.
    #[must_use]
    pub fn calm(&self) -> Self {
        let mut calm = self.clone();
        calm.flying.clear();
        while !calm.stream.is_empty() {
            calm.mail(0, true);
        }
        calm
    }

    /// Whether a member has logged in, so that others of the office can be added from マイページ.
    pub fn has_come(&self, person: usize) -> bool {
        self.account(person)
            .and_then(Account::owner)
            .is_some_and(|member| !member.disabled)
    }

    /// Runs a submission to its end, without interleaving.
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
