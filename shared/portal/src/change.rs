//! What a decision makes of the one item on which it was made.
//!
//! Every rule that changes a flow, an account or an office answers with a [`Change`]. The store carries it out: it
//! writes only if the item is still the one that was decided on, and hands the answer on only after that write was
//! won; otherwise the rule decides again (`docs/adr/0003-spend-in-the-write-that-answers.md`).

/// What to do with an item, once decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T, R> {
    /// Store this, and then answer that.
    Store(T, R),
    /// Remove the item, and then answer that.
    Remove(R),
    /// Store this if nobody else is faster, and answer that either way: for a write that decides nothing.
    Offer(T, R),
    /// Leave it, and answer that.
    Keep(R),
}
