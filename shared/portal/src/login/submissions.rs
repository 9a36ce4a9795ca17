//! Changes of a log-in's own item by a submission.

use jiff::Timestamp;

use super::{Login, Stage};
use crate::challenge::{Challenge, Judged};
use crate::change::Change;
use crate::keys::{KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::terms::Shown;

/// Each method is a whole decision; the store repeats it on the present item after a conflict.
impl Login {
    /// The challenge of the mailed code, where the log-in waits for one.
    pub fn awaited_code(&self) -> Result<&Challenge, Refusal> {
        match &self.stage {
            Stage::Otp { challenge } => Ok(challenge),
            Stage::NewPassword { .. } | Stage::MyPage => Err(Kind::WrongStep.into()),
        }
    }

    /// The challenge, if a typed code is judged now.
    fn code_to_judge(&self, now: Timestamp, limits: &Limits) -> Result<&Challenge, Refusal> {
        let challenge = self.awaited_code()?;
        challenge.check(now, limits)?;
        Ok(challenge)
    }

    /// Spends a try of the challenge. Answers whether the code is right and still the current one. A code that
    /// completes the log-in passes here first.
    pub fn spend_try(
        &self,
        judged: &Judged,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<bool, Refusal>> {
        let challenge = match self.code_to_judge(now, limits) {
            Ok(challenge) => challenge,
            Err(refusal) => return Change::Keep(Err(refusal)),
        };
        let spent = self.at(Stage::Otp {
            challenge: challenge.failed(),
        });
        Change::Store(spent.into(), Ok(judged.is_right_for(challenge)))
    }

    /// Handles a judged code: moves on to `next` if it is right, costs a try if it is not.
    pub fn enter_code(
        &self,
        judged: &Judged,
        next: &Stage,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let challenge = match self.code_to_judge(now, limits) {
            Ok(challenge) => challenge,
            Err(refusal) => return Change::Keep(Err(refusal)),
        };
        if judged.is_right_for(challenge) {
            return Change::Store(self.at(next.clone()).into(), Ok(()));
        }
        let failed = self.at(Stage::Otp {
            challenge: challenge.failed(),
        });
        let refusal = failed.wrong_code(limits);
        Change::Store(failed.into(), Err(refusal))
    }

    /// The refusal of a wrong code, with the tries that are left.
    pub fn wrong_code(&self, limits: &Limits) -> Refusal {
        let left = match &self.stage {
            Stage::Otp { challenge } => challenge.tries_left(limits),
            Stage::NewPassword { .. } | Stage::MyPage => 0,
        };
        Refusal::of(Kind::WrongCode).with_tries_left(left)
    }

    /// Resends the same code or the next one.
    pub fn resend_code(
        &self,
        ring: &KeyRing,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Self, Result<(), Refusal>>, UnknownKey> {
        let challenge = match self.awaited_code() {
            Ok(challenge) => challenge,
            Err(refusal) => return Ok(Change::Keep(Err(refusal))),
        };
        Ok(match challenge.resent(ring, self.expires_at, now, limits)? {
            Ok(challenge) => Change::Store(self.at(Stage::Otp { challenge }).into(), Ok(())),
            Err(refusal) => Change::Keep(Err(refusal)),
        })
    }

    /// Records that the terms of this version were shown. The first time counts; showing the same text again changes
    /// nothing.
    pub fn show_terms(&self, version: &str, now: Timestamp) -> Change<Self, Result<(), Refusal>> {
        match &self.stage {
            Stage::NewPassword {
                shown: Some(shown), ..
            } if shown.version == version => Change::Keep(Ok(())),
            Stage::NewPassword {
                required, account, ..
            } => {
                let shown = Some(Shown {
                    version: version.to_owned(),
                    at: now,
                });
                let next = self.at(Stage::NewPassword {
                    required: *required,
                    account: account.clone(),
                    shown,
                });
                Change::Store(next.into(), Ok(()))
            }
            Stage::Otp { .. } | Stage::MyPage => Change::Keep(Err(Kind::WrongStep.into())),
        }
    }

    /// Updates the flow's item to the state that its account shows.
    pub fn bring_up_to(&self, completed: &Self) -> Change<Self, ()> {
        if self == completed {
            Change::Keep(())
        } else {
            Change::Store(completed.clone().into(), ())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::{OneTimeCode, Purpose};
    use crate::keys::tests::ring;
    use crate::login::samples::{at, at_otp, code_of, judged, new_password};
    use crate::samples::{LIMITS, t};
    use crate::terms::PUBLISHED;

    #[test]
    fn a_try_is_spent_before_it_is_said_whether_the_code_was_right() {
        let login = at_otp();
        for right in [true, false] {
            let judged = judged(code_of(&login), right);
            let (spent, answer) = login.spend_try(&judged, t(599), &LIMITS).stored();
            assert_eq!(answer, Ok(right));
            assert_eq!(code_of(&spent).tries_left(&LIMITS), 4);
        }
    }

    #[test]
    fn a_code_of_an_earlier_mail_is_wrong_after_a_new_one() {
        let login = at_otp();
        let earlier = judged(code_of(&login), true);
        let change = login.resend_code(&ring(), t(421), &LIMITS).unwrap();
        let (resent, answer) = change.stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(code_of(&resent).counter, 1);
        let (_, answer) = resent.spend_try(&earlier, t(422), &LIMITS).stored();
        assert_eq!(answer, Ok(false));
        let (_, answer) = resent
            .enter_code(&earlier, &Stage::MyPage, t(422), &LIMITS)
            .stored();
        assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(4)));
    }

    #[test]
    fn the_right_code_leads_on_and_a_wrong_one_costs_a_try() {
        let login = at_otp();
        let next = new_password(true, None);
        let enter = |right| {
            let judged = judged(code_of(&login), right);
            login.enter_code(&judged, &next, t(599), &LIMITS).stored()
        };
        assert_eq!(enter(true), (at(next.clone()), Ok(())));
        let (failed, answer) = enter(false);
        assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(4)));
        assert_eq!(failed.wrong_code(&LIMITS), answer.unwrap_err());
        assert_eq!(code_of(&failed).tries, 1);
    }

    #[test]
    fn no_code_is_judged_too_late_or_too_often() {
        let login = at_otp();
        let right = judged(code_of(&login), true);
        let expired = Refusal::of(Kind::CodeExpired);
        assert_eq!(
            login.spend_try(&right, t(600), &LIMITS).kept(),
            Err(expired.clone())
        );
        assert_eq!(
            login.enter_code(&right, &Stage::MyPage, t(600), &LIMITS).kept(),
            Err(expired)
        );
        let spent = (0..5).fold(login, |login, _| {
            login.spend_try(&right, t(0), &LIMITS).stored().0
        });
        let none_left = Refusal::of(Kind::NoTriesLeft).with_tries_left(0);
        assert_eq!(
            spent.spend_try(&right, t(0), &LIMITS).kept(),
            Err(none_left.clone())
        );
        assert_eq!(
            spent.enter_code(&right, &Stage::MyPage, t(0), &LIMITS).kept(),
            Err(none_left)
        );
    }

    #[test]
    fn a_code_belongs_to_its_screen() {
        let right = judged(code_of(&at_otp()), true);
        let wrong_step = Refusal::of(Kind::WrongStep);
        for login in [at(new_password(true, None)), at(Stage::MyPage)] {
            assert_eq!(
                login.spend_try(&right, t(0), &LIMITS).kept(),
                Err(wrong_step.clone())
            );
            assert_eq!(
                login.enter_code(&right, &Stage::MyPage, t(0), &LIMITS).kept(),
                Err(wrong_step.clone())
            );
            assert_eq!(
                login.resend_code(&ring(), t(30), &LIMITS).unwrap().kept(),
                Err(wrong_step.clone())
            );
            assert_eq!(
                login.wrong_code(&LIMITS),
                Refusal::of(Kind::WrongCode).with_tries_left(0)
            );
        }
        assert_eq!(
            at_otp().show_terms(PUBLISHED.version, t(0)).kept(),
            Err(wrong_step.clone())
        );
        assert_eq!(
            at(Stage::MyPage).show_terms(PUBLISHED.version, t(0)).kept(),
            Err(wrong_step)
        );
    }

    #[test]
    fn a_resend_waits_its_time_and_outlives_no_log_in() {
        let login = at_otp();
        let early = login.resend_code(&ring(), t(29), &LIMITS).unwrap().kept();
        assert_eq!(early, Err(Refusal::of(Kind::ResendTooEarly).with_retry_after(1)));
        let (late, _) = login.resend_code(&ring(), t(500), &LIMITS).unwrap().stored();
        assert_eq!(code_of(&late).code_expires_at(), t(900));
        let key = &code_of(&late).key;
        let code = OneTimeCode::derive(&ring(), key, Purpose::Login, &code_of(&late).id, 1).unwrap();
        assert!(code_of(&late).judge(&code, &ring()).unwrap().right);
    }

    #[test]
    fn the_first_showing_of_a_text_counts() {
        let seen = |version: &str, second| {
            Some(Shown {
                version: version.to_owned(),
                at: t(second),
            })
        };
        for required in [true, false] {
            let unseen = at(new_password(required, None));
            let (first, answer) = unseen.show_terms("a", t(1)).stored();
            assert_eq!(answer, Ok(()));
            assert_eq!(first, at(new_password(required, seen("a", 1))));
            assert_eq!(first.show_terms("a", t(2)).kept(), Ok(()));
            let (other, answer) = first.show_terms("b", t(3)).stored();
            assert_eq!(answer, Ok(()));
            assert_eq!(other, at(new_password(required, seen("b", 3))));
        }
    }

    #[test]
    fn a_log_in_is_brought_up_to_its_account_only_where_it_lags() {
        let completed = at(Stage::MyPage);
        completed.bring_up_to(&completed).kept();
        let (stored, ()) = at_otp().bring_up_to(&completed).stored();
        assert_eq!(stored, completed);
    }
}
