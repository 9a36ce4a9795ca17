//! 途中経過 — the one document that says where a person is, and what may be done next, and when (`docs/api.md` 2).

use jiff::Timestamp;

use crate::account::Member;
use crate::challenge::Challenge;
use crate::form::{self, Warning};
use crate::limits::Limits;
use crate::login::{self, Login};
use crate::mail::{Delivery, Promise};
use crate::office::Claim;
use crate::problem::Kind;
use crate::registration::{Registration, Stage};
use crate::terms::Terms;
use crate::time::{plus, seconds_until};
use crate::values::{Draft, OfficeName, Profile};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $word:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$each])* $word,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$word,)*];

            /// The word on the wire.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$word => $code,)* }
            }
        }
    };
}

words! {
    /// The screen that the person belongs on.
    Next {
        /// セキュリティコードの入力
        SecurityCode = "security-code",
        /// ワンタイムパスワード認証
        Otp = "otp",
        /// 新規ユーザ登録情報の入力
        Profile = "profile",
        /// 入力情報の確認
        Confirm = "confirm",
        /// ユーザ登録完了
        Completed = "completed",
        /// 同一組織で登録済み
        AlreadyRegistered = "already-registered",
        /// 新しいパスワードと利用規約
        NewPassword = "new-password",
        /// マイページ
        MyPage = "my-page",
        /// パスワードの再設定の完了
        Done = "done",
    }
}

words! {
    /// What may be done from here.
    Allowed {
        /// Type the security code.
        SecurityCode = "security-code",
        /// Type the one-time code.
        Otp = "otp",
        /// Have a code mailed again.
        ResendOtp = "resend-otp",
        /// Enter or correct the profile.
        Profile = "profile",
        /// 登録する
        Confirm = "confirm",
        /// Have the same initial password mailed again.
        ResendInitialPassword = "resend-initial-password",
        /// Have a new initial password mailed.
        ReissueInitialPassword = "reissue-initial-password",
        /// Replace a member who never logged in.
        CorrectProfile = "correct-profile",
        /// Say that the terms were shown.
        TermsShown = "terms-shown",
        /// パスワードを変更する
        NewPassword = "new-password",
        /// Have the session given again.
        Session = "session",
        /// 中止
        Cancel = "cancel",
    }
}

/// A mailed code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Otp {
    /// The masked address.
    pub sent_to: String,
    /// The mail's subject.
    pub subject: &'static str,
    /// 照合記号
    pub label: String,
    /// The first instant at which the code no longer works.
    pub expires_at: Timestamp,
    /// When a resend is allowed.
    pub resend_after_seconds: u64,
    /// Resends that are left.
    pub sends_left: u64,
    /// Tries that are left.
    pub tries_left: u64,
    /// What became of the mail.
    pub delivery: Option<Delivery>,
}

/// A mailed initial password.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InitialPassword {
    /// The masked address.
    pub sent_to: String,
    /// What became of the mail.
    pub delivery: Delivery,
    /// The first instant at which it no longer works.
    pub expires_at: Timestamp,
    /// When a resend is allowed.
    pub resend_after_seconds: u64,
    /// Resends that are left.
    pub sends_left: u64,
}

/// The profile as it will be stored, or is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shown {
    /// 登録情報
    pub profile: Profile,
    /// Its digest.
    pub draft: Draft,
    /// What to look at once more.
    pub warnings: Vec<Warning>,
}

/// Somebody of the office who is registered already.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Colleague {
    /// The masked address.
    pub email_masked: String,
    /// Since when.
    pub registered_at: Timestamp,
    /// Whether they have never logged in.
    pub pending: bool,
}

/// That the office is registered already.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AlreadyRegistered {
    /// The manual's sentence.
    pub message: &'static str,
    /// By whom.
    pub members: Vec<Colleague>,
}

/// What is left to do of the last step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewPassword {
    /// Whether a password has to be set.
    pub required: bool,
    /// The version of the terms in force.
    pub terms_version: &'static str,
    /// Whether that text was shown.
    pub terms_shown: bool,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Progress {
    /// Where the person belongs.
    pub next: Next,
    /// The first instant at which the flow is over.
    pub expires_at: Timestamp,
    /// What may be done.
    pub allowed: Vec<Allowed>,
    /// At `security-code`: tries that are left.
    pub security_code_tries_left: Option<u64>,
    /// At `otp`.
    pub otp: Option<Otp>,
    /// From `profile` on.
    pub office: Option<OfficeName>,
    /// From `confirm` on.
    pub profile: Option<Shown>,
    /// At `completed`.
    pub initial_password: Option<InitialPassword>,
    /// At `already-registered`.
    pub already_registered: Option<AlreadyRegistered>,
    /// At a log-in's `new-password`.
    pub new_password: Option<NewPassword>,
}

impl Progress {
    const fn at(next: Next, expires_at: Timestamp, allowed: Vec<Allowed>) -> Self {
        Self {
            next,
            expires_at,
            allowed,
            security_code_tries_left: None,
            otp: None,
            office: None,
            profile: None,
            initial_password: None,
            already_registered: None,
            new_password: None,
        }
    }
}

/// What a registration's progress needs to know beside the registration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Seats {
    /// What the office's members mean.
    pub claim: Claim,
    /// Who holds a seat.
    pub members: Vec<Member>,
}

impl Seats {
    /// An office that nobody has registered.
    pub const fn none() -> Self {
        Self {
            claim: Claim::Free,
            members: Vec::new(),
        }
    }
}

fn otp(challenge: &Challenge, now: Timestamp, limits: &Limits) -> (Otp, Vec<Allowed>) {
    let mail = &challenge.mail;
    let tries_left = challenge.tries_left(limits);
    let sends_left = mail.sends_left(limits);
    let mut allowed = Vec::new();
    if tries_left > 0 {
        allowed.push(Allowed::Otp);
        if sends_left > 0 {
            allowed.push(Allowed::ResendOtp);
        }
    }
    allowed.push(Allowed::Cancel);
    let otp = Otp {
        sent_to: mail.to.masked(),
        subject: mail.content.subject(),
        label: challenge.label.as_str().to_owned(),
        expires_at: challenge.code_expires_at(),
        resend_after_seconds: seconds_until(now, mail.resend_at(limits)),
        sends_left,
        tries_left,
        delivery: Some(mail.delivery),
    };
    (otp, allowed)
}

fn initial_password(mail: &Promise, now: Timestamp, limits: &Limits) -> InitialPassword {
    InitialPassword {
        sent_to: mail.to.masked(),
        delivery: mail.delivery,
        expires_at: mail.expires_at,
        resend_after_seconds: seconds_until(now, mail.resend_at(limits)),
        sends_left: mail.sends_left(limits),
    }
}

fn shown(profile: &Profile) -> Shown {
    Shown {
        profile: profile.clone(),
        draft: profile.draft(),
        warnings: form::warnings(profile),
    }
}

/// Where a registration stands.
///
/// `seats` matters at `already-registered` and at `completed`; elsewhere [`Seats::none`] does.
pub fn of_registration(
    registration: &Registration,
    seats: &Seats,
    now: Timestamp,
    limits: &Limits,
) -> Progress {
    let expires_at = registration.expires_at;
    let mut progress = match &registration.stage {
        Stage::SecurityCode { tries } => {
            let left = limits.security_code_tries.saturating_sub(u64::from(*tries));
            let allowed = if left > 0 {
                vec![Allowed::SecurityCode, Allowed::Cancel]
            } else {
                vec![Allowed::Cancel]
            };
            let mut progress = Progress::at(Next::SecurityCode, expires_at, allowed);
            progress.security_code_tries_left = Some(left);
            progress
        }
        Stage::Otp { challenge, .. } => {
            let (otp, allowed) = otp(challenge, now, limits);
            let mut progress = Progress::at(Next::Otp, expires_at, allowed);
            progress.otp = Some(otp);
            progress
        }
        Stage::Profile { .. } => {
            Progress::at(Next::Profile, expires_at, vec![Allowed::Profile, Allowed::Cancel])
        }
        Stage::Confirm { profile, .. } => {
            let allowed = vec![Allowed::Confirm, Allowed::Profile, Allowed::Cancel];
            let mut progress = Progress::at(Next::Confirm, expires_at, allowed);
            progress.profile = Some(shown(profile));
            progress
        }
        Stage::AlreadyRegistered { .. } => {
            let allowed = match &seats.claim {
                Claim::Pending { .. } => vec![
                    Allowed::ReissueInitialPassword,
                    Allowed::CorrectProfile,
                    Allowed::Cancel,
                ],
                Claim::Free => vec![Allowed::CorrectProfile, Allowed::Cancel],
                Claim::Taken => vec![Allowed::Cancel],
            };
            let mut progress = Progress::at(Next::AlreadyRegistered, expires_at, allowed);
            let colleague = |member: &Member| Colleague {
                email_masked: member.profile.email.masked(),
                registered_at: member.registered_at,
                pending: member.is_pending(),
            };
            progress.already_registered = Some(AlreadyRegistered {
                message: Kind::OrganisationAlreadyRegistered.title(),
                members: seats.members.iter().map(colleague).collect(),
            });
            progress
        }
        Stage::Completed {
            member, registered, ..
        } => {
            let member = seats.members.iter().find(|other| other.id == *member);
            let mail = member.and_then(Member::mail);
            let mut allowed = Vec::new();
            if let Some(mail) = mail {
                if mail.is_expired(now) {
                    allowed.push(Allowed::ReissueInitialPassword);
                } else if mail.sends_left(limits) > 0 {
                    allowed.push(Allowed::ResendInitialPassword);
                }
            }
            allowed.push(Allowed::Cancel);
            let mut progress = Progress::at(Next::Completed, expires_at, allowed);
            progress.initial_password = mail.map(|mail| initial_password(mail, now, limits));
            // Only what this person entered is shown again, not what a colleague did.
            progress.profile = member
                .filter(|_| registered.is_some())
                .map(|member| shown(&member.profile));
            progress
        }
    };
    progress.office = registration.office().cloned();
    progress
}

/// Where a log-in stands.
pub fn of_login(login: &Login, terms: &Terms, now: Timestamp, limits: &Limits) -> Progress {
    let expires_at = login.expires_at;
    match &login.stage {
        login::Stage::Otp { challenge } => {
            let (otp, allowed) = otp(challenge, now, limits);
            let mut progress = Progress::at(Next::Otp, expires_at, allowed);
            progress.otp = Some(otp);
            progress
        }
        login::Stage::NewPassword { required, shown } => {
            let allowed = vec![Allowed::TermsShown, Allowed::NewPassword, Allowed::Cancel];
            let mut progress = Progress::at(Next::NewPassword, expires_at, allowed);
            progress.new_password = Some(NewPassword {
                required: *required,
                terms_version: terms.version,
                terms_shown: shown.as_ref().is_some_and(|shown| shown.version == terms.version),
            });
            progress
        }
        login::Stage::MyPage => {
            Progress::at(Next::MyPage, expires_at, vec![Allowed::Session, Allowed::Cancel])
        }
    }
}

/// The document as 「登録する」 was first answered with, for its replay: nothing that came later shows in it.
#[must_use]
pub fn as_first_answered(mut progress: Progress, registered_at: Timestamp, limits: &Limits) -> Progress {
    if let Some(shown) = &progress.profile {
        progress.initial_password = Some(InitialPassword {
            sent_to: shown.profile.email.masked(),
            delivery: Delivery::Queued,
            expires_at: plus(registered_at, limits.initial_password_life),
            resend_after_seconds: limits.resend_first_wait,
            sends_left: limits.sends_per_challenge.saturating_sub(1),
        });
        progress.allowed = vec![Allowed::ResendInitialPassword, Allowed::Cancel];
    }
    progress
}
