//! A state of the world, and what may happen next in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portal::account::{Account, Member};
use portal::audit::{Act, Event};
use portal::code::Purpose;
use portal::limits::Limits;
use portal::login;
use portal::mail::{Content, Delivery, Promise};
use portal::problem::Kind;
use portal::registration;
use portal::time::{HOUR, Seconds, minus, plus};
use portal::values::{ChallengeId, FlowId, SessionId};

use crate::io::{Entry, Io, Op, Outcome, Place, Ran};
use crate::items::{Item, Key};
use crate::steps::{self, Call, Cookies, Password, Reply, Setup, Typed};

/// A request that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Flying {
    /// Whose.
    pub actor: usize,
    /// Names what it draws.
    pub name: String,
    /// What was sent.
    pub call: Call,
    /// The cookies that came with it.
    pub cookies: Cookies,
    /// The clock of the Lambda that took it.
    pub now: Timestamp,
    /// What it was answered so far.
    pub log: Vec<Entry>,
}

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

/// What is remembered of the past, to judge it by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ledger {
    /// Codes that were judged, by challenge: answers that told right from wrong.
    pub judged: BTreeMap<ChallengeId, u8>,
    /// Sessions that a log-in's code made.
    pub begun: BTreeMap<FlowId, u8>,
    /// Log-ins whose right code was committed.
    pub passed: BTreeSet<FlowId>,
    /// Sessions that are over.
    pub ended: BTreeSet<SessionId>,
    /// Log-ins whose session was ended.
    pub ended_flows: BTreeSet<FlowId>,
    /// Wrong passwords that the claims system judged since the last right one, for which nobody accepted the risk.
    pub claims_wrong: BTreeMap<usize, u8>,
    /// Wrong security codes that the claims system judged: one office has one.
    pub security_codes_wrong: u8,
    /// Wrong codes that were told, by account or user id.
    pub wrong_codes: BTreeMap<String, u8>,
    /// Wrong passwords that were judged.
    pub wrong_passwords: u8,
    /// Whether a registration's code took a mail that is kept for log-ins.
    pub kept_mail_taken: bool,
    /// What was seen that must not be.
    pub wrongs: BTreeSet<&'static str>,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// The clock.
    pub now: Timestamp,
    /// The table.
    pub items: BTreeMap<Key, Item>,
    /// Whether copies may be late.
    pub is_late: bool,
    /// What an eventually consistent read may still find.
    pub older: BTreeMap<Key, Option<Item>>,
    /// Requests under way.
    pub flying: Vec<Flying>,
    /// The browsers.
    pub browsers: Vec<Browser>,
    /// Promises that the stream has not handed over.
    pub stream: Vec<(Key, Promise)>,
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

/// What an actor may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// 電子請求受付システム認証
    Authenticate,
    /// The same with a wrong password.
    AuthenticateWrong,
    /// The same, accepting the risk.
    AuthenticateWrongAcceptingRisk,
    /// セキュリティコードの入力
    SecurityCode,
    /// A wrong one.
    WrongSecurityCode,
    /// The newest mailed code.
    Code,
    /// The first code that was mailed in this challenge.
    OldCode,
    /// A wrong code.
    WrongCode,
    /// 再送
    ResendCode,
    /// 新規ユーザ登録情報の入力, with the address of this person
    Profile(usize),
    /// 「登録する」, with this key
    Confirm(u8),
    /// 初期パスワードの再送
    ResendInitial,
    /// 初期パスワードの再発行
    ReissueInitial,
    /// 中止
    CancelRegistration,
    /// ログイン with the best password that the person knows
    LogIn,
    /// ログイン with the first mailed initial password
    LogInOld,
    /// ログイン with a wrong password
    LogInWrong,
    /// 利用規約
    Terms,
    /// 「パスワードを変更する」
    ChangePassword,
    /// もう一度受け取る
    RenewSession,
    /// 中止
    CancelLogin,
    /// ログアウト
    LogOut,
    /// マイページ
    MyPage,
}

/// Somebody at a browser.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The office that the person works for.
    pub office: usize,
    /// The person, who has an address and a mailbox.
    pub person: usize,
    /// What the actor does.
    pub moves: &'static [Move],
    /// Requests in all.
    pub calls: u8,
    /// Requests at the same time.
    pub at_once: usize,
    /// Whether the actor sends whatever there is at any stage.
    pub is_blind: bool,
    /// Whether the actor begins nothing anew while something goes on.
    pub is_orderly: bool,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// An actor sends a request.
    Send(usize, Call),
    /// A request under way does its next thing; at its end the browser gets the answer.
    Step(usize),
    /// The same, and an eventually consistent read finds an older copy.
    StepLate(usize),
    /// The same, and the answer is lost.
    StepLost(usize),
    /// The claims system judges nothing.
    ClaimsDown(usize),
    /// The claims system judges, and its answer is lost.
    ClaimsSilent(usize),
    /// The process dies before it does its next thing.
    Crash(usize),
    /// The stream hands a promise over, and the mail is sent.
    Mail(usize),
    /// The mail is sent, and the process dies before that is noted.
    MailTwice(usize),
    /// The clock steps by so many seconds.
    Clock(i64),
}

/// A world and who is in it.
#[derive(Debug)]
pub struct Scene {
    /// Its name.
    pub name: &'static str,
    /// What it shows.
    pub shows: &'static str,
    /// What is fixed.
    pub setup: Setup,
    /// Who is in it.
    pub actors: Vec<Actor>,
    /// Steps of the clock, in seconds.
    pub jumps: &'static [i64],
    /// Who must always have a way to マイページ.
    pub rightful: Option<usize>,
    /// What happened before it begins.
    pub prologue: &'static [crate::scenes::Beat],
    /// Where it begins.
    pub beginning: State,
}

/// When every world begins.
pub fn beginning() -> Timestamp {
    // 2026-04-01 in Japan; any instant would do.
    Timestamp::from_second(1_775_001_600).unwrap_or(Timestamp::UNIX_EPOCH)
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

    fn account(&self, person: usize) -> Option<&Account> {
        let key = steps::address(person).ok()?.key();
        match self.items.get(&Key::Account(key)) {
            Some(Item::Account(account)) => Some(account),
            _ => None,
        }
    }

    fn member(&self, person: usize) -> Option<&Member> {
        self.account(person)?.member.as_ref()
    }

    fn mails(&self, address: &str) -> &[Content] {
        self.inbox.get(address).map_or(&[], Vec::as_slice)
    }

    /// The codes of a challenge that were mailed, oldest first.
    fn codes(&self, of: &ChallengeId) -> Vec<Typed> {
        let mails = self.inbox.values().flatten();
        mails
            .filter(|content| content.of() == of.as_str())
            .filter_map(typed)
            .collect()
    }

    /// The initial passwords that were mailed to a person, oldest first.
    fn initial_passwords(&self, person: usize) -> Vec<Password> {
        let address = steps::address(person).map_or_else(|_| String::new(), |to| to.as_str().to_owned());
        self.mails(&address)
            .iter()
            .filter_map(|content| match content {
                Content::InitialPassword { member, source } => {
                    Some(Password::Initial(member.clone(), source.issue))
                }
                Content::OneTimeCode { .. } => None,
            })
            .collect()
    }

    /// Where a browser's registration stands.
    fn registration(&self, cookies: &Cookies) -> Option<&registration::Registration> {
        match self
            .items
            .get(&Key::Registration(cookies.registration.clone()?))?
        {
            Item::Registration(flow) if !flow.is_expired(self.now) => Some(flow),
            _ => None,
        }
    }

    /// Where a browser's log-in stands.
    fn login(&self, cookies: &Cookies) -> Option<&login::Login> {
        match self.items.get(&Key::Login(cookies.login.clone()?))? {
            Item::Login(flow) if !flow.is_expired(self.now) => Some(flow),
            _ => None,
        }
    }

    /// The challenge that a browser stands before.
    fn challenge(&self, cookies: &Cookies) -> Option<(Purpose, ChallengeId)> {
        if let Some(login::Login {
            stage: login::Stage::Otp { challenge },
            ..
        }) = self.login(cookies)
        {
            return Some((Purpose::Login, challenge.id.clone()));
        }
        match &self.registration(cookies)?.stage {
            registration::Stage::Otp { challenge, .. } => Some((Purpose::Registration, challenge.id.clone())),
            _ => None,
        }
    }

    /// The call that a move comes to here; none where it makes no sense, unless the actor tries everything anywhere.
    pub fn call_of(&self, actor: &Actor, browser: &Browser, what: Move) -> Option<Call> {
        self.sensible_call(actor, browser, what).or_else(|| {
            let mailed = || self.inbox.values().flatten().rev().find_map(typed);
            actor.is_blind.then_some(match what {
                Move::SecurityCode | Move::WrongSecurityCode => Some(Call::EnterSecurityCode { right: true }),
                Move::Code | Move::OldCode => mailed().map(Call::EnterLoginCode),
                Move::WrongCode => mailed().map(Call::EnterRegistrationCode),
                Move::ResendCode => Some(Call::ResendLoginCode),
                Move::Profile(person) => Some(Call::EnterProfile(person)),
                Move::Confirm(key) => Some(Call::Confirm(key)),
                Move::ResendInitial => Some(Call::ResendInitialPassword),
                Move::ReissueInitial => Some(Call::ReissueInitialPassword),
                Move::CancelRegistration => Some(Call::CancelRegistration),
                Move::Authenticate
                | Move::AuthenticateWrong
                | Move::AuthenticateWrongAcceptingRisk
                | Move::LogIn
                | Move::LogInOld
                | Move::LogInWrong => None,
                Move::Terms => Some(Call::ShowTerms),
                Move::ChangePassword => Some(Call::ChangePassword(own(actor.person))),
                Move::RenewSession => Some(Call::RenewSession),
                Move::CancelLogin => Some(Call::CancelLogin),
                Move::LogOut => Some(Call::LogOut),
                Move::MyPage => Some(Call::ShowMyPage),
            })?
        })
    }

    fn sensible_call(&self, actor: &Actor, browser: &Browser, what: Move) -> Option<Call> {
        let cookies = &browser.cookies;
        let enter = |typed: Option<Typed>| {
            let (purpose, _) = self.challenge(cookies)?;
            Some(match purpose {
                Purpose::Registration => Call::EnterRegistrationCode(typed?),
                Purpose::Login => Call::EnterLoginCode(typed?),
            })
        };
        let mailed = |newest: bool| {
            let (_, challenge) = self.challenge(cookies)?;
            let codes = self.codes(&challenge);
            if newest {
                codes.last().cloned()
            } else {
                codes.first().cloned()
            }
        };
        let stage = self.registration(cookies).map(|flow| &flow.stage);
        let login_stage = self.login(cookies).map(|flow| &flow.stage);
        let authenticate = |right, accepts_risk| Call::Authenticate {
            office: actor.office,
            right,
            accepts_risk,
        };
        if actor.is_orderly {
            let registers =
                matches!(stage, Some(other) if !matches!(other, registration::Stage::Completed { .. }));
            let goes_on = registers || login_stage.is_some() || cookies.session.is_some();
            let begins = matches!(what, Move::Authenticate | Move::LogIn);
            // Whoever is registered logs in, and does not register again.
            let again = what == Move::Authenticate && stage.is_some();
            if begins && goes_on || again {
                return None;
            }
        }
        match what {
            Move::Authenticate => Some(authenticate(true, true)),
            Move::AuthenticateWrong => Some(authenticate(false, false)),
            Move::AuthenticateWrongAcceptingRisk => Some(authenticate(false, true)),
            Move::SecurityCode | Move::WrongSecurityCode => {
                matches!(stage, Some(registration::Stage::SecurityCode { .. })).then_some(
                    Call::EnterSecurityCode {
                        right: what == Move::SecurityCode,
                    },
                )
            }
            Move::Code => enter(mailed(true)),
            Move::OldCode => enter(mailed(false)),
            Move::WrongCode => enter(Some(Typed::Wrong)),
            Move::ResendCode => match self.challenge(cookies)?.0 {
                Purpose::Registration => Some(Call::ResendRegistrationCode),
                Purpose::Login => Some(Call::ResendLoginCode),
            },
            Move::Profile(person) => matches!(
                stage?,
                registration::Stage::Profile { .. }
                    | registration::Stage::Confirm { .. }
                    | registration::Stage::AlreadyRegistered { .. }
            )
            .then_some(Call::EnterProfile(person)),
            Move::Confirm(key) => matches!(
                stage?,
                registration::Stage::Confirm { .. } | registration::Stage::Completed { .. }
            )
            .then_some(Call::Confirm(key)),
            Move::ResendInitial => {
                matches!(stage?, registration::Stage::Completed { .. }).then_some(Call::ResendInitialPassword)
            }
            Move::ReissueInitial => matches!(
                stage?,
                registration::Stage::Completed { .. } | registration::Stage::AlreadyRegistered { .. }
            )
            .then_some(Call::ReissueInitialPassword),
            Move::CancelRegistration => stage.map(|_| Call::CancelRegistration),
            Move::LogIn => {
                let chosen = browser.chose.then_some(Password::Own(own(actor.person)));
                let password = chosen.or_else(|| self.initial_passwords(actor.person).last().cloned())?;
                Some(Call::LogIn(actor.person, password))
            }
            Move::LogInOld => {
                let password = self.initial_passwords(actor.person).first().cloned()?;
                Some(Call::LogIn(actor.person, password))
            }
            Move::LogInWrong => Some(Call::LogIn(actor.person, Password::Wrong)),
            Move::Terms => {
                matches!(login_stage?, login::Stage::NewPassword { .. }).then_some(Call::ShowTerms)
            }
            Move::ChangePassword => matches!(login_stage?, login::Stage::NewPassword { .. })
                .then_some(Call::ChangePassword(own(actor.person))),
            Move::RenewSession => login_stage.map(|_| Call::RenewSession),
            Move::CancelLogin => login_stage.map(|_| Call::CancelLogin),
            Move::LogOut => (cookies.login.is_some() || cookies.session.is_some()).then_some(Call::LogOut),
            Move::MyPage => cookies.session.as_ref().map(|_| Call::ShowMyPage),
        }
    }

    /// Takes a call on.
    pub fn send(&mut self, actor: usize, call: Call) {
        let now = self.now;
        let Some(browser) = self.browsers.get_mut(actor) else {
            return;
        };
        browser.left = browser.left.saturating_sub(1);
        browser.sent = browser.sent.saturating_add(1);
        browser.chose |= matches!(call, Call::ChangePassword(_));
        self.flying.push(Flying {
            actor,
            name: format!("{actor}-{}", browser.sent),
            call,
            cookies: browser.cookies.clone(),
            now,
            log: Vec::new(),
        });
    }

    /// What a request under way asks next, or what it is answered.
    pub fn next(&self, setup: &Setup, at: usize) -> Option<Ran<Reply>> {
        let flying = self.flying.get(at)?;
        let io = Io::new(&flying.name, &flying.log);
        Some(io.run(steps::answer(
            &io,
            setup,
            &flying.cookies,
            flying.now,
            &flying.call,
        )))
    }

    /// Does what a request asks, and notes the answer in its log.
    pub fn carry_out(&mut self, setup: &Setup, at: usize, op: &Op, how: How) -> Outcome {
        let (of, outcome) = self.perform(setup, at, op, how);
        let fresh = !matches!(outcome, Outcome::Item(None) | Outcome::Lost(None)) && how != How::Late;
        if let Some(flying) = self.flying.get_mut(at) {
            flying.log.push(Entry {
                outcome: outcome.clone(),
                of: of.into_iter().map(|key| (key, fresh)).collect(),
            });
        }
        outcome
    }

    fn holds(&self, at: usize, key: &Key, replacing: Option<Place>) -> bool {
        match replacing {
            None => !self.items.contains_key(key),
            Some((place, which)) => self
                .flying
                .get(at)
                .and_then(|flying| flying.log.get(place)?.of.get(which))
                .is_some_and(|(_, fresh)| *fresh),
        }
    }

    /// Whoever holds the item holds an old one from now on.
    fn outdate(&mut self, key: &Key) {
        let logs = self.flying.iter_mut().flat_map(|flying| &mut flying.log);
        for (of, fresh) in logs.flat_map(|entry| &mut entry.of) {
            if of == key {
                *fresh = false;
            }
        }
    }

    /// Writes, and whoever holds the item holds an old one from now on.
    fn write(&mut self, limits: &Limits, key: &Key, written: Option<(Item, Option<&Event>)>) {
        self.outdate(key);
        let before = self.items.get(key).cloned();
        if self.is_late && matches!(key, Key::Account(_) | Key::Office(_) | Key::Session(_)) {
            self.older.insert(key.clone(), before.clone());
        }
        let Some((item, event)) = written else {
            self.items.remove(key);
            return;
        };
        if let Some(promise) = item.promise()
            && promise.is_new_after(before.as_ref().and_then(Item::promise))
        {
            self.stream.push((key.clone(), promise.clone()));
        }
        if let (Item::Account(now), Some(Item::Account(was))) = (&item, &before) {
            self.ledger.compare(was, now);
        }
        if let (Item::Account(account), Some(event)) = (&item, event) {
            self.ledger.note(account, event, limits);
        }
        if matches!((&item, &event), (Item::Account(_), None)) {
            self.ledger
                .wrongs
                .insert("an account changed without a record of it");
        }
        self.items.insert(key.clone(), item);
    }

    fn perform(&mut self, setup: &Setup, at: usize, op: &Op, how: How) -> (Vec<Key>, Outcome) {
        match op {
            Op::Read { key, .. } => {
                let found = if how == How::Late {
                    self.older.get(key).cloned().flatten()
                } else {
                    self.items.get(key).cloned()
                };
                (vec![key.clone()], Outcome::Item(found))
            }
            Op::Put(put) => {
                let key = put.item.key();
                if self.holds(at, &key, put.replacing) {
                    self.write(&setup.limits, &key, Some((put.item.clone(), put.event.as_ref())));
                    (vec![key], Outcome::Won)
                } else {
                    let there = self.items.get(&key).cloned();
                    (vec![key], Outcome::Lost(there))
                }
            }
            Op::Remove { key, replacing } => {
                if !self.items.contains_key(key) || self.holds(at, key, Some(*replacing)) {
                    self.write(&setup.limits, key, None);
                    (vec![key.clone()], Outcome::Won)
                } else {
                    (vec![key.clone()], Outcome::Lost(self.items.get(key).cloned()))
                }
            }
            Op::Forget { key } => {
                self.write(&setup.limits, key, None);
                (vec![key.clone()], Outcome::Won)
            }
            Op::Transact { writes } => {
                let keys: Vec<Key> = writes.iter().map(|put| put.item.key()).collect();
                let found: Vec<Option<Option<Item>>> = writes
                    .iter()
                    .zip(&keys)
                    .map(|(put, key)| {
                        (!self.holds(at, key, put.replacing)).then(|| self.items.get(key).cloned())
                    })
                    .collect();
                if found.iter().any(Option::is_some) {
                    return (keys, Outcome::Cancelled(found));
                }
                for (put, key) in writes.iter().zip(&keys) {
                    self.write(&setup.limits, key, Some((put.item.clone(), put.event.as_ref())));
                }
                (Vec::new(), Outcome::Won)
            }
            Op::AskPassword { right } => {
                let call = self.flying.get(at).map(|flying| &flying.call);
                if let Some(Call::Authenticate {
                    office, accepts_risk, ..
                }) = call
                    && how != How::Down
                {
                    let wrong = self.ledger.claims_wrong.entry(*office).or_default();
                    match (right, accepts_risk) {
                        (true, _) => *wrong = 0,
                        (false, false) => *wrong = wrong.saturating_add(1),
                        (false, true) => {}
                    }
                }
                (Vec::new(), judged(*right, how))
            }
            Op::AskSecurityCode { right } => {
                if !right && how != How::Down {
                    self.ledger.security_codes_wrong = self.ledger.security_codes_wrong.saturating_add(1);
                }
                (Vec::new(), judged(*right, how))
            }
        }
    }

    /// The browser gets the answer, or not.
    pub fn end(&mut self, at: usize, reply: &Reply, is_lost: bool) {
        if at >= self.flying.len() {
            return;
        }
        let flying = self.flying.remove(at);
        if let Some(challenge) = &reply.judged {
            let judged = self.ledger.judged.entry(challenge.clone()).or_default();
            *judged = judged.saturating_add(1);
            if reply.refused == Some(Kind::WrongCode) {
                let of = match &flying.call {
                    Call::EnterLoginCode(_) => match self.login(&flying.cookies) {
                        Some(flow) => flow.account.as_str().to_owned(),
                        None => String::new(),
                    },
                    _ => "claims user".to_owned(),
                };
                let wrong = self.ledger.wrong_codes.entry(of).or_default();
                *wrong = wrong.saturating_add(1);
            }
        }
        let Some(browser) = self.browsers.get_mut(flying.actor).filter(|_| !is_lost) else {
            return;
        };
        let Cookies {
            registration,
            login,
            session,
            device,
        } = reply.gives.clone();
        let cookies = &mut browser.cookies;
        cookies.registration = registration.or_else(|| cookies.registration.take());
        cookies.login = login.or_else(|| cookies.login.take());
        cookies.session = session.or_else(|| cookies.session.take());
        cookies.device = device.or_else(|| cookies.device.take());
        match flying.call {
            Call::LogOut => {
                *cookies = Cookies {
                    device: cookies.device.take(),
                    ..Cookies::default()
                };
            }
            Call::ShowMyPage if reply.gone => cookies.session = None,
            Call::CancelLogin
            | Call::EnterLoginCode(_)
            | Call::ResendLoginCode
            | Call::ShowTerms
            | Call::ChangePassword(_)
            | Call::RenewSession
                if reply.gone =>
            {
                cookies.login = None;
            }
            _ if reply.gone => cookies.registration = None,
            _ => {}
        }
    }

    /// Sends a mail that the stream hands over, as `deliver-mail` does; says which, if one went out.
    pub fn mail(&mut self, at: usize, is_noted: bool) -> Option<Promise> {
        let (key, promise) = self.stream.get(at).cloned()?;
        if is_noted {
            self.stream.remove(at);
        }
        if promise.is_expired(self.now) {
            if is_noted {
                self.mark(&key, &promise, Delivery::Failed);
            }
            return None;
        }
        let is_current = || {
            self.items
                .get(&key)
                .and_then(Item::promise)
                .is_some_and(|current| {
                    current.number == promise.number
                        && current.content == promise.content
                        && current.delivery == Delivery::Queued
                })
        };
        // Five seconds: `SURELY_CURRENT_SECONDS` of `deliver-mail`.
        if plus(promise.promised_at, Seconds::new(5)) < self.now && !is_current() {
            return None;
        }
        let inbox = self.inbox.entry(promise.to.as_str().to_owned()).or_default();
        if !inbox.contains(&promise.content) {
            inbox.push(promise.content.clone());
        }
        if is_noted {
            self.mark(&key, &promise, Delivery::Sent);
        }
        Some(promise)
    }

    /// Notes what became of a mail, if its item still waits for it. An update gives the item another version, too.
    fn mark(&mut self, key: &Key, promise: &Promise, delivery: Delivery) {
        let Some(mut item) = self.items.get(key).cloned() else {
            return;
        };
        if !item.mark(promise, delivery) {
            return;
        }
        self.outdate(key);
        self.items.insert(key.clone(), item);
    }

    /// Steps the clock.
    pub fn step_clock(&mut self, seconds: i64) {
        let span = seconds.unsigned_abs();
        self.now = if seconds < 0 {
            minus(self.now, Seconds::new(span))
        } else {
            plus(self.now, Seconds::new(span))
        };
    }
}

/// How a thing that is asked for comes to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As it should.
    Well,
    /// From a copy that is late.
    Late,
    /// The claims system judges nothing.
    Down,
    /// The claims system judges, and its answer is lost.
    Silent,
}

const fn judged(right: bool, how: How) -> Outcome {
    match how {
        How::Well | How::Late => Outcome::Judged(right),
        How::Down => Outcome::NotJudged,
        How::Silent => Outcome::Unknown,
    }
}

/// The code of a mail, as it would be typed.
fn typed(content: &Content) -> Option<Typed> {
    match content {
        Content::OneTimeCode {
            purpose,
            challenge,
            counter,
            ..
        } => Some(Typed::Mailed(*purpose, challenge.clone(), *counter)),
        Content::InitialPassword { .. } => None,
    }
}

/// The number of the password that a person chooses.
pub fn own(person: usize) -> u8 {
    u8::try_from(person).unwrap_or(u8::MAX)
}

impl Ledger {
    /// What an act says of the past.
    fn note(&mut self, account: &Account, event: &Event, limits: &Limits) {
        let act = event.act;
        if act == Act::PasswordWrong {
            self.wrong_passwords = self.wrong_passwords.saturating_add(1);
        }
        let lately = account
            .mails
            .sends
            .iter()
            .filter(|sent| minus(event.at, HOUR) < **sent);
        let left = limits
            .mails_per_hour
            .saturating_sub(u64::try_from(lately.count()).unwrap_or(u64::MAX));
        if act == Act::RegistrationCodePromised && left < limits.mails_kept_for_login {
            self.kept_mail_taken = true;
        }
        let Some(flow) = &event.by else { return };
        match act {
            Act::LoginCodeRight => {
                self.passed.insert(flow.clone());
            }
            Act::SessionBegun | Act::PasswordChanged | Act::TermsAgreed => {
                if act == Act::SessionBegun {
                    self.passed.insert(flow.clone());
                }
                let begun = self.begun.entry(flow.clone()).or_default();
                *begun = begun.saturating_add(1);
            }
            Act::SessionEnded => {
                self.ended_flows.insert(flow.clone());
            }
            _ => {}
        }
        let sessions = account.member.iter().flat_map(|member| &member.sessions);
        for session in sessions {
            if self.ended.contains(&session.id) {
                self.wrongs.insert("an ended session came back");
            }
            if self.ended_flows.contains(&session.flow) {
                self.wrongs
                    .insert("a log-in whose session was ended has one again");
            }
        }
    }

    /// Which sessions are over by a change.
    fn compare(&mut self, was: &Account, now: &Account) {
        let ids = |account: &Account| -> BTreeSet<SessionId> {
            let sessions = account.member.iter().flat_map(|member| &member.sessions);
            sessions.map(|session| session.id.clone()).collect()
        };
        let (was, now) = (ids(was), ids(now));
        self.ended.extend(was.difference(&now).cloned());
    }
}

impl State {
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
}
