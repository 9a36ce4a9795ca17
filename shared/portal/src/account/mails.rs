//! Which mails of a registration count for an address.

use jiff::Timestamp;

use super::Account;
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::limits::Limits;
use crate::problem::Refusal;
use crate::values::{AccountKey, FlowId};

impl Account {
    /// Counts the mail of a registration code against the address that the claims system names. It leaves the mails that
    /// are reserved for log-ins.
    pub fn promise_registration_code(
        before: Option<&Self>,
        key: &AccountKey,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let before = Self::known(before, key, now);
        match before.mails.spend_for_registration(now, limits) {
            Ok(mails) => {
                let event = Event::of(Act::RegistrationCodePromised, now, by);
                Change::Store(Put::new(Self { mails, ..before }, event), Ok(()))
            }
            Err(not) => Change::Keep(Err(not.into())),
        }
    }

    /// Refunds a counted mail that no flow promises after all: another request of the flow was first, or the flow is over.
    pub fn refund_mail(before: Option<&Self>, by: &FlowId, at: Timestamp) -> Change<Self, ()> {
        let Some(account) = before else {
            return Change::Keep(());
        };
        let mails = account.mails.refund(at);
        if mails == account.mails {
            return Change::Keep(());
        }
        let next = Self {
            mails,
            ..account.clone()
        };
        Change::Store(Put::new(next, Event::of(Act::MailNotSent, at, by)), ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::LoginVerdict;
    use crate::account::samples::{from, judge, key};
    use crate::guards::RetryAfter;
    use crate::problem::Kind;
    use crate::samples::{LIMITS, account, active, flow, t};

    #[test]
    fn a_registration_code_counts_among_the_mails_of_its_address() {
        let promise = |before: Option<&Account>, second| {
            Account::promise_registration_code(before, &key(), &flow("f"), t(second), &LIMITS)
        };
        let (mut after, event, answer) = promise(None, 0).recorded();
        assert_eq!((answer, &after.mails.sends[..]), (Ok(()), &[t(0)][..]));
        assert_eq!(
            event,
            Some(Event::of(Act::RegistrationCodePromised, t(0), &flow("f")))
        );
        for _ in 1..6 {
            after = promise(Some(&after), 0).stored().0;
        }
        assert_eq!(
            promise(Some(&after), 3_599).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
        );
        assert_eq!(promise(Some(&after), 3_600).stored().1, Ok(()));
        // Log-ins have a budget of their own.
        after.holder = active("m").into();
        for _ in 0..10 {
            let (next, _, verdict) = judge(&after, true, &from("n"), 0);
            assert!(matches!(verdict, LoginVerdict::Right(_)));
            after = next;
        }
        let (_, _, verdict) = judge(&after, true, &from("n"), 0);
        assert_eq!(verdict, LoginVerdict::AddressFull(RetryAfter { seconds: 3_600 }));
    }

    #[test]
    fn a_mail_that_is_not_sent_after_all_is_given_back_once() {
        let mut before = account(active("m"));
        before.mails = before.mails.count(t(1)).count(t(2));
        let refund = |before: &Account| Account::refund_mail(Some(before), &flow("f"), t(1));
        let (after, event, ()) = refund(&before).recorded();
        assert_eq!(after.mails.sends, [t(2)]);
        assert_eq!(event, Some(Event::of(Act::MailNotSent, t(1), &flow("f"))));
        assert_eq!(after.holder, before.holder);
        refund(&after).kept();
        Account::refund_mail(None, &flow("f"), t(1)).kept();
    }
}
