//! Reads the members of an office, to be shown or changed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portal::account::Account;
use portal::desk::AtDesk;
use portal::office::{InSession, Office, Seated};
use portal::values::{AccountKey, MemberId, OfficeNumber};

use crate::fault::Fault;
use crate::http::Stop;
use crate::session::{Sessions, SignedIn, no_session};
use crate::store::{Commit, Consistency, Stored, Table};

/// How often the members are read again because one of them took another address meanwhile.
const READS: u32 = 8;

/// ユーザ一覧, each item with the version that was read.
pub type Roster = portal::office::Roster<Stored<Office>, Stored<Account>>;

/// The same, of which an operator at the desk changes something.
pub type RosterAtDesk = portal::office::Roster<Stored<Office>, Stored<Account>, AtDesk>;

/// The seats of an office as they were read: the members, and the accounts of seats whose members they do not know.
type Seats = (Vec<Seated<Stored<Account>>>, BTreeMap<MemberId, Stored<Account>>);

/// Reads the accounts of an office's seats.
async fn seats_of(
    table: &Table,
    office: &Office,
    consistency: impl Fn(&MemberId) -> Consistency,
) -> Result<Seats, Fault> {
    let (mut seated, mut vacated) = (Vec::new(), BTreeMap::new());
    for (id, key) in &office.members {
        let account: Option<Stored<Account>> = table.get(key, consistency(id)).await?;
        let Some(account) = account else { continue };
        match account.item.noted(id).cloned() {
            Some(member) => seated.push(Seated { member, account }),
            None => {
                vacated.insert(id.clone(), account);
            }
        }
    }
    Ok((seated, vacated))
}

/// The office of this number with its members, all read strongly consistent; `None` if it is not registered.
pub async fn roster_at_desk(
    table: &Table,
    number: &OfficeNumber,
    who: &AtDesk,
) -> Result<Option<RosterAtDesk>, Fault> {
    for _ in 0..READS {
        let Some(office) = table.get::<Office>(number, Consistency::Strong).await? else {
            return Ok(None);
        };
        let (seated, vacated) = seats_of(table, &office.item, |_| Consistency::Strong).await?;
        // A seat without its member is that of a void claim, or of a member who moved meanwhile.
        if seated.len() < office.item.members.len() {
            let again: Option<Stored<Office>> = table.get(number, Consistency::Strong).await?;
            if again.is_none_or(|again| again.item.members != office.item.members) {
                continue;
            }
        }
        return Ok(Some(RosterAtDesk {
            office,
            seated,
            vacated,
            who: who.clone(),
        }));
    }
    Err(Fault::Contention("OFFICE"))
}

/// Demands in a commit that the session of the one who acts still lives, with the proof that was judged: the account that
/// lists it must be the one that was read. A commit that replaces this account (`written`) demands that already.
pub fn demand_session(roster: &Roster, written: &AccountKey, commit: &mut Commit) {
    let is_actor = |seated: &&Seated<Stored<Account>>| seated.member.id == roster.who.member.id;
    if let Some(actor) = roster.seated.iter().find(is_actor)
        && *written != actor.account.item.key
    {
        commit.check(&actor.account);
    }
}

impl Sessions {
    /// The office of a logged-in member, with its members. The account of the one who acts is read strongly consistent, and
    /// so are all others if no seat is free by the office's list alone.
    pub async fn roster(
        &self,
        signed_in: &SignedIn,
        others: Consistency,
        now: Timestamp,
    ) -> Result<Roster, Stop> {
        for _ in 0..READS {
            if let Some(roster) = self.read_roster(signed_in, others, now).await? {
                return Ok(roster);
            }
        }
        Err(Fault::Contention("OFFICE").into())
    }

    async fn office_of(&self, signed_in: &SignedIn) -> Result<Stored<Office>, Stop> {
        let number = &signed_in.member.office.number;
        let office: Option<Stored<Office>> = self.table.get(number, Consistency::Strong).await?;
        Ok(office.ok_or(Fault::MissingItem("OFFICE"))?)
    }

    /// Nothing if a member took another address between the reads of the office and of the account: no answer may rest on
    /// the absence of a member who is only elsewhere by now.
    async fn read_roster(
        &self,
        signed_in: &SignedIn,
        others: Consistency,
        now: Timestamp,
    ) -> Result<Option<Roster>, Stop> {
        let office = self.office_of(signed_in).await?;
        let has_room = Office::has_room(office.item.members.len(), &self.edge.limits);
        let others = if has_room { others } else { Consistency::Strong };
        let is_actor = |id: &MemberId| *id == signed_in.member.id;
        let consistency = |id: &MemberId| {
            if is_actor(id) { Consistency::Strong } else { others }
        };
        let (seated, vacated) = seats_of(&self.table, &office.item, consistency).await?;
        // A seat without its member is that of a void claim, or of a member who moved.
        if seated.len() < office.item.members.len()
            && self.office_of(signed_in).await?.item.members != office.item.members
        {
            return Ok(None);
        }
        let own = seated.iter().find(|seated| is_actor(&seated.member.id));
        let who = own.and_then(|own| signed_in.pointer.session_in(&own.account.item, now));
        let (member, session) = who.ok_or_else(no_session)?;
        let who = InSession {
            member: member.clone(),
            session: session.clone(),
        };
        Ok(Some(Roster {
            office,
            seated,
            vacated,
            who,
        }))
    }
}
