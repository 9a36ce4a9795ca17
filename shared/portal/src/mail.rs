//! メール — the mails of the portal and the data of each.
//!
//! A mail is promised by the same write as the change that causes it, on the same item. The table's stream carries
//! the promise to `deliver-mail`, which sends the mail and records that. The texts belong to the sender
//! (`functions/deliver-mail/mail`).

use jiff::Timestamp;

use crate::account::BrowserKind;
use crate::code::{Label, Purpose};
use crate::initial_password::Source;
use crate::keys::KeyId;
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::time::{DAY, Seconds, plus, seconds_until};
use crate::values::{ChallengeId, EmailAddress, MemberId};

/// The subject and data of a mail, with the inputs of its secret. The secret itself is not stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// ワンタイムパスワード発行通知
    OneTimeCode {
        /// The purpose of the code.
        purpose: Purpose,
        /// The challenge that the code answers.
        challenge: ChallengeId,
        /// The key that the code is derived with.
        key: KeyId,
        /// The number of the code in its challenge: a late resend sends the next one.
        counter: u32,
        /// 照合記号
        label: Label,
    },
    /// 初期パスワードのお知らせ
    InitialPassword {
        /// The member.
        member: MemberId,
        /// The name of the office that the member is registered for.
        office: String,
        /// The source of the password.
        source: Source,
    },
    /// 初期パスワードのご案内: for the reset of a password at an address without a chosen one.
    InitialPasswordGuide {
        /// The challenge of the reset, which no code answers.
        challenge: ChallengeId,
        /// The names of the offices that claim the address.
        offices: Vec<String>,
    },
    /// お知らせ: reports an event of a member's account.
    Notice {
        /// The member.
        member: MemberId,
        /// What happened, at the instant at which the mail was promised.
        what: Notice,
        /// In what kind of browser, as far as it is known.
        browser: BrowserKind,
    },
}

macro_rules! notices {
    ($($(#[$doc:meta])* $notice:ident, $code:literal, $subject:literal;)*) => {
        /// The event that a notice reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Notice { $($(#[$doc])* $notice,)* }

        impl Notice {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$notice,)*];

            /// The word in the table.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$notice => $code,)* }
            }

            /// The subject of its mail.
            pub const fn subject(self) -> &'static str {
                match self { $(Self::$notice => $subject,)* }
            }
        }
    };
}

notices! {
    /// The password was reset by a mailed code.
    PasswordReset, "password-reset", "【介護情報基盤ポータル】パスワードが再設定されました";
    /// The member, logged in, set another password.
    PasswordReplaced, "password-replaced", "【介護情報基盤ポータル】パスワードが変更されました";
}

impl Notice {
    /// The notice of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|notice| notice.code() == code)
    }
}

/// How long a mail without a secret may still be sent.
const NOTICE_LIFE: Seconds = DAY;

/// The delivery status of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Promised, not yet accepted by SES.
    Queued,
    /// Accepted by SES.
    Sent,
    /// Accepted by the receiving system.
    Delivered,
    /// Hard bounce: the receiving system refused it permanently.
    Bounced,
    /// Refused by SES.
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

    /// The status of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A promised mail, and its position in a series of resends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Promise {
    /// Counts the mails of this item, so that a delivery event of an older mail is not taken for this one's.
    pub number: u32,
    /// The recipient.
    pub to: EmailAddress,
    /// Its subject and data.
    pub content: Content,
    /// The first instant at which its secret no longer works.
    pub expires_at: Timestamp,
    /// When it was promised.
    pub promised_at: Timestamp,
    /// Its position in the series, from 1; a re-issue begins a new series.
    pub sends: u32,
    /// The delivery status.
    pub delivery: Delivery,
    /// When SES accepted it.
    pub sent_at: Option<Timestamp>,
}

/// Why a mail is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoResend {
    /// Too early by this many seconds.
    TooEarly(u64),
    /// No resend of the series is left.
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
    /// The notice after `before`, the notice before it. It is told within a day or not at all.
    ///
    /// The first one's number is the second at which it is promised: the mails with initial passwords, of which none is left
    /// by then, had small ones, and what comes late about one of those must not be taken for news about a notice.
    pub fn notice(to: EmailAddress, content: Content, before: Option<&Self>, now: Timestamp) -> Self {
        let second = u32::try_from(now.as_second()).unwrap_or(u32::MAX);
        Self {
            number: before.map_or(second, |before| before.number.saturating_add(1)),
            ..Self::first(to, content, plus(now, NOTICE_LIFE), now)
        }
    }

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

    /// The resends that are left.
    pub fn sends_left(&self, limits: &Limits) -> u64 {
        limits.sends_per_challenge.saturating_sub(u64::from(self.sends))
    }

    /// When the next resend is allowed: 30, 60, 120, 240 seconds after the previous mail.
    pub fn resend_at(&self, limits: &Limits) -> Timestamp {
        let doubled = 1_u64
            .checked_shl(self.sends.saturating_sub(1))
            .unwrap_or(u64::MAX);
        plus(self.promised_at, limits.resend_first_wait.times(doubled))
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

    /// This mail with a content that brings no secret, and may be sent for a day.
    #[must_use]
    pub fn without_secret(&self, to: EmailAddress, content: Content) -> Self {
        Self {
            to,
            content,
            expires_at: plus(self.promised_at, NOTICE_LIFE),
            ..self.clone()
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

    /// Whether the stream's record with this promise made it: an item that is written again for another reason still
    /// carries its promise.
    pub fn is_new_after(&self, before: Option<&Self>) -> bool {
        self.delivery == Delivery::Queued
            && before.is_none_or(|before| before.number != self.number || before.content != self.content)
    }

    /// Whether the mail must not be sent any more, because its secret has expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

impl Content {
    /// Whether a later mail of its item may take its place: one that brings a secret. All others tell something that
    /// stays true.
    pub const fn is_overtaken_by_later_mails(&self) -> bool {
        match self {
            Self::OneTimeCode { .. } | Self::InitialPassword { .. } => true,
            Self::InitialPasswordGuide { .. } | Self::Notice { .. } => false,
        }
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
                purpose: Purpose::Login | Purpose::Reset,
                ..
            } => "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
            Self::InitialPassword { .. } => "【介護情報基盤ポータル】初期パスワードのお知らせ",
            Self::InitialPasswordGuide { .. } => "【介護情報基盤ポータル】初期パスワードでのログインのご案内",
            Self::Notice { what, .. } => what.subject(),
        }
    }

    /// What the mail is about: a challenge or a member.
    pub fn of(&self) -> &str {
        match self {
            Self::OneTimeCode { challenge, .. } | Self::InitialPasswordGuide { challenge, .. } => {
                challenge.as_str()
            }
            Self::InitialPassword { member, .. } | Self::Notice { member, .. } => member.as_str(),
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
                purpose: Purpose::Login | Purpose::Reset,
                ..
            }
            | Self::InitialPassword { .. }
            | Self::InitialPasswordGuide { .. }
            | Self::Notice { .. } => "介護情報基盤ポータル",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, address, t};

    fn code(purpose: Purpose) -> Content {
        Content::OneTimeCode {
            purpose,
            challenge: ChallengeId::new("c"),
            key: KeyId::new("k1"),
            counter: 0,
            label: Label::stored("A3".to_owned()),
        }
    }

    fn initial_password(issue: u32) -> Content {
        Content::InitialPassword {
            member: MemberId::new("m"),
            office: "見本訪問介護ステーション".to_owned(),
            source: Source {
                key: KeyId::new("k1"),
                nonce: "n".to_owned(),
                issue,
            },
        }
    }

    fn guide() -> Content {
        Content::InitialPasswordGuide {
            challenge: ChallengeId::new("c"),
            offices: vec!["見本訪問介護ステーション".to_owned()],
        }
    }

    fn told(what: Notice) -> Content {
        let member = MemberId::new("m");
        Content::Notice {
            member,
            what,
            browser: BrowserKind::default(),
        }
    }

    #[test]
    fn a_notice_has_a_number_that_no_initial_password_had_and_is_told_within_a_day() {
        let notice =
            |before: Option<&Promise>| Promise::notice(address(), told(Notice::PasswordReset), before, t(9));
        assert_eq!(i64::from(notice(None).number), t(9).as_second());
        let after = notice(Some(&Promise { number: 7, ..first() }));
        assert_eq!((after.number, after.sends, after.promised_at), (8, 1, t(9)));
        assert_eq!(
            [86_408, 86_409].map(|second| after.is_expired(t(second))),
            [false, true]
        );
    }

    fn first() -> Promise {
        Promise::first(address(), initial_password(1), t(600), t(0))
    }

    #[test]
    fn what_became_of_a_mail_is_known_by_its_word() {
        let words = Delivery::ALL.map(Delivery::code);
        assert_eq!(words, ["queued", "sent", "delivered", "bounced", "failed"]);
        for delivery in Delivery::ALL {
            assert_eq!(Delivery::parse(delivery.code()), Some(delivery));
        }
        assert_eq!(Delivery::parse("lost"), None);
    }

    #[test]
    fn a_first_mail_is_queued_and_is_number_one() {
        assert_eq!(
            first(),
            Promise {
                number: 1,
                to: address(),
                content: initial_password(1),
                expires_at: t(600),
                promised_at: t(0),
                sends: 1,
                delivery: Delivery::Queued,
                sent_at: None,
            }
        );
    }

    #[test]
    fn four_resends_follow_the_first_mail_each_after_twice_the_wait() {
        let mut mail = first();
        let mut now = 0;
        for (left, wait) in [(4, 30), (3, 60), (2, 120), (1, 240)] {
            assert_eq!(mail.sends_left(&LIMITS), left);
            assert_eq!(mail.resend_at(&LIMITS), t(now + wait));
            assert_eq!(
                mail.may_resend(t(now + wait - 1), &LIMITS),
                Err(NoResend::TooEarly(1))
            );
            now += wait;
            assert_eq!(mail.may_resend(t(now), &LIMITS), Ok(()));
            assert_eq!(mail.may_resend(t(now + 1), &LIMITS), Ok(()));
            mail = mail.again(mail.content.clone(), t(600), t(now));
        }
        assert_eq!(mail.sends_left(&LIMITS), 0);
        assert_eq!(mail.may_resend(t(99_999), &LIMITS), Err(NoResend::NoneLeft));
        assert_eq!(
            Refusal::from(NoResend::TooEarly(7)),
            Refusal::of(Kind::ResendTooEarly).with_retry_after(7)
        );
        assert_eq!(Refusal::from(NoResend::NoneLeft), Kind::NoSendsLeft.into());
    }

    #[test]
    fn the_next_mail_is_queued_anew_under_a_number_of_its_own() {
        let sent = Promise {
            delivery: Delivery::Bounced,
            sent_at: Some(t(3)),
            ..first()
        };
        let again = Promise {
            number: 2,
            content: initial_password(2),
            expires_at: t(900),
            promised_at: t(30),
            sends: 2,
            ..first()
        };
        assert_eq!(sent.again(initial_password(2), t(900), t(30)), again);
        assert_eq!(
            again.anew(initial_password(3), t(1_800), t(60)),
            Promise {
                number: 3,
                content: initial_password(3),
                expires_at: t(1_800),
                promised_at: t(60),
                sends: 1,
                ..first()
            },
            "a re-issue begins a new series, and goes on counting mails"
        );
    }

    #[test]
    fn a_promise_is_new_after_another_mail_while_it_is_unsent() {
        let mail = first();
        assert!(mail.is_new_after(None));
        assert!(!mail.is_new_after(Some(&mail)));
        let another_number = Promise { number: 2, ..first() };
        assert!(mail.is_new_after(Some(&another_number)));
        let another_content = Promise {
            content: initial_password(2),
            ..first()
        };
        assert!(mail.is_new_after(Some(&another_content)));
        let sent = Promise {
            delivery: Delivery::Sent,
            ..first()
        };
        assert!(!sent.is_new_after(None));
        assert!(!sent.is_new_after(Some(&another_number)));
    }

    #[test]
    fn a_mail_whose_secret_does_not_work_any_more_is_not_sent() {
        assert_eq!(
            [599, 600, 601].map(|second| first().is_expired(t(second))),
            [false, true, true]
        );
    }

    /// word for word.
    #[test]
    fn subjects_and_senders_are_the_manuals() {
        let registration = code(Purpose::Registration);
        assert_eq!(
            (registration.subject(), registration.sender_name()),
            (
                "ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）",
                "介護保険資格確認等WEBサービス"
            )
        );
        for code in [code(Purpose::Login), code(Purpose::Reset)] {
            assert_eq!(
                (code.subject(), code.sender_name()),
                (
                    "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
                    "介護情報基盤ポータル"
                )
            );
        }
        for notice in Notice::ALL {
            assert!(
                notice.subject().starts_with("【介護情報基盤ポータル】"),
                "{notice:?}"
            );
            assert_eq!(Notice::parse(notice.code()), Some(*notice));
            assert_eq!(told(*notice).sender_name(), "介護情報基盤ポータル");
        }
        assert_eq!(Notice::parse("nothing"), None);
        let password = initial_password(1);
        assert_eq!(
            (password.subject(), password.sender_name()),
            (
                "【介護情報基盤ポータル】初期パスワードのお知らせ",
                "介護情報基盤ポータル"
            )
        );
        let mails = [
            code(Purpose::Login),
            password,
            guide(),
            told(Notice::PasswordReset),
        ];
        assert_eq!(mails.each_ref().map(Content::of), ["c", "m", "c", "m"]);
        assert_eq!(
            mails.map(|mail| mail.is_overtaken_by_later_mails()),
            [true, true, false, false]
        );
    }
}
