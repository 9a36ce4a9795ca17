//! Counts refused starts of log-ins, registrations and inquiries, and the inquiries themselves, by network (`docs/adr/0028-waits-by-network.md`).

use jiff::Timestamp;
use portal::change::Change;
use portal::guards::{InquiryHour, RefusedStarts, RetryAfter};
use portal::keys::KeyRing;
use portal::limits::Limits;
use portal::problem::Refusal;
use portal::values::NetworkTag;

use crate::fault::Fault;
use crate::http::{Call, Stop};
use crate::store::{Consistency, Item as _, NetworkRecord, Stored, Table};

/// The budget of refused starts of a call's network.
pub struct Starts<'a> {
    table: &'a Table,
    limits: &'a Limits,
    now: Timestamp,
    /// `None` if the budget is switched off.
    network: Option<NetworkTag>,
    known: Option<Stored<NetworkRecord>>,
}

impl<'a> Starts<'a> {
    /// Reads the budget. An eventually consistent read is sufficient: counting a refusal checks the budget again, and
    /// an hour that was full a moment ago is still full.
    pub async fn of_network(
        table: &'a Table,
        limits: &'a Limits,
        keys: &KeyRing,
        call: &Call,
    ) -> Result<Self, Fault> {
        let mut starts = Self {
            table,
            limits,
            now: call.now,
            network: None,
            known: None,
        };
        if limits.refused_starts_per_network > 0 {
            let network = call.network_tag([NetworkRecord::KIND, ""], keys)?;
            starts.known = table.get(&network, Consistency::Eventual).await?;
            starts.network = Some(network);
        }
        Ok(starts)
    }

    /// Whether the network may start now.
    pub fn check(&self) -> Result<(), RetryAfter> {
        match &self.network {
            Some(_) => RefusedStarts::check(self.known_budget(), self.now, self.limits),
            None => Ok(()),
        }
    }

    fn known_budget(&self) -> Option<&RefusedStarts> {
        self.known.as_ref().map(|stored| &stored.item.budget)
    }

    /// Counts the start if it was refused, before the refusal is answered; if the budget is spent by then, that is
    /// answered instead. A fault of a neighbour is not counted.
    pub async fn count_refused<T>(self, start: Result<T, Stop>) -> Result<T, Stop> {
        let Some(network) = self.network else {
            return start;
        };
        if matches!(&start, Err(Stop::Refused(problem)) if problem.refusal.kind.status() < 500) {
            let count = |before: Option<&NetworkRecord>| {
                let budget = before.map(|record| &record.budget);
                let budget = RefusedStarts::count(budget, self.now, self.limits).map_err(Refusal::from)?;
                let record = NetworkRecord {
                    network: network.clone(),
                    budget,
                    inquiries: before.and_then(|record| record.inquiries.clone()),
                };
                Ok::<_, Stop>(Change::Store(record.into(), ()))
            };
            self.table.change(self.known, count).await?;
        }
        start
    }
}

/// Counts one more inquiry of the call's network, or refuses it.
pub async fn count_inquiry(table: &Table, limits: &Limits, keys: &KeyRing, call: &Call) -> Result<(), Stop> {
    if limits.inquiries_per_network == 0 {
        return Ok(());
    }
    let network = call.network_tag([NetworkRecord::KIND, ""], keys)?;
    let count = |before: Option<&NetworkRecord>| {
        let hour = before.and_then(|record| record.inquiries.as_ref());
        let inquiries = InquiryHour::count(hour, call.now, limits).map_err(Refusal::from)?;
        // A record without a refused start has none in an hour that begins now.
        let none = RefusedStarts {
            since: call.now,
            count: 0,
        };
        let record = NetworkRecord {
            network: network.clone(),
            budget: before.map_or(none, |record| record.budget.clone()),
            inquiries: Some(inquiries),
        };
        Ok::<_, Stop>(Change::Store(record.into(), ()))
    };
    let known = table.get(&network, Consistency::Eventual).await?;
    table.change(known, count).await?;
    Ok(())
}
