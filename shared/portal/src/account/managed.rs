//! What a manager changes of an office's members (`docs/api.md` 5).

use jiff::Timestamp;

use super::{Account, Holder, Member, Role, Session, Status};
use crate::audit::{Act, Event};
use crate::change::Put;
use crate::limits::Limits;
use crate::mail::Notice;
use crate::problem::Kind;
use crate::values::{FlowId, MemberId};

/// What is changed of a member; what is absent stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemberChange {
    /// 役割
    pub role: Option<Role>,
    /// Whether the member is disabled.
    pub disabled: Option<bool>,
}

impl Member {
    /// Whether the member is a manager who can log in.
    pub fn is_active_manager(&self) -> bool {
        self.role == Role::Manager && self.status() == Status::Active
    }

    /// Whether this member may change the members of the office in this session: only a manager with fresh proof.
    pub fn may_manage(&self, session: &Session, now: Timestamp, limits: &Limits) -> Result<(), Kind> {
        if self.role != Role::Manager {
            return Err(Kind::NotAllowed);
        }
        if !session.has_fresh_proof(now, limits) {
            return Err(Kind::FreshProofRequired);
        }
        Ok(())
    }

    /// The member after a change. A disabled member has no session left, and another version of the credential: every
    /// log-in and reset that is under way is over, also after the member is enabled again.
    #[must_use]
    pub fn changed(&self, change: MemberChange) -> Self {
        let mut next = self.clone();
        next.role = change.role.unwrap_or(self.role);
        next.disabled = change.disabled.unwrap_or(self.disabled);
        if next.disabled && !self.disabled {
            next.sessions.clear();
            next.credential_version = self.credential_version.saturating_add(1);
        }
        next
    }
}

/// The act of a change; `None` if nothing changes.
fn act_of(before: &Member, after: &Member) -> Option<Act> {
    let role = (before.role != after.role).then_some(match after.role {
        Role::Manager => Act::MemberMadeManager,
        Role::Member => Act::ManagerMadeMember,
    });
    let status = (before.disabled != after.disabled).then_some(if after.disabled {
        Act::MemberDisabled
    } else {
        Act::MemberEnabled
    });
    match (role, status) {
        (Some(_), Some(_)) => Some(Act::RoleAndStatusChanged),
        (role, status) => role.or(status),
    }
}

/// What the member is told of a change: that log-ins stopped or work again comes before the role.
const fn notice_of(before: &Member, after: &Member) -> Notice {
    match (before.disabled, after.disabled, after.role) {
        (false, true, _) => Notice::MemberDisabled,
        (true, false, _) => Notice::MemberEnabled,
        (_, _, Role::Manager) => Notice::MadeManager,
        (_, _, Role::Member) => Notice::MadeMember,
    }
}

impl Account {
    /// The account with the claim of a colleague, whose initial password is promised; `None` if the address has an owner,
    /// the maximum number of other offices claim it, or the office claims it already: an address stands once in an office.
    pub fn add_colleague(
        before: Option<&Self>,
        member: &Member,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        let is_claimed = before.is_some_and(|account| {
            account
                .claims(now, limits)
                .any(|claim| claim.office.number == member.office.number)
        });
        if is_claimed {
            return None;
        }
        let (next, _) = Self::take_seat(before, member, by, now, limits)?.into_parts();
        let event = Event::of(Act::MemberAdded, now, by).about(&member.id);
        Some(Put::new(next, event))
    }

    /// The account with a changed member, who is told by mail; `None` if nothing changes, or the member is not in this account.
    pub fn change_member(
        &self,
        id: &MemberId,
        change: MemberChange,
        by: &Session,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        let before = self.member(id, now, limits)?;
        let mut after = before.changed(change);
        let event = Event::of(act_of(before, &after)?, now, &by.flow).about(id);
        // A member who has never logged in has no mail but the one with the initial password.
        if !after.is_pending() {
            let notice = notice_of(before, &after);
            after = after.with_notice_from(notice, by.browser, now);
        }
        Some(Put::new(self.clone().with_member(after, now, limits), event))
    }

    /// The account without this member, who leaves the office: sessions, log-ins and resets are over, an initial password is
    /// dead, and the address is free. `None` if the member is not in this account.
    pub fn remove_member(&self, id: &MemberId, by: &FlowId, now: Timestamp) -> Option<Put<Self>> {
        self.without(id, now)
            .map(|next| Put::new(next, Event::of(Act::MemberRemoved, now, by).about(id)))
    }

    /// The account without the claim of this member, whose seat another member takes after 14 days.
    pub fn end_expired_claim(
        &self,
        id: &MemberId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        self.noted(id)
            .filter(|member| member.seat_has_expired(now, limits))?;
        self.without(id, now)
            .map(|next| Put::new(next, Event::of(Act::ExpiredClaimEnded, now, by).about(id)))
    }

    fn without(&self, id: &MemberId, now: Timestamp) -> Option<Self> {
        self.noted(id)?;
        let mut next = Self {
            judged_at: now,
            ..self.clone()
        };
        match &mut next.holder {
            Holder::Owner(_) => next.holder = Holder::unclaimed(),
            Holder::Claims(claims) => {
                claims.remove(id);
            }
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{SEAT, of_office};
    use crate::samples::{LIMITS, account, active, flow, only, pending, session, t};

    fn colleague(role: Role) -> Member {
        Member {
            role,
            sessions: vec![session("s", "f", 0, 43_200)],
            ..active("m")
        }
    }

    fn changed(before: &Account, change: MemberChange) -> Option<(Member, Act)> {
        let by = session("cookie", "by", 0, 43_200);
        let put = before.change_member(&MemberId::new("m"), change, &by, t(9), &LIMITS)?;
        let (after, event) = put.into_parts();
        let event = event.unwrap();
        assert_eq!(
            event,
            Event::of(event.act, t(9), &flow("by")).about(&MemberId::new("m"))
        );
        Some((only(&after).clone(), event.act))
    }

    const fn disabled(disabled: bool) -> MemberChange {
        MemberChange {
            role: None,
            disabled: Some(disabled),
        }
    }

    const fn role(role: Role) -> MemberChange {
        MemberChange {
            role: Some(role),
            disabled: None,
        }
    }

    #[test]
    fn only_a_manager_with_fresh_proof_changes_the_members_of_an_office() {
        let by = session("s", "f", 0, 43_200);
        let may = |who: Role, second| colleague(who).may_manage(&by, t(second), &LIMITS);
        assert_eq!(may(Role::Manager, 599), Ok(()));
        for second in [600, 601] {
            assert_eq!(may(Role::Manager, second), Err(Kind::FreshProofRequired));
        }
        assert_eq!(
            [0, 600].map(|second| may(Role::Member, second)),
            [Err(Kind::NotAllowed); 2]
        );
    }

    #[test]
    fn an_active_manager_is_neither_pending_nor_disabled_nor_a_plain_member() {
        assert!(active("m").is_active_manager());
        assert!(!pending("m").is_active_manager());
        assert!(
            !colleague(Role::Manager)
                .changed(disabled(true))
                .is_active_manager()
        );
        assert!(!colleague(Role::Member).is_active_manager());
    }

    #[test]
    fn who_is_disabled_has_no_session_and_no_log_in_under_way_and_gets_none_back() {
        let before = account(colleague(Role::Member));
        let (after, act) = changed(&before, disabled(true)).unwrap();
        assert_eq!(
            (act, after.disabled, after.sessions.len()),
            (Act::MemberDisabled, true, 0)
        );
        assert_eq!(after.credential_version, only(&before).credential_version + 1);
        let again = account(after.clone());
        assert_eq!(changed(&again, disabled(true)), None, "nothing changes");
        let (enabled, act) = changed(&again, disabled(false)).unwrap();
        assert_eq!((act, enabled.disabled), (Act::MemberEnabled, false));
        assert_eq!(
            (enabled.sessions.len(), enabled.credential_version),
            (0, after.credential_version)
        );
    }

    #[test]
    fn a_role_is_handed_over_and_taken_back_and_both_changes_are_one_act() {
        let before = account(colleague(Role::Member));
        let (after, act) = changed(&before, role(Role::Manager)).unwrap();
        assert_eq!((after.role, act), (Role::Manager, Act::MemberMadeManager));
        assert_eq!(
            after.sessions,
            only(&before).sessions,
            "nobody is logged out by it"
        );
        let (back, act) = changed(&account(after), role(Role::Member)).unwrap();
        assert_eq!((back.role, act), (Role::Member, Act::ManagerMadeMember));
        assert_eq!(changed(&before, MemberChange::default()), None);
        let both = MemberChange {
            role: Some(Role::Manager),
            disabled: Some(true),
        };
        assert_eq!(changed(&before, both).unwrap().1, Act::RoleAndStatusChanged);
    }

    #[test]
    fn a_member_is_told_by_mail_unless_only_the_initial_password_was_ever_mailed() {
        let told = |before: Member, change| {
            let (after, _) = changed(&account(before), change).unwrap();
            after.promised().map(|mail| mail.content.subject())
        };
        let stopped = colleague(Role::Member).changed(disabled(true));
        for (before, change, notice) in [
            (colleague(Role::Member), disabled(true), Notice::MemberDisabled),
            (stopped, disabled(false), Notice::MemberEnabled),
            (colleague(Role::Member), role(Role::Manager), Notice::MadeManager),
            (colleague(Role::Manager), role(Role::Member), Notice::MadeMember),
        ] {
            assert_eq!(told(before, change), Some(notice.subject()));
        }
        let initial = pending("m").mail().map(|mail| mail.content.subject());
        assert_eq!(told(pending("m"), disabled(true)), initial);
    }

    #[test]
    fn an_address_stands_once_in_an_office() {
        let add = |before: &Account, second| {
            let new = of_office("new", "1");
            Account::add_colleague(Some(before), &new, &flow("by"), t(second), &LIMITS)
        };
        let own = account(of_office("old", "1"));
        assert!(add(&own, SEAT - 1).is_none());
        let (after, event) = add(&own, SEAT).unwrap().into_parts();
        assert_eq!(only(&after).id.as_str(), "new");
        assert_eq!(event.unwrap().act, Act::MemberAdded);
        assert!(add(&account(of_office("other", "2")), 0).is_some());
        assert!(add(&account(active("owner")), 0).is_none());
    }

    #[test]
    fn a_removed_members_address_is_free() {
        let other = of_office("other", "2");
        let claimed = Account::take_seat(Some(&account(pending("m"))), &other, &flow("f"), t(0), &LIMITS);
        let claimed = claimed.unwrap().into_parts().0;
        for (before, stay) in [(account(colleague(Role::Member)), 0), (claimed, 1)] {
            let put = before
                .remove_member(&MemberId::new("m"), &flow("by"), t(9))
                .unwrap();
            let (after, event) = put.into_parts();
            assert_eq!(event.unwrap().act, Act::MemberRemoved);
            assert_eq!((after.members().count(), after.judged_at), (stay, t(9)));
            assert!(
                after
                    .remove_member(&MemberId::new("m"), &flow("by"), t(9))
                    .is_none()
            );
        }
    }

    #[test]
    fn only_a_claim_of_fourteen_days_ends_for_another_member() {
        let end = |second| {
            account(pending("m")).end_expired_claim(&MemberId::new("m"), &flow("by"), t(second), &LIMITS)
        };
        assert!(end(SEAT - 1).is_none());
        assert_eq!(end(SEAT).unwrap().item().members().count(), 0);
        let owner = account(active("m"));
        assert!(
            owner
                .end_expired_claim(&MemberId::new("m"), &flow("by"), t(SEAT), &LIMITS)
                .is_none()
        );
    }
}
