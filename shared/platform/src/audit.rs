//! 監査記録 — the acts on accounts, in an append-only archive.
//!
//! A record combines an event of `portal::audit` with the item that carried it. It names its subject by digests and
//! random ids: no address, no name, no secret (`docs/audit.md`). An archive stores a record once, however often the
//! stream delivers it: a table that is only put to, or on a developer's machine an append-only file.

mod records;

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use portal::audit::Act;
use portal::limits::Limits;
use portal::time::{Seconds, plus};
use serde_json::{Map, Value};

pub use self::records::Records;
use crate::fault::Fault;
use crate::store::fault;

/// The counters of the item after the write; `None` where the item has no such counter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Consecutive wrong passwords of an account; wrong claims passwords of the last day of a claims user.
    pub wrong_passwords: Option<u64>,
    /// Consecutive wrong passwords from known browsers.
    pub wrong_passwords_of_devices: Option<u64>,
    /// Claims passwords without a known result.
    pub open_passwords: Option<u64>,
    /// Wrong codes in the item.
    pub wrong_codes: Option<u64>,
    /// Spent tries of a registration's security code or code.
    pub tries: Option<u64>,
    /// Mails to the member, or to the address where there is no member, in the item.
    pub mails: Option<u64>,
    /// Claims of other offices on the address that the act made void.
    pub void_claims: Option<u64>,
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The version that the write gave the item; unique.
    pub id: String,
    /// The time of the act.
    pub at: Timestamp,
    /// The act.
    pub act: Act,
    /// The key of the changed item.
    pub subject: String,
    /// The claims user of the item.
    pub claims_user: Option<String>,
    /// The number of the item's office.
    pub office: Option<String>,
    /// The id of the item's member.
    pub member: Option<String>,
    /// The registration or log-in that did it.
    pub by: Option<String>,
    /// The operator at the desk who did it, as AWS names the role's session.
    pub operator: Option<String>,
    /// The key of the item that the operator looked at or changed.
    pub target: Option<String>,
    /// The operator's reason.
    pub reason: Option<String>,
    /// The counters after the act.
    pub counts: Counts,
    /// The position in the table's stream.
    pub sequence: String,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// A word.
    Text(String),
    /// A number.
    Number(u64),
}

/// The fields of a record: their names in the table and in the file, and their meanings.
pub const FIELDS: [(&str, &str); 19] = [
    (
        "id",
        "random, drawn by the write that committed the act; a record with the same id is the same record",
    ),
    ("at", "when the act was decided, RFC 3339, UTC, whole seconds"),
    ("act", "what happened: one of the words above"),
    ("subject", "the key of the item that changed"),
    (
        "claimsUser",
        "on a registration, the user id of the claims system whose right password began it",
    ),
    (
        "office",
        "the office's number: of the member, or of the registration",
    ),
    (
        "member",
        "the id of the member whom the act is about; if it names no member, of the owner of the address, if there is one",
    ),
    (
        "by",
        "the registration or log-in that did it, as the digest of its cookie: the rest of that flow's key, of a log-in also if its start failed after the record; if an operator did it, the random id of the operation",
    ),
    (
        "operator",
        "on an operator, who it is: the ARN of the role's session, or locally `local/` and a name",
    ),
    (
        "target",
        "on an operator, the key of the item that was looked at or changed, or `INQUIRY` for the list of inquiries",
    ),
    (
        "reason",
        "on an operator, the reason that the operator gave; it contains no address",
    ),
    (
        "wrongPasswords",
        "on an account, consecutive wrong passwords from unknown browsers; on a claims user, wrong claims passwords of the last day",
    ),
    (
        "wrongPasswordsOfDevices",
        "on an account, consecutive wrong passwords from known browsers, added up",
    ),
    (
        "openPasswords",
        "on a claims user, claims passwords whose result is not known, or never will be",
    ),
    (
        "wrongCodes",
        "wrong codes in the item, for an act of an address change those of address changes; those of the last day count towards a stop",
    ),
    ("tries", "on a registration, tries spent at its security code"),
    (
        "mails",
        "on an account, log-in codes mailed to the member, for an act of an address change its codes, or registration codes mailed to the address where there is no member; those of the last day count",
    ),
    (
        "voidClaims",
        "on an account, claims of other offices on the address that this act made void",
    ),
    (
        "sequence",
        "the position in the table's stream: of two records of one subject, the one with the greater number happened later",
    ),
];

impl Record {
    /// The fields that are known, by name, in the order of [`FIELDS`].
    pub fn fields(&self) -> Vec<(&'static str, FieldValue)> {
        let text = |text: &str| Some(FieldValue::Text(text.to_owned()));
        let texts = |text: &Option<String>| text.clone().map(FieldValue::Text);
        let number = |number: Option<u64>| number.map(FieldValue::Number);
        let values = [
            text(&self.id),
            text(&self.at.to_string()),
            text(self.act.code()),
            text(&self.subject),
            texts(&self.claims_user),
            texts(&self.office),
            texts(&self.member),
            texts(&self.by),
            texts(&self.operator),
            texts(&self.target),
            texts(&self.reason),
            number(self.counts.wrong_passwords),
            number(self.counts.wrong_passwords_of_devices),
            number(self.counts.open_passwords),
            number(self.counts.wrong_codes),
            number(self.counts.tries),
            number(self.counts.mails),
            number(self.counts.void_claims),
            text(&self.sequence),
        ];
        FIELDS
            .iter()
            .zip(values)
            .filter_map(|((name, _), value)| Some((*name, value?)))
            .collect()
    }

    /// The record as JSON.
    pub fn json(&self) -> Map<String, Value> {
        self.fields()
            .into_iter()
            .map(|(name, field)| {
                let value = match field {
                    FieldValue::Text(text) => Value::from(text),
                    FieldValue::Number(number) => Value::from(number),
                };
                (name.to_owned(), value)
            })
            .collect()
    }

    /// Sorts the records of a subject by time; the id makes it unique.
    fn sort_key(&self) -> String {
        format!("{}#{}", self.at, self.id)
    }
}

/// Whether a record is new to the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archived {
    /// It is stored now.
    Now,
    /// It was already stored.
    Before,
}

/// The store of records. It has no operation that changes or removes one.
#[derive(Debug, Clone)]
pub struct Archive(Form);

#[derive(Debug, Clone)]
enum Form {
    Table {
        client: Client,
        name: String,
        life: Seconds,
    },
    File(Arc<Lines>),
}

impl Archive {
    /// A table whose key is the subject and the instant. It keeps a record for as long as the limits say.
    pub const fn table(client: Client, name: String, limits: &Limits) -> Self {
        Self(Form::Table {
            client,
            name,
            life: limits.audit_life.seconds(),
        })
    }

    /// A file of JSON, one record per line. Several processes may have it open.
    pub fn file(path: PathBuf) -> Self {
        Self(Form::File(Arc::new(Lines {
            path,
            known: Mutex::default(),
        })))
    }

    /// Stores the record, unless it is stored already. Once this returns, the record is durable.
    pub async fn keep(&self, record: &Record) -> Result<Archived, Fault> {
        match &self.0 {
            Form::Table { client, name, life } => put(client, name, record, *life).await,
            Form::File(lines) => {
                let (lines, record) = (lines.clone(), record.clone());
                // Another process may hold the lock: the wait must not block the async thread.
                let kept = tokio::task::spawn_blocking(move || lines.keep(&record)).await;
                kept.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
                    .map_err(Fault::AuditFile)
            }
        }
    }
}

async fn put(client: &Client, table: &str, record: &Record, life: Seconds) -> Result<Archived, Fault> {
    let mut request = client
        .put_item()
        .table_name(table)
        .condition_expression("attribute_not_exists(pk)")
        .item("pk", AttributeValue::S(record.subject.clone()))
        .item("sk", AttributeValue::S(record.sort_key()))
        .item(
            "ttl",
            AttributeValue::N(plus(record.at, life).as_second().to_string()),
        );
    for (name, field) in record.fields() {
        let value = match field {
            FieldValue::Text(text) => AttributeValue::S(text),
            FieldValue::Number(number) => AttributeValue::N(number.to_string()),
        };
        request = request.item(name, value);
    }
    match request.send().await {
        Ok(_) => Ok(Archived::Now),
        Err(error) => match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Archived::Before),
            _ => Err(fault("PutItem")(error)),
        },
    }
}

/// An append-only file.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    known: Mutex<Known>,
}

/// What this process has read of the file.
#[derive(Debug, Default)]
struct Known {
    /// The file: it may be replaced by another one.
    inode: u64,
    /// The end of the last whole line that was read.
    end: u64,
    ids: HashSet<String>,
}

impl Lines {
    fn keep(&self, record: &Record) -> io::Result<Archived> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Opened for each record, so that a file that was moved away is not written to any more. The lock ends with
        // it.
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)?;
        file.lock()?;
        known.catch_up(&mut file)?;
        if known.ids.contains(&record.id) {
            // The process that wrote it may have been killed before the data was synced.
            file.sync_data()?;
            return Ok(Archived::Before);
        }
        let mut line = serde_json::to_vec(&record.json())?;
        line.push(b'\n');
        file.write_all(&line)?;
        file.sync_data()?;
        Ok(Archived::Now)
    }
}

impl Known {
    /// Reads the lines that others have added, and cuts off an incomplete last line: a process that was killed while
    /// it wrote has acknowledged nothing, so the record is delivered again.
    fn catch_up(&mut self, file: &mut File) -> io::Result<()> {
        let metadata = file.metadata()?;
        if self.inode != metadata.ino() || metadata.len() < self.end {
            *self = Self {
                inode: metadata.ino(),
                ..Self::default()
            };
        }
        file.seek(SeekFrom::Start(self.end))?;
        let mut added = Vec::new();
        file.read_to_end(&mut added)?;
        let mut rest = added.as_slice();
        while let Some(at) = rest.iter().position(|octet| *octet == b'\n') {
            let (line, next) = rest.split_at(at + 1);
            let record: Value = serde_json::from_slice(line)?;
            let id = record.get("id").and_then(Value::as_str);
            // A line that is not a record could hide a duplicate: fail, so that an operator looks.
            self.ids.insert(id.ok_or(io::ErrorKind::InvalidData)?.to_owned());
            self.end += line.len() as u64;
            rest = next;
        }
        if !rest.is_empty() {
            tracing::warn!(octets = rest.len(), "the audit's last line was torn; cut off");
            file.set_len(self.end)?;
        }
        Ok(())
    }
}
