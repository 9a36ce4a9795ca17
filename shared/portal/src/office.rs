//! 事業所 — a registered office and its seats.

mod founding;
mod members;
mod released;
mod roster;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use self::founding::{Founding, NotRegistered, Registering};
pub use self::members::AnsweredRequest;
pub use self::released::{Invited, Reason, Released};
pub use self::roster::{Acting, Addition, InSession, MemberWrites, Roster, Seated};
use crate::account::{Account, Member};
use crate::audit::Unaudited;
use crate::change::{Change, Entity, Put};
use crate::guards::{AddressGuard, NoticeBudget, RetryAfter};
use crate::limits::Limits;
use crate::mail::Mail;
use crate::take_over::TakeOver;
use crate::values::{AccountKey, AddressTag, MemberId, OfficeName};

/// 事業所 — one 介護保険事業所番号, registered at most once, by whichever KJ ID (R-13).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Office {
    /// Number and name.
    pub office: OfficeName,
    /// The members with a seat, each with the account of the address; the account decides whether the seat is held.
    pub members: BTreeMap<MemberId, AccountKey>,
    /// The registration that registered it.
    pub founding: Founding,
    /// The addresses that its members asked about.
    pub addresses: AddressGuard,
    /// The requests of a day that mailed an initial password, the oldest first.
    pub answered: Vec<AnsweredRequest>,
    /// The colleagues who were added and have not logged in yet, and those whose seat fell free of itself.
    pub invited: BTreeMap<MemberId, Invited>,
    /// The notices about colleagues that each manager was promised.
    pub notices: BTreeMap<MemberId, NoticeBudget>,
    /// Until when a take-over may be under way, so that マイページ reads its record only then. The record decides.
    pub take_over_until: Option<Timestamp>,
}

/// Whether an office can be registered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Availability {
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
    pub availability: Availability,
    /// The members with a seat.
    pub members: Vec<Member>,
    /// The take-over of the office that was asked for last, over or not.
    pub take_over: Option<TakeOver>,
}

impl Seats {
    /// The seats of an office that is not registered.
    pub const fn none() -> Self {
        Self {
            availability: Availability::Free,
            members: Vec::new(),
            take_over: None,
        }
    }

    /// The member of this id, if it holds a seat.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }
}

/// The writes that give a new member a seat, in one commit.
#[derive(Debug, PartialEq, Eq)]
pub struct SeatWrites {
    /// The office, with the seat.
    pub office: Put<Office>,
    /// The account of the member's address, with the claim.
    pub account: Put<Account>,
    /// The other accounts of members who leave a seat, without it: no one can log in by it meanwhile.
    pub left: BTreeMap<AccountKey, Put<Account>>,
    /// The member, with what continues from the claim that it replaces.
    pub member: Member,
    /// Who is told of it.
    pub mails: Vec<Mail>,
}

impl AsRef<Self> for Office {
    fn as_ref(&self) -> &Self {
        self
    }
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
            invited: BTreeMap::new(),
            notices: BTreeMap::new(),
            take_over_until: None,
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

    /// Whether the office can be registered, by the accounts of its seats.
    ///
    /// A seat is free if its account does not hold the member, or if the member is still pending after 14 days.
    pub fn availability<'a>(
        &self,
        members: impl IntoIterator<Item = &'a Member>,
        now: Timestamp,
        limits: &Limits,
    ) -> Availability {
        let mut pending = None;
        for member in members {
            let holds_a_seat = self.members.contains_key(&member.id);
            if !holds_a_seat || member.seat_has_expired(now, limits) {
                continue;
            }
            if !member.is_pending() {
                return Availability::Taken;
            }
            pending = Some(member);
        }
        match pending {
            None => Availability::Free,
            Some(member) => Availability::Pending {
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
    use crate::values::RequestKey;

    const SEAT: u64 = 14 * 86_400;

    pub(super) fn founding(by: &str, member: &str) -> Founding {
        Founding {
            flow: flow(by),
            request: RequestKey::new("r"),
            draft: profile().draft(),
            member: MemberId::new(member),
            at: t(0),
            password_ends_at: None,
        }
    }

    /// An office that the member `m` registered by the registration `f`.
    pub(super) fn registered() -> Office {
        Office::founded(office(), founding("f", "m"), &pending("m"))
    }

    fn availability(holders: &[Member], second: u64) -> Availability {
        registered().availability(holders, t(second), &LIMITS)
    }

    #[test]
    fn the_first_member_holds_the_first_seat_under_their_address() {
        assert_eq!(
            registered(),
            Office {
                office: office(),
                members: BTreeMap::from([(MemberId::new("m"), address().key())]),
                founding: founding("f", "m"),
                addresses: AddressGuard::default(),
                answered: Vec::new(),
                invited: BTreeMap::new(),
                notices: BTreeMap::new(),
                take_over_until: None,
            }
        );
    }

    #[test]
    fn a_question_about_an_address_is_charged_once_before_it_is_answered() {
        let key = |name: u64| AccountKey::new(name.to_string());
        let ask = |office: &Office, name| office.ask(&key(name), t(name), &LIMITS);
        let mut office = registered();
        for name in 0..10 {
            let (next, asked) = ask(&office, name).stored();
            assert_eq!(asked, Ok(()));
            office = next;
        }
        assert_eq!(office.members, registered().members);
        assert_eq!(ask(&office, 9).kept(), Ok(()));
        assert_eq!(ask(&office, 10).kept(), Err(RetryAfter { seconds: 86_400 }));
        let other = Office {
            addresses: AddressGuard::default(),
            ..registered()
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
        let waiting = Availability::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        };
        assert_eq!(availability(&[pending("m")], SEAT - 1), waiting);
        assert_eq!(availability(&[pending("m")], SEAT), Availability::Free);
        assert_eq!(availability(&[pending("m")], SEAT + 1), Availability::Free);
        assert_eq!(availability(&[active("m")], SEAT + 1), Availability::Taken);
    }

    /// The account of the address may hold another member by now.
    #[test]
    fn only_holders_of_a_seat_count() {
        assert_eq!(availability(&[], 0), Availability::Free);
        assert_eq!(
            availability(&[active("stranger"), pending("stranger")], 0),
            Availability::Free
        );
        assert!(matches!(
            availability(&[active("stranger"), pending("m")], 0),
            Availability::Pending { .. }
        ));
    }
}
