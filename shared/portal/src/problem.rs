//! 問題 — every kind of refusal, once: its code, status and Japanese title (`docs/api.md` 8).

use crate::form::FieldProblem;

macro_rules! kinds {
    ($($kind:ident, $status:literal, $code:literal, $title:literal;)*) => {
        /// A kind of refusal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $(#[doc = $title] $kind,)* }

        impl Kind {
            /// All kinds, in the order of `docs/api.md` 8.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$kind => $status,)* }
            }

            /// The word on the wire; the end of the `type` URI.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)* }
            }

            /// The title: Japanese, constant for a kind.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }
        }
    };
}

kinds! {
    UnreadableRequest, 400, "unreadable-request", "送信された内容を読み取れませんでした。画面を読み込み直して、もう一度お試しください。";
    IdempotencyKeyMissing, 400, "idempotency-key-missing", "送信をやり直してください。Idempotency-Keyがないか、形式が正しくありません。";
    NoFlow, 401, "no-flow", "手続きが見つからないか、有効期限が過ぎました。はじめからやり直してください。";
    NoSession, 401, "no-session", "ログインしていないか、ログインの有効期限が過ぎました。もう一度ログインしてください。";
    WrongCredentials, 401, "wrong-credentials", "ID（メールアドレス）またはパスワードが正しくありません。";
    ForeignOrigin, 403, "foreign-origin", "このページからの操作は受け付けられません。介護情報基盤ポータルの画面から操作してください。";
    NotAllowed, 403, "not-allowed", "この操作を行う権限がありません。";
    FreshProofRequired, 403, "fresh-proof-required", "この操作には、パスワードの再入力が必要です。";
    NotFound, 404, "not-found", "お探しのページは見つかりません。トップページからお進みください。";
    TooLarge, 413, "too-large", "送信された内容が大きすぎます。内容を短くして、もう一度お試しください。";
    UnsupportedMediaType, 415, "unsupported-media-type", "送信された内容の形式に対応していません。";
    WrongStep, 409, "wrong-step", "この操作は、いまの手順では行えません。いまの手順の画面からお進みください。";
    OtherFlow, 409, "other-flow", "別のタブで、ほかの手続きが始まっています。この画面の内容は送信されていません。画面を読み込み直して、いまの手続きに進んでください。";
    OtherSession, 409, "other-session", "別のタブで、ログインし直されています。この画面の内容は送信されていません。画面を読み込み直して、いまのログインで進んでください。";
    ClaimsLockRisk, 409, "claims-lock-risk", "まだ認証していません。続けて間違えると、電子請求受付システムが30分間ロックされます。確認のうえ、もう一度お進みください。";
    OrganisationAlreadyRegistered, 409, "organisation-already-registered", "同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。";
    EmailTaken, 409, "email-taken", "このメールアドレスはすでに使われています。別のアドレスを入力するか、ログインしてください。";
    MemberLimitReached, 409, "member-limit-reached", "登録できるユーザは5名までです。";
    LastManager, 409, "last-manager", "管理者は1名以上必要です。";
    DraftChanged, 409, "draft-changed", "確認した内容と登録する内容が異なります。もう一度ご確認ください。";
    TermsNotShown, 409, "terms-not-shown", "利用規約の内容をご確認ください。";
    TermsOutdated, 409, "terms-outdated", "利用規約が新しくなりました。もう一度ご確認ください。";
    InitialPasswordExpired, 410, "initial-password-expired", "初期パスワードの有効期限が過ぎました。再発行の手続きを行ってください。";
    ClaimVoid, 410, "claim-void", "このメールアドレスは別の事業所のユーザとして登録されたため、この初期パスワードは使えません。別のメールアドレスで、初回利用登録をもう一度行ってください。";
    InvalidFields, 422, "invalid-fields", "入力内容に誤りがあります。示された項目を直して、もう一度送信してください。";
    ClaimsRejected, 422, "claims-rejected", "ユーザIDまたはログインパスワードが正しくありません。大文字と小文字をご確認のうえ、もう一度入力してください。";
    ClaimsTemporaryPassword, 422, "claims-temporary-password", "仮パスワードでは認証できません。電子請求受付システムでパスワードを変更してください。";
    ClaimsPasswordExpired, 422, "claims-password-expired", "電子請求受付システムのパスワードの有効期限が過ぎています。電子請求受付システムで変更してからお試しください。";
    ClaimsLocked, 422, "claims-locked", "電子請求受付システムがロックされています。30分以上たってからお試しください。";
    ClaimsNoMailAddress, 422, "claims-no-mail-address", "電子請求受付システムに、送信できるメールアドレスが登録されていません。電子請求受付システムで登録してからお試しください。";
    WrongSecurityCode, 422, "wrong-security-code", "セキュリティコードが正しくありません。もう一度入力してください。";
    WrongCode, 422, "wrong-code", "ワンタイムパスワードが違います。メールの照合記号をご確認のうえ、もう一度入力してください。";
    CodeExpired, 422, "code-expired", "ワンタイムパスワードの有効期限が過ぎました。「再送する」を押して、新しいメールのワンタイムパスワードを入力してください。";
    TermsNotAgreed, 422, "terms-not-agreed", "利用規約への同意が必要です。「利用規約に同意する」にチェックを入れてください。";
    WrongCurrentPassword, 422, "wrong-current-password", "現在のパスワードが正しくありません。";
    IdempotencyKeyReused, 422, "idempotency-key-reused", "送信をやり直してください。同じIdempotency-Keyが、異なる内容に使われました。";
    NoTriesLeft, 429, "no-tries-left", "入力できる回数を超えました。はじめからやり直してください。";
    ResendTooEarly, 429, "resend-too-early", "再送は、しばらくたってからお試しください。";
    NoSendsLeft, 429, "no-sends-left", "これ以上は送信できません。時間をおいて、はじめからやり直してください。";
    TooManyRequests, 429, "too-many-requests", "回数の上限を超えました。しばらくたってからお試しください。";
    ClaimsUnavailable, 503, "claims-unavailable", "電子請求受付システムに接続できません。時間をおいてお試しください。";
    TemporarilyUnavailable, 503, "temporarily-unavailable", "ただいま処理できません。しばらくしてからもう一度お試しください。";
}

/// 断り — a refused request, with the data that the person needs to continue. Not an error: nothing is broken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The kind.
    pub kind: Kind,
    /// The problems of its fields.
    pub errors: Vec<FieldProblem>,
    /// The tries that are left.
    pub tries_left: Option<u64>,
    /// The seconds until the next try.
    pub retry_after_seconds: Option<u64>,
}

impl Refusal {
    /// A refusal of this kind.
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            errors: Vec::new(),
            tries_left: None,
            retry_after_seconds: None,
        }
    }

    /// A form with these problems.
    pub const fn invalid(errors: Vec<FieldProblem>) -> Self {
        Self {
            kind: Kind::InvalidFields,
            errors,
            tries_left: None,
            retry_after_seconds: None,
        }
    }

    /// With the tries that are left.
    #[must_use]
    pub const fn with_tries_left(mut self, tries: u64) -> Self {
        self.tries_left = Some(tries);
        self
    }

    /// With the seconds until the next try.
    #[must_use]
    pub const fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Self::of(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_share_a_code() {
        let mut codes: Vec<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Kind::ALL.len());
    }

    /// 「同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。」
    #[test]
    fn r15_the_manuals_sentence_is_the_title() {
        assert_eq!(
            Kind::OrganisationAlreadyRegistered.title(),
            "同一組織で新規登録が完了しています。登録済みユーザからユーザ作成を行って下さい。"
        );
    }
}
