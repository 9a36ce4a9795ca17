//! お問い合わせの内容 — the free text of an inquiry.

use core::fmt;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

use crate::text;
use crate::values::FieldCode;

/// Characters of a message as people count them (`docs/api.md` 7).
pub const MESSAGE_LONGEST: usize = 2_000;

/// Maximum octets of a message: a character may carry any number of marks.
const MESSAGE_OCTETS: usize = 16_000;

/// お問い合わせの内容 — 1 to 2,000 characters on any number of lines.
///
/// Line ends are `\n`; tabs and no-break spaces are spaces; nothing else is changed, since the text is what a person
/// said. Invisible, directional and control characters are refused, so that the text is on every screen what it was on
/// the person's own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Message(String);

impl Message {
    /// A message as typed; white space and line ends around it are dropped.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let trimmed = typed.trim_matches(char::is_whitespace).replace("\r\n", "\n");
        let mut message = String::with_capacity(trimmed.len());
        for c in trimmed.chars() {
            message.push(match c {
                '\n' | '\r' => '\n',
                '\t' => ' ',
                ' ' | '\u{3000}' => c,
                c if c.general_category() == GeneralCategory::SpaceSeparator => ' ',
                c if text::hides(c) => return Err(FieldCode::ForbiddenCharacter),
                c => c,
            });
        }
        if message.is_empty() {
            Err(FieldCode::Required)
        } else if text::graphemes(&message) > MESSAGE_LONGEST || message.len() > MESSAGE_OCTETS {
            Err(FieldCode::TooLong)
        } else {
            Ok(Self(message))
        }
    }

    /// A message from storage.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(typed: &str) -> String {
        Message::parse(typed).unwrap().as_str().to_owned()
    }

    #[test]
    fn line_ends_of_every_system_are_one_and_are_kept() {
        assert_eq!(
            stored("一行目\r\n\r\n三行目\r四行目\n五行目"),
            "一行目\n\n三行目\n四行目\n五行目"
        );
    }

    #[test]
    fn spaces_and_line_ends_around_it_are_dropped_and_those_within_are_kept() {
        assert_eq!(
            stored(" \r\n\t　お世話になります。\n　　二行目  です。\n\n"),
            "お世話になります。\n　　二行目  です。"
        );
        assert_eq!(stored("a\tb\u{A0}c\u{2003}d"), "a b c d");
    }

    #[test]
    fn what_is_empty_after_that_is_required() {
        for typed in ["", " ", "　\n\r\n\t\u{A0}"] {
            assert_eq!(Message::parse(typed), Err(FieldCode::Required), "{typed:?}");
        }
    }

    #[test]
    fn names_and_pictures_stay_as_they_were_typed() {
        for typed in [
            "髙橋 𠮷野 葛\u{E0100}城 \u{FA19}谷",
            "よろしく😀",
            "ｶﾅ ＡＢＣ ①㈱",
            "<b>&amp;</b>",
            "=1+1",
        ] {
            assert_eq!(stored(typed), typed);
        }
    }

    #[test]
    fn what_cannot_be_seen_or_turns_the_text_around_is_refused() {
        for c in [
            '\0',
            '\u{7}',
            '\u{1B}',
            '\u{7F}',
            '\u{85}',
            '\u{B}',
            '\u{200B}',
            '\u{200D}',
            '\u{202E}',
            '\u{2028}',
            '\u{2066}',
            '\u{FEFF}',
            '\u{E000}',
            '\u{FFFE}',
            '\u{E0041}',
        ] {
            let typed = format!("お世話に{c}なります");
            assert_eq!(
                Message::parse(&typed),
                Err(FieldCode::ForbiddenCharacter),
                "{:x}",
                u32::from(c)
            );
        }
    }

    #[test]
    fn it_has_at_most_two_thousand_characters_as_people_count_them() {
        for character in ["あ", "𠮷", "葛\u{E0100}", "か\u{3099}", "😀", "\n"] {
            // The last one is no line end, which would be dropped.
            let typed = |length: usize| format!("{}。", character.repeat(length - 1));
            assert!(
                Message::parse(&format!("。{}", typed(1_999))).is_ok(),
                "{character:?}"
            );
            assert_eq!(
                Message::parse(&format!("。{}", typed(2_000))),
                Err(FieldCode::TooLong),
                "{character:?}"
            );
        }
        let marks = format!("あ{}", "\u{3099}".repeat(5_333));
        assert_eq!(
            Message::parse(&marks),
            Err(FieldCode::TooLong),
            "one character of 16,002 octets"
        );
    }

    #[test]
    fn a_message_is_not_printed() {
        assert_eq!(format!("{:?}", Message::parse("秘密").unwrap()), "Message(***)");
    }
}
