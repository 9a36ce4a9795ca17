//! The progress document (`docs/api.md` 2).

use jiff::Timestamp;
use portal::account::Member;
use portal::challenge::Challenge;
use portal::code::{Label, Purpose};
use portal::form::{self, WarningCode};
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::login::{self, Login};
use portal::mail::{Content, Delivery, Promise};
use portal::office::Seats;
use portal::problem::Kind;
use portal::progress::{self, Allowed};
use portal::registration::{Registration, Stage, security_code_tries_left};
use portal::terms::Terms;
use portal::time::{plus, seconds_until};
use portal::values::{ChallengeId, FlowId, FlowName};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Count, Digest, Masked, Office, Profile, TermsVersion, Time, Word};

/// The present screen, the possible actions, and the expiry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The screen that the person has to see now.
    #[serde(flatten)]
    pub at: At,
    /// The public name of the flow; not secret. A page sends it as Portal-Flow.
    #[schemars(regex(pattern = "^[a-z0-9]{8}$"))]
    pub flow: String,
    /// The first instant at which the flow is over.
    pub expires_at: Time,
    /// The possible actions.
    #[schemars(extend("uniqueItems" = true))]
    pub allowed: Vec<Word<Allowed>>,
}

/// The screen that the person has to see now, and its data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(tag = "next", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum At {
    /// セキュリティコードの入力
    SecurityCode {
        /// The tries that are left.
        security_code: TriesLeft,
    },
    /// ワンタイムパスワード認証
    Otp {
        /// The mailed code.
        otp: Otp,
    },
    /// 新規ユーザ登録情報の入力
    Profile {
        /// The proven office.
        office: Office,
        /// The void claim, until another member is registered.
        #[serde(skip_serializing_if = "Option::is_none")]
        voided: Option<Voided>,
    },
    /// 入力情報の確認
    Confirm {
        /// The proven office.
        office: Office,
        /// The profile, to be confirmed.
        #[serde(flatten)]
        shown: Shown,
    },
    /// ユーザ登録完了
    #[schemars(extend("dependentRequired" = {
        "profile": ["draft", "warnings"], "draft": ["profile", "warnings"], "warnings": ["profile", "draft"],
    }))]
    Completed {
        /// The proven office.
        office: Office,
        /// Absent once the person has chosen a password.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_password: Option<InitialPassword>,
        /// Only the profile that this person entered, not a colleague's.
        #[serde(flatten)]
        shown: Option<Shown>,
    },
    /// 同一組織で登録済み
    AlreadyRegistered {
        /// The proven office.
        office: Office,
        /// The manual's sentence.
        #[schemars(extend("const" = Kind::OrganisationAlreadyRegistered.title()))]
        message: &'static str,
        /// Its members.
        members: Vec<Colleague>,
        /// The void claim, until another member is registered.
        #[serde(skip_serializing_if = "Option::is_none")]
        voided: Option<Voided>,
    },
    /// 新しいパスワードと利用規約への同意
    NewPassword {
        /// Whose log-in it is; absent in one that began before a release that stores this.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<Account>,
        /// Whether a password has to be set.
        new_password: NewPassword,
        /// The terms that are to be agreed to.
        terms: TermsShown,
    },
    /// マイページ
    MyPage {},
}

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
    /// The delivery status of the mail.
    pub delivery: Word<Delivery>,
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
pub struct Shown {
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

/// The account that a log-in is for.
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

impl Progress {
    fn new(at: At, flow: &FlowId, expires_at: Timestamp, allowed: Vec<Allowed>) -> Self {
        Self {
            at,
            flow: FlowName::of(flow).as_str().to_owned(),
            expires_at: Time(expires_at),
            allowed: allowed.into_iter().map(Word).collect(),
        }
    }

    /// The progress of a registration.
    ///
    /// `seats` is used at `already-registered` and at `completed`; elsewhere pass [`Seats::none`].
    pub fn of_registration(
        registration: &Registration,
        seats: &Seats,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        let at = match &registration.stage {
            Stage::SecurityCode { tries } => At::SecurityCode {
                security_code: TriesLeft {
                    tries_left: Count(security_code_tries_left(*tries, limits)),
                },
            },
            Stage::Otp { challenge, .. } => At::Otp {
                otp: Otp::of(challenge, now, limits),
            },
            Stage::Profile { office } => At::Profile {
                office: Office::of(office),
                voided: Voided::of(registration),
            },
            Stage::Confirm { office, profile, .. } => At::Confirm {
                office: Office::of(office),
                shown: Shown::of(profile),
            },
            Stage::AlreadyRegistered { office } => At::AlreadyRegistered {
                office: Office::of(office),
                message: Kind::OrganisationAlreadyRegistered.title(),
                members: seats.members.iter().map(Colleague::of).collect(),
                voided: Voided::of(registration),
            },
            Stage::Completed {
                office,
                member,
                registered,
                ..
            } => {
                let member = seats.member(member);
                At::Completed {
                    office: Office::of(office),
                    initial_password: member
                        .and_then(Member::mail)
                        .map(|mail| InitialPassword::of(mail, now, limits)),
                    shown: member
                        .filter(|_| registered.is_some())
                        .map(|member| Shown::of(&member.profile)),
                }
            }
        };
        let allowed = progress::allowed_in_registration(registration, seats, now, limits);
        Self::new(at, &registration.id, registration.expires_at, allowed)
    }

    /// The progress of a log-in.
    pub fn of_login(login: &Login, terms: &Terms, now: Timestamp, limits: &Limits) -> Self {
        let at = match &login.stage {
            login::Stage::Otp { challenge } => At::Otp {
                otp: Otp::of(challenge, now, limits),
            },
            login::Stage::NewPassword {
                required,
                account,
                shown,
            } => At::NewPassword {
                account: account.as_ref().map(|account| Account {
                    email_masked: Masked(account.email_masked.clone()),
                    office: Office::of(&account.office),
                }),
                new_password: if *required {
                    NewPassword::Required
                } else {
                    NewPassword::None
                },
                terms: TermsShown {
                    version: TermsVersion(terms.version),
                    shown: shown.as_ref().is_some_and(|shown| shown.version == terms.version),
                },
            },
            login::Stage::MyPage => At::MyPage {},
        };
        let allowed = progress::allowed_in_login(login, now, limits);
        Self::new(at, &login.id, login.expires_at, allowed)
    }

    /// The document of the first answer to 「登録する」, for its replay: it shows nothing that happened later.
    #[must_use]
    pub fn as_first_answered(mut self, registered_at: Timestamp, limits: &Limits) -> Self {
        if let At::Completed {
            initial_password,
            shown: Some(shown),
            ..
        } = &mut self.at
        {
            *initial_password = Some(InitialPassword {
                sent_to: Masked::of(&shown.profile.email),
                delivery: Word(Delivery::Queued),
                expires_at: Time(plus(registered_at, limits.initial_password_life)),
                resend_after_seconds: Count(limits.resend_first_wait.count()),
                sends_left: Count(limits.sends_per_challenge.saturating_sub(1)),
            });
            self.allowed = [Allowed::ResendInitialPassword, Allowed::Cancel]
                .map(Word)
                .to_vec();
        }
        self
    }
}

impl Otp {
    fn of(challenge: &Challenge, now: Timestamp, limits: &Limits) -> Self {
        let mail = &challenge.mail;
        Self {
            sent_to: Masked::of(&mail.to),
            subject: mail.content.subject(),
            label: challenge.label.as_str().to_owned(),
            expires_at: Time(challenge.code_expires_at()),
            resend_after_seconds: Count(seconds_until(now, mail.resend_at(limits))),
            sends_left: Count(mail.sends_left(limits)),
            tries_left: Count(challenge.tries_left(limits)),
            delivery: Word(mail.delivery),
        }
    }
}

impl InitialPassword {
    fn of(mail: &Promise, now: Timestamp, limits: &Limits) -> Self {
        Self {
            sent_to: Masked::of(&mail.to),
            delivery: Word(mail.delivery),
            expires_at: Time(mail.expires_at),
            resend_after_seconds: Count(seconds_until(now, mail.resend_at(limits))),
            sends_left: Count(mail.sends_left(limits)),
        }
    }
}

impl Shown {
    fn of(profile: &portal::values::Profile) -> Self {
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
    fn of(registration: &Registration) -> Option<Self> {
        let voided = registration.voided.as_ref();
        voided.map(|masked| Self {
            email_masked: Masked(masked.clone()),
        })
    }
}

impl Colleague {
    fn of(member: &Member) -> Self {
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
