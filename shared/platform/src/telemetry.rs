//! Logs: one JSON line per event, including the closing line of each request (`docs/logging.md`).

use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

use portal::steps::Function;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;

/// The log filter: the portal from `info` up, libraries from `warn` up, because they log request contents below.
pub fn filter() -> Targets {
    let ours = Function::ALL.iter().map(|function| function.crate_name());
    let ours = std::iter::once("platform".to_owned()).chain(ours);
    Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(ours.map(|name| (name, LevelFilter::INFO)))
}

static COLD: AtomicBool = AtomicBool::new(true);

/// The subscriber of every function, with `writer`.
pub fn subscriber<W>(writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_writer(writer);
    tracing_subscriber::registry().with(lines).with(filter())
}

/// Starts logging to standard output. Called once, first thing in `main`.
pub fn start() {
    std::panic::set_hook(Box::new(log_panic));
    // A second start would install two subscribers; the first one stays.
    if tracing::subscriber::set_global_default(subscriber(std::io::stdout)).is_err() {
        tracing::warn!("logging had been started before");
    }
}

/// Logs the location of a panic. Its message is omitted, because it may contain anything; this replaces the standard
/// library's report, which contains it.
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
