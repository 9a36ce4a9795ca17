//! Reading the records: only the desk does, no function.

use std::io;
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::store::{Attributes, fault};

/// The records, to read: [`super::FIELDS`] by name.
#[derive(Debug, Clone)]
pub struct Records(Form);

#[derive(Debug, Clone)]
enum Form {
    Table { client: Client, name: String },
    File(PathBuf),
}

impl Records {
    /// Those of a table.
    pub const fn table(client: Client, name: String) -> Self {
        Self(Form::Table { client, name })
    }

    /// Those of a developer's machine.
    pub const fn file(path: PathBuf) -> Self {
        Self(Form::File(path))
    }

    /// The records of one subject, the key of an item, since this instant; the oldest first.
    pub async fn of_subject(
        &self,
        subject: &str,
        since: Timestamp,
    ) -> Result<Vec<Map<String, Value>>, Fault> {
        let mut found = match &self.0 {
            Form::Table { client, name } => query(client, name, subject, since).await?,
            Form::File(path) => {
                let is_meant = |record: &Map<String, Value>| {
                    let at = record.get("at").and_then(Value::as_str);
                    let at = at.and_then(|at| at.parse::<Timestamp>().ok());
                    record.get("subject").and_then(Value::as_str) == Some(subject)
                        && at.is_some_and(|at| since <= at)
                };
                read(path)
                    .map_err(Fault::AuditFile)?
                    .into_iter()
                    .filter(is_meant)
                    .collect()
            }
        };
        let text = |record: &Map<String, Value>, name: &str| {
            record
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        found.sort_by_key(|record| {
            let sequence = text(record, "sequence");
            (text(record, "at"), sequence.len(), sequence)
        });
        Ok(found)
    }
}

async fn query(
    client: &Client,
    table: &str,
    subject: &str,
    since: Timestamp,
) -> Result<Vec<Map<String, Value>>, Fault> {
    let mut pages = client
        .query()
        .table_name(table)
        .key_condition_expression("pk = :pk AND sk >= :since")
        .expression_attribute_values(":pk", AttributeValue::S(subject.to_owned()))
        .expression_attribute_values(":since", AttributeValue::S(since.to_string()))
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(item) = pages.next().await {
        found.push(plain(&item.map_err(fault("Query"))?));
    }
    Ok(found)
}

/// The fields of a record, without the keys of the table.
fn plain(item: &Attributes) -> Map<String, Value> {
    let value = |(name, value): (&String, &AttributeValue)| {
        let value = match value {
            AttributeValue::S(text) => Value::from(text.as_str()),
            AttributeValue::N(number) => Value::from(number.parse::<u64>().ok()?),
            _ => return None,
        };
        Some((name.clone(), value))
    };
    item.iter()
        .filter(|(name, _)| !["pk", "sk", "ttl"].contains(&name.as_str()))
        .filter_map(value)
        .collect()
}

/// Each complete line is a record. An incomplete last line was never acknowledged, and is passed over.
fn read(path: &Path) -> io::Result<Vec<Map<String, Value>>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_records_of_a_subject_are_read_from_a_file_since_an_instant() {
        let file = std::env::temp_dir().join(format!("records-{}.jsonl", std::process::id()));
        let line = |subject: &str, at: &str, act: &str| {
            format!("{{\"subject\":\"{subject}\",\"at\":\"{at}\",\"act\":\"{act}\",\"sequence\":\"1\"}}\n")
        };
        let text = [
            line("ACCOUNT#a", "2026-04-01T00:00:02Z", "third"),
            line("ACCOUNT#a", "2026-04-01T00:00:01Z", "second"),
            line("ACCOUNT#a", "2026-04-01T00:00:00Z", "first"),
            line("ACCOUNT#b", "2026-04-01T00:00:01Z", "another"),
            "{\"subject\":\"ACCOUNT#a\"".to_owned(),
        ];
        std::fs::write(&file, text.concat()).unwrap();
        let records = Records::file(file.clone());
        let since = "2026-04-01T00:00:01Z".parse().unwrap();
        let found = records.of_subject("ACCOUNT#a", since).await.unwrap();
        let acts: Vec<&str> = found
            .iter()
            .map(|record| record["act"].as_str().unwrap())
            .collect();
        assert_eq!(acts, ["second", "third"]);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(records.of_subject("ACCOUNT#a", since).await.unwrap().len(), 0);
    }
}
