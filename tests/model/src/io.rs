//! What a program of the model asks of the world, one thing at a time.
//!
//! A program is an `async fn` that reads like the step that it stands for. It cannot be cloned while it runs, so a
//! request in flight is the program's call and the log of what it was answered so far: it is run again from its
//! beginning with the log, up to the next thing that it asks. Programs draw nothing and know no clock, so the same log
//! always leads to the same question.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use portal::audit::Event;
use portal::change::{Change, Put};

use crate::items::{Item, Key, Kind};

/// An item to be written, and what its write records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The item.
    pub item: Item,
    /// What is recorded.
    pub event: Option<Event>,
    /// The place in the log of what it replaces.
    pub replacing: Option<Place>,
}

impl Write {
    /// Of this put.
    pub fn of<T: Kind>(put: Put<T>, replacing: Option<Place>) -> Self {
        let (item, event) = put.into_parts();
        Self {
            item: item.into(),
            event,
            replacing,
        }
    }
}

/// One thing asked of the world; it happens at once, wholly or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one of these at a time")]
pub enum Op {
    /// The item, as of now or as of a moment ago.
    Read {
        /// Which.
        key: Key,
        /// Whether a copy that is late will do.
        eventually: bool,
    },
    /// Writes the item, if what was read at this place of the log is still there; or nothing is.
    Put(Write),
    /// Removes the item, if it is what was read at this place of the log.
    Remove {
        /// Which.
        key: Key,
        /// The place in the log.
        replacing: Place,
    },
    /// Removes whatever is there.
    Forget {
        /// Which.
        key: Key,
    },
    /// Writes all or none.
    Transact {
        /// Each with what it replaces.
        writes: Vec<Write>,
    },
    /// Asks the claims system about a password.
    AskPassword {
        /// Whether it is the right one.
        right: bool,
    },
    /// Asks the claims system about a security code.
    AskSecurityCode {
        /// Whether it is the right one.
        right: bool,
    },
}

impl Op {
    /// The verb and the kinds, as a meter of the real table would note them.
    pub fn name(&self) -> String {
        let kind = |key: &Key| {
            match key {
                Key::Registration(_) => "REGISTRATION",
                Key::Login(_) => "LOGIN",
                Key::Account(_) => "ACCOUNT",
                Key::Office(_) => "OFFICE",
                Key::Claims(_) => "CLAIMS",
                Key::Session(_) => "SESSION",
            }
            .to_owned()
        };
        match self {
            Self::Read { key, .. } => format!("GetItem {}", kind(key)),
            Self::Put(write) => format!("PutItem {}", kind(&write.item.key())),
            Self::Remove { key, .. } | Self::Forget { key } => format!("DeleteItem {}", kind(key)),
            Self::Transact { writes } => {
                let kinds: Vec<String> = writes.iter().map(|write| kind(&write.item.key())).collect();
                format!("TransactWriteItems {}", kinds.join(" "))
            }
            Self::AskPassword { .. } => "ask password".to_owned(),
            Self::AskSecurityCode { .. } => "ask security code".to_owned(),
        }
    }
}

/// What the world answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// What was read.
    Item(Option<Item>),
    /// The write is done.
    Won,
    /// Somebody else was faster; the item as it is now.
    Lost(Option<Item>),
    /// A transaction was not done; each item as it is, where its condition failed.
    Cancelled(Vec<Option<Option<Item>>>),
    /// The claims system judged.
    Judged(bool),
    /// The claims system judged nothing.
    NotJudged,
    /// No answer came, whatever was judged.
    Unknown,
}

/// One answer, and whether what it says of its item still holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// What was answered.
    pub outcome: Outcome,
    /// Of which items, and whether nobody has written them since.
    pub of: Vec<(Key, bool)>,
}

/// A place in a log, and which of the items that it tells of.
pub type Place = (usize, usize);

/// An item that a program holds, and where in its log it got it.
#[derive(Debug, Clone)]
pub struct Held<T> {
    /// The item.
    pub item: T,
    /// The place in the log.
    pub at: Place,
}

/// What a program asks with.
pub struct Io<'a> {
    log: &'a [Entry],
    name: &'a str,
    place: Cell<usize>,
    drawn: Cell<u32>,
    asked: RefCell<Option<Op>>,
}

struct Ask<'a, 'b>(&'b Io<'a>, Option<Op>);

impl Future for Ask<'_, '_> {
    type Output = (usize, Outcome);

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let io = self.0;
        let place = io.place.get();
        if let Some(entry) = io.log.get(place) {
            io.place.set(place + 1);
            return Poll::Ready((place, entry.outcome.clone()));
        }
        *io.asked.borrow_mut() = self.1.take();
        Poll::Pending
    }
}

/// What a program comes to with the log that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one of these at a time")]
pub enum Ran<R> {
    /// Its end.
    Done(R),
    /// It asks this.
    Asks(Op),
}

impl<'a> Io<'a> {
    /// For the program of this name with this log.
    pub const fn new(name: &'a str, log: &'a [Entry]) -> Self {
        Self {
            log,
            name,
            place: Cell::new(0),
            drawn: Cell::new(0),
            asked: RefCell::new(None),
        }
    }

    /// Runs a program up to what it asks next, or to its end.
    pub fn run<R>(&self, program: impl Future<Output = R>) -> Ran<R> {
        match pin!(program).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Ran::Done(answer),
            Poll::Pending => Ran::Asks(self.asked.take().unwrap_or(Op::AskPassword { right: false })),
        }
    }
}

impl Io<'_> {
    async fn ask(&self, op: Op) -> (usize, Outcome) {
        Ask(self, Some(op)).await
    }

    /// A text that nobody else draws.
    pub fn draw(&self) -> String {
        let n = self.drawn.get();
        self.drawn.set(n + 1);
        format!("{}.{n}", self.name)
    }

    async fn read<T: Kind>(&self, id: &T::Id, eventually: bool) -> Option<Held<T>> {
        let key = T::key(id);
        let (at, outcome) = self.ask(Op::Read { key, eventually }).await;
        match outcome {
            Outcome::Item(Some(item)) => T::of(item).map(|item| Held { item, at: (at, 0) }),
            _ => None,
        }
    }

    /// The item as of now.
    pub async fn get<T: Kind>(&self, id: &T::Id) -> Option<Held<T>> {
        self.read(id, false).await
    }

    /// The item as of a moment ago.
    pub async fn glance<T: Kind>(&self, id: &T::Id) -> Option<Held<T>> {
        self.read(id, true).await
    }

    /// Writes the item, if what it replaces is still there.
    pub async fn put<T: Kind>(
        &self,
        put: Put<T>,
        replacing: Option<&Held<T>>,
    ) -> Result<Held<T>, Option<Held<T>>> {
        let write = Write::of(put, replacing.map(|held| held.at));
        let written = write.item.clone();
        let (at, outcome) = self.ask(Op::Put(write)).await;
        match outcome {
            Outcome::Won => T::of(written).map(|item| Held { item, at: (at, 0) }).ok_or(None),
            Outcome::Lost(Some(item)) => Err(T::of(item).map(|item| Held { item, at: (at, 0) })),
            _ => Err(None),
        }
    }

    /// Decides and stores until nobody else was faster, as the store does.
    pub async fn change<T: Kind, R, E>(
        &self,
        mut known: Option<Held<T>>,
        mut decide: impl FnMut(Option<&T>) -> Result<Change<T, R>, E>,
    ) -> Result<(R, Option<Held<T>>), E> {
        loop {
            match decide(known.as_ref().map(|held| &held.item))? {
                Change::Keep(answer) => return Ok((answer, known)),
                Change::BestEffort(put, answer) => {
                    let held = match self.put(put, known.as_ref()).await {
                        Ok(held) => Some(held),
                        Err(lost) => lost,
                    };
                    return Ok((answer, held));
                }
                Change::Store(put, answer) => match self.put(put, known.as_ref()).await {
                    Ok(held) => return Ok((answer, Some(held))),
                    Err(current) => known = current,
                },
                Change::Remove(_, answer) => {
                    let Some(held) = &known else {
                        return Ok((answer, None));
                    };
                    let item: Item = held.item.clone().into();
                    let remove = Op::Remove {
                        key: item.key(),
                        replacing: held.at,
                    };
                    let (at, outcome) = self.ask(remove).await;
                    match outcome {
                        Outcome::Lost(Some(item)) => {
                            known = T::of(item).map(|item| Held { item, at: (at, 0) });
                        }
                        _ => return Ok((answer, None)),
                    }
                }
            }
        }
    }

    /// Removes whatever is there.
    pub async fn forget<T: Kind>(&self, id: &T::Id) {
        self.ask(Op::Forget { key: T::key(id) }).await;
    }

    /// Writes all or none; otherwise each item as it is now, where its condition failed.
    pub async fn transact(&self, writes: Vec<Write>) -> Result<(), (usize, Vec<Option<Option<Item>>>)> {
        match self.ask(Op::Transact { writes }).await {
            (at, Outcome::Cancelled(found)) => Err((at, found)),
            _ => Ok(()),
        }
    }

    /// What the claims system says of a password.
    pub async fn ask_password(&self, right: bool) -> Outcome {
        self.ask(Op::AskPassword { right }).await.1
    }

    /// What the claims system says of a security code.
    pub async fn ask_security_code(&self, right: bool) -> Outcome {
        self.ask(Op::AskSecurityCode { right }).await.1
    }
}
