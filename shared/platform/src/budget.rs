//! Refunds mails that were counted before a step, if the step was refused.

use jiff::Timestamp;
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::values::{AccountKey, ClaimsUserId, FlowId};

use crate::http::Stop;
use crate::store::{Consistency, Stored, Table};

/// Refunds the registration code that was counted for a user id, if the step was refused.
///
/// A fault keeps the charge: the write may have succeeded, and then the mail goes out. If the process dies before the
/// refund, the user id has one mail less for the day, never one more.
pub async fn or_refund_claims_user<T>(
    promised: Result<T, Stop>,
    table: &Table,
    user: &ClaimsUserId,
    at: Timestamp,
) -> Result<T, Stop> {
    if matches!(promised, Err(Stop::Refused(_))) {
        let known: Option<Stored<ClaimsRecord>> = table.get(user, Consistency::Strong).await?;
        let refund = |before: Option<&ClaimsRecord>| Ok::<_, Stop>(ClaimsRecord::refund_mail(before, at));
        table.change(known, refund).await?;
    }
    promised
}

/// The same for the contact address.
pub async fn or_refund_contact<T>(
    promised: Result<T, Stop>,
    table: &Table,
    contact: &AccountKey,
    by: &FlowId,
    at: Timestamp,
) -> Result<T, Stop> {
    if matches!(promised, Err(Stop::Refused(_))) {
        let known: Option<Stored<Contact>> = table.get(contact, Consistency::Strong).await?;
        let refund = |before: Option<&Contact>| Ok::<_, Stop>(Contact::refund_code(before, by, at));
        table.change(known, refund).await?;
    }
    promised
}
