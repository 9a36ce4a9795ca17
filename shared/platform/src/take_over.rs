//! 引き継ぎ — the parts that its steps share.
//!
//! Every change of a take-over replaces the record that was judged, together with whatever follows from it: of two at
//! once exactly one is done.

use jiff::Timestamp;
use portal::account::{Account, Member};
use portal::change::Put;
use portal::limits::Limits;
use portal::office::{Availability, Office};
use portal::take_over::{News, TakeOver};
use portal::values::{FlowId, OfficeNumber};

use crate::fault::Fault;
use crate::http::Edge;
use crate::store::{Commit, Consistency, ROUNDS, Replacing, Stored, Table};

/// An office, its members, and its take-over.
pub struct OfficeSnapshot {
    /// The office.
    pub office: Stored<Office>,
    /// The members whose accounts know them, expired or not.
    pub members: Vec<(Member, Stored<Account>)>,
    /// The take-over that was asked for last.
    pub take_over: Option<Stored<TakeOver>>,
}

impl OfficeSnapshot {
    /// All of it, strongly consistent; `None` if the office is not registered.
    pub async fn read(table: &Table, number: &OfficeNumber) -> Result<Option<Self>, Fault> {
        let office: Option<Stored<Office>> = table.get(number, Consistency::Strong).await?;
        let Some(office) = office else { return Ok(None) };
        let members = table.members_of(&office.item).await?;
        let take_over = table.get(number, Consistency::Strong).await?;
        Ok(Some(Self {
            office,
            members,
            take_over,
        }))
    }

    /// Whether a member has ever logged in.
    pub fn is_taken(&self, now: Timestamp, limits: &Limits) -> bool {
        let members = self.members.iter().map(|(member, _)| member);
        self.office.item.availability(members, now, limits) == Availability::Taken
    }
}

/// Ends a take-over by this rule, and with it the newcomer's claim: password, log-ins and flows are over in the same
/// commit, and everyone is told. Answers whether one was under way.
pub async fn end(
    edge: &Edge,
    table: &Table,
    number: &OfficeNumber,
    by: Option<&FlowId>,
    now: Timestamp,
    rule: impl Fn(&TakeOver) -> Option<Put<TakeOver>> + Sync,
) -> Result<bool, Fault> {
    for round in 0..ROUNDS {
        let known: Option<Stored<TakeOver>> = table.get(number, Consistency::Strong).await?;
        let Some((known, ended)) = known.and_then(|known| Some((known.clone(), rule(&known.item)?))) else {
            return Ok(false);
        };
        let snapshot = OfficeSnapshot::read(table, number)
            .await?
            .ok_or(Fault::MissingItem("OFFICE"))?;
        let newcomer: Option<Stored<Account>> = match &known.item.newcomer {
            Some(newcomer) => table.get(&newcomer.account, Consistency::Strong).await?,
            None => None,
        };
        let newcomer = known.item.newcomer.as_ref().zip(newcomer.as_ref());
        let newcomer = newcomer.and_then(|(newcomer, account)| {
            let member = account.item.noted(&newcomer.founding.member)?;
            Some((member, account, account.item.end_newcomer(&member.id, by, now)?))
        });
        let told = snapshot.members.iter().map(|(member, _)| member);
        let told = told.chain(newcomer.iter().map(|(member, ..)| *member));
        let mails = known.item.mails(News::Stopped, told, now, &edge.limits);
        let mut commit = Commit::default();
        commit.put(ended, Replacing::Read(&known));
        if let Some((_, account, left)) = newcomer {
            commit.put(left, Replacing::Read(account));
        }
        commit.promise(mails, &edge.random, now)?;
        if table.commit(&commit).await?.is_ok() {
            return Ok(true);
        }
        table.back_off(round).await?;
    }
    Err(Fault::Contention("TAKEOVER"))
}
