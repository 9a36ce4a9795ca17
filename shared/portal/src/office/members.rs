//! The seats of an office, and its budget of initial passwords.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Office;
use crate::account::{BrowserKind, Member};
use crate::guards::RetryAfter;
use crate::limits::Limits;
use crate::mail::{Content, Mail, Notice};
use crate::time::{DAY, plus, seconds_until};
use crate::values::{AccountKey, BodyDigest, MemberId, RequestKey};

/// A request with an Idempotency-Key that mailed an initial password.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnsweredRequest {
    /// Its Idempotency-Key, in its scope.
    pub key: RequestKey,
    /// Its body.
    pub body: BodyDigest,
    /// The member whom it added, or whose password it re-issued.
    pub member: MemberId,
    /// When it was answered.
    pub at: Timestamp,
}

impl AnsweredRequest {
    pub(super) fn is_kept(&self, now: Timestamp) -> bool {
        now < plus(self.at, DAY)
    }
}

impl Office {
    /// The request of this key, if it was answered within a day.
    pub fn answered(&self, key: &RequestKey, now: Timestamp) -> Option<&AnsweredRequest> {
        self.answered
            .iter()
            .find(|request| request.key == *key && request.is_kept(now))
    }

    /// The office after a request that mails an initial password, if it may mail another one today.
    pub fn with_answered(
        &self,
        request: AnsweredRequest,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Self, RetryAfter> {
        let mut next = self.clone();
        next.answered.retain(|request| request.is_kept(now));
        let count = u64::try_from(next.answered.len()).unwrap_or(u64::MAX);
        if let Some(first) = next.answered.first()
            && limits.initial_passwords_per_day <= count
        {
            let seconds = seconds_until(now, plus(first.at, DAY)).max(1);
            return Err(RetryAfter { seconds }.rounded_up(limits));
        }
        next.answered.push(request);
        Ok(next)
    }

    /// The office while a take-over may be under way until this instant.
    #[must_use]
    pub fn with_take_over(mut self, until: Timestamp) -> Self {
        self.take_over_until = Some(until);
        self
    }

    /// Whether a take-over may be under way.
    pub fn may_be_taken_over(&self, now: Timestamp) -> bool {
        self.take_over_until.is_some_and(|until| now < until)
    }

    /// The office after a take-over: these seats, none under way, and nobody who was added and has not logged in.
    #[must_use]
    pub fn taken_over(self, seats: impl IntoIterator<Item = (MemberId, AccountKey)>) -> Self {
        Self {
            take_over_until: None,
            invited: BTreeMap::new(),
            ..self.with_seats(seats)
        }
    }

    /// Whether another member can be seated, where these members hold a seat.
    pub fn has_room(held: usize, limits: &Limits) -> bool {
        u64::try_from(held).is_ok_and(|held| held < limits.office_members)
    }

    /// The office with these seats, each with the account of the address.
    #[must_use]
    pub fn with_seats(mut self, seats: impl IntoIterator<Item = (MemberId, AccountKey)>) -> Self {
        self.members = seats.into_iter().collect();
        self
    }

    /// The office after a member's address changed to that of this account. A seat of another member under the new address is
    /// dropped: the claim that held it is void.
    #[must_use]
    pub fn with_address_of(&self, member: &MemberId, account: &AccountKey) -> Self {
        let mut next = self.clone();
        next.members.retain(|id, held| {
            let stays = held != account;
            if !stays {
                next.invited.remove(id);
            }
            stays
        });
        next.members.insert(member.clone(), account.clone());
        next
    }

    /// The mails that tell the managers of this office that the claim of a colleague becomes void: its members are
    /// `members`, and `owner` gets the address, in this browser. None if the claim holds no seat of it, or no manager can
    /// log in but the owner.
    ///
    /// What a member of another office did, and where, is not told: neither the browser nor the office.
    pub fn void_claim_mails<'a>(
        &self,
        claim: &Member,
        members: impl IntoIterator<Item = &'a Member>,
        (owner, browser): (&Member, BrowserKind),
    ) -> Vec<Mail> {
        if !self.members.contains_key(&claim.id) {
            return Vec::new();
        }
        let (what, browser) = if owner.office.number == self.office.number {
            (Notice::ColleagueClaimVoid, browser)
        } else {
            (Notice::ClaimVoid, BrowserKind::default())
        };
        let content = Content::Notice {
            member: claim.id.clone(),
            what,
            browser,
            about: Some(claim.profile.email.masked()),
            is_last: false,
        };
        let managers = members
            .into_iter()
            .filter(|member| member.is_active_manager() && member.id != owner.id);
        managers
            .map(|manager| Mail::notice(manager.profile.email.clone(), content.clone()))
            .collect()
    }

    /// The office without the seat of this member.
    #[must_use]
    pub fn without_seat(mut self, member: &MemberId) -> Self {
        self.members.remove(member);
        self.invited.remove(member);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::registered;
    use super::*;
    use crate::account::Role;
    use crate::samples::{LIMITS, active, address, pending, t};
    use crate::values::{EmailAddress, OfficeName, OfficeNumber};

    const ONE_DAY: u64 = 86_400;

    fn request(name: &str, at: u64) -> AnsweredRequest {
        AnsweredRequest {
            key: RequestKey::new(name),
            body: BodyDigest::new("body"),
            member: MemberId::new(name),
            at: t(at),
        }
    }

    #[test]
    fn an_answered_request_is_known_for_a_day() {
        let office = registered()
            .with_answered(request("r", 0), t(0), &LIMITS)
            .unwrap();
        let known = |second| office.answered(&RequestKey::new("r"), t(second)).is_some();
        assert_eq!([0, ONE_DAY - 1, ONE_DAY].map(known), [true, true, false]);
        assert_eq!(office.answered(&RequestKey::new("x"), t(0)), None);
        let later = office
            .with_answered(request("s", ONE_DAY), t(ONE_DAY), &LIMITS)
            .unwrap();
        assert_eq!(later.answered, [request("s", ONE_DAY)]);
    }

    #[test]
    fn an_office_mails_twenty_initial_passwords_a_day() {
        let full = (0..20).fold(registered(), |office, at| {
            let next = office.with_answered(request(&at.to_string(), at), t(at), &LIMITS);
            next.unwrap()
        });
        let next = |second| full.with_answered(request("x", second), t(second), &LIMITS);
        assert_eq!(next(20).map(drop), Err(RetryAfter { seconds: 86_400 }));
        assert_eq!(next(ONE_DAY - 1).map(drop), Err(RetryAfter { seconds: 900 }));
        assert!(next(ONE_DAY).is_ok());
    }

    /// A claim without a seat is that of a take-over's newcomer, or of a registration that was made anew.
    #[test]
    fn the_managers_who_can_log_in_are_told_of_a_void_claim_that_holds_a_seat() {
        let at = |member: Member, email: &str| {
            let mut member = member;
            member.profile.email = EmailAddress::parse(email).unwrap();
            member
        };
        let plain = Member {
            role: Role::Member,
            ..active("b")
        };
        let members = [
            at(active("a"), "a@example.jp"),
            at(plain, "b@example.jp"),
            at(pending("p"), "p@example.jp"),
        ];
        let claim = pending("claim");
        let at_home = registered().office;
        let elsewhere = OfficeName {
            number: OfficeNumber::parse("1312345679").unwrap(),
            name: at_home.name.clone(),
        };
        let browser = BrowserKind::of("Firefox/1 Windows");
        let by = |owner: &Member, home: &OfficeName, office: &Office| {
            let owner = Member {
                office: home.clone(),
                ..owner.clone()
            };
            office.void_claim_mails(&claim, &members, (&owner, browser))
        };
        let stranger = active("stranger");
        let told = |office: &Office| by(&stranger, &elsewhere, office);
        assert_eq!(told(&registered()), []);
        let office = registered().with_seats([(claim.id.clone(), claim.profile.email.key())]);
        let mail = |what, browser| {
            let content = Content::Notice {
                member: claim.id.clone(),
                what,
                browser,
                about: Some(claim.profile.email.masked()),
                is_last: false,
            };
            [Mail::notice(members[0].profile.email.clone(), content)]
        };
        assert_eq!(told(&office), mail(Notice::ClaimVoid, BrowserKind::default()));
        // A plain member of the same office changed to the address; a manager who did knows it.
        assert_eq!(
            by(&members[1], &at_home, &office),
            mail(Notice::ColleagueClaimVoid, browser)
        );
        assert_eq!(by(&members[0], &at_home, &office), []);
    }

    #[test]
    fn a_member_keeps_the_seat_under_another_address_and_a_void_claim_on_it_loses_its_own() {
        let (old, new) = (address().key(), AccountKey::new("new"));
        let seat = |id: &str, account: &AccountKey| (MemberId::new(id), account.clone());
        let office = registered().with_seats([seat("m", &old), seat("claim", &new)]);
        let moved = office.with_address_of(&MemberId::new("m"), &new);
        assert_eq!(moved.members, [seat("m", &new)].into_iter().collect());
    }

    #[test]
    fn five_members_have_a_seat_each_under_their_address() {
        assert!(Office::has_room(4, &LIMITS));
        assert!(!Office::has_room(5, &LIMITS) && !Office::has_room(6, &LIMITS));
        let office = registered().with_seats([(MemberId::new("n"), address().key())]);
        assert_eq!(office.members.len(), 1);
        assert_eq!(office.without_seat(&MemberId::new("n")).members.len(), 0);
    }

    #[test]
    fn an_office_remembers_until_when_a_take_over_may_be_under_way() {
        assert!(!registered().may_be_taken_over(t(0)));
        let office = registered().with_take_over(t(10));
        assert_eq!(
            [9, 10].map(|second| office.may_be_taken_over(t(second))),
            [true, false]
        );
        let after = office.taken_over([(MemberId::new("n"), address().key())]);
        assert!(!after.may_be_taken_over(t(9)));
        assert_eq!(after.members.len(), 1);
    }
}
