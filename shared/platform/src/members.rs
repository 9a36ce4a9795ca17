//! The members of an office, read to be shown or changed.

use jiff::Timestamp;
use portal::account::{Account, Member, Session};
use portal::limits::Limits;
use portal::office::Office;
use portal::problem::Kind;
use portal::values::{AccountKey, MemberId};

use crate::fault::Fault;
use crate::http::Stop;
use crate::session::{Sessions, SignedIn, no_session};
use crate::store::{Consistency, Stored};

/// How often a change of the members is decided again because another one was first.
pub const ROUNDS: u32 = 60;

/// A holder of a seat, and the account that says so.
pub struct Seated {
    /// The member.
    pub member: Member,
    /// The account.
    pub account: Stored<Account>,
}

/// An office, its members, and the one of them who calls.
///
/// The accounts are read after the office. Every change of a member writes the office, too, so a commit on this version
/// of the office finds roles and seats as they were judged.
pub struct Roster {
    /// The office.
    pub office: Stored<Office>,
    /// The members whose accounts know them, expired or not.
    pub seated: Vec<Seated>,
    /// The caller, as the account says after the office was read.
    pub caller: Member,
    /// The caller's session.
    pub session: Session,
}

impl Sessions {
    /// The office of the caller with its members. The caller's account is read strongly consistent, and so are all others
    /// if no seat is free by the office's list alone.
    pub async fn roster(
        &self,
        signed_in: &SignedIn,
        others: Consistency,
        now: Timestamp,
    ) -> Result<Roster, Stop> {
        let number = &signed_in.member.office.number;
        let office: Option<Stored<Office>> = self.table.get(number, Consistency::Strong).await?;
        let office = office.ok_or(Fault::MissingItem("OFFICE"))?;
        let has_room = Office::has_room(office.item.members.len(), &self.edge.limits);
        let others = if has_room { others } else { Consistency::Strong };
        let mut seated = Vec::new();
        let mut caller = None;
        for (id, key) in &office.item.members {
            let is_caller = *id == signed_in.member.id;
            let consistency = if is_caller { Consistency::Strong } else { others };
            let account: Option<Stored<Account>> = self.table.get(key, consistency).await?;
            let Some(account) = account else { continue };
            if is_caller {
                caller = signed_in
                    .pointer
                    .session_in(&account.item, now)
                    .map(|(member, session)| (member.clone(), session.clone()));
            }
            if let Some(member) = account.item.noted(id).cloned() {
                seated.push(Seated { member, account });
            }
        }
        let (caller, session) = caller.ok_or_else(no_session)?;
        Ok(Roster {
            office,
            seated,
            caller,
            session,
        })
    }
}

impl Roster {
    /// The members who hold a seat now.
    pub fn held(&self, now: Timestamp, limits: &Limits) -> impl Iterator<Item = &Seated> {
        self.seated
            .iter()
            .filter(move |seated| !seated.member.seat_has_expired(now, limits))
    }

    /// The holder of a seat whom a path names; somebody else's id is `not-found`.
    pub fn named(&self, id: &str, now: Timestamp, limits: &Limits) -> Result<&Seated, Stop> {
        let named = self
            .held(now, limits)
            .find(|seated| seated.member.id.as_str() == id);
        named.ok_or_else(|| Kind::NotFound.into())
    }

    /// The members whose seat has expired.
    pub fn expired(&self, now: Timestamp, limits: &Limits) -> impl Iterator<Item = &Seated> {
        self.seated
            .iter()
            .filter(move |seated| seated.member.seat_has_expired(now, limits))
    }

    fn is_full(&self, limits: &Limits) -> bool {
        !Office::has_room(self.office.item.members.len(), limits)
    }

    /// Refuses another member where every seat is held.
    pub fn require_room(&self, now: Timestamp, limits: &Limits) -> Result<(), Stop> {
        if self.is_full(limits) && !Office::has_room(self.held(now, limits).count(), limits) {
            return Err(Kind::MemberLimitReached.into());
        }
        Ok(())
    }

    /// The seats of the office with a new member's. Seats that are no longer held are dropped where the office is full, and
    /// so is one of the same address.
    pub fn seats_with(&self, new: &Member, now: Timestamp, limits: &Limits) -> Vec<(MemberId, AccountKey)> {
        let address = new.profile.email.key();
        let stays =
            |id: &MemberId| !self.is_full(limits) || self.held(now, limits).any(|held| held.member.id == *id);
        let seats = self.office.item.members.iter();
        let mut seats: Vec<(MemberId, AccountKey)> = seats
            .filter(|(id, account)| **account != address && stays(id))
            .map(|(id, account)| (id.clone(), account.clone()))
            .collect();
        seats.push((new.id.clone(), address));
        seats
    }

    /// Whether the caller may change the members of the office.
    pub fn authorise(&self, now: Timestamp, limits: &Limits) -> Result<(), Stop> {
        Ok(self.caller.may_manage(&self.session, now, limits)?)
    }

    /// The members after this one is replaced, or removed.
    pub fn with<'a>(
        &'a self,
        id: &'a MemberId,
        after: Option<&'a Member>,
        now: Timestamp,
        limits: &Limits,
    ) -> impl Iterator<Item = &'a Member> {
        let others = self
            .held(now, limits)
            .map(|seated| &seated.member)
            .filter(move |member| member.id != *id);
        others.chain(after)
    }
}
