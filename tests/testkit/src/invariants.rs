//! The invariants of the table, which hold under any concurrency, delay, repetition or crash (docs/ARCHITECTURE.md,
//! Invariants). Every kind of test checks them here; the model, which has no table, has its own version.
//!
//! Attributes are read by their names in `docs/data.md` and not by the product's code, because an error in that code
//! would then affect both sides.

mod history;
mod item;
mod mails;
mod state;
#[cfg(test)]
mod tests;

pub use history::violations as of_history;
pub use mails::{budgets as of_mail_budgets, violations as of_mails};
pub use state::{Snapshot, settled as of_settled_state, violations as of_state};

/// The violations, as messages.
#[derive(Default)]
struct Violations(Vec<String>);

impl Violations {
    /// Adds a violation if the invariant does not hold.
    fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}
