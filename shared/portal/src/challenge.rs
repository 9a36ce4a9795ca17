//! ワンタイムパスワード認証 — one challenge: a code that was mailed, its tries and its resends.

use jiff::Timestamp;

use crate::code::{Label, OneTimeCode, Purpose};
use crate::keys::{KeyId, KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::mail::{Content, NoResend, Promise};
use crate::problem::{Kind, Refusal};
use crate::time::{minus, plus};
use crate::values::{ChallengeId, EmailAddress};

/// A mailed code, with its tries and resends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Challenge {
    /// Its id, and the salt of its codes.
    pub id: ChallengeId,
    /// The purpose of its codes.
    pub purpose: Purpose,
    /// The key that its codes are derived with.
    pub key: KeyId,
    /// The number of the current code.
    pub counter: u32,
    /// 照合記号 of the current code.
    pub label: Label,
    /// Wrong codes so far, over all resends.
    pub tries: u32,
    /// The mail with the current code.
    pub mail: Promise,
}

/// Why no code is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotJudged {
    /// All tries are spent; only a new start helps.
    NoTriesLeft,
    /// The code has expired; a resend sends a new one. No try was spent.
    Expired,
}

impl From<NotJudged> for Refusal {
    fn from(why: NotJudged) -> Self {
        match why {
            NotJudged::NoTriesLeft => Self::of(Kind::NoTriesLeft).with_tries_left(0),
            NotJudged::Expired => Kind::CodeExpired.into(),
        }
    }
}

/// Why the code is not mailed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotResent {
    /// All tries are spent: another mail would not help.
    NoTriesLeft,
    /// All mails of the challenge are spent.
    NoneLeft,
    /// Too early by this many seconds.
    TooEarly(u64),
}

impl From<NoResend> for NotResent {
    fn from(no: NoResend) -> Self {
        match no {
            NoResend::NoneLeft => Self::NoneLeft,
            NoResend::TooEarly(seconds) => Self::TooEarly(seconds),
        }
    }
}

impl From<NotResent> for Refusal {
    fn from(why: NotResent) -> Self {
        match why {
            NotResent::NoTriesLeft => NotJudged::NoTriesLeft.into(),
            NotResent::NoneLeft => NoResend::NoneLeft.into(),
            NotResent::TooEarly(seconds) => NoResend::TooEarly(seconds).into(),
        }
    }
}

/// A typed code, compared with the current code of the challenge that was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Judged {
    /// The challenge.
    pub challenge: ChallengeId,
    /// The number of its code.
    pub counter: u32,
    /// Whether they were equal.
    pub right: bool,
}

impl Judged {
    /// Whether the code is right for the challenge in its present state: a resend may have replaced the code that was
    /// compared.
    pub fn is_right_for(&self, current: &Challenge) -> bool {
        self.right && current.id == self.challenge && current.counter == self.counter
    }
}

impl Challenge {
    /// A new challenge, with the promise of its first mail.
    ///
    /// `ends_at` is the end of the flow: no code outlives its flow.
    pub fn begin(
        id: ChallengeId,
        purpose: Purpose,
        ring: &KeyRing,
        to: EmailAddress,
        ends_at: Timestamp,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Self, UnknownKey> {
        let key = ring.current().clone();
        let label = Label::first(ring, &key, &id)?;
        let content = Content::OneTimeCode {
            purpose,
            challenge: id.clone(),
            key: key.clone(),
            counter: 0,
            label: label.clone(),
        };
        let expires_at = plus(now, limits.code_life).min(ends_at);
        Ok(Self {
            id,
            purpose,
            key,
            counter: 0,
            label,
            tries: 0,
            mail: Promise::first(to, content, expires_at, now),
        })
    }

    /// The first instant at which the current code no longer works.
    pub fn code_expires_at(&self) -> Timestamp {
        self.mail.expires_at
    }

    /// The tries that are left.
    pub fn tries_left(&self, limits: &Limits) -> u64 {
        limits.code_tries.saturating_sub(u64::from(self.tries))
    }

    /// Whether a code may be judged now. Expiry is checked before the comparison, so a late guess reveals nothing.
    pub fn check(&self, now: Timestamp, limits: &Limits) -> Result<(), NotJudged> {
        if self.tries_left(limits) == 0 {
            Err(NotJudged::NoTriesLeft)
        } else if self.code_expires_at() <= now {
            Err(NotJudged::Expired)
        } else {
            Ok(())
        }
    }

    /// Compares a code with the current one.
    pub fn judge(&self, typed: &OneTimeCode, ring: &KeyRing) -> Result<Judged, UnknownKey> {
        let expected = OneTimeCode::derive(ring, &self.key, self.purpose, &self.id, self.counter)?;
        Ok(Judged {
            challenge: self.id.clone(),
            counter: self.counter,
            right: expected.matches(typed),
        })
    }

    /// The challenge after a wrong code.
    #[must_use]
    pub fn failed(&self) -> Self {
        Self {
            tries: self.tries.saturating_add(1),
            ..self.clone()
        }
    }

    /// Whether the code may be mailed again. A resend gives no new tries: without tries, no mail helps.
    pub fn may_be_resent(&self, now: Timestamp, limits: &Limits) -> Result<(), NotResent> {
        if self.tries_left(limits) == 0 {
            return Err(NotResent::NoTriesLeft);
        }
        Ok(self.mail.may_resend(now, limits)?)
    }

    /// The challenge after a resend: the same code while it is valid for three more minutes, else a new one.
    pub fn resent(
        &self,
        ring: &KeyRing,
        ends_at: Timestamp,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Result<Self, Refusal>, UnknownKey> {
        if let Err(why) = self.may_be_resent(now, limits) {
            return Ok(Err(why.into()));
        }
        let lives_long_enough = now <= minus(self.code_expires_at(), limits.same_code_seconds);
        let mut next = self.clone();
        let expires_at = if lives_long_enough {
            self.code_expires_at()
        } else {
            next.key = ring.current().clone();
            next.counter = self.counter.saturating_add(1);
            next.label = self.label.next();
            plus(now, limits.code_life).min(ends_at)
        };
        let content = Content::OneTimeCode {
            purpose: self.purpose,
            challenge: self.id.clone(),
            key: next.key.clone(),
            counter: next.counter,
            label: next.label.clone(),
        };
        next.mail = self.mail.again(content, expires_at, now);
        Ok(Ok(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::ring;
    use crate::time::Seconds;

    const LIMITS: Limits = Limits::standard();

    fn t(seconds: u64) -> Timestamp {
        plus("2026-04-01T00:00:00Z".parse().unwrap(), Seconds::new(seconds))
    }

    fn challenge() -> Challenge {
        let to = EmailAddress::parse("kaigo@example.jp").unwrap();
        Challenge::begin(
            ChallengeId::new("c"),
            Purpose::Registration,
            &ring(),
            to,
            t(1_800),
            t(0),
            &LIMITS,
        )
        .unwrap()
    }

    fn resent(challenge: &Challenge, at: u64) -> Challenge {
        challenge
            .resent(&ring(), t(1_800), t(at), &LIMITS)
            .unwrap()
            .unwrap()
    }

    #[test]
    fn a_code_works_until_ten_minutes_have_passed() {
        assert_eq!(challenge().check(t(599), &LIMITS), Ok(()));
        assert_eq!(challenge().check(t(600), &LIMITS), Err(NotJudged::Expired));
        assert_eq!(challenge().check(t(601), &LIMITS), Err(NotJudged::Expired));
    }

    #[test]
    fn five_wrong_codes_end_a_challenge_resends_or_not() {
        let mut challenge = challenge();
        for left in [4, 3, 2, 1] {
            challenge = challenge.failed();
            assert_eq!(challenge.tries_left(&LIMITS), left);
        }
        challenge = resent(&challenge, 30).failed();
        assert_eq!(challenge.check(t(31), &LIMITS), Err(NotJudged::NoTriesLeft));
    }

    #[test]
    fn four_resends_wait_30_60_120_and_240_seconds() {
        let mut challenge = challenge();
        let mut now = 0;
        for wait in [30, 60, 120, 240] {
            let early = challenge
                .resent(&ring(), t(1_800), t(now + wait - 1), &LIMITS)
                .unwrap();
            assert_eq!(early, Err(Refusal::of(Kind::ResendTooEarly).with_retry_after(1)));
            now += wait;
            challenge = resent(&challenge, now);
        }
        assert_eq!(
            challenge
                .resent(&ring(), t(1_800), t(now + 9_999), &LIMITS)
                .unwrap(),
            Err(Kind::NoSendsLeft.into())
        );
    }

    #[test]
    fn a_resend_brings_the_same_code_while_it_lives_three_minutes_or_more() {
        let first = challenge();
        let same = resent(&first, 420);
        assert_eq!(
            (same.counter, &same.label, same.code_expires_at()),
            (0, &first.label, t(600))
        );
        let new = resent(&first, 421);
        assert_eq!((new.counter, new.code_expires_at()), (1, t(1_021)));
        let code = |challenge: &Challenge| {
            OneTimeCode::derive(
                &ring(),
                &challenge.key,
                challenge.purpose,
                &challenge.id,
                challenge.counter,
            )
            .unwrap()
        };
        assert!(same.judge(&code(&first), &ring()).unwrap().right);
        assert!(!new.judge(&code(&first), &ring()).unwrap().right);
    }

    #[test]
    fn no_code_outlives_its_flow() {
        assert_eq!(resent(&challenge(), 1_700).code_expires_at(), t(1_800));
    }
}
