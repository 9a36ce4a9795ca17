//! What a command shows: facts about one thing, and rows; as a table, as CSV or as JSON.

use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value};

use crate::safe;

/// Columns of a line of what a person wrote, in a table.
const LINE_WIDTH: usize = 56;

/// Japan has one time, all year.
pub const JAPAN: Offset = Offset::constant(9);

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// 人が読む表
    Table,
    /// 表計算ソフトのための CSV（UTF-8、1行目は見出し）
    Csv,
    /// 1つの JSON オブジェクト
    Json,
}

/// A value of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known, or nothing applies.
    Nothing,
    /// A text, perhaps of others.
    Text(String),
    /// A text of several lines, of others.
    Lines(String),
    /// A count.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// An instant; in tables and CSV in Japan's time.
    Time(Timestamp),
}

impl Cell {
    /// A text of ours or of others: it is made safe when it is written.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An instant, if there is one.
    pub fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Nothing, Self::Time)
    }

    fn on_terminal(&self) -> String {
        match self {
            Self::Lines(text) => safe::lines(text, LINE_WIDTH),
            cell => safe::for_terminal(&cell.shown()),
        }
    }

    fn in_csv(&self) -> String {
        match self {
            Self::Lines(text) => safe::quoted(&safe::lines(text, usize::MAX)),
            cell => safe::for_csv(&cell.shown()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) | Self::Lines(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Flag(true) => "はい".to_owned(),
            Self::Flag(false) => "いいえ".to_owned(),
            Self::Time(at) => {
                let local = at.to_zoned(TimeZone::fixed(JAPAN));
                local.strftime("%Y-%m-%d %H:%M:%S").to_string()
            }
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            // A JSON string escapes control characters; the others are made visible, too: it may end on a terminal.
            Self::Text(text) => Value::from(safe::for_terminal(text)),
            Self::Lines(text) => Value::from(safe::lines(text, usize::MAX)),
            Self::Number(number) => Value::from(*number),
            Self::Flag(flag) => Value::from(*flag),
            Self::Time(at) => Value::from(at.to_string()),
        }
    }
}

/// A value with its names: for programs, and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name in JSON.
    pub key: &'static str,
    /// 見出し
    pub title: &'static str,
    /// The value.
    pub cell: Cell,
}

/// A field.
pub const fn field(key: &'static str, title: &'static str, cell: Cell) -> Field {
    Field { key, title, cell }
}

/// What a command shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The facts about the one thing that was asked for.
    pub head: Vec<Field>,
    /// The name of the rows in JSON.
    pub rows_key: &'static str,
    /// Rows, each with the same fields.
    pub rows: Vec<Vec<Field>>,
}

impl Report {
    /// Writes it.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Table => self.write_tables(out),
            Format::Csv => self.write_csv(out),
            Format::Json => self.write_json(out),
        }
    }

    fn write_tables(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut head = table();
        for field in &self.head {
            head.add_row([field.title.to_owned(), field.cell.on_terminal()]);
        }
        writeln!(out, "{head}")?;
        for (at, row) in self.rows.iter().enumerate() {
            // One block a row: a line of a terminal is too short for all of a member's fields.
            let mut block = table();
            block.set_header([format!("{}／{}", at + 1, self.rows.len()), String::new()]);
            for field in row {
                block.add_row([field.title.to_owned(), field.cell.on_terminal()]);
            }
            writeln!(out, "{block}")?;
        }
        Ok(())
    }

    /// The facts stand before the fields of each row, or alone where there are no rows.
    fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let nothing = Vec::new();
        let rows: Vec<&Vec<Field>> = match self.rows.as_slice() {
            [] => vec![&nothing],
            rows => rows.iter().collect(),
        };
        for (at, row) in rows.into_iter().enumerate() {
            let fields = || self.head.iter().chain(row);
            if at == 0 {
                write_line(out, fields().map(|field| safe::for_csv(field.title)))?;
            }
            write_line(out, fields().map(|field| field.cell.in_csv()))?;
        }
        Ok(())
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let object = |fields: &[Field]| -> Map<String, Value> {
            let named = fields
                .iter()
                .map(|field| (field.key.to_owned(), field.cell.json()));
            named.collect()
        };
        let mut whole = object(&self.head);
        let rows = self.rows.iter().map(|row| Value::Object(object(row)));
        whole.insert(self.rows_key.to_owned(), rows.collect());
        serde_json::to_writer_pretty(&mut *out, &whole)?;
        writeln!(out)
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn write_line(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let cells: Vec<String> = cells.collect();
    write!(out, "{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let row = |name: &str, sessions| {
            vec![
                field("name", "氏名", Cell::text(name)),
                field("sessions", "セッション", Cell::Number(sessions)),
            ]
        };
        Report {
            head: vec![
                field("number", "事業所番号", Cell::text("1379901018")),
                field(
                    "at",
                    "登録日時",
                    Cell::Time("2026-04-01T00:00:00Z".parse().unwrap()),
                ),
                field("open", "引き継ぎ", Cell::Flag(false)),
                field("none", "なし", Cell::Nothing),
            ],
            rows_key: "members",
            rows: vec![row("=介護 太郎\u{1b}[2J", 1), row("見本 花子", 0)],
        }
    }

    fn written(report: &Report, format: Format) -> String {
        let mut out = Vec::new();
        report.write(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_table_has_straight_edges_with_wide_letters_and_nothing_that_steers_a_terminal() {
        use unicode_width::UnicodeWidthStr;
        let text = written(&report(), Format::Table);
        assert!(
            text.contains("2026-04-01 09:00:00") && text.contains(r"=介護 太郎\u{1b}[2J"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
        let head: Vec<usize> = text.lines().take(6).map(UnicodeWidthStr::width).collect();
        assert!(head.iter().all(|width| *width == head[0]), "{text}");
    }

    #[test]
    fn csv_repeats_the_facts_before_each_row_and_guards_formulas() {
        let text = written(&report(), Format::Csv);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(
            lines,
            [
                r#""事業所番号","登録日時","引き継ぎ","なし","氏名","セッション""#,
                r#""1379901018","2026-04-01 09:00:00","いいえ","","'=介護 太郎\u{1b}[2J","1""#,
                r#""1379901018","2026-04-01 09:00:00","いいえ","","見本 花子","0""#,
                "",
            ]
        );
        let alone = Report {
            rows: Vec::new(),
            ..report()
        };
        assert_eq!(written(&alone, Format::Csv).lines().count(), 2);
    }

    #[test]
    fn json_is_one_object_with_instants_in_utc() {
        let text = written(&report(), Format::Json);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["at"], "2026-04-01T00:00:00Z");
        assert_eq!(value["none"], Value::Null);
        assert_eq!(value["members"][1]["sessions"], 0);
        assert!(!text.contains('\u{1b}'));
    }
}
