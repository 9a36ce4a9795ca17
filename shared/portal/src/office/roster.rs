//! ユーザ一覧 — an office and its members, as they were read, and what a manager may do with them (`docs/api.md` 5).
//!
//! Every change of a member writes the office, too, in the same commit, even where it stays as it was: its version is
//! the condition on which roles and seats are judged, so two changes at once are judged one after the other.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{AnsweredRequest, Invited, Office, SeatWrites};
use crate::account::{Account, Doer, Member, MemberChange, Session, Status, notices_of};
use crate::change::{Change, Put};
use crate::keys::KeyId;
use crate::limits::Limits;
use crate::mail::{Content, Mail, Notice};
use crate::problem::{Kind, Refusal};
use crate::values::{AccountKey, MemberId};

/// A member, and the account that knows it.
#[derive(Debug, Clone)]
pub struct Seated<A> {
    /// The member.
    pub member: Member,
    /// The account, as it was read.
    pub account: A,
}

/// Who acts on the members of an office.
pub trait Acting {
    /// As the records and the notices name it.
    fn doer(&self) -> Doer<'_>;
}

/// A member of the office, logged in.
#[derive(Debug, Clone)]
pub struct InSession {
    /// The member, as the account said after the office was read.
    pub member: Member,
    /// The session.
    pub session: Session,
}

impl Acting for InSession {
    fn doer(&self) -> Doer<'_> {
        Doer::Manager(&self.member.id, &self.session)
    }
}

/// ユーザ一覧 — an office, its members, and who acts: one of them, or an operator. `O` and `A` are the office and an
/// account as they were read, with their versions.
///
/// The accounts are read after the office, so a commit on this version of the office finds roles and seats as they were
/// judged.
#[derive(Debug, Clone)]
pub struct Roster<O, A, W = InSession> {
    /// The office.
    pub office: O,
    /// The members whose accounts know them, expired or not.
    pub seated: Vec<Seated<A>>,
    /// The accounts of seats whose members they do not know any more.
    pub vacated: BTreeMap<MemberId, A>,
    /// Who acts.
    pub who: W,
}

/// The writes of a change of one member, in one commit.
#[derive(Debug, PartialEq, Eq)]
pub struct MemberWrites {
    /// The office.
    pub office: Put<Office>,
    /// The member's account.
    pub account: Put<Account>,
    /// Who is told of it at another address than the member's own, or has no account for it any more.
    pub mails: Vec<Mail>,
}

/// What ユーザ新規登録 does.
#[derive(Debug, PartialEq, Eq)]
pub enum Addition {
    /// The member gets a seat.
    Seated(Box<SeatWrites>),
    /// The address has an owner or too many claims, or stands in the office already (`email-taken`). The question is
    /// charged before it is answered, unless it was asked before.
    EmailTaken(Option<Box<Put<Office>>>),
}

impl<O: AsRef<Office>, A: AsRef<Account>, W> Roster<O, A, W> {
    pub(super) fn office(&self) -> &Office {
        self.office.as_ref()
    }

    /// The members who hold a seat now.
    pub(super) fn held(&self, now: Timestamp, limits: &Limits) -> impl Iterator<Item = &Seated<A>> {
        self.seated
            .iter()
            .filter(move |seated| !seated.member.seat_has_expired(now, limits))
    }

    /// The holder of a seat whom a path names; another office's member is `not-found`.
    pub fn named(&self, id: &str, now: Timestamp, limits: &Limits) -> Result<&Seated<A>, Kind> {
        self.held(now, limits)
            .find(|seated| seated.member.id.as_str() == id)
            .ok_or(Kind::NotFound)
    }
}

/// What only a manager does, in a session.
impl<O: AsRef<Office>, A: AsRef<Account>> Roster<O, A> {
    /// Whether the actor may change the members of the office.
    pub fn authorise(&self, now: Timestamp, limits: &Limits) -> Result<(), Kind> {
        self.who.member.may_manage(&self.who.session, now, limits)
    }

    /// ユーザ新規登録: a new member, whose initial password is promised. `account` is the account of the member's address
    /// as it was read, if it exists.
    pub fn add(
        &self,
        new: &Member,
        request: AnsweredRequest,
        account: Option<&Account>,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Addition, Refusal> {
        self.require_room(now, limits)?;
        let (by, address) = (self.who.doer().by(), new.profile.email.key());
        let mut office = self.noted(now, limits).with_answered(request, now, limits)?;
        office.invited.insert(new.id.clone(), Invited::new(new));
        let office = office.asked(&address, now, limits)?;
        let (office, mails) = self.tell_managers(office, Notice::ColleagueAdded, new, now, limits);
        let Some(account) = Account::add_colleague(account, new, by, now, limits) else {
            let charged = match self.office().ask(&address, now, limits) {
                Change::Store(asked, _) => Some(Box::new(asked)),
                Change::Keep(_) | Change::BestEffort(..) | Change::Remove(..) => None,
            };
            return Ok(Addition::EmailTaken(charged));
        };
        // The member of a seat that has expired cannot log in with it meanwhile.
        let left = self
            .seated
            .iter()
            .filter(|seated| seated.account.as_ref().key != address)
            .filter_map(|seated| {
                let account = seated.account.as_ref();
                let ended = account.end_expired_claim(&seated.member.id, by, now, limits)?;
                Some((account.key.clone(), ended))
            });
        Ok(Addition::Seated(Box::new(SeatWrites {
            office: office.with_seats(self.seats_with(new, now, limits)).into(),
            account,
            left: left.collect(),
            member: new.clone(),
            mails,
        })))
    }

    fn is_full(&self, limits: &Limits) -> bool {
        !Office::has_room(self.office().members.len(), limits)
    }

    fn require_room(&self, now: Timestamp, limits: &Limits) -> Result<(), Kind> {
        if self.is_full(limits) && !Office::has_room(self.held(now, limits).count(), limits) {
            return Err(Kind::MemberLimitReached);
        }
        Ok(())
    }

    /// The seats of the office with a new member's. Seats that are no longer held are dropped where the office is full, and
    /// so is one of the same address.
    fn seats_with(&self, new: &Member, now: Timestamp, limits: &Limits) -> BTreeMap<MemberId, AccountKey> {
        let address = new.profile.email.key();
        let stays =
            |id: &MemberId| !self.is_full(limits) || self.held(now, limits).any(|held| held.member.id == *id);
        let seats = self.office().members.iter();
        seats
            .filter(|(id, account)| **account != address && stays(id))
            .map(|(id, account)| (id.clone(), account.clone()))
            .chain([(new.id.clone(), address.clone())])
            .collect()
    }
}

impl<O: AsRef<Office>, A: AsRef<Account>, W: Acting> Roster<O, A, W> {
    /// Another initial password for a member who has never logged in; the old one no longer works.
    pub fn reissue(
        &self,
        seated: &Seated<A>,
        request: AnsweredRequest,
        key: &KeyId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<MemberWrites, Refusal> {
        if seated.member.status() != Status::Pending {
            return Err(Kind::WrongStep.into());
        }
        let (id, account) = (&seated.member.id, seated.account.as_ref());
        let account = account.reissue_initial_password(id, false, key, self.who.doer().by(), now, limits)?;
        let office = self.noted(now, limits);
        let office = office.with_answered(request, now, limits)?.into();
        let mails = Vec::new();
        Ok(MemberWrites {
            office,
            account,
            mails,
        })
    }

    /// Another role or status; `None` if nothing changes.
    pub fn change(
        &self,
        seated: &Seated<A>,
        change: MemberChange,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Option<MemberWrites>, Kind> {
        let doer = self.who.doer();
        let (id, account) = (&seated.member.id, seated.account.as_ref());
        let Some((account, mut mails)) = account.change_member(id, change, doer, now, limits) else {
            return Ok(None);
        };
        let after = seated.member.changed(change);
        self.require_manager(id, Some(&after), now, limits)?;
        let mut office = self.noted(now, limits);
        for (_, notice) in notices_of(&seated.member, &after, doer) {
            let (next, told) = self.tell_managers(office, notice, &seated.member, now, limits);
            office = next;
            mails.extend(told);
        }
        Ok(Some(MemberWrites {
            office: office.into(),
            account,
            mails,
        }))
    }

    /// The member leaves the office: seat and address are free.
    pub fn remove(&self, seated: &Seated<A>, now: Timestamp, limits: &Limits) -> Result<MemberWrites, Kind> {
        let (id, account) = (&seated.member.id, seated.account.as_ref());
        let account = account
            .remove_member(id, self.who.doer().by(), now)
            .ok_or(Kind::NotFound)?;
        self.require_manager(id, None, now, limits)?;
        let office = self.noted(now, limits).without_seat(id);
        let (office, mut mails) =
            self.tell_managers(office, Notice::ColleagueRemoved, &seated.member, now, limits);
        // Who has never logged in has nothing to lose, and perhaps another person's address.
        if !seated.member.is_pending() {
            let content = seated
                .member
                .notice_of(Notice::MemberRemoved, self.who.doer().browser());
            mails.push(Mail::notice(seated.member.profile.email.clone(), content));
        }
        Ok(MemberWrites {
            office: office.into(),
            account,
            mails,
        })
    }

    /// The office after this event of a member, and the mails that tell its other managers who can log in: neither the
    /// one who acts, nor the member. Each has a budget; a manager whose is used up is not told, and the event is the same.
    fn tell_managers(
        &self,
        mut office: Office,
        what: Notice,
        about: &Member,
        now: Timestamp,
        limits: &Limits,
    ) -> (Office, Vec<Mail>) {
        let doer = self.who.doer();
        let managers = self
            .held(now, limits)
            .map(|seated| &seated.member)
            .filter(|member| member.is_active_manager())
            .filter(|member| !doer.is_member(&member.id) && member.id != about.id);
        let mut mails = Vec::new();
        for manager in managers {
            let budget = office.notices.entry(manager.id.clone()).or_default();
            let Some((next, is_last)) = budget.spend(what, now, limits) else {
                continue;
            };
            *budget = next;
            let content = Content::Notice {
                member: about.id.clone(),
                what,
                browser: doer.browser(),
                about: Some(about.profile.email.masked()),
                is_last,
            };
            mails.push(Mail::notice(manager.profile.email.clone(), content));
        }
        // Who left the office is counted no longer.
        let Office { notices, members, .. } = &mut office;
        notices.retain(|id, _| members.contains_key(id));
        (office, mails)
    }

    /// A change must leave a manager who can log in: the member of this id is replaced, or removed.
    fn require_manager(
        &self,
        id: &MemberId,
        after: Option<&Member>,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(), Kind> {
        let mut members = self
            .held(now, limits)
            .map(|seated| &seated.member)
            .filter(|member| member.id != *id)
            .chain(after);
        if members.any(Member::is_active_manager) {
            Ok(())
        } else {
            Err(Kind::LastManager)
        }
    }
}

#[cfg(test)]
mod tests;
