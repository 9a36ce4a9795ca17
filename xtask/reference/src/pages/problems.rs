//! `docs/problems.md`.

use std::fmt::Write as _;

use portal::problem::Kind;
use portal::steps::{COMMON, STEPS};

const HEAD: &str = "\
# Problems

<!-- Written by `cargo xtask gen`; what is changed here is lost. -->

Every refusal is an RFC 9457 document whose `type` ends in one of these codes, and whose `title` is always the same \
sentence.
Under each code: what the person does (利用者), what the front does, and what the operator looks at, where there is \
anything to look at.
`instance` ends in the id of the request, which the log's line `request answered` carries, too.

";

/// The page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    let entries: Vec<String> = Kind::ALL.iter().map(|kind| entry(*kind)).collect();
    page.push_str(&entries.join("\n"));
    page
}

fn entry(kind: Kind) -> String {
    let mut entry = format!(
        "## {}\n\n**{}** 「{}」\n\n",
        kind.code(),
        kind.status(),
        kind.title()
    );
    let advice = advice(kind);
    let lines = [
        ("利用者", advice.person),
        ("Front", advice.front),
        ("Operator", advice.operator),
    ];
    for (who, what) in lines.into_iter().filter(|(_, what)| !what.is_empty()) {
        // Writing to a text cannot fail.
        _ = writeln!(entry, "- {who}: {what}");
    }
    _ = writeln!(entry, "- Answered by: {}", steps(kind));
    entry
}

fn steps(kind: Kind) -> String {
    if COMMON.contains(&kind) {
        return "any step.".to_owned();
    }
    let steps = STEPS.iter().filter(|step| step.refusals.contains(&kind));
    let names: Vec<String> = steps.map(|step| format!("`{}`", step.name)).collect();
    match (names.as_slice(), kind) {
        ([], Kind::NotFound) => "whatever is no step.".to_owned(),
        ([], _) => "no step yet.".to_owned(),
        (names, _) => format!("{}.", names.join(", ")),
    }
}

/// What to do about a refusal.
struct Advice {
    /// For the person, in Japanese.
    person: &'static str,
    /// For whoever builds a front.
    front: &'static str,
    /// For whoever runs the portal; often nothing.
    operator: &'static str,
}

const fn only(person: &'static str, front: &'static str) -> Advice {
    with(person, front, "")
}

const fn with(person: &'static str, front: &'static str, operator: &'static str) -> Advice {
    Advice {
        person,
        front,
        operator,
    }
}

const RELOAD: &str = "画面を読み込み直して、もう一度操作してください。";
const WAIT: &str = "しばらく待ってから、もう一度操作してください。";

/// What to do about it.
#[expect(clippy::too_many_lines, reason = "a table, with a row for every kind")]
const fn advice(kind: Kind) -> Advice {
    match kind {
        Kind::UnreadableRequest => with(
            RELOAD,
            "Send one JSON object in UTF-8, each field of the type that `openapi.yaml` gives, and none twice.",
            "Many after a release: front and API do not belong together.",
        ),
        Kind::IdempotencyKeyMissing => only(
            RELOAD,
            "Send `Idempotency-Key`: 16 to 64 of `A-Z a-z 0-9 _ -`, drawn once for what the person means and kept for its repetitions.",
        ),
        Kind::NoFlow => only(
            "最初の画面からやり直してください。登録が済んでいるかどうかは、やり直すと分かります。",
            "Lead to the flow's first screen; its cookie is deleted already.",
        ),
        Kind::NoSession => only(
            "もう一度ログインしてください。",
            "Lead to ログイン; the cookie is deleted already.",
        ),
        Kind::WrongCredentials => with(
            "ID（メールアドレス）とパスワードを確かめてください。初回は、メールで届いた初期パスワードを入力します。続けて間違えると、次に試せるまでの時間が延びます。",
            "One sentence for every reason; never say which of the two is wrong.",
            "Many over many addresses: somebody tries a list of passwords.",
        ),
        Kind::ForeignOrigin => with(
            "ポータルのトップページを開き直してください。",
            "Call from one of the portal's own origins.",
            "After a change of address: `PORTAL_ORIGINS` is compared letter by letter.",
        ),
        Kind::NotAllowed => only(
            "事業所の管理者の方に依頼してください。",
            "Do not offer what the role may not do.",
        ),
        Kind::FreshProofRequired => only(
            "現在のパスワードを入力してください。",
            "Ask for the password, then repeat the request.",
        ),
        Kind::NotFound => only(
            "トップページから進み直してください。",
            "Compare path and method with `openapi.yaml`; a slash at the end makes another path.",
        ),
        Kind::TooLarge => only(
            "入力を短くしてください。",
            "Send at most `BODY_BYTES` ([numbers](limits.md)).",
        ),
        Kind::UnsupportedMediaType => only(RELOAD, "Send `Content-Type: application/json`."),
        Kind::WrongStep => only(
            "表示された画面から続けてください。",
            "Go to the screen that `progress.next` names. Nothing was spent: a back button or a second tab comes here.",
        ),
        Kind::ClaimsLockRisk => only(
            "もう一度間違えると、電子請求受付システムが30分間使えなくなり、請求もできなくなります。パスワードを確かめてから続けてください。",
            "Ask. On a yes send the same with `acceptLockRisk: true`, which is good for one attempt.",
        ),
        Kind::OrganisationAlreadyRegistered => only(
            "事業所内に登録済みの方がいないかご確認ください。ユーザの追加は、登録済みの方のマイページから行います。",
            "Show `progress.members`; `progress.allowed` says which ways out are open.",
        ),
        Kind::EmailTaken => only(
            "別のメールアドレスを入力してください。すでに登録した覚えがあるときは、ログインをお試しください。",
            "Mark `/email`. Without `progress` the registration is over: lead to its first screen.",
        ),
        Kind::MemberLimitReached => only(
            "使っていないユーザを削除してから追加してください。",
            "Show how many seats are taken.",
        ),
        Kind::LastManager => only(
            "先に、ほかの方を管理者にしてください。",
            "Say that one active manager has to remain.",
        ),
        Kind::DraftChanged => only(
            "表示された内容をもう一度確かめてください。",
            "Show the profile in `progress`, and send its `draft`.",
        ),
        Kind::TermsNotShown => only(
            "利用規約をお読みください。",
            "Show the text of `GET /terms`, then send `POST /login/terms/shown` with its version.",
        ),
        Kind::TermsOutdated => only(
            "新しい利用規約をお読みください。",
            "Fetch `GET /terms` anew, show it, and send `POST /login/terms/shown` with its version.",
        ),
        Kind::TryAgain => only(WAIT, "Repeat the same request with the same key after a second."),
        Kind::InitialPasswordExpired => only(
            "初回利用登録をもう一度行うと、初期パスワードを再発行できます。",
            "Lead to 初回利用登録; at `already-registered` the re-issue is open.",
        ),
        Kind::InvalidFields => only(
            "印の付いた項目を直してください。",
            "Mark every field that `errors` points at, and lead the focus to the first. A pointer to the object itself (an empty one for the body) means a field that does not exist.",
        ),
        Kind::ClaimsRejected => only(
            "KJから始まるユーザIDとログインパスワードを確かめてください。大文字と小文字は区別されます。",
            "Keep the user ID, empty the password, say how much hangs on the next attempt.",
        ),
        Kind::ClaimsTemporaryPassword => only(
            "「電子請求登録結果に関するお知らせ」の仮パスワードは使えません。電子請求受付システムで任意のパスワードに変更してから入力してください。",
            "Say how, and link to 電子請求受付システム総合窓口.",
        ),
        Kind::ClaimsPasswordExpired => only(
            "電子請求受付システムでパスワードを変更してから入力してください。",
            "Link to 電子請求受付システム総合窓口.",
        ),
        Kind::ClaimsLocked => only(
            "30分以上たってから、正しいパスワードで操作してください。",
            "Do not invite another attempt.",
        ),
        Kind::ClaimsNoMailAddress => only(
            "電子請求受付システムにメールアドレスを登録してから、やり直してください。",
            "Say that the one-time password goes to that address, and link to 電子請求受付システム総合窓口.",
        ),
        Kind::WrongSecurityCode => only(
            "電子請求受付システムで設定したセキュリティコードを確かめてください。",
            "Show `triesLeft`; at none the registration starts again.",
        ),
        Kind::WrongCode => only(
            "照合記号が同じメールの6桁の数字を入力してください。",
            "Show `triesLeft` and the 照合記号 of `progress.otp`.",
        ),
        Kind::CodeExpired => only(
            "「再送する」を押して、新しいメールの数字を入力してください。",
            "Offer the resend; no try was spent.",
        ),
        Kind::TermsNotAgreed => only(
            "「利用規約に同意する」にチェックを入れてください。",
            "Send `agreedTerms.version` once the box is ticked.",
        ),
        Kind::WrongCurrentPassword => only(
            "現在のパスワードを確かめてください。",
            "Mark the present password, and empty it.",
        ),
        Kind::IdempotencyKeyReused => only(
            RELOAD,
            "Another body is another intention: draw a new key for it.",
        ),
        Kind::NoTriesLeft => only(
            "はじめからやり直してください。",
            "The flow is over but for `cancel`; lead to its first screen.",
        ),
        Kind::ResendTooEarly => only(
            "届くまで少しお待ちください。迷惑メールフォルダもご確認ください。",
            "Count `retryAfterSeconds` down before the button works again.",
        ),
        Kind::NoSendsLeft => only(
            "届いたメールをご確認ください。届いていないときは、はじめからやり直すか、翌日お試しください。",
            "Take the button away, and say whereto the mail went.",
        ),
        Kind::TooManyRequests => with(
            "表示された時間がたってから、もう一度操作してください。",
            "Count `retryAfterSeconds` down, then let the person repeat.",
            "Budgets of an address, a network or an account: [numbers](limits.md). Many at once: somebody knocks at doors.",
        ),
        Kind::ClaimsUnavailable => with(
            "時間をおいて、もう一度操作してください。",
            "Let the person repeat by hand; never repeat a password by itself.",
            "The way to 電子請求受付システム (`CLAIMS_BASE_URL`) does not answer within its budget, or outside its contract (`infra/claims-gateway.yaml`).",
        ),
        Kind::TemporarilyUnavailable => with(
            WAIT,
            "Repeat after `Retry-After`; what was typed stays.",
            "The log's line `a step broke` or `a step panicked` with the same request id says why.",
        ),
    }
}
