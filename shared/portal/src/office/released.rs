//! Seats that fell free by themselves: whose they were, since when, and why (`docs/api.md` 5).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Office, Roster};
use crate::account::{Account, Member};
use crate::limits::Limits;
use crate::time::plus;
use crate::values::{EmailAddress, Line, MemberId};

/// Why a seat fell free without a manager's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A member of another office first completed a log-in with the address.
    OwnedElsewhere,
    /// Nobody logged in within the 14 days of a pending seat.
    NotUsed,
}

impl Reason {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::OwnedElsewhere, Self::NotUsed];

    /// The word on the wire and in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnedElsewhere => "owned-elsewhere",
            Self::NotUsed => "not-used",
        }
    }

    /// The reason of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

/// When a seat fell free, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Released {
    /// The first instant at which it was free.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
}

impl Released {
    fn is_shown(&self, now: Timestamp, limits: &Limits) -> bool {
        now < plus(self.at, limits.released_shown.seconds())
    }
}

/// A colleague who was added and has never logged in, as far as the office knows. The account decides; it forgets the
/// claim once that is over, so the office remembers whose the seat was.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Invited {
    /// 氏名
    pub name: Line,
    /// The address.
    pub email: EmailAddress,
    /// When they were added.
    pub at: Timestamp,
    /// What a change of the members noted, before the seat was given away.
    pub released: Option<Released>,
}

impl Invited {
    /// The colleague who is added now.
    pub fn new(member: &Member) -> Self {
        Self {
            name: member.profile.name.clone(),
            email: member.profile.email.clone(),
            at: member.claimed_at,
            released: None,
        }
    }
}

impl<O: AsRef<Office>, A: AsRef<Account>, W> Roster<O, A, W> {
    /// The seats that fell free by themselves within the last 14 days, the latest first.
    pub fn released(&self, now: Timestamp, limits: &Limits) -> Vec<(&Invited, Released)> {
        let invited = self.office.as_ref().invited.iter();
        let mut released: Vec<(&Invited, Released)> = invited
            .filter_map(|(id, invited)| Some((invited, self.release_of(id, invited, now, limits)?)))
            .filter(|(_, released)| released.is_shown(now, limits))
            .collect();
        released.sort_by_key(|(invited, released)| (std::cmp::Reverse(released.at), invited.at));
        released
    }

    /// When and why the seat of this member fell free; `None` if it is held, or may be held by what was read.
    fn release_of(
        &self,
        id: &MemberId,
        invited: &Invited,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Released> {
        if self.holder(id, now, limits).is_some() {
            return None;
        }
        if invited.released.is_some() {
            return invited.released;
        }
        let claim = self
            .vacated
            .get(id)
            .and_then(|account| account.as_ref().void_claim(id));
        if let Some(claim) = claim {
            return Some(Released {
                at: claim.at,
                reason: Reason::OwnedElsewhere,
            });
        }
        let over = plus(invited.at, limits.pending_seat_life);
        (over <= now).then_some(Released {
            at: over,
            reason: Reason::NotUsed,
        })
    }

    fn holder(&self, id: &MemberId, now: Timestamp, limits: &Limits) -> Option<&Member> {
        self.held(now, limits)
            .map(|seated| &seated.member)
            .find(|member| member.id == *id)
    }

    /// The office with what is known now of the colleagues who were added: who has logged in is forgotten, and so is a
    /// seat that fell free more than 14 days ago; one that has since then is noted, before its trace in the account is lost.
    /// As many are kept as an office has seats, the latest. Requests of more than a day ago are forgotten, too.
    pub(super) fn noted(&self, now: Timestamp, limits: &Limits) -> Office {
        let mut office = self.office.as_ref().clone();
        let mut invited = BTreeMap::new();
        for (id, colleague) in office.invited {
            let has_logged_in = |member: &Member| !member.is_pending();
            if self.holder(&id, now, limits).is_some_and(has_logged_in) {
                continue;
            }
            let released = self.release_of(&id, &colleague, now, limits);
            if released.is_none_or(|released| released.is_shown(now, limits)) {
                invited.insert(
                    id,
                    Invited {
                        released,
                        ..colleague
                    },
                );
            }
        }
        let most = usize::try_from(limits.office_members).unwrap_or(usize::MAX);
        let over = invited.values().filter(|it| it.released.is_some()).count();
        for _ in most..over {
            let released = invited
                .iter()
                .filter_map(|(id, it)| Some((it.released?.at, id.clone())));
            if let Some((_, oldest)) = released.min() {
                invited.remove(&oldest);
            }
        }
        office.invited = invited;
        office.answered.retain(|request| request.is_kept(now));
        office
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::registered;
    use super::super::{AnsweredRequest, Seated};
    use super::*;
    use crate::account::samples::{SEAT, void_claim};
    use crate::office::InSession;
    use crate::samples::{LIMITS, account, active, pending, session, t};
    use crate::values::{BodyDigest, RequestKey};

    const SHOWN: u64 = 14 * 86_400;

    fn at_own_address(mut member: Member) -> Member {
        let address = format!("{}@example.jp", member.id.as_str());
        member.profile.email = EmailAddress::parse(&address).unwrap();
        member
    }

    fn account_of(member: &Member) -> Account {
        Account {
            key: member.profile.email.key(),
            ..account(member.clone())
        }
    }

    fn seated(member: &Member) -> Seated<Account> {
        Seated {
            member: member.clone(),
            account: account_of(member),
        }
    }

    /// An office whose manager `m` added these pending members at the beginning.
    fn office_with(added: &[&str]) -> Roster<Office, Account> {
        let manager = at_own_address(active("m"));
        let added: Vec<Member> = added.iter().map(|id| at_own_address(pending(id))).collect();
        let members: Vec<&Member> = [&manager].into_iter().chain(&added).collect();
        let seats = members
            .iter()
            .map(|member| (member.id.clone(), member.profile.email.key()));
        let mut office = registered().with_seats(seats);
        office.invited = added
            .iter()
            .map(|member| (member.id.clone(), Invited::new(member)))
            .collect();
        Roster {
            office,
            seated: members.into_iter().map(seated).collect(),
            vacated: BTreeMap::new(),
            who: InSession {
                member: manager,
                session: session("s", "by", 0, 43_200),
            },
        }
    }

    /// The office after another member's first log-in made the claim of `id` void at `second`.
    fn voided(mut roster: Roster<Office, Account>, id: &str, second: u64) -> Roster<Office, Account> {
        let id = MemberId::new(id);
        roster.seated.retain(|seated| seated.member.id != id);
        let owned = Account {
            void_claims: vec![void_claim(id.as_str(), second)],
            ..account_of(&active("winner"))
        };
        roster.vacated.insert(id, owned);
        roster
    }

    fn shown(roster: &Roster<Office, Account>, second: u64) -> Vec<(String, Timestamp, Reason)> {
        let released = roster.released(t(second), &LIMITS).into_iter();
        released
            .map(|(invited, it)| (invited.email.as_str().to_owned(), it.at, it.reason))
            .collect()
    }

    #[test]
    fn a_seat_that_nobody_used_is_shown_from_its_end_for_fourteen_days() {
        let roster = office_with(&["p"]);
        let row = ("p@example.jp".to_owned(), t(SEAT), Reason::NotUsed);
        assert_eq!(shown(&roster, SEAT - 1), []);
        for second in [SEAT, SEAT + SHOWN - 1] {
            assert_eq!(shown(&roster, second), std::slice::from_ref(&row), "{second}");
        }
        assert_eq!(shown(&roster, SEAT + SHOWN), []);
        // DynamoDB deletes the account, and with it every trace of the member; or another office claims the address.
        let mut deleted = roster.clone();
        deleted.seated.truncate(1);
        assert_eq!(shown(&deleted, SEAT), [row]);
        assert_eq!(shown(&deleted, SEAT - 1), [], "it may only be elsewhere");
    }

    #[test]
    fn a_claim_that_another_office_made_void_is_shown_from_then_for_fourteen_days() {
        let roster = voided(office_with(&["p", "q"]), "p", 50);
        let row = ("p@example.jp".to_owned(), t(50), Reason::OwnedElsewhere);
        let unused = ("q@example.jp".to_owned(), t(SEAT), Reason::NotUsed);
        assert_eq!(shown(&roster, 50), std::slice::from_ref(&row));
        assert_eq!(shown(&roster, 50 + SHOWN - 1), [unused.clone(), row]);
        assert_eq!(shown(&roster, 50 + SHOWN), [unused]);
        // The account keeps the claim until it could not be taken for a seat that nobody used any more.
        let forgotten = void_claim("p", 50).forgotten_at(&LIMITS);
        let mut later = roster;
        later.vacated.clear();
        let as_unused = later.released(forgotten, &LIMITS);
        assert_eq!(as_unused, []);
    }

    #[test]
    fn who_logged_in_is_not_shown_and_is_forgotten_with_the_next_change() {
        let mut roster = office_with(&["p", "q"]);
        roster.seated[1] = seated(&at_own_address(active("p")));
        assert_eq!(shown(&roster, SEAT - 1), []);
        let noted = roster.noted(t(SEAT - 1), &LIMITS);
        assert_eq!(
            noted.invited.keys().map(MemberId::as_str).collect::<Vec<_>>(),
            ["q"]
        );
        // A member who holds the seat is not shown as released.
        let mut wrong = roster.clone();
        let released = Some(Released {
            at: t(5),
            reason: Reason::NotUsed,
        });
        wrong
            .office
            .invited
            .get_mut(&MemberId::new("p"))
            .unwrap()
            .released = released;
        assert_eq!(shown(&wrong, SEAT - 1), []);
    }

    /// A change notes what it finds: the seat is given away by it, or later, and the account forgets the claim.
    #[test]
    fn a_seat_that_fell_free_is_still_shown_after_it_was_given_away() {
        let full = voided(office_with(&["p", "q", "r", "u"]), "p", 50);
        let new = at_own_address(pending("new"));
        let request = AnsweredRequest {
            key: RequestKey::new("r"),
            body: BodyDigest::new("body"),
            member: new.id.clone(),
            at: t(60),
        };
        let added = full.add(&new, request, None, t(60), &LIMITS).unwrap();
        let super::super::Addition::Seated(writes) = added else {
            panic!("no seat")
        };
        let office = writes.office.into_parts().0;
        assert!(!office.members.contains_key(&MemberId::new("p")));
        let mut after = full.clone();
        after.vacated.clear();
        after.seated.push(seated(&new));
        after.office = office;
        let row = ("p@example.jp".to_owned(), t(50), Reason::OwnedElsewhere);
        assert_eq!(shown(&after, 70), [row]);
        assert_eq!(after.office.invited[&new.id], Invited::new(&new));
    }

    #[test]
    fn a_removal_and_a_take_over_are_no_release() {
        let roster = office_with(&["p", "q"]);
        let removed = roster.remove(&roster.seated[1], t(9), &LIMITS).unwrap();
        let office = removed.office.into_parts().0;
        assert_eq!(
            office.invited.keys().map(MemberId::as_str).collect::<Vec<_>>(),
            ["q"]
        );
        assert_eq!(office.taken_over([]).invited, BTreeMap::new());
        let moved = &roster.seated[2].member.profile.email.key();
        let taken = roster.office.with_address_of(&MemberId::new("m"), moved);
        assert_eq!(
            taken.invited.keys().map(MemberId::as_str).collect::<Vec<_>>(),
            ["p"]
        );
    }

    #[test]
    fn the_latest_are_kept_as_many_as_an_office_has_seats_and_shown_first() {
        let mut roster = office_with(&["p"]);
        for at in 0..7_u64 {
            let invited = Invited {
                released: Some(Released {
                    at: t(at),
                    reason: Reason::NotUsed,
                }),
                ..Invited::new(&at_own_address(pending(&format!("x{at}"))))
            };
            roster
                .office
                .invited
                .insert(MemberId::new(format!("x{at}")), invited);
        }
        roster.office = roster.noted(t(9), &LIMITS);
        let times: Vec<Timestamp> = shown(&roster, 9).into_iter().map(|(_, at, _)| at).collect();
        assert_eq!(times, [6, 5, 4, 3, 2].map(t));
        assert!(
            roster.office.invited.contains_key(&MemberId::new("p")),
            "p has a seat"
        );
        let forgotten = roster.noted(t(SHOWN + 2), &LIMITS).invited;
        assert_eq!(forgotten.len(), 5, "x2 is forgotten; p has fallen free, too");
    }
}
