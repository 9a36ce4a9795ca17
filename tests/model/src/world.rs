//! The world's handling of calls, answers and mails.

use std::sync::Arc;

use platform::store::{AnyItem, Consistency, Expected, Key, Mark, Write};
use portal::address_change::AddressChange;
use portal::audit::{Act, Event};
use portal::mail::{Delivery, Promise};
use portal::password_reset::PasswordReset;
use portal::problem::Kind;
use portal::time::{Seconds, plus};
use portal::values::ChallengeId;
use portal::{login, password_reset, registration};

use crate::address::AddressCall;
use crate::io::{ConditionResult, LogPosition, Op, OpResult};
use crate::state::{Entry, Flying, State};
use crate::submission::{Password, Reply, Setup, Submission, Typed};
use crate::table::{SharedItem, StatusUpdate, marked};

/// The way in which a call is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Normally.
    Well,
    /// With a stale read.
    Late,
    /// The claims system judges nothing.
    Down,
    /// The claims system judges, and its answer is lost.
    Silent,
}

const fn judged(right: bool, how: How) -> OpResult {
    match how {
        How::Well | How::Late => OpResult::Judged(right),
        How::Down => OpResult::NotJudged,
        How::Silent => OpResult::Unknown,
    }
}

/// The challenge against which a code was judged: the one that the step read last.
fn judged_by(flying: &Flying) -> Option<&ChallengeId> {
    flying.log.iter().rev().find_map(|entry| {
        let OpResult::Item(Some(item)) = &entry.answer else {
            return None;
        };
        match &**item {
            AnyItem::Registration(registration::Registration {
                stage: registration::Stage::Otp { challenge, .. },
                ..
            })
            | AnyItem::Login(login::Login {
                stage: login::Stage::Otp { challenge },
                ..
            })
            | AnyItem::PasswordReset(PasswordReset {
                stage: password_reset::Stage::Otp { challenge },
                ..
            })
            | AnyItem::AddressChange(AddressChange { challenge, .. }) => Some(&challenge.id),
            _ => None,
        }
    })
}

impl State {
    /// Executes the call of a request, and continues its step with the answer.
    pub fn carry_out(&mut self, setup: &Setup, at: usize, op: &Op, how: How) -> Option<()> {
        let entry = self.perform(at, op, how);
        self.note(setup, at, entry)
    }

    /// Executes the call of a client that is not a step; returns the answer, and its index in the client's log.
    pub(crate) fn answer(&mut self, at: usize, op: &Op, how: How) -> (usize, OpResult) {
        let entry = self.perform(at, op, how);
        let answer = entry.answer.clone();
        (self.log(at, entry), answer)
    }

    fn holds(&self, at: usize, key: &Key, place: Option<LogPosition>) -> bool {
        match place {
            None => !self.items.contains_key(key),
            Some(place) => self
                .flying
                .get(at)
                .and_then(|flying| flying.log.get(place.entry)?.of.get(place.item))
                .is_some_and(|(of, fresh)| *fresh && **of == *key),
        }
    }

    fn condition_holds(&self, at: usize, write: &Write) -> bool {
        match write {
            Write::Put { item, expected, .. } => self.holds(at, &item.key(), LogPosition::expected(expected)),
            Write::Remove { expected: None, .. } => true,
            Write::Remove {
                key,
                expected: Some(version),
            } => {
                let expected = Expected::Version(version.clone());
                !self.items.contains_key(key) || self.holds(at, key, LogPosition::expected(&expected))
            }
            Write::Check { key, expected } => {
                let expected = Expected::Version(expected.clone());
                self.holds(at, key, LogPosition::expected(&expected))
            }
        }
    }

    /// Marks the item as old in the logs of all requests.
    fn outdate(&mut self, key: &Key) {
        for flying in &mut self.flying {
            let is_held = |(of, fresh): &(Arc<Key>, bool)| *fresh && **of == *key;
            if !flying.log.iter().any(|entry| entry.of.iter().any(is_held)) {
                continue;
            }
            for (of, fresh) in Arc::make_mut(&mut flying.log)
                .iter_mut()
                .flat_map(|entry| &mut entry.of)
            {
                *fresh &= **of != *key;
            }
        }
    }

    fn write(&mut self, key: &Arc<Key>, write: &Write) {
        if matches!(write, Write::Check { .. }) {
            return;
        }
        self.outdate(key);
        let before = self.items.get(key).cloned();
        if self.is_late && matches!(**key, Key::Account(_) | Key::Office(_) | Key::Session(_)) {
            self.older.insert(key.clone(), before.clone());
        }
        match write {
            Write::Check { .. } => {}
            Write::Remove { .. } => {
                self.items.remove(key);
            }
            Write::Put { item, event, .. } => {
                let waiting = self.stream.len();
                self.look_at(key, item, event.as_ref(), before.as_deref());
                self.items.insert(key.clone(), SharedItem::new((**item).clone()));
                if self.is_prompt && matches!(**key, Key::Letter(_)) {
                    for _ in waiting..self.stream.len() {
                        self.mail(waiting, true);
                    }
                }
            }
        }
    }

    fn look_at(&mut self, key: &Arc<Key>, item: &AnyItem, event: Option<&Event>, before: Option<&AnyItem>) {
        let before_it = before.map_or_else(Vec::new, AnyItem::promises);
        for promise in item.promises() {
            if promise.is_new_among(&before_it) {
                self.stream.push((key.clone(), promise.clone()));
                let is_registration = matches!(**key, Key::Registration(_));
                let codes = &mut self.ledger.registration_codes;
                *codes = codes.saturating_add(u8::from(is_registration));
                if matches!(**key, Key::PasswordReset(_)) {
                    let codes = self.ledger.reset_mails.entry(promise.to.key()).or_default();
                    *codes = codes.saturating_add(1);
                }
            }
        }
        if let (AnyItem::Account(now), Some(AnyItem::Account(was))) = (item, before) {
            self.ledger.compare(was, now, event);
        }
        if let (
            AnyItem::Account(account),
            Some(Event {
                act: Act::PasswordReset,
                ..
            }),
        ) = (item, event)
        {
            let of_account = self.items.values().filter_map(|item| match &**item {
                AnyItem::Login(login) if login.account == account.key => Some(login.id.clone()),
                _ => None,
            });
            self.ledger.overtaken.extend(of_account);
        }
        match (item, event) {
            (AnyItem::Account(account), Some(event)) => self.ledger.note(account, event),
            (AnyItem::Account(_), None) => {
                self.ledger
                    .wrongs
                    .insert("an account changed without a record of it");
            }
            _ => {}
        }
    }

    fn perform(&mut self, at: usize, op: &Op, how: How) -> Entry {
        let plain = |answer| Entry {
            answer,
            of: Vec::new(),
        };
        match op {
            Op::Read(key, _) => {
                let is_late = how == How::Late;
                let found = if is_late {
                    self.older.get(key).cloned().flatten()
                } else {
                    self.items.get(key).cloned()
                };
                let fresh = found.is_some() && !is_late;
                Entry {
                    answer: OpResult::Item(found),
                    of: vec![(Arc::new(key.clone()), fresh)],
                }
            }
            Op::Write(write) => {
                let key = Arc::new(write.key());
                if self.condition_holds(at, write) {
                    self.write(&key, write);
                    let fresh = matches!(write, Write::Put { .. });
                    Entry {
                        answer: OpResult::Done,
                        of: vec![(key, fresh)],
                    }
                } else {
                    let found = self.items.get(&key).cloned();
                    let fresh = found.is_some();
                    Entry {
                        answer: OpResult::Conflict(found),
                        of: vec![(key, fresh)],
                    }
                }
            }
            Op::Commit(writes) => self.commit(at, writes),
            Op::Mark(mark) => plain(OpResult::Marked(self.mark_as_asked(mark))),
            Op::AskPassword { office, right } => {
                let asks = self.flying.get(at).map(|flying| (&flying.what.0, flying.network));
                if let (true, Some((Submission::Authenticate { accepts_risk, .. }, network))) =
                    (how != How::Down, asks)
                {
                    let accepts_risk = *accepts_risk;
                    self.ledger
                        .judge_claims_password(*office, network, *right, accepts_risk);
                }
                plain(judged(*right, how))
            }
            Op::AskSecurityCode { right, .. } => {
                if !right && how != How::Down {
                    self.ledger.security_codes_wrong = self.ledger.security_codes_wrong.saturating_add(1);
                }
                plain(judged(*right, how))
            }
        }
    }

    fn commit(&mut self, at: usize, writes: &[Write]) -> Entry {
        let keys: Vec<Arc<Key>> = writes.iter().map(|write| Arc::new(write.key())).collect();
        let conditions: Vec<ConditionResult> = writes
            .iter()
            .zip(&keys)
            .map(|(write, key)| {
                if self.condition_holds(at, write) {
                    ConditionResult::Held
                } else {
                    ConditionResult::Failed(self.items.get(key).cloned())
                }
            })
            .collect();
        if conditions
            .iter()
            .all(|condition| *condition == ConditionResult::Held)
        {
            self.ledger.take_overs.look_at(&self.items, writes);
            for (write, key) in writes.iter().zip(&keys) {
                self.write(key, write);
            }
            return Entry {
                answer: OpResult::Done,
                of: Vec::new(),
            };
        }
        let fresh = |condition: &ConditionResult| matches!(condition, ConditionResult::Failed(Some(_)));
        let of = keys.into_iter().zip(conditions.iter().map(fresh)).collect();
        Entry {
            answer: OpResult::Conflicts(conditions),
            of,
        }
    }

    /// The browser gets the answer, or not.
    pub fn end(&mut self, at: usize, reply: &Reply, is_lost: bool) {
        if at >= self.flying.len() {
            return;
        }
        let flying = self.flying.remove(at);
        if reply.broken.is_some() {
            self.ledger.wrongs.insert("a step broke");
        }
        self.count_judged_code(&flying, reply);
        if matches!(flying.what.0, Submission::EnterResetCode(Typed::Wrong)) && reply.refused.is_none() {
            self.ledger
                .reset_wrongs
                .insert("a wrong code of a reset was right");
        }
        if let Submission::LogIn(_, password) = &flying.what.0
            && *password != Password::Wrong
            && matches!(
                reply.refused,
                Some(Kind::WrongCredentials | Kind::TooManyRequests)
            )
        {
            let is_initial = matches!(password, Password::Initial(..));
            self.ledger.kept_out.insert((flying.actor, is_initial));
        }
        if !is_lost && let Some(browser) = self.browsers.get_mut(flying.actor) {
            browser.cookies.take(&reply.cookies);
        }
    }

    fn count_judged_code(&mut self, flying: &Flying, reply: &Reply) {
        let (submission, cookies) = &*flying.what;
        let is_code = matches!(
            submission,
            Submission::EnterLoginCode(_)
                | Submission::EnterRegistrationCode(_)
                | Submission::EnterResetCode(_)
                | Submission::Address(AddressCall::Enter(_))
        );
        if !is_code || !matches!(reply.refused, None | Some(Kind::WrongCode)) {
            return;
        }
        if let Some(challenge) = judged_by(flying) {
            let judged = self.ledger.judged.entry(challenge.clone()).or_default();
            *judged = judged.saturating_add(1);
        }
        if reply.refused == Some(Kind::WrongCode) {
            let of = match submission {
                Submission::EnterLoginCode(_) => self
                    .login(cookies)
                    .map_or_else(String::new, |flow| flow.account.as_str().to_owned()),
                Submission::EnterResetCode(_) => self
                    .reset(cookies)
                    .map_or_else(String::new, |flow| format!("resets of {}", flow.account.as_str())),
                Submission::Address(_) => format!("address changes of actor {}", flying.actor),
                _ => "claims user".to_owned(),
            };
            let wrong = self.ledger.wrong_codes.entry(of).or_default();
            *wrong = wrong.saturating_add(1);
        }
    }

    /// Sends a mail from the stream, as `deliver-mail` does.
    pub fn mail(&mut self, at: usize, is_noted: bool) {
        let Some((key, promise)) = self.stream.get(at).cloned() else {
            return;
        };
        if is_noted {
            self.stream.remove(at);
        }
        if promise.is_expired(self.now) {
            if is_noted {
                self.mark(&key, &promise, Delivery::Failed);
            }
            return;
        }
        let is_current = || {
            let promises = self.item(&key).map_or_else(Vec::new, AnyItem::promises);
            promises.iter().any(|current| {
                current.number == promise.number
                    && current.content == promise.content
                    && current.delivery == Delivery::Queued
            })
        };
        // Five seconds: `SURELY_CURRENT` of `deliver-mail`.
        if plus(promise.promised_at, Seconds::new(5)) < self.now && !is_current() {
            return;
        }
        let inbox = self.inbox.entry(promise.to.as_str().to_owned()).or_default();
        if !inbox.contains(&promise.content) {
            inbox.push(promise.content.clone());
        }
        if is_noted {
            self.mark(&key, &promise, Delivery::Sent);
        }
    }

    fn mark(&mut self, key: &Arc<Key>, promise: &Promise, to: Delivery) {
        let news = StatusUpdate {
            number: promise.number,
            of: promise.content.of().to_owned(),
            from: &[Delivery::Queued],
            to,
            sent_at: None,
        };
        self.take_news(key, &news);
    }

    fn mark_as_asked(&mut self, mark: &Mark) -> bool {
        let news = StatusUpdate {
            number: mark.number,
            of: mark.of.clone(),
            from: mark.from,
            to: mark.to,
            sent_at: mark.sent_at,
        };
        Key::parse(&mark.key).is_some_and(|key| self.take_news(&Arc::new(key), &news))
    }

    /// Records the status of a mail, if its item still promises it. This also changes the item's version.
    fn take_news(&mut self, key: &Arc<Key>, news: &StatusUpdate) -> bool {
        let Some(item) = self.item(key).and_then(|item| marked(item, news)) else {
            return false;
        };
        self.outdate(key);
        self.items.insert(key.clone(), SharedItem::new(item));
        true
    }
}

/// Whether a stale read may answer an operation.
pub const fn may_be_late(op: &Op) -> bool {
    matches!(op, Op::Read(_, Consistency::Eventual))
}
