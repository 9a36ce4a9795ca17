//! お問い合わせ in the hands of operators: reads and moves inquiries, with the rights of the caller (`docs/data.md`).

use jiff::Timestamp;
use portal::inquiry::{Inquiry, Message, Move, NotMoved, ReceiptNumber};
use portal::limits::Limits;

use crate::fault::Fault;
use crate::random::Random;
use crate::store::{Commit, Consistency, ROUNDS, Replacing, Stored, Table};

/// Inquiries, and what moving them needs.
pub struct Inquiries<'a> {
    /// The table.
    pub table: &'a Table,
    /// The limits in force.
    pub limits: &'a Limits,
    /// The source of the letters' ids.
    pub random: &'a Random,
}

impl Inquiries<'_> {
    /// The inquiry of this number.
    pub async fn find(&self, number: &ReceiptNumber) -> Result<Option<Inquiry>, Fault> {
        let found: Option<Stored<Inquiry>> = self.table.get(number, Consistency::Strong).await?;
        Ok(found.map(|stored| stored.item))
    }

    /// Moves an inquiry, and promises the mail that tells the person, in one commit on the version that was judged.
    ///
    /// After a process died, or an answer was lost, the same move is [`NotMoved::Overtaken`] if it was made; the inquiry
    /// then shows it as its last entry.
    pub async fn make(
        &self,
        number: &ReceiptNumber,
        it: &Move,
        now: Timestamp,
    ) -> Result<Result<Inquiry, NotMoved>, Fault> {
        for round in 0..ROUNDS {
            let found: Option<Stored<Inquiry>> = self.table.get(number, Consistency::Strong).await?;
            let Some(stored) = found else {
                return Ok(Err(NotMoved::Gone));
            };
            let (put, mail) = match stored.item.moved(it, now, self.limits) {
                Ok(moved) => moved,
                Err(why) => return Ok(Err(why)),
            };
            let inquiry = put.item().clone();
            let mut commit = Commit::default();
            commit.put(put, Replacing::Read(&stored));
            commit.promise(mail, self.random, now)?;
            if self.table.commit(&commit).await?.is_ok() {
                return Ok(Ok(inquiry));
            }
            self.table.back_off(round).await?;
        }
        Err(Fault::Contention("INQUIRY"))
    }

    /// The person adds what was asked for.
    pub async fn add(
        &self,
        number: &ReceiptNumber,
        text: &Message,
        now: Timestamp,
    ) -> Result<Result<(), NotMoved>, Fault> {
        let known: Option<Stored<Inquiry>> = self.table.get(number, Consistency::Strong).await?;
        if known.is_none() {
            return Ok(Err(NotMoved::Gone));
        }
        let add = |before: Option<&Inquiry>| Ok::<_, Fault>(Inquiry::add(before, text, now));
        Ok(self.table.change(known, add).await?.0)
    }
}
