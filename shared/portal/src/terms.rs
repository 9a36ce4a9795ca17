//! 介護情報基盤ポータル利用規約 — the published text and its version.

use crate::values::digest;

/// One section of the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub heading: &'static str,
    /// Its paragraphs.
    pub paragraphs: &'static [&'static str],
}

/// A published text of the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The version: the day from which it holds.
    pub version: &'static str,
    /// The title, as the manual names it.
    pub title: &'static str,
    /// The text.
    pub sections: &'static [Section],
}

impl Terms {
    /// What the text is recognised by.
    pub fn sha256(&self) -> String {
        let mut parts = vec![self.version.as_bytes(), self.title.as_bytes()];
        for section in self.sections {
            parts.push(section.heading.as_bytes());
            parts.extend(section.paragraphs.iter().map(|paragraph| paragraph.as_bytes()));
        }
        digest(&parts)
    }
}

/// The text in force. The operator's own terms are not public, so this is a sample with the usual headings, and says so.
pub const PUBLISHED: Terms = Terms {
    version: "2025-10-17",
    title: "介護情報基盤ポータル利用規約",
    sections: &[
        Section {
            heading: "はじめに",
            paragraphs: &["この規約は見本です。運営者が定める規約に置き換えてご利用ください。"],
        },
        Section {
            heading: "第1条（目的）",
            paragraphs: &[
                "この規約は、介護情報基盤ポータル（以下「本ポータル」といいます。）の利用に関する条件を定めるものです。",
            ],
        },
        Section {
            heading: "第2条（定義）",
            paragraphs: &[
                "「利用者」とは、本ポータルに登録された介護事業所、みなし介護事業所その他の機関に属し、本ポータルを利用する方をいいます。",
            ],
        },
        Section {
            heading: "第3条（利用者登録）",
            paragraphs: &[
                "初回利用登録は、1事業所につき1回に限り行うことができます。",
                "1事業所につき登録できる利用者は、最初の利用者を含めて5名までとします。",
            ],
        },
        Section {
            heading: "第4条（IDおよびパスワードの管理）",
            paragraphs: &[
                "利用者は、ID（メールアドレス）およびパスワードを自らの責任で管理し、他人に使用させてはなりません。",
            ],
        },
        Section {
            heading: "第5条（禁止事項）",
            paragraphs: &[
                "利用者は、虚偽の情報の登録、不正な利用その他本ポータルの運営を妨げる行為をしてはなりません。",
            ],
        },
        Section {
            heading: "第6条（個人情報の取扱い）",
            paragraphs: &["登録された個人情報は、本ポータルの運営に必要な範囲で取り扱います。"],
        },
        Section {
            heading: "第7条（免責）",
            paragraphs: &[
                "運営者は、本ポータルの停止または中断によって生じた損害について、法令に定める場合を除き責任を負いません。",
            ],
        },
        Section {
            heading: "第8条（規約の変更）",
            paragraphs: &[
                "この規約を変更したときは、次回のログインの際に、変更後の規約への同意をお願いします。",
            ],
        },
        Section {
            heading: "第9条（準拠法）",
            paragraphs: &["この規約は、日本法に準拠します。"],
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_text_has_another_digest() {
        let other = Terms {
            version: "2026-10-17",
            ..PUBLISHED
        };
        assert_ne!(PUBLISHED.sha256(), other.sha256());
    }
}
