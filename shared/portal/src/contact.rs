//! 連絡先 — the registration codes that are mailed to one address of the claims system's record.
//!
//! Offices of one company may share an address, and an address may belong to a stranger. It is counted separately
//! from the account of the same address: neither uses up the other's budget or reveals anything about the other.

use jiff::Timestamp;

use crate::audit::{Act, Event};
use crate::change::{Change, Entity, Put};
use crate::guards::MailBudget;
use crate::limits::Limits;
use crate::problem::Refusal;
use crate::values::{AccountKey, FlowId};

/// 連絡先 — an address to which registration codes are mailed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Contact {
    /// The digest of the address.
    pub key: AccountKey,
    /// Registration codes that were mailed to it.
    pub mails: MailBudget,
}

impl Entity for Contact {
    type Audit = Event;
}

impl Contact {
    /// Counts another registration code that a flow mails to the address.
    pub fn promise_code(
        before: Option<&Self>,
        key: &AccountKey,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let mails = before.map_or_else(MailBudget::default, |contact| contact.mails.clone());
        match mails.spend_for_contact(now, limits) {
            Ok(mails) => {
                let next = Self {
                    key: key.clone(),
                    mails,
                };
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
            key: before.key.clone(),
            mails,
        };
        Change::Store(Put::new(next, Event::of(Act::MailNotSent, at, by)), ())
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
}
