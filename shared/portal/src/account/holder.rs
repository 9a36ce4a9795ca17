//! The holder of an address: the member who first completed a log-in with it, or until then the offices that claim it
//! (`docs/adr/0027-an-address-belongs-to-the-first-completed-log-in.md`).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Account, Credential, Member};
use crate::initial_password::Source;
use crate::limits::Limits;
use crate::time::plus;
use crate::values::MemberId;

/// Who holds an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// No log-in was completed yet: the pending members, one for each office, independent of each other.
    Claims(BTreeMap<MemberId, Member>),
    /// The member who first completed a log-in with it.
    Owner(Box<Member>),
}

impl Holder {
    /// Neither an owner nor a claim.
    pub const fn unclaimed() -> Self {
        Self::Claims(BTreeMap::new())
    }
}

impl From<Member> for Holder {
    fn from(member: Member) -> Self {
        if member.is_pending() {
            Self::Claims(BTreeMap::from([(member.id.clone(), member)]))
        } else {
            Self::Owner(Box::new(member))
        }
    }
}

/// A claim that ended because another member became the owner. Kept so that its member can be told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VoidClaim {
    /// The member.
    pub member: MemberId,
    /// The version of its credential.
    pub credential_version: u32,
    /// The source of its initial password.
    pub source: Source,
    /// When that password would have expired.
    pub expires_at: Timestamp,
    /// The masked address.
    pub email_masked: String,
    /// When the claim ended.
    pub at: Timestamp,
}

impl VoidClaim {
    fn of(member: &Member, now: Timestamp) -> Option<Self> {
        let Credential::Initial { source, mail, .. } = &member.credential else {
            return None;
        };
        Some(Self {
            member: member.id.clone(),
            credential_version: member.credential_version,
            source: source.clone(),
            expires_at: mail.expires_at,
            email_masked: member.profile.email.masked(),
            at: now,
        })
    }

    /// When it is no longer needed: its password has expired, its registration has ended, and its office has been shown
    /// for long enough that the seat fell free. Until then the office must not take it for a seat that nobody used, which
    /// ends a pending seat's life after the member was added, at the latest after this claim ended.
    pub fn forgotten_at(&self, limits: &Limits) -> Timestamp {
        let password = plus(self.at, limits.initial_password_life);
        let unused = plus(self.at, limits.pending_seat_life);
        password.max(plus(unused, limits.released_shown.seconds()))
    }
}

impl Account {
    /// The member who first completed a log-in with the address.
    pub fn owner(&self) -> Option<&Member> {
        match &self.holder {
            Holder::Owner(owner) => Some(owner),
            Holder::Claims(_) => None,
        }
    }

    /// The owner, or every claim in the record, expired or not.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        let (owner, claims) = match &self.holder {
            Holder::Owner(owner) => (Some(&**owner), None),
            Holder::Claims(claims) => (None, Some(claims.values())),
        };
        owner.into_iter().chain(claims.into_iter().flatten())
    }

    /// The member of this id, expired or not.
    pub fn noted(&self, id: &MemberId) -> Option<&Member> {
        self.members().find(|member| member.id == *id)
    }

    /// The member of this id, unless the claim has expired.
    pub fn member(&self, id: &MemberId, now: Timestamp, limits: &Limits) -> Option<&Member> {
        self.noted(id)
            .filter(|member| !member.seat_has_expired(now, limits))
    }

    /// The claims that have not expired.
    pub fn claims(&self, now: Timestamp, limits: &Limits) -> impl Iterator<Item = &Member> {
        self.members()
            .filter(move |member| member.is_pending() && !member.seat_has_expired(now, limits))
    }

    /// The claims that become void when this member becomes the owner now.
    pub fn claims_beside(
        &self,
        member: &MemberId,
        now: Timestamp,
        limits: &Limits,
    ) -> impl Iterator<Item = &Member> {
        self.claims(now, limits).filter(|claim| claim.id != *member)
    }

    /// The void claim of this member, if there is one.
    pub fn void_claim(&self, id: &MemberId) -> Option<&VoidClaim> {
        self.void_claims.iter().find(|claim| claim.member == *id)
    }

    /// Every initial password that can be typed for the address, with its member and the version of the credential:
    /// of valid claims and of void ones.
    pub fn initial_passwords(&self) -> impl Iterator<Item = (&MemberId, u32, &Source)> {
        let of_claims = self.members().filter_map(|member| match &member.credential {
            Credential::Initial { source, .. } => Some((&member.id, member.credential_version, source)),
            Credential::Chosen { .. } => None,
        });
        let of_void_claims = self
            .void_claims
            .iter()
            .map(|claim| (&claim.member, claim.credential_version, &claim.source));
        of_claims.chain(of_void_claims)
    }

    /// The account with this new state of one of its members, who must be in it.
    ///
    /// A member who has completed a log-in becomes the owner by this write, and every other claim becomes void. Void claims
    /// past their retention are dropped.
    #[must_use]
    pub(crate) fn with_member(mut self, member: Member, now: Timestamp, limits: &Limits) -> Self {
        self.void_claims.retain(|claim| now < claim.forgotten_at(limits));
        match &mut self.holder {
            Holder::Claims(claims) if member.is_pending() => {
                claims.insert(member.id.clone(), member);
            }
            Holder::Claims(claims) => {
                let void = claims
                    .values()
                    .filter(|claim| claim.id != member.id && !claim.seat_has_expired(now, limits))
                    .filter_map(|claim| VoidClaim::of(claim, now));
                self.void_claims.extend(void);
                let most = usize::try_from(limits.claims_per_address).unwrap_or(usize::MAX);
                let over = self.void_claims.len().saturating_sub(most);
                self.void_claims.drain(..over);
                self.holder = Holder::Owner(Box::new(member));
            }
            Holder::Owner(owner) => **owner = member,
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{DAY, SEAT, key, of_office, void_claim};
    use crate::samples::{LIMITS, account, active, address, pending, t};

    fn claimed(members: impl IntoIterator<Item = Member>) -> Account {
        let claims = members.into_iter().map(|member| (member.id.clone(), member));
        Account {
            holder: Holder::Claims(claims.collect()),
            ..Account::unknown(key(), t(0))
        }
    }

    fn chosen(id: &str, office: &str) -> Member {
        Member {
            credential: active(id).credential,
            credential_version: 2,
            ..of_office(id, office)
        }
    }

    #[test]
    fn a_claim_is_valid_for_fourteen_days_and_an_owner_permanently() {
        let before = claimed([of_office("a", "1"), of_office("b", "2")]);
        let claims = |second| before.claims(t(second), &LIMITS).count();
        assert_eq!([SEAT - 1, SEAT, SEAT + 1].map(claims), [2, 0, 0]);
        assert!(before.member(&MemberId::new("a"), t(SEAT - 1), &LIMITS).is_some());
        assert!(before.member(&MemberId::new("a"), t(SEAT), &LIMITS).is_none());
        assert!(before.noted(&MemberId::new("a")).is_some());
        assert!(before.noted(&MemberId::new("x")).is_none());
        assert_eq!(before.owner(), None);
        let owned = account(active("m"));
        assert_eq!(owned.owner(), Some(&active("m")));
        assert!(owned.member(&MemberId::new("m"), t(10 * SEAT), &LIMITS).is_some());
        assert_eq!(owned.claims(t(0), &LIMITS).count(), 0);
    }

    #[test]
    fn the_first_completed_log_in_owns_the_address_and_voids_the_other_claims() {
        let before = claimed([of_office("a", "1"), of_office("b", "2"), of_office("c", "3")]);
        let after = before.clone().with_member(chosen("b", "2"), t(9), &LIMITS);
        assert_eq!(after.owner(), Some(&chosen("b", "2")));
        assert_eq!(after.members().count(), 1);
        let void: Vec<&str> = after
            .void_claims
            .iter()
            .map(|claim| claim.member.as_str())
            .collect();
        assert_eq!(void, ["a", "c"]);
        let claim = after.void_claim(&MemberId::new("a")).unwrap();
        assert_eq!(
            (claim.expires_at, claim.at, claim.email_masked.as_str()),
            (t(3 * DAY), t(9), address().masked().as_str())
        );
        let typed: Vec<(&str, u32)> = after
            .initial_passwords()
            .map(|(id, version, _)| (id.as_str(), version))
            .collect();
        assert_eq!(typed, [("a", 1), ("c", 1)]);
    }

    #[test]
    fn a_claim_that_is_over_is_not_made_void_and_void_ones_are_forgotten() {
        let late = claimed([of_office("a", "1"), of_office("b", "2")]).with_member(
            chosen("b", "2"),
            t(SEAT),
            &LIMITS,
        );
        assert_eq!(late.void_claims, []);
        let void = claimed([of_office("a", "1"), of_office("b", "2")])
            .with_member(chosen("b", "2"), t(0), &LIMITS)
            .void_claims;
        for (second, kept) in [(28 * DAY - 1, 1), (28 * DAY, 0)] {
            let again = Account {
                void_claims: void.clone(),
                ..claimed([of_office("c", "3")])
            };
            let again = again.with_member(chosen("c", "3"), t(second), &LIMITS);
            assert_eq!(again.void_claims.len(), kept, "{second}");
        }
    }

    #[test]
    fn no_more_void_claims_are_kept_than_there_can_be_claims() {
        let mut account = claimed(["a", "b", "c", "d", "e"].map(|id| of_office(id, id)));
        account = account.with_member(chosen("e", "e"), t(0), &LIMITS);
        account.holder = claimed(["f", "g", "h"].map(|id| of_office(id, id))).holder;
        account = account.with_member(chosen("h", "h"), t(1), &LIMITS);
        let void: Vec<&str> = account
            .void_claims
            .iter()
            .map(|claim| claim.member.as_str())
            .collect();
        assert_eq!(void, ["b", "c", "d", "f", "g"]);
    }

    /// `docs/data-retention.md`: what a void claim leaves behind is gone with the owner's next log-in after 28 days.
    #[test]
    fn an_owner_is_rid_of_void_claims_with_the_next_write_after_twenty_eight_days() {
        let owned = Account {
            void_claims: vec![void_claim("v", 60)],
            ..account(active("m"))
        };
        for (second, kept) in [(60 + 28 * DAY - 1, 1), (60 + 28 * DAY, 0), (60 + 28 * DAY + 1, 0)] {
            let after = owned.clone().with_member(active("m"), t(second), &LIMITS);
            assert_eq!(after.void_claims.len(), kept, "{second}");
        }
    }

    #[test]
    fn another_state_of_a_claim_leaves_the_others_alone() {
        let before = claimed([of_office("a", "1"), of_office("b", "2")]);
        let disabled = Member {
            disabled: true,
            ..of_office("a", "1")
        };
        let after = before.clone().with_member(disabled.clone(), t(0), &LIMITS);
        assert_eq!(after.noted(&MemberId::new("a")), Some(&disabled));
        assert_eq!(
            after.noted(&MemberId::new("b")),
            before.noted(&MemberId::new("b"))
        );
        assert_eq!(Holder::from(pending("m")), account(pending("m")).holder);
    }
}
