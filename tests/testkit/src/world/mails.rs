//! The mails of a world: its stream, SES and the events of SES.

use platform::clock::Clock;
use platform::random::Random;
use portal::steps;
use portal_local::ses::{Mail, MailOutcome};
use serde_json::{Map, Value};

use super::World;

/// How often an event is handed to a function that fails on it: Lambda's two retries after the first attempt.
const EVENT_ATTEMPTS: u32 = 3;

impl World {
    /// Processes the stream, SES and its events until nothing is left.
    pub fn deliver(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.deliver_all())
    }

    async fn deliver_all(&self) {
        let mut round = self.mail.lock().await;
        loop {
            let tally = round.mapping.drain().await.unwrap();
            let mut heard = 0;
            while let Ok(event) = round.events.try_recv() {
                self.hear(event).await;
                heard += 1;
            }
            if tally.done == 0 && heard == 0 {
                break;
            }
        }
        self.audit.lock().await.drain().await;
    }

    /// The schedule: the notices of take-overs that are due.
    pub async fn promises_due_notices(&self) {
        Box::pin(self.runs_the_schedule()).await.unwrap();
    }

    /// The same, which may fail.
    ///
    /// # Errors
    ///
    /// If a notice is not promised: the schedule runs again.
    pub async fn runs_the_schedule(&self) -> Result<(), String> {
        let deps = take_over_notices::Deps {
            table: self.table.clone(),
            clock: Clock::Set(self.time.clone()),
            random: Random::System,
            limits: self.settings.limits.clone(),
        };
        let function = steps::Function::TakeOverNotices;
        let promised = self.recorded.running(function, take_over_notices::handle(&deps));
        Box::pin(promised).await.map_err(|failed| failed.to_string())
    }

    /// The audit records so far, in the order of the stream.
    pub async fn audit(&self) -> Vec<Map<String, Value>> {
        self.deliver().await;
        self.audit.lock().await.records().await
    }

    /// The exceptions from "no change without its record" that have not occurred so far, by their reasons.
    pub async fn unmet_exceptions_of_the_audit(&self) -> Vec<&'static str> {
        self.deliver().await;
        self.audit.lock().await.unmet()
    }

    /// Stores the new acts, and checks that every change has its record; if another task is doing that, returns.
    pub(crate) async fn looks_at_the_audit(&self) {
        if let Ok(mut audit) = self.audit.try_lock() {
            audit.drain().await;
        }
    }

    /// Processes the stream in one pass; failed records stay for the next one.
    pub async fn deliver_once(&self) {
        let mut round = self.mail.lock().await;
        round.mapping.poll_once().await.unwrap();
        while let Ok(event) = round.events.try_recv() {
            self.hear(event).await;
        }
    }

    /// Passes an event to `mail-events` until it succeeds, or the attempts are used up.
    async fn hear(&self, event: Value) {
        for attempt in 1..=EVENT_ATTEMPTS {
            let handling = mail_events::handle(&self.table, event.clone());
            let handling = Box::pin(self.recorded.running(steps::Function::MailEvents, handling));
            match self.deaths.next(handling, &self.faults).await {
                Some(Ok(())) => return,
                // An event whose processes die this often is dropped, as by Lambda: a test that causes it says so.
                None => {}
                Some(Err(error)) => assert!(
                    self.settings.breakable && attempt < EVENT_ATTEMPTS,
                    "an event was given up: {error}"
                ),
            }
        }
    }

    /// The mails to an address, newest first, after everything was delivered.
    pub async fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.deliver().await;
        self.postbox.mails_to(address)
    }

    /// All mails.
    pub async fn mails(&self) -> Vec<Mail> {
        self.deliver().await;
        self.postbox.mails()
    }

    /// Sets the delivery outcome of mails to an address.
    pub fn set_outcome(&self, address: &str, outcome: MailOutcome) {
        self.postbox.set_outcome(address, outcome);
    }
}
