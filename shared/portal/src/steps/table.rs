//! The table of steps. It is longer than other files so that all steps can be read, and compared, in one place.

use super::field::{optional, required};
use super::{Area, Cookie, Cookies, Document, Field, Function, Input, Method, Place, Row};
use crate::problem::Kind;
use crate::progress::Next;

/// 登録情報
const PROFILE: &[Input] = &[
    required(Field::Email),
    required(Field::Name),
    required(Field::NameKana),
    optional(Field::Department),
    optional(Field::JobTitle),
    required(Field::Phone),
];

/// 登録情報 that is changed, the address excepted.
const CHANGED_PROFILE: &[Input] = &[
    optional(Field::Name),
    optional(Field::NameKana),
    optional(Field::Department),
    optional(Field::JobTitle),
    optional(Field::Phone),
];

/// お問い合わせ
const QUESTION: &[Input] = &[
    required(Field::UserKind),
    required(Field::OrganisationName),
    optional(Field::OrganisationNumber),
    optional(Field::InstitutionKind),
    optional(Field::Prefecture),
    required(Field::Name),
    required(Field::NameKana),
    required(Field::ReplyEmail),
    required(Field::Phone),
    required(Field::Category),
    required(Field::Subcategory),
    required(Field::Message),
];

/// お問い合わせ of a plain form, which says in which language it was shown.
const QUESTION_FORM: &[Input] = &[
    required(Field::UserKind),
    required(Field::OrganisationName),
    optional(Field::OrganisationNumber),
    optional(Field::InstitutionKind),
    optional(Field::Prefecture),
    required(Field::Name),
    required(Field::NameKana),
    required(Field::ReplyEmail),
    required(Field::Phone),
    required(Field::Category),
    required(Field::Subcategory),
    required(Field::Message),
    optional(Field::Language),
];

macro_rules! steps {
    (@place Start) => { Place::Start };
    (@place End) => { Place::End };
    (@place $next:ident) => { Place::At(Next::$next) };
    ($($step:ident {
        name: $name:literal, title: $title:literal,
        area: $area:ident, function: $function:ident, request: $method:ident $path:literal,
        fields: $fields:expr,
        cookie: $cookie:expr, keyed: $keyed:literal, success: $success:literal $answer:ident, cookies: $cookies:expr,
        refusals: [$($kind:ident),* $(,)?],
        moves: [$($from:ident => $to:ident),* $(,)?],
        remark: $remark:literal,
    })*) => {
        /// One operation of the portal. It has the fields of its [`Row`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Step { $(#[doc = $title] $step,)* }

        /// Every step, in the order of the manual.
        pub const STEPS: &[Step] = &[$(Step::$step,)*];

        impl Step {
            /// Its definition.
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$step => const { &Row {
                        name: $name,
                        title: $title,
                        area: Area::$area,
                        function: Function::$function,
                        method: Method::$method,
                        path: $path,
                        fields: $fields,
                        cookie: $cookie,
                        keyed: $keyed,
                        success: $success,
                        answer: Document::$answer,
                        cookies: $cookies,
                        refusals: &[$(Kind::$kind,)*],
                        moves: &[$((steps!(@place $from), steps!(@place $to)),)*],
                        remark: $remark,
                    } },)*
                }
            }
        }
    };
}

steps! {
    StartRegistration {
        name: "start-registration", title: "電子請求受付システム認証",
        area: Registration, function: ClaimsAuth, request: Post "/registration",
        fields: &[required(Field::UserId), required(Field::ClaimsPassword), optional(Field::AcceptLockRisk)],
        cookie: None, keyed: false, success: 200 Progress, cookies: Cookies::Sets(Cookie::Registration),
        refusals: [
            ClaimsLockRisk, ClaimsRejected, ClaimsTemporaryPassword, ClaimsPasswordExpired,
            ClaimsLocked, ClaimsNoMailAddress, TooManyRequests, ClaimsUnavailable,
        ],
        moves: [Start => SecurityCode, Start => Otp],
        remark: "Starts a registration; the registration of the request's cookie ends, if this one succeeds. \
                 From the second wrong password of a user ID within a day, `claims-lock-risk` asks before each \
                 attempt, and `acceptLockRisk` answers.",
    }
    EnterSecurityCode {
        name: "enter-security-code", title: "セキュリティコードの入力",
        area: Registration, function: SecurityCode, request: Post "/registration/security-code",
        fields: &[required(Field::SecurityCode)],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [
            NoFlow, OtherFlow, WrongStep, WrongSecurityCode, ClaimsLocked, ClaimsNoMailAddress, NoTriesLeft,
            TooManyRequests, ClaimsUnavailable,
        ],
        moves: [SecurityCode => Otp],
        remark: "",
    }
    EnterRegistrationOtp {
        name: "enter-registration-otp", title: "ワンタイムパスワード認証（初回利用登録）",
        area: Registration, function: RegistrationOtp, request: Post "/registration/otp",
        fields: &[required(Field::Code)],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, WrongCode, CodeExpired, NoTriesLeft, TooManyRequests],
        moves: [Otp => Profile, Otp => AlreadyRegistered],
        remark: "",
    }
    ResendRegistrationOtp {
        name: "resend-registration-otp", title: "ワンタイムパスワードの再送（初回利用登録）",
        area: Registration, function: RegistrationOtp, request: Post "/registration/otp/resend",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, NoTriesLeft, ResendTooEarly, NoSendsLeft, TooManyRequests],
        moves: [Otp => Otp],
        remark: "",
    }
    EnterProfile {
        name: "enter-profile", title: "新規ユーザ登録情報の入力",
        area: Registration, function: Profile, request: Put "/registration/profile",
        fields: PROFILE,
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, EmailTaken, TooManyRequests],
        moves: [Profile => Confirm, Confirm => Confirm, AlreadyRegistered => Confirm],
        remark: "Also corrects the profile: from 入力情報の確認, and in place of a member who never logged in. While a \
                 take-over is open, it completes that one.",
    }
    Confirm {
        name: "confirm", title: "入力情報の確認（登録する）",
        area: Registration, function: Confirm, request: Post "/registration/confirm",
        fields: &[required(Field::Draft)],
        cookie: Some(Cookie::Registration), keyed: true, success: 201 Progress, cookies: Cookies::Kept,
        refusals: [
            IdempotencyKeyMissing, NoFlow, OtherFlow, WrongStep, OrganisationAlreadyRegistered, EmailTaken,
            DraftChanged, IdempotencyKeyReused,
        ],
        moves: [Confirm => Completed, Confirm => AlreadyRegistered],
        remark: "`draft` is the digest that the progress at `confirm` shows: exactly what was shown is \
                 registered.",
    }
    ResendInitialPassword {
        name: "resend-initial-password", title: "初期パスワードをもう一度送る",
        area: Registration, function: ResendInitialPassword, request: Post "/registration/initial-password/resend",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, ResendTooEarly, NoSendsLeft],
        moves: [Completed => Completed],
        remark: "The same initial password again.",
    }
    ReissueInitialPassword {
        name: "reissue-initial-password", title: "初期パスワードの再発行",
        area: Registration, function: ResendInitialPassword, request: Post "/registration/initial-password/reissue",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, NoSendsLeft],
        moves: [AlreadyRegistered => Completed, Completed => Completed],
        remark: "A new initial password; the old one becomes invalid.",
    }
    AskForTakeOver {
        name: "ask-for-take-over", title: "引き継ぎの申請",
        area: Registration, function: TakeOver, request: Post "/registration/take-over",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: true, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [
            IdempotencyKeyMissing, NoFlow, OtherFlow, WrongStep, TooManyRequests, IdempotencyKeyReused,
        ],
        moves: [AlreadyRegistered => AlreadyRegistered],
        remark: "For an office whose people all left. Its members are mailed and can stop it; after three business days \
                 another proof of the office completes it.",
    }
    WithdrawTakeOver {
        name: "withdraw-take-over", title: "引き継ぎの取り下げ",
        area: Registration, function: TakeOver, request: Delete "/registration/take-over",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep],
        moves: [AlreadyRegistered => AlreadyRegistered],
        remark: "As if it had never been asked for, but it counts.",
    }
    ShowRegistration {
        name: "show-registration", title: "初回利用登録の途中再開",
        area: Registration, function: RegistrationProgress, request: Get "/registration",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow],
        moves: [],
        remark: "",
    }
    CancelRegistration {
        name: "cancel-registration", title: "初回利用登録の中止",
        area: Registration, function: RegistrationProgress, request: Delete "/registration",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 204 Nothing,
        cookies: Cookies::Deletes(&[Cookie::Registration]),
        refusals: [NoFlow, OtherFlow],
        moves: [],
        remark: "",
    }
    StartLogin {
        name: "start-login", title: "ログイン情報の入力",
        area: Login, function: Login, request: Post "/login",
        fields: &[required(Field::Email), required(Field::Password)],
        cookie: None, keyed: false, success: 200 Progress, cookies: Cookies::Sets(Cookie::Login),
        refusals: [WrongCredentials, InitialPasswordExpired, ClaimVoid, TooManyRequests],
        moves: [Start => Otp],
        remark: "Starts a log-in; the log-in of the request's cookie ends, if this one succeeds.",
    }
    EnterLoginOtp {
        name: "enter-login-otp", title: "ワンタイムパスワード認証（ログイン）",
        area: Login, function: LoginOtp, request: Post "/login/otp",
        fields: &[required(Field::Code)],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress, cookies: Cookies::SetsAtMyPage(Cookie::Session),
        refusals: [NoFlow, OtherFlow, WrongStep, WrongCode, CodeExpired, NoTriesLeft, TooManyRequests],
        moves: [Otp => NewPassword, Otp => MyPage],
        remark: "Leads to `new-password`, or to `my-page` with the session's cookie.",
    }
    ResendLoginOtp {
        name: "resend-login-otp", title: "ワンタイムパスワードの再送（ログイン）",
        area: Login, function: LoginOtp, request: Post "/login/otp/resend",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, NoTriesLeft, ResendTooEarly, NoSendsLeft, TooManyRequests],
        moves: [Otp => Otp],
        remark: "",
    }
    ShowTerms {
        name: "show-terms", title: "介護情報基盤ポータル利用規約",
        area: Login, function: Terms, request: Get "/terms",
        fields: &[],
        cookie: None, keyed: false, success: 200 Terms, cookies: Cookies::Kept,
        refusals: [],
        moves: [],
        remark: "",
    }
    MarkTermsShown {
        name: "mark-terms-shown", title: "利用規約を表示した",
        area: Login, function: Terms, request: Post "/login/terms/shown",
        fields: &[required(Field::ShownVersion)],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, TermsOutdated],
        moves: [NewPassword => NewPassword],
        remark: "",
    }
    ChangeInitialPassword {
        name: "change-initial-password", title: "新しいパスワードと利用規約への同意（パスワードを変更する）",
        area: Login, function: NewPassword, request: Post "/login/password",
        fields: &[optional(Field::NewPassword), optional(Field::AgreedTerms)],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress, cookies: Cookies::Sets(Cookie::Session),
        refusals: [NoFlow, OtherFlow, WrongStep, TermsOutdated, TermsNotShown, TermsNotAgreed],
        moves: [NewPassword => MyPage],
        remark: "Where the progress says `newPassword: none`, only new terms are agreed to, and the password is \
                 left out.",
    }
    RenewSession {
        name: "renew-session", title: "セッションをもう一度受け取る",
        area: Login, function: LoginProgress, request: Post "/login/session",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress, cookies: Cookies::Sets(Cookie::Session),
        refusals: [NoFlow, OtherFlow, WrongStep],
        moves: [MyPage => MyPage],
        remark: "For a person who did not receive the session's cookie. A session that was ended is not \
                 renewed.",
    }
    ShowLogin {
        name: "show-login", title: "ログインの途中再開",
        area: Login, function: LoginProgress, request: Get "/login",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow],
        moves: [],
        remark: "",
    }
    CancelLogin {
        name: "cancel-login", title: "ログインの中止",
        area: Login, function: LoginProgress, request: Delete "/login",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 204 Nothing, cookies: Cookies::Deletes(&[Cookie::Login]),
        refusals: [NoFlow, OtherFlow],
        moves: [],
        remark: "",
    }
    StartPasswordReset {
        name: "start-password-reset", title: "パスワードの再設定（メールアドレスの入力）",
        area: PasswordReset, function: PasswordReset, request: Post "/password-reset",
        fields: &[required(Field::Email)],
        cookie: None, keyed: false, success: 200 Progress, cookies: Cookies::Sets(Cookie::Reset),
        refusals: [TooManyRequests],
        moves: [Start => Otp],
        remark: "Starts a reset; the living one of a cookie that comes along ends, if this one succeeds. The answer is \
                 the same for every address, known or not, in the same time.",
    }
    EnterPasswordResetOtp {
        name: "enter-password-reset-otp", title: "ワンタイムパスワード認証（パスワードの再設定）",
        area: PasswordReset, function: PasswordReset, request: Post "/password-reset/otp",
        fields: &[required(Field::Code)],
        cookie: Some(Cookie::Reset), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, WrongCode, CodeExpired, NoTriesLeft, TooManyRequests],
        moves: [Otp => NewPassword],
        remark: "No code is right for an address that no member with a password has.",
    }
    ResendPasswordResetOtp {
        name: "resend-password-reset-otp", title: "ワンタイムパスワードの再送（パスワードの再設定）",
        area: PasswordReset, function: PasswordReset, request: Post "/password-reset/otp/resend",
        fields: &[],
        cookie: Some(Cookie::Reset), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep, NoTriesLeft, ResendTooEarly, NoSendsLeft, TooManyRequests],
        moves: [Otp => Otp],
        remark: "",
    }
    ResetPassword {
        name: "reset-password", title: "パスワードの再設定（新しいパスワード）",
        area: PasswordReset, function: PasswordResetPassword, request: Post "/password-reset/password",
        fields: &[required(Field::NewPassword)],
        cookie: Some(Cookie::Reset), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow, OtherFlow, WrongStep],
        moves: [NewPassword => Done],
        remark: "Ends every session and every wait for wrong passwords; it is no log-in.",
    }
    ShowPasswordReset {
        name: "show-password-reset", title: "パスワードの再設定の途中再開",
        area: PasswordReset, function: PasswordReset, request: Get "/password-reset",
        fields: &[],
        cookie: Some(Cookie::Reset), keyed: false, success: 200 Progress, cookies: Cookies::Kept,
        refusals: [NoFlow],
        moves: [],
        remark: "",
    }
    CancelPasswordReset {
        name: "cancel-password-reset", title: "パスワードの再設定の中止",
        area: PasswordReset, function: PasswordReset, request: Delete "/password-reset",
        fields: &[],
        cookie: Some(Cookie::Reset), keyed: false, success: 204 Nothing, cookies: Cookies::Deletes(&[Cookie::Reset]),
        refusals: [NoFlow, OtherFlow],
        moves: [],
        remark: "",
    }
    LogOut {
        name: "log-out", title: "ログアウト",
        area: Login, function: Logout, request: Post "/logout",
        fields: &[],
        cookie: None, keyed: false, success: 204 Nothing, cookies: Cookies::DeletesWithStorage(&Cookie::OPENING),
        refusals: [],
        moves: [MyPage => End],
        remark: "Ends the session and the log-in of the request's cookies; succeeds without any.",
    }
    ShowMe {
        name: "show-me", title: "マイページ",
        area: MyPage, function: MyPage, request: Get "/me",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 200 Me, cookies: Cookies::Kept,
        refusals: [NoSession],
        moves: [MyPage => MyPage],
        remark: "",
    }
    ChangeProfile {
        name: "change-profile", title: "登録情報の変更",
        area: MyPage, function: MyProfile, request: Patch "/me",
        fields: CHANGED_PROFILE,
        cookie: Some(Cookie::Session), keyed: false, success: 200 Me, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession],
        moves: [MyPage => MyPage],
        remark: "What is absent stays; an empty text empties 部署名 or 役職名.",
    }
    ChangePassword {
        name: "change-password", title: "パスワードの変更",
        area: MyPage, function: MyPassword, request: Post "/me/password",
        fields: &[required(Field::CurrentPassword), required(Field::NewPassword)],
        cookie: Some(Cookie::Session), keyed: false, success: 204 Nothing, cookies: Cookies::Sets(Cookie::Session),
        refusals: [NoSession, OtherSession, WrongCurrentPassword],
        moves: [MyPage => MyPage],
        remark: "Every other session ends, and every log-in that began with the old password.",
    }
    ProvePassword {
        name: "prove-password", title: "本人確認（パスワードの再入力）",
        area: MyPage, function: MyPassword, request: Post "/me/proof",
        fields: &[required(Field::CurrentPassword)],
        cookie: Some(Cookie::Session), keyed: false, success: 204 Nothing, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession, WrongCurrentPassword],
        moves: [MyPage => MyPage],
        remark: "Fresh proof in this session for ten minutes; a log-in gives it, too.",
    }
    StartAddressChange {
        name: "start-address-change", title: "メールアドレスの変更（新しいメールアドレスの入力）",
        area: MyPage, function: MyEmail, request: Post "/me/email",
        fields: &[required(Field::Email)],
        cookie: Some(Cookie::Session), keyed: false, success: 200 AddressChange, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession, FreshProofRequired, EmailTaken, TooManyRequests],
        moves: [MyPage => MyPage],
        remark: "A code is mailed to the new address; an earlier change of the session ends. The office asks about a limited \
                 number of addresses a day. The present address is `same-as-before`.",
    }
    EnterAddressOtp {
        name: "enter-address-otp", title: "ワンタイムパスワード認証（メールアドレスの変更）",
        area: MyPage, function: MyEmail, request: Post "/me/email/otp",
        fields: &[required(Field::Code)],
        cookie: Some(Cookie::Session), keyed: false, success: 200 Me, cookies: Cookies::Sets(Cookie::Session),
        refusals: [NoSession, OtherSession, WrongStep, WrongCode, CodeExpired, NoTriesLeft, TooManyRequests, EmailTaken],
        moves: [MyPage => MyPage],
        remark: "The old address is free, claims on the new one are void, every other session ends, and both addresses are told. \
                 Only the session that began the change completes it.",
    }
    ResendAddressOtp {
        name: "resend-address-otp", title: "ワンタイムパスワードの再送（メールアドレスの変更）",
        area: MyPage, function: MyEmail, request: Post "/me/email/otp/resend",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 200 AddressChange, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession, WrongStep, NoTriesLeft, ResendTooEarly, NoSendsLeft, TooManyRequests],
        moves: [MyPage => MyPage],
        remark: "",
    }
    ShowAddressChange {
        name: "show-address-change", title: "メールアドレスの変更の途中再開",
        area: MyPage, function: MyEmail, request: Get "/me/email",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 200 AddressChange, cookies: Cookies::Kept,
        refusals: [NoSession],
        moves: [MyPage => MyPage],
        remark: "Without `otp` where the session changes no address.",
    }
    CancelAddressChange {
        name: "cancel-address-change", title: "メールアドレスの変更の中止",
        area: MyPage, function: MyEmail, request: Delete "/me/email",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 204 Nothing, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession],
        moves: [MyPage => MyPage],
        remark: "",
    }
    ShowSessions {
        name: "show-sessions", title: "セッション（ログインしているブラウザ）",
        area: MyPage, function: Sessions, request: Get "/sessions",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 200 Sessions, cookies: Cookies::Kept,
        refusals: [NoSession],
        moves: [MyPage => MyPage],
        remark: "The living sessions of the person who is logged in, the newest first.",
    }
    EndSession {
        name: "end-session", title: "セッションの終了",
        area: MyPage, function: Sessions, request: Delete "/sessions/{id}",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 204 Nothing, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession, NotFound],
        moves: [MyPage => MyPage],
        remark: "One's own may be ended, too. A session that is over already, or another person's, is `not-found`.",
    }
    EndOtherSessions {
        name: "end-other-sessions", title: "ほかのすべてのセッションの終了",
        area: MyPage, function: Sessions, request: Delete "/sessions",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 204 Nothing, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession],
        moves: [MyPage => MyPage],
        remark: "Every session of the person but the one of the call.",
    }
    ShowMembers {
        name: "show-members", title: "ユーザ一覧",
        area: MyPage, function: Members, request: Get "/members",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 200 Members, cookies: Cookies::Kept,
        refusals: [NoSession],
        moves: [MyPage => MyPage],
        remark: "The members with a seat, the first registered first. Only a manager sees colleagues' addresses; others see \
                 them masked.",
    }
    AddMember {
        name: "add-member", title: "ユーザ新規登録",
        area: MyPage, function: MemberAdd, request: Post "/members",
        fields: PROFILE,
        cookie: Some(Cookie::Session), keyed: true, success: 201 Member, cookies: Cookies::Kept,
        refusals: [
            IdempotencyKeyMissing, NoSession, OtherSession, NotAllowed, FreshProofRequired, MemberLimitReached,
            EmailTaken, TooManyRequests, IdempotencyKeyReused,
        ],
        moves: [MyPage => MyPage],
        remark: "The new member's initial password is mailed. An office asks about a limited number of addresses a day.",
    }
    ReissueMemberPassword {
        name: "reissue-member-password", title: "初期パスワードの再発行（ユーザ一覧）",
        area: MyPage, function: MemberAdd, request: Post "/members/{id}/initial-password",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: true, success: 202 Nothing, cookies: Cookies::Kept,
        refusals: [
            IdempotencyKeyMissing, NoSession, OtherSession, NotFound, NotAllowed, FreshProofRequired, WrongStep,
            NoSendsLeft, TooManyRequests, IdempotencyKeyReused,
        ],
        moves: [MyPage => MyPage],
        remark: "Only for a member who has never logged in, any other is `wrong-step`; the old password becomes invalid.",
    }
    ChangeMember {
        name: "change-member", title: "ユーザの役割・停止",
        area: MyPage, function: MemberChange, request: Patch "/members/{id}",
        fields: &[optional(Field::Role), optional(Field::Status)],
        cookie: Some(Cookie::Session), keyed: false, success: 200 Member, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession, NotFound, NotAllowed, FreshProofRequired, LastManager],
        moves: [MyPage => MyPage],
        remark: "What is absent stays. A disabled member's sessions, log-ins and resets are over.",
    }
    RemoveMember {
        name: "remove-member", title: "ユーザ削除",
        area: MyPage, function: MemberChange, request: Delete "/members/{id}",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 204 Nothing, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession, NotFound, NotAllowed, FreshProofRequired, LastManager],
        moves: [MyPage => MyPage],
        remark: "Seat and address are free; the member's sessions, log-ins and resets are over.",
    }
    StopTakeOver {
        name: "stop-take-over", title: "引き継ぎの停止（停止コード）",
        area: MyPage, function: StopTakeOver, request: Post "/take-over/stop",
        fields: &[required(Field::OfficeNumber), required(Field::StopCode)],
        cookie: None, keyed: false, success: 204 Nothing, cookies: Cookies::Kept,
        refusals: [WrongCode, TooManyRequests],
        moves: [],
        remark: "By the code of the mail, without a log-in. Every miss has one answer.",
    }
    StopTakeOverOfOffice {
        name: "stop-take-over-of-office", title: "引き継ぎの停止（マイページ）",
        area: MyPage, function: StopTakeOver, request: Delete "/office/take-over",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 204 Nothing, cookies: Cookies::Kept,
        refusals: [NoSession, OtherSession, NotFound],
        moves: [MyPage => MyPage],
        remark: "By any member. `not-found` if none is under way.",
    }
    ShowInquiryCategories {
        name: "show-inquiry-categories", title: "お問い合わせ区分",
        area: Inquiry, function: Inquiry, request: Get "/inquiry-categories",
        fields: &[],
        cookie: None, keyed: false, success: 200 InquiryCategories, cookies: Cookies::Kept,
        refusals: [],
        moves: [],
        remark: "「その他」 (`other`) with 「介護情報基盤ポータルのID発行申請」 (`id-request`) is always there.",
    }
    SendInquiry {
        name: "send-inquiry", title: "お問い合わせ",
        area: Inquiry, function: Inquiry, request: Post "/inquiries",
        fields: QUESTION,
        cookie: None, keyed: true, success: 201 InquiryReceipt, cookies: Cookies::Kept,
        refusals: [IdempotencyKeyMissing, IdempotencyKeyReused, TooManyRequests],
        moves: [],
        remark: "Needs no log-in, and reads no cookie. A receipt is mailed, which repeats nothing of what was typed. The key \
                 is scoped to the path alone.",
    }
    SendInquiryForm {
        name: "send-inquiry-form", title: "お問い合わせ（画面のプログラムが動かないとき）",
        area: Inquiry, function: Inquiry, request: Post "/inquiries/form",
        fields: QUESTION_FORM,
        cookie: None, keyed: false, success: 201 InquiryPage, cookies: Cookies::Kept,
        refusals: [IdempotencyKeyReused, TooManyRequests],
        moves: [],
        remark: "The plain form of the inquiry, which works without scripts. Every answer is a page in the form's language: \
                 the receipt, or what is wrong, with what was typed. The same form within a day is the same inquiry.",
    }
}
