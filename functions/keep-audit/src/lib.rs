//! 監査記録 — what the table's stream says happened is kept for good.
//!
//! A record that cannot be read or kept now is reported, and comes again: none is passed over. The others of its
//! batch are kept all the same, and once, for the archive knows them when they come again.

use std::error::Error as _;

use platform::audit::{Archive, Kept};
use platform::config::Variable;
use platform::fault::Fault;
use platform::store::{image_of_json, record_of_image};
use platform::stream::{Batch, BatchAnswer, Change, ItemFailure};
use serde_json::Value;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[Variable::AuditTable];

/// Deals with a batch of the stream; an event that is none fails whole, and Lambda tries it again.
pub async fn handle(archive: &Archive, event: Value) -> Result<BatchAnswer, lambda_runtime::Error> {
    let batch: Batch = serde_json::from_value(event)?;
    let mut answer = BatchAnswer::default();
    for record in batch.records {
        let change = record.dynamodb;
        match deal_with(archive, &change).await {
            Ok(outcome) => tracing::info!(sequence = change.sequence_number, outcome, "act dealt with"),
            Err(fault) => {
                let cause = fault.source().map(tracing::field::display);
                tracing::error!(sequence = change.sequence_number, %fault, cause, "act broke");
                let archive_is_away = matches!(fault, Fault::Table { .. } | Fault::AuditFile(_));
                answer.failures.push(ItemFailure {
                    item: change.sequence_number,
                });
                // What is away for one is away for all. Lambda goes on at the first that failed, so the rest comes
                // again with it.
                if archive_is_away {
                    break;
                }
            }
        }
    }
    Ok(answer)
}

async fn deal_with(archive: &Archive, change: &Change) -> Result<&'static str, Fault> {
    let Some(image) = &change.new else {
        return Ok("removed");
    };
    let Some(record) = record_of_image(&image_of_json(image)?, &change.sequence_number)? else {
        return Ok("no act");
    };
    match archive.keep(&record).await? {
        Kept::Now => Ok("kept"),
        Kept::Before => Ok("kept before"),
    }
}
