//! 途中経過 — the one document that says where a person is, and what may be done next, and when (`docs/api.md` 2).

use jiff::Timestamp;

use crate::account::{Member, NotMailed};
use crate::challenge::{Challenge, NotJudged, NotResent};
use crate::form::{self, Warning};
use crate::limits::Limits;
use crate::login::{self, Login};
use crate::mail::{Delivery, Promise};
use crate::office::Seats;
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
    /// The manual's sentence (R-15).
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

fn otp(challenge: &Challenge, now: Timestamp, limits: &Limits) -> (Otp, Vec<Allowed>) {
    let mail = &challenge.mail;
    let tries_left = challenge.tries_left(limits);
    let sends_left = mail.sends_left(limits);
    let mut allowed = Vec::new();
    // A code that has expired is told so when it is typed, and a resend says by itself how long it has to wait.
    match challenge.check(now, limits) {
        Ok(()) | Err(NotJudged::Expired) => allowed.push(Allowed::Otp),
        Err(NotJudged::NoTriesLeft) => {}
    }
    match challenge.may_be_resent(now, limits) {
        Ok(()) | Err(NotResent::TooEarly(_)) => allowed.push(Allowed::ResendOtp),
        Err(NotResent::NoTriesLeft | NotResent::NoneLeft) => {}
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
        Stage::SecurityCode { .. } => {
            let mut allowed = Vec::new();
            if registration.may_try_security_code(limits).is_ok() {
                allowed.push(Allowed::SecurityCode);
            }
            allowed.push(Allowed::Cancel);
            let mut progress = Progress::at(Next::SecurityCode, expires_at, allowed);
            progress.security_code_tries_left = registration.security_code_tries_left(limits);
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
            let mut allowed = Vec::new();
            if registration.may_reissue_initial_password(seats, now).is_ok() {
                allowed.push(Allowed::ReissueInitialPassword);
            }
            if registration.may_enter_profile(seats).is_ok() {
                allowed.push(Allowed::CorrectProfile);
            }
            allowed.push(Allowed::Cancel);
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
            let member = seats.member(member);
            let mail = member.and_then(Member::mail);
            let mut allowed = Vec::new();
            if registration.may_reissue_initial_password(seats, now).is_ok() {
                allowed.push(Allowed::ReissueInitialPassword);
            }
            match member.map(|member| member.may_resend_initial_password(now, limits)) {
                Some(Ok(()) | Err(NotMailed::TooEarly(_))) => allowed.push(Allowed::ResendInitialPassword),
                Some(Err(NotMailed::NoneLeft | NotMailed::AddressFull(_) | NotMailed::NoSuchPassword))
                | None => {}
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
            resend_after_seconds: limits.resend_first_wait.count(),
            sends_left: limits.sends_per_challenge.saturating_sub(1),
        });
        progress.allowed = vec![Allowed::ResendInitialPassword, Allowed::Cancel];
    }
    progress
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Credential;
    use crate::code::Purpose;
    use crate::office::Claim;
    use crate::registration::Registered;
    use crate::samples::{
        LIMITS, active, address, challenge, claims_user, flow, office, pending, profile, t,
    };
    use crate::terms::PUBLISHED;
    use crate::values::{MemberId, RequestKey};

    fn registration(stage: Stage) -> Registration {
        Registration {
            id: flow("f"),
            claims_user: claims_user(),
            expires_at: t(1_800),
            email_taken: 0,
            stage,
        }
    }

    fn at(stage: Stage, seats: &Seats, second: u64) -> Progress {
        of_registration(&registration(stage), seats, t(second), &LIMITS)
    }

    fn at_otp(challenge: Challenge, second: u64) -> Progress {
        let office = office();
        at(Stage::Otp { office, challenge }, &Seats::none(), second)
    }

    fn login(stage: login::Stage) -> Progress {
        let login = Login {
            id: flow("f"),
            account: address().key(),
            member: MemberId::new("m"),
            credential_version: 1,
            expires_at: t(900),
            stage,
        };
        of_login(&login, &PUBLISHED, t(10), &LIMITS)
    }

    fn completed(by_this_registration: bool) -> Stage {
        Stage::Completed {
            office: office(),
            member: MemberId::new("m"),
            account: address().key(),
            registered: by_this_registration.then(|| Registered {
                request: RequestKey::new("r"),
                draft: profile().draft(),
                at: t(0),
            }),
        }
    }

    fn seats(claim: Claim, members: Vec<Member>) -> Seats {
        Seats { claim, members }
    }

    /// The pending member after so many mails of one initial password, the last at the beginning.
    fn mailed(sends: u32) -> Member {
        let mut member = pending("m");
        if let Credential::Initial { mail, .. } = &mut member.credential {
            mail.sends = sends;
        }
        member
    }

    #[test]
    fn at_the_security_code_its_tries_are_told_and_after_the_last_only_the_way_out() {
        let told = |tries| {
            let progress = at(Stage::SecurityCode { tries }, &Seats::none(), 0);
            (progress.security_code_tries_left, progress.allowed)
        };
        let open = vec![Allowed::SecurityCode, Allowed::Cancel];
        assert_eq!(told(0), (Some(3), open.clone()));
        assert_eq!(told(2), (Some(1), open));
        assert_eq!(told(3), (Some(0), vec![Allowed::Cancel]));
        assert_eq!(told(4), (Some(0), vec![Allowed::Cancel]));
    }

    #[test]
    fn at_the_code_it_is_told_where_it_went_and_what_is_left() {
        let challenge = challenge(Purpose::Registration, 1_800);
        let progress = at_otp(challenge.clone(), 10);
        assert_eq!((progress.next, progress.expires_at), (Next::Otp, t(1_800)));
        assert_eq!(
            progress.allowed,
            [Allowed::Otp, Allowed::ResendOtp, Allowed::Cancel]
        );
        assert_eq!(
            progress.otp,
            Some(Otp {
                sent_to: "t***@e***.jp".to_owned(),
                subject: challenge.mail.content.subject(),
                label: challenge.label.as_str().to_owned(),
                expires_at: t(600),
                resend_after_seconds: 20,
                sends_left: 4,
                tries_left: 5,
                delivery: Some(Delivery::Queued),
            })
        );
        assert_eq!(progress.office, None, "no office is named before it is proven");
    }

    #[test]
    fn no_mail_helps_where_no_try_is_left_and_a_try_may_be_left_without_a_mail() {
        let allowed = |tries, sends| {
            let mut challenge = challenge(Purpose::Registration, 1_800);
            challenge.tries = tries;
            challenge.mail.sends = sends;
            at_otp(challenge, 0).allowed
        };
        assert_eq!(allowed(4, 4), [Allowed::Otp, Allowed::ResendOtp, Allowed::Cancel]);
        assert_eq!(allowed(4, 5), [Allowed::Otp, Allowed::Cancel]);
        assert_eq!(allowed(5, 4), [Allowed::Cancel]);
        assert_eq!(allowed(5, 5), [Allowed::Cancel]);
    }

    #[test]
    fn a_profile_is_entered_and_then_looked_at_once_more() {
        let progress = at(Stage::Profile { office: office() }, &Seats::none(), 0);
        assert_eq!(progress.next, Next::Profile);
        assert_eq!(progress.allowed, [Allowed::Profile, Allowed::Cancel]);
        assert_eq!(progress.office, Some(office()));
        let confirm = Stage::Confirm {
            office: office(),
            profile: profile(),
            replaces: None,
        };
        let progress = at(confirm, &Seats::none(), 0);
        assert_eq!(progress.next, Next::Confirm);
        assert_eq!(
            progress.allowed,
            [Allowed::Confirm, Allowed::Profile, Allowed::Cancel]
        );
        let shown = progress.profile.unwrap();
        assert_eq!((shown.profile, shown.draft), (profile(), profile().draft()));
        assert_eq!(shown.warnings, []);
    }

    /// R-15: 「同一組織で新規登録が完了しています。…」, by whom, and the ways out.
    #[test]
    fn whoever_finds_the_office_registered_sees_by_whom_and_what_can_be_done() {
        let waiting = Claim::Pending {
            member: MemberId::new("m"),
            account: address().key(),
        };
        let at = |claim, members| {
            let stage = Stage::AlreadyRegistered { office: office() };
            at(stage, &seats(claim, members), 0)
        };
        let progress = at(waiting, vec![pending("m")]);
        assert_eq!(
            progress.allowed,
            [
                Allowed::ReissueInitialPassword,
                Allowed::CorrectProfile,
                Allowed::Cancel
            ]
        );
        let colleague = |pending| Colleague {
            email_masked: "t***@e***.jp".to_owned(),
            registered_at: t(0),
            pending,
        };
        assert_eq!(
            progress.already_registered,
            Some(AlreadyRegistered {
                message: Kind::OrganisationAlreadyRegistered.title(),
                members: vec![colleague(true)],
            })
        );
        let progress = at(Claim::Taken, vec![active("m")]);
        assert_eq!(progress.allowed, [Allowed::Cancel]);
        assert_eq!(progress.already_registered.unwrap().members, [colleague(false)]);
        let progress = at(Claim::Free, vec![]);
        assert_eq!(progress.allowed, [Allowed::CorrectProfile, Allowed::Cancel]);
    }

    #[test]
    fn at_the_end_the_initial_password_can_be_had_again_as_long_as_it_lives() {
        let life = 72 * 3_600;
        let told = |member: Member, second| {
            let progress = at(completed(true), &seats(Claim::Taken, vec![member]), second);
            (progress.allowed, progress.initial_password)
        };
        let resend = vec![Allowed::ResendInitialPassword, Allowed::Cancel];
        let (allowed, password) = told(pending("m"), 10);
        assert_eq!(allowed, resend);
        assert_eq!(
            password,
            Some(InitialPassword {
                sent_to: "t***@e***.jp".to_owned(),
                delivery: Delivery::Queued,
                expires_at: t(life),
                resend_after_seconds: 20,
                sends_left: 4,
            })
        );
        assert_eq!(told(mailed(4), life - 1).0, resend);
        assert_eq!(told(mailed(5), life - 1).0, [Allowed::Cancel]);
        let reissue = [Allowed::ReissueInitialPassword, Allowed::Cancel];
        assert_eq!(told(mailed(5), life).0, reissue);
        assert_eq!(told(active("m"), 10), (vec![Allowed::Cancel], None));
        assert_eq!(told(pending("another"), 10), (vec![Allowed::Cancel], None));
    }

    #[test]
    fn at_the_end_only_ones_own_profile_is_shown_again() {
        let shown = |by_this_registration| {
            let colleague = Member {
                profile: Profile {
                    email: crate::values::EmailAddress::parse("other@example.jp").unwrap(),
                    ..profile()
                },
                ..pending("colleague")
            };
            let seats = seats(Claim::Taken, vec![colleague, pending("m")]);
            at(completed(by_this_registration), &seats, 0)
                .profile
                .map(|shown| shown.profile)
        };
        assert_eq!(shown(true), Some(profile()));
        assert_eq!(shown(false), None);
    }

    #[test]
    fn a_log_in_stands_at_its_code_its_password_or_its_page() {
        let challenge = challenge(Purpose::Login, 900);
        let progress = login(login::Stage::Otp { challenge });
        assert_eq!((progress.next, progress.expires_at), (Next::Otp, t(900)));
        assert_eq!(progress.otp.unwrap().resend_after_seconds, 20);
        let progress = login(login::Stage::MyPage);
        assert_eq!(progress.next, Next::MyPage);
        assert_eq!(progress.allowed, [Allowed::Session, Allowed::Cancel]);
        for (version, terms_shown) in [(PUBLISHED.version, true), ("1999-01-01", false)] {
            let progress = login(login::Stage::NewPassword {
                required: terms_shown,
                shown: Some(login::Shown {
                    version: version.to_owned(),
                    at: t(5),
                }),
            });
            assert_eq!(progress.next, Next::NewPassword);
            assert_eq!(
                progress.allowed,
                [Allowed::TermsShown, Allowed::NewPassword, Allowed::Cancel]
            );
            assert_eq!(
                progress.new_password,
                Some(NewPassword {
                    required: terms_shown,
                    terms_version: PUBLISHED.version,
                    terms_shown,
                })
            );
        }
        let progress = login(login::Stage::NewPassword {
            required: true,
            shown: None,
        });
        assert!(!progress.new_password.unwrap().terms_shown);
    }

    #[test]
    fn a_replayed_confirmation_shows_nothing_that_came_later() {
        let first = at(completed(true), &seats(Claim::Taken, vec![pending("m")]), 0);
        let later = at(completed(true), &seats(Claim::Taken, vec![active("m")]), 5_000);
        assert_ne!(later, first);
        assert_eq!(as_first_answered(later, t(0), &LIMITS), first);
        let without_profile = at(completed(false), &Seats::none(), 0);
        assert_eq!(
            as_first_answered(without_profile.clone(), t(0), &LIMITS),
            without_profile
        );
    }
}
