//! Changes of a registration by a submitted or confirmed profile.

use super::{Registered, Registration, Replaced, Stage};
use crate::account::VoidClaim;
use crate::audit::NoEvent;
use crate::change::{Change, Put};
use crate::limits::Limits;
use crate::office::Availability;
use crate::problem::{Kind, Refusal};
use crate::values::{AccountKey, MemberId, OfficeName, Profile};

/// Each method is a whole decision; the store repeats it on the present item after a conflict.
impl Registration {
    /// A profile that was entered or corrected while the registration was at `before`, and whose address can be
    /// claimed. The eleventh address ends the registration.
    ///
    /// A late profile does not overwrite one that was confirmed meanwhile.
    pub fn enter_profile(
        &self,
        before: &Stage,
        office: OfficeName,
        profile: Profile,
        replaces: Option<Replaced>,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let same_stage = core::mem::discriminant(&self.stage) == core::mem::discriminant(before);
        if !same_stage && !matches!(self.stage, Stage::Profile { .. } | Stage::Confirm { .. }) {
            return Change::Keep(Err(Kind::WrongStep.into()));
        }
        let Some(asked) = self.after_asking(&profile.email.key(), limits) else {
            return Change::Remove(NoEvent::NoAct, Err(Kind::TooManyRequests.into()));
        };
        let stage = Stage::Confirm {
            office,
            profile,
            replaces,
        };
        Change::Store(Put::new(asked.at(stage), NoEvent::NoAct), Ok(()))
    }

    /// This address is taken. The fifth such answer ends the registration, and so does the eleventh address, so that
    /// a registration cannot probe a list of addresses.
    pub fn refuse_address(&self, address: &AccountKey, limits: &Limits) -> Change<Self, Refusal> {
        let Some(asked) = self.after_asking(address, limits) else {
            return Change::Remove(NoEvent::NoAct, Kind::TooManyRequests.into());
        };
        let next = Self {
            email_taken: self.email_taken.saturating_add(1),
            ..asked
        };
        let refusal = Kind::EmailTaken.into();
        if u64::from(next.email_taken) < limits.email_taken_answers {
            Change::Store(Put::new(next, NoEvent::NoAct), refusal)
        } else {
            Change::Remove(NoEvent::NoAct, refusal)
        }
    }

    /// Updates a completed registration to what its account says: the claim of this member is void.
    pub fn note_void(&self, void: &VoidClaim, availability: &Availability) -> Change<Self, ()> {
        match &self.stage {
            Stage::Completed { office, member, .. } if *member == void.member => {
                let next = self.after_void(office.clone(), void, availability);
                Change::Store(Put::new(next, NoEvent::RecordedWithAccount), ())
            }
            Stage::SecurityCode { .. }
            | Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. }
            | Stage::AlreadyRegistered { .. }
            | Stage::Completed { .. } => Change::Keep(()),
        }
    }

    /// Records the commit: this registration created the member. Answers with the registration in its new state.
    pub fn complete(
        &self,
        office: OfficeName,
        member: MemberId,
        account: AccountKey,
        registered: Registered,
    ) -> Change<Self, Self> {
        if matches!(self.stage, Stage::Completed { .. }) {
            return Change::Keep(self.clone());
        }
        let next = Self {
            voided: None,
            ..self.at(Stage::Completed {
                office,
                member,
                account,
                registered: Some(registered),
            })
        };
        Change::Store(Put::new(next.clone(), NoEvent::RecordedWithAccount), next)
    }

    /// Another registration registered the office first: the person sees the actions that are left.
    pub fn move_to_already_registered(&self, office: OfficeName) -> Change<Self, Self> {
        match self.stage {
            Stage::Confirm { .. } => {
                let next = self.at(Stage::AlreadyRegistered { office });
                Change::Store(Put::new(next.clone(), NoEvent::NoAct), next)
            }
            Stage::SecurityCode { .. }
            | Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::AlreadyRegistered { .. }
            | Stage::Completed { .. } => Change::Keep(self.clone()),
        }
    }

    /// Completes the registration with the pending member, whose initial password is re-issued next. The flow is
    /// written first, so that a double click re-issues once.
    pub fn complete_with_pending(
        &self,
        office: OfficeName,
        member: MemberId,
        account: AccountKey,
    ) -> Change<Self, Result<(), Refusal>> {
        match self.stage {
            Stage::AlreadyRegistered { .. } => {
                let stage = Stage::Completed {
                    office,
                    member,
                    account,
                    registered: None,
                };
                let next = Self {
                    voided: None,
                    ..self.at(stage)
                };
                Change::Store(Put::new(next, NoEvent::RecordedWithAccount), Ok(()))
            }
            Stage::SecurityCode { .. }
            | Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. }
            | Stage::Completed { .. } => Change::Keep(Err(Kind::WrongStep.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::void_claim;
    use crate::registration::samples::{
        already_registered, at, at_otp, at_profile, completed, confirming, everywhere, registered, wrong_step,
    };
    use crate::samples::{LIMITS, address, office, profile};

    #[test]
    fn a_profile_may_be_entered_and_corrected_until_it_is_confirmed() {
        let replaces = Some(Replaced::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        });
        let enter = |stands: &Registration, before: &Stage| {
            stands.enter_profile(before, office(), profile(), replaces.clone(), &LIMITS)
        };
        let next = Registration {
            asked: vec![address().key()],
            ..at(confirming(replaces.clone()))
        };
        for stage in [at_profile().stage, confirming(None)] {
            let stands = at(stage);
            for before in [at_profile().stage, confirming(None), already_registered()] {
                assert_eq!(enter(&stands, &before).recorded(), (next.clone(), None, Ok(())));
            }
        }
        // 同一組織で登録済み: a correction begins there, and continues only from there.
        let stands = at(already_registered());
        assert_eq!(
            enter(&stands, &already_registered()).recorded(),
            (next, None, Ok(()))
        );
        assert_eq!(enter(&stands, &confirming(None)).kept(), wrong_step());
        for late in [at(completed(Some(registered()))), at_otp()] {
            assert_eq!(enter(&late, &confirming(None)).kept(), wrong_step());
        }
    }

    #[test]
    fn the_fifth_answer_that_an_address_is_taken_ends_the_registration() {
        let mut registration = at_profile();
        let taken = Refusal::of(Kind::EmailTaken);
        for count in 1..5 {
            let (next, event, refusal) = registration.refuse_address(&address().key(), &LIMITS).recorded();
            assert_eq!((event, refusal), (None, taken.clone()));
            assert_eq!(
                next,
                Registration {
                    email_taken: count,
                    asked: vec![address().key()],
                    ..at_profile()
                }
            );
            registration = next;
        }
        for registration in [
            registration,
            Registration {
                email_taken: u32::MAX,
                ..at_profile()
            },
        ] {
            assert_eq!(
                registration.refuse_address(&address().key(), &LIMITS),
                Change::Remove(NoEvent::NoAct, taken.clone())
            );
        }
    }

    #[test]
    fn the_eleventh_address_ends_the_registration_and_one_that_was_asked_about_does_not() {
        let key = |at: usize| AccountKey::new(format!("address {at}"));
        let asked = |count| Registration {
            asked: (0..count).map(key).collect(),
            ..at_profile()
        };
        let enter = |stands: &Registration| {
            stands.enter_profile(&at_profile().stage, office(), profile(), None, &LIMITS)
        };
        assert_eq!(enter(&asked(9)).stored().0.asked.len(), 10);
        let ended = Refusal::of(Kind::TooManyRequests);
        assert_eq!(ended.retry_after_seconds, None);
        assert_eq!(
            enter(&asked(10)),
            Change::Remove(NoEvent::NoAct, Err(ended.clone()))
        );
        assert_eq!(
            asked(10).refuse_address(&key(10), &LIMITS),
            Change::Remove(NoEvent::NoAct, ended)
        );
        let (again, refusal) = asked(10).refuse_address(&key(3), &LIMITS).stored();
        assert_eq!((again.asked.len(), refusal), (10, Kind::EmailTaken.into()));
        let mut own = asked(9);
        own.asked.push(address().key());
        assert_eq!(enter(&own).stored().0.asked.len(), 10);
    }

    #[test]
    fn a_registration_whose_claim_became_void_is_at_the_profile_again() {
        let void = void_claim("m", 60);
        let done = at(completed(Some(registered())));
        let again = |availability: &Availability| {
            let (next, event, ()) = done.note_void(&void, availability).recorded();
            assert_eq!(event, None);
            assert_eq!(next.voided, Some(address().masked()));
            next.stage
        };
        assert_eq!(again(&Availability::Free), at_profile().stage);
        assert_eq!(again(&Availability::Taken), already_registered());
        done.note_void(&void_claim("another", 60), &Availability::Free)
            .kept();
        for elsewhere in everywhere() {
            if !matches!(elsewhere.stage, Stage::Completed { .. }) {
                elsewhere.note_void(&void, &Availability::Free).kept();
            }
        }
        let voided = Registration {
            voided: Some(address().masked()),
            ..at(confirming(None))
        };
        let completed = voided.complete(office(), MemberId::new("n"), address().key(), registered());
        assert_eq!(completed.stored().0.voided, None);
    }

    #[test]
    fn a_registration_is_completed_once() {
        let complete = |stands: &Registration, member: &str| {
            stands.complete(office(), MemberId::new(member), address().key(), registered())
        };
        let done = at(completed(Some(registered())));
        let (stored, event, answer) = complete(&at(confirming(None)), "m").recorded();
        assert_eq!((&stored, event, &answer), (&done, None, &done));
        assert_eq!(complete(&done, "another").kept(), done);
    }

    #[test]
    fn only_a_registration_that_found_its_office_taken_moves_to_already_registered() {
        let lost = at(already_registered());
        let change = at(confirming(None)).move_to_already_registered(office());
        assert_eq!(change.recorded(), (lost.clone(), None, lost));
        for elsewhere in everywhere() {
            if !matches!(elsewhere.stage, Stage::Confirm { .. }) {
                assert_eq!(elsewhere.move_to_already_registered(office()).kept(), elsewhere);
            }
        }
    }

    #[test]
    fn a_pending_member_is_taken_up_once() {
        let take_up = |stands: &Registration| {
            stands.complete_with_pending(office(), MemberId::new("m"), address().key())
        };
        assert_eq!(
            take_up(&at(already_registered())).recorded(),
            (at(completed(None)), None, Ok(()))
        );
        for elsewhere in everywhere() {
            if !matches!(elsewhere.stage, Stage::AlreadyRegistered { .. }) {
                assert_eq!(take_up(&elsewhere).kept(), wrong_step());
            }
        }
    }
}
