//! Logs: one JSON line an event, the closing line of each request among them (`docs/logging.md`).

use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

use portal::steps::Function;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

/// What is logged: ours from `info` up, everybody else's warnings. Libraries log request contents at lower levels.
pub fn filter() -> String {
    let ours = Function::ALL.iter().map(|function| function.crate_name());
    let ours = std::iter::once("platform".to_owned()).chain(ours);
    ours.fold("warn".to_owned(), |filter, name| format!("{filter},{name}=info"))
}

static COLD: AtomicBool = AtomicBool::new(true);

/// What logs, as every function does, to `writer`.
pub fn subscriber<W>(writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_env_filter(EnvFilter::new(filter()))
        .with_writer(writer)
        .finish()
}

/// Starts logging to standard output. Called once, first thing in `main`.
pub fn start() {
    std::panic::set_hook(Box::new(log_panic));
    // A second start would mean two subscribers; the first one stays.
    if tracing::subscriber::set_global_default(subscriber(std::io::stdout)).is_err() {
        tracing::debug!("logging had been started before");
    }
}

/// Logs where a panic came from. What it says is left out: it may hold anything, and so may the standard library's own
/// report, which this replaces.
pub fn log_panic(panic: &PanicHookInfo<'_>) {
    let (file, line) = panic
        .location()
        .map_or(("unknown", 0), |place| (place.file(), place.line()));
    tracing::error!(file, line, "a panic");
}

/// Whether this is the first request of this environment.
pub fn is_cold() -> bool {
    COLD.swap(false, Ordering::Relaxed)
}
