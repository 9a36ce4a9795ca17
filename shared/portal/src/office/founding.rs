//! 登録する — the office, its first member and the address, in one commit or not at all.

use jiff::Timestamp;

use super::{Availability, Office, SeatWrites};
use crate::account::{Account, Member};
use crate::limits::Limits;
use crate::registration::Replaced;
use crate::time::plus;
use crate::values::{AccountKey, Draft, FlowId, MemberId, OfficeName, RequestKey};

/// The registration that registered an office, or took it over; it identifies a repeated 「登録する」.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Founding {
    /// The flow.
    pub flow: FlowId,
    /// The Idempotency-Key of its request.
    pub request: RequestKey,
    /// The profile that was confirmed.
    pub draft: Draft,
    /// The first member, or the newcomer of a take-over.
    pub member: MemberId,
    /// The time of the registration.
    pub at: Timestamp,
    /// The end of the initial password, if it is earlier than the password's life: with its seat, or with the take-over.
    pub password_ends_at: Option<Timestamp>,
}

impl Founding {
    /// The record of a registration that gave this member an initial password.
    #[must_use]
    pub fn with_password_of(mut self, member: &Member, limits: &Limits) -> Self {
        let ends_at = member.initial_password_ends_at();
        self.password_ends_at =
            ends_at.filter(|ends_at| *ends_at < plus(self.at, limits.initial_password_life));
        self
    }
}

/// 「登録する」, as it is asked for.
#[derive(Debug)]
pub struct Registering<'a> {
    /// The office that was proven.
    pub office: &'a OfficeName,
    /// The new member, whose initial password is promised.
    pub member: &'a Member,
    /// The member whom the registration corrects.
    pub replaces: Option<&'a Replaced>,
    /// The record of this registration.
    pub founding: &'a Founding,
}

/// Why 「登録する」 writes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NotRegistered {
    /// An earlier request of the same registration registered the office, and its answer was lost; the member has this
    /// address.
    Before(Box<Founding>, AccountKey),
    /// Another registration has the office.
    OfficeTaken,
    /// The address has an owner, or too many claims.
    EmailTaken,
}

impl Registering<'_> {
    /// The writes, judged by the office, the accounts of the members in its list, and the account of the address, as they
    /// were read. If one of the members has the same address, `account` is that member's account, in the same version.
    pub fn decide(
        &self,
        known: Option<&Office>,
        holders: &[(&Member, &Account)],
        account: Option<&Account>,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<SeatWrites, NotRegistered> {
        if let Some(known) = known {
            let holders: Vec<&Member> = holders.iter().map(|(holder, _)| *holder).collect();
            known.may_be_registered_by(self, &holders, now, limits)?;
        }
        let (member, flow) = (self.member, &self.founding.flow);
        let account =
            Account::take_seat(account, member, flow, now, limits).ok_or(NotRegistered::EmailTaken)?;
        let left = holders
            .iter()
            .filter(|(_, old)| old.key != account.item().key)
            .filter_map(|(holder, old)| Some((old.key.clone(), old.leave_seat(&holder.id, flow, now)?)));
        let seated = account.item().noted(&member.id).unwrap_or(member).clone();
        let founding = self.founding.clone().with_password_of(&seated, limits);
        Ok(SeatWrites {
            office: Office::founded(self.office.clone(), founding, member).into(),
            left: left.collect(),
            member: seated,
            account,
            // The first member is alone.
            mails: Vec::new(),
        })
    }
}

impl Office {
    /// Whether this office can be registered again: no member holds a seat, or only the one who is corrected.
    fn may_be_registered_by(
        &self,
        by: &Registering<'_>,
        holders: &[&Member],
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(), NotRegistered> {
        // A registration whose member lost the address to another office continues, and registers the office again.
        let founder = holders
            .iter()
            .find(|holder| holder.id == self.founding.member && !holder.seat_has_expired(now, limits));
        if let Some(account) = founder.and_then(|founder| self.members.get(&founder.id))
            && self.founding.flow == by.founding.flow
        {
            return Err(NotRegistered::Before(
                Box::new(self.founding.clone()),
                account.clone(),
            ));
        }
        match (
            self.availability(holders.iter().copied(), now, limits),
            by.replaces,
        ) {
            (Availability::Free, _) => Ok(()),
            (Availability::Pending { member: waits, .. }, Some(Replaced::Pending { member, .. }))
                if waits == *member =>
            {
                Ok(())
            }
            (Availability::Pending { .. } | Availability::Taken, _) => Err(NotRegistered::OfficeTaken),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::tests::{founding, registered};
    use super::*;
    use crate::account::samples::of_office;
    use crate::samples::{LIMITS, account, active, address, flow, office, only, pending, t};

    fn replaced(member: &str) -> Replaced {
        Replaced::Pending {
            member: MemberId::new(member),
            account: address().key(),
        }
    }

    /// The decision of a registration of the office with the member `n`, at the address of all samples.
    fn decide(
        by: &Founding,
        corrects: Option<&str>,
        holders: &[Member],
        at: Option<&Account>,
    ) -> Result<SeatWrites, NotRegistered> {
        let account_of = |holder: &Member| Account {
            key: holder.profile.email.key(),
            ..account(holder.clone())
        };
        let accounts: Vec<Account> = holders.iter().map(account_of).collect();
        Registering {
            office: &office(),
            member: &pending("n"),
            replaces: corrects.map(replaced).as_ref(),
            founding: by,
        }
        .decide(
            Some(&registered()),
            &holders.iter().zip(&accounts).collect::<Vec<_>>(),
            at,
            t(0),
            &LIMITS,
        )
    }

    fn may_register(by: &Founding, corrects: Option<&str>, holders: &[Member]) -> Result<(), NotRegistered> {
        decide(by, corrects, holders, None).map(drop)
    }

    /// one office, one registration.
    #[test]
    fn an_office_with_a_held_seat_is_not_registered_again() {
        let by = founding("another", "n");
        for holder in [pending("m"), active("m")] {
            assert_eq!(
                may_register(&by, None, &[holder]),
                Err(NotRegistered::OfficeTaken)
            );
        }
        assert_eq!(may_register(&by, None, &[]), Ok(()));
    }

    #[test]
    fn a_correction_takes_the_seat_of_the_pending_member_whom_it_corrects_and_no_other() {
        let by = founding("another", "n");
        let taken = Err(NotRegistered::OfficeTaken);
        assert_eq!(may_register(&by, Some("m"), &[pending("m")]), Ok(()));
        assert_eq!(may_register(&by, Some("other"), &[pending("m")]), taken);
        assert_eq!(may_register(&by, Some("m"), &[active("m")]), taken);
        assert_eq!(may_register(&by, Some("m"), &[]), Ok(()));
    }

    #[test]
    fn a_repeated_confirmation_learns_the_address_of_its_member() {
        let by = founding("f", "m");
        for holder in [pending("m"), active("m")] {
            assert_eq!(
                may_register(&by, None, &[holder]),
                Err(NotRegistered::Before(Box::new(by.clone()), address().key()))
            );
        }
    }

    /// Its member lost the address to another office: the same registration continues with another address.
    #[test]
    fn a_registration_whose_claim_is_void_registers_its_office_once_more() {
        let by = founding("f", "again");
        assert_eq!(may_register(&by, None, &[]), Ok(()));
        assert_eq!(may_register(&by, None, &[active("stranger")]), Ok(()));
    }

    #[test]
    fn the_first_registration_founds_the_office_and_claims_the_address() {
        let by = founding("f", "n");
        let first = Registering {
            office: &office(),
            member: &pending("n"),
            replaces: None,
            founding: &by,
        };
        let writes = first.decide(None, &[], None, t(0), &LIMITS).unwrap();
        assert_eq!(writes.member, pending("n"));
        assert_eq!(only(writes.account.item()), &pending("n"));
        assert_eq!(writes.left, BTreeMap::new());
        let founded = Office::founded(office(), by, &pending("n"));
        assert_eq!(writes.office.item(), &founded);
    }

    /// D05: an address with an owner, or with five claims of other offices.
    #[test]
    fn a_registration_needs_room_at_the_address() {
        let by = founding("another", "n");
        let owned = account(active("owner"));
        assert_eq!(
            decide(&by, None, &[], Some(&owned)),
            Err(NotRegistered::EmailTaken)
        );
        assert!(decide(&by, None, &[], Some(&account(of_office("other", "2")))).is_ok());
    }

    #[test]
    fn whom_a_correction_replaces_leaves_the_seat_in_the_same_commit() {
        let by = founding("another", "n");
        let mut elsewhere = pending("m");
        elsewhere.profile.email = crate::values::EmailAddress::parse("other@example.jp").unwrap();
        let writes = decide(&by, Some("m"), &[elsewhere.clone()], None).unwrap();
        let left: Vec<_> = writes.left.iter().collect();
        let [(key, account)] = left.as_slice() else {
            panic!("{left:?}")
        };
        assert_eq!(**key, elsewhere.profile.email.key());
        assert_eq!(account.item().members().count(), 0);
        // With the same address there is one account, which is written once.
        let mut same = pending("m");
        same.claimed_at = t(0);
        let at = crate::samples::account(same.clone());
        let writes = decide(&by, Some("m"), &[same], Some(&at)).unwrap();
        assert_eq!(writes.left, BTreeMap::new());
        assert_eq!(only(writes.account.item()).id.as_str(), "n");
        assert_eq!(&writes.member, only(writes.account.item()));
    }

    #[test]
    fn the_member_goes_on_with_the_claim_that_it_replaces() {
        let by = Founding {
            flow: flow("another"),
            ..founding("another", "n")
        };
        let mut earlier = pending("m");
        earlier.claimed_at = t(0).checked_sub(jiff::SignedDuration::from_secs(60)).unwrap();
        let at = account(earlier.clone());
        let writes = decide(&by, Some("m"), &[earlier.clone()], Some(&at)).unwrap();
        assert_eq!(writes.member.claimed_at, earlier.claimed_at);
    }
}
