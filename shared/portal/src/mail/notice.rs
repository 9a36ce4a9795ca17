//! お知らせ — the events that are reported by mail, and what bounds their number (`docs/adr/0036-a-budget-for-each-kind-of-notice.md`).

/// What keeps the notices of a kind from flooding a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Bound {
    /// The event itself needs a mail that has a budget: a code, or an initial password. So it is always told.
    ByEvent,
    /// A budget of this kind of notice alone ([`crate::guards::NoticeBudget`]).
    ByBudget,
}

macro_rules! notices {
    ($($(#[$doc:meta])* $notice:ident, $bound:ident, $code:literal, $subject:literal;)*) => {
        /// The event that a notice reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

            const fn bound(self) -> Bound {
                match self { $(Self::$notice => Bound::$bound,)* }
            }
        }
    };
}

notices! {
    /// The password was reset by a mailed code.
    PasswordReset, ByEvent, "password-reset", "【介護情報基盤ポータル】パスワードが再設定されました";
    /// The member, logged in, set another password.
    PasswordReplaced, ByBudget, "password-replaced", "【介護情報基盤ポータル】パスワードが変更されました";
    /// The member's address is this one now; to the new address.
    AddressChanged, ByEvent, "address-changed", "【介護情報基盤ポータル】メールアドレスが変更されました";
    /// The member's address is another one now; to the old address.
    AddressLeft, ByEvent, "address-left", "【介護情報基盤ポータル】メールアドレスが変更されました";
    /// The member logged in from a browser that the account does not know.
    NewDevice, ByEvent, "new-device", "【介護情報基盤ポータル】新しい端末からログインがありました";
    /// A manager disabled the member.
    MemberDisabled, ByBudget, "member-disabled", "【介護情報基盤ポータル】ご利用が停止されました";
    /// A manager enabled the member again.
    MemberEnabled, ByBudget, "member-enabled", "【介護情報基盤ポータル】ご利用の停止が解除されました";
    /// A manager made the member a manager.
    MadeManager, ByBudget, "made-manager", "【介護情報基盤ポータル】管理者になりました";
    /// A manager made the member a plain member.
    MadeMember, ByBudget, "made-member", "【介護情報基盤ポータル】管理者ではなくなりました";
    /// A manager removed the member, who had logged in.
    MemberRemoved, ByEvent, "member-removed", "【介護情報基盤ポータル】ユーザ登録が削除されました";
    /// To the other managers: a colleague was added.
    ColleagueAdded, ByBudget, "colleague-added", "【介護情報基盤ポータル】事業所のユーザが登録されました";
    /// To the other managers: a colleague was removed.
    ColleagueRemoved, ByBudget, "colleague-removed", "【介護情報基盤ポータル】事業所のユーザが削除されました";
    /// To the other managers: a colleague was disabled.
    ColleagueDisabled, ByBudget, "colleague-disabled", "【介護情報基盤ポータル】事業所のユーザの利用が停止されました";
    /// To the other managers: a colleague was enabled again.
    ColleagueEnabled, ByBudget, "colleague-enabled", "【介護情報基盤ポータル】事業所のユーザの利用の停止が解除されました";
    /// To the other managers: a colleague became a manager.
    ColleagueMadeManager, ByBudget, "colleague-made-manager", "【介護情報基盤ポータル】事業所のユーザが管理者になりました";
    /// To the other managers: a colleague is no longer a manager.
    ColleagueMadeMember, ByBudget, "colleague-made-member", "【介護情報基盤ポータル】事業所のユーザが管理者ではなくなりました";
    /// To the other managers: the claim of a colleague is void, because a member of their office has the address now.
    ColleagueClaimVoid, ByEvent, "colleague-claim-void", "【介護情報基盤ポータル】メールアドレスが事業所の別のユーザのものになりました";
    /// An operator at the desk disabled the member.
    DisabledByDesk, ByBudget, "disabled-by-desk", "【介護情報基盤ポータル】ご利用が停止されました";
    /// An operator at the desk enabled the member again.
    EnabledByDesk, ByBudget, "enabled-by-desk", "【介護情報基盤ポータル】ご利用の停止が解除されました";
    /// To the managers: an operator at the desk disabled a colleague.
    ColleagueDisabledByDesk, ByBudget, "colleague-disabled-by-desk", "【介護情報基盤ポータル】事業所のユーザの利用が停止されました";
    /// To the managers: an operator at the desk enabled a colleague again.
    ColleagueEnabledByDesk, ByBudget, "colleague-enabled-by-desk", "【介護情報基盤ポータル】事業所のユーザの利用の停止が解除されました";
    /// To the managers of an office: the claim of a colleague is void, because the address is another office's.
    ClaimVoid, ByEvent, "claim-void", "【介護情報基盤ポータル】メールアドレスが別の事業所で登録されました";
}

impl Notice {
    /// The notice of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|notice| notice.code() == code)
    }

    /// Whether a budget bounds it; otherwise what it tells needs a mail that has one.
    pub const fn is_counted(self) -> bool {
        matches!(self.bound(), Bound::ByBudget)
    }
}
