//! The functions; each is one Lambda. Folder, package, binary and Lambda have the same name.

macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident = $name:literal,)*) => {
        /// A Lambda function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Function { $($(#[$doc])* $function,)* }

        impl Function {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$function,)*];

            /// The name of folder, package, binary and Lambda.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$function => $name,)* }
            }
        }
    };
}

functions! {
    /// 電子請求受付システム認証
    ClaimsAuth = "claims-auth",
    /// セキュリティコードの入力
    SecurityCode = "security-code",
    /// ワンタイムパスワード認証（初回利用登録）と再送
    RegistrationOtp = "registration-otp",
    /// 新規ユーザ登録情報の入力
    Profile = "profile",
    /// 入力情報の確認（登録する）
    Confirm = "confirm",
    /// 初期パスワードの再送と再発行
    ResendInitialPassword = "resend-initial-password",
    /// 引き継ぎの申請と取り下げ
    TakeOver = "take-over",
    /// 初回利用登録の途中再開と中止
    RegistrationProgress = "registration-progress",
    /// ログイン情報の入力
    Login = "login",
    /// ワンタイムパスワード認証（ログイン）と再送
    LoginOtp = "login-otp",
    /// 利用規約
    Terms = "terms",
    /// 新しいパスワードと利用規約への同意
    NewPassword = "new-password",
    /// ログインの途中再開、中止、セッションの再取得
    LoginProgress = "login-progress",
    /// パスワードの再設定: メールアドレスの入力、ワンタイムパスワード認証と再送、途中再開と中止
    PasswordReset = "password-reset",
    /// パスワードの再設定: 新しいパスワード
    PasswordResetPassword = "password-reset-password",
    /// ログアウト
    Logout = "logout",
    /// マイページ
    MyPage = "my-page",
    /// 登録情報の変更
    MyProfile = "my-profile",
    /// パスワードの変更と本人確認
    MyPassword = "my-password",
    /// メールアドレスの変更
    MyEmail = "my-email",
    /// セッションの一覧と終了
    Sessions = "sessions",
    /// ユーザ一覧
    Members = "members",
    /// ユーザ新規登録と初期パスワードの再発行
    MemberAdd = "member-add",
    /// ユーザの役割・停止・削除
    MemberChange = "member-change",
    /// お問い合わせと区分
    Inquiry = "inquiry",
    /// 引き継ぎの停止
    StopTakeOver = "stop-take-over",
    /// Answers every request that is not a step.
    NotFound = "not-found",
    /// Sends the mails that the table's stream promises.
    DeliverMail = "deliver-mail",
    /// Records the delivery events of SES.
    MailEvents = "mail-events",
    /// Promises the notices of take-overs that fall due.
    TakeOverNotices = "take-over-notices",
    /// Stores the acts from the table's stream.
    KeepAudit = "keep-audit",
    /// Simulates 電子請求受付システム outside production.
    ClaimsSimulator = "claims-simulator",
}

impl Function {
    /// The function of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.name() == name)
    }

    /// The name of its library crate, as the log's filter needs it.
    pub fn crate_name(self) -> String {
        self.name().replace('-', "_")
    }
}
