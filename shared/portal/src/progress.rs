//! 途中経過 — the screens, and the actions that are possible at each (`docs/api.md` 2).

use jiff::Timestamp;

use crate::account::NotMailed;
use crate::challenge::{Challenge, NotJudged, NotResent};
use crate::limits::Limits;
use crate::login::{self, Login};
use crate::office::Seats;
use crate::password_reset::{self, PasswordReset};
use crate::registration::{Registration, Stage};

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
            if registration.may_enter_profile(seats).is_ok() {
                allowed.push(Allowed::CorrectProfile);
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
        password_reset::Stage::Done => vec![Allowed::Cancel],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Credential, Member};
    use crate::code::Purpose;
    use crate::office::Claim;
    use crate::samples::{
        LIMITS, active, address, challenge, claims_user, flow, office, pending, profile, t,
    };
    use crate::values::MemberId;

    fn at(stage: Stage, seats: &Seats, second: u64) -> Vec<Allowed> {
        let registration = Registration {
            id: flow("f"),
            claims_user: claims_user(),
            expires_at: t(1_800),
            email_taken: 0,
            asked: Vec::new(),
            voided: None,
            stage,
        };
        allowed_in_registration(&registration, seats, t(second), &LIMITS)
    }

    fn in_login(stage: login::Stage) -> Vec<Allowed> {
        let login = Login {
            id: flow("f"),
            account: address().key(),
            member: MemberId::new("m"),
            credential_version: 1,
            expires_at: t(900),
            stage,
        };
        allowed_in_login(&login, t(10), &LIMITS)
    }

    fn completed() -> Stage {
        Stage::Completed {
            office: office(),
            member: MemberId::new("m"),
            account: address().key(),
            registered: None,
        }
    }

    /// The pending member after this number of mails of one initial password, the last at the beginning.
    fn mailed(sends: u32) -> Member {
        let mut member = pending("m");
        if let Credential::Initial { mail, .. } = &mut member.credential {
            mail.sends = sends;
        }
        member
    }

    #[test]
    fn after_the_last_security_code_only_the_way_out_is_left() {
        let told = |tries| {
            (
                crate::registration::security_code_tries_left(tries, &LIMITS),
                at(Stage::SecurityCode { tries }, &Seats::none(), 0),
            )
        };
        let open = vec![Allowed::SecurityCode, Allowed::Cancel];
        assert_eq!(told(0), (3, open.clone()));
        assert_eq!(told(2), (1, open));
        assert_eq!(told(3), (0, vec![Allowed::Cancel]));
        assert_eq!(told(4), (0, vec![Allowed::Cancel]));
    }

    #[test]
    fn no_mail_helps_where_no_try_is_left_and_a_try_may_be_left_without_a_mail() {
        let allowed = |tries, sends| {
            let mut challenge = challenge(Purpose::Registration, 1_800);
            challenge.tries = tries;
            challenge.mail.sends = sends;
            let office = office();
            at(Stage::Otp { office, challenge }, &Seats::none(), 0)
        };
        assert_eq!(allowed(4, 4), [Allowed::Otp, Allowed::ResendOtp, Allowed::Cancel]);
        assert_eq!(allowed(4, 5), [Allowed::Otp, Allowed::Cancel]);
        assert_eq!(allowed(5, 4), [Allowed::Cancel]);
        assert_eq!(allowed(5, 5), [Allowed::Cancel]);
    }

    #[test]
    fn a_profile_is_entered_and_then_confirmed_or_corrected() {
        let allowed = at(Stage::Profile { office: office() }, &Seats::none(), 0);
        assert_eq!(allowed, [Allowed::Profile, Allowed::Cancel]);
        let confirm = Stage::Confirm {
            office: office(),
            profile: profile(),
            replaces: None,
        };
        let allowed = at(confirm, &Seats::none(), 0);
        assert_eq!(allowed, [Allowed::Confirm, Allowed::Profile, Allowed::Cancel]);
    }

    /// 「同一組織で新規登録が完了しています。…」 and the actions that follow.
    #[test]
    fn where_the_office_is_registered_the_ways_out_follow_from_its_members() {
        let allowed = |claim, members| {
            let seats = Seats { claim, members };
            at(Stage::AlreadyRegistered { office: office() }, &seats, 0)
        };
        let waiting = Claim::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        };
        assert_eq!(
            allowed(waiting, vec![pending("m")]),
            [
                Allowed::ReissueInitialPassword,
                Allowed::CorrectProfile,
                Allowed::Cancel
            ]
        );
        assert_eq!(allowed(Claim::Taken, vec![active("m")]), [Allowed::Cancel]);
        assert_eq!(
            allowed(Claim::Free, vec![]),
            [Allowed::CorrectProfile, Allowed::Cancel]
        );
    }

    #[test]
    fn at_the_end_the_initial_password_can_be_had_again_as_long_as_it_lives() {
        let life = 72 * 3_600;
        let told = |member: Member, second| {
            let claim = Claim::Taken;
            let members = vec![member];
            at(completed(), &Seats { claim, members }, second)
        };
        let resend = [Allowed::ResendInitialPassword, Allowed::Cancel];
        assert_eq!(told(pending("m"), 10), resend);
        assert_eq!(told(mailed(4), life - 1), resend);
        assert_eq!(told(mailed(5), life - 1), [Allowed::Cancel]);
        let reissue = [Allowed::ReissueInitialPassword, Allowed::Cancel];
        assert_eq!(told(mailed(5), life), reissue);
        assert_eq!(told(active("m"), 10), [Allowed::Cancel]);
        assert_eq!(told(pending("another"), 10), [Allowed::Cancel]);
    }

    #[test]
    fn a_reset_stands_at_its_code_its_password_or_its_end() {
        let in_reset = |stage| {
            let reset = PasswordReset {
                id: flow("f"),
                account: address().key(),
                recipient: password_reset::Recipient::Nobody,
                expires_at: t(1_800),
                stage,
            };
            allowed_in_password_reset(&reset, t(10), &LIMITS)
        };
        let challenge = challenge(Purpose::Reset, 1_800);
        assert_eq!(
            in_reset(password_reset::Stage::Otp { challenge }),
            Next::Otp.offers()
        );
        let account = password_reset::ShownAccount::of(&active("m"));
        assert_eq!(
            in_reset(password_reset::Stage::NewPassword { account }),
            [Allowed::NewPassword, Allowed::Cancel]
        );
        assert_eq!(in_reset(password_reset::Stage::Done), Next::Done.offers());
    }

    #[test]
    fn a_log_in_shows_its_code_its_password_or_its_page() {
        let challenge = challenge(Purpose::Login, 900);
        assert_eq!(in_login(login::Stage::Otp { challenge }), Next::Otp.offers());
        assert_eq!(in_login(login::Stage::MyPage), Next::MyPage.offers());
        let stage = login::Stage::NewPassword {
            required: true,
            account: None,
            shown: None,
        };
        assert_eq!(in_login(stage), Next::NewPassword.offers());
    }
}
