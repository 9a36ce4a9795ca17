//! 手順 — the table of steps. Routes, OpenAPI paths, the local router, the template's events and the tests follow it.

use crate::problem::Kind;

/// HTTP methods that steps use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something once.
    Post,
    /// Replaces.
    Put,
    /// Ends something.
    Delete,
}

impl Method {
    /// The method's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// The cookie by which a step knows its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// `__Host-registration`
    Registration,
    /// `__Host-login`
    Login,
    /// `__Host-reset`
    Reset,
    /// `__Host-session`
    Session,
    /// `__Host-device`: by which an account knows a browser from which its owner has logged in. An extension of the
    /// contract; it opens nothing, and no log-out ends it (`docs/adr/0020-known-devices.md`).
    Device,
}

impl Cookie {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Registration,
        Self::Login,
        Self::Reset,
        Self::Session,
        Self::Device,
    ];

    /// Those that open something, and that a log-out ends.
    pub const OPENING: [Self; 4] = [Self::Registration, Self::Login, Self::Reset, Self::Session];

    /// The cookie's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registration => "__Host-registration",
            Self::Login => "__Host-login",
            Self::Reset => "__Host-reset",
            Self::Session => "__Host-session",
            Self::Device => "__Host-device",
        }
    }
}

/// What a field of a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// `true` or `false`.
    Flag,
    /// An object with these texts.
    Texts(&'static [&'static str]),
}

/// A field of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub shape: Shape,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means, for the reader of the OpenAPI document.
    pub meaning: &'static str,
}

const fn text(name: &'static str, meaning: &'static str) -> Field {
    Field {
        name,
        shape: Shape::Text,
        required: true,
        meaning,
    }
}

const fn optional(name: &'static str, meaning: &'static str) -> Field {
    Field {
        name,
        shape: Shape::Text,
        required: false,
        meaning,
    }
}

/// What a step answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerShape {
    /// The progress document.
    Progress,
    /// Nothing.
    Nothing,
    /// The terms.
    Terms,
    /// マイページ
    Me,
}

/// One operation of the portal.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// The operation's name: `operationId` and the span's name.
    pub name: &'static str,
    /// The Lambda, the folder, the package and the binary.
    pub function: &'static str,
    /// The method.
    pub method: Method,
    /// The path below [`BASE`].
    pub path: &'static str,
    /// The screen or action of the manual.
    pub title: &'static str,
    /// The body's fields; none for a call that takes no body.
    pub fields: &'static [Field],
    /// The cookie that has to come.
    pub cookie: Option<Cookie>,
    /// Whether an Idempotency-Key has to come.
    pub keyed: bool,
    /// The status of success.
    pub success: u16,
    /// What success answers with.
    pub answer: AnswerShape,
    /// Kinds of refusal beside those that every call may meet.
    pub refusals: &'static [Kind],
}

/// The base path of all steps.
pub const BASE: &str = "/api/v1";

/// Kinds that any call may be answered with.
pub const COMMON: &[Kind] = &[
    Kind::UnreadableRequest,
    Kind::ForeignOrigin,
    Kind::TooLarge,
    Kind::UnsupportedMediaType,
    Kind::InvalidFields,
    Kind::TemporarilyUnavailable,
];

const PROFILE: &[Field] = &[
    text("email", "ID（メールアドレス）"),
    text("name", "氏名"),
    text("nameKana", "氏名（フリガナ）"),
    optional("department", "部署名"),
    optional("jobTitle", "役職名"),
    text("phone", "電話番号"),
];

const CODE: &[Field] = &[text("code", "ワンタイムパスワード")];

macro_rules! steps {
    ($($id:ident {
        name: $name:literal, function: $function:literal, $method:ident $path:literal, title: $title:literal,
        fields: $fields:expr, cookie: $cookie:expr, keyed: $keyed:literal, success: $success:literal $answer:ident,
        refusals: [$($kind:ident),* $(,)?],
    })*) => {
        $(
            #[doc = $title]
            pub static $id: Step = Step {
                name: $name,
                function: $function,
                method: Method::$method,
                path: $path,
                title: $title,
                fields: $fields,
                cookie: $cookie,
                keyed: $keyed,
                success: $success,
                answer: AnswerShape::$answer,
                refusals: &[$(Kind::$kind,)*],
            };
        )*

        /// Every step, in the order of the manual.
        pub static STEPS: &[&Step] = &[$(&$id,)*];
    };
}

steps! {
    START_REGISTRATION {
        name: "start-registration", function: "claims-auth", Post "/registration", title: "電子請求受付システム認証",
        fields: &[
            text("userId", "電子請求受付システムのユーザID"),
            text("password", "電子請求受付システムのログインパスワード"),
            Field { name: "acceptLockRisk", shape: Shape::Flag, required: false, meaning: "ロックされるおそれを承知のうえで試す" },
        ],
        cookie: None, keyed: false, success: 200 Progress,
        refusals: [
            ClaimsLockRisk, ClaimsRejected, ClaimsTemporaryPassword, ClaimsPasswordExpired, ClaimsLocked,
            ClaimsNoMailAddress, TooManyRequests, ClaimsUnavailable,
        ],
    }
    ENTER_SECURITY_CODE {
        name: "enter-security-code", function: "security-code", Post "/registration/security-code", title: "セキュリティコードの入力",
        fields: &[text("securityCode", "セキュリティコード")],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress,
        refusals: [
            NoFlow, WrongStep, WrongSecurityCode, ClaimsLocked, ClaimsNoMailAddress, NoTriesLeft, TooManyRequests,
            ClaimsUnavailable,
        ],
    }
    ENTER_REGISTRATION_OTP {
        name: "enter-registration-otp", function: "registration-otp", Post "/registration/otp", title: "ワンタイムパスワード認証（初回利用登録）",
        fields: CODE,
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, WrongCode, CodeExpired, NoTriesLeft, TooManyRequests],
    }
    RESEND_REGISTRATION_OTP {
        name: "resend-registration-otp", function: "registration-otp", Post "/registration/otp/resend", title: "ワンタイムパスワードの再送（初回利用登録）",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, NoTriesLeft, ResendTooEarly, NoSendsLeft, TooManyRequests],
    }
    ENTER_PROFILE {
        name: "enter-profile", function: "profile", Put "/registration/profile", title: "新規ユーザ登録情報の入力",
        fields: PROFILE,
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, EmailTaken],
    }
    CONFIRM {
        name: "confirm", function: "confirm", Post "/registration/confirm", title: "入力情報の確認（登録する）",
        fields: &[text("draft", "確認した内容の要約値")],
        cookie: Some(Cookie::Registration), keyed: true, success: 201 Progress,
        refusals: [
            IdempotencyKeyMissing, NoFlow, WrongStep, OrganisationAlreadyRegistered, EmailTaken, DraftChanged, TryAgain,
            IdempotencyKeyReused,
        ],
    }
    RESEND_INITIAL_PASSWORD {
        name: "resend-initial-password", function: "resend-initial-password", Post "/registration/initial-password/resend", title: "初期パスワードをもう一度送る",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, ResendTooEarly, NoSendsLeft, TooManyRequests],
    }
    REISSUE_INITIAL_PASSWORD {
        name: "reissue-initial-password", function: "resend-initial-password", Post "/registration/initial-password/reissue", title: "初期パスワードの再発行",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, NoSendsLeft, TooManyRequests],
    }
    SHOW_REGISTRATION {
        name: "show-registration", function: "registration-progress", Get "/registration", title: "初回利用登録の途中再開",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 200 Progress,
        refusals: [NoFlow],
    }
    CANCEL_REGISTRATION {
        name: "cancel-registration", function: "registration-progress", Delete "/registration", title: "初回利用登録の中止",
        fields: &[],
        cookie: Some(Cookie::Registration), keyed: false, success: 204 Nothing,
        refusals: [NoFlow],
    }
    START_LOGIN {
        name: "start-login", function: "login", Post "/login", title: "ログイン情報の入力",
        fields: &[text("email", "ID（メールアドレス）"), text("password", "パスワード")],
        cookie: None, keyed: false, success: 200 Progress,
        refusals: [WrongCredentials, InitialPasswordExpired, TooManyRequests],
    }
    ENTER_LOGIN_OTP {
        name: "enter-login-otp", function: "login-otp", Post "/login/otp", title: "ワンタイムパスワード認証（ログイン）",
        fields: CODE,
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, WrongCode, CodeExpired, NoTriesLeft, TooManyRequests],
    }
    RESEND_LOGIN_OTP {
        name: "resend-login-otp", function: "login-otp", Post "/login/otp/resend", title: "ワンタイムパスワードの再送（ログイン）",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, NoTriesLeft, ResendTooEarly, NoSendsLeft, TooManyRequests],
    }
    SHOW_TERMS {
        name: "show-terms", function: "terms", Get "/terms", title: "介護情報基盤ポータル利用規約",
        fields: &[],
        cookie: None, keyed: false, success: 200 Terms,
        refusals: [],
    }
    MARK_TERMS_SHOWN {
        name: "mark-terms-shown", function: "terms", Post "/login/terms/shown", title: "利用規約を表示した",
        fields: &[text("version", "表示した利用規約の版")],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, TermsOutdated],
    }
    CHANGE_INITIAL_PASSWORD {
        name: "change-initial-password", function: "new-password", Post "/login/password", title: "新しいパスワードと利用規約への同意（パスワードを変更する）",
        fields: &[
            optional("newPassword", "新しいパスワード"),
            Field { name: "agreedTerms", shape: Shape::Texts(&["version"]), required: false, meaning: "同意した利用規約" },
        ],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep, TermsOutdated, TermsNotShown, TermsNotAgreed],
    }
    RENEW_SESSION {
        name: "renew-session", function: "login-progress", Post "/login/session", title: "セッションをもう一度受け取る",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress,
        refusals: [NoFlow, WrongStep],
    }
    SHOW_LOGIN {
        name: "show-login", function: "login-progress", Get "/login", title: "ログインの途中再開",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 200 Progress,
        refusals: [NoFlow],
    }
    CANCEL_LOGIN {
        name: "cancel-login", function: "login-progress", Delete "/login", title: "ログインの中止",
        fields: &[],
        cookie: Some(Cookie::Login), keyed: false, success: 204 Nothing,
        refusals: [NoFlow],
    }
    LOG_OUT {
        name: "log-out", function: "logout", Post "/logout", title: "ログアウト",
        fields: &[],
        cookie: None, keyed: false, success: 204 Nothing,
        refusals: [],
    }
    SHOW_ME {
        name: "show-me", function: "my-page", Get "/me", title: "マイページ",
        fields: &[],
        cookie: Some(Cookie::Session), keyed: false, success: 200 Me,
        refusals: [NoSession],
    }
}

/// The step of this method and path, if there is one; a method that is not offered is no step.
pub fn find(method: &str, path: &str) -> Option<&'static Step> {
    let below = path.strip_prefix(BASE)?;
    STEPS
        .iter()
        .find(|step| step.path == below && step.method.name() == method)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_steps_share_a_name_or_a_route() {
        for (at, step) in STEPS.iter().enumerate() {
            for other in STEPS.iter().skip(at + 1) {
                assert_ne!(step.name, other.name);
                assert!(
                    step.path != other.path || step.method != other.method,
                    "{}",
                    step.path
                );
            }
        }
    }

    #[test]
    fn a_method_that_is_not_offered_is_no_step() {
        assert!(find("GET", "/api/v1/registration").is_some());
        assert!(find("HEAD", "/api/v1/registration").is_none());
        assert!(find("GET", "/api/v1/registration/").is_none());
        assert!(find("GET", "/registration").is_none());
    }

    #[test]
    fn methods_and_cookies_go_by_their_names() {
        assert_eq!(
            [Method::Get, Method::Post, Method::Put, Method::Delete].map(Method::name),
            ["GET", "POST", "PUT", "DELETE"]
        );
        assert_eq!(
            Cookie::ALL.map(Cookie::name),
            [
                "__Host-registration",
                "__Host-login",
                "__Host-reset",
                "__Host-session",
                "__Host-device",
            ]
        );
    }
}
