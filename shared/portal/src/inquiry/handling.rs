//! 対応 — what becomes of an inquiry: who moves it from which state to which.
//!
//! Operators and the person move it in turn. Every move counts, and names the count that its operator saw: a move that is
//! repeated, or that another one overtook, changes nothing.

use core::fmt;

use jiff::Timestamp;

use super::{Inquiry, Message, ReceiptNumber};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::limits::Limits;
use crate::mail::{Content, Mail};
use crate::values::{FlowId, OperatorId};

/// Answers, reasons and additions that one inquiry holds: with the longest texts they fill an item of the table to six
/// sevenths.
pub const MOST_ENTRIES: usize = 20;

/// Entries that are kept free for an end: an addition that was asked for, and the last words.
const KEPT_FOR_AN_END: usize = 2;

/// The state of an inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InquiryState {
    /// 受付: nobody has taken it yet, or the person has added what was asked for.
    Received,
    /// 対応中: an operator has taken it.
    InProgress,
    /// 差戻し: the person is asked for something.
    Returned,
    /// 完了: nothing more comes of it.
    Done,
}

impl InquiryState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Received, Self::InProgress, Self::Returned, Self::Done];

    /// The word in the table and on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::InProgress => "in-progress",
            Self::Returned => "returned",
            Self::Done => "done",
        }
    }

    /// The label on a screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Received => "受付",
            Self::InProgress => "対応中",
            Self::Returned => "差戻し",
            Self::Done => "完了",
        }
    }

    /// The state of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What an entry of an inquiry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// 回答
    Answer,
    /// 差戻しの理由
    Return,
    /// 完了, with or without last words.
    Close,
    /// What the person added after a 差戻し.
    Addition,
}

impl EntryKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Answer, Self::Return, Self::Close, Self::Addition];

    /// The word in the table and on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Return => "return",
            Self::Close => "close",
            Self::Addition => "addition",
        }
    }

    /// The kind of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What was said about an inquiry after it was received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// When it was said.
    pub at: Timestamp,
    /// By whom; by the person if by no operator.
    pub by: Option<OperatorId>,
    /// The words; a close may have none.
    pub text: Option<Message>,
}

/// 対応 — the state of an inquiry, who has it, and what was said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handling {
    /// The state.
    pub state: InquiryState,
    /// Counts the moves of everybody.
    pub moves: u32,
    /// 担当者, once it was taken; of what is done, who closed it.
    pub operator: Option<OperatorId>,
    /// What was said, the oldest first.
    pub entries: Vec<Entry>,
}

impl Default for Handling {
    fn default() -> Self {
        Self {
            state: InquiryState::Received,
            moves: 0,
            operator: None,
            entries: Vec::new(),
        }
    }
}

/// What an operator does with an inquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoveKind {
    /// Takes it, from 受付 or from another operator: only who has it may do more.
    Take,
    /// Answers it, and keeps it.
    Answer(Message),
    /// Returns it with the reason: asks the person for something.
    Return(Message),
    /// Closes it, with or without last words.
    Close(Option<Message>),
}

/// A move of an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Who moves.
    pub by: OperatorId,
    /// The operation at the desk, which the record of the move names.
    pub operation: FlowId,
    /// The count of the moves that the operator saw.
    pub seen: u32,
    /// What is done.
    pub kind: MoveKind,
}

/// Why an inquiry is not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMoved {
    /// Somebody has moved it since it was looked at, the same operator perhaps.
    Overtaken,
    /// Nothing of the kind is done in this state.
    NotInState(InquiryState),
    /// Another operator has it, or nobody yet.
    NotYours,
    /// Who takes it has it already.
    AlreadyYours,
    /// It holds as much as it can; it can only be closed, and answered no more.
    Full,
    /// Its time is over, and it is about to be removed.
    Gone,
}

impl fmt::Display for NotMoved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overtaken => f.write_str("the inquiry has been moved since it was looked at"),
            Self::NotInState(state) => write!(f, "not in the state {} ({})", state.code(), state.label()),
            Self::NotYours => f.write_str("another operator has the inquiry, or nobody yet: take it first"),
            Self::AlreadyYours => f.write_str("the operator has the inquiry already"),
            Self::Full => f.write_str("the inquiry holds no further entry; it can be closed without words"),
            Self::Gone => f.write_str("the inquiry is about to be removed"),
        }
    }
}

impl core::error::Error for NotMoved {}

/// An inquiry that was moved, and the mail that tells the person.
pub type Moved = (Put<Inquiry>, Option<Mail>);

impl Inquiry {
    /// The inquiry after this move of an operator.
    pub fn moved(&self, it: &Move, now: Timestamp, limits: &Limits) -> Result<Moved, NotMoved> {
        if self.is_over(now, limits) {
            return Err(NotMoved::Gone);
        }
        if it.seen != self.handling.moves {
            return Err(NotMoved::Overtaken);
        }
        let state = self.handling.state;
        let is_open = match state {
            InquiryState::Received => it.kind == MoveKind::Take,
            InquiryState::InProgress => true,
            // The person is waited for, who may never come.
            InquiryState::Returned => matches!(it.kind, MoveKind::Take | MoveKind::Close(_)),
            InquiryState::Done => false,
        };
        if !is_open {
            return Err(NotMoved::NotInState(state));
        }
        let has_it = self.handling.operator.as_ref() == Some(&it.by);
        let takes = it.kind == MoveKind::Take;
        if !takes && !has_it {
            return Err(NotMoved::NotYours);
        }
        if takes && has_it {
            return Err(NotMoved::AlreadyYours);
        }
        let (act, to, said) = match &it.kind {
            MoveKind::Take if state == InquiryState::Returned => (Act::InquiryTaken, state, None),
            MoveKind::Take => (Act::InquiryTaken, InquiryState::InProgress, None),
            MoveKind::Answer(text) => (
                Act::InquiryAnswered,
                state,
                Some((EntryKind::Answer, Some(text.clone()))),
            ),
            MoveKind::Return(reason) => (
                Act::InquiryReturned,
                InquiryState::Returned,
                Some((EntryKind::Return, Some(reason.clone()))),
            ),
            MoveKind::Close(text) => (
                Act::InquiryClosed,
                InquiryState::Done,
                Some((EntryKind::Close, text.clone())),
            ),
        };
        let kept_free = match it.kind {
            MoveKind::Take | MoveKind::Close(_) => 0,
            MoveKind::Answer(_) | MoveKind::Return(_) => KEPT_FOR_AN_END,
        };
        let mail = said.as_ref().map(|(kind, text)| self.told(*kind, text.clone()));
        let event = Event::of(act, now, &it.operation);
        let entry = said.map(|(kind, text)| Entry {
            kind,
            at: now,
            by: Some(it.by.clone()),
            text,
        });
        let handling = self.after(to, Some(it.by.clone()), entry, kept_free)?;
        Ok((Put::new(self.with(handling), event), mail))
    }

    /// The person adds what was asked for, and the inquiry is at 受付 again.
    pub fn add(before: Option<&Self>, text: &Message, now: Timestamp) -> Change<Self, Result<(), NotMoved>> {
        let Some(inquiry) = before else {
            return Change::Keep(Err(NotMoved::Gone));
        };
        let state = inquiry.handling.state;
        if state != InquiryState::Returned {
            return Change::Keep(Err(NotMoved::NotInState(state)));
        }
        let entry = Entry {
            kind: EntryKind::Addition,
            at: now,
            by: None,
            text: Some(text.clone()),
        };
        match inquiry.after(InquiryState::Received, None, Some(entry), 0) {
            Ok(handling) => {
                let event = Event::new(Act::InquiryAdded, now);
                Change::Store(Put::new(inquiry.with(handling), event), Ok(()))
            }
            Err(why) => Change::Keep(Err(why)),
        }
    }

    fn after(
        &self,
        state: InquiryState,
        operator: Option<OperatorId>,
        entry: Option<Entry>,
        kept_free: usize,
    ) -> Result<Handling, NotMoved> {
        let mut entries = self.handling.entries.clone();
        if let Some(entry) = entry {
            if entries.len() + kept_free >= MOST_ENTRIES {
                return Err(NotMoved::Full);
            }
            entries.push(entry);
        }
        Ok(Handling {
            state,
            moves: self.handling.moves.saturating_add(1),
            operator,
            entries,
        })
    }

    fn with(&self, handling: Handling) -> Self {
        Self {
            handling,
            ..self.clone()
        }
    }

    fn told(&self, kind: EntryKind, text: Option<Message>) -> Mail {
        let reply = Reply {
            number: self.number.clone(),
            kind,
            text,
        };
        Mail::notice(
            self.question.email.clone(),
            Content::InquiryReply(Box::new(reply)),
        )
    }
}

/// What a mail tells the person about an inquiry: the words are the operator's, and nothing of what the person typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    /// 受付番号
    pub number: ReceiptNumber,
    /// Answer, return or close.
    pub kind: EntryKind,
    /// The words.
    pub text: Option<Message>,
}

impl Reply {
    /// The subject of its mail.
    pub const fn subject(&self) -> &'static str {
        match self.kind {
            EntryKind::Answer => "【介護情報基盤ポータル】お問い合わせへの回答",
            EntryKind::Return => "【介護情報基盤ポータル】お問い合わせについてのお願い",
            // No mail tells the person's own addition.
            EntryKind::Close | EntryKind::Addition => "【介護情報基盤ポータル】お問い合わせの対応の完了",
        }
    }
}

#[cfg(test)]
mod tests;
