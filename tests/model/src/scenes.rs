//! The scenes. Each is small enough for a complete exploration, and has a description of its subject.

mod addresses;
mod claims_system;
mod limits;
mod log_ins;
mod passwords;
mod prologue;
mod registrations;
mod resets;
mod take_overs;
mod users;
mod whole_way;

use std::collections::BTreeMap;
use std::sync::Arc;

use portal::keys::{KeyId, KeyRing};
use portal::limits::Limits;
use portal::terms::PUBLISHED;
use zeroize::Zeroizing;

pub use self::prologue::Prior;
use self::prologue::Prologue;
use crate::explore::Scene;
use crate::moves::{Actor, Move};
use crate::state::State;
use crate::submission::Setup;

/// A key ring for the model only.
fn keys() -> Option<KeyRing> {
    let key = (KeyId::new("model"), Zeroizing::new(vec![7_u8; 32]));
    KeyRing::new(KeyId::new("model"), BTreeMap::from([key]))
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

/// An actor of the first office that guesses in parallel.
fn guesser(moves: &'static [Move], calls: u8) -> Actor {
    actor(1, 1, moves, calls, 2)
}

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
    let drafts = [
        registrations::drafts(more),
        log_ins::drafts(more),
        passwords::drafts(more),
        resets::drafts(more),
        users::drafts(more),
        addresses::drafts(more),
        take_overs::drafts(more),
        claims_system::drafts(more),
        whole_way::drafts(more),
    ];
    drafts.into_iter().flatten().filter_map(Draft::scene).collect()
}
