//! What a submission makes of a reset.

use jiff::Timestamp;

use super::{PasswordReset, Recipient, ShownAccount, Stage};
use crate::challenge::{Challenge, Judged};
use crate::change::Change;
use crate::keys::{KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};

/// What a submission makes of a reset's own item. Each method is the whole decision; the store repeats it on the current
/// item after a conflict.
impl PasswordReset {
    /// The code that is awaited.
    pub fn awaited_code(&self) -> Result<&Challenge, Refusal> {
        match &self.stage {
            Stage::Otp { challenge } => Ok(challenge),
            Stage::NewPassword { .. } | Stage::Done { .. } => Err(Kind::WrongStep.into()),
        }
    }

    /// Takes a judged code: moves on if it is right and the account says whose password it resets, costs a try if not.
    pub fn enter_code(
        &self,
        judged: &Judged,
        account: Option<&ShownAccount>,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let challenge = match self.awaited_code() {
            Ok(challenge) => challenge,
            Err(refusal) => return Change::Keep(Err(refusal)),
        };
        if let Err(why) = challenge.check(now, limits) {
            return Change::Keep(Err(why.into()));
        }
        if let Some(account) = account.filter(|_| judged.is_right_for(challenge)) {
            let account = account.clone();
            return Change::Store(self.at(Stage::NewPassword { account }).into(), Ok(()));
        }
        let challenge = challenge.failed();
        let refusal = Refusal::of(Kind::WrongCode).with_tries_left(challenge.tries_left(limits));
        Change::Store(self.at(Stage::Otp { challenge }).into(), Err(refusal))
    }

    /// Resends the same code or the next one; to no recipient, if the member may not reset the password any more.
    pub fn resend_code(
        &self,
        is_still_the_members: bool,
        ring: &KeyRing,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Self, Result<(), Refusal>>, UnknownKey> {
        let challenge = match self.awaited_code() {
            Ok(challenge) => challenge,
            Err(refusal) => return Ok(Change::Keep(Err(refusal))),
        };
        Ok(match challenge.resent(ring, self.expires_at, now, limits)? {
            Ok(challenge) => {
                let mut next = self.at(Stage::Otp { challenge });
                if matches!(next.recipient, Recipient::Member { .. }) && !is_still_the_members {
                    next.recipient = Recipient::None;
                }
                Change::Store(next.into(), Ok(()))
            }
            Err(refusal) => Change::Keep(Err(refusal)),
        })
    }

    /// The reset is done, as the account says.
    pub fn finish(&self) -> Change<Self, ()> {
        match self.stage {
            Stage::Done { .. } => Change::Keep(()),
            Stage::Otp { .. } | Stage::NewPassword { .. } => Change::Store(self.done().into(), ()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::ring;
    use crate::password_reset::samples::{
        at_otp, code_of, judged, of_claims, of_member, shown, without_recipient,
    };
    use crate::samples::{LIMITS, t};

    #[test]
    fn the_right_code_leads_on_and_a_wrong_one_costs_a_try() {
        let reset = at_otp(of_member());
        let enter = |right, account: Option<&ShownAccount>| {
            let judged = judged(&reset, right);
            reset.enter_code(&judged, account, t(599), &LIMITS).stored()
        };
        let account = shown();
        let moved = reset.at(Stage::NewPassword {
            account: account.clone(),
        });
        assert_eq!(enter(true, Some(&account)), (moved, Ok(())));
        let wrong = Err(Refusal::of(Kind::WrongCode).with_tries_left(4));
        for (right, account) in [(false, Some(&account)), (false, None), (true, None)] {
            let (failed, answer) = enter(right, account);
            assert_eq!(answer, wrong, "{right}");
            assert_eq!(code_of(&failed).tries, 1);
        }
    }

    #[test]
    fn no_code_is_judged_too_late_or_too_often_or_at_another_screen() {
        let reset = at_otp(of_member());
        let (right, account) = (judged(&reset, true), shown());
        let enter = |reset: &PasswordReset, second| {
            reset
                .enter_code(&right, Some(&account), t(second), &LIMITS)
                .kept()
                .unwrap_err()
        };
        assert_eq!(enter(&reset, 600), Kind::CodeExpired.into());
        let wrong = judged(&reset, false);
        let spent = (0..5).fold(reset, |reset, _| {
            reset.enter_code(&wrong, None, t(0), &LIMITS).stored().0
        });
        assert_eq!(
            enter(&spent, 0),
            Refusal::of(Kind::NoTriesLeft).with_tries_left(0)
        );
        for stage in [
            Stage::NewPassword { account: shown() },
            Stage::Done { account: None },
        ] {
            let reset = at_otp(of_member()).at(stage);
            assert_eq!(enter(&reset, 0), Kind::WrongStep.into());
            let again = reset.resend_code(true, &ring(), t(30), &LIMITS).unwrap();
            assert_eq!(again.kept(), Err(Kind::WrongStep.into()));
        }
    }

    #[test]
    fn a_resend_goes_to_the_recipient_of_the_first_mail_or_to_no_one_any_more() {
        for recipient in [of_member(), of_claims(), without_recipient()] {
            let reset = at_otp(recipient.clone());
            let early = reset.resend_code(true, &ring(), t(29), &LIMITS).unwrap().kept();
            assert_eq!(early, Err(Refusal::of(Kind::ResendTooEarly).with_retry_after(1)));
            let (again, answer) = reset.resend_code(true, &ring(), t(30), &LIMITS).unwrap().stored();
            assert_eq!((answer, &again.recipient), (Ok(()), &recipient));
            assert_eq!(code_of(&again).mail.sends, 2);
            let (gone, _) = reset
                .resend_code(false, &ring(), t(30), &LIMITS)
                .unwrap()
                .stored();
            let to_nobody = matches!(recipient, Recipient::Member { .. });
            assert_eq!(
                gone.recipient,
                if to_nobody { without_recipient() } else { recipient }
            );
        }
    }

    #[test]
    fn a_reset_is_finished_once() {
        let at_password = at_otp(of_member()).at(Stage::NewPassword { account: shown() });
        let done = at_password.at(Stage::Done {
            account: Some(shown()),
        });
        assert_eq!(at_password.finish().stored().0, done);
        done.finish().kept();
        assert_eq!(done.done(), done);
        let unnamed = at_otp(of_member()).finish().stored().0;
        assert_eq!(unnamed.stage, Stage::Done { account: None });
    }
}
