//! The model's storage alone, for a caller that is not a step: `tests/lockstep` compares it with the real one.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use platform::fault::Fault;
use platform::store::{AnyItem, Committed, Consistency, Key, Mark, Outcome, Storage, Versioned, Write};

use crate::io::{self, Op, OpResult};
use crate::state::State;
use crate::world::How;

/// A world that several clients share.
#[derive(Debug, Clone)]
pub struct ModelWorld {
    state: Arc<Mutex<State>>,
}

impl Default for ModelWorld {
    /// An empty world.
    fn default() -> Self {
        Self {
            state: Arc::new(Mutex::new(State::empty(&[]))),
        }
    }
}

impl ModelWorld {
    /// Adds a client.
    pub fn client(&self) -> Client {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Client {
            world: self.clone(),
            at: state.joins(),
        }
    }

    /// Everything that is stored.
    pub fn items(&self) -> Vec<AnyItem> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.items.values().map(|kept| (**kept).clone()).collect()
    }
}

/// One of the clients of a world. Like a request, it can name only versions that it has received.
#[derive(Debug)]
pub struct Client {
    world: ModelWorld,
    at: usize,
}

impl Client {
    fn ask(&self, op: &Op) -> (usize, OpResult) {
        let mut state = self.world.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.answer(self.at, op, How::Well)
    }
}

impl Storage for Client {
    fn read<'a>(
        &'a self,
        key: &'a Key,
        consistency: Consistency,
    ) -> BoxFuture<'a, Result<Option<Versioned>, Fault>> {
        std::future::ready(io::read(self.ask(&Op::Read(key.clone(), consistency)))).boxed()
    }

    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Outcome, Fault>> {
        std::future::ready(io::written(self.ask(&Op::Write(write.clone())))).boxed()
    }

    fn commit<'a>(&'a self, writes: &'a [Write]) -> BoxFuture<'a, Result<Committed, Fault>> {
        std::future::ready(io::committed(self.ask(&Op::Commit(writes.to_vec())))).boxed()
    }

    fn mark_mail<'a>(&'a self, mark: &'a Mark) -> BoxFuture<'a, Result<bool, Fault>> {
        std::future::ready(io::marked(self.ask(&Op::Mark(mark.clone())))).boxed()
    }

    fn back_off(&self, _: u32) -> BoxFuture<'_, Result<(), Fault>> {
        std::future::ready(Ok(())).boxed()
    }
}
