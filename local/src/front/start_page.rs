//! The pages that stand in for a front that is not built, and the menu of what is there for development.

use super::Builds;
use crate::html;
use axum::{http::StatusCode, response::Response};

/// What `/_dev/` leads to.
pub(super) fn menu(readme: bool) -> Response {
    let body = format!(
        "<header><p class=\"where\"><a href=\"/\">ポータル</a></p><h1>開発用メニュー</h1>\n\
         <p>ローカル環境だけにあるページです。本番環境には含まれません。</p></header>\n{}",
        links(readme)
    );
    html::page("開発用メニュー｜ローカル環境", &body)
}

/// The origin's page as long as there is no front. It goes away by itself if builds are awaited.
pub(super) fn welcome(readme: bool, builds: Option<&Builds>) -> Response {
    let body = format!(
        "<header><h1>介護情報基盤ポータル ローカル環境</h1>\n\
         <p>APIは動いています。画面はまだビルドされていません。</p></header>\n{}\n{}",
        links(readme),
        script(builds)
    );
    html::page("介護情報基盤ポータル ローカル環境", &body)
}

/// For a page that there is not, or not at the moment, while a build is under way.
pub(super) fn not_found(builds: Option<&Builds>) -> Response {
    let body = format!(
        "<header><h1>ページが見つかりません</h1></header>\n\
         <p><a href=\"/\">最初のページへ</a>　<a href=\"/_dev/\">開発用メニューへ</a></p>\n{}",
        script(builds)
    );
    let mut response = html::page("ページが見つかりません", &body);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn script(builds: Option<&Builds>) -> String {
    builds.map_or_else(String::new, Builds::script)
}

fn links(readme: bool) -> String {
    let readme = if readme {
        "<li><a href=\"/_dev/readme\">README</a>：使い方</li>\n"
    } else {
        "<li>使い方はリポジトリの <code>README.md</code> をご覧ください。</li>\n"
    };
    format!(
        "<nav class=\"menu\" aria-label=\"開発用\"><ul>\n\
         <li><a href=\"/_dev/mailbox\">メールボックス</a>：送られたメール、ワンタイムパスワード、宛先ごとの動作</li>\n\
         <li><a href=\"/_dev/mails\">メールの一覧（JSON）</a></li>\n\
         <li><a href=\"/_dev/offices\">事業所の一覧（JSON）</a>：電子請求受付システムの代役が知っている事業所</li>\n\
         <li><a href=\"/_dev/audit\">監査記録</a>：アカウントに起きたこと</li>\n\
         <li><a href=\"/_dev/settings\">設定値の一覧（JSON）</a>：環境変数で変えられる値</li>\n\
         {readme}</ul></nav>"
    )
}
