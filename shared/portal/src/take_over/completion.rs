//! What becomes of the members when the newcomer's first log-in completes a take-over.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::TakeOver;
use crate::account::{Account, Agreement, Member};
use crate::change::Put;
use crate::limits::Limits;
use crate::login::{Gained, Login, Over};
use crate::office::Office;
use crate::values::{AccountKey, MemberId};

/// What becomes of a member of the office.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FormerMember {
    /// Keeps the seat, disabled and a plain member: the newcomer may enable the member again.
    Disabled(MemberId),
    /// Leaves the office: never logged in, or has the oldest last log-in where every seat is held.
    Removed(MemberId),
}

impl FormerMember {
    /// The member.
    pub const fn member(&self) -> &MemberId {
        match self {
            Self::Disabled(member) | Self::Removed(member) => member,
        }
    }
}

/// The newcomer's first log-in, as it is asked for.
#[derive(Debug)]
pub struct Completing<'a> {
    /// The log-in.
    pub login: &'a Login,
    /// The hash of the new password.
    pub hash: &'a String,
    /// 利用規約への同意
    pub agreement: &'a Agreement,
    /// What the log-in creates for its browser.
    pub gained: &'a Gained,
}

/// The writes of one commit. Each replaces the version that was judged.
#[derive(Debug, PartialEq, Eq)]
pub struct CompletionWrites {
    /// The take-over.
    pub take_over: Put<TakeOver>,
    /// The office, with the newcomer's seat and those of the disabled members.
    pub office: Put<Office>,
    /// The newcomer's account, with password, agreement and session.
    pub newcomer: Put<Account>,
    /// The accounts of the members.
    pub displaced: BTreeMap<AccountKey, Put<Account>>,
    /// The new version of the newcomer's credential.
    pub credential_version: u32,
}

impl Completing<'_> {
    /// The writes, judged by the newcomer's account, the take-over, the office and the accounts of the members in its
    /// list, as they were read.
    pub fn decide(
        &self,
        account: &Account,
        take_over: &TakeOver,
        office: &Office,
        holders: &[(&Member, &Account)],
        now: Timestamp,
        limits: &Limits,
    ) -> Result<CompletionWrites, Over> {
        let (login, by) = (self.login, &self.login.id);
        let (newcomer, credential_version) =
            login.complete_take_over(account, self.hash, self.agreement, self.gained, now, limits)?;
        let take_over = take_over.complete(&login.member, by, now).ok_or(Over::Gone)?;
        let others = || holders.iter().filter(|(_, held)| held.key != account.key);
        let fates = former_members(others().map(|(member, _)| *member), limits);
        let fate_of = |member: &Member| fates.iter().find(|fate| *fate.member() == member.id);
        let displaced = others().filter_map(|(member, held)| {
            let displaced = held.displace(fate_of(member)?, by, now, limits)?;
            Some((held.key.clone(), displaced))
        });
        let stay = others().filter(|(member, _)| matches!(fate_of(member), Some(FormerMember::Disabled(_))));
        let seats = stay
            .map(|(member, held)| (member.id.clone(), held.key.clone()))
            .chain([(login.member.clone(), account.key.clone())]);
        Ok(CompletionWrites {
            take_over,
            office: office.clone().taken_over(seats).into(),
            newcomer,
            displaced: displaced.collect(),
            credential_version,
        })
    }
}

/// What becomes of these members, so that the newcomer has a seat.
fn former_members<'a>(members: impl IntoIterator<Item = &'a Member>, limits: &Limits) -> Vec<FormerMember> {
    let (mut stay, mut leave): (Vec<&Member>, Vec<&Member>) =
        members.into_iter().partition(|member| !member.is_pending());
    // The one who logged in last comes first.
    stay.sort_by(|a, b| (b.last_login_at, &b.id).cmp(&(a.last_login_at, &a.id)));
    let room = usize::try_from(limits.office_members.saturating_sub(1)).unwrap_or(usize::MAX);
    leave.extend(stay.drain(room.min(stay.len())..));
    let stay = stay
        .into_iter()
        .map(|member| FormerMember::Disabled(member.id.clone()));
    let leave = leave
        .into_iter()
        .map(|member| FormerMember::Removed(member.id.clone()));
    stay.chain(leave).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, active, pending, t};

    fn logged_in(id: &str, second: u64) -> Member {
        Member {
            last_login_at: Some(t(second)),
            ..active(id)
        }
    }

    fn fates(members: &[Member]) -> (Vec<String>, Vec<String>) {
        let (mut disabled, mut removed) = (Vec::new(), Vec::new());
        for fate in former_members(members, &LIMITS) {
            match fate {
                FormerMember::Disabled(id) => disabled.push(id.as_str().to_owned()),
                FormerMember::Removed(id) => removed.push(id.as_str().to_owned()),
            }
        }
        disabled.sort();
        (disabled, removed)
    }

    #[test]
    fn who_ever_logged_in_is_disabled_and_who_never_did_is_removed() {
        let disabled = Member {
            disabled: true,
            ..logged_in("d", 2)
        };
        let never = Member {
            disabled: true,
            ..pending("p")
        };
        let (stay, leave) = fates(&[logged_in("a", 1), disabled, never]);
        assert_eq!(stay, ["a", "d"]);
        assert_eq!(leave, ["p"]);
    }

    #[test]
    fn of_five_the_one_whose_last_log_in_is_oldest_is_removed() {
        let five = [("a", 5), ("b", 4), ("c", 1), ("d", 3), ("e", 2)].map(|(id, at)| logged_in(id, at));
        let (stay, leave) = fates(&five);
        assert_eq!(stay, ["a", "b", "d", "e"]);
        assert_eq!(leave, ["c"]);
        assert_eq!(fates(&five[..4]).1, Vec::<String>::new());
    }

    #[test]
    fn a_pending_member_makes_room_for_the_newcomer() {
        let mut members: Vec<Member> = ["a", "b", "c", "d"].map(|id| logged_in(id, 1)).into();
        members.push(pending("p"));
        let (stay, leave) = fates(&members);
        assert_eq!(stay, ["a", "b", "c", "d"]);
        assert_eq!(leave, ["p"]);
    }
}
