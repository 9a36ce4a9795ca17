//! 監査記録 — stores the acts from the table's stream permanently.
//!
//! A record that cannot be read or stored now is reported, and delivered again: none is skipped. The other records of
//! its batch are stored, and only once, because the archive recognises them when they are delivered again.

use std::error::Error as _;

use platform::audit::{Archive, Archived};
use platform::config::Variable;
use platform::fault::Fault;
use platform::store::{image_of_json, record_of_image};
use platform::stream::{Batch, BatchAnswer, Images, ItemFailure};
use serde_json::Value;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[Variable::AuditTable];

/// Handles a batch of the stream; a malformed event fails as a whole, and Lambda delivers it again.
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
                // If the archive is unreachable for one record, it is for all. Lambda continues at the first failed
                // record, so the rest is delivered again with it.
                if archive_is_away {
                    break;
                }
            }
        }
    }
    Ok(answer)
}

async fn deal_with(archive: &Archive, change: &Images) -> Result<&'static str, Fault> {
    let Some(image) = &change.new else {
        return Ok("removed");
    };
    let Some(record) = record_of_image(&image_of_json(image)?, &change.sequence_number)? else {
        return Ok("no act");
    };
    match archive.keep(&record).await? {
        Archived::Now => Ok("kept"),
        Archived::Before => Ok("kept before"),
    }
}
