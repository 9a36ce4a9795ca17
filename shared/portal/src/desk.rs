//! 窓口 — what an operator does with the tool `desk`, under their own name (`docs/desk.md`, ADR 0037).
//!
//! An operation is recorded on the operator's own item: a look by a write before anything is shown, a change by the
//! commit that makes it. A reveal and a change cannot be built without their reason.

use jiff::Timestamp;

use crate::account::Doer;
use crate::audit::{Act, Event};
use crate::change::{Entity, Put};
use crate::inquiry::ReceiptNumber;
use crate::office::Acting;
use crate::text;
use crate::values::{AccountKey, ClaimsUserId, FlowId, MemberId, OfficeNumber, OperatorId};

/// Characters of a reason, as people count them.
pub const REASON_LONGEST: usize = 200;

/// Octets of a reason: a character may carry any number of marks.
const REASON_OCTETS: usize = 2_000;

/// 理由 — why an operator changes something or looks unmasked: one line, kept with the audit for years. It has no
/// mail address in it: the audit holds none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason(String);

/// Why a reason is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReason {
    /// It is empty.
    Empty,
    /// It has more than [`REASON_LONGEST`] characters.
    TooLong,
    /// It has a character that hides or turns others, or a line end.
    Forbidden,
    /// It has an `@`, and so perhaps a mail address.
    Address,
}

impl Reason {
    /// The reason that was typed.
    pub fn parse(typed: &str) -> Result<Self, NoReason> {
        let line = text::name_line(typed).map_err(|_| NoReason::Forbidden)?;
        if line.is_empty() {
            Err(NoReason::Empty)
        } else if text::graphemes(&line) > REASON_LONGEST || line.len() > REASON_OCTETS {
            Err(NoReason::TooLong)
        } else if line.contains(['@', '＠', '﹫']) {
            Err(NoReason::Address)
        } else {
            Ok(Self(line))
        }
    }

    /// A reason from storage.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who sits at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Under which the operations are recorded.
    pub id: OperatorId,
    /// As people read it in the records: in AWS the ARN of the role's session.
    pub name: String,
}

/// What an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// An office.
    Office(OfficeNumber),
    /// An address, by the digest that is its account's key.
    Address(AccountKey),
    /// An inquiry.
    Inquiry(ReceiptNumber),
    /// The list of inquiries.
    Inquiries,
    /// A user of the claims system.
    ClaimsUser(ClaimsUserId),
    /// An operator.
    Operator(OperatorId),
}

/// What an operator does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Looks, masked.
    Look,
    /// Looks, unmasked.
    Reveal(Reason),
    /// Changes a member or an inquiry.
    Change(Reason),
}

impl Deed {
    const fn act(&self) -> Act {
        match self {
            Self::Look => Act::OperatorLooked,
            Self::Reveal(_) => Act::OperatorRevealed,
            Self::Change(_) => Act::OperatorChanged,
        }
    }

    fn into_reason(self) -> Option<Reason> {
        match self {
            Self::Look => None,
            Self::Reveal(reason) | Self::Change(reason) => Some(reason),
        }
    }
}

/// 操作 — one look or change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Drawn by the caller. The record of what was changed names it, too.
    pub id: FlowId,
    /// Why, where a reason is demanded.
    pub reason: Option<Reason>,
    /// What it is about.
    pub target: Target,
    /// The member, where it is about one.
    pub member: Option<MemberId>,
    /// When it was done.
    pub at: Timestamp,
}

/// 担当者 — an operator at the desk, with the last operation: the earlier ones are in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operator {
    /// Who it is.
    pub who: Identity,
    /// The last operation.
    pub last: Operation,
}

impl Identity {
    /// As people call the operator: the name that the id ends with.
    pub fn short_name(id: &OperatorId) -> &str {
        id.as_str().split_once(':').map_or(id.as_str(), |(_, name)| name)
    }
}

impl Entity for Operator {
    type Audit = Event;
}

impl Operator {
    /// The record of a deed, to be written before anything is shown, or in the commit that changes something.
    pub fn does(
        who: &Identity,
        id: FlowId,
        deed: Deed,
        target: Target,
        member: Option<MemberId>,
        at: Timestamp,
    ) -> Put<Self> {
        let event = Event::of(deed.act(), at, &id);
        let event = match &member {
            None => event,
            Some(member) => event.about(member),
        };
        let last = Operation {
            id,
            reason: deed.into_reason(),
            target,
            member,
            at,
        };
        let who = who.clone();
        Put::new(Self { who, last }, event)
    }
}

/// An operator who acts on the members of an office, by this operation.
#[derive(Debug, Clone)]
pub struct AtDesk(pub FlowId);

impl Acting for AtDesk {
    fn doer(&self) -> Doer<'_> {
        Doer::Operator(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{address, flow, t};

    fn who() -> Identity {
        Identity {
            id: OperatorId::new("AROA:hanako"),
            name: "arn:aws:sts::123456789012:assumed-role/portal-prod-desk/hanako".to_owned(),
        }
    }

    #[test]
    fn a_reason_is_one_line_of_two_hundred_characters_without_an_address() {
        assert_eq!(
            Reason::parse("  電話で\t本人から依頼 ").map(|reason| reason.as_str().to_owned()),
            Ok("電話で 本人から依頼".to_owned())
        );
        assert!(Reason::parse(&"あ".repeat(200)).is_ok());
        for (typed, why) in [
            ("", NoReason::Empty),
            (" 　 ", NoReason::Empty),
            (&"あ".repeat(201), NoReason::TooLong),
            ("一行目\n二行目", NoReason::Forbidden),
            ("\u{1b}[31m赤", NoReason::Forbidden),
            ("逆\u{202e}順", NoReason::Forbidden),
            ("taro@example.jp から", NoReason::Address),
            ("taro＠example.jp から", NoReason::Address),
        ] {
            assert_eq!(Reason::parse(typed), Err(why), "{typed:?}");
        }
    }

    #[test]
    fn an_operation_is_recorded_with_who_why_and_about_whom() {
        let target = Target::Address(address().key());
        let reason = || Reason::parse("本人から依頼").unwrap();
        let member = MemberId::new("m");
        for (deed, act, why) in [
            (Deed::Look, Act::OperatorLooked, None),
            (Deed::Reveal(reason()), Act::OperatorRevealed, Some(reason())),
            (Deed::Change(reason()), Act::OperatorChanged, Some(reason())),
        ] {
            let put = Operator::does(
                &who(),
                flow("operation"),
                deed,
                target.clone(),
                Some(member.clone()),
                t(9),
            );
            let (operator, event) = put.into_parts();
            assert_eq!(
                event,
                Some(Event::of(act, t(9), &flow("operation")).about(&member))
            );
            assert_eq!((operator.who, operator.last.reason), (who(), why));
            assert_eq!((operator.last.target, operator.last.at), (target.clone(), t(9)));
        }
    }

    #[test]
    fn a_look_at_an_office_is_about_no_member() {
        let target = Target::Office(OfficeNumber::parse("1379901018").unwrap());
        let put = Operator::does(&who(), flow("o"), Deed::Look, target, None, t(0));
        assert_eq!(put.into_parts().1.unwrap().about, None);
    }
}
