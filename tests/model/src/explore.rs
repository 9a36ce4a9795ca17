//! What must hold in every state, and the exploration of all of them.

use std::time::{Duration, Instant};

use portal::account::{Account, Credential, Member};
use portal::mail::Delivery;
use portal::office::Office;
use portal::values::{AccountKey, MemberId};
use stateright::{Checker, Model, Property};

use crate::io::{Op, Ran};
use crate::items::{Item, Key};
use crate::state::{Action, How, Scene, State};
use crate::way_on;

impl Scene {
    /// What a request comes to by its next thing; none if this way of doing it is no other than the usual one.
    fn step(&self, before: &State, at: usize, how: How, is_lost: bool) -> Option<State> {
        let Ran::Asks(op) = before.next(&self.setup, at)? else {
            return None;
        };
        let fits = match how {
            How::Well => true,
            How::Late => matches!(op, Op::Read { eventually: true, .. }),
            How::Down | How::Silent => matches!(op, Op::AskPassword { .. } | Op::AskSecurityCode { .. }),
        };
        if !fits {
            return None;
        }
        let mut state = before.clone();
        state.carry_out(&self.setup, at, &op, how);
        match state.next(&self.setup, at) {
            Some(Ran::Done(reply)) => state.end(at, &reply, is_lost),
            _ if is_lost => return None,
            _ => {}
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
            Action::Send(actor, call) => changed(&|state| {
                state.send(actor, call.clone());
                // A call may be answered without asking anything.
                let at = state.flying.len().saturating_sub(1);
                if let Some(Ran::Done(reply)) = state.next(&self.setup, at) {
                    state.end(at, &reply, false);
                }
            }),
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

/// Something that must hold in every state.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// What.
    pub says: &'static str,
    /// Whether.
    pub holds: fn(&Scene, &State) -> bool,
}

/// Everything that must hold in every state.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        says: "no challenge judges more guesses than it has tries",
        holds: |scene, state| {
            let tries = scene.setup.limits.code_tries;
            state
                .ledger
                .judged
                .values()
                .all(|judged| u64::from(*judged) <= tries)
        },
    },
    Invariant {
        says: "no account is told of more wrong codes than its budget, whatever its challenges",
        holds: |scene, state| {
            let most = scene.setup.limits.code_failures;
            let jumped = !scene.jumps.is_empty();
            jumped
                || state
                    .ledger
                    .wrong_codes
                    .values()
                    .all(|wrong| u64::from(*wrong) <= most)
        },
    },
    Invariant {
        says: "in one instant no more wrong passwords are judged than are free, and one",
        holds: |scene, state| {
            let most = scene.setup.limits.free_wrong_passwords + 1;
            // Known devices have a count of their own.
            let counts = 1 + u64::try_from(scene.actors.len()).unwrap_or(0);
            !scene.jumps.is_empty() || u64::from(state.ledger.wrong_passwords) <= most * counts.min(2)
        },
    },
    Invariant {
        says: "no more wrong claims passwords are asked about than two, unless somebody accepts the risk",
        holds: |scene, state| {
            let most = scene.setup.limits.claims_failures;
            state
                .ledger
                .claims_wrong
                .values()
                .all(|wrong| u64::from(*wrong) <= most)
        },
    },
    Invariant {
        says: "no more wrong security codes of a user id are asked about than its budget, whatever its registrations",
        holds: |scene, state| {
            let most = scene.setup.limits.security_code_failures;
            !scene.jumps.is_empty() || u64::from(state.ledger.security_codes_wrong) <= most
        },
    },
    Invariant {
        says: "a code makes at most one session",
        holds: |_, state| state.ledger.begun.values().all(|begun| *begun <= 1),
    },
    Invariant {
        says: "nothing was seen that must not be: an ended session that comes back, a change without its record",
        holds: |_, state| state.ledger.wrongs.is_empty(),
    },
    Invariant {
        says: "no session without a right code, a password of one's own and the terms in force",
        holds: |scene, state| {
            members(state).all(|(_, member)| {
                let is_complete = matches!(member.credential, Credential::Chosen { .. })
                    && member.has_agreed_to(scene.setup.terms);
                member
                    .sessions
                    .iter()
                    .all(|session| is_complete && state.ledger.passed.contains(&session.flow))
            })
        },
    },
    Invariant {
        says: "nobody has more sessions than allowed, nor two of one log-in",
        holds: |scene, state| {
            members(state).all(|(_, member)| {
                let mut flows: Vec<_> = member.sessions.iter().map(|session| &session.flow).collect();
                let all = flows.len();
                flows.sort();
                flows.dedup();
                flows.len() == all
                    && u64::try_from(all).unwrap_or(u64::MAX) <= scene.setup.limits.sessions_per_person
            })
        },
    },
    Invariant {
        says: "an address belongs to one member, and a member has one address",
        holds: |_, state| {
            let mut ids: Vec<&MemberId> = members(state).map(|(_, member)| &member.id).collect();
            let all = ids.len();
            ids.sort();
            ids.dedup();
            ids.len() == all && members(state).all(|(key, member)| member.profile.email.key() == *key)
        },
    },
    Invariant {
        says: "an office has at most five members, pending ones included, and every one of them a seat",
        holds: |scene, state| {
            offices(state).all(|office| {
                u64::try_from(office.members.len()).unwrap_or(u64::MAX) <= scene.setup.limits.office_members
            }) && members(state).all(|(key, member)| {
                member.seat_has_expired(state.now, &scene.setup.limits)
                    || offices(state).any(|office| {
                        office.office.number == member.office.number
                            && office.members.get(&member.id) == Some(key)
                    })
            })
        },
    },
    Invariant {
        says: "an office is claimed once: its first member is the one that its founding made",
        holds: |_, state| {
            offices(state).all(|office| {
                let [account] = office.members.values().collect::<Vec<_>>()[..] else {
                    return false;
                };
                office.members.contains_key(&office.founding.member)
                    && state.items.contains_key(&Key::Account(account.clone()))
            })
        },
    },
    Invariant {
        says: "a promised mail is sent, or the stream has it, or it is too late for it",
        holds: |_, state| {
            state.items.iter().all(|(key, item)| {
                let Some(promise) = item.promise() else {
                    return true;
                };
                let sent = state
                    .inbox
                    .get(promise.to.as_str())
                    .is_some_and(|mails| mails.contains(&promise.content));
                sent || promise.delivery != Delivery::Queued
                    || promise.is_expired(state.now)
                    || state
                        .stream
                        .iter()
                        .any(|(other, waiting)| other == key && waiting.content == promise.content)
            })
        },
    },
    Invariant {
        says: "no mail beyond an address's budget",
        holds: |scene, state| {
            let most = scene.setup.limits.mails_per_hour;
            accounts(state).all(|account| {
                // The mail that brings a first initial password is counted, and never refused.
                u64::try_from(account.mails.sends.len()).unwrap_or(u64::MAX) <= most + 2
                    || !scene.jumps.is_empty()
            })
        },
    },
    Invariant {
        says: "codes of registrations leave an address the mails that are kept for its log-ins",
        holds: |_, state| !state.ledger.kept_mail_taken,
    },
    Invariant {
        says: "no dead end: whoever belongs to the office comes to マイページ without an operator",
        holds: |scene, state| {
            scene
                .rightful
                .is_none_or(|actor| way_on::exists(scene, state, actor))
        },
    },
];

fn accounts(state: &State) -> impl Iterator<Item = &Account> {
    state.items.values().filter_map(|item| match item {
        Item::Account(account) => Some(account),
        _ => None,
    })
}

fn members(state: &State) -> impl Iterator<Item = (&AccountKey, &Member)> {
    accounts(state).filter_map(|account| Some((&account.key, account.member.as_ref()?)))
}

fn offices(state: &State) -> impl Iterator<Item = &Office> {
    state.items.values().filter_map(|item| match item {
        Item::Office(office) => Some(office),
        _ => None,
    })
}

/// What an exploration found.
#[derive(Debug, Clone)]
pub struct Explored {
    /// Of which scene.
    pub scene: &'static str,
    /// States that differ.
    pub states: usize,
    /// Transitions that were taken.
    pub transitions: usize,
    /// The longest way from the beginning.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Whether nothing was left to explore.
    pub is_whole: bool,
    /// What does not hold, with the way there.
    pub broken: Vec<(&'static str, Vec<String>)>,
}

/// Explores a scene to its end, or until so many states were seen.
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
