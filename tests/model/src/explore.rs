//! The events of a world, and their complete exploration.

use std::time::{Duration, Instant};

use stateright::{Checker, Model, Property};

use crate::invariants::INVARIANTS;
use crate::io::{Op, Ran};
use crate::moves::Actor;
use crate::state::State;
use crate::submission::{Setup, Submission};
use crate::world::{How, may_be_late};

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// An actor sends a request.
    Send(usize, Submission),
    /// A request in progress makes its next call; at its end the browser gets the answer.
    Step(usize),
    /// The same, and an eventually consistent read returns an old item.
    StepLate(usize),
    /// The same, and the answer is lost.
    StepLost(usize),
    /// The claims system judges nothing.
    ClaimsDown(usize),
    /// The claims system judges, and its answer is lost.
    ClaimsSilent(usize),
    /// The process dies before its next call.
    Crash(usize),
    /// The stream delivers a promise, and the mail is sent.
    Mail(usize),
    /// The mail is sent, and the process dies before that is recorded.
    MailTwice(usize),
    /// The clock steps by so many seconds.
    Clock(i64),
}

/// A world and its actors.
#[derive(Debug)]
pub struct Scene {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub shows: &'static str,
    /// Its fixed data.
    pub setup: Setup,
    /// Its actors.
    pub actors: Vec<Actor>,
    /// Steps of the clock, in seconds.
    pub jumps: &'static [i64],
    /// The people who must always be able to reach マイページ.
    pub rightful: Option<usize>,
    /// The ledger at the beginning.
    pub prologue: &'static [crate::scenes::Prior],
    /// The initial state.
    pub beginning: State,
}

impl Scene {
    /// The result of a request's next call in this way; nothing if it is the same as in the usual way.
    fn step(&self, before: &State, at: usize, how: How, is_lost: bool) -> Option<State> {
        let Ran::Asks(op) = before.next(at)? else {
            return None;
        };
        let fits = match how {
            How::Well => true,
            How::Late => may_be_late(op),
            How::Down | How::Silent => matches!(op, Op::AskPassword { .. } | Op::AskSecurityCode { .. }),
        };
        if !fits {
            return None;
        }
        let mut state = before.clone();
        state.carry_out(&self.setup, at, op, how)?;
        match state.next(at)? {
            Ran::Done(reply) => {
                let reply = reply.clone();
                state.end(at, &reply, is_lost);
            }
            Ran::Asks(_) if is_lost => return None,
            Ran::Asks(_) => {}
        }
        Some(state)
    }
}

impl Model for Scene {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.beginning.clone()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (at, actor) in self.actors.iter().enumerate() {
            let Some(browser) = state.browsers.get(at) else {
                continue;
            };
            let under_way = state.flying.iter().filter(|flying| flying.actor == at).count();
            if browser.left == 0 || under_way >= actor.at_once {
                continue;
            }
            for what in actor.moves {
                if let Some(call) = state.call_of(actor, browser, *what) {
                    actions.push(Action::Send(at, call));
                }
            }
        }
        for at in 0..state.flying.len() {
            actions.push(Action::Step(at));
            if state.is_late {
                actions.push(Action::StepLate(at));
            }
            if state.losses > 0 {
                actions.push(Action::StepLost(at));
            }
            if state.claims_faults > 0 {
                actions.push(Action::ClaimsDown(at));
                actions.push(Action::ClaimsSilent(at));
            }
            if state.crashes > 0 {
                actions.push(Action::Crash(at));
            }
        }
        for at in 0..state.stream.len() {
            actions.push(Action::Mail(at));
            if state.twice > 0 {
                actions.push(Action::MailTwice(at));
            }
        }
        if state.jumps > 0 {
            actions.extend(self.jumps.iter().copied().map(Action::Clock));
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let changed = |change: &dyn Fn(&mut State)| {
            let mut state = before.clone();
            change(&mut state);
            Some(state)
        };
        match action {
            Action::Send(actor, submission) => {
                let mut state = before.clone();
                state.send(&self.setup, actor, submission)?;
                // It may be answered without a call.
                let at = state.flying.len().saturating_sub(1);
                if let Ran::Done(reply) = state.next(at)? {
                    let reply = reply.clone();
                    state.end(at, &reply, false);
                }
                Some(state)
            }
            Action::Step(at) => self.step(before, at, How::Well, false),
            Action::StepLate(at) => self.step(before, at, How::Late, false),
            Action::StepLost(at) => {
                let mut state = self.step(before, at, How::Well, true)?;
                state.losses = state.losses.saturating_sub(1);
                Some(state)
            }
            Action::ClaimsDown(at) | Action::ClaimsSilent(at) => {
                let how = if matches!(action, Action::ClaimsDown(_)) {
                    How::Down
                } else {
                    How::Silent
                };
                let mut state = self.step(before, at, how, false)?;
                state.claims_faults = state.claims_faults.saturating_sub(1);
                Some(state)
            }
            Action::Crash(at) => changed(&|state| {
                state.flying.remove(at);
                state.crashes = state.crashes.saturating_sub(1);
            }),
            Action::Mail(at) => changed(&|state| {
                state.mail(at, true);
            }),
            Action::MailTwice(at) => changed(&|state| {
                state.mail(at, false);
                state.twice = state.twice.saturating_sub(1);
            }),
            Action::Clock(seconds) => changed(&|state| {
                state.step_clock(seconds);
                state.jumps = state.jumps.saturating_sub(1);
            }),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        INVARIANTS
            .iter()
            .map(|invariant| Property::always(invariant.says, invariant.holds))
            .collect()
    }
}

/// The result of an exploration.
#[derive(Debug, Clone)]
pub struct Explored {
    /// The scene.
    pub scene: &'static str,
    /// Distinct states.
    pub states: usize,
    /// Transitions that were taken.
    pub transitions: usize,
    /// The longest path from the beginning.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Whether it is complete.
    pub is_whole: bool,
    /// The violated invariants, with the path to each.
    pub broken: Vec<(&'static str, Vec<String>)>,
}

/// Explores a scene completely, or up to this number of transitions.
pub fn explore(scene: Scene, most: usize) -> Explored {
    let began = Instant::now();
    let name = scene.name;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let checker = scene
        .checker()
        .threads(threads)
        .target_state_count(most)
        .spawn_bfs()
        .join();
    let broken = checker
        .discoveries()
        .into_iter()
        .map(|(says, path)| {
            let way = path
                .into_actions()
                .into_iter()
                .map(|action| format!("{action:?}"))
                .collect();
            (says, way)
        })
        .collect();
    Explored {
        scene: name,
        states: checker.unique_state_count(),
        transitions: checker.state_count(),
        depth: checker.max_depth(),
        took: began.elapsed(),
        is_whole: checker.state_count() < most,
        broken,
    }
}
