//! A promised mail, its series of resends, and how long it may be sent.

use jiff::Timestamp;

use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::time::{DAY, Seconds, plus, seconds_until};
use crate::values::EmailAddress;

use super::{Content, Delivery};

/// How long a mail without a secret may still be sent.
pub(super) const NOTICE_LIFE: Seconds = DAY;

/// A promised mail, and its position in a series of resends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Promise {
    /// Counts the mails of this item, so that a delivery event of an older mail is not taken for this one's.
    pub number: u32,
    /// The recipient.
    pub to: EmailAddress,
    /// Its subject and data.
    pub content: Content,
    /// The first instant at which its secret no longer works.
    pub expires_at: Timestamp,
    /// When it was promised.
    pub promised_at: Timestamp,
    /// Its position in the series, from 1; a re-issue begins a new series.
    pub sends: u32,
    /// The delivery status.
    pub delivery: Delivery,
    /// When SES accepted it.
    pub sent_at: Option<Timestamp>,
}

/// Why a mail is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoResend {
    /// Too early by this many seconds.
    TooEarly(u64),
    /// No resend of the series is left.
    NoneLeft,
}

impl From<NoResend> for Refusal {
    fn from(why: NoResend) -> Self {
        match why {
            NoResend::TooEarly(seconds) => Self::of(Kind::ResendTooEarly).with_retry_after(seconds),
            NoResend::NoneLeft => Kind::NoSendsLeft.into(),
        }
    }
}

impl Promise {
    /// The notice after `before`, the notice before it. It is told within a day or not at all.
    ///
    /// The first one's number is the second at which it is promised: the mails with initial passwords, of which none is left
    /// by then, had small ones, and what comes late about one of those must not be taken for news about a notice.
    pub fn notice(to: EmailAddress, content: Content, before: Option<&Self>, now: Timestamp) -> Self {
        let second = u32::try_from(now.as_second()).unwrap_or(u32::MAX);
        Self {
            number: before.map_or(second, |before| before.number.saturating_add(1)),
            ..Self::first(to, content, plus(now, NOTICE_LIFE), now)
        }
    }

    /// The first mail of a series.
    pub fn first(to: EmailAddress, content: Content, expires_at: Timestamp, now: Timestamp) -> Self {
        Self {
            number: 1,
            to,
            content,
            expires_at,
            promised_at: now,
            sends: 1,
            delivery: Delivery::Queued,
            sent_at: None,
        }
    }

    /// The resends that are left.
    pub fn sends_left(&self, limits: &Limits) -> u64 {
        limits.sends_per_challenge.saturating_sub(u64::from(self.sends))
    }

    /// When the next resend is allowed: 30, 60, 120, 240 seconds after the previous mail.
    pub fn resend_at(&self, limits: &Limits) -> Timestamp {
        let doubled = 1_u64
            .checked_shl(self.sends.saturating_sub(1))
            .unwrap_or(u64::MAX);
        plus(self.promised_at, limits.resend_first_wait.times(doubled))
    }

    /// Whether a resend is allowed now.
    pub fn may_resend(&self, now: Timestamp, limits: &Limits) -> Result<(), NoResend> {
        if self.sends_left(limits) == 0 {
            return Err(NoResend::NoneLeft);
        }
        match seconds_until(now, self.resend_at(limits)) {
            0 => Ok(()),
            seconds => Err(NoResend::TooEarly(seconds)),
        }
    }

    /// This mail with a content that brings no secret, and may be sent for a day.
    #[must_use]
    pub fn without_secret(&self, to: EmailAddress, content: Content) -> Self {
        Self {
            to,
            content,
            expires_at: plus(self.promised_at, NOTICE_LIFE),
            ..self.clone()
        }
    }

    /// The next mail of the series, with this content.
    #[must_use]
    pub fn again(&self, content: Content, expires_at: Timestamp, now: Timestamp) -> Self {
        Self {
            number: self.number.saturating_add(1),
            to: self.to.clone(),
            content,
            expires_at,
            promised_at: now,
            sends: self.sends.saturating_add(1),
            delivery: Delivery::Queued,
            sent_at: None,
        }
    }

    /// The first mail of a new series to the same address.
    #[must_use]
    pub fn new_series(&self, content: Content, expires_at: Timestamp, now: Timestamp) -> Self {
        Self {
            sends: 1,
            ..self.again(content, expires_at, now)
        }
    }

    /// Whether the stream's record with this promise made it, judged by those that the item had before: an item that is written
    /// again for another reason still carries its promises.
    pub fn is_new_among(&self, before: &[Self]) -> bool {
        let is_this = |before: &Self| before.number == self.number && before.content == self.content;
        self.delivery == Delivery::Queued && !before.iter().any(is_this)
    }

    /// Whether the mail must not be sent any more, because its secret has expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::super::Notice;
    use super::super::samples::{initial_password, told};
    use super::*;
    use crate::samples::{LIMITS, address, t};

    #[test]
    fn a_notice_has_a_number_that_no_initial_password_had_and_is_told_within_a_day() {
        let notice =
            |before: Option<&Promise>| Promise::notice(address(), told(Notice::PasswordReset), before, t(9));
        assert_eq!(i64::from(notice(None).number), t(9).as_second());
        let after = notice(Some(&Promise { number: 7, ..first() }));
        assert_eq!((after.number, after.sends, after.promised_at), (8, 1, t(9)));
        assert_eq!(
            [86_408, 86_409].map(|second| after.is_expired(t(second))),
            [false, true]
        );
    }

    fn first() -> Promise {
        Promise::first(address(), initial_password(1), t(600), t(0))
    }

    #[test]
    fn a_first_mail_is_queued_and_is_number_one() {
        assert_eq!(
            first(),
            Promise {
                number: 1,
                to: address(),
                content: initial_password(1),
                expires_at: t(600),
                promised_at: t(0),
                sends: 1,
                delivery: Delivery::Queued,
                sent_at: None,
            }
        );
    }

    #[test]
    fn four_resends_follow_the_first_mail_each_after_twice_the_wait() {
        let mut mail = first();
        let mut now = 0;
        for (left, wait) in [(4, 30), (3, 60), (2, 120), (1, 240)] {
            assert_eq!(mail.sends_left(&LIMITS), left);
            assert_eq!(mail.resend_at(&LIMITS), t(now + wait));
            assert_eq!(
                mail.may_resend(t(now + wait - 1), &LIMITS),
                Err(NoResend::TooEarly(1))
            );
            now += wait;
            assert_eq!(mail.may_resend(t(now), &LIMITS), Ok(()));
            assert_eq!(mail.may_resend(t(now + 1), &LIMITS), Ok(()));
            mail = mail.again(mail.content.clone(), t(600), t(now));
        }
        assert_eq!(mail.sends_left(&LIMITS), 0);
        assert_eq!(mail.may_resend(t(99_999), &LIMITS), Err(NoResend::NoneLeft));
        assert_eq!(
            Refusal::from(NoResend::TooEarly(7)),
            Refusal::of(Kind::ResendTooEarly).with_retry_after(7)
        );
        assert_eq!(Refusal::from(NoResend::NoneLeft), Kind::NoSendsLeft.into());
    }

    #[test]
    fn the_next_mail_is_queued_anew_under_a_number_of_its_own() {
        let sent = Promise {
            delivery: Delivery::Bounced,
            sent_at: Some(t(3)),
            ..first()
        };
        let again = Promise {
            number: 2,
            content: initial_password(2),
            expires_at: t(900),
            promised_at: t(30),
            sends: 2,
            ..first()
        };
        assert_eq!(sent.again(initial_password(2), t(900), t(30)), again);
        assert_eq!(
            again.new_series(initial_password(3), t(1_800), t(60)),
            Promise {
                number: 3,
                content: initial_password(3),
                expires_at: t(1_800),
                promised_at: t(60),
                sends: 1,
                ..first()
            },
            "a re-issue begins a new series, and goes on counting mails"
        );
    }

    #[test]
    fn a_promise_is_new_among_other_mails_while_it_is_unsent() {
        let mail = first();
        assert!(mail.is_new_among(&[]));
        assert!(!mail.is_new_among(&[first(), mail.clone()]));
        let another_number = Promise { number: 2, ..first() };
        assert!(mail.is_new_among(std::slice::from_ref(&another_number)));
        let another_content = Promise {
            content: initial_password(2),
            ..first()
        };
        assert!(mail.is_new_among(&[another_content]));
        let sent = Promise {
            delivery: Delivery::Sent,
            ..first()
        };
        assert!(!sent.is_new_among(&[]));
        assert!(!sent.is_new_among(&[another_number]));
    }

    #[test]
    fn a_mail_whose_secret_does_not_work_any_more_is_not_sent() {
        assert_eq!(
            [599, 600, 601].map(|second| first().is_expired(t(second))),
            [false, true, true]
        );
    }
}
