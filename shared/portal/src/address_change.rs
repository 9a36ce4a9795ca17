//! メールアドレスの変更 — one change in progress: a code was mailed to the new address
//! (`docs/adr/0034-an-address-changes-in-one-commit.md`).

mod on_account;
#[cfg(test)]
mod samples;

use jiff::Timestamp;

pub use self::on_account::{Moved, NotMoved};
use crate::account::Member;
use crate::audit::Unaudited;
use crate::challenge::{Challenge, Judged};
use crate::change::{Change, Entity};
use crate::keys::{KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::values::{AccountKey, EmailAddress, FlowId, MemberId};

/// メールアドレスの変更. It belongs to the session that asked for it, where the password was proven: no other session
/// completes it, and it ends with that session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AddressChange {
    /// The log-in that gave the session. A session changes to one address at a time: a new start replaces the earlier one.
    pub id: FlowId,
    /// The account of the old address.
    pub account: AccountKey,
    /// The member.
    pub member: MemberId,
    /// The version of the credential with which it began. A change of the password, a reset, a disabling and another change of
    /// the address raise it, and so end this one.
    pub credential_version: u32,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// The code, mailed to the new address.
    pub challenge: Challenge,
}

impl Entity for AddressChange {
    type Audit = Unaudited;
}

impl AddressChange {
    /// The new address.
    pub const fn to(&self) -> &EmailAddress {
        &self.challenge.mail.to
    }

    /// Whether this member may still complete it.
    pub fn is_open_for(&self, member: &Member, now: Timestamp) -> bool {
        now < self.expires_at
            && member.id == self.member
            && member.credential_version == self.credential_version
    }

    fn with_challenge(&self, challenge: Challenge) -> Self {
        Self {
            challenge,
            ..self.clone()
        }
    }

    /// Spends a try. Answers whether the code is right and still the current one.
    pub fn spend_try(
        &self,
        judged: &Judged,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<bool, Refusal>> {
        if let Err(why) = self.challenge.check(now, limits) {
            return Change::Keep(Err(why.into()));
        }
        let spent = self.with_challenge(self.challenge.failed());
        Change::Store(spent.into(), Ok(judged.is_right_for(&self.challenge)))
    }

    /// The refusal of a wrong code, with the tries that are left.
    pub fn wrong_code(&self, limits: &Limits) -> Refusal {
        Refusal::of(Kind::WrongCode).with_tries_left(self.challenge.tries_left(limits))
    }

    /// Resends the same code or the next one.
    pub fn resend_code(
        &self,
        ring: &KeyRing,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Self, Result<(), Refusal>>, UnknownKey> {
        let resent = self.challenge.resent(ring, self.expires_at, now, limits)?;
        Ok(match resent {
            Ok(challenge) => Change::Store(self.with_challenge(challenge).into(), Ok(())),
            Err(refusal) => Change::Keep(Err(refusal)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address_change::samples::{begun, judged};
    use crate::keys::tests::ring;
    use crate::samples::{LIMITS, active, t};

    #[test]
    fn a_change_is_open_for_its_member_while_the_password_stays_and_for_half_an_hour() {
        let change = begun();
        let open = |member: &Member, second| change.is_open_for(member, t(second));
        assert_eq!(
            [1_799, 1_800, 1_801].map(|second| open(&active("m"), second)),
            [true, false, false]
        );
        assert!(!open(&active("other"), 0));
        let changed = Member {
            credential_version: 3,
            ..active("m")
        };
        assert!(!open(&changed, 0));
        assert_eq!(change.to().as_str(), "jiro@example.jp");
    }

    #[test]
    fn a_try_is_spent_before_it_is_said_whether_the_code_was_right() {
        let change = begun();
        for right in [true, false] {
            let (spent, answer) = change
                .spend_try(&judged(&change, right), t(599), &LIMITS)
                .stored();
            assert_eq!((answer, spent.challenge.tries_left(&LIMITS)), (Ok(right), 4));
        }
        let late = change.spend_try(&judged(&change, true), t(600), &LIMITS).kept();
        assert_eq!(late, Err(Kind::CodeExpired.into()));
        let spent = (0..5).fold(change.clone(), |change, _| {
            change
                .spend_try(&judged(&change, false), t(0), &LIMITS)
                .stored()
                .0
        });
        assert_eq!(
            spent.wrong_code(&LIMITS),
            Refusal::of(Kind::WrongCode).with_tries_left(0)
        );
        let sixth = spent.spend_try(&judged(&spent, true), t(0), &LIMITS).kept();
        assert_eq!(sixth, Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0)));
    }

    #[test]
    fn a_code_of_an_earlier_mail_is_wrong_after_a_new_one() {
        let change = begun();
        let early = change.resend_code(&ring(), t(29), &LIMITS).unwrap().kept();
        assert_eq!(early, Err(Refusal::of(Kind::ResendTooEarly).with_retry_after(1)));
        let earlier = judged(&change, true);
        let (same, answer) = change.resend_code(&ring(), t(30), &LIMITS).unwrap().stored();
        assert_eq!((answer, same.challenge.counter), (Ok(()), 0));
        assert_eq!(same.spend_try(&earlier, t(31), &LIMITS).stored().1, Ok(true));
        let (next, _) = change.resend_code(&ring(), t(421), &LIMITS).unwrap().stored();
        assert_eq!(next.challenge.counter, 1);
        assert_eq!(next.spend_try(&earlier, t(422), &LIMITS).stored().1, Ok(false));
        assert_eq!(next.to(), change.to());
    }
}
