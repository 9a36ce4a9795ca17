//! お知らせ — the events that are reported to a member by mail.

macro_rules! notices {
    ($($(#[$doc:meta])* $notice:ident, $code:literal, $subject:literal;)*) => {
        /// The event that a notice reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Notice { $($(#[$doc])* $notice,)* }

        impl Notice {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$notice,)*];

            /// The word in the table.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$notice => $code,)* }
            }

            /// The subject of its mail.
            pub const fn subject(self) -> &'static str {
                match self { $(Self::$notice => $subject,)* }
            }
        }
    };
}

notices! {
    /// The password was reset by a mailed code.
    PasswordReset, "password-reset", "【介護情報基盤ポータル】パスワードが再設定されました";
    /// The member, logged in, set another password.
    PasswordReplaced, "password-replaced", "【介護情報基盤ポータル】パスワードが変更されました";
    /// A manager disabled the member.
    MemberDisabled, "member-disabled", "【介護情報基盤ポータル】ご利用が停止されました";
    /// A manager enabled the member again.
    MemberEnabled, "member-enabled", "【介護情報基盤ポータル】ご利用の停止が解除されました";
    /// A manager made the member a manager.
    MadeManager, "made-manager", "【介護情報基盤ポータル】管理者になりました";
    /// A manager made the member a plain member.
    MadeMember, "made-member", "【介護情報基盤ポータル】管理者ではなくなりました";
}

impl Notice {
    /// The notice of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|notice| notice.code() == code)
    }
}
