//! 途中経過 — the screens, and the actions that are possible at each (`docs/api.md` 2).

use jiff::Timestamp;

use crate::account::NotMailed;
use crate::challenge::{Challenge, NotJudged, NotResent};
use crate::limits::Limits;
use crate::login::{self, Login};
use crate::office::Seats;
use crate::password_reset::{self, PasswordReset};
use crate::registration::{Registration, Replaced, Stage};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $word:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$each])* $word,)* }

        impl $name {
            /// All words.
            pub const ALL: &'static [Self] = &[$(Self::$word,)*];

            /// The word on the wire.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$word => $code,)* }
            }
        }
    };
}

words! {
    /// The screen that the person has to see now.
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
    /// An action that is possible now.
    Allowed {
        /// Type the security code.
        SecurityCode = "security-code",
        /// Type the one-time code.
        Otp = "otp",
        /// Resend the code.
        ResendOtp = "resend-otp",
        /// Enter or correct the profile.
        Profile = "profile",
        /// 登録する
        Confirm = "confirm",
        /// Resend the same initial password.
        ResendInitialPassword = "resend-initial-password",
        /// Re-issue the initial password.
        ReissueInitialPassword = "reissue-initial-password",
        /// Replace a member who never logged in.
        CorrectProfile = "correct-profile",
        /// Ask to take the office over.
        TakeOver = "take-over",
        /// Complete the take-over with another profile.
        CompleteTakeOver = "complete-take-over",
        /// Record that the terms were shown.
        TermsShown = "terms-shown",
        /// パスワードを変更する
        NewPassword = "new-password",
        /// Get the session's cookie again.
        Session = "session",
        /// 中止
        Cancel = "cancel",
    }
}

impl Next {
    /// All actions that can ever be possible at this screen.
    pub const fn offers(self) -> &'static [Allowed] {
        match self {
            Self::SecurityCode => &[Allowed::SecurityCode, Allowed::Cancel],
            Self::Otp => &[Allowed::Otp, Allowed::ResendOtp, Allowed::Cancel],
            Self::Profile => &[Allowed::Profile, Allowed::Cancel],
            Self::Confirm => &[Allowed::Confirm, Allowed::Profile, Allowed::Cancel],
            Self::Completed => &[
                Allowed::ResendInitialPassword,
                Allowed::ReissueInitialPassword,
                Allowed::Cancel,
            ],
            Self::AlreadyRegistered => &[
                Allowed::ReissueInitialPassword,
                Allowed::CorrectProfile,
                Allowed::TakeOver,
                Allowed::CompleteTakeOver,
                Allowed::Cancel,
            ],
            Self::NewPassword => &[Allowed::TermsShown, Allowed::NewPassword, Allowed::Cancel],
            Self::MyPage => &[Allowed::Session, Allowed::Cancel],
            Self::Done => &[Allowed::Cancel],
        }
    }
}

fn at_otp(challenge: &Challenge, now: Timestamp, limits: &Limits) -> Vec<Allowed> {
    let mut allowed = Vec::new();
    // An expired code is refused when it is typed, and a resend states its own wait.
    match challenge.check(now, limits) {
        Ok(()) | Err(NotJudged::Expired) => allowed.push(Allowed::Otp),
        Err(NotJudged::NoTriesLeft) => {}
    }
    match challenge.may_be_resent(now, limits) {
        Ok(()) | Err(NotResent::TooEarly(_)) => allowed.push(Allowed::ResendOtp),
        Err(NotResent::NoTriesLeft | NotResent::NoneLeft) => {}
    }
    allowed.push(Allowed::Cancel);
    allowed
}

/// The actions that are possible now in a registration.
///
/// `seats` is used at `already-registered` and at `completed`; elsewhere pass [`Seats::none`].
pub fn allowed_in_registration(
    registration: &Registration,
    seats: &Seats,
    now: Timestamp,
    limits: &Limits,
) -> Vec<Allowed> {
    match &registration.stage {
        Stage::SecurityCode { .. } => {
            let mut allowed = Vec::new();
            if registration.may_try_security_code(limits).is_ok() {
                allowed.push(Allowed::SecurityCode);
            }
            allowed.push(Allowed::Cancel);
            allowed
        }
        Stage::Otp { challenge, .. } => at_otp(challenge, now, limits),
        Stage::Profile { .. } => vec![Allowed::Profile, Allowed::Cancel],
        Stage::Confirm { .. } => vec![Allowed::Confirm, Allowed::Profile, Allowed::Cancel],
        Stage::AlreadyRegistered { .. } => {
            let mut allowed = Vec::new();
            if registration.may_reissue_initial_password(seats, now).is_ok() {
                allowed.push(Allowed::ReissueInitialPassword);
            }
            match registration.may_enter_profile(seats, now) {
                Ok((_, Some(Replaced::Everyone))) => allowed.push(Allowed::CompleteTakeOver),
                Ok(_) => allowed.push(Allowed::CorrectProfile),
                Err(_) => {}
            }
            if registration.may_ask_for_take_over(seats, now, limits).is_ok() {
                allowed.push(Allowed::TakeOver);
            }
            allowed.push(Allowed::Cancel);
            allowed
        }
        Stage::Completed { member, .. } => {
            let mut allowed = Vec::new();
            if registration.may_reissue_initial_password(seats, now).is_ok() {
                allowed.push(Allowed::ReissueInitialPassword);
            }
            let member = seats.member(member);
            match member.map(|member| member.may_resend_initial_password(now, limits)) {
                Some(Ok(()) | Err(NotMailed::TooEarly(_))) => allowed.push(Allowed::ResendInitialPassword),
                Some(Err(NotMailed::NoneLeft | NotMailed::NoSuchPassword)) | None => {}
            }
            allowed.push(Allowed::Cancel);
            allowed
        }
    }
}

/// The actions that are possible now in a log-in.
pub fn allowed_in_login(login: &Login, now: Timestamp, limits: &Limits) -> Vec<Allowed> {
    match &login.stage {
        login::Stage::Otp { challenge } => at_otp(challenge, now, limits),
        login::Stage::NewPassword { .. } => {
            vec![Allowed::TermsShown, Allowed::NewPassword, Allowed::Cancel]
        }
        login::Stage::MyPage => vec![Allowed::Session, Allowed::Cancel],
    }
}

/// What may be done next in a reset.
pub fn allowed_in_password_reset(reset: &PasswordReset, now: Timestamp, limits: &Limits) -> Vec<Allowed> {
    match &reset.stage {
        password_reset::Stage::Otp { challenge } => at_otp(challenge, now, limits),
        password_reset::Stage::NewPassword { .. } => vec![Allowed::NewPassword, Allowed::Cancel],
        password_reset::Stage::Done { .. } => vec![Allowed::Cancel],
    }
}

#[cfg(test)]
mod tests;
