//! お問い合わせ in the hands of operators and of the person, with the rights of the caller (`docs/data.md`).

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use jiff::Timestamp;
use portal::inquiry::{Inquiry, InquiryState, Message, NotMoved, ReceiptNumber};

use crate::fault::Fault;
use crate::store::Item as _;
use crate::store::{Attributes, Consistency, INDEXED_STATE, KEY, Key, Stored, Table, fault, key_of_image};

/// The index of `infra/data.yaml` in which each state has its inquiries, the oldest first. It is some moments behind the table.
const INDEX: &str = "inquiries";

/// The list of inquiries: only the desk reads it, no function.
#[derive(Debug, Clone)]
pub struct Listing {
    client: Client,
    table: String,
}

impl Listing {
    /// That of a table.
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The next inquiries in this state, the oldest first, and where those after them begin, if there may be more.
    pub async fn next(
        &self,
        state: InquiryState,
        from: Option<Cursor>,
        most: u16,
    ) -> Result<(Vec<ReceiptNumber>, Option<Cursor>), Fault> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#state = :state")
            .expression_attribute_names("#state", INDEXED_STATE)
            .expression_attribute_values(":state", AttributeValue::S(state.code().to_owned()))
            .set_exclusive_start_key(from.map(|cursor| cursor.0))
            .limit(i32::from(most))
            .send()
            .await
            .map_err(fault("Query"))?;
        let numbers: Result<Vec<ReceiptNumber>, Fault> =
            found.items.unwrap_or_default().iter().map(number).collect();
        Ok((numbers?, found.last_evaluated_key.map(Cursor)))
    }

    /// How many inquiries are in this state.
    pub async fn count(&self, state: InquiryState) -> Result<u64, Fault> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#state = :state")
            .expression_attribute_names("#state", INDEXED_STATE)
            .expression_attribute_values(":state", AttributeValue::S(state.code().to_owned()))
            .select(Select::Count)
            .into_paginator()
            .send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            let page = page.map_err(fault("Query"))?;
            count += u64::try_from(page.count()).unwrap_or(0);
        }
        Ok(count)
    }
}

/// A place in the list.
#[derive(Debug, Clone)]
pub struct Cursor(Attributes);

impl Cursor {
    /// The place after this inquiry in the list of a state.
    pub fn after(inquiry: &Inquiry, state: InquiryState) -> Self {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let key = format!("{}#{}", Inquiry::KIND, inquiry.number.as_str());
        let at = AttributeValue::N(inquiry.received_at.as_second().to_string());
        Self(Attributes::from([
            (KEY.to_owned(), text(&key)),
            (INDEXED_STATE.to_owned(), text(state.code())),
            ("at".to_owned(), at),
        ]))
    }
}

fn number(item: &Attributes) -> Result<ReceiptNumber, Fault> {
    match Key::parse(&key_of_image(item)?) {
        Some(Key::Inquiry(number)) => Ok(number),
        _ => Err(Fault::CorruptItem {
            kind: Inquiry::KIND,
            attribute: "pk",
        }),
    }
}

/// The person adds what was asked for.
pub async fn add(
    table: &Table,
    number: &ReceiptNumber,
    text: &Message,
    now: Timestamp,
) -> Result<Result<(), NotMoved>, Fault> {
    let known: Option<Stored<Inquiry>> = table.get(number, Consistency::Strong).await?;
    if known.is_none() {
        return Ok(Err(NotMoved::Gone));
    }
    let add = |before: Option<&Inquiry>| Ok::<_, Fault>(Inquiry::add(before, text, now));
    Ok(table.change(known, add).await?.0)
}
