//! Reading items by the names of their attributes.

use aws_sdk_dynamodb::types::AttributeValue;
use platform::store::Attributes;

/// An item, or a map in one.
#[derive(Clone, Copy)]
pub(super) struct Item<'a>(pub(super) &'a Attributes);

impl<'a> Item<'a> {
    pub(super) fn key(self) -> &'a str {
        self.text("pk").unwrap_or_default()
    }

    pub(super) fn is_of(self, kind: &str) -> bool {
        self.key().split('#').next() == Some(kind)
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(super) fn number(self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(super) fn count(self, name: &str) -> u64 {
        self.number(name).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    }

    pub(super) fn flag(self, name: &str) -> bool {
        self.0
            .get(name)
            .is_some_and(|value| value == &AttributeValue::Bool(true))
    }

    pub(super) fn map(self, name: &str) -> Option<Item<'a>> {
        self.0.get(name)?.as_m().ok().map(Item)
    }

    pub(super) fn maps(self, name: &str) -> Vec<Item<'a>> {
        self.list(name)
            .iter()
            .filter_map(|value| value.as_m().ok().map(Item))
            .collect()
    }

    /// Maps by names that are data.
    pub(super) fn named(self, name: &str) -> Vec<(&'a str, Item<'a>)> {
        let maps = self.map(name).into_iter().flat_map(|maps| maps.0);
        maps.filter_map(|(name, value)| Some((name.as_str(), Item(value.as_m().ok()?))))
            .collect()
    }

    /// The mails that are promised, each with the initial password's member or the flow's own attributes, or of a letter.
    pub(super) fn mails(self) -> Vec<Item<'a>> {
        let of_holders = self.named("holders");
        let of_holders = of_holders.iter().filter_map(|(_, holder)| holder.map("mail"));
        let more = self.named("mails").into_iter().map(|(_, mail)| mail);
        self.map("mail")
            .into_iter()
            .chain(more)
            .chain(of_holders)
            .collect()
    }

    /// Those of the mails that are sent: the code of a reset goes to a member with a password, and to no one else. What goes
    /// to the members of claims instead, once, has the same number.
    pub(super) fn mails_that_go_out(self) -> Vec<Item<'a>> {
        let goes_out = |mail: &Item<'a>| match self.text("recipient") {
            Some("nobody") => false,
            Some("claims") => mail.count("sends") == 1,
            _ => true,
        };
        self.mails().into_iter().filter(goes_out).collect()
    }

    pub(super) fn list(self, name: &str) -> &'a [AttributeValue] {
        self.0
            .get(name)
            .and_then(|value| value.as_l().ok())
            .map_or(&[], Vec::as_slice)
    }

    /// Instants, in any form of the list.
    pub(super) fn times(self, name: &str) -> Vec<i64> {
        self.list(name)
            .iter()
            .filter_map(|value| value.as_n().ok()?.parse().ok())
            .collect()
    }
}
