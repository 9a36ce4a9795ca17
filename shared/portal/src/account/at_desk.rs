//! What only an operator at the desk does with an account (`docs/desk.md`).

use jiff::Timestamp;

use super::Account;
use crate::audit::{Act, Event};
use crate::change::Put;
use crate::guards::{BackOff, PasswordGuard};
use crate::limits::Limits;
use crate::values::{FlowId, MemberId};

impl Account {
    /// The account without what keeps this member's right password from being judged: every back-off and the lockout of
    /// the address, and those of the member's own devices. Codes that are stopped stay stopped. `None` if nothing keeps
    /// it, or the member is not in this account.
    pub fn lift_waits(
        &self,
        id: &MemberId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Put<Self>> {
        let mut member = self.member(id, now, limits)?.clone();
        for device in &mut member.devices {
            device.passwords = BackOff::default();
        }
        let next = Self {
            passwords: PasswordGuard::default(),
            ..self.clone()
        };
        let next = next.with_member(member, now, limits);
        let is_lifted = next.passwords != self.passwords || next.noted(id) != self.noted(id);
        let event = Event::of(Act::PasswordWaitsLifted, now, by).about(id);
        is_lifted.then(|| Put::new(next, event))
    }

    /// The account after every session, log-in and reset of this member ended; the password stays. `None` for a member
    /// who has never logged in, or who is not in this account.
    pub fn sign_out(&self, id: &MemberId, by: &FlowId, now: Timestamp, limits: &Limits) -> Option<Put<Self>> {
        let mut member = self.member(id, now, limits)?.clone();
        if member.is_pending() {
            return None;
        }
        member.end_all_access();
        let event = Event::of(Act::MemberSignedOut, now, by).about(id);
        Some(Put::new(self.clone().with_member(member, now, limits), event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Member;
    use crate::account::samples::guessed_at;
    use crate::samples::{LIMITS, account, active, device, flow, only, pending, session, t};

    fn logged_in() -> Member {
        Member {
            sessions: vec![session("s", "f", 0, 43_200)],
            ..active("m")
        }
    }

    #[test]
    fn what_keeps_the_right_password_from_being_judged_is_lifted_and_nothing_else() {
        let lift = |before: &Account| {
            let put = before.lift_waits(&MemberId::new("m"), &flow("by"), t(9), &LIMITS)?;
            let (after, event) = put.into_parts();
            let event = event.unwrap();
            assert_eq!(
                event,
                Event::of(Act::PasswordWaitsLifted, t(9), &flow("by")).about(&MemberId::new("m"))
            );
            Some(after)
        };
        let mut member = logged_in();
        member.codes = member.codes.failed(t(0), &LIMITS);
        let before = account(member);
        assert_eq!(lift(&before), None, "nothing waits");
        assert_eq!(lift(&guessed_at(before.clone(), 100, 0)), Some(before.clone()));
        let mut waiting = device("d", 0);
        waiting.passwords = waiting.passwords.failed(t(0));
        let with_device = |device| {
            account(Member {
                devices: vec![device],
                ..only(&before).clone()
            })
        };
        assert_eq!(lift(&with_device(waiting)), Some(with_device(device("d", 0))));
        let claim = account(pending("m"));
        assert_eq!(lift(&guessed_at(claim.clone(), 100, 0)), Some(claim));
        let none = before.lift_waits(&MemberId::new("x"), &flow("by"), t(9), &LIMITS);
        assert_eq!(none, None);
    }

    #[test]
    fn who_is_signed_out_keeps_the_password_and_no_log_in_that_is_under_way() {
        let before = account(logged_in());
        let sign_out = |before: &Account| before.sign_out(&MemberId::new("m"), &flow("by"), t(9), &LIMITS);
        let (after, event) = sign_out(&before).unwrap().into_parts();
        assert_eq!(
            event.unwrap(),
            Event::of(Act::MemberSignedOut, t(9), &flow("by")).about(&MemberId::new("m"))
        );
        let (old, new) = (only(&before), only(&after));
        assert_eq!((new.sessions.len(), new.disabled), (0, false));
        assert_eq!(new.credential, old.credential);
        assert_eq!(new.credential_version, old.credential_version + 1);
        assert_eq!(sign_out(&account(pending("m"))), None);
    }
}
