//! 事業所 — an office that is registered, and who holds its seats.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::account::Member;
use crate::limits::Limits;
use crate::values::{AccountKey, Draft, FlowId, MemberId, OfficeName, RequestKey};

/// The registration by which an office was claimed; how a repeated 「登録する」 is told from somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founding {
    /// The flow.
    pub flow: FlowId,
    /// The request that did it.
    pub request: RequestKey,
    /// The profile that was confirmed.
    pub draft: Draft,
    /// The first member.
    pub member: MemberId,
    /// When.
    pub at: Timestamp,
}

/// 事業所 — one 介護保険事業所番号, claimed once, whatever KJ ID proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Number and name.
    pub office: OfficeName,
    /// Who holds a seat, and under which address; the account of the address is the truth about the member.
    pub members: BTreeMap<MemberId, AccountKey>,
    /// How it was claimed.
    pub founding: Founding,
}

/// What an office's members mean for somebody who proves to be the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody holds a seat, or only people who never came: the office may be registered.
    Free,
    /// Somebody is registered, but nobody has ever logged in: the initial password may be issued again, and
    /// the profile corrected.
    Pending {
        /// The one member.
        member: MemberId,
        /// Where the member's account is.
        account: AccountKey,
    },
    /// Somebody has logged in: further users come from マイページ.
    Taken,
}

impl Office {
    /// What the office's members mean, given the accounts that its seats name.
    ///
    /// An account that holds another member, or none, leaves its seat empty; so does a pending member after 14 days.
    pub fn claim<'a>(
        &self,
        members: impl IntoIterator<Item = &'a Member>,
        now: Timestamp,
        limits: &Limits,
    ) -> Claim {
        let mut pending = None;
        for member in members {
            let holds_a_seat = self.members.contains_key(&member.id);
            if !holds_a_seat || member.seat_has_fallen_free(now, limits) {
                continue;
            }
            if !member.is_pending() {
                return Claim::Taken;
            }
            pending = Some(member);
        }
        match pending {
            None => Claim::Free,
            Some(member) => Claim::Pending {
                member: member.id.clone(),
                account: member.profile.email.key(),
            },
        }
    }
}
