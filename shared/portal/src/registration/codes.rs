//! Changes of a registration by a submitted code: セキュリティコード, and the mailed code.

use jiff::Timestamp;

use super::{Registration, Stage};
use crate::audit::{Act, NoEvent};
use crate::challenge::{Challenge, Judged};
use crate::change::{Change, Put};
use crate::keys::{KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::office::Availability;
use crate::problem::{Kind, Refusal};
use crate::values::OfficeName;

/// Each method is a whole decision; the store repeats it on the present item after a conflict.
impl Registration {
    /// Spends a try at the security code before the claims system is asked, which counts tries itself. Answers with
    /// the tries left.
    pub fn spend_security_code_try(
        &self,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<u64, Refusal>> {
        let left = match self.may_try_security_code(limits) {
            Ok(left) => left,
            Err(refusal) => return Change::Keep(Err(refusal)),
        };
        let next = self.with_security_code_tries(|tries| tries.saturating_add(1));
        Change::Store(
            next.with_act(Act::SecurityCodeAsked, now),
            Ok(left.saturating_sub(1)),
        )
    }

    /// Refunds a try that was not wrong: nothing was judged, or the code was right and no mail can follow. `act` says
    /// which, and is recorded at every stage: in the audit, a try without a later act was wrong.
    pub fn refund_security_code_try(&self, act: Act, now: Timestamp) -> Change<Self, ()> {
        let next = self.with_security_code_tries(|tries| tries.saturating_sub(1));
        Change::Store(next.with_act(act, now), ())
    }

    /// The registration with another count of tries, where it waits for a security code.
    fn with_security_code_tries(&self, count: impl Fn(u32) -> u32) -> Self {
        match self.stage {
            Stage::SecurityCode { tries } => self.at(Stage::SecurityCode { tries: count(tries) }),
            Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. }
            | Stage::AlreadyRegistered { .. }
            | Stage::Completed { .. } => self.clone(),
        }
    }

    /// The security code was right: moves on to this stage. Of two parallel right codes, the second finds another
    /// stage and only records that it was right.
    pub fn accept_security_code(&self, stage: Stage, now: Timestamp) -> Change<Self, Result<(), Refusal>> {
        let (next, answer) = match self.stage {
            Stage::SecurityCode { .. } => (self.at(stage), Ok(())),
            Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. }
            | Stage::AlreadyRegistered { .. }
            | Stage::Completed { .. } => (self.clone(), Err(Kind::WrongStep.into())),
        };
        Change::Store(next.with_act(Act::SecurityCodeRight, now), answer)
    }

    /// The challenge, if a typed code is judged now.
    fn code_to_judge(&self, now: Timestamp, limits: &Limits) -> Result<(&OfficeName, &Challenge), Refusal> {
        let (office, challenge) = self.awaited_code()?;
        challenge.check(now, limits)?;
        Ok((office, challenge))
    }

    /// Handles a judged code: moves on if it is right, costs a try if it is not.
    ///
    /// The stored challenge decides whether the code was in time and is still the current one.
    pub fn enter_code(
        &self,
        judged: &Judged,
        availability: &Availability,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let (office, challenge) = match self.code_to_judge(now, limits) {
            Ok(awaited) => awaited,
            Err(refusal) => return Change::Keep(Err(refusal)),
        };
        if judged.is_right_for(challenge) {
            let next = Self {
                contact: Some(challenge.mail.to.clone()),
                ..self.after_code(office.clone(), availability)
            };
            return Change::Store(Put::new(next, NoEvent::RecordedWithClaimsUser), Ok(()));
        }
        let failed = challenge.failed();
        let refusal = Refusal::of(Kind::WrongCode).with_tries_left(failed.tries_left(limits));
        let stage = Stage::Otp {
            office: office.clone(),
            challenge: failed,
        };
        Change::Store(
            Put::new(self.at(stage), NoEvent::RecordedWithClaimsUser),
            Err(refusal),
        )
    }

    /// Resends the same code or the next one.
    pub fn resend_code(
        &self,
        ring: &KeyRing,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Self, Result<(), Refusal>>, UnknownKey> {
        let (office, challenge) = match self.awaited_code() {
            Ok(awaited) => awaited,
            Err(refusal) => return Ok(Change::Keep(Err(refusal))),
        };
        Ok(match challenge.resent(ring, self.expires_at, now, limits)? {
            Ok(challenge) => {
                let stage = Stage::Otp {
                    office: office.clone(),
                    challenge,
                };
                Change::Store(Put::new(self.at(stage), NoEvent::RecordedWithContact), Ok(()))
            }
            Err(refusal) => Change::Keep(Err(refusal)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Event;
    use crate::keys::tests::ring;
    use crate::registration::samples::{
        already_registered, at, at_otp, code_of, everywhere, judged, wrong_step,
    };
    use crate::samples::{LIMITS, address, flow, office, t};
    use crate::values::MemberId;

    #[test]
    fn three_security_codes_may_be_tried() {
        let mut registration = at(Stage::SecurityCode { tries: 0 });
        for left in [2, 1, 0] {
            let (next, event, answer) = registration.spend_security_code_try(t(5), &LIMITS).recorded();
            assert_eq!(answer, Ok(left));
            assert_eq!(event, Some(Event::of(Act::SecurityCodeAsked, t(5), &flow("f"))));
            registration = next;
        }
        assert_eq!(registration.stage, Stage::SecurityCode { tries: 3 });
        assert_eq!(
            registration.spend_security_code_try(t(5), &LIMITS).kept(),
            Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0))
        );
    }

    #[test]
    fn a_security_code_that_was_not_wrong_costs_no_try() {
        for act in [Act::SecurityCodeNotCounted, Act::SecurityCodeRight] {
            for (tries, after) in [(3, 2), (1, 0), (0, 0)] {
                let (next, event, ()) = at(Stage::SecurityCode { tries })
                    .refund_security_code_try(act, t(5))
                    .recorded();
                assert_eq!(next.stage, Stage::SecurityCode { tries: after });
                assert_eq!(event, Some(Event::of(act, t(5), &flow("f"))));
            }
        }
    }

    #[test]
    fn the_right_security_code_leads_on() {
        let recorded = at(Stage::SecurityCode { tries: 1 })
            .accept_security_code(at_otp().stage, t(5))
            .recorded();
        let event = Event::of(Act::SecurityCodeRight, t(5), &flow("f"));
        assert_eq!(recorded, (at_otp(), Some(event), Ok(())));
    }

    #[test]
    fn a_security_code_belongs_to_its_screen() {
        for elsewhere in everywhere().into_iter().skip(1) {
            assert_eq!(
                elsewhere.spend_security_code_try(t(5), &LIMITS).kept(),
                wrong_step()
            );
            // The result of a try is recorded there too, and nothing else changes.
            let event = |act| Some(Event::of(act, t(5), &flow("f")));
            let act = Act::SecurityCodeNotCounted;
            assert_eq!(
                elsewhere.refund_security_code_try(act, t(5)).recorded(),
                (elsewhere.clone(), event(act), ())
            );
            assert_eq!(
                elsewhere.accept_security_code(at_otp().stage, t(5)).recorded(),
                (elsewhere.clone(), event(Act::SecurityCodeRight), wrong_step())
            );
        }
    }

    /// the person learns here that the office is registered, never before.
    #[test]
    fn after_the_right_code_a_free_office_enters_a_profile_and_a_registered_one_learns_so() {
        let member = MemberId::new("m");
        let account = address().key();
        for (availability, stage) in [
            (Availability::Free, Stage::Profile { office: office() }),
            (Availability::Pending { member, account }, already_registered()),
            (Availability::Taken, already_registered()),
        ] {
            let right = judged(code_of(&at_otp()), true);
            let change = at_otp().enter_code(&right, &availability, t(599), &LIMITS);
            let next = Registration {
                contact: Some(address()),
                ..at(stage)
            };
            assert_eq!(change.recorded(), (next, None, Ok(())));
        }
    }

    #[test]
    fn a_wrong_code_costs_one_of_five_tries() {
        let mut registration = at_otp();
        for left in [4, 3, 2, 1, 0] {
            let wrong = judged(code_of(&registration), false);
            let change = registration.enter_code(&wrong, &Availability::Free, t(0), &LIMITS);
            let (next, event, answer) = change.recorded();
            assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(left)));
            assert_eq!(event, None, "the claims user's write records it");
            assert_eq!(code_of(&next).tries_left(&LIMITS), left);
            registration = next;
        }
        let right = judged(code_of(&registration), true);
        assert_eq!(
            registration
                .enter_code(&right, &Availability::Free, t(0), &LIMITS)
                .kept(),
            Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0))
        );
    }

    #[test]
    fn a_code_that_comes_too_late_is_not_judged() {
        for right in [true, false] {
            let judged = judged(code_of(&at_otp()), right);
            let change = at_otp().enter_code(&judged, &Availability::Free, t(600), &LIMITS);
            assert_eq!(change.kept(), Err(Kind::CodeExpired.into()));
        }
    }

    #[test]
    fn a_code_of_an_earlier_mail_is_wrong_after_a_new_one() {
        let earlier = judged(code_of(&at_otp()), true);
        let (resent, answer) = at_otp().resend_code(&ring(), t(421), &LIMITS).unwrap().stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(code_of(&resent).code_expires_at(), t(1_021));
        let (_, answer) = resent
            .enter_code(&earlier, &Availability::Free, t(422), &LIMITS)
            .stored();
        assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(4)));
    }

    #[test]
    fn a_resend_waits_its_time_and_brings_no_code_that_outlives_the_registration() {
        let resend = |second| at_otp().resend_code(&ring(), t(second), &LIMITS).unwrap();
        assert_eq!(
            resend(29).kept(),
            Err(Refusal::of(Kind::ResendTooEarly).with_retry_after(1))
        );
        assert_eq!(code_of(&resend(1_700).stored().0).code_expires_at(), t(1_800));
    }

    #[test]
    fn a_code_belongs_to_its_screen() {
        let right = judged(code_of(&at_otp()), true);
        for elsewhere in everywhere() {
            if matches!(elsewhere.stage, Stage::Otp { .. }) {
                continue;
            }
            assert_eq!(
                elsewhere
                    .enter_code(&right, &Availability::Free, t(0), &LIMITS)
                    .kept(),
                wrong_step()
            );
            let resent = elsewhere.resend_code(&ring(), t(30), &LIMITS).unwrap();
            assert_eq!(resent.kept(), wrong_step());
        }
    }
}
