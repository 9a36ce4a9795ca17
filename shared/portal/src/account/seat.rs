//! Who takes a seat of an office, and who leaves one.

use jiff::Timestamp;

use super::{Account, Member};
use crate::audit::{Act, Event};
use crate::change::Put;
use crate::guards::PasswordGuard;
use crate::limits::Limits;
use crate::values::{FlowId, MemberId, OfficeName};

impl Account {
    /// The account with a new member, whose initial password is promised; `None` if somebody else owns the address.
    ///
    /// The members in `leaves` give up their seat to the new one, so they may own the address. The mail is counted, never
    /// refused
    /// (`docs/adr/0011-the-first-initial-password-mail-is-never-refused.md`).
    pub fn take_seat(
        before: Option<&Self>,
        member: &Member,
        leaves: &[MemberId],
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        let account = Self::known(before, &member.profile.email.key(), now);
        let owner = account.owner(now, limits);
        if owner.is_some_and(|owner| !leaves.contains(&owner.id)) {
            return None;
        }
        let next = Self {
            mails: account.mails.count(now),
            // What was guessed at before says nothing about the password that is mailed now.
            passwords: PasswordGuard::default(),
            member: Some(member.clone()),
            ..account
        };
        Some(Put::new(next, Event::of(Act::MemberRegistered, now, by)))
    }

    /// Whether the address belongs to a member in whose place nobody of this office may register: one of another
    /// office, or one who has logged in. A member of this office who has not may be corrected, or be what an earlier
    /// 登録する made whose answer was lost.
    pub fn is_somebody_elses(&self, office: &OfficeName, now: Timestamp, limits: &Limits) -> bool {
        self.owner(now, limits)
            .is_some_and(|owner| owner.office.number != office.number || !owner.is_pending())
    }

    /// The account without its member, who is replaced by a corrected registration: nobody can log in by it.
    pub fn leave_seat(&self, by: &FlowId, now: Timestamp) -> Put<Self> {
        let next = Self {
            member: None,
            judged_at: now,
            ..self.clone()
        };
        Put::new(next, Event::of(Act::MemberReplaced, now, by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{SEAT, guessed_at, key};
    use crate::samples::{LIMITS, account, active, flow, office, pending, t};

    #[test]
    fn an_address_is_somebody_elses_unless_its_member_is_of_the_office_and_never_came() {
        let other = OfficeName {
            number: "1399999999".to_owned(),
            ..office()
        };
        let is = |before: &Account, office: &OfficeName, second| {
            before.is_somebody_elses(office, t(second), &LIMITS)
        };
        assert!(!is(&Account::unknown(key(), t(0)), &office(), 0));
        assert!(!is(&account(pending("m")), &office(), 0));
        assert!(is(&account(pending("m")), &other, SEAT - 1));
        assert!(!is(&account(pending("m")), &other, SEAT));
        assert!(is(&account(active("m")), &office(), 0));
        assert!(is(&account(active("m")), &other, 0));
    }

    #[test]
    fn a_free_address_is_taken_with_its_first_mail_counted_and_old_guesses_forgotten() {
        let guessed = guessed_at(Account::unknown(key(), t(0)), 5, 0);
        for before in [None, Some(&guessed)] {
            let put = Account::take_seat(before, &pending("m"), &[], &flow("f"), t(9), &LIMITS).unwrap();
            let (taken, event) = put.into_parts();
            assert_eq!(taken.key, key());
            assert_eq!(taken.member, Some(pending("m")));
            assert_eq!(taken.mails.sends, [t(9)]);
            assert_eq!(taken.passwords, PasswordGuard::default());
            assert_eq!(event, Some(Event::of(Act::MemberRegistered, t(9), &flow("f"))));
        }
    }

    /// `docs/adr/0011-the-first-initial-password-mail-is-never-refused.md`
    #[test]
    fn the_first_password_is_mailed_however_full_the_mailbox_is() {
        let mut full = Account::unknown(key(), t(0));
        for _ in 0..20 {
            full.mails = full.mails.count(t(0));
        }
        let taken = Account::take_seat(Some(&full), &pending("m"), &[], &flow("f"), t(0), &LIMITS).unwrap();
        assert_eq!(taken.item().mails.sends.len(), 21);
    }

    #[test]
    fn an_address_is_not_taken_from_its_owner_unless_the_owner_leaves() {
        let take = |before: &Account, leaves: &[MemberId], second| {
            Account::take_seat(
                Some(before),
                &pending("new"),
                leaves,
                &flow("f"),
                t(second),
                &LIMITS,
            )
        };
        let owned = account(pending("old"));
        assert_eq!(take(&owned, &[], SEAT - 1), None);
        assert_eq!(take(&owned, &[MemberId::new("somebody")], 0), None);
        assert!(take(&owned, &[MemberId::new("old")], 0).is_some());
        assert!(take(&owned, &[], SEAT).is_some());
        assert_eq!(take(&account(active("old")), &[], SEAT), None);
    }

    #[test]
    fn who_leaves_the_seat_leaves_no_way_in() {
        let (left, event) = account(pending("m")).leave_seat(&flow("f"), t(9)).into_parts();
        assert_eq!(
            left,
            Account {
                member: None,
                judged_at: t(9),
                ..account(pending("m"))
            }
        );
        assert_eq!(event, Some(Event::of(Act::MemberReplaced, t(9), &flow("f"))));
    }
}
