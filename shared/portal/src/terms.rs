//! 介護情報基盤ポータル利用規約 — the published text and its version.

use jiff::Timestamp;

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
    /// The digest of the text.
    pub fn sha256(&self) -> String {
        let mut parts = vec![self.version.as_bytes(), self.title.as_bytes()];
        for section in self.sections {
            parts.push(section.heading.as_bytes());
            parts.extend(section.paragraphs.iter().map(|paragraph| paragraph.as_bytes()));
        }
        digest(&parts)
    }
}

/// 利用規約への同意
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Agreement {
    /// The version of the text.
    pub version: String,
    /// Its digest.
    pub sha256: String,
    /// When the text was shown.
    pub shown_at: Timestamp,
    /// When the member agreed.
    pub agreed_at: Timestamp,
}

/// The record that the terms were shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shown {
    /// The version of the text.
    pub version: String,
    /// When it was shown.
    pub at: Timestamp,
}

/// Why an agreement is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TermsRefusal {
    /// Another text is in force.
    Outdated,
    /// The text was not shown.
    NotShown,
    /// The person did not agree.
    NotAgreed,
}

/// Whether the terms in force were shown and agreed to, checked in the order of `docs/api.md` 4.
pub fn check_terms(
    shown: Option<&Shown>,
    agreed: Option<&str>,
    terms: &Terms,
    now: Timestamp,
) -> Result<Agreement, TermsRefusal> {
    if agreed.is_some_and(|version| version != terms.version) {
        return Err(TermsRefusal::Outdated);
    }
    let shown = shown
        .filter(|shown| shown.version == terms.version)
        .ok_or(TermsRefusal::NotShown)?;
    if agreed.is_none() {
        return Err(TermsRefusal::NotAgreed);
    }
    Ok(Agreement {
        version: terms.version.to_owned(),
        sha256: terms.sha256(),
        shown_at: shown.at,
        agreed_at: now,
    })
}

/// The text in force. The operator's own terms are not public, so this is a sample with the usual headings, and says
/// so.
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
    use crate::samples::{agreement, t};

    #[test]
    fn another_text_has_another_digest() {
        let other = Terms {
            version: "2026-10-17",
            ..PUBLISHED
        };
        assert_ne!(PUBLISHED.sha256(), other.sha256());
    }
    #[test]
    fn the_terms_are_looked_at_in_order_outdated_not_shown_not_agreed() {
        let shown = |version: &str| {
            Some(Shown {
                version: version.to_owned(),
                at: t(1),
            })
        };
        let current = PUBLISHED.version;
        let refused =
            |shown: Option<Shown>, agreed| check_terms(shown.as_ref(), agreed, &PUBLISHED, t(2)).unwrap_err();
        assert_eq!(refused(None, Some("1999-01-01")), TermsRefusal::Outdated);
        assert_eq!(
            refused(shown("1999-01-01"), Some(current)),
            TermsRefusal::NotShown
        );
        assert_eq!(refused(None, None), TermsRefusal::NotShown);
        assert_eq!(refused(shown(current), None), TermsRefusal::NotAgreed);
        assert_eq!(
            check_terms(shown(current).as_ref(), Some(current), &PUBLISHED, t(2)),
            Ok(Agreement {
                shown_at: t(1),
                agreed_at: t(2),
                ..agreement()
            })
        );
    }
}
