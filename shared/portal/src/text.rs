//! Normalises Japanese text that people type.
//!
//! Accept widely, store strictly: width, hyphens, spaces and kana are normalised; the characters of a name are not
//! (`docs/input.md`).

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{EmojiStatus, GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextProblem {
    /// Control, bidi, zero-width, private-use (外字) and unassigned characters; in names emoji too.
    Forbidden,
}

/// NFKC: full-width letters and digits become ASCII, half-width kana full-width.
pub fn folded_width(text: &str) -> String {
    text.nfkc().collect()
}

/// How many characters a person would count.
pub fn graphemes(text: &str) -> usize {
    text.graphemes(true).count()
}

/// Whether the character is one of the hyphens, dashes and long-vowel marks that people type for `-`.
pub fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2043}'
                | '\u{2500}'
                | '\u{2501}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{FF70}'
    )
}

/// The text without spaces and hyphens of any kind, after width folding: for codes and numbers.
pub fn compact(text: &str) -> String {
    folded_width(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !is_dash(*c))
        .collect()
}

/// Whether the character is invisible, directional or unassigned.
pub fn hides(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFD}' | '\u{E0000}'..='\u{E007F}'
    ) || matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::Surrogate
    )
}

fn is_emoji(c: char) -> bool {
    match c.emoji_status() {
        EmojiStatus::EmojiPresentation
        | EmojiStatus::EmojiPresentationAndModifierBase
        | EmojiStatus::EmojiPresentationAndEmojiComponent
        | EmojiStatus::EmojiPresentationAndModifierAndEmojiComponent => true,
        // ©, ™, ㊗ and the like count as letters; pictures do not.
        _ => {
            matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}' | '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FAFF}')
        }
    }
}

/// Whether the character is not normalised by NFC: CJK compatibility ideographs (神 U+FA19 and 神 U+795E are different
/// names).
fn keeps_its_form(c: char) -> bool {
    matches!(c, '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

fn is_half_width_kana(c: char) -> bool {
    matches!(c, '\u{FF61}'..='\u{FF9F}')
}

fn is_kangxi_radical(c: char) -> bool {
    matches!(c, '\u{2F00}'..='\u{2FDF}')
}

/// One line of text in its stored form: tabs and no-break spaces are spaces, a run of spaces is one half-width space,
/// none around; half-width kana are full-width; ⽼ copied from a PDF is 老; NFC otherwise, except that compatibility
/// ideographs and IVS keep their form.
///
/// No NFKC: it would change the name of a person called 神.
pub fn name_line(text: &str) -> Result<String, TextProblem> {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut String| {
        out.extend(run.nfc());
        run.clear();
    };
    let trimmed = text.trim_matches(|c: char| c.is_whitespace());
    let mut chars = trimmed.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\t' || c.general_category() == GeneralCategory::SpaceSeparator {
            if !run.ends_with(' ') {
                run.push(' ');
            }
        } else if hides(c) || is_emoji(c) {
            return Err(TextProblem::Forbidden);
        } else if is_half_width_kana(c) {
            // The voiced marks that follow belong to the kana before them.
            let mut kana = String::from(c);
            while let Some(mark) = chars.next_if(|next| is_half_width_kana(*next)) {
                kana.push(mark);
            }
            run.extend(kana.nfkc());
        } else if is_kangxi_radical(c) {
            run.extend(std::iter::once(c).nfkc());
        } else if keeps_its_form(c) {
            flush(&mut run, &mut out);
            out.push(c);
        } else {
            run.push(c);
        }
    }
    flush(&mut run, &mut out);
    Ok(out)
}

/// フリガナ in its stored form: full-width katakana from kana of any kind, with ー for every dash after kana.
///
/// Other characters stay in the text; the caller refuses them.
pub fn katakana(text: &str) -> Result<String, TextProblem> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace());
    // NFKC splits U+309B into a space and a combining mark, so ウ゛ has to become ヴ before it.
    let joined: String = trimmed
        .chars()
        .map(|c| match c {
            '\u{309B}' | '\u{FF9E}' => '\u{3099}',
            '\u{309C}' | '\u{FF9F}' => '\u{309A}',
            other => other,
        })
        .collect();
    let mut out = String::with_capacity(joined.len());
    for c in joined.nfkc() {
        let next = match c {
            '\t' => ' ',
            c if hides(c) || is_emoji(c) => return Err(TextProblem::Forbidden),
            c if c.is_whitespace() => ' ',
            '\u{3041}'..='\u{3096}' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
            c if is_dash(c) && out.chars().last().is_some_and(is_katakana) => 'ー',
            c => c,
        };
        if !(next == ' ' && out.ends_with(' ')) {
            out.push(next);
        }
    }
    // わ has no voiced character, ワ has: a katakana and its mark may combine now.
    Ok(out.nfc().collect())
}

/// ァ to ヺ and ー.
pub fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30A1}'..='\u{30FA}' | '\u{30FC}')
}

/// Whether a password may contain the character: any but control and unassigned ones (`docs/api.md` 4).
pub fn is_password_character(c: char) -> bool {
    !matches!(
        c.general_category(),
        GeneralCategory::Control | GeneralCategory::Unassigned | GeneralCategory::Surrogate
    )
}

/// The form in which words are compared: without width, case, kind of kana, spaces and dashes.
pub fn folded_for_search(text: &str) -> String {
    folded_width(text)
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '\u{3041}'..='\u{3096}' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
            c => c,
        })
        .filter(|c| *c == 'ー' || !(c.is_whitespace() || is_dash(*c) || *c == '_' || *c == '.'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_the_form_that_its_owner_gave_it() {
        for name in [
            "髙橋",
            "山﨑",
            "渡邉",
            "𠮷野",
            "葛\u{E0100}城",
            "オブライエン",
            "Lê",
            "鷗外",
            "\u{FA19}谷",
        ] {
            assert_eq!(name_line(name).unwrap(), name, "typed {name:?}");
        }
    }

    #[test]
    fn a_name_is_normalised_where_a_difference_has_no_meaning() {
        for (typed, stored) in [
            ("介護　太郎", "介護 太郎"),
            ("  介護\u{A0}\t太郎\r\n", "介護 太郎"),
            ("ｶｲｺﾞ ﾀﾛｳ", "カイゴ タロウ"),
            ("\u{2F7C}人", "老人"),
            ("Le\u{302}", "Lê"),
            ("か\u{3099}", "が"),
        ] {
            assert_eq!(name_line(typed).unwrap(), stored, "typed {typed:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_or_printed_is_no_name() {
        for c in [
            '\u{0}',
            '\u{7}',
            '\u{200B}',
            '\u{202E}',
            '\u{E000}',
            '\u{F0000}',
            '\u{FFFE}',
            '😀',
            '☎',
            '⌚',
            '⭐',
            '\u{FE0F}',
            '\u{2028}',
        ] {
            assert_eq!(
                name_line(&format!("介護{c}太郎")),
                Err(TextProblem::Forbidden),
                "{:x}",
                u32::from(c)
            );
        }
    }

    #[test]
    fn furigana_may_be_typed_the_way_people_type_it() {
        for (typed, stored) in [
            ("かいご たろう", "カイゴ タロウ"),
            ("ｶｲｺﾞ　ﾀﾛｳ", "カイゴ タロウ"),
            ("カイコ\u{309B}", "カイゴ"),
            ("ウ\u{309B}ィオラ", "ヴィオラ"),
            ("う\u{309B}ぃおら", "ヴィオラ"),
            ("センタ－", "センター"),
            ("せんた-", "センター"),
            ("ｾﾝﾀｰ", "センター"),
            ("センタ−", "センター"),
            (" サ\u{200A}トウ ", "サ トウ"),
        ] {
            assert_eq!(katakana(typed).unwrap(), stored, "typed {typed:?}");
        }
    }

    #[test]
    fn a_dash_that_follows_no_kana_stays_a_dash() {
        assert_eq!(katakana("-サトウ").unwrap(), "-サトウ");
    }

    #[test]
    fn what_cannot_be_seen_or_printed_is_no_furigana() {
        for c in ['\u{200B}', '\n', '\u{E000}', '😀'] {
            assert_eq!(
                katakana(&format!("サ{c}トウ")),
                Err(TextProblem::Forbidden),
                "{:x}",
                u32::from(c)
            );
        }
    }

    #[test]
    fn every_kind_of_space_is_one_space() {
        for space in ['\t', '\u{A0}', '\u{1680}', '\u{2003}', '\u{3000}'] {
            let typed = format!("カイゴ{space}{space}タロウ");
            assert_eq!(
                katakana(&typed).unwrap(),
                "カイゴ タロウ",
                "{:x}",
                u32::from(space)
            );
            assert_eq!(
                name_line(&typed).unwrap(),
                "カイゴ タロウ",
                "{:x}",
                u32::from(space)
            );
        }
    }

    #[test]
    fn a_word_is_found_however_it_is_cut_and_written() {
        for typed in ["かい-ご", "ｶｲ ｺﾞ", "カ_イ.ゴ", "カイ\u{3000}ゴ", "カ‐イ−ゴ"] {
            assert_eq!(folded_for_search(typed), "カイゴ", "typed {typed:?}");
        }
        assert_eq!(folded_for_search("Po-R_t.A ｌ"), "portal");
        assert_eq!(
            folded_for_search("ぽーたる"),
            "ポータル",
            "a long vowel is a sound"
        );
        assert_eq!(folded_for_search("a!b"), "a!b");
    }

    #[test]
    fn invisible_characters_are_detected() {
        for c in ['a', ' ', '\u{3000}', 'あ', '😀', '𠮷'] {
            assert!(!hides(c), "{:x}", u32::from(c));
        }
        for c in [
            '\0', '\n', '\u{7F}', '\u{85}', '\u{200B}', '\u{202E}', '\u{FEFF}', '\u{E000}',
        ] {
            assert!(hides(c), "{:x}", u32::from(c));
        }
    }
}
