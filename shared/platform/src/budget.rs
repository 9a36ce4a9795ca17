//! Mails that were counted before a step went on, and are refunded where it did not.

use jiff::Timestamp;
use portal::account::Account;
use portal::values::{AccountKey, FlowId};

use crate::http::Stop;
use crate::store::{Consistency, Stored, Table};

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
