//! The mailbox as a page. It works without its script, which only adds copying, switches and freshness.

use super::secret;
use crate::{
    html::{self, escape},
    ses::{Mail, Outcome, Postbox, fold},
};
use axum::response::Response;
use jiff::tz;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write as _;

/// Mails on the page; the JSON has all of them.
const SHOWN_MAILS: usize = 100;

/// Addresses that the page offers switches for.
const SHOWN_ADDRESSES: usize = 20;

/// Hours that Japan is ahead of UTC, all year round.
const JAPAN: i8 = 9;

/// Each outcome in the words of its button.
const OUTCOMES: [(Outcome, &str, &str); 5] = [
    (Outcome::Delivered, "delivered", "届く"),
    (Outcome::Bounce, "bounce", "宛先不明で戻る"),
    (Outcome::Complaint, "complaint", "迷惑メール報告"),
    (Outcome::Reject, "reject", "送信を拒否"),
    (Outcome::Throttle, "throttle", "送信を制限"),
];

pub(super) fn mailbox(mails: &[Mail], filter: Option<&str>, postbox: &Postbox) -> Response {
    let body = format!(
        "<header><p class=\"where\"><a href=\"/_dev/\">開発用メニュー</a></p><h1>メールボックス</h1>\n\
         <p>ローカル環境が送ったメールです。実際には誰にも送られていません。新しいものが上です。\
         送り方は<a href=\"#behaviours\">宛先ごとの動作</a>で変えられます。</p></header>\n\
         <form class=\"filter\" action=\"/_dev/mailbox\"><label for=\"to\">宛先で絞り込む</label>\n\
         <input id=\"to\" name=\"to\" type=\"text\" inputmode=\"email\" autocomplete=\"off\" spellcheck=\"false\" \
         value=\"{filter_value}\">\n<button>絞り込む</button>{all}\n\
         <button type=\"button\" class=\"quiet\" data-clear>すべて消す</button></form>\n\
         <p id=\"notice\" role=\"status\"></p>\n\
         <noscript><p class=\"note\">JavaScriptが無効のため、新しいメールは再読み込みで表示されます。</p></noscript>\n\
         <div id=\"live\">{live}</div>\n<script src=\"/_dev/mailbox.js\" defer></script>",
        filter_value = escape(filter.unwrap_or_default()),
        all = if filter.is_some() {
            "<a href=\"/_dev/mailbox\">絞り込みをやめる</a>"
        } else {
            ""
        },
        live = live(mails, filter, postbox),
    );
    html::page("メールボックス｜ローカル環境", &body)
}

/// The part that the script replaces when something has changed.
fn live(mails: &[Mail], filter: Option<&str>, postbox: &Postbox) -> String {
    let mut live = String::new();
    if mails.is_empty() {
        live.push_str("<p class=\"empty\">メールはまだありません。届くと、ここに自動で表示されます。</p>\n");
    }
    for mail in mails.iter().take(SHOWN_MAILS) {
        live.push_str(&article(mail));
    }
    if mails.len() > SHOWN_MAILS {
        // Writing to a String cannot fail.
        let _ = writeln!(
            live,
            "<p class=\"note\">新しい{SHOWN_MAILS}通を表示しています（全{}通）。</p>",
            mails.len()
        );
    }
    live.push_str(&behaviours(mails, filter, postbox));
    live
}

fn article(mail: &Mail) -> String {
    let secret = secret::find(&mail.text).map_or_else(String::new, |secret| {
        format!(
            "<p class=\"secret\"><span>{label}</span> <code>{value}</code> \
             <button type=\"button\" data-copy=\"{value}\" data-key=\"copy-{id}\">コピー</button></p>\n",
            label = escape(secret.label),
            value = escape(secret.value),
            id = escape(&mail.id),
        )
    });
    let japan = mail.sent_at.to_zoned(tz::offset(JAPAN).to_time_zone());
    format!(
        "<article>\n<h2>{subject}</h2>\n<dl><dt>宛先</dt><dd>{to}</dd><dt>差出人</dt><dd>{from}</dd>\
         <dt>日時</dt><dd><time datetime=\"{sent_at}\">{shown_at}</time></dd></dl>\n{secret}<pre>{text}</pre>\n\
         </article>\n",
        subject = escape(&mail.subject),
        to = recipients(&mail.to),
        from = escape(&mail.from),
        sent_at = mail.sent_at,
        shown_at = japan.strftime("%Y年%-m月%-d日 %-H時%M分%S秒"),
        text = escape(mail.text.trim_end()),
    )
}

/// Each recipient as a link to the mails to it alone.
fn recipients(to: &str) -> String {
    let links: Vec<String> = to
        .split(", ")
        .map(|address| {
            format!(
                "<a href=\"/_dev/mailbox?to={}\">{}</a>",
                utf8_percent_encode(address, NON_ALPHANUMERIC),
                escape(address)
            )
        })
        .collect();
    links.join(", ")
}

/// Switches for the addresses that were written to, and for those that were switched before.
fn behaviours(mails: &[Mail], filter: Option<&str>, postbox: &Postbox) -> String {
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

    let mut rows = String::new();
    for address in &addresses {
        rows.push_str(&switches(address, postbox));
    }
    format!(
        "<section class=\"behaviours\" id=\"behaviours\">\n<h2>宛先ごとの動作</h2>\n\
         <p>これから送られるメールがどうなるかを、宛先ごとに選べます。一覧にない宛先は、上の欄に入力して絞り込むと選べます。</p>\n\
         {rows}</section>\n"
    )
}

fn switches(address: &str, postbox: &Postbox) -> String {
    let current = postbox.outcome(address);
    let shown = escape(address);
    let mut buttons = String::new();
    for (outcome, word, label) in OUTCOMES {
        let _ = write!(
            buttons,
            "<button type=\"button\" data-outcome=\"{word}\" data-address=\"{shown}\" \
             data-key=\"{word}-{shown}\" aria-pressed=\"{pressed}\">{label}</button>",
            pressed = outcome == current,
        );
    }
    let suppressed = if postbox.suppressed_since(address).is_some() {
        "<p class=\"note\">送信停止リストに載っています。「届く」を選ぶと外れます。</p>"
    } else {
        ""
    };
    format!(
        "<div class=\"behaviour\" role=\"group\" aria-label=\"{shown}\"><p>{shown}</p><p class=\"switches\">{buttons}</p>\
         {suppressed}</div>\n"
    )
}
