//! `docs/steps.md`.

use std::fmt::Write as _;

use portal::problem::Kind;
use portal::progress::Next;
use portal::steps::{Area, BASE, COMMON, Cookie, Document, Place, STEPS, Step};

/// The page.
pub(crate) fn page() -> String {
    format!(
        "\
# Steps

<!-- Written by `cargo xtask gen`; what is changed here is lost. -->

Every operation, in the order of the manual's screens: from `shared/portal/src/steps/table.rs`, which routes, template, \
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
        registration = diagram(&[Area::Registration]),
        login = diagram(&[Area::Login, Area::MyPage]),
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
            step.function.name(),
            step.cookie
                .map_or_else(|| "–".to_owned(), |cookie| format!("`{}`", Cookie::name(cookie))),
            if step.keyed { "K" } else { "" },
            success(*step),
            if step.refusals.is_empty() {
                "–".to_owned()
            } else {
                codes(step.refusals)
            },
        );
    }
    table
}

fn success(step: Step) -> String {
    let document = match step.answer {
        Document::Progress => " progress",
        Document::Terms => " terms",
        Document::Me => " who is logged in",
        Document::Nothing => "",
    };
    format!("{}{document}", step.success)
}

fn codes(kinds: &[Kind]) -> String {
    let codes: Vec<String> = kinds.iter().map(|kind| format!("`{}`", kind.code())).collect();
    codes.join(", ")
}

/// The steps of these areas that lead from one screen to another.
fn diagram(areas: &[Area]) -> String {
    let steps = STEPS.iter().filter(|step| areas.contains(&step.area));
    let moves: Vec<(Place, Place, Step)> = steps
        .flat_map(|step| step.moves.iter().map(|(from, to)| (*from, *to, *step)))
        .collect();
    let named = |next: Next| {
        let place = Place::At(next);
        moves.iter().any(|(from, to, _)| [*from, *to].contains(&place))
    };
    let mut lines = vec!["```mermaid".to_owned(), "stateDiagram-v2".to_owned()];
    let screens = Next::ALL.iter().copied().filter(|next| named(*next));
    lines.extend(screens.map(|next| format!("    {} : {}", id(next), screen(next))));
    let at = |place: Place| match place {
        Place::At(next) => id(next),
        Place::Start | Place::End => "[*]".to_owned(),
    };
    let arrow = |(from, to, step): &(Place, Place, Step)| {
        format!("    {} --> {} : {}", at(*from), at(*to), step.name)
    };
    lines.extend(moves.iter().map(arrow));
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
