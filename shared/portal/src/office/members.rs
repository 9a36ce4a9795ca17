//! The members of an office, as managers change them (`docs/api.md` 5).
//!
//! Every change of the members writes the office, too, in the same commit: its version is the condition on which all
//! that was read of the members is judged.

use jiff::Timestamp;

use super::Office;
use crate::account::Member;
use crate::guards::RetryAfter;
use crate::limits::Limits;
use crate::time::{DAY, plus, seconds_until};
use crate::values::{AccountKey, Draft, MemberId, RequestKey};

/// A request with an Idempotency-Key that mailed an initial password.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnsweredRequest {
    /// Its Idempotency-Key, in its scope.
    pub key: RequestKey,
    /// The digest of its body.
    pub body: Draft,
    /// The member whom it added, or whose password it re-issued.
    pub member: MemberId,
    /// When it was answered.
    pub at: Timestamp,
}

impl AnsweredRequest {
    fn is_kept(&self, now: Timestamp) -> bool {
        now < plus(self.at, DAY)
    }
}

/// Whether the office can be managed by one of these members.
pub fn has_active_manager<'a>(members: impl IntoIterator<Item = &'a Member>) -> bool {
    members.into_iter().any(Member::is_active_manager)
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

    /// The office without the seat of this member.
    #[must_use]
    pub fn without_seat(mut self, member: &MemberId) -> Self {
        self.members.remove(member);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::claimed;
    use super::*;
    use crate::account::{MemberChange, Role};
    use crate::samples::{LIMITS, active, address, pending, t};

    const ONE_DAY: u64 = 86_400;

    fn request(name: &str, at: u64) -> AnsweredRequest {
        AnsweredRequest {
            key: RequestKey::new(name),
            body: Draft::new("body"),
            member: MemberId::new(name),
            at: t(at),
        }
    }

    #[test]
    fn an_office_needs_a_manager_who_can_log_in() {
        let plain = active("p").changed(MemberChange {
            role: Some(Role::Member),
            disabled: None,
        });
        let disabled = active("d").changed(MemberChange {
            role: None,
            disabled: Some(true),
        });
        let members = [plain, disabled, pending("n")];
        assert!(!has_active_manager(&members));
        assert!(has_active_manager(members.iter().chain([&active("m")])));
        assert!(!has_active_manager([]));
    }

    #[test]
    fn an_answered_request_is_known_for_a_day() {
        let office = claimed().with_answered(request("r", 0), t(0), &LIMITS).unwrap();
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
        let full = (0..20).fold(claimed(), |office, at| {
            let next = office.with_answered(request(&at.to_string(), at), t(at), &LIMITS);
            next.unwrap()
        });
        let next = |second| full.with_answered(request("x", second), t(second), &LIMITS);
        assert_eq!(next(20).map(drop), Err(RetryAfter { seconds: 86_400 }));
        assert_eq!(next(ONE_DAY - 1).map(drop), Err(RetryAfter { seconds: 900 }));
        assert!(next(ONE_DAY).is_ok());
    }

    #[test]
    fn five_members_have_a_seat_each_under_their_address() {
        assert!(Office::has_room(4, &LIMITS));
        assert!(!Office::has_room(5, &LIMITS) && !Office::has_room(6, &LIMITS));
        let office = claimed().with_seats([(MemberId::new("n"), address().key())]);
        assert_eq!(office.members.len(), 1);
        assert_eq!(office.without_seat(&MemberId::new("n")).members.len(), 0);
    }
}
