//! The accepted mails, and the outcomes of the next ones.

use super::{
    address::fold,
    event::{Fate, event},
    send::Letter,
};
use crate::{clock::Clock, json_lines::JsonLines};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

/// An accepted mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// The id that `SendEmail` answered.
    pub id: String,
    /// When it was accepted.
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    pub sent_at: Timestamp,
    /// The sender with its display name: `介護情報基盤ポータル <no-reply@…>`.
    pub from: String,
    /// The recipient's address; several are separated by a comma and a space.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text; without one, the HTML.
    pub text: String,
    /// The message tags.
    pub tags: BTreeMap<String, String>,
}

/// The outcome of mails to an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailOutcome {
    /// Accepted and delivered.
    #[default]
    Delivered,
    /// Accepted; bounces, and puts the address on the suppression list.
    Bounce,
    /// Accepted and delivered; the recipient reports it as spam.
    Complaint,
    /// Refused: `MessageRejected`.
    Reject,
    /// Refused: `TooManyRequestsException`, until another outcome is set.
    Throttle,
}

/// Why a letter was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetterRefusal {
    Rejected,
    Throttled,
}

/// The options of a postbox.
#[derive(Clone, Debug)]
pub struct PostboxOptions {
    /// The clock of the mails.
    pub clock: Clock,
    /// A file that keeps the mails over a restart.
    pub journal: Option<PathBuf>,
    /// Receives `EventBridge`'s events of mails with a configuration set, in order.
    pub events: Option<UnboundedSender<Value>>,
}

impl PostboxOptions {
    /// In memory, without events.
    pub fn in_memory(clock: Clock) -> Self {
        Self {
            clock,
            journal: None,
            events: None,
        }
    }
}

/// Mails, outcomes and the suppression list, shared by the SES API and the mailbox.
#[derive(Clone)]
pub struct Postbox {
    clock: Clock,
    events: Option<UnboundedSender<Value>>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Oldest first.
    mails: Vec<Mail>,
    /// The positions of the mails to each folded address. A load test searches thousands.
    by_recipient: HashMap<String, Vec<usize>>,
    outcomes: HashMap<String, MailOutcome>,
    /// By the folded address: the address as a mail was sent to it, which alone finds the entry, and since when.
    suppressed: HashMap<String, (String, Timestamp)>,
    journal: Option<JsonLines>,
}

impl Postbox {
    /// Opens a postbox; with a journal, it has the mails of earlier runs.
    pub fn open(options: PostboxOptions) -> io::Result<Self> {
        let mut state = State::default();
        if let Some(path) = options.journal {
            let (journal, mails) = JsonLines::open(&path)?;
            state.journal = Some(journal);
            for mail in mails {
                state.file(mail);
            }
        }
        Ok(Self {
            clock: options.clock,
            events: options.events,
            state: Arc::new(Mutex::new(state)),
        })
    }

    /// The mails to `address`, newest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let state = self.state();
        let places = state
            .by_recipient
            .get(&fold(address))
            .map(Vec::as_slice)
            .unwrap_or_default();
        places
            .iter()
            .rev()
            .filter_map(|place| state.mails.get(*place))
            .cloned()
            .collect()
    }

    /// All mails, newest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.state().mails.iter().rev().cloned().collect()
    }

    /// Removes the mails. Outcomes and the suppression list stay.
    pub fn clear(&self) {
        let mut state = self.state();
        state.mails.clear();
        state.by_recipient.clear();
        if let Some(journal) = &mut state.journal
            && let Err(error) = journal.clear()
        {
            tracing::error!(file = %journal.path().display(), %error, "the mails were not removed from the disk");
        }
    }

    /// Sets the outcome of the next mails to `address`.
    ///
    /// An address whose mails are delivered again is removed from the suppression list: otherwise it could not get
    /// any.
    pub fn set_outcome(&self, address: &str, outcome: MailOutcome) {
        let address = fold(address);
        let mut state = self.state();
        if matches!(outcome, MailOutcome::Delivered | MailOutcome::Complaint) {
            state.suppressed.remove(&address);
        }
        if outcome == MailOutcome::Delivered {
            state.outcomes.remove(&address);
        } else {
            state.outcomes.insert(address, outcome);
        }
    }

    /// The outcome of mails to `address`.
    pub fn outcome(&self, address: &str) -> MailOutcome {
        self.state().outcome(&fold(address))
    }

    /// The addresses with another outcome than delivery.
    pub fn outcomes(&self) -> BTreeMap<String, MailOutcome> {
        self.state()
            .outcomes
            .iter()
            .map(|(address, outcome)| (address.clone(), *outcome))
            .collect()
    }

    /// Whether mails to `address` are suppressed, in whatever case.
    pub fn is_suppressed(&self, address: &str) -> bool {
        self.state().suppressed.contains_key(&fold(address))
    }

    /// Since when exactly this address is on the suppression list, if it is: as in SES, the case matters.
    pub fn suppressed_since(&self, address: &str) -> Option<Timestamp> {
        let state = self.state();
        let entry = state.suppressed.get(&fold(address));
        entry
            .filter(|(entry, _)| entry == address)
            .map(|(_, since)| *since)
    }

    /// Takes exactly this address from the suppression list; `false` if it is not on it.
    pub fn release(&self, address: &str) -> bool {
        let is_there = self.suppressed_since(address).is_some();
        is_there && self.state().suppressed.remove(&fold(address)).is_some()
    }

    /// Accepts a letter and returns its id, or refuses it as a whole.
    pub(super) fn take(&self, letter: &Letter) -> Result<String, LetterRefusal> {
        let now = self.clock.now();
        let mut state = self.state();
        for recipient in &letter.recipients {
            match state.outcome(&fold(&recipient.address)) {
                MailOutcome::Reject => return Err(LetterRefusal::Rejected),
                MailOutcome::Throttle => return Err(LetterRefusal::Throttled),
                MailOutcome::Delivered | MailOutcome::Bounce | MailOutcome::Complaint => {}
            }
        }

        let to: Vec<&str> = letter.recipients.iter().map(|to| to.address.as_str()).collect();
        let mail = Mail {
            id: message_id(now),
            sent_at: now,
            from: letter.from.to_string(),
            to: to.join(", "),
            subject: letter.subject.clone(),
            text: letter.text.clone(),
            tags: letter.tags.clone(),
        };
        for recipient in to {
            for fate in state.fates(recipient, now) {
                self.publish(&mail, letter, recipient, fate);
            }
        }
        state.keep(mail.clone());
        Ok(mail.id)
    }

    fn publish(&self, mail: &Mail, letter: &Letter, recipient: &str, fate: Fate) {
        if let (Some(events), Some(set)) = (&self.events, &letter.configuration_set) {
            // The receiver may have ended; the mail is accepted nevertheless.
            let _ = events.send(event(mail, letter, set, recipient, fate));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Postbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Postbox")
            .field("mails", &self.state().mails.len())
            .finish_non_exhaustive()
    }
}

impl State {
    fn outcome(&self, folded: &str) -> MailOutcome {
        self.outcomes.get(folded).copied().unwrap_or_default()
    }

    /// The results of a mail to `recipient`, in the order in which SES learns of them.
    fn fates(&mut self, recipient: &str, now: Timestamp) -> Vec<Fate> {
        let folded = fold(recipient);
        if self.suppressed.contains_key(&folded) {
            return vec![Fate::Suppressed];
        }
        match self.outcome(&folded) {
            MailOutcome::Bounce => {
                self.suppressed.insert(folded, (recipient.to_owned(), now));
                vec![Fate::Bounced]
            }
            MailOutcome::Complaint => vec![Fate::Delivered, Fate::Complained],
            MailOutcome::Delivered | MailOutcome::Reject | MailOutcome::Throttle => vec![Fate::Delivered],
        }
    }

    fn keep(&mut self, mail: Mail) {
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.append(&mail)
        {
            tracing::error!(file = %journal.path().display(), %error, "a mail is only in memory");
        }
        self.file(mail);
    }

    fn file(&mut self, mail: Mail) {
        for recipient in mail.to.split(", ") {
            self.by_recipient
                .entry(fold(recipient))
                .or_default()
                .push(self.mails.len());
        }
        self.mails.push(mail);
    }
}

fn write_time<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(serde::de::Error::custom)
}
/// A message id in SES's form: the time in hexadecimal, a UUID and a counter that stays zero.
fn message_id(now: Timestamp) -> String {
    format!("{:016x}-{}-000000", now.as_millisecond(), Uuid::new_v4())
}
