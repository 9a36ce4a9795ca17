//! What happened, as a page: the lines of the audit's file, newest first.

use crate::html::{self, escape};
use axum::response::Response;
use jiff::{Timestamp, tz};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portal::audit::Act;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Records on the page; the file has all of them.
const SHOWN: usize = 200;

/// Hours that Japan is ahead of UTC, all year round.
const JAPAN: i8 = 9;

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// A subject, an office's number, a member or a flow.
    about: Option<String>,
}

impl Asked {
    fn about(&self) -> Option<&str> {
        self.about
            .as_deref()
            .map(str::trim)
            .filter(|about| !about.is_empty())
    }
}

pub(super) fn audit(text: &str, asked: &Asked) -> Response {
    let about = asked.about();
    // A last line without its end is one that is being written.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let records: Vec<Map<String, Value>> = whole
        .lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Map<String, Value>>(line).ok())
        .filter(|record| about.is_none_or(|about| record.values().any(|value| value == about)))
        .collect();

    let mut articles = String::new();
    if records.is_empty() {
        articles.push_str("<p class=\"empty\">記録はまだありません。</p>\n");
    }
    for record in records.iter().take(SHOWN) {
        articles.push_str(&article(record));
    }
    if records.len() > SHOWN {
        // Writing to a String cannot fail.
        let _ = writeln!(
            articles,
            "<p class=\"note\">新しい{SHOWN}件を表示しています（全{}件）。</p>",
            records.len()
        );
    }
    let all = if about.is_some() {
        "<a href=\"/_dev/audit\">絞り込みをやめる</a>"
    } else {
        ""
    };
    let body = format!(
        "<header><p class=\"where\"><a href=\"/_dev/\">開発用メニュー</a></p><h1>監査記録</h1>\n\
         <p>アカウントに起きたことの記録です。新しいものが上です。氏名、メールアドレス、パスワードは含まれません。</p></header>\n\
         <form class=\"filter\" action=\"/_dev/audit\"><label for=\"about\">対象、事業所番号などで絞り込む</label>\n\
         <input id=\"about\" name=\"about\" type=\"text\" autocomplete=\"off\" spellcheck=\"false\" value=\"{value}\">\n\
         <button>絞り込む</button>{all}</form>\n<div id=\"records\">{articles}</div>",
        value = escape(about.unwrap_or_default()),
    );
    html::page("監査記録｜ローカル環境", &body)
}

fn article(record: &Map<String, Value>) -> String {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let act = text("act");
    let meaning = Act::parse(act).map_or("", Act::meaning);
    let at = text("at");
    let shown_at = at.parse::<Timestamp>().map_or_else(
        |_| at.to_owned(),
        |at| {
            let japan = at.to_zoned(tz::offset(JAPAN).to_time_zone());
            japan.strftime("%Y年%-m月%-d日 %-H時%M分%S秒").to_string()
        },
    );
    let mut rows = String::new();
    for (name, value) in record {
        let row = match (name.as_str(), value) {
            ("act" | "at" | "id" | "sequence", _) => continue,
            ("subject" | "office" | "member" | "by", Value::String(value)) => format!(
                "<a href=\"/_dev/audit?about={}\">{}</a>",
                utf8_percent_encode(value, NON_ALPHANUMERIC),
                escape(value)
            ),
            (_, Value::String(value)) => escape(value),
            (_, value) => escape(&value.to_string()),
        };
        let _ = write!(rows, "<dt>{}</dt><dd>{row}</dd>", escape(name));
    }
    format!(
        "<article>\n<h2>{act}</h2>\n<p>{meaning}</p>\n<dl><dt>日時</dt><dd><time datetime=\"{at}\">{shown_at}</time></dd>\
         {rows}</dl>\n</article>\n",
        act = escape(act),
        meaning = escape(meaning),
        at = escape(at),
        shown_at = escape(&shown_at),
    )
}
