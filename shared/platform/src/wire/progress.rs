//! The progress document (`docs/api.md` 2).

mod parts;

use jiff::Timestamp;
use portal::account::Member;
use portal::limits::Limits;
use portal::login::{self, Login};
use portal::mail::Delivery;
use portal::office::Seats;
use portal::password_reset::{self, PasswordReset};
use portal::problem::Kind;
use portal::progress::{self, Allowed};
use portal::registration::{Registered, Registration, Stage, security_code_tries_left};
use portal::terms::Terms;
use portal::time::plus;
use portal::values::{FlowId, FlowName};
use schemars::JsonSchema;
use serde::Serialize;

use self::parts::{Account, Voided};
pub use self::parts::{
    Colleague, InitialPassword, NewPassword, Otp, ShownProfile, TermsShown, TriesLeft, Warning,
};
use super::{Count, Masked, MaskedUserId, Office, TakeOver, TermsVersion, Time, Word};

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
        /// Whose security code it is.
        user_id_masked: MaskedUserId,
        /// The tries that are left.
        security_code: TriesLeft,
    },
    /// ワンタイムパスワード認証
    Otp {
        /// The user id whose office is registered; absent in a log-in and in a reset.
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id_masked: Option<MaskedUserId>,
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
        shown: ShownProfile,
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
        shown: Option<ShownProfile>,
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
        /// The take-over of the office, if one is under way or was stopped a short while ago.
        #[serde(skip_serializing_if = "Option::is_none")]
        take_over: Option<TakeOver>,
    },
    /// 新しいパスワードと利用規約への同意
    NewPassword {
        /// Whose log-in or reset it is; absent in a log-in that began before a release that stores this.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<Account>,
        /// Whether a password has to be set.
        new_password: NewPassword,
        /// The terms that are to be agreed to; absent in a reset.
        #[serde(skip_serializing_if = "Option::is_none")]
        terms: Option<TermsShown>,
    },
    /// マイページ
    MyPage {},
    /// パスワードの再設定の完了
    Done {
        /// Whose password was reset; absent in a reset that began before a release that stores this.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<Account>,
    },
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
                user_id_masked: MaskedUserId::of(&registration.claims_user),
                security_code: TriesLeft {
                    tries_left: Count(security_code_tries_left(*tries, limits)),
                },
            },
            Stage::Otp { challenge, .. } => At::Otp {
                user_id_masked: Some(MaskedUserId::of(&registration.claims_user)),
                otp: Otp::of(challenge, now, limits),
            },
            Stage::Profile { office } => At::Profile {
                office: Office::of(office),
                voided: Voided::of(registration),
            },
            Stage::Confirm { office, profile, .. } => At::Confirm {
                office: Office::of(office),
                shown: ShownProfile::of(profile),
            },
            Stage::AlreadyRegistered { office } => At::AlreadyRegistered {
                office: Office::of(office),
                message: Kind::OrganisationAlreadyRegistered.title(),
                members: seats.members.iter().map(Colleague::of).collect(),
                voided: Voided::of(registration),
                take_over: TakeOver::shown(seats.take_over.as_ref(), now, limits),
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
                        .map(|member| ShownProfile::of(&member.profile)),
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
                user_id_masked: None,
                otp: Otp::of(challenge, now, limits),
            },
            login::Stage::NewPassword {
                required,
                account,
                shown,
            } => At::NewPassword {
                account: account.as_ref().map(Account::of),
                new_password: if *required {
                    NewPassword::Required
                } else {
                    NewPassword::None
                },
                terms: Some(TermsShown {
                    version: TermsVersion(terms.version),
                    shown: shown.as_ref().is_some_and(|shown| shown.version == terms.version),
                }),
            },
            login::Stage::MyPage => At::MyPage {},
        };
        let allowed = progress::allowed_in_login(login, now, limits);
        Self::new(at, &login.id, login.expires_at, allowed)
    }

    /// Where a reset stands: the same for every address until its code was right.
    pub fn of_password_reset(reset: &PasswordReset, now: Timestamp, limits: &Limits) -> Self {
        let at = match &reset.stage {
            password_reset::Stage::Otp { challenge } => At::Otp {
                user_id_masked: None,
                otp: Otp {
                    delivery: None,
                    ..Otp::of(challenge, now, limits)
                },
            },
            password_reset::Stage::NewPassword { account } => At::NewPassword {
                account: Some(Account::of(account)),
                new_password: NewPassword::Required,
                terms: None,
            },
            password_reset::Stage::Done { account } => At::Done {
                account: account.as_ref().map(Account::of),
            },
        };
        let allowed = progress::allowed_in_password_reset(reset, now, limits);
        Self::new(at, &reset.id, reset.expires_at, allowed)
    }

    /// The document of the first answer to 「登録する」, for its replay: it shows nothing that happened later.
    #[must_use]
    pub fn as_first_answered(mut self, registered: &Registered, limits: &Limits) -> Self {
        if let At::Completed {
            initial_password,
            shown: Some(shown),
            ..
        } = &mut self.at
        {
            *initial_password = Some(InitialPassword {
                sent_to: Masked::of(&shown.profile.email),
                delivery: Word(Delivery::Queued),
                expires_at: Time(
                    registered
                        .password_ends_at
                        .unwrap_or_else(|| plus(registered.at, limits.initial_password_life)),
                ),
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
