//! The possible next actions of a registration, where more than the stage decides them.
//!
//! The progress document and the steps use the same functions, so an offered action works, and one that is not
//! offered is refused.

use jiff::Timestamp;

use super::{Registration, Replaced, Stage};
use crate::account::Member;
use crate::challenge::Challenge;
use crate::limits::Limits;
use crate::office::{Availability, Seats};
use crate::problem::{Kind, Refusal};
use crate::take_over::TakeOver;
use crate::values::{AccountKey, EmailAddress, MemberId, OfficeName};

/// How many security codes may still be tried after this number of tries.
pub fn security_code_tries_left(tries: u32, limits: &Limits) -> u64 {
    limits.security_code_tries.saturating_sub(u64::from(tries))
}

impl Registration {
    /// How many security codes may still be tried, where the registration waits for one.
    pub fn security_code_tries_left(&self, limits: &Limits) -> Option<u64> {
        match self.stage {
            Stage::SecurityCode { tries } => Some(security_code_tries_left(tries, limits)),
            Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. }
            | Stage::AlreadyRegistered { .. }
            | Stage::Completed { .. } => None,
        }
    }

    /// Whether a security code may be tried now; the number of tries, this one included.
    pub fn may_try_security_code(&self, limits: &Limits) -> Result<u64, Refusal> {
        match self.security_code_tries_left(limits) {
            None => Err(Kind::WrongStep.into()),
            Some(0) => Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0)),
            Some(left) => Ok(left),
        }
    }

    /// The challenge of the mailed code where the registration waits for one, and the office that it proves.
    pub fn awaited_code(&self) -> Result<(&OfficeName, &Challenge), Refusal> {
        match &self.stage {
            Stage::Otp { office, challenge } => Ok((office, challenge)),
            Stage::SecurityCode { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. }
            | Stage::AlreadyRegistered { .. }
            | Stage::Completed { .. } => Err(Kind::WrongStep.into()),
        }
    }

    /// Whether a profile may be entered or corrected: for which office, and which member it replaces.
    ///
    /// Where the office is registered already, its seats decide: a member who never logged in may be replaced, and all of
    /// them while a take-over is open.
    pub fn may_enter_profile(
        &self,
        seats: &Seats,
        now: Timestamp,
    ) -> Result<(&OfficeName, Option<Replaced>), Refusal> {
        match (&self.stage, &seats.availability) {
            (Stage::Profile { office }, _) | (Stage::AlreadyRegistered { office }, Availability::Free) => {
                Ok((office, None))
            }
            (Stage::Confirm { office, replaces, .. }, _) => Ok((office, replaces.clone())),
            (Stage::AlreadyRegistered { office }, Availability::Pending { member, account }) => {
                let replaced = Replaced::Pending {
                    member: member.clone(),
                    account: account.clone(),
                };
                Ok((office, Some(replaced)))
            }
            (Stage::AlreadyRegistered { office }, Availability::Taken)
                if seats
                    .take_over
                    .as_ref()
                    .is_some_and(|it| it.may_be_completed(now)) =>
            {
                Ok((office, Some(Replaced::Everyone)))
            }
            (Stage::AlreadyRegistered { .. }, Availability::Taken)
            | (Stage::SecurityCode { .. } | Stage::Otp { .. } | Stage::Completed { .. }, _) => {
                Err(Kind::WrongStep.into())
            }
        }
    }

    /// Whether a take-over of the office may be asked for: a member has logged in, none is under way, and few were asked
    /// for. Answers with the office, and the address that the claims system has.
    pub fn may_ask_for_take_over(
        &self,
        seats: &Seats,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(&OfficeName, &EmailAddress), Refusal> {
        match (&self.stage, &seats.availability, &self.contact) {
            (Stage::AlreadyRegistered { office }, Availability::Taken, Some(contact)) => {
                TakeOver::may_be_asked(seats.take_over.as_ref(), now, limits)?;
                Ok((office, contact))
            }
            // Without a contact the registration began before a release that keeps it: it starts again.
            (Stage::AlreadyRegistered { .. }, Availability::Taken, None)
            | (Stage::AlreadyRegistered { .. }, Availability::Free | Availability::Pending { .. }, _)
            | (
                Stage::SecurityCode { .. }
                | Stage::Otp { .. }
                | Stage::Profile { .. }
                | Stage::Confirm { .. }
                | Stage::Completed { .. },
                _,
                _,
            ) => Err(Kind::WrongStep.into()),
        }
    }

    /// Whether the initial password may be re-issued: the member and the account.
    ///
    /// At 同一組織で登録済み it is the pending member's; at ユーザ登録完了 the old one must have expired.
    pub fn may_reissue_initial_password<'a>(
        &'a self,
        seats: &'a Seats,
        now: Timestamp,
    ) -> Result<(&'a MemberId, &'a AccountKey), Refusal> {
        match (&self.stage, &seats.availability) {
            (Stage::AlreadyRegistered { .. }, Availability::Pending { member, account }) => {
                Ok((member, account))
            }
            (Stage::Completed { member, account, .. }, _) => {
                let mail = seats.member(member).and_then(Member::mail);
                if mail.is_some_and(|mail| mail.is_expired(now)) {
                    Ok((member, account))
                } else {
                    Err(Kind::WrongStep.into())
                }
            }
            (Stage::AlreadyRegistered { .. }, Availability::Free | Availability::Taken)
            | (
                Stage::SecurityCode { .. }
                | Stage::Otp { .. }
                | Stage::Profile { .. }
                | Stage::Confirm { .. },
                _,
            ) => Err(Kind::WrongStep.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::{Allowed, allowed_in_registration};
    use crate::registration::samples::{already_registered, at, completed, confirming, everywhere};
    use crate::samples::{LIMITS, active, address, office, pending, t, take_over};

    fn waiting() -> Availability {
        Availability::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        }
    }

    fn replaced() -> Replaced {
        Replaced::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        }
    }

    /// Every state of an office.
    fn all_seats() -> [Seats; 3] {
        [
            Seats::none(),
            Seats {
                availability: waiting(),
                members: vec![pending("m")],
                take_over: None,
            },
            Seats {
                availability: Availability::Taken,
                members: vec![active("m")],
                take_over: None,
            },
        ]
    }

    #[test]
    fn a_profile_is_for_the_proven_office_and_replaces_only_who_never_came() {
        let [free, waiting, taken] = all_seats();
        let proven = office();
        let entry = |stage, seats: &Seats| {
            let registration = at(stage);
            let entry = registration.may_enter_profile(seats, t(0));
            entry.map(|(office, replaces)| (office.clone(), replaces))
        };
        let wrong_step = Err(Kind::WrongStep.into());
        let first = Ok((proven.clone(), None));
        let correction = Ok((proven.clone(), Some(replaced())));
        for seats in [&free, &waiting, &taken] {
            assert_eq!(entry(Stage::Profile { office: office() }, seats), first);
            assert_eq!(entry(confirming(None), seats), first);
            assert_eq!(entry(confirming(Some(replaced())), seats), correction);
            assert_eq!(entry(completed(None), seats), wrong_step);
            assert_eq!(entry(Stage::SecurityCode { tries: 0 }, seats), wrong_step);
        }
        assert_eq!(entry(already_registered(), &free), first);
        assert_eq!(entry(already_registered(), &waiting), correction);
        assert_eq!(entry(already_registered(), &taken), wrong_step);
    }

    #[test]
    fn a_new_initial_password_is_the_pending_members_or_ones_own_that_has_expired() {
        let life = 72 * 3_600;
        let [free, waiting, taken] = all_seats();
        let may = |stage, seats: &Seats, second| {
            at(stage)
                .may_reissue_initial_password(seats, t(second))
                .map(|(member, account)| (member.clone(), account.clone()))
        };
        let own = Ok((MemberId::new("m"), address().key()));
        let wrong_step = Err(Kind::WrongStep.into());
        assert_eq!(may(already_registered(), &waiting, 0), own);
        assert_eq!(may(already_registered(), &free, 0), wrong_step);
        assert_eq!(may(already_registered(), &taken, 0), wrong_step);
        assert_eq!(may(completed(None), &waiting, life - 1), wrong_step);
        assert_eq!(may(completed(None), &waiting, life), own);
        assert_eq!(may(completed(None), &taken, life), wrong_step);
        assert_eq!(may(completed(None), &free, life), wrong_step);
        assert_eq!(may(confirming(None), &waiting, life), wrong_step);
    }

    #[test]
    fn what_the_document_offers_is_what_the_steps_let_through() {
        for registration in everywhere() {
            for seats in all_seats() {
                for second in [0, 10, 72 * 3_600] {
                    let allowed = allowed_in_registration(&registration, &seats, t(second), &LIMITS);
                    let offers = |word| allowed.contains(&word);
                    let stage = &registration.stage;
                    assert_eq!(
                        offers(Allowed::SecurityCode),
                        registration.may_try_security_code(&LIMITS).is_ok(),
                        "{stage:?}"
                    );
                    assert_eq!(
                        offers(Allowed::Otp),
                        registration.awaited_code().is_ok(),
                        "{stage:?}"
                    );
                    assert_eq!(
                        offers(Allowed::Profile) || offers(Allowed::CorrectProfile),
                        registration.may_enter_profile(&seats, t(10)).is_ok(),
                        "{stage:?} {seats:?}"
                    );
                    assert_eq!(
                        offers(Allowed::ReissueInitialPassword),
                        registration
                            .may_reissue_initial_password(&seats, t(second))
                            .is_ok(),
                        "{stage:?} {seats:?}"
                    );
                }
            }
        }
    }

    /// An office whose member has logged in, and its take-over.
    fn taken(take_over: Option<TakeOver>) -> Seats {
        Seats {
            availability: Availability::Taken,
            members: vec![active("m")],
            take_over,
        }
    }

    fn proven() -> Registration {
        Registration {
            contact: Some(address()),
            ..at(already_registered())
        }
    }

    #[test]
    fn a_take_over_is_asked_for_where_a_member_has_logged_in_and_none_is_under_way() {
        let may = |registration: &Registration, seats: &Seats| {
            let may = registration.may_ask_for_take_over(seats, t(0), &LIMITS);
            may.map(|(office, contact)| (office.clone(), contact.clone()))
        };
        let [free, waiting, _] = all_seats();
        assert_eq!(may(&proven(), &taken(None)), Ok((office(), address())));
        assert_eq!(
            may(&proven(), &taken(Some(take_over()))),
            Err(Kind::WrongStep.into())
        );
        for seats in [free, waiting] {
            assert_eq!(may(&proven(), &seats), Err(Kind::WrongStep.into()));
        }
        for elsewhere in everywhere() {
            assert_eq!(may(&elsewhere, &taken(None)), Err(Kind::WrongStep.into()));
        }
    }

    #[test]
    fn a_profile_replaces_everyone_only_while_a_take_over_is_open() {
        let seats = taken(Some(take_over()));
        let enters = |second| {
            proven()
                .may_enter_profile(&seats, t(second))
                .map(|(_, replaces)| replaces)
        };
        let allowed = |second| allowed_in_registration(&proven(), &seats, t(second), &LIMITS);
        let opens = seats.take_over.as_ref().unwrap().from;
        let second = crate::time::seconds_until(t(0), opens);
        assert_eq!(enters(second - 1), Err(Kind::WrongStep.into()));
        assert_eq!(allowed(second - 1), [Allowed::Cancel]);
        assert_eq!(enters(second), Ok(Some(Replaced::Everyone)));
        assert_eq!(allowed(second), [Allowed::CompleteTakeOver, Allowed::Cancel]);
        let over = second + 14 * 86_400;
        assert_eq!(enters(over), Err(Kind::WrongStep.into()));
        assert_eq!(allowed(over), [Allowed::TakeOver, Allowed::Cancel]);
    }
}
