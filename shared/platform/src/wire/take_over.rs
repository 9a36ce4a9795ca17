//! 引き継ぎ (`docs/api.md` 3).

use jiff::Timestamp;
use portal::limits::Limits;
use portal::take_over::{self, State};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Time, Word};

/// The take-over of an office.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TakeOver {
    /// Its state.
    pub state: Word<State>,
    /// When it was asked for.
    pub asked_at: Time,
    /// From when it may be completed.
    pub from: Time,
    /// The first instant at which it is over.
    pub until: Time,
}

impl TakeOver {
    fn of(take_over: &take_over::TakeOver, state: State) -> Self {
        Self {
            state: Word(state),
            asked_at: Time(take_over.asked.at),
            from: Time(take_over.from),
            until: Time(take_over.until),
        }
    }

    /// As the person who proves the office is shown it.
    pub fn shown(take_over: Option<&take_over::TakeOver>, now: Timestamp, limits: &Limits) -> Option<Self> {
        let take_over = take_over?;
        Some(Self::of(take_over, take_over.state(now, limits)?))
    }

    /// As the members of the office are shown it: a stopped one concerns them no longer.
    pub fn for_members(
        take_over: Option<&take_over::TakeOver>,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Self> {
        let take_over = take_over?;
        Some(Self::of(take_over, take_over.state_for_members(now, limits)?))
    }
}
