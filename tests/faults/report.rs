//! Runs many worlds in parallel, and prints a table of the results.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The number of parallel worlds. Each waits for its engine much of the time.
const SIDE_BY_SIDE: usize = 6;

/// Whether to run all combinations, one at a time.
pub(crate) fn long() -> bool {
    setting("PORTAL_FAULTS").is_some_and(|form| form == "long")
}

/// The seed.
pub(crate) fn seed() -> u64 {
    setting("PORTAL_FAULTS_SEED")
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_260_401)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the task that runs the long form says so here"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The counts of one run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Went {
    /// Positions at which a fault was injected.
    pub(crate) places: u64,
    /// Attempts that failed.
    pub(crate) injected: u64,
    /// 503 answers, and requests without an answer.
    pub(crate) setbacks: u64,
}

/// One run: journey, kind of fault, number; and its function.
pub(crate) struct Run {
    pub(crate) journey: &'static str,
    pub(crate) fault: String,
    pub(crate) which: String,
    pub(crate) goes: std::pin::Pin<Box<dyn Future<Output = Went> + Send>>,
}

#[derive(Default)]
struct Line {
    runs: u64,
    survived: u64,
    went: Went,
}

/// Runs all of them, prints the table, and fails with a list of all failed runs.
pub(crate) async fn all_end_well(title: &str, runs: Vec<Run>) {
    let many = runs.len();
    let began = std::time::Instant::now();
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let table = Arc::new(Mutex::new(BTreeMap::<(&str, String), Line>::new()));
    let failures = Arc::new(Mutex::new(Vec::new()));
    let finished = Arc::new(AtomicUsize::new(0));
    let mut running = JoinSet::new();
    for Run {
        journey,
        fault,
        which,
        goes,
    } in runs
    {
        let (places, table, failures) = (places.clone(), table.clone(), failures.clone());
        let finished = finished.clone();
        running.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            let result = tokio::spawn(goes).await;
            let done = finished.fetch_add(1, Ordering::SeqCst) + 1;
            if long() && done.is_multiple_of(100) {
                print_(&format!("{done} of {many}"));
            }
            let mut table = table.lock().unwrap();
            let line = table.entry((journey, fault.clone())).or_default();
            line.runs += 1;
            match result {
                Ok(went) => {
                    line.survived += 1;
                    line.went.places += went.places;
                    line.went.injected += went.injected;
                    line.went.setbacks += went.setbacks;
                }
                Err(error) => {
                    let why = match error.try_into_panic() {
                        Ok(panic) => panic
                            .downcast_ref::<String>()
                            .cloned()
                            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                            .unwrap_or_default(),
                        Err(error) => error.to_string(),
                    };
                    failures
                        .lock()
                        .unwrap()
                        .push(format!("{journey}, {fault}, {which}: {why}"));
                }
            }
        });
    }
    while running.join_next().await.is_some() {}
    let mut sum = Line::default();
    let mut text = format!(
        "\n{title}\n{:<12} {:<24} {:>6} {:>8} {:>9} {:>9} {:>9}\n",
        "journey", "fault", "runs", "survived", "places", "injected", "setbacks"
    );
    for ((journey, fault), line) in table.lock().unwrap().iter() {
        text.push_str(&row(journey, fault, line));
        sum.runs += line.runs;
        sum.survived += line.survived;
        sum.went.places += line.went.places;
        sum.went.injected += line.went.injected;
        sum.went.setbacks += line.went.setbacks;
    }
    text.push_str(&row("all", "", &sum));
    let _ = writeln!(text, "{many} runs in {:.1} s", began.elapsed().as_secs_f64());
    print_(&text);
    let failures = failures.lock().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {many}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn row(journey: &str, fault: &str, line: &Line) -> String {
    format!(
        "{journey:<12} {fault:<24} {:>6} {:>8} {:>9} {:>9} {:>9}\n",
        line.runs, line.survived, line.went.places, line.went.injected, line.went.setbacks
    )
}

#[expect(clippy::print_stdout, reason = "the table is the output")]
fn print_(text: &str) {
    println!("{text}");
}
