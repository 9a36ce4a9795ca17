//! Prints `docs/steps.md`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::fmt::Write as _;

use portal::problem::Kind;
use portal::progress::Next;
use portal::steps::{self, AnswerShape, BASE, COMMON, Cookie, STEPS, Step};

fn main() {
    print!("{}", page());
}

/// The page.
pub(crate) fn page() -> String {
    format!(
        "\
# Steps

<!-- Written by `cargo xtask gen`; what is changed here is lost. -->

Every operation, in the order of the manual's screens: from `shared/portal/src/steps.rs`, which routes, template, \
local router, OpenAPI document and tests follow.
Paths stand below `{BASE}`; **K** wants an Idempotency-Key.
Beside its own refusals ([what each means](problems.md)) any step may answer {common}; a GET, whose body is not \
looked at, {common_of_get}.

{table}
Whatever is no step is answered by `not-found`.
No steps are `deliver-mail` (sends what the table's stream promises), `mail-events` (notes what became of it), \
`keep-audit` (keeps what the stream says happened) and `claims-simulator` (stands in for 電子請求受付システム).

## 初回利用登録

`show-registration` tells at any time where one is, and `cancel-registration` ends it.

{registration}
## ログイン

`show-login` tells at any time where one is, and `cancel-login` ends it.
`show-terms` may be asked by anybody.

{login}",
        common = codes(COMMON),
        common_of_get = codes(&[Kind::ForeignOrigin, Kind::TemporarilyUnavailable]),
        table = table(),
        registration = diagram(REGISTRATION),
        login = diagram(LOGIN),
    )
}

fn table() -> String {
    let mut table = "\
| screen or action | request | function | cookie | K | success | refusals |
| --- | --- | --- | --- | --- | --- | --- |
"
    .to_owned();
    for step in STEPS {
        // Writing to a text cannot fail.
        _ = writeln!(
            table,
            "| {} `{}` | `{} {}` | `{}` | {} | {} | {} | {} |",
            step.title,
            step.name,
            step.method.name(),
            step.path,
            step.function,
            step.cookie
                .map_or_else(|| "–".to_owned(), |cookie| format!("`{}`", Cookie::name(cookie))),
            if step.keyed { "K" } else { "" },
            success(step),
            if step.refusals.is_empty() {
                "–".to_owned()
            } else {
                codes(step.refusals)
            },
        );
    }
    table
}

fn success(step: &Step) -> String {
    let document = match step.answer {
        AnswerShape::Progress => " progress",
        AnswerShape::Terms => " terms",
        AnswerShape::Me => " who is logged in",
        AnswerShape::Nothing => "",
    };
    format!("{}{document}", step.success)
}

fn codes(kinds: &[Kind]) -> String {
    let codes: Vec<String> = kinds.iter().map(|kind| format!("`{}`", kind.code())).collect();
    codes.join(", ")
}

/// From where a step leads whereto; from nowhere it starts a flow, and to nowhere it ends one.
pub(crate) struct Move(
    pub(crate) Option<Next>,
    pub(crate) &'static Step,
    pub(crate) Option<Next>,
);

/// 初回利用登録
pub(crate) static REGISTRATION: &[Move] = &[
    Move(None, &steps::START_REGISTRATION, Some(Next::SecurityCode)),
    Move(None, &steps::START_REGISTRATION, Some(Next::Otp)),
    Move(
        Some(Next::SecurityCode),
        &steps::ENTER_SECURITY_CODE,
        Some(Next::Otp),
    ),
    Move(Some(Next::Otp), &steps::RESEND_REGISTRATION_OTP, Some(Next::Otp)),
    Move(
        Some(Next::Otp),
        &steps::ENTER_REGISTRATION_OTP,
        Some(Next::Profile),
    ),
    Move(
        Some(Next::Otp),
        &steps::ENTER_REGISTRATION_OTP,
        Some(Next::AlreadyRegistered),
    ),
    Move(Some(Next::Profile), &steps::ENTER_PROFILE, Some(Next::Confirm)),
    Move(Some(Next::Confirm), &steps::ENTER_PROFILE, Some(Next::Confirm)),
    Move(Some(Next::Confirm), &steps::CONFIRM, Some(Next::Completed)),
    Move(
        Some(Next::Confirm),
        &steps::CONFIRM,
        Some(Next::AlreadyRegistered),
    ),
    Move(
        Some(Next::AlreadyRegistered),
        &steps::ENTER_PROFILE,
        Some(Next::Confirm),
    ),
    Move(
        Some(Next::AlreadyRegistered),
        &steps::REISSUE_INITIAL_PASSWORD,
        Some(Next::Completed),
    ),
    Move(
        Some(Next::Completed),
        &steps::RESEND_INITIAL_PASSWORD,
        Some(Next::Completed),
    ),
    Move(
        Some(Next::Completed),
        &steps::REISSUE_INITIAL_PASSWORD,
        Some(Next::Completed),
    ),
];

/// ログイン
pub(crate) static LOGIN: &[Move] = &[
    Move(None, &steps::START_LOGIN, Some(Next::Otp)),
    Move(Some(Next::Otp), &steps::RESEND_LOGIN_OTP, Some(Next::Otp)),
    Move(Some(Next::Otp), &steps::ENTER_LOGIN_OTP, Some(Next::NewPassword)),
    Move(Some(Next::Otp), &steps::ENTER_LOGIN_OTP, Some(Next::MyPage)),
    Move(
        Some(Next::NewPassword),
        &steps::MARK_TERMS_SHOWN,
        Some(Next::NewPassword),
    ),
    Move(
        Some(Next::NewPassword),
        &steps::CHANGE_INITIAL_PASSWORD,
        Some(Next::MyPage),
    ),
    Move(Some(Next::MyPage), &steps::RENEW_SESSION, Some(Next::MyPage)),
    Move(Some(Next::MyPage), &steps::SHOW_ME, Some(Next::MyPage)),
    Move(Some(Next::MyPage), &steps::LOG_OUT, None),
];

fn diagram(moves: &[Move]) -> String {
    let named = |next: &Next| {
        moves
            .iter()
            .any(|Move(from, _, to)| [*from, *to].contains(&Some(*next)))
    };
    let mut lines = vec!["```mermaid".to_owned(), "stateDiagram-v2".to_owned()];
    lines.extend(
        Next::ALL
            .iter()
            .filter(|next| named(next))
            .map(|next| format!("    {} : {}", id(*next), screen(*next))),
    );
    let at = |next: Option<Next>| next.map_or_else(|| "[*]".to_owned(), id);
    lines.extend(
        moves
            .iter()
            .map(|Move(from, step, to)| format!("    {} --> {} : {}", at(*from), at(*to), step.name)),
    );
    lines.push("```\n".to_owned());
    lines.join("\n")
}

/// A hyphen would end the name in a diagram.
fn id(next: Next) -> String {
    next.code().replace('-', "_")
}

const fn screen(next: Next) -> &'static str {
    match next {
        Next::SecurityCode => "セキュリティコードの入力",
        Next::Otp => "ワンタイムパスワード認証",
        Next::Profile => "新規ユーザ登録情報の入力",
        Next::Confirm => "入力情報の確認",
        Next::Completed => "ユーザ登録完了",
        Next::AlreadyRegistered => "同一組織で登録済み",
        Next::NewPassword => "新しいパスワードと利用規約への同意",
        Next::MyPage => "マイページ",
        Next::Done => "パスワードの再設定の完了",
    }
}
