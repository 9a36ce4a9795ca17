//! Invariants of sent mails and their promises.

use std::collections::BTreeMap;

use platform::store::Attributes;
use portal::values::EmailAddress;
use portal_local::ses::Mail;

use super::Violations;
use super::item::Item;
use crate::Change;

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
        let Some(mail) = item.map("mail") else { continue };
        let (kind, id) = key.split_once('#').unwrap_or((key, ""));
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
            // `queued` is for those that are still to go out, and whoever asks has let them.
            "queued" => found.unless(false, || format!("{key}: a promised mail never went out")),
            "failed" => {}
            other => found.unless(false, || format!("{key}: no delivery is called {other}")),
        }
    }
    found.0
}

/// Checks that each account counts the mails that were promised to it, and that no more were sent. Valid only if no
/// process died between the budget and the promise, and within the first day: a budget drops older mails.
pub fn budgets(items: &[Attributes], history: &[Change], mails: &[Mail]) -> Vec<String> {
    let mut found = Violations::default();
    let promised = promises(history);
    let counted: BTreeMap<String, usize> = items
        .iter()
        .map(Item)
        .filter(|item| item.is_of("ACCOUNT"))
        .map(|account| (account.key().to_owned(), account.list("mails").len()))
        .filter(|(_, mails)| *mails > 0)
        .collect();
    found.unless(counted == promised, || {
        format!("mails counted {counted:?}, mails promised {promised:?}")
    });
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for mail in mails {
        *sent.entry(account_of(&mail.to)).or_default() += 1;
    }
    for (key, sent) in sent {
        let promised = promised.get(&key).copied().unwrap_or(0);
        found.unless(sent <= promised, || {
            format!("{key}: {sent} mails went out, {promised} were promised")
        });
    }
    found.0
}

/// The number of promised mails per account: one for each write whose promise differs from the previous one.
fn promises(history: &[Change]) -> BTreeMap<String, usize> {
    let promise = |image: &Option<Attributes>| {
        let mail = Item(image.as_ref()?).map("mail")?;
        let [of, to] = ["of", "to"].map(|name| mail.text(name).unwrap_or_default().to_owned());
        Some((mail.number("n"), of, to))
    };
    let mut promised = BTreeMap::new();
    for change in history {
        let (before, Some(after)) = (promise(&change.before), promise(&change.after)) else {
            continue;
        };
        if before.as_ref() != Some(&after) {
            *promised.entry(account_of(&after.2)).or_default() += 1;
        }
    }
    promised
}

/// The key of the account of an address.
fn account_of(address: &str) -> String {
    let key = EmailAddress::parse(address).unwrap().key();
    format!("ACCOUNT#{}", key.as_str())
}
