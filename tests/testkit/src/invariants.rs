//! What must be true of the table whatever happened: at once, too late, twice or half-way (docs/ARCHITECTURE.md,
//! Invariants). Every kind of test asks here; the model, whose world is no table, has its own words for the same.
//!
//! Items are read by their names in `docs/data.md` and not by the product's own code, which could be wrong about
//! both in the same way.

mod history;
mod item;
mod mails;
mod state;
#[cfg(test)]
mod tests;

pub use history::violations as of_history;
pub use mails::{budgets as of_mail_budgets, violations as of_mails};
pub use state::{Judged, settled as of_settled_state, violations as of_state};

/// The violations that were found, in words.
#[derive(Default)]
struct Violations(Vec<String>);

impl Violations {
    /// Notes a violation where the invariant does not hold.
    fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}
