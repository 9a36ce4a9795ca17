//! 監査記録 — what happened to an account, kept where nothing is ever changed or removed by us.
//!
//! A record is what an event of `portal::audit` and the item that it rode on say together. It names by digests and
//! random ids: no address, no name, no secret (`docs/audit.md`). An archive takes a record once, however often the
//! stream brings it: a table that only puts, or on a developer's machine a file that only grows.

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

use crate::fault::Fault;
use crate::store::fault;

/// How often something counts, as the item says it after the write. None where the item has no such count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Wrong passwords in a row of an account; wrong claims passwords of a day of a claims user.
    pub wrong_passwords: Option<u64>,
    /// Wrong passwords in a row from browsers that the account knows.
    pub wrong_passwords_of_devices: Option<u64>,
    /// Claims passwords of which it is not known whether the claims system counted them.
    pub open_passwords: Option<u64>,
    /// Wrong codes that the item remembers.
    pub wrong_codes: Option<u64>,
    /// Tries that a registration has spent on its security code or its code.
    pub tries: Option<u64>,
    /// Mails to the member, or to the address where no member is meant, that the item remembers.
    pub mails: Option<u64>,
    /// Claims of other offices on the address that the act made void.
    pub void_claims: Option<u64>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The version that the write gave the item: no other write has it.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: Act,
    /// To what: the key of the item.
    pub subject: String,
    /// The user id of the claims system that the item rests on.
    pub claims_user: Option<String>,
    /// The number of the office that the item names.
    pub office: Option<String>,
    /// The id of the member whom the item names.
    pub member: Option<String>,
    /// The registration or log-in by which.
    pub by: Option<String>,
    /// What counts by then.
    pub counts: Counts,
    /// The place in the table's stream.
    pub sequence: String,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// A word.
    Text(String),
    /// A number.
    Number(u64),
}

/// The fields of a record by their names in the table and in the file, and what they mean.
pub const FIELDS: [(&str, &str); 16] = [
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
        "the id of the member whom the act is about; where it names nobody, of the owner of the address, if there is one",
    ),
    (
        "by",
        "the registration or log-in by which, as the digest of its cookie: the rest of that flow's key",
    ),
    (
        "wrongPasswords",
        "on an account, wrong passwords in a row from unknown browsers; on a claims user, wrong claims passwords of the last day",
    ),
    (
        "wrongPasswordsOfDevices",
        "on an account, wrong passwords in a row from the browsers that it knows, added up",
    ),
    (
        "openPasswords",
        "on a claims user, claims passwords of which nobody knows yet, or ever will, whether they were counted",
    ),
    (
        "wrongCodes",
        "wrong codes that the item remembers; those of the last day count towards a stop",
    ),
    ("tries", "on a registration, tries spent at its security code"),
    (
        "mails",
        "on an account, log-in codes mailed to the member that the item remembers, or registration codes mailed to the address where no member is meant; those of the last day count",
    ),
    (
        "voidClaims",
        "on an account, claims of other offices on the address that this act made void",
    ),
    (
        "sequence",
        "the place in the table's stream: of two records of one subject, the one with the greater number happened later",
    ),
];

impl Record {
    /// What is known, by name, in the order of [`FIELDS`].
    pub fn fields(&self) -> Vec<(&'static str, Field)> {
        let text = |text: &str| Some(Field::Text(text.to_owned()));
        let texts = |text: &Option<String>| text.clone().map(Field::Text);
        let number = |number: Option<u64>| number.map(Field::Number);
        let values = [
            text(&self.id),
            text(&self.at.to_string()),
            text(self.act.code()),
            text(&self.subject),
            texts(&self.claims_user),
            texts(&self.office),
            texts(&self.member),
            texts(&self.by),
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

    /// As JSON.
    pub fn json(&self) -> Map<String, Value> {
        self.fields()
            .into_iter()
            .map(|(name, field)| {
                let value = match field {
                    Field::Text(text) => Value::from(text),
                    Field::Number(number) => Value::from(number),
                };
                (name.to_owned(), value)
            })
            .collect()
    }

    /// What sorts the records of a subject by time; the id makes it the record's own.
    fn sort_key(&self) -> String {
        format!("{}#{}", self.at, self.id)
    }
}

/// Whether a record is new to the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept from now on.
    Now,
    /// It was there.
    Before,
}

/// Where records are kept. There is no way to change or to remove one.
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
    /// A table whose key is the subject and the instant, and which keeps a record for as long as the limits say.
    pub const fn table(client: Client, name: String, limits: &Limits) -> Self {
        Self(Form::Table {
            client,
            name,
            life: limits.audit_life.seconds(),
        })
    }

    /// A file of JSON, one record a line. Several processes may hold it open.
    pub fn file(path: PathBuf) -> Self {
        Self(Form::File(Arc::new(Lines {
            path,
            known: Mutex::default(),
        })))
    }

    /// Keeps the record, unless it is kept: once this returns, it stays.
    pub async fn keep(&self, record: &Record) -> Result<Kept, Fault> {
        match &self.0 {
            Form::Table { client, name, life } => put(client, name, record, *life).await,
            Form::File(lines) => {
                let (lines, record) = (lines.clone(), record.clone());
                // A lock that another process holds is waited for, and not on the thread that serves.
                let kept = tokio::task::spawn_blocking(move || lines.keep(&record)).await;
                kept.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
                    .map_err(Fault::AuditFile)
            }
        }
    }
}

async fn put(client: &Client, table: &str, record: &Record, life: Seconds) -> Result<Kept, Fault> {
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
            Field::Text(text) => AttributeValue::S(text),
            Field::Number(number) => AttributeValue::N(number.to_string()),
        };
        request = request.item(name, value);
    }
    match request.send().await {
        Ok(_) => Ok(Kept::Now),
        Err(error) => match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Kept::Before),
            _ => Err(fault("PutItem")(error)),
        },
    }
}

/// A file that only grows.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    known: Mutex<Known>,
}

/// What this process has read of the file.
#[derive(Debug, Default)]
struct Known {
    /// Which file: another one may lie there now.
    inode: u64,
    /// The end of the last whole line that was read.
    end: u64,
    ids: HashSet<String>,
}

impl Lines {
    fn keep(&self, record: &Record) -> io::Result<Kept> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Opened anew each time, so that a file that was put away is not written to for ever. The lock goes with it.
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)?;
        file.lock()?;
        known.catch_up(&mut file)?;
        if known.ids.contains(&record.id) {
            // Whoever wrote it may have been killed before it was safe.
            file.sync_data()?;
            return Ok(Kept::Before);
        }
        let mut line = serde_json::to_vec(&record.json())?;
        line.push(b'\n');
        file.write_all(&line)?;
        file.sync_data()?;
        Ok(Kept::Now)
    }
}

impl Known {
    /// Reads what others have added, and cuts off what is no whole line: whoever was killed at it has acknowledged
    /// nothing, so it comes again.
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
            // A line that is no record would let one come twice: better to stop, and be heard.
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
