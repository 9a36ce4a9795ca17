//! メール — which mails exist and what each must carry, as data.
//!
//! A mail is promised on the item whose change promises it, in the same write. The table's stream hands the
//! promise to `deliver-mail`, which sends and marks. The sentences live with the sender (`functions/deliver-mail/mail`).

use jiff::Timestamp;

use crate::code::{Label, Purpose};
use crate::initial_password::Source;
use crate::keys::KeyId;
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::time::{plus, seconds_until};
use crate::values::{ChallengeId, EmailAddress, MemberId};

/// What a mail is about, with what its secret is derived from. The secret itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// ワンタイムパスワード発行通知
    OneTimeCode {
        /// Which of the two codes.
        purpose: Purpose,
        /// The challenge that the code answers.
        challenge: ChallengeId,
        /// The key that it is derived with.
        key: KeyId,
        /// Which code of the challenge: a resend late in the life of a code brings the next one.
        counter: u32,
        /// 照合記号
        label: Label,
    },
    /// 初期パスワードのお知らせ
    InitialPassword {
        /// Whose.
        member: MemberId,
        /// What it is derived from.
        source: Source,
    },
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Promised, not yet handed to SES.
    Queued,
    /// SES took it.
    Sent,
    /// The receiving system took it.
    Delivered,
    /// The receiving system refused it for good: the address is wrong, or full of grief.
    Bounced,
    /// SES would not take it.
    Failed,
}

impl Delivery {
    /// All of them, in the order of `docs/api.md` 2.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Bounced,
        Self::Failed,
    ];

    /// The word on the wire and in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Failed => "failed",
        }
    }

    /// The state of this name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A mail that was promised, and the series of resends that it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Promise {
    /// Counts every mail of this item, so that news about an older one is not taken for news about this one.
    pub number: u32,
    /// Whereto.
    pub to: EmailAddress,
    /// What it says.
    pub content: Content,
    /// When its secret ceases to work: the first instant at which it no longer does.
    pub expires_at: Timestamp,
    /// When it was promised.
    pub promised_at: Timestamp,
    /// Which mail of its series it is, from 1; a re-issue begins a new series.
    pub sends: u32,
    /// What became of it.
    pub delivery: Delivery,
    /// When SES took it.
    pub sent_at: Option<Timestamp>,
}

/// Why a mail is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoResend {
    /// So many seconds too early.
    TooEarly(u64),
    /// The series is used up.
    NoneLeft,
}

impl From<NoResend> for Refusal {
    fn from(why: NoResend) -> Self {
        match why {
            NoResend::TooEarly(seconds) => Self::of(Kind::ResendTooEarly).with_retry_after(seconds),
            NoResend::NoneLeft => Kind::NoSendsLeft.into(),
        }
    }
}

impl Promise {
    /// The first mail of a series.
    pub fn first(to: EmailAddress, content: Content, expires_at: Timestamp, now: Timestamp) -> Self {
        Self {
            number: 1,
            to,
            content,
            expires_at,
            promised_at: now,
            sends: 1,
            delivery: Delivery::Queued,
            sent_at: None,
        }
    }

    /// Resends that are left.
    pub fn sends_left(&self, limits: &Limits) -> u64 {
        limits.sends_per_challenge.saturating_sub(u64::from(self.sends))
    }

    /// When the next resend is allowed: 30, 60, 120, 240 seconds after the mail before.
    pub fn resend_at(&self, limits: &Limits) -> Timestamp {
        let doubled = 1_u64
            .checked_shl(self.sends.saturating_sub(1))
            .unwrap_or(u64::MAX);
        plus(self.promised_at, limits.resend_first_wait.saturating_mul(doubled))
    }

    /// Whether a resend is allowed now.
    pub fn may_resend(&self, now: Timestamp, limits: &Limits) -> Result<(), NoResend> {
        if self.sends_left(limits) == 0 {
            return Err(NoResend::NoneLeft);
        }
        match seconds_until(now, self.resend_at(limits)) {
            0 => Ok(()),
            seconds => Err(NoResend::TooEarly(seconds)),
        }
    }

    /// The next mail of the series, with this content.
    #[must_use]
    pub fn again(&self, content: Content, expires_at: Timestamp, now: Timestamp) -> Self {
        Self {
            number: self.number.saturating_add(1),
            to: self.to.clone(),
            content,
            expires_at,
            promised_at: now,
            sends: self.sends.saturating_add(1),
            delivery: Delivery::Queued,
            sent_at: None,
        }
    }

    /// The first mail of a new series to the same address.
    #[must_use]
    pub fn anew(&self, content: Content, expires_at: Timestamp, now: Timestamp) -> Self {
        Self {
            sends: 1,
            ..self.again(content, expires_at, now)
        }
    }

    /// Whether the stream's record that brought this promise made it: an item that is written again for another
    /// reason carries its promise along.
    pub fn is_new_after(&self, before: Option<&Self>) -> bool {
        self.delivery == Delivery::Queued
            && before.is_none_or(|before| before.number != self.number || before.content != self.content)
    }

    /// Whether the mail must not be sent any more: an expired secret only confuses.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

/// Display names and subjects, word for word as in the manual (`docs/api.md` 9, R-33, R-49, R-57).
impl Content {
    /// The subject.
    pub const fn subject(&self) -> &'static str {
        match self {
            Self::OneTimeCode {
                purpose: Purpose::Registration,
                ..
            } => "ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）",
            Self::OneTimeCode {
                purpose: Purpose::Login,
                ..
            } => "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
            Self::InitialPassword { .. } => "【介護情報基盤ポータル】初期パスワードのお知らせ",
        }
    }

    /// What the mail is about: a challenge or a member.
    pub fn of(&self) -> &str {
        match self {
            Self::OneTimeCode { challenge, .. } => challenge.as_str(),
            Self::InitialPassword { member, .. } => member.as_str(),
        }
    }

    /// The sender's display name: the registration code comes in the name of the service that holds the address.
    pub const fn sender_name(&self) -> &'static str {
        match self {
            Self::OneTimeCode {
                purpose: Purpose::Registration,
                ..
            } => "介護保険資格確認等WEBサービス",
            Self::OneTimeCode {
                purpose: Purpose::Login,
                ..
            }
            | Self::InitialPassword { .. } => "介護情報基盤ポータル",
        }
    }
}
