//! The newcomer of a take-over, and the members whom the newcomer's first log-in displaces (`docs/api.md` 3).

use jiff::Timestamp;

use super::{Account, Member, Role};
use crate::audit::{Act, Event};
use crate::change::Put;
use crate::limits::Limits;
use crate::take_over::FormerMember;
use crate::values::{FlowId, MemberId, OfficeName};

impl Account {
    /// Whether the newcomer of a take-over of this office may claim the address: as any other new member, but not that of
    /// a member of the office, who is not replaced before the first log-in.
    pub fn may_be_claimed_by_newcomer(&self, office: &OfficeName, now: Timestamp, limits: &Limits) -> bool {
        let is_members = self
            .claims(now, limits)
            .any(|claim| claim.office.number == office.number && !claim.is_newcomer());
        !is_members && self.may_be_claimed_by(office, now, limits)
    }

    /// The account with the claim of a newcomer, whose initial password is promised; `None` if the address cannot be
    /// claimed. An earlier newcomer of the same office at this address is replaced.
    pub fn take_newcomer(
        before: Option<&Self>,
        newcomer: &Member,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        before
            .is_none_or(|account| account.may_be_claimed_by_newcomer(&newcomer.office, now, limits))
            .then(|| Self::take_seat(before, newcomer, by, now, limits))?
    }

    /// The account without this newcomer: the take-over ended, or another newcomer was confirmed. `None` if the newcomer
    /// is not in this account.
    pub fn end_newcomer(&self, id: &MemberId, by: Option<&FlowId>, now: Timestamp) -> Option<Put<Self>> {
        self.noted(id).filter(|member| member.is_newcomer())?;
        let event = match by {
            Some(flow) => Event::of(Act::NewcomerEnded, now, flow),
            None => Event::new(Act::NewcomerEnded, now),
        };
        Some(Put::new(self.without(id, now)?, event.about(id)))
    }

    /// The account after a take-over was completed by this log-in. `None` if the member is not in this account.
    pub fn displace(
        &self,
        fate: &FormerMember,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        let id = fate.member();
        let (next, act) = match fate {
            FormerMember::Removed(_) => (self.without(id, now)?, Act::MemberDisplacedAndRemoved),
            FormerMember::Disabled(_) => {
                let member = self.noted(id)?.displaced();
                let next = self.clone().with_member(member, now, limits);
                (
                    Self {
                        judged_at: now,
                        ..next
                    },
                    Act::MemberDisplaced,
                )
            }
        };
        Some(Put::new(next, Event::of(act, now, by).about(id)))
    }
}

impl Member {
    /// The member whom a take-over disabled: a plain member without sessions, whose log-ins and resets are over.
    fn displaced(&self) -> Self {
        let mut next = self.clone();
        next.role = Role::Member;
        next.disabled = true;
        next.end_all_access();
        next
    }

    /// The newcomer with a seat: the first log-in completed the take-over.
    pub(crate) fn seated(self) -> Self {
        Self {
            role: Role::Manager,
            takes_over_until: None,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::of_office;
    use crate::samples::{LIMITS, account, active, flow, office, only, pending, session, t};

    fn newcomer(id: &str) -> Member {
        Member {
            takes_over_until: Some(t(100)),
            ..pending(id)
        }
    }

    fn takes(before: Option<&Account>, second: u64) -> Option<Account> {
        let put = Account::take_newcomer(before, &newcomer("n"), &flow("f"), t(second), &LIMITS)?;
        let (after, event) = put.into_parts();
        assert_eq!(
            event,
            Some(Event::of(Act::MemberRegistered, t(second), &flow("f")).about(&MemberId::new("n")))
        );
        Some(after)
    }

    #[test]
    fn a_newcomer_claims_a_free_address_or_an_earlier_newcomers() {
        for before in [None, Some(account(newcomer("old")))] {
            let after = takes(before.as_ref(), 9).unwrap();
            assert_eq!(only(&after).id, MemberId::new("n"));
            assert_eq!(only(&after).takes_over_until, Some(t(100)));
        }
        let shared = takes(Some(&account(of_office("other", "2"))), 9).unwrap();
        assert_eq!(shared.members().count(), 2);
    }

    #[test]
    fn the_address_of_a_member_of_the_office_is_taken_pending_or_not() {
        assert_eq!(takes(Some(&account(active("m"))), 9), None);
        assert_eq!(takes(Some(&account(pending("m"))), 9), None);
        assert!(takes(Some(&account(pending("m"))), 15 * 86_400).is_some());
        let may = |holder| account(holder).may_be_claimed_by_newcomer(&office(), t(9), &LIMITS);
        assert!(may(newcomer("old")) && !may(pending("m")) && !may(active("m")));
    }

    #[test]
    fn only_a_newcomer_ends_with_the_take_over() {
        let end = |member: Member, by: Option<&FlowId>| {
            let id = member.id.clone();
            account(member).end_newcomer(&id, by, t(9)).map(Put::into_parts)
        };
        let by = flow("f");
        let (after, event) = end(newcomer("n"), Some(&by)).unwrap();
        assert_eq!(after.members().count(), 0);
        let ended = Event::of(Act::NewcomerEnded, t(9), &by).about(&MemberId::new("n"));
        assert_eq!(event, Some(ended));
        let (_, event) = end(newcomer("n"), None).unwrap();
        assert_eq!(
            event,
            Some(Event::new(Act::NewcomerEnded, t(9)).about(&MemberId::new("n")))
        );
        assert_eq!(end(pending("m"), None), None);
        assert_eq!(end(active("m"), None), None);
    }

    #[test]
    fn a_displaced_manager_is_a_disabled_plain_member_without_sessions_or_log_ins() {
        let before = account(Member {
            sessions: vec![session("s", "f", 0, 43_200)],
            ..active("m")
        });
        let id = MemberId::new("m");
        let fate = FormerMember::Disabled(id.clone());
        let (after, event) = before
            .displace(&fate, &flow("l"), t(9), &LIMITS)
            .unwrap()
            .into_parts();
        assert_eq!(
            event,
            Some(Event::of(Act::MemberDisplaced, t(9), &flow("l")).about(&id))
        );
        let member = only(&after);
        assert_eq!(
            (member.role, member.disabled, member.sessions.len()),
            (Role::Member, true, 0)
        );
        assert_eq!(member.credential_version, only(&before).credential_version + 1);
        let gone = FormerMember::Disabled(MemberId::new("x"));
        assert_eq!(before.displace(&gone, &flow("l"), t(9), &LIMITS), None);
    }

    #[test]
    fn a_removed_members_address_is_free_after_the_take_over() {
        for before in [account(active("m")), account(pending("m"))] {
            let fate = FormerMember::Removed(MemberId::new("m"));
            let (after, event) = before
                .displace(&fate, &flow("l"), t(9), &LIMITS)
                .unwrap()
                .into_parts();
            assert_eq!(
                (after.members().count(), event.unwrap().act),
                (0, Act::MemberDisplacedAndRemoved)
            );
            assert_eq!(after.displace(&fate, &flow("l"), t(9), &LIMITS), None);
        }
    }

    #[test]
    fn a_newcomer_with_a_seat_is_a_manager() {
        let seated = Member {
            role: Role::Member,
            ..newcomer("n")
        }
        .seated();
        assert_eq!((seated.role, seated.takes_over_until), (Role::Manager, None));
    }
}
