//! Texts that are drawn: of anything, and of what people and strangers really send.

use proptest::prelude::*;

/// Characters that look like something else, act on what is around them, or fold into something else.
const ODD: &[char] = &[
    '\0',
    '\u{1}',
    '\t',
    '\n',
    '\r',
    '\u{1b}',
    ' ',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{131}',
    '\u{17f}',
    '\u{df}',
    '\u{300}',
    '\u{302}',
    '\u{345}',
    '\u{378}',
    '\u{61c}',
    '\u{115f}',
    '\u{1160}',
    '\u{180e}',
    '\u{1e9e}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{202e}',
    '\u{2028}',
    '\u{2060}',
    '\u{2066}',
    '\u{20e3}',
    '\u{2121}',
    '\u{212a}',
    '\u{2460}',
    '\u{2488}',
    '\u{2f7c}',
    '\u{3000}',
    '\u{3002}',
    '\u{3099}',
    '\u{309a}',
    '\u{309b}',
    '\u{309c}',
    '\u{309f}',
    '\u{30f7}',
    '\u{30ff}',
    '\u{3164}',
    '\u{3231}',
    '\u{3297}',
    '\u{3300}',
    '\u{32d0}',
    '\u{fa0e}',
    '\u{fa11}',
    '\u{fa19}',
    '\u{fb01}',
    '\u{fb2c}',
    '\u{fdfa}',
    '\u{fe0f}',
    '\u{fe63}',
    '\u{fe6b}',
    '\u{feff}',
    '\u{ff0d}',
    '\u{ff0e}',
    '\u{ff20}',
    '\u{ff61}',
    '\u{ff70}',
    '\u{ff9e}',
    '\u{ff9f}',
    '\u{ffa0}',
    '\u{fffd}',
    '\u{e000}',
    '\u{f8ff}',
    '\u{1d7ce}',
    '\u{1f100}',
    '\u{1f468}',
    '\u{1f1ef}',
    '\u{20bb7}',
    '\u{2f800}',
    '\u{e0001}',
    '\u{e0100}',
    '\u{f0000}',
    '\u{10ffff}',
    '-',
    '‐',
    '–',
    '—',
    '−',
    'ー',
    '─',
    '・',
    '.',
    '@',
    '=',
    '?',
    '+',
    '(',
    ')',
    '"',
    '\'',
    '<',
    '%',
    '{',
    '}',
    '髙',
    '﨑',
    '邉',
    '𠮷',
    '濵',
];

/// Anything at all.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter),
        proptest::collection::vec(odd(), 0..40).prop_map(String::from_iter),
        ".{0,300}",
    ]
}

fn odd() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => proptest::sample::select(ODD),
        1 => any::<char>(),
        2 => proptest::char::range('ぁ', 'ヿ'),
        2 => proptest::char::range('\u{ff01}', '\u{ff9f}'),
        2 => proptest::char::range(' ', '~'),
    ]
}

/// What is mostly an address.
pub(crate) fn nearly_an_address() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        "[a-zA-Z0-9-]{1,12}",
        "[ａ-ｚ０-９]{1,5}",
        "[ぁ-んァ-ヶ一-龠]{1,6}",
        "xn--[a-z0-9-]{1,12}",
        "a{60,64}"
    ];
    let local = prop_oneof![
        "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}",
        "[ａ-ｚＡ-Ｚ０-９．＿－]{1,12}",
        "a{60,66}",
        "\"[a-z ]{1,6}\"",
    ];
    let dot = proptest::sample::select(vec![".", "．", "。", "｡", ".."]);
    (
        proptest::option::weighted(0.2, odd()),
        local,
        proptest::sample::select(vec!["@", "＠", "﹫", "@@", ""]),
        proptest::collection::vec((label, dot), 1..5),
        proptest::sample::select(vec![
            "jp",
            "JP",
            "ｊｐ",
            "com",
            "テスト",
            "1",
            "jp.",
            "jp。",
            "jp\r\nBcc: x@y.jp",
        ]),
        proptest::option::weighted(0.2, odd()),
    )
        .prop_map(|(before, local, at, labels, top, after)| {
            let labels: Vec<String> = labels.into_iter().map(|(label, dot)| label + dot).collect();
            let labels = labels.concat();
            let edge = |c: Option<char>| c.map(String::from).unwrap_or_default();
            format!("{}{local}{at}{labels}{top}{}", edge(before), edge(after))
        })
}

/// What is mostly kana, of any kind.
pub(crate) fn nearly_kana() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ぁ-ゖ]{1,6}",
        "[ァ-ヺー]{1,6}",
        "[ｦ-ﾟ]{1,6}",
        "[ 　・･-]{1,2}",
        "[か-ほ]\u{3099}",
        "[ハ-ホ]\u{309a}",
        "[ウワヰヱヲウう]\u{309b}",
        "[‐−–－─]",
        odd().prop_map(String::from),
    ];
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// What is mostly a number with separators.
pub(crate) fn nearly_a_number() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[0-9]{1,4}",
        "[０-９]{1,4}",
        "[-‐–—−ー－ｰ() （）.　]{1,2}",
        proptest::sample::select(vec!["+81", "＋８１", "+81(0)", "①", "²", "٣", "KJ", "ｋｊ", "kj"])
            .prop_map(str::to_owned),
        odd().prop_map(String::from),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

/// What may be a password.
pub(crate) fn nearly_a_password() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{10,140}",
        "[ぁ-んァ-ヶ一-龠 ]{10,140}",
        "(か\u{3099}|ガ|é|e\u{301}|[a-z]){13,20}",
        ("[a-z]{1,5}", 2_usize..40).prop_map(|(unit, times)| unit.repeat(times)),
        proptest::collection::vec(odd(), 10..40).prop_map(String::from_iter),
    ]
}

/// Any of these.
pub(crate) fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any_text(),
        nearly_an_address(),
        nearly_kana(),
        nearly_a_number(),
        nearly_a_password(),
    ]
}
