//! The acts, as a page and as JSON: the lines of the audit's file, newest first.

use crate::html::{self, uncached};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use jiff::{Timestamp, tz};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portal::audit::Act;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Records on the page; the JSON has all of them.
const SHOWN: usize = 200;

/// Hours that Japan is ahead of UTC, all year round.
const JAPAN: i8 = 9;

/// The query.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AuditQuery {
    /// A subject, an office's number, a member or a flow.
    about: Option<String>,
    /// HTML unless JSON is requested.
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Html,
    Json,
}

impl AuditQuery {
    fn about(&self) -> Option<&str> {
        self.about
            .as_deref()
            .map(str::trim)
            .filter(|about| !about.is_empty())
    }
}

/// The matching records of the file's text.
pub(super) fn audit(text: &str, asked: &AuditQuery) -> Response {
    let about = asked.about();
    // An incomplete last line is being written.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let records: Vec<Map<String, Value>> = whole
        .lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Map<String, Value>>(line).ok())
        .filter(|record| about.is_none_or(|about| record.values().any(|value| value == about)))
        .collect();
    match asked.format {
        Format::Json => uncached(Json(records).into_response()),
        Format::Html => page(&records, about),
    }
}

fn page(records: &[Map<String, Value>], about: Option<&str>) -> Response {
    let body = html! {
        header {
            p.where { a href="/_dev/" { "開発用メニュー" } }
            h1 { "監査記録" }
            p { "アカウントに起きたことの記録です。新しいものが上です。氏名、メールアドレス、パスワードは含まれません。" }
        }
        form.filter action="/_dev/audit" {
            label for="about" { "対象、事業所番号などで絞り込む" }
            input #about name="about" type="text" autocomplete="off" spellcheck="false" value=(about.unwrap_or_default());
            button { "絞り込む" }
            @if about.is_some() { a href="/_dev/audit" { "絞り込みをやめる" } }
        }
        div #records {
            @if records.is_empty() { p.empty { "記録はまだありません。" } }
            @for record in records.iter().take(SHOWN) { (article(record)) }
            @if records.len() > SHOWN {
                p.note { "新しい" (SHOWN) "件を表示しています（全" (records.len()) "件）。" }
            }
        }
    };
    html::page("監査記録｜ローカル環境", &body)
}

fn article(record: &Map<String, Value>) -> Markup {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let (act, at) = (text("act"), text("at"));
    let shown_at = at.parse::<Timestamp>().map_or_else(
        |_| at.to_owned(),
        |at| {
            let japan = at.to_zoned(tz::offset(JAPAN).to_time_zone());
            japan.strftime("%Y年%-m月%-d日 %-H時%M分%S秒").to_string()
        },
    );
    html! {
        article {
            h2 { (act) }
            p { (Act::parse(act).map_or("", Act::meaning)) }
            dl {
                dt { "日時" }
                dd { time datetime=(at) { (shown_at) } }
                @for (name, value) in record {
                    @if !matches!(name.as_str(), "act" | "at" | "id" | "sequence") {
                        dt { (name) }
                        dd { (shown(name, value)) }
                    }
                }
            }
        }
    }
}

fn shown(name: &str, value: &Value) -> Markup {
    match (name, value) {
        ("subject" | "office" | "member" | "by", Value::String(value)) => {
            let about = utf8_percent_encode(value, NON_ALPHANUMERIC);
            html! { a href={ "/_dev/audit?about=" (about) } { (value) } }
        }
        (_, Value::String(value)) => html! { (value) },
        (_, value) => html! { (value.to_string()) },
    }
}
