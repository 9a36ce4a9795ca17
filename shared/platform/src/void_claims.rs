//! Who is told that a claim on an address becomes void (`docs/adr/0036-a-budget-for-each-kind-of-notice.md`).

use jiff::Timestamp;
use portal::account::{Account, BrowserKind, Member};
use portal::limits::Limits;
use portal::mail::Mail;
use portal::office::Office;

use crate::fault::Fault;
use crate::store::{Consistency, Stored, Table};

/// The mails to the managers of the offices whose claims on this account become void when this member becomes its owner,
/// in this browser.
///
/// To be promised in the commit that replaces this version of the account: another version may have other claims. The
/// offices are not written, so their managers are those of this moment.
pub async fn mails(
    table: &Table,
    account: &Account,
    (owner, browser): (&Member, BrowserKind),
    now: Timestamp,
    limits: &Limits,
) -> Result<Vec<Mail>, Fault> {
    let mut mails = Vec::new();
    for claim in account.claims_beside(&owner.id, now, limits) {
        let office: Option<Stored<Office>> = table.get(&claim.office.number, Consistency::Strong).await?;
        let Some(office) = office else { continue };
        let members = table.members_of(&office.item).await?;
        let members = members.iter().map(|(member, _)| member);
        mails.extend(office.item.void_claim_mails(claim, members, (owner, browser)));
    }
    Ok(mails)
}
