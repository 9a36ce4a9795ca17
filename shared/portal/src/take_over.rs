//! 引き継ぎ — the take-over of an office whose people all left (`docs/api.md` 3).
//!
//! One record for an office. The person who proves the office asks for the take-over; every member can stop it until the
//! newcomer's first completed log-in. Stop, withdrawal, confirmation and completion replace the same version of the
//! record, so of two at once exactly one is done.

mod agenda;
mod completion;
mod confirmation;
mod mails;
mod stop_code;

use jiff::Timestamp;

pub use self::agenda::{Agenda, DueNotice};
pub use self::completion::{Completing, CompletionWrites, FormerMember};
pub use self::confirmation::{ConfirmationWrites, Confirming};
pub use self::mails::{Bulletin, News};
pub use self::stop_code::StopCode;
use crate::audit::{Act, Event};
use crate::calendar::after_business_days;
use crate::change::{Entity, Put};
use crate::guards::RetryAfter;
use crate::limits::Limits;
use crate::office::Founding;
use crate::problem::{Kind, Refusal};
use crate::time::{DAY, minus, plus, seconds_until};
use crate::values::{AccountKey, ClaimsUserId, EmailAddress, FlowId, MemberId, OfficeName, RequestKey};

/// How many of the last characters of the KJ ID the members are told.
const CLAIMS_USER_END: usize = 4;

/// 状態 — the state of a take-over that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Asked for; the members have time to stop it.
    Waiting,
    /// The person who proves the office may complete it.
    Open,
    /// Confirmed; the newcomer has not completed a log-in yet.
    Completing,
    /// A member stopped it, less than 30 days ago.
    Stopped,
}

impl State {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Waiting, Self::Open, Self::Completing, Self::Stopped];

    /// The word on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Completing => "completing",
            Self::Stopped => "stopped",
        }
    }
}

/// A request for a take-over, which identifies a repeated one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The registration that asked.
    pub flow: FlowId,
    /// Its Idempotency-Key.
    pub request: RequestKey,
    /// When it asked.
    pub at: Timestamp,
}

/// Why a take-over is over before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The person who proved the office withdrew it.
    Withdrawn,
    /// A member stopped it.
    Stopped,
    /// The newcomer's first log-in completed it.
    Completed,
}

impl Ending {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Withdrawn, Self::Stopped, Self::Completed];

    /// The word in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Completed => "completed",
        }
    }

    /// The ending of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ending| ending.code() == code)
    }
}

/// The person who takes the office over: registered, without a seat until the first completed log-in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Newcomer {
    /// The member, and the registration that confirmed it.
    pub founding: Founding,
    /// The account of the address.
    pub account: AccountKey,
}

/// How a take-over is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoppedBy<'a> {
    /// By the code of the mail, without a log-in.
    Code,
    /// By a member who is logged in.
    Member(&'a MemberId, &'a FlowId),
}

/// Who asks for a take-over: the registration that proved the office.
#[derive(Debug, Clone)]
pub struct Applicant<'a> {
    /// The proven office.
    pub office: &'a OfficeName,
    /// The registration.
    pub flow: &'a FlowId,
    /// Its Idempotency-Key.
    pub request: &'a RequestKey,
    /// The user id of the claims system.
    pub claims_user: &'a ClaimsUserId,
    /// The address that the claims system has, to which the code was mailed.
    pub contact: &'a EmailAddress,
}

/// Why a take-over is not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotAsked {
    /// One is under way.
    UnderWay,
    /// As many as are allowed were asked for within 365 days.
    TooMany(RetryAfter),
}

impl From<NotAsked> for Refusal {
    fn from(why: NotAsked) -> Self {
        match why {
            NotAsked::UnderWay => Kind::WrongStep.into(),
            NotAsked::TooMany(wait) => wait.into(),
        }
    }
}

/// 引き継ぎ — the last take-over of an office, and how often one was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TakeOver {
    /// The office.
    pub office: OfficeName,
    /// The requests before the last one, within 365 days; the oldest first.
    pub earlier: Vec<Asked>,
    /// The last request.
    pub asked: Asked,
    /// The instant from which it may be completed.
    pub from: Timestamp,
    /// The first instant at which it is over.
    pub until: Timestamp,
    /// The last characters of the KJ ID that proved the office.
    pub claims_user_end: String,
    /// The address that the claims system has.
    pub contact: EmailAddress,
    /// What the stop code is derived from.
    pub stop_code: StopCode,
    /// Who completes it, once confirmed.
    pub newcomer: Option<Newcomer>,
    /// How and when it ended before its time.
    pub ended: Option<(Ending, Timestamp)>,
    /// When the members were told a second time.
    pub reminded_at: Option<Timestamp>,
    /// When the claims address was told that it is open.
    pub opened_at: Option<Timestamp>,
}

impl Entity for TakeOver {
    type Audit = Event;
}

/// The requests that count at this instant.
fn counted<'a>(
    before: &'a TakeOver,
    now: Timestamp,
    limits: &'a Limits,
) -> impl Iterator<Item = &'a Asked> + Clone {
    let since = minus(now, limits.take_over_window.seconds());
    let requests = before.earlier.iter().chain([&before.asked]);
    requests.filter(move |asked| since < asked.at)
}

impl TakeOver {
    /// Whether a take-over may be asked for now.
    pub fn may_be_asked(before: Option<&Self>, now: Timestamp, limits: &Limits) -> Result<(), NotAsked> {
        let Some(before) = before else { return Ok(()) };
        if before.is_under_way(now) {
            return Err(NotAsked::UnderWay);
        }
        let asked = counted(before, now, limits);
        let count = u64::try_from(asked.clone().count()).unwrap_or(u64::MAX);
        if count < limits.take_overs_per_window {
            return Ok(());
        }
        let first = asked.map(|asked| asked.at).min().unwrap_or(now);
        let free_at = plus(first, limits.take_over_window.seconds());
        let seconds = seconds_until(now, free_at).max(1);
        Err(NotAsked::TooMany(RetryAfter { seconds }.rounded_up(limits)))
    }

    /// A take-over that is asked for now.
    pub fn ask(
        before: Option<&Self>,
        applicant: &Applicant<'_>,
        stop_code: StopCode,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Put<Self>, NotAsked> {
        Self::may_be_asked(before, now, limits)?;
        let from = after_business_days(now, limits.take_over_business_days);
        let earlier = before.map(|before| counted(before, now, limits).cloned().collect());
        let end = applicant.claims_user.as_str();
        let asked = Self {
            office: applicant.office.clone(),
            earlier: earlier.unwrap_or_default(),
            asked: Asked {
                flow: applicant.flow.clone(),
                request: applicant.request.clone(),
                at: now,
            },
            from,
            until: plus(from, limits.take_over_open.seconds()),
            claims_user_end: end
                .chars()
                .skip(end.len().saturating_sub(CLAIMS_USER_END))
                .collect(),
            contact: applicant.contact.clone(),
            stop_code,
            newcomer: None,
            ended: None,
            reminded_at: None,
            opened_at: None,
        };
        let event = Event::of(Act::TakeOverAsked, now, applicant.flow);
        Ok(Put::new(asked, event))
    }

    /// When this registration asked with this Idempotency-Key within a day, and the state of that instant: the first
    /// answer to a repeated request.
    pub fn as_first_asked(
        &self,
        flow: &FlowId,
        request: &RequestKey,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Self> {
        let mut requests = self.earlier.iter().chain([&self.asked]);
        let same =
            |asked: &&Asked| asked.flow == *flow && asked.request == *request && now < plus(asked.at, DAY);
        let asked = requests.find(same)?;
        let from = after_business_days(asked.at, limits.take_over_business_days);
        Some(Self {
            asked: asked.clone(),
            from,
            until: plus(from, limits.take_over_open.seconds()),
            newcomer: None,
            ended: None,
            ..self.clone()
        })
    }

    /// Whether it may still be stopped or completed.
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.until
    }

    /// The state that is shown; `None` if it is as if it had never been asked for.
    pub fn state(&self, now: Timestamp, limits: &Limits) -> Option<State> {
        if let Some((ending, at)) = self.ended {
            let is_shown =
                ending == Ending::Stopped && now < plus(at, limits.take_over_stopped_shown.seconds());
            return is_shown.then_some(State::Stopped);
        }
        if !self.is_under_way(now) {
            return None;
        }
        Some(match &self.newcomer {
            Some(_) => State::Completing,
            None if self.from <= now => State::Open,
            None => State::Waiting,
        })
    }

    /// The state that members are shown: one that was stopped concerns no member any more.
    pub fn state_for_members(&self, now: Timestamp, limits: &Limits) -> Option<State> {
        self.state(now, limits).filter(|state| *state != State::Stopped)
    }

    /// Whether it is shown that a member stopped it.
    pub fn is_shown_as_stopped(&self, now: Timestamp, limits: &Limits) -> bool {
        self.state(now, limits) == Some(State::Stopped)
    }

    /// Whether a proof of the office may complete it now.
    pub fn may_be_completed(&self, now: Timestamp) -> bool {
        self.is_under_way(now) && self.from <= now
    }

    /// The take-over after it was withdrawn by a proof of the office; `None` if none is under way.
    pub fn withdraw(&self, by: &FlowId, now: Timestamp) -> Option<Put<Self>> {
        let event = Event::of(Act::TakeOverWithdrawn, now, by);
        self.end(Ending::Withdrawn, event, now)
    }

    /// The take-over after it was stopped; `None` if none is under way.
    pub fn stop(&self, by: StoppedBy<'_>, now: Timestamp) -> Option<Put<Self>> {
        let event = match by {
            StoppedBy::Code => Event::new(Act::TakeOverStopped, now),
            StoppedBy::Member(member, flow) => Event::of(Act::TakeOverStopped, now, flow).about(member),
        };
        self.end(Ending::Stopped, event, now)
    }

    /// The take-over after 「登録する」 of this newcomer, who replaces an earlier one; `None` if it is not open.
    pub fn confirm(&self, newcomer: Newcomer, now: Timestamp) -> Option<Put<Self>> {
        if !self.may_be_completed(now) {
            return None;
        }
        let founding = &newcomer.founding;
        let event = Event::of(Act::TakeOverConfirmed, now, &founding.flow).about(&founding.member);
        let next = Self {
            newcomer: Some(newcomer),
            ..self.clone()
        };
        Some(Put::new(next, event))
    }

    /// The take-over after the newcomer's first log-in; `None` if it was stopped, is over, or another newcomer is
    /// expected.
    pub fn complete(&self, member: &MemberId, by: &FlowId, now: Timestamp) -> Option<Put<Self>> {
        self.newcomer
            .as_ref()
            .filter(|newcomer| newcomer.founding.member == *member)?;
        let event = Event::of(Act::TakeOverCompleted, now, by).about(member);
        self.end(Ending::Completed, event, now)
    }

    fn end(&self, ending: Ending, event: Event, now: Timestamp) -> Option<Put<Self>> {
        if !self.is_under_way(now) {
            return None;
        }
        let next = Self {
            newcomer: None,
            ended: Some((ending, now)),
            ..self.clone()
        };
        Some(Put::new(next, event))
    }

    /// When the item may be deleted: nothing in it counts any more.
    pub fn deletable_at(&self, limits: &Limits) -> Timestamp {
        let counts_until = plus(self.asked.at, limits.take_over_window.seconds());
        counts_until.max(self.until)
    }
}

#[cfg(test)]
mod tests;
