//! 障害 — a failure of the portal or of AWS, never of a person. It contains no secrets.

/// What broke. The messages name operations and causes, never values.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The operating system provides no random numbers.
    #[error("no randomness")]
    NoRandomness,
    /// The table could not be reached, or did not answer in time.
    #[error("the table failed at {operation}: {cause}")]
    Table {
        /// The operation.
        operation: &'static str,
        /// AWS's error, without the request's contents.
        cause: String,
    },
    /// A request to AWS could not be built: a bug of the portal.
    #[error("a request to AWS cannot be built: {operation}")]
    Request {
        /// The operation.
        operation: &'static str,
        /// The missing part.
        #[source]
        source: aws_sdk_dynamodb::error::BuildError,
    },
    /// An item cannot be read by the present code.
    #[error("a {kind} item is corrupt at {attribute}")]
    CorruptItem {
        /// The kind of item.
        kind: &'static str,
        /// The attribute.
        attribute: &'static str,
    },
    /// An item that another one refers to does not exist.
    #[error("an {0} item is missing")]
    MissingItem(&'static str),
    /// The file of the audit could not be read or written.
    #[error("the audit's file failed")]
    AuditFile(#[source] std::io::Error),
    /// The maximum number of conflicts on one item was reached.
    #[error("too much contention on a {0} item")]
    Contention(&'static str),
    /// The key ring does not hold a key that something still depends on.
    #[error("the key ring does not hold {0}")]
    UnknownKey(String),
    /// The table of steps routes a step to a function that has no code for it: a bug of the portal.
    #[error("the function does not serve {0}")]
    NotServed(&'static str),
    /// A stored password hash cannot be read, or a new one cannot be written; names the part.
    #[error("the password hash failed: {0}")]
    Hash(&'static str),
    /// Argon2 refused its parameters or failed.
    #[error("Argon2 failed")]
    Argon2(#[source] argon2::Error),
}

impl From<portal::keys::UnknownKey> for Fault {
    fn from(unknown: portal::keys::UnknownKey) -> Self {
        Self::UnknownKey(unknown.0.as_str().to_owned())
    }
}
