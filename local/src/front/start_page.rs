//! The placeholder pages of a front that is not built, and the menu of the development pages.

use super::Builds;
use crate::html;
use axum::{http::StatusCode, response::Response};
use maud::{Markup, html};

/// The menu at `/_dev/`.
pub(super) fn menu(readme: bool) -> Response {
    let body = html! {
        header {
            p.where { a href="/" { "ポータル" } }
            h1 { "開発用メニュー" }
            p { "ローカル環境だけにあるページです。本番環境には含まれません。" }
        }
        (links(readme))
    };
    html::page("開発用メニュー｜ローカル環境", &body)
}

/// The origin's page while there is no front. It reloads itself if builds are watched.
pub(super) fn welcome(readme: bool, builds: Option<&Builds>) -> Response {
    let title = "介護情報基盤ポータル ローカル環境";
    let body = html! {
        header {
            h1 { (title) }
            p { "APIは動いています。画面はまだビルドされていません。" }
        }
        (links(readme))
        @if let Some(builds) = builds { (builds.script()) }
    };
    html::page(title, &body)
}

/// The page for a missing page, or one that is missing during a build.
pub(super) fn not_found(builds: Option<&Builds>) -> Response {
    let title = "ページが見つかりません";
    let body = html! {
        header { h1 { (title) } }
        p {
            a href="/" { "最初のページへ" }
            "　"
            a href="/_dev/" { "開発用メニューへ" }
        }
        @if let Some(builds) = builds { (builds.script()) }
    };
    let mut response = html::page(title, &body);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn links(readme: bool) -> Markup {
    html! {
        nav.menu aria-label="開発用" {
            ul {
                li {
                    a href="/_dev/mailbox" { "メールボックス" }
                    "：送られたメール、ワンタイムパスワード、宛先ごとの動作"
                }
                li { a href="/_dev/mails" { "メールの一覧（JSON）" } }
                li {
                    a href="/_dev/offices" { "事業所の一覧（JSON）" }
                    "：電子請求受付システムの代役が知っている事業所"
                }
                li { a href="/_dev/audit" { "監査記録" } "：アカウントに起きたこと" }
                li { a href="/_dev/settings" { "設定値の一覧（JSON）" } "：環境変数で変えられる値" }
                li { a href="/_dev/clock" { "時計（JSON）" } "：PUTで進められる時刻" }
                @if readme {
                    li { a href="/_dev/readme" { "README" } "：使い方" }
                } @else {
                    li { "使い方はリポジトリの " code { "README.md" } " をご覧ください。" }
                }
            }
        }
    }
}
