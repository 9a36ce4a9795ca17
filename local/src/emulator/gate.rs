//! The requests in flight of one function, and which of them may be lost.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The gate before one function. The emulator takes the requests of a function out of its queue in order: a request
/// that was sent before an answered one is not in the queue any more.
#[derive(Debug)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    sent: AtomicU64,
    /// The highest number that was answered.
    answered: AtomicU64,
    probing: Arc<AtomicBool>,
}

impl Gate {
    pub(super) fn new(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            probing: Arc::default(),
        }
    }

    /// Waits for a place; first come, first served.
    pub(super) async fn enter(&self) -> OwnedSemaphorePermit {
        loop {
            // The semaphore is never closed.
            if let Ok(permit) = Arc::clone(&self.places).acquire_owned().await {
                return permit;
            }
        }
    }

    /// The number of the next request.
    pub(super) fn number(&self) -> u64 {
        self.sent.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The request with this number was answered.
    pub(super) fn answered(&self, number: u64) {
        self.answered.fetch_max(number, Ordering::SeqCst);
    }

    /// Whether a request that was sent after this one was answered.
    pub(super) fn has_passed(&self, number: u64) -> bool {
        number < self.answered.load(Ordering::SeqCst)
    }

    /// The right to send a probe, unless a probe is in flight.
    pub(super) fn probing(&self) -> Option<Probing> {
        let free = !self.probing.swap(true, Ordering::SeqCst);
        free.then(|| Probing(Arc::clone(&self.probing)))
    }
}

/// Until it is dropped, there is no second probe.
#[derive(Debug)]
pub(super) struct Probing(Arc<AtomicBool>);

impl Drop for Probing {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_left_the_queue_once_a_later_one_was_answered() {
        let gate = Gate::new(1);
        let (first, second) = (gate.number(), gate.number());
        assert!(!gate.has_passed(first));
        gate.answered(first);
        assert!(!gate.has_passed(first) && !gate.has_passed(second));
        gate.answered(second);
        assert!(gate.has_passed(first) && !gate.has_passed(second));
        gate.answered(first);
        assert!(gate.has_passed(first));
    }

    #[test]
    fn there_is_one_probe_at_a_time() {
        let gate = Gate::new(1);
        let probing = gate.probing();
        assert!(probing.is_some() && gate.probing().is_none());
        drop(probing);
        assert!(gate.probing().is_some());
    }
}
