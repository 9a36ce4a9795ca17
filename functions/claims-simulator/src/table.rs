//! The changed offices and the tries, in a table of the simulator.
//!
//! The offices of [`seed`](crate::seed) are in no table until one is changed or tried. Every item has an increasing
//! version, and a tally is stored on the condition that the version is unchanged, so parallel processes agree.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::mode::Mode;
use crate::office::{Office, Tally};
use crate::seed::{SEEDS, Seed};

const MODE_KEY: &str = "MODE";
const OFFICE_KEY: &str = "OFFICE#";

/// A request to the table failed. Names the request, without key or value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableFault {
    /// The request.
    pub(crate) request: &'static str,
}

/// An office, and the version that was read.
#[derive(Clone, Debug)]
pub(crate) struct VersionedOffice {
    pub(crate) office: Office,
    pub(crate) tally: Tally,
    /// `None` if only the seed has it.
    version: Option<u64>,
}

/// Whether a tally was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreResult {
    Yes,
    /// A conflict: the record has changed since it was read.
    Conflict,
}

#[derive(Clone, Debug)]
pub(crate) struct OfficeTable {
    client: Client,
    name: String,
}

impl OfficeTable {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    pub(crate) async fn mode(&self) -> Result<Mode, TableFault> {
        let item = self.item(MODE_KEY.to_owned(), "mode").await?;
        let word = item
            .as_ref()
            .and_then(|item| item.get("mode"))
            .and_then(|value| value.as_s().ok());
        // Missing, or a word of a later version: the system is up.
        Ok(word.and_then(|word| Mode::from_word(word)).unwrap_or(Mode::Up))
    }

    pub(crate) async fn set_mode(&self, mode: Mode) -> Result<(), TableFault> {
        self.update(MODE_KEY.to_owned())
            .update_expression("SET #mode = :mode")
            .expression_attribute_names("#mode", "mode")
            .expression_attribute_values(":mode", AttributeValue::S(mode.word().to_owned()))
            .send()
            .await
            .map_err(|_| TableFault { request: "set-mode" })?;
        Ok(())
    }

    /// The office of this user id, if there is one.
    pub(crate) async fn office(&self, user_id: &str) -> Result<Option<VersionedOffice>, TableFault> {
        match self.item(office_key(user_id), "office").await? {
            Some(item) => record(user_id, &item).map(Some),
            None => Ok(Seed::of(user_id).map(VersionedOffice::of)),
        }
    }

    /// Every office, by user id.
    pub(crate) async fn offices(&self) -> Result<BTreeMap<String, VersionedOffice>, TableFault> {
        let mut offices: BTreeMap<_, _> = SEEDS
            .iter()
            .map(|seed| (seed.user_id.to_owned(), VersionedOffice::of(seed)))
            .collect();
        let mut pages = self
            .client
            .scan()
            .table_name(&self.name)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|_| TableFault { request: "offices" })?;
            let key = item.get("pk").and_then(|key| key.as_s().ok());
            if let Some(user_id) = key.and_then(|key| key.strip_prefix(OFFICE_KEY)) {
                offices.insert(user_id.to_owned(), record(user_id, &item)?);
            }
        }
        Ok(offices)
    }

    /// Replaces an office and its tally, without a condition.
    pub(crate) async fn replace(
        &self,
        user_id: &str,
        office: &Office,
        tally: Tally,
    ) -> Result<(), TableFault> {
        let fault = TableFault { request: "replace" };
        let office = serde_json::to_string(office).map_err(|_| fault)?;
        self.update_tally(
            office_key(user_id),
            tally,
            "#office = :office, #version = if_not_exists(#version, :none) + :one",
        )
        .expression_attribute_names("#office", "office")
        .expression_attribute_values(":office", AttributeValue::S(office))
        .expression_attribute_values(":none", number(0_u32))
        .expression_attribute_values(":one", number(1_u32))
        .send()
        .await
        .map_err(|_| fault)?;
        Ok(())
    }

    /// Stores a tally on the condition that `record`, from which it was computed, is unchanged.
    pub(crate) async fn store(
        &self,
        user_id: &str,
        record: &VersionedOffice,
        tally: Tally,
    ) -> Result<StoreResult, TableFault> {
        let next = record.version.unwrap_or(0).saturating_add(1);
        let update = self
            .update_tally(office_key(user_id), tally, "#version = :next")
            .expression_attribute_values(":next", number(next));
        let update = match record.version {
            Some(seen) => update
                .condition_expression("#version = :seen")
                .expression_attribute_values(":seen", number(seen)),
            None => update.condition_expression("attribute_not_exists(#version)"),
        };
        match update.send().await {
            Ok(_) => Ok(StoreResult::Yes),
            Err(error) if is_condition_failure(&error) => Ok(StoreResult::Conflict),
            Err(_) => Err(TableFault { request: "store" }),
        }
    }

    fn update(&self, key: String) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key))
    }

    /// The update that writes all of a tally, and `more`.
    fn update_tally(&self, key: String, tally: Tally, more: &str) -> UpdateItemFluentBuilder {
        let set = format!("SET #passwords = :passwords, #codes = :codes, {more}");
        let update = self
            .update(key)
            .expression_attribute_names("#passwords", "wrongPasswords")
            .expression_attribute_names("#codes", "wrongCodes")
            .expression_attribute_names("#lock", "lockedUntil")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":passwords", number(tally.wrong_passwords))
            .expression_attribute_values(":codes", number(tally.wrong_codes));
        match tally.locked_until {
            Some(until) => update
                .update_expression(format!("{set}, #lock = :lock"))
                .expression_attribute_values(":lock", AttributeValue::S(until.to_string())),
            None => update.update_expression(format!("{set} REMOVE #lock")),
        }
    }

    async fn item(
        &self,
        key: String,
        request: &'static str,
    ) -> Result<Option<HashMap<String, AttributeValue>>, TableFault> {
        self.client
            .get_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key))
            // A lock or a mode that another process set a moment ago must be seen.
            .consistent_read(true)
            .send()
            .await
            .map(|output| output.item)
            .map_err(|_| TableFault { request })
    }
}

impl VersionedOffice {
    fn of(seed: &Seed) -> Self {
        Self {
            office: seed.office(),
            tally: seed.tally(),
            version: None,
        }
    }
}

fn office_key(user_id: &str) -> String {
    format!("{OFFICE_KEY}{user_id}")
}

fn number(value: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

fn is_condition_failure(error: &SdkError<UpdateItemError>) -> bool {
    error
        .as_service_error()
        .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

/// Reads an item. One without an office counts the tries of a seeded office.
fn record(user_id: &str, item: &HashMap<String, AttributeValue>) -> Result<VersionedOffice, TableFault> {
    let corrupt = TableFault { request: "read-item" };
    let text = |name: &str| {
        item.get(name)
            .and_then(|value| value.as_s().ok())
            .map(String::as_str)
    };
    let count = |name: &str| {
        item.get(name)
            .and_then(|value| value.as_n().ok())
            .map(String::as_str)
            .unwrap_or_default()
    };
    let office = match text("office") {
        Some(office) => serde_json::from_str(office).map_err(|_| corrupt)?,
        None => Seed::of(user_id).ok_or(corrupt)?.office(),
    };
    let locked_until = text("lockedUntil")
        .map(str::parse::<Timestamp>)
        .transpose()
        .map_err(|_| corrupt)?;
    Ok(VersionedOffice {
        office,
        tally: Tally {
            wrong_passwords: count("wrongPasswords").parse().map_err(|_| corrupt)?,
            wrong_codes: count("wrongCodes").parse().map_err(|_| corrupt)?,
            locked_until,
        },
        version: Some(count("version").parse().map_err(|_| corrupt)?),
    })
}
