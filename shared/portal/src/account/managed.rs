//! What a manager, or an operator at the desk, changes of an office's members (`docs/api.md` 5, `docs/desk.md`).

use jiff::Timestamp;

use super::{Account, BrowserKind, Holder, Member, Role, Session, Status};
use crate::audit::{Act, Event};
use crate::change::Put;
use crate::limits::Limits;
use crate::mail::{Mail, Notice};
use crate::problem::Kind;
use crate::values::{FlowId, MemberId};

/// Who changes a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doer<'a> {
    /// 管理者, in a session.
    Manager(&'a MemberId, &'a Session),
    /// 窓口の担当者, by this operation.
    Operator(&'a FlowId),
}

impl<'a> Doer<'a> {
    /// The log-in or the operation, as the records name it.
    pub const fn by(self) -> &'a FlowId {
        match self {
            Self::Manager(_, session) => &session.flow,
            Self::Operator(operation) => operation,
        }
    }

    /// The kind of browser in which it is done; an operator has none.
    pub fn browser(self) -> BrowserKind {
        match self {
            Self::Manager(_, session) => session.browser,
            Self::Operator(_) => BrowserKind::default(),
        }
    }

    /// The member of the office who does it, if it is one.
    pub fn is_member(self, id: &MemberId) -> bool {
        match self {
            Self::Manager(member, _) => member == id,
            Self::Operator(_) => false,
        }
    }
}

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
            next.end_all_access();
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

/// What the member is told of a change, and what the managers are. A change of role and one of status are two notices, so
/// that neither hides the other (ADR 0036).
pub(crate) fn notices_of(
    before: &Member,
    after: &Member,
    doer: Doer<'_>,
) -> impl Iterator<Item = (Notice, Notice)> {
    let role = (before.role != after.role).then_some(match after.role {
        Role::Manager => (Notice::MadeManager, Notice::ColleagueMadeManager),
        Role::Member => (Notice::MadeMember, Notice::ColleagueMadeMember),
    });
    let status = (before.disabled != after.disabled).then_some(match (doer, after.disabled) {
        (Doer::Manager(..), true) => (Notice::MemberDisabled, Notice::ColleagueDisabled),
        (Doer::Manager(..), false) => (Notice::MemberEnabled, Notice::ColleagueEnabled),
        (Doer::Operator(_), true) => (Notice::DisabledByDesk, Notice::ColleagueDisabledByDesk),
        (Doer::Operator(_), false) => (Notice::EnabledByDesk, Notice::ColleagueEnabledByDesk),
    });
    role.into_iter().chain(status)
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

    /// The account with a changed member, who is told by mail, and the mails for which the account has no room: it promises
    /// one to the member. `None` if nothing changes, or the member is not in this account.
    pub fn change_member(
        &self,
        id: &MemberId,
        change: MemberChange,
        doer: Doer<'_>,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<(Put<Self>, Vec<Mail>)> {
        let before = self.member(id, now, limits)?;
        let changed = before.changed(change);
        let event = Event::of(act_of(before, &changed)?, now, doer.by()).about(id);
        let mut after = changed.clone();
        let mut mails = Vec::new();
        // A member who has never logged in has no mail but the one with the initial password.
        let notices = notices_of(before, &changed, doer).filter(|_| !changed.is_pending());
        for (notice, _) in notices {
            let told = after
                .clone()
                .with_notice_from(notice, doer.browser(), now, limits);
            let earlier = after
                .notice
                .filter(|earlier| before.notice.as_ref() != Some(earlier));
            if let Some(earlier) = earlier.filter(|earlier| told.notice.as_ref() != Some(earlier)) {
                mails.push(Mail::notice(earlier.to, earlier.content));
            }
            after = told;
        }
        let account = self.clone().with_member(after, now, limits);
        Some((Put::new(account, event), mails))
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

    /// The account without this member; `None` if the member is not in it.
    pub(crate) fn without(&self, id: &MemberId, now: Timestamp) -> Option<Self> {
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
    use crate::guards::NoticeBudget;
    use crate::mail::Content;
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
        let actor = MemberId::new("a");
        let doer = Doer::Manager(&actor, &by);
        let (put, _) = before.change_member(&MemberId::new("m"), change, doer, t(9), &LIMITS)?;
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
        assert_eq!(after.sessions, only(&before).sessions, "no session ends by it");
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

    /// A repeated change is told to the member five times an hour, and silences no other kind of notice.
    #[test]
    fn a_member_is_told_the_same_five_times_an_hour_and_the_change_is_done_all_the_same() {
        let mut before = account(colleague(Role::Member));
        for time in 1..=6 {
            let (after, _) = changed(&before, disabled(true)).unwrap();
            assert!(after.disabled);
            let is_told = after.notice.as_ref().map(|mail| mail.content.subject())
                == Some(Notice::MemberDisabled.subject());
            assert_eq!(is_told, time <= 5, "{time}");
            // Another kind is told, which has a budget of its own.
            let again = changed(&account(after), disabled(false)).unwrap().0;
            before = account(Member {
                notices: NoticeBudget {
                    counted: again
                        .notices
                        .counted
                        .into_iter()
                        .filter(|it| it.what == Notice::MemberDisabled)
                        .collect(),
                },
                ..again
            });
        }
        let (after, _) = changed(&before, role(Role::Manager)).unwrap();
        let told = after.notice.map(|mail| mail.content.subject());
        assert_eq!(told, Some(Notice::MadeManager.subject()));
    }

    #[test]
    fn a_change_at_the_desk_is_told_in_words_of_its_own() {
        let operation = flow("operation");
        let told = |before: &Account, change| {
            let doer = Doer::Operator(&operation);
            let (put, _) = before
                .change_member(&MemberId::new("m"), change, doer, t(9), &LIMITS)
                .unwrap();
            let (after, event) = put.into_parts();
            assert_eq!(event.unwrap().by, Some(operation.clone()));
            let notice = only(&after).promised().map(|mail| mail.content.clone());
            let Some(Content::Notice { what, browser, .. }) = notice else {
                panic!("{notice:?}")
            };
            assert_eq!(browser, BrowserKind::default());
            (what, after)
        };
        let (what, stopped) = told(&account(colleague(Role::Member)), disabled(true));
        assert_eq!(what, Notice::DisabledByDesk);
        assert_eq!(told(&stopped, disabled(false)).0, Notice::EnabledByDesk);
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
