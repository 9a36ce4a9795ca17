//! The position in a stream whose records are finished out of order.

use super::record::SequenceNumber;
use std::collections::BTreeMap;

/// The records that were read, and which of them are finished.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Whether each is finished; all before the first entry are.
    open: BTreeMap<SequenceNumber, bool>,
}

impl Ledger {
    /// A record was read.
    pub(super) fn read(&mut self, number: SequenceNumber) {
        self.open.entry(number).or_insert(false);
    }

    /// A record is finished: handled, or a dead letter.
    pub(super) fn finish(&mut self, number: &SequenceNumber) {
        if let Some(finished) = self.open.get_mut(number) {
            *finished = true;
        }
    }

    /// The last record before which all are finished, if that has changed.
    pub(super) fn advance(&mut self) -> Option<SequenceNumber> {
        let mut reached = None;
        while let Some(first) = self.open.first_entry() {
            if !*first.get() {
                break;
            }
            reached = Some(first.remove_entry().0);
        }
        reached
    }

    /// Records that were read, from the first unfinished one on.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_never_passes_a_record_that_is_not_finished() {
        let number = |text: &str| SequenceNumber(text.to_owned());
        let mut ledger = Ledger::default();
        for text in ["8", "9", "10"] {
            ledger.read(number(text));
        }
        ledger.finish(&number("10"));
        assert_eq!(ledger.advance(), None);
        ledger.finish(&number("8"));
        assert_eq!(ledger.advance(), Some(number("8")));
        ledger.finish(&number("9"));
        assert_eq!(ledger.advance(), Some(number("10")));
        assert_eq!(ledger.len(), 0);
    }
}
