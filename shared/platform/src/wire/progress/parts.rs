//! The parts of the progress document.

use jiff::Timestamp;
use portal::account::Member;
use portal::challenge::Challenge;
use portal::code::{Label, Purpose};
use portal::form::{self, WarningCode};
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::login::ShownAccount;
use portal::mail::{Content, Delivery, Promise};
use portal::registration::Registration;
use portal::time::seconds_until;
use portal::values::ChallengeId;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Address, Count, Digest, Masked, Office, Profile, TermsVersion, Time, Word};

/// A claim that became void: another office's member owns the address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Voided {
    /// The masked address.
    pub email_masked: Masked,
}

/// The tries that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct TriesLeft {
    /// Tries that are left.
    pub tries_left: Count,
}

/// A mailed code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Otp {
    /// The masked address.
    pub sent_to: Masked,
    /// The mail's subject.
    #[schemars(extend("enum" = subjects()))]
    pub subject: &'static str,
    /// Shows which mail is the valid one; not secret.
    #[schemars(title = "照合記号", regex(pattern = "^[A-Z][0-9]$"))]
    pub label: String,
    /// The first instant at which the code no longer works.
    pub expires_at: Time,
    /// When a resend is allowed.
    pub resend_after_seconds: Count,
    /// Resends that are left.
    pub sends_left: Count,
    /// Tries that are left.
    pub tries_left: Count,
    /// The delivery status of the mail; absent in a reset, where it would tell who exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Word<Delivery>>,
}

/// A mailed initial password.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InitialPassword {
    /// The masked address.
    pub sent_to: Masked,
    /// The delivery status of the mail.
    pub delivery: Word<Delivery>,
    /// The first instant at which it no longer works.
    pub expires_at: Time,
    /// When a resend is allowed.
    pub resend_after_seconds: Count,
    /// Resends that are left.
    pub sends_left: Count,
}

/// The profile as it will be stored, or is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShownProfile {
    /// 登録情報
    pub profile: Profile,
    /// The digest that 「登録する」 names.
    pub draft: Digest,
    /// Hints to check a field again; never a refusal.
    pub warnings: Vec<Warning>,
}

/// A hint to check a field again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// The field.
    #[schemars(extend("const" = "/email"))]
    pub pointer: &'static str,
    /// The kind of hint.
    pub code: Word<WarningCode>,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Address>,
}

/// A registered member of the office.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// The masked address.
    pub email_masked: Masked,
    /// When the member was registered.
    pub registered_at: Time,
    /// Whether the member has never logged in.
    pub pending: bool,
}

/// The account that a log-in or a reset is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Account {
    /// The masked address.
    pub email_masked: Masked,
    /// 事業所
    pub office: Office,
}

/// Whether a password has to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum NewPassword {
    /// A password has to be set.
    Required,
    /// Only new terms have to be agreed to.
    None,
}

/// The terms that are to be agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct TermsShown {
    /// The text in force.
    pub version: TermsVersion,
    /// Whether that text was shown.
    pub shown: bool,
}

impl Otp {
    pub(in crate::wire) fn of(challenge: &Challenge, now: Timestamp, limits: &Limits) -> Self {
        let mail = &challenge.mail;
        Self {
            sent_to: Masked::of(&mail.to),
            subject: mail.content.subject(),
            label: challenge.label.as_str().to_owned(),
            expires_at: Time(challenge.code_expires_at()),
            resend_after_seconds: Count(seconds_until(now, mail.resend_at(limits))),
            sends_left: Count(mail.sends_left(limits)),
            tries_left: Count(challenge.tries_left(limits)),
            delivery: Some(Word(mail.delivery)),
        }
    }
}

impl Account {
    pub(super) fn of(account: &ShownAccount) -> Self {
        Self {
            email_masked: Masked(account.email_masked.clone()),
            office: Office::of(&account.office),
        }
    }
}

impl InitialPassword {
    pub(super) fn of(mail: &Promise, now: Timestamp, limits: &Limits) -> Self {
        Self {
            sent_to: Masked::of(&mail.to),
            delivery: Word(mail.delivery),
            expires_at: Time(mail.expires_at),
            resend_after_seconds: Count(seconds_until(now, mail.resend_at(limits))),
            sends_left: Count(mail.sends_left(limits)),
        }
    }
}

impl ShownProfile {
    pub(super) fn of(profile: &portal::values::Profile) -> Self {
        let warning = |warning: form::Warning| Warning {
            pointer: warning.pointer,
            code: Word(warning.code),
            suggestion: warning.suggestion.map(Address),
        };
        Self {
            profile: Profile::of(profile),
            draft: Digest(profile.draft().as_str().to_owned()),
            warnings: form::warnings(profile).into_iter().map(warning).collect(),
        }
    }
}

impl Voided {
    pub(super) fn of(registration: &Registration) -> Option<Self> {
        let voided = registration.voided.as_ref();
        voided.map(|masked| Self {
            email_masked: Masked(masked.clone()),
        })
    }
}

impl Colleague {
    pub(super) fn of(member: &Member) -> Self {
        Self {
            email_masked: Masked::of(&member.profile.email),
            registered_at: Time(member.registered_at),
            pending: member.is_pending(),
        }
    }
}

/// The subjects of the mails that bring codes.
fn subjects() -> [&'static str; 2] {
    [Purpose::Registration, Purpose::Login].map(|purpose| {
        let content = Content::OneTimeCode {
            purpose,
            challenge: ChallengeId::new(""),
            key: KeyId::new(""),
            counter: 0,
            label: Label::stored(String::new()),
        };
        content.subject()
    })
}
