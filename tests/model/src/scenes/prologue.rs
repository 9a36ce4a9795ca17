//! The events before a scene begins.

use crate::moves::{Actor, Move};
use crate::state::State;
use crate::submission::{Cookies, Setup};

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

pub(super) struct Prologue<'a> {
    pub(super) setup: &'a Setup,
    pub(super) actors: &'a [Actor],
    pub(super) state: State,
    pub(super) is_refused: bool,
}

impl Prologue<'_> {
    pub(super) fn play(&mut self, events: &[Prior]) {
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
        let reset = self.state.browsers.get(from).is_some_and(|browser| browser.reset);
        let replaced = self
            .state
            .browsers
            .get(from)
            .is_some_and(|browser| browser.replaced);
        if let (Some(cookies), Some(browser)) = (cookies, self.state.browsers.get_mut(to)) {
            browser.cookies = cookies;
            browser.chose = chose;
            browser.reset = reset;
            browser.replaced = replaced;
        }
    }
}

/// Frequent beginnings.
pub(super) const TO_CODE: &[Move] = &[Move::Authenticate];
pub(super) const TO_PROFILE: &[Move] = &[Move::Authenticate, Move::SecurityCode, Move::Code];
pub(super) const TO_CONFIRM_AS_1: &[Move] = &[
    Move::Authenticate,
    Move::SecurityCode,
    Move::Code,
    Move::Profile(1),
];
pub(super) const TO_CONFIRM_AS_2: &[Move] = &[
    Move::Authenticate,
    Move::SecurityCode,
    Move::Code,
    Move::Profile(2),
];
pub(super) const TO_PENDING: &[Move] = &[
    Move::Authenticate,
    Move::SecurityCode,
    Move::Code,
    Move::Profile(1),
    Move::Confirm(1),
];
pub(super) const TO_PENDING_AS_2: &[Move] =
    &[Move::Authenticate, Move::Code, Move::Profile(2), Move::Confirm(1)];
pub(super) const TO_NEW_PASSWORD: &[Move] = &[Move::LogIn, Move::Code, Move::Terms];
pub(super) const TO_ACTIVE: &[Move] = &[Move::LogIn, Move::Code, Move::Terms, Move::ChangePassword];
