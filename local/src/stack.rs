//! The whole local stack.

mod events;
mod listeners;
mod schedule;

use crate::{
    clock::Clock,
    emulator::{Emulator, TimeLimits},
    engine::{self, Engine, EngineError, EngineOptions},
    faults::{Faults, Plan},
    front::{self, Builds, FrontOptions},
    mapping::{EventSourceMapping, MappingError, MappingOptions},
    server::Server,
    ses::{self, Postbox, PostboxOptions},
    tls,
};
use axum::http::Uri;
use portal::steps;
use serde_json::{Value, json};
use std::{io, net::SocketAddr, path::PathBuf, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

/// The interval of sweeps of expired items. DynamoDB deletes them late as well.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);

/// The options of a stack.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// The origin that a browser sees.
    pub listen: SocketAddr,
    /// DynamoDB.
    pub dynamodb_listen: SocketAddr,
    /// SES.
    pub ses_listen: SocketAddr,
    /// The address of `cargo lambda watch`, which runs the functions.
    pub functions: Uri,
    /// The faults on the way to the neighbours, and the claims system's address behind them.
    pub faults: Option<(Plan, SocketAddr)>,
    /// The options of the dev server.
    pub front: FrontOptions,
    /// The folder of the certificate, if the origin is to be HTTPS.
    pub tls: Option<PathBuf>,
    /// Whether the front's folder is watched, so that its pages reload themselves.
    pub reload: bool,
    /// The folder that keeps everything over a restart; without it, in memory.
    pub data: Option<PathBuf>,
    /// Retries of a record before it becomes a dead letter.
    pub retries: u32,
    /// Lanes of the mapping to `deliver-mail`.
    pub lanes: usize,
    /// The maximum duration of an invocation.
    pub invoke_timeout: Duration,
    /// The delay of SES's events after it accepted a mail.
    pub event_delay: Duration,
}

/// A running stack.
#[derive(Debug)]
pub struct Stack {
    front: Vec<Server>,
    watching: Option<JoinHandle<()>>,
    ses: Server,
    between: Option<Between>,
    engine: Engine,
    emulator: Emulator,
    postbox: Postbox,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Why a stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The port is in use.
    #[error("port {} is already in use; choose another with {flag} {}:PORT", .addr.port(), .addr.ip())]
    InUse {
        /// The address in use.
        addr: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
    },
    /// Listening failed for another reason.
    #[error("cannot listen on {addr} (set by {flag}): {source}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
        /// The reason.
        source: io::Error,
    },
    /// The data folder is unusable.
    #[error("the data folder {0} cannot be used: {1}", .folder.display(), .source)]
    Data {
        /// The folder.
        folder: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The database did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An event source mapping did not start.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A server did not start.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Stack {
    /// Starts everything. Once this returns, every part listens.
    pub async fn start(options: StackOptions) -> Result<Self, StackError> {
        // All ports first: a stack without one of them must not start in part.
        let front = listeners::listen_on_origin(options.listen).await?;
        let dynamodb = listeners::listen(options.dynamodb_listen, "--dynamodb-listen").await?;
        let ses = listeners::listen(options.ses_listen, "--ses-listen").await?;
        let (dynamodb, ses, between) = listeners::behind_faults(&options, dynamodb, ses).await?;
        if let Some(folder) = &options.data {
            std::fs::create_dir_all(folder).map_err(|source| StackError::Data {
                folder: folder.clone(),
                source,
            })?;
        }
        let file = |name: &str| options.data.as_ref().map(|folder| folder.join(name));

        let clock = options
            .front
            .advance
            .clone()
            .map_or_else(Clock::system, Clock::ahead);
        let engine = Engine::start(
            dynamodb,
            options
                .data
                .clone()
                .map_or_else(|| EngineOptions::Memory(clock.clone()), EngineOptions::Disk),
        )?;
        let (events, heard) = mpsc::unbounded_channel();
        let postbox = Postbox::open(PostboxOptions {
            clock: clock.clone(),
            journal: file("mails.jsonl"),
            events: Some(events),
        })?;
        let ses = ses::serve(ses, postbox.clone())?;

        let emulator = Emulator::at(&options.functions, TimeLimits::default());
        let function = |function: steps::Function| emulator.function(function.name(), options.invoke_timeout);
        let audit = EventSourceMapping::new(
            engine.stream(engine::PORTAL),
            function(steps::Function::KeepAudit),
            MappingOptions {
                retries: options.retries,
                position: file("audit-position.json"),
                dead_letters: file("audit-dead-letters.jsonl"),
                ..MappingOptions::keep_audit(clock.clone())
            },
        )?;
        let mails = EventSourceMapping::new(
            engine.stream(engine::PORTAL),
            function(steps::Function::DeliverMail),
            MappingOptions {
                lanes: options.lanes,
                retries: options.retries,
                position: file("stream-position.json"),
                dead_letters: file("dead-letters.jsonl"),
                ..MappingOptions::deliver_mail(clock.clone())
            },
        )?;
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(mails.run(wait_for(stopped.clone()))),
            tokio::spawn(audit.run(wait_for(stopped.clone()))),
            tokio::spawn(events::tell(
                heard,
                function(steps::Function::MailEvents),
                options.event_delay,
                stopped.clone(),
            )),
            tokio::spawn(schedule::hourly(
                function(steps::Function::TakeOverNotices),
                clock,
                stopped.clone(),
            )),
            tokio::spawn(sweep(engine.sweeper(), stopped)),
        ];

        let faults = between.as_ref().map(|(faults, _)| faults.clone());
        let mut of_front = options.front;
        let watched = of_front.web.clone().filter(|_| options.reload);
        let (builds, watching) = watched.map(Builds::watch).unzip();
        of_front.builds = of_front.builds.or(builds);
        let tls = options.tls.as_deref().map(tls::server_config).transpose()?;
        of_front.tls = tls.is_some();
        let router = front::router(of_front, emulator.clone(), postbox.clone(), faults);
        let front = front
            .into_iter()
            .map(|listener| Server::start_with(listener, router.clone(), tls.clone()))
            .collect::<io::Result<_>>()?;
        Ok(Self {
            front,
            watching,
            ses,
            between,
            engine,
            emulator,
            postbox,
            stop,
            tasks,
        })
    }

    /// The addresses, for the process that started the stack.
    pub fn ready(&self) -> Value {
        let neighbour = |at: usize, itself: String| match &self.between {
            None => itself,
            Some((_, servers)) => servers.get(at).map_or(itself, Server::url),
        };
        json!({
            "ready": true,
            "front": self.front.first().map(Server::url),
            "dynamodb": neighbour(0, self.engine.endpoint()),
            "ses": neighbour(1, self.ses.url()),
        })
    }

    /// Invokes the functions.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// The mails.
    pub fn postbox(&self) -> &Postbox {
        &self.postbox
    }

    /// Stops everything: no new requests first, then the parts behind them, the database last.
    pub async fn shutdown(self) {
        let Self {
            front,
            watching,
            ses,
            between,
            engine,
            emulator: _,
            postbox: _,
            stop,
            tasks,
        } = self;
        // Open pages keep a connection for build events, and a server waits for its connections to end.
        if let Some(watching) = watching {
            watching.abort();
        }
        for server in front {
            server.shutdown().await;
        }
        let _ = stop.send(true);
        drop(between);
        ses.shutdown().await;
        for task in tasks {
            let abort = task.abort_handle();
            if tokio::time::timeout(Duration::from_secs(3), task).await.is_err() {
                abort.abort();
            }
        }
        engine.shutdown().await;
    }
}

/// The faults, and the servers before the neighbours.
type Between = (Faults, Vec<Server>);

async fn wait_for(mut stopped: watch::Receiver<bool>) {
    // A dropped sender has stopped as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn sweep(
    sweeper: impl Fn() -> Result<usize, EngineError> + Clone + Send + 'static,
    stopped: watch::Receiver<bool>,
) {
    let mut stopped = std::pin::pin!(wait_for(stopped));
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(SWEEP_INTERVAL) => {}
        }
        match tokio::task::spawn_blocking(sweeper.clone()).await {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(items)) => tracing::debug!(items, "deleted expired items"),
            Ok(Err(error)) => tracing::warn!(%error, "the sweep failed"),
        }
    }
}
