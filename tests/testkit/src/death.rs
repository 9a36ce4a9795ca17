//! Processes that die half-way: the future is dropped while it waits.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use portal_local::faults::Faults;

/// When a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The n-th time it waits for something, the first being 1.
    AtPending(u32),
    /// At a call that the fault plan breaks with a silent fault, executed or not.
    AtFault,
}

impl Death {
    /// Runs a process until it dies (`None`) or completes.
    pub async fn of<F: Future>(self, process: F, faults: &Faults) -> Option<F::Output> {
        match self {
            Self::AtPending(number) => killed_at(number, process).await,
            Self::AtFault => {
                let since = faults.hits();
                tokio::select! {
                    biased;
                    () = faults.broke(since) => None,
                    came_to = process => Some(came_to),
                }
            }
        }
    }
}

/// The deaths of the next processes, in order; later processes complete.
#[derive(Debug, Clone, Default)]
pub struct Deaths(Arc<Mutex<ToCome>>);

#[derive(Debug, Default)]
struct ToCome {
    deaths: VecDeque<Option<Death>>,
    died: u64,
}

impl Deaths {
    /// Replaces the deaths of the next processes.
    pub fn set(&self, deaths: impl IntoIterator<Item = Option<Death>>) {
        self.to_come().deaths = deaths.into_iter().collect();
    }

    /// How many processes died.
    pub fn died(&self) -> u64 {
        self.to_come().died
    }

    /// Runs a process, to its end or to its planned death.
    pub(crate) async fn next<F: Future>(&self, process: F, faults: &Faults) -> Option<F::Output> {
        let death = self.to_come().deaths.pop_front();
        match death.flatten() {
            None => Some(process.await),
            Some(death) => {
                let came_to = death.of(process, faults).await;
                self.to_come().died += u64::from(came_to.is_none());
                came_to
            }
        }
    }

    fn to_come(&self) -> MutexGuard<'_, ToCome> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Polls a process until it has waited this number of times, then drops it.
async fn killed_at<F: Future>(number: u32, process: F) -> Option<F::Output> {
    let mut process = pin!(process);
    let mut waits = 0;
    poll_fn(|context| match process.as_mut().poll(context) {
        Poll::Ready(came_to) => Poll::Ready(Some(came_to)),
        Poll::Pending => {
            waits += 1;
            if waits >= number {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        }
    })
    .await
}
