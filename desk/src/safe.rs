//! The one place where text of others is made safe: for a terminal, and for a cell of a spreadsheet.

use std::fmt::Write as _;

use portal::text::hides;
use unicode_width::UnicodeWidthChar as _;

/// How many characters without a width may follow one: a kanji's variant, a kana's mark, a few accents.
const MARKS: usize = 4;

/// The beginnings that a spreadsheet takes for a formula, also in full width.
const FORMULAS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The text on one line of a terminal: what would steer it, turn the order of letters or stay invisible is written as its
/// number, `\u{1b}`. A character without a width needs one with a width before it.
pub fn for_terminal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut marks = MARKS;
    for c in text.chars() {
        let is_mark = c.width() == Some(0);
        let is_shown = !hides(c) && c.width().is_some() && (!is_mark || marks < MARKS);
        marks = match (is_shown, is_mark) {
            (true, true) => marks + 1,
            (true, false) => 0,
            (false, _) => MARKS,
        };
        if is_shown {
            safe.push(c);
        } else {
            // Writing to a text cannot fail.
            _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
        }
    }
    safe
}

/// The lines of a text, each safe for a terminal, and none wider than so many columns.
pub fn lines(text: &str, widest: usize) -> String {
    let lines = text.split('\n').map(|line| wrapped(&for_terminal(line), widest));
    lines.collect::<Vec<_>>().join("\n")
}

/// The line, broken before the character that would go beyond the last column.
fn wrapped(line: &str, widest: usize) -> String {
    let mut wrapped = String::with_capacity(line.len());
    let mut column = 0;
    for c in line.chars() {
        let width = c.width().unwrap_or(0);
        if widest < column + width {
            wrapped.push('\n');
            column = 0;
        }
        column += width;
        wrapped.push(c);
    }
    wrapped
}

/// A cell of a CSV file, in quotes. What a spreadsheet would take for a formula gets an apostrophe in front, behind which
/// it is text; so does a leading space, tab or line end, which some of them skip.
pub fn for_csv(text: &str) -> String {
    quoted(&for_terminal(text))
}

/// The same of a text that is safe for a terminal.
pub fn quoted(safe: &str) -> String {
    let first = safe.chars().next();
    let is_formula = first.is_some_and(|c| FORMULAS.contains(&c) || c.is_whitespace());
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", safe.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_shown_as_they_are() {
        for name in ["介護 太郎", "神\u{e0100}田", "が", "か\u{3099}", "Ａ　Ｂ", "é"] {
            assert_eq!(for_terminal(name), name);
        }
    }

    #[test]
    fn lines_stay_lines_and_end_before_the_last_column() {
        assert_eq!(lines("介護\u{1b}\n太郎", usize::MAX), "介護\\u{1b}\n太郎");
        assert_eq!(lines("介護太郎", 4), "介護\n太郎");
        assert_eq!(lines("か\u{3099}介", 4), "か\u{3099}介");
        assert_eq!(lines("", 4), "");
        assert_eq!(quoted("=1\n=2"), "\"'=1\n=2\"");
    }

    #[test]
    fn what_steers_a_terminal_or_hides_is_written_as_its_number() {
        for (text, shown) in [
            ("\u{1b}[2J", r"\u{1b}[2J"),
            ("\u{1b}]0;題\u{7}", r"\u{1b}]0;題\u{7}"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("一\r二\n三\t四", r"一\u{d}二\u{a}三\u{9}四"),
            ("太\u{202e}郎", r"太\u{202e}郎"),
            ("\u{2066}太\u{2069}", r"\u{2066}太\u{2069}"),
            ("太\u{200b}郎", r"太\u{200b}郎"),
            ("\u{feff}太", r"\u{feff}太"),
            ("\u{301}", r"\u{301}"),
            ("\u{7f}", r"\u{7f}"),
        ] {
            assert_eq!(for_terminal(text), shown);
        }
        let tower = format!("a{}", "\u{301}".repeat(6));
        assert_eq!(
            for_terminal(&tower),
            format!("a{}{}", "\u{301}".repeat(4), r"\u{301}".repeat(2))
        );
    }

    #[test]
    fn a_formula_is_text_in_a_spreadsheet() {
        for (text, cell) in [
            ("=1+1", "\"'=1+1\""),
            ("+81", "\"'+81\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("＝1", "\"'＝1\""),
            ("＋1", "\"'＋1\""),
            ("－1", "\"'－1\""),
            ("＠a", "\"'＠a\""),
            ("\t=1", r#""\u{9}=1""#),
            ("\r=1", r#""\u{d}=1""#),
            (" =1", "\"' =1\""),
            ("見本\"、\"訪問", "\"見本\"\"、\"\"訪問\""),
            ("介護 太郎", "\"介護 太郎\""),
            ("", "\"\""),
        ] {
            assert_eq!(for_csv(text), cell, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_reaches_a_terminal_with_anything_that_steers_or_hides(text in any::<String>()) {
            let safe = for_terminal(&text);
            prop_assert!(!safe.chars().any(|c| hides(c) || c.is_control()));
            prop_assert_eq!(for_terminal(&safe), safe.clone(), "what is safe stays as it is");
            prop_assert!(safe.chars().next().is_none_or(|c| c.width() != Some(0)));
        }

        #[test]
        fn no_text_becomes_a_formula_or_leaves_its_cell(
            text in "[=+@＝＋－＠\t\r\n \"',a\u{1b}\u{200b}-]{0,12}"
        ) {
            let cell = for_csv(&text);
            let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap();
            prop_assert!(!inner.starts_with(FORMULAS) && !inner.starts_with(char::is_whitespace));
            prop_assert!(!inner.replace("\"\"", "").contains('"'));
            prop_assert!(!inner.contains(['\n', '\r', '\t']));
        }
    }
}
