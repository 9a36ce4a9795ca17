//! What a submitted or confirmed profile makes of a registration.

use super::{Registered, Registration, Replaced, Stage};
use crate::audit::NoEvent;
use crate::change::{Change, Put};
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::values::{AccountKey, MemberId, OfficeName, Profile};

/// What a submission makes of a registration. Each method is the whole decision; the store repeats it on the current
/// item after a conflict.
impl Registration {
    /// A profile that was entered or corrected while the registration stood at `before`.
    ///
    /// One that somebody confirmed meanwhile is not overwritten by a late one.
    pub fn enter_profile(
        &self,
        before: &Stage,
        office: OfficeName,
        profile: Profile,
        replaces: Option<Replaced>,
    ) -> Change<Self, Result<(), Refusal>> {
        let same_stage = core::mem::discriminant(&self.stage) == core::mem::discriminant(before);
        if same_stage || matches!(self.stage, Stage::Profile { .. } | Stage::Confirm { .. }) {
            let stage = Stage::Confirm {
                office,
                profile,
                replaces,
            };
            Change::Store(Put::new(self.at(stage), NoEvent::NoAct), Ok(()))
        } else {
            Change::Keep(Err(Kind::WrongStep.into()))
        }
    }

    /// One more answer of the kind `email-taken`; the last ends the registration, so that nobody asks through a list.
    pub fn count_email_taken(&self, limits: &Limits) -> Change<Self, ()> {
        match self.after_email_taken(limits) {
            Some(next) => Change::Store(Put::new(next, NoEvent::NoAct), ()),
            None => Change::Remove(NoEvent::NoAct, ()),
        }
    }

    /// What is committed: this registration made the member. Answers with the registration as it is then.
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
        let next = self.at(Stage::Completed {
            office,
            member,
            account,
            registered: Some(registered),
        });
        Change::Store(Put::new(next.clone(), NoEvent::RecordedWithAccount), next)
    }

    /// Another registration registered the office first: the person is shown the ways on.
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

    /// Completes the registration with the pending member, whose initial password is re-issued next. The flow is written
    /// first, so that a double click re-issues once.
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
                Change::Store(Put::new(self.at(stage), NoEvent::RecordedWithAccount), Ok(()))
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
    use crate::registration::samples::{
        already_registered, at, at_otp, at_profile, completed, confirming, everywhere, registered, wrong_step,
    };
    use crate::samples::{LIMITS, address, office, profile};

    #[test]
    fn a_profile_may_be_entered_and_corrected_until_it_is_confirmed() {
        let replaces = Some(Replaced {
            member: MemberId::new("m"),
            account: address().key(),
        });
        let enter = |stands: &Registration, before: &Stage| {
            stands.enter_profile(before, office(), profile(), replaces.clone())
        };
        let next = at(confirming(replaces.clone()));
        for stage in [at_profile().stage, confirming(None)] {
            let stands = at(stage);
            for before in [at_profile().stage, confirming(None), already_registered()] {
                assert_eq!(enter(&stands, &before).recorded(), (next.clone(), None, Ok(())));
            }
        }
        // 同一組織で登録済み: a correction begins there, and only there may it go on from there.
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
        for count in 1..5 {
            let (next, event, ()) = registration.count_email_taken(&LIMITS).recorded();
            assert_eq!(event, None);
            assert_eq!(
                next,
                Registration {
                    email_taken: count,
                    ..at_profile()
                }
            );
            registration = next;
        }
        assert_eq!(
            registration.count_email_taken(&LIMITS),
            Change::Remove(NoEvent::NoAct, ())
        );
        let endless = Registration {
            email_taken: u32::MAX,
            ..at_profile()
        };
        assert_eq!(
            endless.count_email_taken(&LIMITS),
            Change::Remove(NoEvent::NoAct, ())
        );
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
    fn whoever_loses_the_office_is_told_who_has_it_and_nobody_else_is() {
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
