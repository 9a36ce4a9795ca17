//! 連絡先 — what is mailed to an address for reasons other than its account: registration codes to an address of the claims
//! system's record, receipts of inquiries to an address that a person typed.
//!
//! Offices of one company may share an address, and an address may belong to a stranger. It is counted separately
//! from the account of the same address: neither uses up the other's budget or reveals anything about the other. Nor do
//! codes and receipts use up each other's.

use jiff::Timestamp;

use crate::audit::{Act, Event};
use crate::change::{Change, Entity, Put};
use crate::guards::{MailBudget, ReceiptBudget};
use crate::limits::Limits;
use crate::problem::Refusal;
use crate::values::{AccountKey, FlowId, RequestTag};

/// 連絡先 — an address to which registration codes or receipts are mailed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Contact {
    /// The digest of the address.
    pub key: AccountKey,
    /// Registration codes that were mailed to it.
    pub mails: MailBudget,
    /// Receipts of inquiries that were mailed to it.
    pub receipts: ReceiptBudget,
}

impl Entity for Contact {
    type Audit = Event;
}

impl Contact {
    /// An address to which nothing was mailed.
    pub fn unknown(key: &AccountKey) -> Self {
        Self {
            key: key.clone(),
            mails: MailBudget::default(),
            receipts: ReceiptBudget::default(),
        }
    }

    /// Counts another registration code that a flow mails to the address.
    pub fn promise_code(
        before: Option<&Self>,
        key: &AccountKey,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let before = before.cloned().unwrap_or_else(|| Self::unknown(key));
        match before.mails.spend_for_contact(now, limits) {
            Ok(mails) => {
                let next = Self { mails, ..before };
                let event = Event::of(Act::RegistrationCodePromised, now, by);
                Change::Store(Put::new(next, event), Ok(()))
            }
            Err(full) => Change::Keep(Err(full.into())),
        }
    }

    /// Refunds the code that was counted at `at` but that no flow promises: another request of the flow was first, or
    /// the flow has ended.
    pub fn refund_code(before: Option<&Self>, by: &FlowId, at: Timestamp) -> Change<Self, ()> {
        let Some(before) = before else {
            return Change::Keep(());
        };
        let mails = before.mails.refund(at);
        if mails == before.mails {
            return Change::Keep(());
        }
        let next = Self {
            mails,
            ..before.clone()
        };
        Change::Store(Put::new(next, Event::of(Act::MailNotSent, at, by)), ())
    }

    /// Counts the receipt of an inquiry to the address, once for a request.
    pub fn promise_receipt(
        before: Option<&Self>,
        key: &AccountKey,
        request: &RequestTag,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let before = before.cloned().unwrap_or_else(|| Self::unknown(key));
        match before.receipts.count(request, now, limits) {
            Ok(Some(receipts)) => {
                let next = Self { receipts, ..before };
                let event = Event::new(Act::InquiryReceiptPromised, now);
                Change::Store(Put::new(next, event), Ok(()))
            }
            Ok(None) => Change::Keep(Ok(())),
            Err(full) => Change::Keep(Err(full.into())),
        }
    }

    /// When nothing in it counts any more.
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        self.mails.forgotten_at().max(self.receipts.forgotten_at())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;
    use crate::samples::{LIMITS, address, flow, t};

    fn promise(before: Option<&Contact>, second: u64) -> Change<Contact, Result<(), Refusal>> {
        Contact::promise_code(before, &address().key(), &flow("f"), t(second), &LIMITS)
    }

    #[test]
    fn thirty_offices_of_one_company_register_within_an_hour_and_no_more() {
        let (first, event, answer) = promise(None, 0).recorded();
        assert_eq!((&first.key, answer), (&address().key(), Ok(())));
        assert_eq!(
            event,
            Some(Event::of(Act::RegistrationCodePromised, t(0), &flow("f")))
        );
        let full = (1..30).fold(first, |contact, _| promise(Some(&contact), 0).stored().0);
        assert_eq!(
            promise(Some(&full), 3_599).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(900))
        );
        for second in [3_600, 3_601] {
            assert_eq!(promise(Some(&full), second).stored().1, Ok(()));
        }
    }

    #[test]
    fn a_code_that_is_not_sent_is_refunded_once() {
        let two = promise(Some(&promise(None, 1).stored().0), 2).stored().0;
        let refund = |before: Option<&Contact>| Contact::refund_code(before, &flow("f"), t(1));
        let (after, event, ()) = refund(Some(&two)).recorded();
        assert_eq!(after.mails.sends, [t(2)]);
        assert_eq!(event, Some(Event::of(Act::MailNotSent, t(1), &flow("f"))));
        refund(Some(&after)).kept();
        refund(None).kept();
    }

    fn receive(before: Option<&Contact>, request: &str, second: u64) -> Change<Contact, Result<(), Refusal>> {
        let request = RequestTag::new(request);
        Contact::promise_receipt(before, &address().key(), &request, t(second), &LIMITS)
    }

    #[test]
    fn a_receipt_is_counted_once_for_a_request_and_refused_when_the_budget_is_spent() {
        let (first, event, answer) = receive(None, "0", 0).recorded();
        assert_eq!(answer, Ok(()));
        assert_eq!(event, Some(Event::new(Act::InquiryReceiptPromised, t(0))));
        assert_eq!(receive(Some(&first), "0", 1).kept(), Ok(()));
        let full = (1..10).fold(first, |contact, number: u64| {
            receive(Some(&contact), &number.to_string(), 0).stored().0
        });
        assert_eq!(
            receive(Some(&full), "x", 3_599).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(900))
        );
        assert_eq!(receive(Some(&full), "x", 3_600).stored().1, Ok(()));
    }

    #[test]
    fn codes_and_receipts_use_up_their_own_budgets_and_keep_each_other() {
        let code = promise(None, 5).stored().0;
        let both = receive(Some(&code), "r", 7).stored().0;
        assert_eq!((&both.mails, both.receipts.counted.len()), (&code.mails, 1));
        assert_eq!(both.forgotten_at(), Some(t(86_407)));
        let more = promise(Some(&both), 9).stored().0;
        assert_eq!(more.receipts, both.receipts);
        let refunded = Contact::refund_code(Some(&more), &flow("f"), t(9)).stored().0;
        assert_eq!(refunded, both);
    }
}
