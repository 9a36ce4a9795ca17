//! 事業所 — a registered office and its seats.

mod members;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use self::members::{AnsweredRequest, has_active_manager};
use crate::account::Member;
use crate::audit::Unaudited;
use crate::change::{Change, Entity};
use crate::guards::{AddressGuard, RetryAfter};
use crate::limits::Limits;
use crate::registration::Replaced;
use crate::values::{AccountKey, AddressTag, Draft, FlowId, MemberId, OfficeName, RequestKey};

/// The registration that claimed an office, which identifies a repeated 「登録する」.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Founding {
    /// The flow.
    pub flow: FlowId,
    /// The Idempotency-Key of its request.
    pub request: RequestKey,
    /// The profile that was confirmed.
    pub draft: Draft,
    /// The first member.
    pub member: MemberId,
    /// The time of the registration.
    pub at: Timestamp,
}

/// 事業所 — one 介護保険事業所番号, registered at most once, by whichever KJ ID (R-13).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Office {
    /// Number and name.
    pub office: OfficeName,
    /// The members with a seat, each with the account of the address; the account decides whether the seat is held.
    pub members: BTreeMap<MemberId, AccountKey>,
    /// The registration that claimed it.
    pub founding: Founding,
    /// The addresses that its members asked about.
    pub addresses: AddressGuard,
    /// The requests of a day that mailed an initial password, the oldest first.
    pub answered: Vec<AnsweredRequest>,
}

/// Whether an office can be registered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Claim {
    /// No member holds a seat, or only members whose seat has expired: the office can be registered.
    Free,
    /// A member is registered, but no member has ever logged in: the initial password can be re-issued, and the
    /// profile corrected.
    Pending {
        /// The only member.
        member: MemberId,
        /// The member's account.
        account: AccountKey,
    },
    /// A member has logged in: further users are added from マイページ (R-17).
    Taken,
}

/// The holders of an office's seats, as far as they decide the next actions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Seats {
    /// Whether the office can be registered.
    pub claim: Claim,
    /// The members with a seat.
    pub members: Vec<Member>,
}

impl Seats {
    /// The seats of an office that is not registered.
    pub const fn none() -> Self {
        Self {
            claim: Claim::Free,
            members: Vec::new(),
        }
    }

    /// The member of this id, if it holds a seat.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }
}

/// Why a registered office is not claimed again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NotClaimed {
    /// An earlier request of the same registration claimed it, and its answer was lost; the member has this address.
    Before(Box<Founding>, AccountKey),
    /// Another registration claimed it.
    Taken,
}

impl Entity for Office {
    type Audit = Unaudited;
}

impl Office {
    /// An office with its first member.
    pub fn founded(office: OfficeName, founding: Founding, member: &Member) -> Self {
        let members = BTreeMap::from([(member.id.clone(), member.profile.email.key())]);
        Self {
            office,
            members,
            founding,
            addresses: AddressGuard::default(),
            answered: Vec::new(),
        }
    }

    /// The office after one of its members asked about the address of this account, if there is room for another
    /// address. For a write that changes the office for another reason, too; by itself it is [`Office::ask`].
    pub fn asked(&self, address: &AccountKey, now: Timestamp, limits: &Limits) -> Result<Self, RetryAfter> {
        let tag = AddressTag::of(&self.office.number, address);
        Ok(Self {
            addresses: self.addresses.ask(tag, now, limits)?,
            ..self.clone()
        })
    }

    /// Charges a question about the address of this account, before it is answered. What was asked before is not
    /// written again.
    pub fn ask(
        &self,
        address: &AccountKey,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), RetryAfter>> {
        match self.asked(address, now, limits) {
            Err(not) => Change::Keep(Err(not)),
            Ok(same) if same == *self => Change::Keep(Ok(())),
            Ok(next) => Change::Store(next.into(), Ok(())),
        }
    }

    /// Whether a registration may claim this office: no member holds a seat, or only the member whom it corrects.
    pub fn may_be_claimed_by<'a>(
        &self,
        by: &Founding,
        corrects: Option<&Replaced>,
        holders: impl IntoIterator<Item = &'a Member> + Clone,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(), NotClaimed> {
        // A registration whose member lost the address to another office continues, and claims the office again.
        let founder = holders
            .clone()
            .into_iter()
            .find(|holder| holder.id == self.founding.member && !holder.seat_has_expired(now, limits));
        if let Some(account) = founder.and_then(|founder| self.members.get(&founder.id))
            && self.founding.flow == by.flow
        {
            return Err(NotClaimed::Before(
                Box::new(self.founding.clone()),
                account.clone(),
            ));
        }
        match (self.claim(holders, now, limits), corrects) {
            (Claim::Free, _) => Ok(()),
            (Claim::Pending { member, .. }, Some(correction)) if member == correction.member => Ok(()),
            (Claim::Pending { .. } | Claim::Taken, _) => Err(NotClaimed::Taken),
        }
    }

    /// Whether the office can be registered, by the accounts of its seats.
    ///
    /// A seat is free if its account does not hold the member, or if the member is still pending after 14 days.
    pub fn claim<'a>(
        &self,
        members: impl IntoIterator<Item = &'a Member>,
        now: Timestamp,
        limits: &Limits,
    ) -> Claim {
        let mut pending = None;
        for member in members {
            let holds_a_seat = self.members.contains_key(&member.id);
            if !holds_a_seat || member.seat_has_expired(now, limits) {
                continue;
            }
            if !member.is_pending() {
                return Claim::Taken;
            }
            pending = Some(member);
        }
        match pending {
            None => Claim::Free,
            Some(member) => Claim::Pending {
                member: member.id.clone(),
                account: member.profile.email.key(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, active, address, flow, office, pending, profile, t};

    const SEAT: u64 = 14 * 86_400;

    fn founding(by: &str, member: &str) -> Founding {
        Founding {
            flow: flow(by),
            request: RequestKey::new("r"),
            draft: profile().draft(),
            member: MemberId::new(member),
            at: t(0),
        }
    }

    /// An office that the member `m` claimed by the registration `f`.
    pub(super) fn claimed() -> Office {
        Office::founded(office(), founding("f", "m"), &pending("m"))
    }

    fn claim(holders: &[Member], second: u64) -> Claim {
        claimed().claim(holders, t(second), &LIMITS)
    }

    fn may_claim(by: &Founding, corrects: Option<&str>, holders: &[Member]) -> Result<(), NotClaimed> {
        let corrects = corrects.map(|member| Replaced {
            member: MemberId::new(member),
            account: address().key(),
        });
        claimed().may_be_claimed_by(by, corrects.as_ref(), holders, t(0), &LIMITS)
    }

    #[test]
    fn the_first_member_holds_the_first_seat_under_their_address() {
        assert_eq!(
            claimed(),
            Office {
                office: office(),
                members: BTreeMap::from([(MemberId::new("m"), address().key())]),
                founding: founding("f", "m"),
                addresses: AddressGuard::default(),
                answered: Vec::new(),
            }
        );
    }

    #[test]
    fn a_question_about_an_address_is_charged_once_before_it_is_answered() {
        let key = |name: u64| AccountKey::new(name.to_string());
        let ask = |office: &Office, name| office.ask(&key(name), t(name), &LIMITS);
        let mut office = claimed();
        for name in 0..10 {
            let (next, asked) = ask(&office, name).stored();
            assert_eq!(asked, Ok(()));
            office = next;
        }
        assert_eq!(office.members, claimed().members);
        assert_eq!(ask(&office, 9).kept(), Ok(()));
        assert_eq!(ask(&office, 10).kept(), Err(RetryAfter { seconds: 86_400 }));
        let other = Office {
            addresses: AddressGuard::default(),
            ..claimed()
        };
        assert_ne!(
            AddressTag::of(&other.office.number, &key(0)),
            AddressTag::of(
                &crate::values::OfficeNumber::parse("1379901019").unwrap(),
                &key(0)
            ),
        );
    }

    #[test]
    fn an_office_is_pending_until_its_first_log_in_or_for_fourteen_days() {
        let waiting = Claim::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        };
        assert_eq!(claim(&[pending("m")], SEAT - 1), waiting);
        assert_eq!(claim(&[pending("m")], SEAT), Claim::Free);
        assert_eq!(claim(&[pending("m")], SEAT + 1), Claim::Free);
        assert_eq!(claim(&[active("m")], SEAT + 1), Claim::Taken);
    }

    /// The account of the address may hold another member by now.
    #[test]
    fn only_holders_of_a_seat_count() {
        assert_eq!(claim(&[], 0), Claim::Free);
        assert_eq!(claim(&[active("stranger"), pending("stranger")], 0), Claim::Free);
        assert!(matches!(
            claim(&[active("stranger"), pending("m")], 0),
            Claim::Pending { .. }
        ));
    }

    /// R-13: one office, one registration.
    #[test]
    fn an_office_with_a_held_seat_is_not_claimed_again() {
        let by = founding("another", "n");
        for holder in [pending("m"), active("m")] {
            assert_eq!(may_claim(&by, None, &[holder]), Err(NotClaimed::Taken));
        }
        assert_eq!(may_claim(&by, None, &[]), Ok(()));
    }

    #[test]
    fn a_correction_claims_the_seat_of_the_pending_member_whom_it_corrects_and_no_other() {
        let by = founding("another", "n");
        assert_eq!(may_claim(&by, Some("m"), &[pending("m")]), Ok(()));
        assert_eq!(
            may_claim(&by, Some("other"), &[pending("m")]),
            Err(NotClaimed::Taken)
        );
        assert_eq!(may_claim(&by, Some("m"), &[active("m")]), Err(NotClaimed::Taken));
        assert_eq!(may_claim(&by, Some("m"), &[]), Ok(()));
    }

    #[test]
    fn a_repeated_confirmation_learns_the_address_of_its_member() {
        let by = founding("f", "m");
        assert_eq!(
            may_claim(&by, None, &[pending("m")]),
            Err(NotClaimed::Before(Box::new(by.clone()), address().key()))
        );
        assert_eq!(
            may_claim(&by, None, &[active("m")]),
            Err(NotClaimed::Before(Box::new(by), address().key()))
        );
    }

    /// Its member lost the address to another office: the same registration continues with another address.
    #[test]
    fn a_registration_whose_claim_is_void_claims_its_office_once_more() {
        let by = founding("f", "again");
        assert_eq!(may_claim(&by, None, &[]), Ok(()));
        assert_eq!(may_claim(&by, None, &[active("stranger")]), Ok(()));
    }
}
