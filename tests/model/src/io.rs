//! The calls of a step to the world, one at a time.
//!
//! The steps are the product's own futures. A future cannot be cloned while it runs, so a request in progress is
//! stored as its input and the log of the answers so far: the step is replayed from its beginning with the log, up to
//! its next call. [`Io`] implements all effects of a step: the storage, the claims system, randomness. It has no
//! clock, and its random values are a function of the request, so the same log always leads to the same call.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use platform::claims::ClaimsSystem;
use platform::fault::Fault;
use platform::random::RandomSource;
use platform::store::{
    Committed, Condition, Consistency, Expected, Key, Mark, Outcome, Storage, Version, Versioned, Write,
};
use portal::claims::{Accepted, Authentication, SecurityCodeCheck, Unavailable};

use crate::people;
use crate::table::SharedItem;

/// One call to the world; it is atomic.
#[derive(Debug, Clone)]
pub enum Op {
    /// Reads an item, strongly or eventually consistent.
    Read(Key, Consistency),
    /// Writes an item, or removes it.
    Write(Write),
    /// Writes all or none.
    Commit(Vec<Write>),
    /// Records the delivery status of a mail.
    Mark(Mark),
    /// Sends a password of an office to the claims system.
    AskPassword {
        /// The office.
        office: usize,
        /// Whether it is the right one.
        right: bool,
    },
    /// Sends a security code of an office to the claims system.
    AskSecurityCode {
        /// The office.
        office: usize,
        /// Whether it is the right one.
        right: bool,
    },
}

/// The result of the condition of one write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConditionResult {
    /// It held.
    Held,
    /// It failed; the current item.
    Failed(Option<SharedItem>),
}

/// The world's answer to a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OpResult {
    /// The item that was read.
    Item(Option<SharedItem>),
    /// The call succeeded.
    Done,
    /// The write conflicted; the current item.
    Conflict(Option<SharedItem>),
    /// The commit conflicted.
    Conflicts(Vec<ConditionResult>),
    /// Whether the item still promised the mail.
    Marked(bool),
    /// The claims system judged.
    Judged(bool),
    /// The claims system judged nothing.
    NotJudged,
    /// No answer arrived; the request may have been judged.
    Unknown,
}

/// The position of an item in a request's log: the entry, and the item within the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPosition {
    /// The entry.
    pub entry: usize,
    /// The item.
    pub item: usize,
}

impl LogPosition {
    fn version(self) -> Version {
        Version::new(format!("{}.{}", self.entry, self.item))
    }

    /// The position of a version that [`Io`] returned.
    pub fn of(version: &Version) -> Option<Self> {
        let (entry, item) = version.as_str().split_once('.')?;
        Some(Self {
            entry: entry.parse().ok()?,
            item: item.parse().ok()?,
        })
    }

    /// The position of the version that a write expects; nothing if it expects no item.
    pub fn expected(expected: &Expected) -> Option<Self> {
        match expected {
            Expected::Absent => None,
            Expected::Version(version) => Self::of(version),
        }
    }
}

/// All effects of a step.
#[derive(Debug)]
pub struct Io {
    log: Vec<OpResult>,
    /// The actor and the number of the request; its random values are unique.
    name: (u8, u8),
    place: AtomicUsize,
    drawn: AtomicU8,
    asked: Mutex<Option<Op>>,
}

struct Ask<'a>(&'a Io, Option<Op>);

impl Future for Ask<'_> {
    type Output = (usize, OpResult);

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let io = self.0;
        let place = io.place.load(Ordering::Relaxed);
        if let Some(answer) = io.log.get(place) {
            io.place.store(place + 1, Ordering::Relaxed);
            return Poll::Ready((place, answer.clone()));
        }
        *io.asked.lock().unwrap_or_else(PoisonError::into_inner) = self.1.take();
        Poll::Pending
    }
}

/// The result of a step with its log.
#[derive(Debug, Clone)]
pub enum Ran<R> {
    /// It completed.
    Done(R),
    /// It makes this call.
    Asks(Op),
}

impl Io {
    /// For the request of this name with this log.
    pub const fn new(name: (u8, u8), log: Vec<OpResult>) -> Self {
        Self {
            log,
            name,
            place: AtomicUsize::new(0),
            drawn: AtomicU8::new(0),
            asked: Mutex::new(None),
        }
    }

    /// Runs a step up to its next call, or to its end; nothing if it waits for anything else.
    pub fn run<R>(&self, step: impl Future<Output = R>) -> Option<Ran<R>> {
        match pin!(step).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(Ran::Done(answer)),
            Poll::Pending => {
                let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
                asked.map(Ran::Asks)
            }
        }
    }

    async fn ask(&self, op: Op) -> (usize, OpResult) {
        Ask(self, Some(op)).await
    }
}

fn versioned(found: Option<SharedItem>, entry: usize, item: usize) -> Option<Versioned> {
    found.map(|found| Versioned {
        item: Box::new((*found).clone()),
        version: LogPosition { entry, item }.version(),
    })
}

/// An answer that does not fit the call: a bug of the model.
fn misfit(operation: &'static str) -> Fault {
    Fault::Table {
        operation,
        cause: "the model answered another question".to_owned(),
    }
}

/// The answer to a read, in the form of a storage.
pub(crate) fn read((entry, answer): (usize, OpResult)) -> Result<Option<Versioned>, Fault> {
    match answer {
        OpResult::Item(found) => Ok(versioned(found, entry, 0)),
        _ => Err(misfit("read")),
    }
}

/// The answer to a write, in the form of a storage.
pub(crate) fn written((entry, answer): (usize, OpResult)) -> Result<Outcome, Fault> {
    match answer {
        OpResult::Done => Ok(Outcome::Done(LogPosition { entry, item: 0 }.version())),
        OpResult::Conflict(found) => Ok(Outcome::Conflict(versioned(found, entry, 0))),
        _ => Err(misfit("write")),
    }
}

/// The answer to a commit, in the form of a storage.
pub(crate) fn committed((entry, answer): (usize, OpResult)) -> Result<Committed, Fault> {
    let condition = |(item, judged)| match judged {
        ConditionResult::Held => Condition::Held,
        ConditionResult::Failed(found) => Condition::Failed(versioned(found, entry, item)),
    };
    match answer {
        OpResult::Done => Ok(Committed::Done),
        OpResult::Conflicts(judged) => Ok(Committed::Conflict(
            judged.into_iter().enumerate().map(condition).collect(),
        )),
        _ => Err(misfit("commit")),
    }
}

/// The answer to the status of a mail, in the form of a storage.
pub(crate) fn marked((_, answer): (usize, OpResult)) -> Result<bool, Fault> {
    match answer {
        OpResult::Marked(marked) => Ok(marked),
        _ => Err(misfit("mark")),
    }
}

impl Storage for Io {
    fn read<'a>(
        &'a self,
        key: &'a Key,
        consistency: Consistency,
    ) -> BoxFuture<'a, Result<Option<Versioned>, Fault>> {
        self.ask(Op::Read(key.clone(), consistency)).map(read).boxed()
    }

    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Outcome, Fault>> {
        self.ask(Op::Write(write.clone())).map(written).boxed()
    }

    fn commit<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Committed, Fault>> {
        self.ask(Op::Commit(writes.to_vec())).map(committed).boxed()
    }

    fn mark_mail<'a>(&'a self, mark: &'a Mark) -> BoxFuture<'a, Result<bool, Fault>> {
        self.ask(Op::Mark(mark.clone())).map(marked).boxed()
    }

    /// Anything that may happen during the pause may also happen before the next call.
    fn back_off(&self, _: u32) -> BoxFuture<'_, Result<(), Fault>> {
        std::future::ready(Ok(())).boxed()
    }
}

impl RandomSource for Io {
    fn fill(&self, octets: &mut [u8]) -> Result<(), Fault> {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let unique = [self.name.0, self.name.1, drawn];
        for (octet, unique) in octets.iter_mut().zip(unique.into_iter().cycle()) {
            *octet = unique;
        }
        Ok(())
    }
}

impl ClaimsSystem for Io {
    fn authenticate<'a>(
        &'a self,
        user_id: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<Authentication, Unavailable>> {
        async move {
            let office = people::office_of(user_id);
            let right = password == people::CLAIMS_PASSWORD;
            match self.ask(Op::AskPassword { office, right }).await.1 {
                OpResult::Judged(true) => {
                    Ok(Authentication::Accepted(if people::has_security_code(office) {
                        Accepted::SecurityCodeWanted
                    } else {
                        Accepted::Office(people::registered(office))
                    }))
                }
                OpResult::Judged(false) => Ok(Authentication::Wrong),
                OpResult::Unknown => Err(Unavailable::OutcomeUnknown),
                _ => Err(Unavailable::NotJudged),
            }
        }
        .boxed()
    }

    fn check_security_code<'a>(
        &'a self,
        user_id: &'a str,
        security_code: &'a str,
    ) -> BoxFuture<'a, Result<SecurityCodeCheck, Unavailable>> {
        async move {
            let office = people::office_of(user_id);
            let right = security_code == people::SECURITY_CODE;
            match self.ask(Op::AskSecurityCode { office, right }).await.1 {
                OpResult::Judged(true) => Ok(SecurityCodeCheck::Accepted(people::registered(office))),
                OpResult::Judged(false) => Ok(SecurityCodeCheck::Wrong),
                OpResult::Unknown => Err(Unavailable::OutcomeUnknown),
                _ => Err(Unavailable::NotJudged),
            }
        }
        .boxed()
    }
}
