//! DynamoDB: dynoxide, in memory or on disk, with the portal's tables in it.

mod stream;
mod tables;

pub use stream::{Cursor, Stream};
pub use tables::{AUDIT, CLAIMS_SIMULATOR, PORTAL, TTL_ATTRIBUTE};

use crate::{clock::Clock, server::Server};
use dynoxide::Database;
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::net::TcpListener;

/// The database's file within a data directory.
const FILE_NAME: &str = "dynamodb.sqlite";

/// Where the engine stores its items, and its clock.
#[derive(Clone, Debug)]
pub enum EngineOptions {
    /// In memory, dropped with the engine. Stream records and TTL use this clock.
    Memory(Clock),
    /// In a file in this directory, with the machine's clock.
    Disk(PathBuf),
}

/// A running engine. It stops when it is shut down, and also when it is dropped.
pub struct Engine {
    database: Database,
    server: Server,
}

/// Why an engine did not start or a sweep failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database could not be opened, or a table could not be created.
    #[error("the database failed: {0}")]
    Database(#[from] dynoxide::DynoxideError),
    /// DynamoDB does not accept a table definition of this crate.
    #[error("a table definition is malformed: {0}")]
    Definition(#[from] serde_json::Error),
    /// The listener, or the directory, could not be used.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The path of the data directory is not UTF-8.
    #[error("the path {0:?} is not UTF-8")]
    Path(PathBuf),
}

impl Engine {
    /// Serves DynamoDB and its streams on `listener`, with the portal's tables.
    pub fn start(listener: TcpListener, options: EngineOptions) -> Result<Self, EngineError> {
        let database = match options {
            EngineOptions::Memory(clock) => Database::memory_with_clock(Arc::new(EngineClock(clock)))?,
            EngineOptions::Disk(directory) => open(&directory)?,
        };
        tables::create_missing(&database)?;

        let answering = database.clone();
        let server = Server::spawn(listener, |listener, stopped| {
            dynoxide::server::serve_with_shutdown(listener, answering, stopped)
        })?;
        Ok(Self { database, server })
    }

    /// An engine in memory, on a free port of the loopback interface.
    pub async fn in_memory(clock: Clock) -> Result<Self, EngineError> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        Self::start(listener, EngineOptions::Memory(clock))
    }

    /// Its address.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// Its endpoint, for an SDK.
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// The stream of a table, for a reader in this process.
    pub fn stream(&self, table: &str) -> Stream {
        Stream::new(self.database.clone(), table.to_owned())
    }

    /// Deletes expired items, as DynamoDB does at a time of its own, and returns their number.
    ///
    /// It blocks the calling thread.
    pub fn sweep_ttl(&self) -> Result<usize, EngineError> {
        Ok(self.database.sweep_ttl()?)
    }

    /// A handle for sweeping that does not keep the engine alive.
    pub(crate) fn sweeper(&self) -> impl Fn() -> Result<usize, EngineError> + Clone + Send + 'static {
        let database = self.database.clone();
        move || Ok(database.sweep_ttl()?)
    }

    /// Stops it. What is on disk can be opened again once this returns.
    pub async fn shutdown(self) {
        let Self { database, server } = self;
        drop(database);
        server.shutdown().await;
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("addr", &self.addr())
            .finish_non_exhaustive()
    }
}

fn open(directory: &Path) -> Result<Database, EngineError> {
    std::fs::create_dir_all(directory)?;
    let file = directory.join(FILE_NAME);
    let path = file.to_str().ok_or_else(|| EngineError::Path(file.clone()))?;
    Ok(Database::new(path)?)
}

/// Our clock in the engine's type.
struct EngineClock(Clock);

impl dynoxide::storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
