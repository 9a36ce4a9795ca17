//! Mails with an initial password: resends and re-issues.

use jiff::Timestamp;

use super::{Account, Credential, Member};
use crate::audit::{Act, Event};
use crate::change::Put;
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
    /// Too early by this many seconds.
    TooEarly(u64),
    /// No resend, or no re-issue of the day, is left.
    NoneLeft,
    /// There is no initial password, it has expired, or another request has replaced it.
    NoSuchPassword,
}

impl From<NotMailed> for Refusal {
    fn from(why: NotMailed) -> Self {
        match why {
            NotMailed::TooEarly(seconds) => NoResend::TooEarly(seconds).into(),
            NotMailed::NoneLeft => NoResend::NoneLeft.into(),
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

/// A member's unused initial password.
struct Initial<'a> {
    member: &'a Member,
    source: &'a Source,
    reissues: &'a [Timestamp],
    mail: &'a Promise,
}

impl<'a> Initial<'a> {
    fn of(member: &'a Member) -> Result<Self, NotMailed> {
        match &member.credential {
            Credential::Initial {
                source,
                reissues,
                mail,
            } => Ok(Self {
                member,
                source,
                reissues,
                mail,
            }),
            Credential::Chosen { .. } => Err(NotMailed::NoSuchPassword),
        }
    }

    /// The re-issues of the last 24 hours, if another one is allowed.
    fn reissues_of_today(&self, now: Timestamp, limits: &Limits) -> Result<Vec<Timestamp>, NotMailed> {
        let today: Vec<Timestamp> = self
            .reissues
            .iter()
            .copied()
            .filter(|at| minus(now, DAY) < *at)
            .collect();
        if u64::try_from(today.len()).unwrap_or(u64::MAX) >= limits.reissues_per_day {
            return Err(NotMailed::NoneLeft);
        }
        Ok(today)
    }
}

impl Member {
    /// Whether the same initial password may be mailed again, as far as the member decides it.
    pub fn may_resend_initial_password(&self, now: Timestamp, limits: &Limits) -> Result<(), NotMailed> {
        let initial = Initial::of(self)?;
        if initial.mail.is_expired(now) {
            return Err(NotMailed::NoSuchPassword);
        }
        Ok(initial.mail.may_resend(now, limits)?)
    }
}

impl Account {
    /// The account with a promised resend of the same initial password.
    pub fn resend_initial_password(
        &self,
        member: &MemberId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Put<Self>, NotMailed> {
        let initial = self.initial_of(member, now, limits)?;
        initial.member.may_resend_initial_password(now, limits)?;
        let mail = initial.mail;
        let credential = Credential::Initial {
            source: initial.source.clone(),
            reissues: initial.reissues.to_vec(),
            mail: mail.again(mail.content.clone(), mail.expires_at, now),
        };
        let next = Member {
            credential,
            ..initial.member.clone()
        };
        let event = Event::of(Act::InitialPasswordResent, now, by).about(member);
        Ok(Put::new(self.clone().with_member(next, now, limits), event))
    }

    /// Whether a new initial password may be promised to this member now.
    pub fn may_reissue_initial_password(
        &self,
        member: &MemberId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(), NotMailed> {
        self.initial_of(member, now, limits)?
            .reissues_of_today(now, limits)?;
        Ok(())
    }

    /// The account with a promised new initial password; this write invalidates the old one.
    ///
    /// `had_expired` says whether the old one had expired when the re-issue was allowed. If so, the one that is replaced
    /// must have expired, too: a second click does not replace the first one's.
    pub fn reissue_initial_password(
        &self,
        member: &MemberId,
        had_expired: bool,
        key: &KeyId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Put<Self>, NotMailed> {
        let initial = self.initial_of(member, now, limits)?;
        if had_expired && !initial.mail.is_expired(now) {
            return Err(NotMailed::NoSuchPassword);
        }
        let mut reissues = initial.reissues_of_today(now, limits)?;
        reissues.push(now);
        let source = Source {
            key: key.clone(),
            nonce: initial.source.nonce.clone(),
            issue: initial.source.issue.saturating_add(1),
        };
        let content = Content::InitialPassword {
            member: member.clone(),
            office: initial.member.office.name.clone(),
            source: source.clone(),
        };
        // No password outlives its seat.
        let seat_ends_at = initial.member.seat_expires_at(limits).unwrap_or(now);
        let expires_at = plus(now, limits.initial_password_life).min(seat_ends_at);
        let mut next = initial.member.clone();
        next.end_all_access();
        next.credential = Credential::Initial {
            source,
            reissues,
            mail: initial.mail.new_series(content, expires_at, now),
        };
        let account = self.clone().with_member(next, now, limits);
        let event = Event::of(Act::InitialPasswordReissued, now, by).about(member);
        Ok(Put::new(account, event))
    }

    /// The initial password of this member, if the member holds the address and has one.
    fn initial_of(&self, id: &MemberId, now: Timestamp, limits: &Limits) -> Result<Initial<'_>, NotMailed> {
        Initial::of(self.member(id, now, limits).ok_or(NotMailed::NoSuchPassword)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{DAY, SEAT, guessed_at, parts};
    use crate::samples::{LIMITS, account, active, flow, only, pending, t};

    #[test]
    fn a_refused_resend_states_its_reason_and_seconds() {
        let early = Refusal::of(Kind::ResendTooEarly).with_retry_after(7);
        assert_eq!(Refusal::from(NotMailed::TooEarly(7)), early);
        assert_eq!(Refusal::from(NotMailed::from(NoResend::TooEarly(7))), early);
        assert_eq!(
            Refusal::from(NotMailed::from(NoResend::NoneLeft)),
            Kind::NoSendsLeft.into()
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
            Some(Event::of(Act::InitialPasswordResent, t(30), &flow("f")).about(&MemberId::new("m")))
        );
        assert_eq!(after.passwords, before.passwords);
        let (old, new) = (only(&before), only(&after));
        assert_eq!(new.credential_version, old.credential_version);
        let ((old_source, _, old_mail), (new_source, _, new_mail)) = (parts(old), parts(new));
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
        account.reissue_initial_password(&id, false, &key, &flow("f"), t(second), &LIMITS)
    }

    #[test]
    fn where_the_old_password_had_expired_only_an_expired_one_is_replaced() {
        let life = 72 * 3_600;
        let reissue = |second| {
            let (id, key) = (MemberId::new("m"), KeyId::new("k2"));
            let before = account(pending("m"));
            before
                .reissue_initial_password(&id, true, &key, &flow("f"), t(second), &LIMITS)
                .map(drop)
        };
        assert_eq!(reissue(life - 1), Err(NotMailed::NoSuchPassword));
        assert_eq!([life, life + 1].map(reissue), [Ok(()), Ok(())]);
        assert_eq!(Refusal::from(NotMailed::NoSuchPassword), Kind::WrongStep.into());
    }

    #[test]
    fn a_reissue_invalidates_the_old_password_and_begins_a_new_series() {
        let before = guessed_at(account(pending("m")), 1, 0);
        assert_eq!(reissue(&before, "other", 5), Err(NotMailed::NoSuchPassword));
        assert_eq!(
            reissue(&account(active("m")), "m", 5),
            Err(NotMailed::NoSuchPassword)
        );
        let (after, event) = reissue(&before, "m", 5).unwrap().into_parts();
        assert_eq!(
            event,
            Some(Event::of(Act::InitialPasswordReissued, t(5), &flow("f")).about(&MemberId::new("m")))
        );
        assert_eq!(after.passwords, before.passwords, "who waits, waits on");
        let member = only(&after);
        assert_eq!(member.credential_version, 2);
        let (source, reissues, mail) = parts(member);
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
        assert_eq!(parts(only(&account)).1, [t(10), t(20), t(DAY)]);
        assert_eq!(reissue(&account, "m", DAY + 9), Err(NotMailed::NoneLeft));
        assert!(reissue(&account, "m", DAY + 11).is_ok());
    }

    #[test]
    fn no_initial_password_outlives_the_seat_that_it_opens() {
        let late = reissue(&account(pending("m")), "m", SEAT - 1).unwrap();
        assert_eq!(only(late.item()).mail().unwrap().expires_at, t(SEAT));
        assert_eq!(
            reissue(&account(pending("m")), "m", SEAT),
            Err(NotMailed::NoSuchPassword)
        );
    }

    /// A claim's mails are limited by its own series and re-issues only: log-in codes do not use up that budget.
    #[test]
    fn an_initial_password_is_mailed_though_the_budget_of_codes_is_spent() {
        let mut member = pending("m");
        for _ in 0..30 {
            member.mails = member.mails.count(t(0));
        }
        let full = account(member);
        assert!(reissue(&full, "m", 5).is_ok());
        let again = full.resend_initial_password(&MemberId::new("m"), &flow("f"), t(30), &LIMITS);
        assert!(again.is_ok());
    }
}
