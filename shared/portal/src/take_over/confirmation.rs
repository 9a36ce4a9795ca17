//! 「登録する」 of a newcomer — the take-over and the claim on the address, in one commit or not at all.

use jiff::Timestamp;

use super::{Newcomer, TakeOver};
use crate::account::{Account, Member, NewMember};
use crate::change::Put;
use crate::limits::Limits;
use crate::office::{Founding, NotRegistered};

/// 「登録する」 while a take-over is open, as it is asked for.
#[derive(Debug)]
pub struct Confirming<'a> {
    /// The newcomer.
    pub newcomer: &'a NewMember,
    /// The record of this registration.
    pub founding: &'a Founding,
}

/// The writes of one commit. Each replaces the version that was judged.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfirmationWrites {
    /// The take-over.
    pub take_over: Put<TakeOver>,
    /// The account of the newcomer's address, with its claim.
    pub account: Put<Account>,
    /// The account of an earlier newcomer's address, without it.
    pub left: Option<Put<Account>>,
    /// The newcomer, with what continues from an earlier claim.
    pub newcomer: Member,
}

impl Confirming<'_> {
    /// The writes, judged by the take-over, the account of the address and, if an earlier newcomer has another address,
    /// that one's account, as they were read.
    pub fn decide(
        &self,
        take_over: Option<&TakeOver>,
        account: Option<&Account>,
        earlier: Option<&Account>,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<ConfirmationWrites, NotRegistered> {
        let (founding, flow) = (self.founding, &self.founding.flow);
        let known = take_over.ok_or(NotRegistered::OfficeTaken)?;
        let before = known.newcomer.as_ref();
        // A registration whose newcomer lost the address to another office confirms another one.
        let is_there = |before: &&Newcomer| {
            let mut accounts = account.into_iter().chain(earlier);
            accounts.any(|account| account.noted(&before.founding.member).is_some())
        };
        let same = before.filter(|before| before.founding.flow == *flow);
        if let Some(before) = same.filter(is_there) {
            let founding = Box::new(before.founding.clone());
            return Err(NotRegistered::Before(founding, before.account.clone()));
        }
        let member = self.newcomer.clone().newcomer(known.until, now, limits);
        let newcomer = Newcomer {
            founding: founding.clone().with_password_of(&member, limits),
            account: member.profile.email.key(),
        };
        let take_over = known.confirm(newcomer, now).ok_or(NotRegistered::OfficeTaken)?;
        let account =
            Account::take_newcomer(account, &member, flow, now, limits).ok_or(NotRegistered::EmailTaken)?;
        let left = earlier
            .zip(before)
            .and_then(|(earlier, before)| earlier.end_newcomer(&before.founding.member, Some(flow), now));
        Ok(ConfirmationWrites {
            take_over,
            left,
            newcomer: account.item().noted(&member.id).unwrap_or(&member).clone(),
            account,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asked, completing, founding, open_at};
    use super::*;
    use crate::account::Role;
    use crate::keys::KeyId;
    use crate::samples::{LIMITS, account, active, office, only, pending, profile, t};
    use crate::values::{EmailAddress, MemberId};

    fn new(name: &str) -> NewMember {
        NewMember {
            id: MemberId::new(name),
            office: office(),
            profile: profile(),
            role: Role::Manager,
            key: KeyId::new("k1"),
            nonce: "n".to_owned(),
        }
    }

    fn decide(
        name: &str,
        take_over: Option<&TakeOver>,
        account: Option<&Account>,
        second: u64,
    ) -> Result<ConfirmationWrites, NotRegistered> {
        let (newcomer, founding) = (new(name), founding(name, second));
        let confirming = Confirming {
            newcomer: &newcomer,
            founding: &founding,
        };
        confirming.decide(take_over, account, None, t(second), &LIMITS)
    }

    #[test]
    fn a_newcomer_is_confirmed_only_while_the_take_over_is_open() {
        let now = open_at();
        let writes = decide("n", Some(&asked()), None, now).unwrap();
        assert_eq!(writes.newcomer.takes_over_until, Some(asked().until));
        assert_eq!(only(writes.account.item()), &writes.newcomer);
        let newcomer = writes.take_over.item().newcomer.as_ref().unwrap();
        assert_eq!(newcomer.founding, founding("n", now));
        assert_eq!(
            decide("n", Some(&asked()), None, now - 1),
            Err(NotRegistered::OfficeTaken)
        );
        assert_eq!(decide("n", None, None, now), Err(NotRegistered::OfficeTaken));
    }

    #[test]
    fn a_former_members_address_is_taken() {
        for member in [active("m"), pending("m")] {
            let held = account(member);
            assert_eq!(
                decide("n", Some(&asked()), Some(&held), 9 + 86_400).unwrap_err(),
                NotRegistered::OfficeTaken
            );
            let taken = decide("n", Some(&asked()), Some(&held), open_at());
            assert_eq!(taken, Err(NotRegistered::EmailTaken));
        }
    }

    #[test]
    fn a_repeated_confirmation_learns_the_address_of_its_newcomer() {
        let now = open_at() + 9;
        let first = decide("n", Some(&asked()), None, open_at()).unwrap();
        let held = first.account.into_parts().0;
        let again = decide("n", Some(&completing()), Some(&held), now);
        let before = completing().newcomer.unwrap();
        assert_eq!(
            again,
            Err(NotRegistered::Before(Box::new(before.founding), before.account))
        );
    }

    /// Another office's member owns the address by now.
    #[test]
    fn a_newcomer_whose_claim_is_void_confirms_again() {
        let again = decide("n", Some(&completing()), None, open_at() + 9);
        assert!(again.is_ok());
        let lost = account(active("owner"));
        let taken = decide("n", Some(&completing()), Some(&lost), open_at() + 9);
        assert_eq!(taken, Err(NotRegistered::EmailTaken));
    }

    #[test]
    fn another_proof_replaces_the_newcomer_at_whatever_address() {
        let now = open_at() + 9;
        let first = decide("n", Some(&asked()), None, open_at()).unwrap();
        let (first_take_over, first_account) = (first.take_over.into_parts().0, first.account.into_parts().0);
        let same = decide("x", Some(&first_take_over), Some(&first_account), now).unwrap();
        assert_eq!(only(same.account.item()).id, MemberId::new("x"));
        assert_eq!(same.left, None);

        let (mut newcomer, founding) = (new("x"), founding("x", now));
        newcomer.profile.email = EmailAddress::parse("other@example.jp").unwrap();
        let confirming = Confirming {
            newcomer: &newcomer,
            founding: &founding,
        };
        let other = confirming
            .decide(
                Some(&first_take_over),
                None,
                Some(&first_account),
                t(now),
                &LIMITS,
            )
            .unwrap();
        assert_eq!(other.left.unwrap().item().members().count(), 0);
    }
}
