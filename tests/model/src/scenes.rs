//! The scenes. Each is small enough for a complete exploration, and has a description of its subject.

use std::collections::BTreeMap;
use std::sync::Arc;

use portal::keys::{KeyId, KeyRing};
use portal::limits::Limits;
use portal::terms::PUBLISHED;
use zeroize::Zeroizing;

use crate::explore::Scene;
use crate::moves::{Actor, Move};
use crate::state::State;
use crate::submission::{Cookies, Setup};

/// A key ring for the model only.
fn keys() -> Option<KeyRing> {
    let key = (KeyId::new("model"), Zeroizing::new(vec![7_u8; 32]));
    KeyRing::new(KeyId::new("model"), BTreeMap::from([key]))
}

/// The limits, small so that guards take effect early: the same code enforces two tries and five.
const fn small() -> Limits {
    let mut limits = Limits::standard();
    limits.code_tries = 2;
    limits.code_failures = 3;
    limits.free_wrong_passwords = 1;
    limits.security_code_failures = 2;
    limits.refused_starts_per_network = 0;
    limits
}

/// Limits with two registration codes an hour for one user id.
const fn few_codes() -> Limits {
    let mut limits = small();
    limits.registration_codes_per_hour = 2;
    limits
}

/// Limits with two registration codes an hour for one contact address.
const fn few_codes_of_a_contact() -> Limits {
    let mut limits = small();
    limits.registration_codes_per_contact = 2;
    limits
}

/// Limits with the question after one wrong claims password, and three wrong ones in total.
const fn few_claims_passwords() -> Limits {
    let mut limits = small();
    limits.claims_failures = 1;
    limits.claims_attempts = 3;
    limits
}

fn actor(office: usize, person: usize, moves: &'static [Move], calls: u8, at_once: usize) -> Actor {
    Actor {
        office,
        person,
        network: 0,
        moves,
        calls,
        at_once,
        is_blind: false,
        is_orderly: false,
    }
}

/// The same actor in another network.
const fn in_network(network: u8, mut actor: Actor) -> Actor {
    actor.network = network;
    actor
}

/// An event before a scene begins.
#[derive(Debug, Clone, Copy)]
pub enum Prior {
    /// An actor makes these moves, one after the other, with their mails.
    Plays(usize, &'static [Move]),
    /// The second browser gets the cookies of the first: two tabs, or a thief.
    Shares(usize, usize),
    /// The browser loses all its cookies.
    Forgets(usize),
    /// The clock steps by so many seconds.
    Clock(i64),
}

struct Prologue<'a> {
    setup: &'a Setup,
    actors: &'a [Actor],
    state: State,
    is_refused: bool,
}

impl Prologue<'_> {
    fn play(&mut self, events: &[Prior]) {
        for event in events {
            match *event {
                Prior::Plays(at, moves) => self.plays(at, moves),
                Prior::Shares(from, to) => self.shares(from, to),
                Prior::Forgets(at) => {
                    if let Some(browser) = self.state.browsers.get_mut(at) {
                        browser.cookies = Cookies::default();
                    }
                }
                Prior::Clock(seconds) => self.state.step_clock(seconds),
            }
        }
    }

    fn plays(&mut self, at: usize, moves: &[Move]) {
        for what in moves {
            let call = self
                .actors
                .get(at)
                .zip(self.state.browsers.get(at))
                .and_then(|(actor, browser)| self.state.call_of(actor, browser, *what));
            let Some(call) = call else { continue };
            let reply = self.state.play(self.setup, at, call);
            self.is_refused |= reply.is_none_or(|reply| reply.refused.is_some());
            self.state = self.state.calm();
        }
    }

    fn shares(&mut self, from: usize, to: usize) {
        let cookies = self
            .state
            .browsers
            .get(from)
            .map(|browser| browser.cookies.clone());
        let chose = self.state.browsers.get(from).is_some_and(|browser| browser.chose);
        if let (Some(cookies), Some(browser)) = (cookies, self.state.browsers.get_mut(to)) {
            browser.cookies = cookies;
            browser.chose = chose;
        }
    }
}

use Move as M;

const TO_CODE: &[Move] = &[M::Authenticate];
const TO_PROFILE: &[Move] = &[M::Authenticate, M::SecurityCode, M::Code];
const TO_CONFIRM_AS_1: &[Move] = &[M::Authenticate, M::SecurityCode, M::Code, M::Profile(1)];
const TO_CONFIRM_AS_2: &[Move] = &[M::Authenticate, M::SecurityCode, M::Code, M::Profile(2)];
const TO_PENDING: &[Move] = &[
    M::Authenticate,
    M::SecurityCode,
    M::Code,
    M::Profile(1),
    M::Confirm(1),
];
const TO_NEW_PASSWORD: &[Move] = &[M::LogIn, M::Code, M::Terms];
const TO_ACTIVE: &[Move] = &[M::LogIn, M::Code, M::Terms, M::ChangePassword];

struct Draft {
    name: &'static str,
    shows: &'static str,
    limits: Limits,
    actors: Vec<Actor>,
    jumps: &'static [i64],
    rightful: Option<usize>,
    prologue: &'static [Prior],
    budgets: fn(&mut State),
}

impl Draft {
    fn scene(self) -> Option<Scene> {
        let setup = Setup {
            name: self.name,
            limits: Arc::new(self.limits),
            keys: Arc::new(keys()?),
            terms: &PUBLISHED,
        };
        let mut prologue = Prologue {
            setup: &setup,
            actors: &self.actors,
            state: State::empty(&self.actors),
            is_refused: false,
        };
        prologue.play(self.prologue);
        // A scene with a failed prologue would prove nothing.
        if prologue.is_refused {
            return None;
        }
        let mut beginning = prologue.state;
        for (browser, actor) in beginning.browsers.iter_mut().zip(&self.actors) {
            browser.left = actor.calls;
        }
        // The ledger ignores the prologue, except for log-ins that passed.
        (self.budgets)(&mut beginning);
        Some(Scene {
            name: self.name,
            shows: self.shows,
            setup,
            actors: self.actors,
            jumps: self.jumps,
            rightful: self.rightful,
            prologue: self.prologue,
            beginning,
        })
    }
}

/// The size of the exploration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// At most a minute in total.
    Short,
    /// With one more request of each kind.
    Long,
}

/// All scenes of a size.
pub fn all(size: Size) -> Vec<Scene> {
    let more = u8::from(size == Size::Long);
    drafts(more).into_iter().filter_map(Draft::scene).collect()
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn drafts(more: u8) -> Vec<Draft> {
    let guesser = |moves, calls| actor(1, 1, moves, calls, 2);
    vec![
        Draft {
            name: "registration-guesses",
            shows: "parallel guesses at a mailed registration code, with resends, the right code among them",
            limits: small(),
            actors: vec![
                guesser(&[M::WrongCode, M::Code], 3 + more),
                guesser(&[M::ResendCode], 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Shares(0, 1), Prior::Clock(30)],
            budgets: |state| state.losses = 1,
        },
        Draft {
            name: "registration-mails",
            shows: "registrations of one office that ask for codes at once, until its user id has had its mails",
            limits: few_codes(),
            actors: vec![
                actor(1, 1, &[M::ResendCode], 1 + more, 1),
                actor(1, 2, &[M::Authenticate], 2, 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Clock(30)],
            budgets: |_| {},
        },
        Draft {
            name: "registration-contacts",
            shows: "registrations of one office that ask for codes at once, until its contact address has had its mails",
            limits: few_codes_of_a_contact(),
            actors: vec![
                actor(1, 1, &[M::ResendCode], 1 + more, 1),
                actor(1, 2, &[M::Authenticate], 2, 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Clock(30)],
            budgets: |_| {},
        },
        Draft {
            name: "login-guesses-pending",
            shows: "the same at the first log-in, where the right code leads to the password",
            limits: small(),
            actors: vec![actor(1, 1, &[M::WrongCode, M::Code], 3 + more, 3)],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, &[M::LogIn]),
                Prior::Clock(30),
            ],
            budgets: |state| state.losses = 1,
        },
        Draft {
            name: "login-guesses-active",
            shows: "the same where the right code gives a session",
            limits: small(),
            actors: vec![
                guesser(&[M::WrongCode, M::Code], 2 + more),
                guesser(&[M::Code, M::RenewSession], 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, &[M::LogOut, M::LogIn]),
                Prior::Shares(0, 1),
            ],
            budgets: |state| state.crashes = 1,
        },
        Draft {
            name: "login-budget",
            shows: "guesses in two challenges of one account: the budget is the account's",
            limits: Limits {
                code_failures: 2,
                ..small()
            },
            actors: vec![
                guesser(&[M::WrongCode], 2 + more),
                guesser(&[M::WrongCode, M::Code], 1 + more),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, &[M::LogIn]),
                Prior::Plays(1, &[M::LogIn]),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "old-codes",
            shows: "an old code after a resend, a code that expires between two steps, clocks that differ",
            limits: small(),
            actors: vec![actor(1, 1, &[M::OldCode, M::Code, M::ResendCode], 3 + more, 1)],
            jumps: &[430, 170, -5],
            rightful: Some(0),
            prologue: &[Prior::Plays(0, TO_CODE)],
            budgets: |state| state.jumps = 3,
        },
        Draft {
            name: "first-registrations",
            shows: "two people of one office confirm at once, each with a double click, also with different keys",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Confirm(1), M::Confirm(2)], 2, 2),
                actor(1, 2, &[M::Confirm(1)], 1 + more, 2),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[Prior::Plays(0, TO_CONFIRM_AS_1), Prior::Plays(1, TO_CONFIRM_AS_2)],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
        Draft {
            name: "one-address",
            shows: "one address from two offices at once",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Confirm(1)], 2, 2),
                actor(2, 1, &[M::Confirm(1), M::Profile(2)], 2 + more, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[Prior::Plays(0, TO_CONFIRM_AS_1), Prior::Plays(1, TO_CONFIRM_AS_1)],
            budgets: |state| {
                state.crashes = 1;
                state.is_late = true;
            },
        },
        Draft {
            name: "first-log-ins",
            shows: "two offices claim one address, and both log in for the first time at once",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::ChangePassword, M::MyPage], 2 + more, 2),
                actor(
                    2,
                    1,
                    &[M::ChangePassword, M::MyPage, M::RenewSession],
                    2 + more,
                    1,
                ),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Plays(1, TO_NEW_PASSWORD),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
        Draft {
            name: "void-claims",
            shows: "a registration goes on, or is corrected, while the member of another office comes to own its address",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::ChangePassword], 1, 1),
                actor(
                    2,
                    1,
                    &[M::ResendInitial, M::Profile(2), M::Confirm(2)],
                    3 + more,
                    1,
                ),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Clock(30),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.is_late = true;
            },
        },
        Draft {
            name: "corrections",
            shows: "a pending registration is corrected while its member logs in with the mailed password",
            limits: small(),
            actors: vec![
                actor(
                    1,
                    2,
                    &[M::Profile(2), M::Confirm(1), M::ReissueInitial],
                    2 + more,
                    1,
                ),
                actor(1, 1, &[M::Code, M::Terms, M::ChangePassword], 3, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_PROFILE),
                Prior::Plays(1, &[M::LogIn]),
            ],
            budgets: |state| state.crashes = 1,
        },
        Draft {
            name: "corrections-of-the-same",
            shows: "a pending registration is confirmed again with the same address while its member sets a password",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Profile(1), M::Confirm(1)], 2 + more, 1),
                actor(1, 1, &[M::Terms, M::ChangePassword, M::MyPage], 3, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_PROFILE),
                Prior::Plays(1, &[M::LogIn, M::Code]),
            ],
            budgets: |state| state.crashes = 1,
        },
        Draft {
            name: "reissues",
            shows: "an initial password is issued again and resent, twice at once, while the old one is used",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::ReissueInitial, M::ResendInitial], 2 + more, 2),
                actor(1, 1, &[M::LogIn, M::LogInOld], 1 + more, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[Prior::Plays(0, TO_PENDING), Prior::Clock(30)],
            budgets: |state| state.twice = 1,
        },
        Draft {
            name: "fallen-free",
            shows: "the seat of a member who never logged in expires in the second in which the office is claimed again",
            limits: small(),
            actors: vec![
                actor(1, 2, &[M::Profile(2), M::Confirm(1)], 2 + more, 1),
                actor(1, 1, &[M::LogIn, M::ReissueInitial], 2, 1),
            ],
            jumps: &[1, -1],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Clock(1_209_600 - 1_000),
                Prior::Plays(0, TO_PROFILE),
                Prior::Plays(1, TO_PROFILE),
                Prior::Clock(999),
            ],
            budgets: |state| state.jumps = 1,
        },
        Draft {
            name: "password-change",
            shows: "「パスワードを変更する」 twice at once, in two tabs, with a lost answer, and a log-out in between",
            limits: small(),
            actors: vec![
                actor(
                    1,
                    1,
                    &[M::ChangePassword, M::RenewSession, M::MyPage],
                    2 + more,
                    2,
                ),
                actor(1, 1, &[M::ChangePassword, M::LogOut, M::CancelLogin], 1, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Shares(0, 1),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
        Draft {
            name: "sessions",
            shows: "log-out, renewal and use of one session at once; another log-in of the same person",
            limits: Limits {
                sessions_per_person: 2,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::LogOut, M::RenewSession, M::MyPage], 2 + more, 2),
                actor(1, 1, &[M::Code, M::MyPage], 1 + more, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Shares(0, 1),
                Prior::Plays(1, &[M::LogIn]),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.is_late = true;
            },
        },
        Draft {
            name: "passwords",
            shows: "a stranger's wrong passwords and the owner's right one at once, from a known browser and another",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 3 + more, 3),
                actor(1, 1, &[M::LogIn, M::LogInWrong], 1 + more, 2),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(1, &[M::LogOut]),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "waits",
            shows: "wrong passwords with waits between them; the owner only has to wait",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 3 + more, 1),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[1, 2, -5],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Forgets(1),
            ],
            budgets: |state| state.jumps = 3,
        },
        Draft {
            name: "waits-of-an-initial-password",
            shows: "wrong passwords from the owner's own network until the lockout, and the initial password, which waits for none",
            limits: Limits {
                wrong_passwords_before_lockout: 3,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 2 + more, 1),
                in_network(1, actor(1, 1, &[M::LogInWrong], 1, 1)),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[Prior::Plays(2, TO_PENDING)],
            budgets: |_| {},
        },
        Draft {
            name: "networks",
            shows: "wrong passwords from two networks, and the owner's right one from a third, in an unknown browser",
            limits: small(),
            actors: vec![
                in_network(1, actor(1, 1, &[M::LogInWrong], 2 + more, 2)),
                in_network(2, actor(1, 1, &[M::LogInWrong], 1, 1)),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Forgets(2),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "refused-starts",
            shows: "starts that are refused at once, until the network is full, and the owner there in a known browser",
            limits: Limits {
                refused_starts_per_network: 2,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 2 + more, 2),
                actor(1, 1, &[M::LogInWrong], 1, 1),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(2, &[M::LogOut]),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "row-of-all-networks",
            shows: "wrong passwords from two networks until the lockout, and the owner in a known browser at once",
            limits: Limits {
                wrong_passwords_before_lockout: 3,
                ..small()
            },
            actors: vec![
                in_network(1, actor(1, 1, &[M::LogInWrong], 2 + more, 1)),
                in_network(2, actor(1, 1, &[M::LogInWrong], 1, 1)),
                actor(1, 1, &[M::LogIn, M::Code], 2, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(2, &[M::LogOut]),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "claims-passwords",
            shows: "parallel wrong passwords of the claims system, with missing answers",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::AuthenticateWrong], 3 + more, 3),
                actor(1, 2, &[M::Authenticate], 1, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[],
            budgets: |state| {
                // One more fault multiplies the states; the long form has it.
                let is_long = state.browsers.first().is_some_and(|browser| browser.left > 3);
                state.claims_faults = u8::from(is_long);
            },
        },
        Draft {
            name: "claims-risks",
            shows: "wrong claims passwords whose risk is accepted, from two networks at once",
            limits: few_claims_passwords(),
            actors: vec![
                actor(1, 1, &[M::AuthenticateWrongAcceptingRisk], 3, 2),
                in_network(1, actor(1, 2, &[M::AuthenticateWrongAcceptingRisk], 2 + more, 1)),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[],
            budgets: |_| {},
        },
        Draft {
            name: "security-codes",
            shows: "parallel security codes, in two registrations of one user id, with missing answers",
            limits: small(),
            actors: vec![
                actor(0, 1, &[M::SecurityCode, M::WrongSecurityCode], 2 + more, 1),
                actor(0, 2, &[M::WrongSecurityCode], 1, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Plays(1, TO_CODE)],
            budgets: |state| {
                state.claims_faults = 1;
                state.crashes = 1;
            },
        },
        Draft {
            name: "any-step-any-time",
            shows: "every call at every stage: a call out of order is refused and grants nothing",
            limits: small(),
            actors: vec![Actor {
                is_blind: true,
                ..actor(
                    1,
                    1,
                    &[
                        M::Authenticate,
                        M::SecurityCode,
                        M::Code,
                        M::WrongCode,
                        M::ResendCode,
                        M::Profile(1),
                        M::Confirm(1),
                        M::ResendInitial,
                        M::ReissueInitial,
                        M::LogIn,
                        M::Terms,
                        M::ChangePassword,
                        M::RenewSession,
                        M::LogOut,
                        M::MyPage,
                    ],
                    6 + more,
                    1,
                )
            }],
            jumps: &[],
            rightful: None,
            prologue: &[],
            budgets: |_| {},
        },
        Draft {
            name: "whole-journey",
            shows: "one person from the first screen to the last, with a crash and a lost answer at any point",
            limits: small(),
            actors: vec![Actor {
                is_orderly: true,
                ..actor(
                    0,
                    1,
                    &[
                        M::Authenticate,
                        M::SecurityCode,
                        M::Code,
                        M::Profile(1),
                        M::Confirm(1),
                        M::LogIn,
                        M::Terms,
                        M::ChangePassword,
                        M::MyPage,
                    ],
                    11 + more,
                    1,
                )
            }],
            jumps: &[],
            rightful: Some(0),
            prologue: &[],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
    ]
}
