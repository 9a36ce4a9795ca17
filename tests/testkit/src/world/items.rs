//! The items of a world: reading, checking and editing them without a step.

use aws_sdk_dynamodb::types::AttributeValue;
use platform::store::{self, Attributes, DynamoDb, Item, Key, Replacing, Storage as _, Write};
use portal_local::engine::PORTAL;

use super::World;
use crate::history::{self, ItemWrite};
use crate::invariants;

impl World {
    /// Every item of the table, in its stored form.
    pub async fn items(&self) -> Vec<Attributes> {
        let pages = self
            .dynamodb
            .scan()
            .table_name("portal")
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        pages.try_collect().await.unwrap()
    }

    /// The current item under this key.
    pub async fn item(&self, pk: &str) -> Option<Attributes> {
        let answer = self
            .dynamodb
            .get_item()
            .table_name("portal")
            .key("pk", AttributeValue::S(pk.to_owned()))
            .consistent_read(true)
            .send()
            .await;
        answer.unwrap().item
    }

    /// The violated invariants of the table, of its history, and of the sent mails; empty if there are none. Delivers
    /// promised mails first.
    pub async fn violations(&self) -> Vec<String> {
        self.deliver().await;
        let items = self.items().await;
        let mut found = invariants::of_state(self.judged(&items));
        found.extend(invariants::of_history(&self.history(), &self.settings.limits));
        found.extend(invariants::of_mails(&items, &self.postbox.mails()));
        found
    }

    /// The same if no process died, and before promised mails are delivered: no flow may be behind.
    pub async fn violations_when_settled(&self) -> Vec<String> {
        let items = self.items().await;
        let mut found = invariants::of_settled_state(self.judged(&items));
        found.extend(invariants::of_history(&self.history(), &self.settings.limits));
        found
    }

    /// The violated budgets of mails; only valid if no process died, and within the first day. Delivers promised
    /// mails first.
    pub async fn violations_of_mail_budgets(&self) -> Vec<String> {
        let mails = self.mails().await;
        invariants::of_mail_budgets(&self.items().await, &self.history(), &mails)
    }

    /// The data for checking items.
    pub(crate) fn judged<'a>(&'a self, items: &'a [Attributes]) -> invariants::Snapshot<'a> {
        invariants::Snapshot {
            items,
            limits: &self.settings.limits,
            terms: self.settings.terms,
            now: self.now(),
        }
    }

    /// The items of a kind, as they are stored.
    pub async fn items_of(&self, kind: &str) -> Vec<Attributes> {
        let of_kind = |item: &Attributes| item["pk"].as_s().unwrap().starts_with(&format!("{kind}#"));
        self.items().await.into_iter().filter(of_kind).collect()
    }

    /// Every write of the last day, in order.
    pub fn history(&self) -> Vec<ItemWrite> {
        history::of_table(&self.neighbours.0.stream(PORTAL))
    }

    /// Writes an item directly, without a step: no act is recorded.
    pub async fn edits_by_hand<T: Item>(&self, item: T, replacing: Replacing<'_, T>) {
        let storage = DynamoDb::new(
            self.dynamodb.clone(),
            "portal".to_owned(),
            self.settings.limits.clone(),
        );
        let write = Write::Put {
            item: Box::new(item.into()),
            event: None,
            expected: replacing.into(),
        };
        let store::Outcome::Done(version) = storage.write(&write).await.unwrap() else {
            panic!("another one wrote the item");
        };
        self.by_hand.note(version.as_str());
    }

    /// Deletes an item directly, as DynamoDB's time-to-live does.
    pub async fn deletes_by_hand(&self, key: Key) {
        let delete = Write::Remove { key, expected: None };
        self.storage.write(&delete).await.unwrap();
    }

    /// Restores an earlier item: as if the later writes had never been done.
    pub async fn puts_back(&self, item: &Attributes) {
        // An item of a test's own making may have none.
        if let Some(version) = item.get("v") {
            self.by_hand.note(version.as_s().unwrap());
        }
        let request = self
            .dynamodb
            .put_item()
            .table_name("portal")
            .set_item(Some(item.clone()));
        request.send().await.unwrap();
    }
}
