//! No dead end: from any state a person who belongs to the office comes to マイページ by what the screens offer,
//! with patience, and without an operator.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{LazyLock, Mutex, PoisonError};

use portal::login;
use portal::problem::Kind;
use portal::registration;
use portal::values::OfficeName;

use crate::io::Ran;
use crate::items::{Item, Key};
use crate::state::{How, Scene, State, own};
use crate::steps::{Call, Password, Reply};

/// Whether there is a way.
///
/// Whatever was under way is cut off first, and what the stream has is sent; many states are one by then, so each is
/// tried once.
pub fn exists(scene: &Scene, state: &State, actor: usize) -> bool {
    static TRIED: LazyLock<Mutex<HashMap<(u64, u64), bool>>> = LazyLock::new(Mutex::default);
    static ONE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static TWO: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let calm = state.calm();
    let what = (scene.name, &calm.now, &calm.items, &calm.browsers, &calm.inbox);
    let hash = (ONE.hash_one(what), TWO.hash_one(what));
    let known = TRIED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&hash)
        .copied();
    known.unwrap_or_else(|| {
        let found = Person {
            scene,
            actor,
            state: calm,
        }
        .comes_in();
        TRIED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(hash, found);
        found
    })
}

/// Patience, in seconds: for a wait, an hour's budget, a day's, a seat that falls free.
const PATIENCE: [i64; 5] = [0, 900, 3_600, 86_400, 1_300_000];

struct Person<'a> {
    scene: &'a Scene,
    actor: usize,
    state: State,
}

impl Person<'_> {
    /// Sends a call, waits for the answer and for the mails.
    fn calls(&mut self, call: Call) -> Option<Reply> {
        self.state.send(self.actor, call);
        let at = self.state.flying.len().checked_sub(1)?;
        loop {
            match self.state.next(&self.scene.setup, at)? {
                Ran::Done(reply) => {
                    self.state.end(at, &reply, false);
                    self.state = self.state.calm();
                    return Some(reply);
                }
                Ran::Asks(op) => {
                    self.state.carry_out(&self.scene.setup, at, &op, How::Well);
                }
            }
        }
    }

    fn does(&mut self, call: Call) -> bool {
        self.calls(call).is_some_and(|reply| reply.refused.is_none())
    }

    fn comes_in(&mut self) -> bool {
        for wait in PATIENCE {
            self.state.step_clock(wait);
            if self.does(Call::ShowMyPage) || self.goes_on_logging_in() || self.logs_in() {
                return true;
            }
            if self.registers() && self.logs_in() {
                return true;
            }
            if self.colleague_has_come() {
                return true;
            }
        }
        false
    }

    /// Somebody of the office is in, and further people come from マイページ.
    fn colleague_has_come(&self) -> bool {
        self.state.items.values().any(|item| match item {
            Item::Office(office) if office.office.number == self.office() => {
                office.members.values().any(|account| {
                    matches!(
                        self.state.items.get(&Key::Account(account.clone())),
                        Some(Item::Account(account)) if account.member.as_ref().is_some_and(|member| {
                            !member.is_pending()
                                && !member.disabled
                                && member.profile.email.as_str() != self.address()
                        })
                    )
                })
            }
            _ => false,
        })
    }

    fn office(&self) -> String {
        let office = self.scene.actors.get(self.actor).map_or(0, |actor| actor.office);
        OfficeName {
            number: crate::steps::registered(office).number,
            name: String::new(),
        }
        .number
    }

    fn person(&self) -> usize {
        self.scene.actors.get(self.actor).map_or(0, |actor| actor.person)
    }

    fn address(&self) -> String {
        crate::steps::address(self.person()).map_or_else(|_| String::new(), |to| to.as_str().to_owned())
    }

    fn newest_code(&self) -> Option<Call> {
        let browser = self.state.browsers.get(self.actor)?;
        let actor = self.scene.actors.get(self.actor)?;
        self.state.call_of(actor, browser, crate::state::Move::Code)
    }

    fn login_stage(&self) -> Option<login::Stage> {
        let id = self.state.browsers.get(self.actor)?.cookies.login.clone()?;
        match self.state.items.get(&Key::Login(id))? {
            Item::Login(flow) if !flow.is_expired(self.state.now) => Some(flow.stage.clone()),
            _ => None,
        }
    }

    fn registration_stage(&self) -> Option<registration::Stage> {
        let id = self
            .state
            .browsers
            .get(self.actor)?
            .cookies
            .registration
            .clone()?;
        match self.state.items.get(&Key::Registration(id))? {
            Item::Registration(flow) if !flow.is_expired(self.state.now) => Some(flow.stage.clone()),
            _ => None,
        }
    }

    /// From wherever the log-in stands.
    fn goes_on_logging_in(&mut self) -> bool {
        if matches!(self.login_stage(), Some(login::Stage::Otp { .. })) {
            let entered = self.newest_code().is_some_and(|code| self.does(code));
            if !entered {
                return false;
            }
        }
        if matches!(self.login_stage(), Some(login::Stage::NewPassword { .. })) {
            let own = own(self.person());
            // An answer that was lost may have set the password: the next call says so.
            let _ = self.does(Call::ShowTerms) && self.does(Call::ChangePassword(own));
        }
        self.login_stage().is_some() && (self.does(Call::ShowMyPage) || self.does(Call::RenewSession))
    }

    /// With every password that the person can have: their own, and what was mailed.
    fn logs_in(&mut self) -> bool {
        let mailed: Vec<Password> = self
            .state
            .inbox
            .get(&self.address())
            .into_iter()
            .flatten()
            .rev()
            .filter_map(|content| match content {
                portal::mail::Content::InitialPassword { member, source } => {
                    Some(Password::Initial(member.clone(), source.issue))
                }
                portal::mail::Content::OneTimeCode { .. } => None,
            })
            .take(1)
            .collect();
        let chosen = self
            .state
            .browsers
            .get(self.actor)
            .is_some_and(|browser| browser.chose)
            .then(|| Password::Own(own(self.person())));
        for password in chosen.into_iter().chain(mailed) {
            if self.does(Call::LogIn(self.person(), password)) && self.goes_on_logging_in() {
                return true;
            }
        }
        false
    }

    /// From 電子請求受付システム認証 to an initial password that is mailed.
    fn registers(&mut self) -> bool {
        let office = self.scene.actors.get(self.actor).map_or(0, |actor| actor.office);
        let begun = self.does(Call::Authenticate {
            office,
            right: true,
            accepts_risk: true,
        });
        if !begun {
            return false;
        }
        if matches!(
            self.registration_stage(),
            Some(registration::Stage::SecurityCode { .. })
        ) && !self.does(Call::EnterSecurityCode { right: true })
        {
            return false;
        }
        if !self.newest_code().is_some_and(|code| self.does(code)) {
            return false;
        }
        if matches!(
            self.registration_stage(),
            Some(registration::Stage::AlreadyRegistered { .. })
        ) && self.does(Call::ReissueInitialPassword)
            && self.logs_in()
        {
            return true;
        }
        let entered = self.calls(Call::EnterProfile(self.person()));
        match entered.map(|reply| reply.refused) {
            Some(None) => self.does(Call::Confirm(99)),
            // The address is somebody's of another office: the person has another one.
            Some(Some(Kind::EmailTaken)) => true,
            _ => false,
        }
    }
}
