//! Refunds a mail that was counted before a step, if the step was refused.

use portal::change::Change;

use crate::http::Stop;
use crate::store::{Consistency, Item, Stored, Table};

/// Refunds the mail that was counted on the item of this id, if the write that promises it was refused.
///
/// A fault keeps the charge: the write may have succeeded, and then the mail is sent. If the process dies before the
/// refund, there is one mail less for the day, never one more.
pub async fn or_refund<T, I: Item>(
    promised: Result<T, Stop>,
    table: &Table,
    id: &I::Id,
    refund: impl Fn(Option<&I>) -> Change<I, ()>,
) -> Result<T, Stop> {
    if matches!(promised, Err(Stop::Refused(_))) {
        let known: Option<Stored<I>> = table.get(id, Consistency::Strong).await?;
        table
            .change(known, |current| Ok::<_, Stop>(refund(current)))
            .await?;
    }
    promised
}
