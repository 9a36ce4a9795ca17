//! 障害 — something of ours or of AWS is broken. Never a person's fault, and never their secret's place.

/// What broke. The messages name things and causes, never values.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The operating system gives no random numbers.
    #[error("no randomness")]
    NoRandomness,
    /// The table could not be asked, or did not answer in time.
    #[error("the table failed at {operation}: {cause}")]
    Table {
        /// What was asked.
        operation: &'static str,
        /// What AWS says, without the request's contents.
        cause: String,
    },
    /// A request to the table could not be put together: a bug of ours.
    #[error("a request to the table cannot be built: {operation}")]
    Request {
        /// What was to be asked.
        operation: &'static str,
        /// Which part is missing.
        #[source]
        source: aws_sdk_dynamodb::error::BuildError,
    },
    /// An item cannot be read by today's code.
    #[error("a {kind} item is corrupt at {attribute}")]
    CorruptItem {
        /// What kind of item.
        kind: &'static str,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An item is gone that another one names.
    #[error("an {0} item is missing")]
    MissingItem(&'static str),
    /// The file of the audit could not be read or written.
    #[error("the audit's file failed")]
    AuditFile(#[source] std::io::Error),
    /// So many others wrote the same item that we gave up.
    #[error("too much contention on a {0} item")]
    Contention(&'static str),
    /// The key ring does not hold a key that something still rests on.
    #[error("the key ring does not hold {0}")]
    UnknownKey(String),
    /// The password hash failed.
    #[error("the password hash failed: {0}")]
    Hash(&'static str),
}

impl From<portal::keys::UnknownKey> for Fault {
    fn from(unknown: portal::keys::UnknownKey) -> Self {
        Self::UnknownKey(unknown.0.as_str().to_owned())
    }
}
