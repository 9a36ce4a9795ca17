//! Budgets that a step spends before it goes on: requests of a network, mails to an address.

use jiff::Timestamp;
use portal::account::Account;
use portal::change::Change;
use portal::guards::NetworkBudget;
use portal::limits::Limits;
use portal::problem::Refusal;
use portal::values::{AccountKey, FlowId};

use crate::http::{Call, Stop};
use crate::store::{Consistency, NetworkRecord, Stored, Table};

/// Spends one request that may mail of its network's hour. Where the budget is lifted, nothing is written.
pub async fn spend_network(table: &Table, limits: &Limits, call: &Call) -> Result<(), Stop> {
    let Some(network) = call
        .network
        .clone()
        .filter(|_| limits.mail_requests_per_network > 0)
    else {
        return Ok(());
    };
    let spend = |before: Option<&NetworkRecord>| {
        let budget = NetworkBudget::spend(before.map(|record| &record.budget), call.now, limits);
        let budget = budget.map_err(Refusal::from)?;
        let record = NetworkRecord {
            network: network.clone(),
            budget,
        };
        Ok(Change::Store(record.into(), ()))
    };
    table.change::<NetworkRecord, (), Stop>(None, spend).await?;
    Ok(())
}

/// Refunds the mail that was counted for a flow, if the write that promises it was refused.
///
/// A fault keeps the charge: the write may have been done, and the mail goes out. A process that dies before the
/// refund leaves the address with a mail less for the day, and never with one more.
pub async fn or_refund_mail<T>(
    promised: Result<T, Stop>,
    table: &Table,
    account: &AccountKey,
    by: &FlowId,
    at: Timestamp,
) -> Result<T, Stop> {
    if matches!(promised, Err(Stop::Refused(_))) {
        let known: Option<Stored<Account>> = table.get(account, Consistency::Strong).await?;
        let refund = |before: Option<&Account>| Ok::<_, Stop>(Account::refund_mail(before, by, at));
        table.change(known, refund).await?;
    }
    promised
}
