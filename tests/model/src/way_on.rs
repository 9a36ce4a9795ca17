//! No dead end: from any state a person of the office can reach マイページ by what the screens offer,
//! with waiting, and without an operator.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{LazyLock, Mutex, PoisonError};

use platform::store::{AnyItem, Key};
use portal::login;
use portal::problem::Kind;
use portal::registration;
use portal::values::OfficeNumber;

use crate::explore::Scene;
use crate::moves::{Move, own, replaced_by, reset_to};
use crate::people;
use crate::state::State;
use crate::submission::{Password, Reply, Submission};

/// Whether マイページ can be reached.
///
/// Requests in progress are cut off first, and mails in the stream are sent; this makes many states equal, so results
/// are cached.
pub fn exists(scene: &Scene, state: &State, actor: usize) -> bool {
    static TRIED: LazyLock<Mutex<HashMap<(u64, u64), bool>>> = LazyLock::new(Mutex::default);
    static ONE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static TWO: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let calm = state.calm();
    let what = (
        scene.name,
        &calm.now,
        &calm.items,
        &calm.browsers,
        &calm.inbox,
        &calm.ledger.left,
    );
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

/// Waiting times in seconds: for a back-off, an hour's budget, a day's, the expiry of a seat.
const WAITS: [i64; 5] = [0, 900, 3_600, 86_400, 1_300_000];

struct Person<'a> {
    scene: &'a Scene,
    actor: usize,
    state: State,
}

impl Person<'_> {
    /// Sends a call, waits for the answer and for the mails.
    fn calls(&mut self, submission: Submission) -> Option<Reply> {
        let reply = self.state.play(&self.scene.setup, self.actor, submission)?;
        self.state = self.state.calm();
        Some(reply)
    }

    fn does(&mut self, submission: Submission) -> bool {
        self.calls(submission)
            .is_some_and(|reply| reply.refused.is_none())
    }

    fn comes_in(&mut self) -> bool {
        for wait in WAITS {
            self.state.step_clock(wait);
            if self.does(Submission::ShowMyPage) || self.goes_on_logging_in() || self.logs_in() {
                return true;
            }
            if self.logs_in_after_a_reset() {
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

    /// A member of the office has logged in, and can add further people from マイページ.
    fn colleague_has_come(&self) -> bool {
        self.state.items.values().any(|item| match &**item {
            AnyItem::Office(office) if office.office.number == self.office() => {
                office.members.values().any(|account| {
                    matches!(
                        self.state.item(&Key::Account(account.clone())),
                        Some(AnyItem::Account(account)) if account.owner().is_some_and(|member| {
                            member.office.number == office.office.number
                                && !member.disabled
                                && member.profile.email.as_str() != self.address()
                        })
                    )
                })
            }
            _ => false,
        })
    }

    fn office(&self) -> OfficeNumber {
        people::office_number(self.scene.actors.get(self.actor).map_or(0, |actor| actor.office))
    }

    fn person(&self) -> usize {
        self.scene.actors.get(self.actor).map_or(0, |actor| actor.person)
    }

    /// The address that the person has now.
    fn at(&self) -> usize {
        self.state.address_of(self.person())
    }

    fn address(&self) -> String {
        people::email(self.at())
    }

    fn move_of(&self, what: Move) -> Option<Submission> {
        let browser = self.state.browsers.get(self.actor)?;
        let actor = self.scene.actors.get(self.actor)?;
        self.state.call_of(actor, browser, what)
    }

    fn newest_code(&self) -> Option<Submission> {
        self.move_of(Move::Code)
    }

    fn login_stage(&self) -> Option<login::Stage> {
        let cookies = &self.state.browsers.get(self.actor)?.cookies;
        Some(self.state.login(cookies)?.stage.clone())
    }

    fn registration_stage(&self) -> Option<registration::Stage> {
        let cookies = &self.state.browsers.get(self.actor)?.cookies;
        Some(self.state.registration(cookies)?.stage.clone())
    }

    /// From the current stage of the log-in.
    fn goes_on_logging_in(&mut self) -> bool {
        if matches!(self.login_stage(), Some(login::Stage::Otp { .. })) {
            let entered = self.newest_code().is_some_and(|code| self.does(code));
            if !entered {
                return false;
            }
        }
        if matches!(self.login_stage(), Some(login::Stage::NewPassword { .. })) {
            let own = own(self.person());
            // A request with a lost answer may have set the password: the next call shows it.
            let _ = self.does(Submission::ShowTerms) && self.does(Submission::ChangePassword(own));
        }
        self.login_stage().is_some()
            && (self.does(Submission::ShowMyPage) || self.does(Submission::RenewSession))
    }

    /// With every password that the person can have: the chosen one, and the mailed ones.
    fn logs_in(&mut self) -> bool {
        let office = self.scene.actors.get(self.actor).map_or(0, |actor| actor.office);
        let mailed = self.state.initial_passwords(self.person(), office).pop();
        let chosen = self
            .state
            .browsers
            .get(self.actor)
            .is_some_and(|browser| browser.chose)
            .then(|| Password::Own(own(self.person())));
        let reset = self
            .state
            .browsers
            .get(self.actor)
            .is_some_and(|browser| browser.reset)
            .then(|| Password::Own(reset_to(self.person())));
        let replaced = self
            .state
            .browsers
            .get(self.actor)
            .is_some_and(|browser| browser.replaced)
            .then(|| Password::Own(replaced_by(self.person())));
        for password in replaced.into_iter().chain(reset).chain(chosen).chain(mailed) {
            if self.does(Submission::LogIn(self.at(), password)) && self.goes_on_logging_in() {
                return true;
            }
        }
        false
    }

    /// From パスワードを忘れた方 to a log-in with the new password, for a member who has one. The present password is
    /// refused as a new one; then the person chooses another.
    fn logs_in_after_a_reset(&mut self) -> bool {
        if !self.state.has_come(self.at()) || !self.does(Submission::AskReset(self.at())) {
            return false;
        }
        let code = self.move_of(Move::ResetCode);
        if !code.is_some_and(|code| self.does(code)) {
            return false;
        }
        let first = reset_to(self.person());
        let set = [first, first.saturating_add(1)]
            .into_iter()
            .find(|own| self.does(Submission::ResetPassword(*own)));
        set.is_some_and(|own| self.does(Submission::LogIn(self.at(), Password::Own(own))))
            && self.goes_on_logging_in()
    }

    /// From 電子請求受付システム認証 to an initial password that is mailed.
    fn registers(&mut self) -> bool {
        let office = self.scene.actors.get(self.actor).map_or(0, |actor| actor.office);
        let begun = self.does(Submission::Authenticate {
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
        ) && !self.does(Submission::EnterSecurityCode { right: true })
        {
            return false;
        }
        if !self.newest_code().is_some_and(|code| self.does(code)) {
            return false;
        }
        if matches!(
            self.registration_stage(),
            Some(registration::Stage::AlreadyRegistered { .. })
        ) && self.does(Submission::ReissueInitialPassword)
            && self.logs_in()
        {
            return true;
        }
        let entered = self.calls(Submission::EnterProfile(self.person()));
        match entered.map(|reply| reply.refused) {
            Some(None) => self
                .move_of(Move::Confirm(99))
                .is_some_and(|confirm| self.does(confirm)),
            // The address belongs to a member of another office: the person uses another one.
            Some(Some(Kind::EmailTaken)) => true,
            _ => false,
        }
    }
}
