//! The subject and data of each mail.

use crate::account::BrowserKind;
use crate::code::{Label, Purpose};
use crate::initial_password::Source;
use crate::inquiry::{ReceiptNumber, Reply};
use crate::keys::KeyId;
use crate::take_over::Bulletin;
use crate::values::{ChallengeId, MemberId};

use super::Notice;

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
        /// The masked address of the member, for a recipient who is another one.
        about: Option<String>,
        /// Whether the budget of this kind of notice is used up by this one, so that the next events may not be told.
        is_last: bool,
    },
    /// お問い合わせの受付: the receipt of an inquiry. It repeats nothing that was typed: a person who types a stranger's
    /// address must not be able to send the stranger words.
    InquiryReceipt {
        /// 受付番号
        number: ReceiptNumber,
    },
    /// お問い合わせへの回答: an answer, a return with its reason, or the end of an inquiry, in the words of an operator.
    InquiryReply(Box<Reply>),
    /// 引き継ぎ: reports what became of a take-over.
    TakeOver(Box<Bulletin>),
}
impl Content {
    /// Whether a later mail of its item may take its place: one that brings a secret. All others tell something that
    /// stays true.
    pub const fn is_overtaken_by_later_mails(&self) -> bool {
        match self {
            Self::OneTimeCode { .. } | Self::InitialPassword { .. } => true,
            Self::InitialPasswordGuide { .. }
            | Self::Notice { .. }
            | Self::InquiryReceipt { .. }
            | Self::InquiryReply(_)
            | Self::TakeOver(_) => false,
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
                purpose: Purpose::Login | Purpose::Reset | Purpose::AddressChange,
                ..
            } => "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
            Self::InitialPassword { .. } => "【介護情報基盤ポータル】初期パスワードのお知らせ",
            Self::InitialPasswordGuide { .. } => "【介護情報基盤ポータル】初期パスワードでのログインのご案内",
            Self::Notice { what, .. } => what.subject(),
            Self::InquiryReceipt { .. } => "【介護情報基盤ポータル】お問い合わせを受け付けました",
            Self::InquiryReply(reply) => reply.subject(),
            Self::TakeOver(bulletin) => bulletin.news.subject(),
        }
    }

    /// What the mail is about: a challenge, a member, an inquiry or an office.
    pub fn of(&self) -> &str {
        match self {
            Self::OneTimeCode { challenge, .. } | Self::InitialPasswordGuide { challenge, .. } => {
                challenge.as_str()
            }
            Self::InitialPassword { member, .. } | Self::Notice { member, .. } => member.as_str(),
            Self::InquiryReceipt { number } => number.as_str(),
            Self::InquiryReply(reply) => reply.number.as_str(),
            Self::TakeOver(bulletin) => bulletin.office.number.as_str(),
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
                purpose: Purpose::Login | Purpose::Reset | Purpose::AddressChange,
                ..
            }
            | Self::InitialPassword { .. }
            | Self::InitialPasswordGuide { .. }
            | Self::Notice { .. }
            | Self::InquiryReceipt { .. }
            | Self::InquiryReply(_)
            | Self::TakeOver(_) => "介護情報基盤ポータル",
        }
    }
}
#[cfg(test)]
mod tests {
    use super::super::samples::{initial_password, told};
    use super::*;
    use crate::values::RequestKey;

    fn code(purpose: Purpose) -> Content {
        Content::OneTimeCode {
            purpose,
            challenge: ChallengeId::new("c"),
            key: KeyId::new("k1"),
            counter: 0,
            label: Label::stored("A3".to_owned()),
        }
    }

    fn guide() -> Content {
        Content::InitialPasswordGuide {
            challenge: ChallengeId::new("c"),
            offices: vec!["見本訪問介護ステーション".to_owned()],
        }
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
        for purpose in [Purpose::Login, Purpose::Reset, Purpose::AddressChange] {
            let code = code(purpose);
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
        let receipt = Content::InquiryReceipt {
            number: ReceiptNumber::of(&RequestKey::new("7"), 0),
        };
        assert_eq!(
            (receipt.subject(), receipt.sender_name(), receipt.of()),
            (
                "【介護情報基盤ポータル】お問い合わせを受け付けました",
                "介護情報基盤ポータル",
                "HLFH-YKKW-QQCK"
            )
        );
        assert!(!receipt.is_overtaken_by_later_mails());
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
