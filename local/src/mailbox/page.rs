//! The mailbox as a page. It works without its script, which only adds copying, switches and updates.

use super::secret;
use crate::{
    html,
    ses::{Mail, MailOutcome, Postbox, fold},
};
use axum::response::Response;
use jiff::tz;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Mails on the page; the JSON has all of them.
const SHOWN_MAILS: usize = 100;

/// Addresses with switches on the page.
const SHOWN_ADDRESSES: usize = 20;

/// Hours that Japan is ahead of UTC, all year round.
const JAPAN: i8 = 9;

/// The labels of each outcome's button.
const OUTCOMES: [(MailOutcome, &str, &str); 5] = [
    (MailOutcome::Delivered, "delivered", "届く"),
    (MailOutcome::Bounce, "bounce", "宛先不明で戻る"),
    (MailOutcome::Complaint, "complaint", "迷惑メール報告"),
    (MailOutcome::Reject, "reject", "送信を拒否"),
    (MailOutcome::Throttle, "throttle", "送信を制限"),
];

pub(super) fn mailbox(mails: &[Mail], filter: Option<&str>, postbox: &Postbox) -> Response {
    let body = html! {
        header {
            p.where { a href="/_dev/" { "開発用メニュー" } }
            h1 { "メールボックス" }
            p {
                "ローカル環境が送ったメールです。実際には誰にも送られていません。新しいものが上です。送り方は"
                a href="#behaviours" { "宛先ごとの動作" }
                "で変えられます。"
            }
        }
        form.filter action="/_dev/mailbox" {
            label for="to" { "宛先で絞り込む" }
            input #to name="to" type="text" inputmode="email" autocomplete="off" spellcheck="false"
                value=(filter.unwrap_or_default());
            button { "絞り込む" }
            @if filter.is_some() { a href="/_dev/mailbox" { "絞り込みをやめる" } }
            button.quiet type="button" data-clear { "すべて消す" }
        }
        p #notice role="status" {}
        noscript { p.note { "JavaScriptが無効のため、新しいメールは再読み込みで表示されます。" } }
        div #live { (live(mails, filter, postbox)) }
        script src="/_dev/mailbox.js" defer {}
    };
    html::page("メールボックス｜ローカル環境", &body)
}

/// The part that the script replaces after a change.
fn live(mails: &[Mail], filter: Option<&str>, postbox: &Postbox) -> Markup {
    html! {
        @if mails.is_empty() { p.empty { "メールはまだありません。届くと、ここに自動で表示されます。" } }
        @for mail in mails.iter().take(SHOWN_MAILS) { (article(mail)) }
        @if mails.len() > SHOWN_MAILS {
            p.note { "新しい" (SHOWN_MAILS) "通を表示しています（全" (mails.len()) "通）。" }
        }
        (behaviours(mails, filter, postbox))
    }
}

fn article(mail: &Mail) -> Markup {
    let japan = mail.sent_at.to_zoned(tz::offset(JAPAN).to_time_zone());
    html! {
        article {
            h2 { (mail.subject) }
            dl {
                dt { "宛先" }
                dd { (recipients(&mail.to)) }
                dt { "差出人" }
                dd { (mail.from) }
                dt { "日時" }
                dd {
                    time datetime=(mail.sent_at) {
                        (japan.strftime("%Y年%-m月%-d日 %-H時%M分%S秒").to_string())
                    }
                }
            }
            @if let Some(secret) = secret::find(&mail.text) {
                p.secret {
                    span { (secret.label) } " "
                    code { (secret.value) } " "
                    button type="button" data-copy=(secret.value) data-key={ "copy-" (mail.id) } { "コピー" }
                }
            }
            pre { (mail.text.trim_end()) }
        }
    }
}

/// Each recipient, with a link to its mails.
fn recipients(to: &str) -> Markup {
    html! {
        @for (number, address) in to.split(", ").enumerate() {
            @if number > 0 { ", " }
            a href={ "/_dev/mailbox?to=" (utf8_percent_encode(address, NON_ALPHANUMERIC)) } { (address) }
        }
    }
}

/// Switches for the addresses that got mails, and for those that were switched before.
fn behaviours(mails: &[Mail], filter: Option<&str>, postbox: &Postbox) -> Markup {
    let switched = postbox.outcomes();
    let mut addresses: Vec<String> = filter
        .map(fold)
        .filter(|address| address.contains('@'))
        .into_iter()
        .collect();
    let written_to = mails.iter().flat_map(|mail| mail.to.split(", ")).map(fold);
    for address in switched.keys().cloned().chain(written_to) {
        if addresses.len() < SHOWN_ADDRESSES.max(switched.len()) && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    html! {
        section.behaviours #behaviours {
            h2 { "宛先ごとの動作" }
            p { "これから送られるメールがどうなるかを、宛先ごとに選べます。一覧にない宛先は、上の欄に入力して絞り込むと選べます。" }
            @for address in &addresses { (switches(address, postbox)) }
        }
    }
}

fn switches(address: &str, postbox: &Postbox) -> Markup {
    let current = postbox.outcome(address);
    html! {
        div.behaviour role="group" aria-label=(address) {
            p { (address) }
            p.switches {
                @for (outcome, word, label) in OUTCOMES {
                    button type="button" data-outcome=(word) data-address=(address)
                        data-key={ (word) "-" (address) } aria-pressed=(outcome == current) { (label) }
                }
            }
            @if postbox.is_suppressed(address) {
                p.note { "送信停止リストに載っています。「届く」を選ぶと外れます。" }
            }
        }
    }
}
