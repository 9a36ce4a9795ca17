//! Taking a seat of an office, which also claims an address, and leaving it.

use jiff::Timestamp;

use super::{Account, Credential, Holder, Member};
use crate::audit::{Act, Event};
use crate::change::Put;
use crate::limits::Limits;
use crate::values::{FlowId, MemberId, OfficeName};

impl Account {
    /// The account with the claim of a new member, whose initial password is promised; `None` if the address has an
    /// owner, or the maximum number of other offices claim it.
    ///
    /// An office claims an address at most once: an earlier claim of the member's office passes to the new member,
    /// who keeps its fourteen days, its budgets and its re-issues. Claims of other offices do not change.
    pub fn take_seat(
        before: Option<&Self>,
        member: &Member,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        let mut next = Self::known(before, &member.profile.email.key(), now);
        if !next.may_be_claimed_by(&member.office, now, limits) {
            return None;
        }
        let Holder::Claims(claims) = &mut next.holder else {
            return None;
        };
        claims.retain(|_, claim| !claim.seat_has_expired(now, limits));
        let earlier: Vec<Member> = claims
            .extract_if(.., |_, claim| claim.office.number == member.office.number)
            .map(|(_, claim)| claim)
            .collect();
        let member = match earlier.first() {
            Some(earlier) => member.clone().in_place_of(earlier, limits),
            None => member.clone(),
        };
        let event = Event::of(Act::MemberRegistered, now, by).about(&member.id);
        claims.insert(member.id.clone(), member);
        Some(Put::new(next, event))
    }

    /// Whether this office may claim the address: it has no owner, and the office claims it already or there is room
    /// for another claim.
    pub fn may_be_claimed_by(&self, office: &OfficeName, now: Timestamp, limits: &Limits) -> bool {
        let of_others = self
            .claims(now, limits)
            .filter(|claim| claim.office.number != office.number);
        let room = u64::try_from(of_others.count()).is_ok_and(|claims| claims < limits.claims_per_address);
        self.owner().is_none() && room
    }

    /// The account without the claim of this member, whom a corrected registration replaces. `None` if the member has
    /// logged in, or is not in this account.
    pub fn leave_seat(&self, member: &MemberId, by: &FlowId, now: Timestamp) -> Option<Put<Self>> {
        let mut next = self.clone();
        let Holder::Claims(claims) = &mut next.holder else {
            return None;
        };
        claims.remove(member)?;
        next.judged_at = now;
        let event = Event::of(Act::MemberReplaced, now, by).about(member);
        Some(Put::new(next, event))
    }
}

impl Member {
    /// This member, with what continues from the earlier claim of the same office on the same address.
    fn in_place_of(mut self, earlier: &Self, limits: &Limits) -> Self {
        self.claimed_at = earlier.claimed_at;
        self.mails = earlier.mails.clone();
        self.codes = earlier.codes.clone();
        let ends_at = self.seat_expires_at(limits);
        if let (Credential::Initial { reissues, mail, .. }, Credential::Initial { reissues: before, .. }) =
            (&mut self.credential, &earlier.credential)
        {
            reissues.clone_from(before);
            // No password outlives its seat.
            mail.expires_at = mail.expires_at.min(ends_at.unwrap_or(mail.expires_at));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{DAY, SEAT, guessed_at, key, of_office, parts};
    use crate::guards::PasswordGuard;
    use crate::guards::{CodeGuard, MailBudget};
    use crate::samples::{LIMITS, account, active, flow, office, only, pending, t};

    fn take(before: Option<&Account>, member: &Member, second: u64) -> Option<Account> {
        let put = Account::take_seat(before, member, &flow("f"), t(second), &LIMITS)?;
        let (taken, event) = put.into_parts();
        let about = Event::of(Act::MemberRegistered, t(second), &flow("f")).about(&member.id);
        assert_eq!(event, Some(about));
        Some(taken)
    }

    fn ids(account: &Account) -> Vec<&str> {
        account.members().map(|member| member.id.as_str()).collect()
    }

    #[test]
    fn a_free_address_is_claimed_and_old_guesses_are_forgotten() {
        let guessed = guessed_at(Account::unknown(key(), t(0)), 5, 0);
        for before in [None, Some(&guessed)] {
            let taken = take(before, &pending("m"), 9).unwrap();
            assert_eq!(taken.key, key());
            assert_eq!(only(&taken), &pending("m"));
            let guessed = before.map_or_else(PasswordGuard::default, |before| before.passwords.clone());
            assert_eq!(taken.passwords, guessed, "who waits, waits on");
        }
    }

    #[test]
    fn five_offices_claim_an_address_without_blocking_each_other() {
        let mut account = take(None, &of_office("1", "1"), 0).unwrap();
        for id in ["2", "3", "4", "5"] {
            account = take(Some(&account), &of_office(id, id), 0).unwrap();
        }
        assert_eq!(ids(&account), ["1", "2", "3", "4", "5"]);
        assert_eq!(take(Some(&account), &of_office("6", "6"), SEAT - 1), None);
        let sixth = take(Some(&account), &of_office("6", "6"), SEAT).unwrap();
        assert_eq!(ids(&sixth), ["6"], "what is over makes room, and goes");
        let corrected = take(Some(&account), &of_office("7", "3"), 1).unwrap();
        assert_eq!(ids(&corrected), ["1", "2", "4", "5", "7"]);
    }

    #[test]
    fn an_address_with_an_owner_cannot_be_claimed() {
        let owned = account(active("m"));
        for office in ["1370000001", "2"] {
            assert_eq!(take(Some(&owned), &of_office("new", office), 10 * SEAT), None);
        }
    }

    #[test]
    fn a_correction_goes_on_with_the_claim_that_it_replaces() {
        let mut earlier = pending("old");
        earlier.mails = MailBudget::default().count(t(1));
        earlier.codes = CodeGuard::default().failed(t(2), &LIMITS);
        if let Credential::Initial { reissues, .. } = &mut earlier.credential {
            reissues.push(t(3));
        }
        let late = 13 * DAY;
        let mut new = pending("new");
        new.registered_at = t(late);
        new.claimed_at = t(late);
        if let Credential::Initial { mail, .. } = &mut new.credential {
            mail.expires_at = t(late + 3 * DAY);
        }
        let taken = take(Some(&account(earlier.clone())), &new, late).unwrap();
        let member = only(&taken);
        assert_eq!((member.id.as_str(), member.registered_at), ("new", t(late)));
        assert_eq!(
            (member.claimed_at, &member.mails, &member.codes),
            (t(0), &earlier.mails, &earlier.codes)
        );
        let (_, reissues, mail) = parts(member);
        assert_eq!((reissues, mail.expires_at), (&[t(3)][..], t(SEAT)));
    }

    #[test]
    fn an_office_may_claim_an_address_without_an_owner_while_there_is_room() {
        let may = |account: &Account, second| account.may_be_claimed_by(&office(), t(second), &LIMITS);
        assert!(may(&Account::unknown(key(), t(0)), 0));
        assert!(may(&account(pending("m")), 0));
        assert!(!may(&account(active("m")), 0));
        let mut others = Account::unknown(key(), t(0));
        for id in ["1", "2", "3", "4"] {
            others = take(Some(&others), &of_office(id, id), 0).unwrap();
        }
        assert!(may(&others, 0));
        let full = take(Some(&others), &of_office("5", "5"), 0).unwrap();
        assert_eq!([SEAT - 1, SEAT].map(|second| may(&full, second)), [false, true]);
        let own = take(Some(&others), &pending("m"), 0).unwrap();
        assert!(may(&own, 0), "one's own claim takes no room");
    }

    #[test]
    fn a_member_who_left_the_seat_cannot_log_in() {
        let before = take(Some(&account(pending("m"))), &of_office("other", "2"), 0).unwrap();
        let put = before.leave_seat(&MemberId::new("m"), &flow("f"), t(9)).unwrap();
        let (left, event) = put.into_parts();
        assert_eq!((ids(&left), left.judged_at), (vec!["other"], t(9)));
        let about = Event::of(Act::MemberReplaced, t(9), &flow("f")).about(&MemberId::new("m"));
        assert_eq!(event, Some(about));
        assert_eq!(left.leave_seat(&MemberId::new("m"), &flow("f"), t(9)), None);
        let owned = account(active("m"));
        assert_eq!(owned.leave_seat(&MemberId::new("m"), &flow("f"), t(9)), None);
    }
}
