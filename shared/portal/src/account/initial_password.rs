//! The mails with an initial password: the same once more, or a new one.

use jiff::Timestamp;

use super::{Account, Credential};
use crate::audit::{Act, Event};
use crate::change::Put;
use crate::guards::{PasswordGuard, RetryAfter};
use crate::initial_password::Source;
use crate::keys::KeyId;
use crate::limits::Limits;
use crate::mail::{Content, NoResend, Promise};
use crate::problem::{Kind, Refusal};
use crate::time::{DAY, minus, plus};
use crate::values::{FlowId, MemberId};

/// Why no initial password is mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotMailed {
    /// So many seconds too early.
    TooEarly(u64),
    /// No resend, or no re-issue of today, is left.
    NoneLeft,
    /// The address has had its mails of the hour or the day.
    AddressFull(RetryAfter),
    /// There is no initial password any more, or it has expired.
    NoSuchPassword,
}

impl From<NotMailed> for Refusal {
    fn from(why: NotMailed) -> Self {
        match why {
            NotMailed::TooEarly(seconds) => NoResend::TooEarly(seconds).into(),
            NotMailed::NoneLeft => NoResend::NoneLeft.into(),
            NotMailed::AddressFull(not) => not.into(),
            NotMailed::NoSuchPassword => Kind::WrongStep.into(),
        }
    }
}

impl From<NoResend> for NotMailed {
    fn from(no: NoResend) -> Self {
        match no {
            NoResend::TooEarly(seconds) => Self::TooEarly(seconds),
            NoResend::NoneLeft => Self::NoneLeft,
        }
    }
}

impl Account {
    /// The account after the same initial password was promised again.
    pub fn resend_initial_password(
        &self,
        member: &MemberId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Put<Self>, NotMailed> {
        self.mail_initial_password(member, by, now, limits, |source, reissues, mail| {
            if mail.is_expired(now) {
                return Err(NotMailed::NoSuchPassword);
            }
            mail.may_resend(now, limits)?;
            let promise = mail.again(mail.content.clone(), mail.expires_at, now);
            Ok((source.clone(), reissues.to_vec(), promise, false))
        })
    }

    /// The account after a new initial password was promised; the old one is dead with this write.
    pub fn reissue_initial_password(
        &self,
        member: &MemberId,
        key: &KeyId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Put<Self>, NotMailed> {
        let registered_at = self.member.as_ref().map_or(now, |member| member.registered_at);
        self.mail_initial_password(member, by, now, limits, |source, reissues, mail| {
            let mut today: Vec<Timestamp> = reissues
                .iter()
                .copied()
                .filter(|at| minus(now, DAY) < *at)
                .collect();
            if u64::try_from(today.len()).unwrap_or(u64::MAX) >= limits.reissues_per_day {
                return Err(NotMailed::NoneLeft);
            }
            today.push(now);
            let source = Source {
                key: key.clone(),
                nonce: source.nonce.clone(),
                issue: source.issue.saturating_add(1),
            };
            let content = Content::InitialPassword {
                member: member.clone(),
                source: source.clone(),
            };
            // No password outlives the seat that it opens.
            let expires_at =
                plus(now, limits.initial_password_life).min(plus(registered_at, limits.pending_seat_life));
            let promise = mail.anew(content, expires_at, now);
            Ok((source, today, promise, true))
        })
    }

    fn mail_initial_password(
        &self,
        id: &MemberId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
        next: impl FnOnce(
            &Source,
            &[Timestamp],
            &Promise,
        ) -> Result<(Source, Vec<Timestamp>, Promise, bool), NotMailed>,
    ) -> Result<Put<Self>, NotMailed> {
        let member = self
            .owner(now, limits)
            .filter(|member| member.id == *id)
            .ok_or(NotMailed::NoSuchPassword)?;
        let Credential::Initial {
            source,
            reissues,
            mail,
        } = &member.credential
        else {
            return Err(NotMailed::NoSuchPassword);
        };
        let (source, reissues, mail, is_new) = next(source, reissues, mail)?;
        let mails = self.mails.spend(now, limits).map_err(NotMailed::AddressFull)?;
        let mut member = member.clone();
        member.credential = Credential::Initial {
            source,
            reissues,
            mail,
        };
        let mut account = Self {
            mails,
            ..self.clone()
        };
        if is_new {
            member.credential_version = member.credential_version.saturating_add(1);
            // A password that was guessed at is gone; its failures say nothing about the new one.
            account.passwords = PasswordGuard::default();
        }
        account.member = Some(member);
        let act = if is_new {
            Act::InitialPasswordReissued
        } else {
            Act::InitialPasswordResent
        };
        Ok(Put::new(account, Event::of(act, now, by)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{DAY, SEAT, guessed_at, parts};
    use crate::samples::{LIMITS, account, active, flow, pending, t};

    #[test]
    fn why_no_initial_password_is_mailed_is_told_with_its_seconds() {
        let early = Refusal::of(Kind::ResendTooEarly).with_retry_after(7);
        assert_eq!(Refusal::from(NotMailed::TooEarly(7)), early);
        assert_eq!(Refusal::from(NotMailed::from(NoResend::TooEarly(7))), early);
        assert_eq!(
            Refusal::from(NotMailed::from(NoResend::NoneLeft)),
            Kind::NoSendsLeft.into()
        );
        assert_eq!(
            Refusal::from(NotMailed::AddressFull(RetryAfter { seconds: 9 })),
            Refusal::of(Kind::TooManyRequests).with_retry_after(9)
        );
        assert_eq!(Refusal::from(NotMailed::NoSuchPassword), Kind::WrongStep.into());
    }

    #[test]
    fn an_initial_password_is_sent_again_as_it_is() {
        let resend = |account: &Account, id: &str, second| {
            account.resend_initial_password(&MemberId::new(id), &flow("f"), t(second), &LIMITS)
        };
        let before = guessed_at(account(pending("m")), 1, 0);
        assert_eq!(resend(&before, "m", 29), Err(NotMailed::TooEarly(1)));
        assert_eq!(resend(&before, "other", 30), Err(NotMailed::NoSuchPassword));
        assert_eq!(
            resend(&account(active("m")), "m", 30),
            Err(NotMailed::NoSuchPassword)
        );
        let (after, event) = resend(&before, "m", 30).unwrap().into_parts();
        assert_eq!(
            event,
            Some(Event::of(Act::InitialPasswordResent, t(30), &flow("f")))
        );
        assert_eq!(after.mails.sends, [t(30)]);
        assert_eq!(after.passwords, before.passwords);
        let (old, new) = (before.member.unwrap(), after.member.unwrap());
        assert_eq!(new.credential_version, old.credential_version);
        let ((old_source, _, old_mail), (new_source, _, new_mail)) = (parts(&old), parts(&new));
        assert_eq!(new_source, old_source);
        assert_eq!(new_mail.content, old_mail.content);
        assert_eq!(
            (new_mail.number, new_mail.sends, new_mail.expires_at),
            (2, 2, old_mail.expires_at)
        );
    }

    #[test]
    fn an_expired_initial_password_is_not_sent_again() {
        let life = 72 * 3_600;
        let resend = |second| {
            account(pending("m")).resend_initial_password(&MemberId::new("m"), &flow("f"), t(second), &LIMITS)
        };
        assert!(resend(life - 1).is_ok());
        assert_eq!(resend(life), Err(NotMailed::NoSuchPassword));
        assert_eq!(resend(life + 1), Err(NotMailed::NoSuchPassword));
    }

    fn reissue(account: &Account, id: &str, second: u64) -> Result<Put<Account>, NotMailed> {
        let (id, key) = (MemberId::new(id), KeyId::new("k2"));
        account.reissue_initial_password(&id, &key, &flow("f"), t(second), &LIMITS)
    }

    #[test]
    fn a_reissue_kills_the_old_password_and_begins_a_new_series() {
        let before = guessed_at(account(pending("m")), 1, 0);
        assert_eq!(reissue(&before, "other", 5), Err(NotMailed::NoSuchPassword));
        assert_eq!(
            reissue(&account(active("m")), "m", 5),
            Err(NotMailed::NoSuchPassword)
        );
        let (after, event) = reissue(&before, "m", 5).unwrap().into_parts();
        assert_eq!(
            event,
            Some(Event::of(Act::InitialPasswordReissued, t(5), &flow("f")))
        );
        assert_eq!(after.mails.sends, [t(5)]);
        assert_eq!(after.passwords, PasswordGuard::default());
        let member = after.member.unwrap();
        assert_eq!(member.credential_version, 2);
        let (source, reissues, mail) = parts(&member);
        assert_eq!(
            *source,
            Source {
                key: KeyId::new("k2"),
                nonce: "n".to_owned(),
                issue: 2,
            }
        );
        assert_eq!(reissues, [t(5)]);
        assert_eq!(
            (mail.number, mail.sends, mail.expires_at),
            (2, 1, t(5 + 72 * 3_600))
        );
        assert_eq!(mail.content.of(), "m");
        assert!(matches!(&mail.content, Content::InitialPassword { source: of, .. } if of == source));
    }

    #[test]
    fn three_initial_passwords_are_reissued_within_any_24_hours() {
        let mut account = account(pending("m"));
        for second in [0, 10, 20] {
            account = reissue(&account, "m", second).unwrap().into_parts().0;
        }
        assert_eq!(reissue(&account, "m", DAY - 1), Err(NotMailed::NoneLeft));
        let account = reissue(&account, "m", DAY).unwrap().into_parts().0;
        assert_eq!(parts(account.member.as_ref().unwrap()).1, [t(10), t(20), t(DAY)]);
        assert_eq!(reissue(&account, "m", DAY + 9), Err(NotMailed::NoneLeft));
        assert!(reissue(&account, "m", DAY + 11).is_ok());
    }

    #[test]
    fn no_initial_password_outlives_the_seat_that_it_opens() {
        let late = reissue(&account(pending("m")), "m", SEAT - 1).unwrap();
        assert_eq!(
            late.into_parts().0.member.unwrap().mail().unwrap().expires_at,
            t(SEAT)
        );
        assert_eq!(
            reissue(&account(pending("m")), "m", SEAT),
            Err(NotMailed::NoSuchPassword)
        );
    }

    #[test]
    fn a_full_mailbox_gets_no_further_initial_password() {
        let mut full = account(pending("m"));
        for _ in 0..10 {
            full.mails = full.mails.count(t(0));
        }
        let not = Err(NotMailed::AddressFull(RetryAfter { seconds: 3_595 }));
        assert_eq!(reissue(&full, "m", 5), not);
    }
}
