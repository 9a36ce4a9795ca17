//! The possible next actions of a registration, where more than the stage decides them.
//!
//! The progress document and the steps use the same functions, so an offered action works, and one that is not
//! offered is refused.

use jiff::Timestamp;

use super::{Registration, Replaced, Stage};
use crate::account::Member;
use crate::challenge::Challenge;
use crate::limits::Limits;
use crate::office::{Claim, Seats};
use crate::problem::{Kind, Refusal};
use crate::values::{AccountKey, MemberId, OfficeName};

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
    /// Where the office is registered already, its seats decide: only a member who never logged in may be replaced.
    pub fn may_enter_profile(&self, seats: &Seats) -> Result<(&OfficeName, Option<Replaced>), Refusal> {
        match (&self.stage, &seats.claim) {
            (Stage::Profile { office }, _) | (Stage::AlreadyRegistered { office }, Claim::Free) => {
                Ok((office, None))
            }
            (Stage::Confirm { office, replaces, .. }, _) => Ok((office, replaces.clone())),
            (Stage::AlreadyRegistered { office }, Claim::Pending { member, account }) => {
                let replaced = Replaced {
                    member: member.clone(),
                    account: account.clone(),
                };
                Ok((office, Some(replaced)))
            }
            (Stage::AlreadyRegistered { .. }, Claim::Taken)
            | (Stage::SecurityCode { .. } | Stage::Otp { .. } | Stage::Completed { .. }, _) => {
                Err(Kind::WrongStep.into())
            }
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
        match (&self.stage, &seats.claim) {
            (Stage::AlreadyRegistered { .. }, Claim::Pending { member, account }) => Ok((member, account)),
            (Stage::Completed { member, account, .. }, _) => {
                let mail = seats.member(member).and_then(Member::mail);
                if mail.is_some_and(|mail| mail.is_expired(now)) {
                    Ok((member, account))
                } else {
                    Err(Kind::WrongStep.into())
                }
            }
            (Stage::AlreadyRegistered { .. }, Claim::Free | Claim::Taken)
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
    use crate::samples::{LIMITS, active, address, office, pending, t};

    fn waiting() -> Claim {
        Claim::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        }
    }

    fn replaced() -> Replaced {
        Replaced {
            member: MemberId::new("m"),
            account: address().key(),
        }
    }

    /// Every state of an office.
    fn all_seats() -> [Seats; 3] {
        [
            Seats::none(),
            Seats {
                claim: waiting(),
                members: vec![pending("m")],
            },
            Seats {
                claim: Claim::Taken,
                members: vec![active("m")],
            },
        ]
    }

    #[test]
    fn a_profile_is_for_the_proven_office_and_replaces_only_who_never_came() {
        let [free, waiting, taken] = all_seats();
        let proven = office();
        let entry = |stage, seats: &Seats| {
            let registration = at(stage);
            let entry = registration.may_enter_profile(seats);
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
                        registration.may_enter_profile(&seats).is_ok(),
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
}
