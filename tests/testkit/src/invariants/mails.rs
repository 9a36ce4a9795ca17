//! Invariants of sent mails and their promises.

use std::collections::{BTreeMap, BTreeSet};

use platform::store::Attributes;
use portal::values::EmailAddress;
use portal_local::ses::Mail;

use super::Violations;
use super::item::Item;
use crate::ItemWrite;

/// Checks that every mail that is marked as sent was sent, and that a repeated mail has the same text.
pub fn violations(items: &[Attributes], mails: &[Mail]) -> Vec<String> {
    let mut found = Violations::default();
    let mut texts: BTreeMap<Vec<&str>, &str> = BTreeMap::new();
    let identity = |mail: &'_ Mail| -> Vec<String> {
        ["kind", "key", "number", "of"]
            .map(|name| mail.tags.get(name).cloned().unwrap_or_default())
            .into()
    };
    let identities: Vec<Vec<String>> = mails.iter().map(identity).collect();
    for (mail, identity) in mails.iter().zip(&identities) {
        let identity = identity.iter().map(String::as_str).collect();
        let first = *texts.entry(identity).or_insert(&mail.text);
        found.unless(first == mail.text, || {
            format!("two mails of one promise differ: {:?}", mail.tags)
        });
    }
    for item in items.iter().map(Item) {
        let key = item.text("pk").unwrap_or_default();
        let (kind, id) = key.split_once('#').unwrap_or((key, ""));
        for mail in item.mails_that_go_out() {
            let number = mail.number("n").unwrap_or(0).to_string();
            let identity = vec![kind, id, &number, mail.text("of").unwrap_or_default()];
            let delivery = mail.text("delivery").unwrap_or_default();
            let went_out = texts.contains_key(&identity);
            match delivery {
                "sent" | "delivered" | "bounced" => {
                    found.unless(went_out, || {
                        format!("{key}: {delivery}, but SES has no such mail")
                    });
                }
                // `queued` means still to be sent, and the caller has delivered everything.
                "queued" => found.unless(false, || format!("{key}: a promised mail never went out")),
                "failed" => {}
                other => found.unless(false, || format!("{key}: no delivery is called {other}")),
            }
        }
    }
    found.0
}

/// Checks that each account and each contact counts the codes that were promised to it (an account those of resets, too,
/// whether they are mailed or not), and that no more mails were sent. Valid only if no process died between the budget and the promise, and within the time that a budget
/// remembers: the first hour for a contact, the first day for an account.
pub fn budgets(items: &[Attributes], history: &[ItemWrite], mails: &[Mail]) -> Vec<String> {
    let mut found = Violations::default();
    let (codes, promised) = (promises(history, true), promises(history, false));
    let counted: BTreeMap<String, usize> = items
        .iter()
        .map(Item)
        .filter(|item| item.is_of(ACCOUNT) || item.is_of(CONTACT))
        .map(|payer| {
            let of_members = payer.named("holders");
            let of_members = of_members.iter().map(|(_, member)| member.list("mails").len());
            let mails = ["mails", "resets", "receipts"].map(|name| payer.list(name).len());
            let changes = payer.named("holders").into_iter().map(|(_, member)| {
                let changes = member.map("changes");
                changes.map_or(0, |changes| changes.list("mails").len())
            });
            let mails = mails.iter().sum::<usize>() + of_members.sum::<usize>() + changes.sum::<usize>();
            (payer.key().to_owned(), mails)
        })
        .filter(|(_, mails)| *mails > 0)
        .collect();
    let gone = moved(history);
    let stay = |mails: &BTreeMap<String, usize>| -> BTreeMap<String, usize> {
        let stay = mails.iter().filter(|(key, _)| !gone.contains(*key));
        stay.map(|(key, mails)| (key.clone(), *mails)).collect()
    };
    let (counted, codes) = (stay(&counted), stay(&codes));
    found.unless(counted == codes, || {
        format!("mails counted {counted:?}, codes promised {codes:?}")
    });
    let mut sent: BTreeMap<&str, usize> = BTreeMap::new();
    for mail in mails {
        *sent.entry(&mail.to).or_default() += 1;
    }
    for (address, sent) in sent {
        let of = |kind| promised.get(&payer(kind, address)).copied().unwrap_or(0);
        let promised = of(ACCOUNT) + of(CONTACT);
        found.unless(sent <= promised, || {
            format!("{sent} mails went out to one address, {promised} were promised")
        });
    }
    found.0
}

const ACCOUNT: &str = "ACCOUNT";
const CONTACT: &str = "CONTACT";

/// The number of mails, or only of codes, that each account and contact promised: one for each promise that did not
/// exist before the write.
fn promises(history: &[ItemWrite], codes_only: bool) -> BTreeMap<String, usize> {
    let mails_of = |image: &Option<Attributes>| -> BTreeSet<(Option<i64>, String, String)> {
        let mails = image.as_ref().map_or_else(Vec::new, |image| Item(image).mails());
        mails
            .into_iter()
            .filter(|mail| {
                !codes_only
                    || !matches!(
                        mail.text("kind"),
                        Some("initial-password" | "notice" | "take-over")
                    )
            })
            .map(|mail| {
                let [of, to] = ["of", "to"].map(|name| mail.text(name).unwrap_or_default().to_owned());
                (mail.number("n"), of, to)
            })
            .collect()
    };
    let mut promised = BTreeMap::new();
    for change in history {
        let before = mails_of(&change.before);
        for (_, _, to) in mails_of(&change.after).difference(&before) {
            let is_of_contact = ["REGISTRATION#", "INQUIRY#"]
                .iter()
                .any(|kind| change.key.starts_with(kind));
            let kind = if is_of_contact { CONTACT } else { ACCOUNT };
            let payer = match payer_of_change(change).filter(|_| codes_only) {
                Some(member) => member,
                None => payer(kind, to),
            };
            *promised.entry(payer).or_default() += 1;
        }
    }
    promised
}

/// The accounts that a member has left, and those to which one with a password came: the counts of their codes went with
/// them.
fn moved(history: &[ItemWrite]) -> BTreeSet<String> {
    let holders = |image: &Option<Attributes>| -> BTreeSet<String> {
        let holders = image
            .as_ref()
            .map_or_else(Vec::new, |image| Item(image).named("holders"));
        holders.into_iter().map(|(id, _)| id.to_owned()).collect()
    };
    let came = |change: &ItemWrite| {
        let after = change.after.as_ref().map(|image| Item(image).named("holders"));
        let mut after = after.into_iter().flatten();
        let before = holders(&change.before);
        after.any(|(id, member)| !member.flag("pending") && !before.contains(id))
    };
    let gone =
        |change: &&ItemWrite| !holders(&change.before).is_subset(&holders(&change.after)) || came(change);
    history
        .iter()
        .filter(gone)
        .map(|change| change.key.clone())
        .collect()
}

/// The account of the member who pays for the code of an address change, which goes to another address.
fn payer_of_change(change: &ItemWrite) -> Option<String> {
    let item = change
        .after
        .as_ref()
        .filter(|_| change.key.starts_with("CHANGE#"))?;
    Some(format!("{ACCOUNT}#{}", Item(item).text("account")?))
}

/// The key of the item that pays for a mail to an address.
fn payer(kind: &str, address: &str) -> String {
    let key = EmailAddress::parse(address).unwrap().key();
    format!("{kind}#{}", key.as_str())
}
