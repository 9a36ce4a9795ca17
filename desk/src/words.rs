//! Words for people, and what is hidden of a person unless it is revealed.

use portal::account::{Role, Status};
use portal::inquiry::{EntryKind, Message};
use portal::mail::Delivery;
use portal::take_over::State;
use portal::text::graphemes;
use portal::values::EmailAddress;

use crate::report::Cell;

/// Whether personal data is shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Masked.
    Masked,
    /// As it is; the look is recorded as such, with a reason.
    Whole,
}

impl Shown {
    /// An address.
    pub fn address(self, address: &EmailAddress) -> Cell {
        Cell::text(match self {
            Self::Masked => address.masked(),
            Self::Whole => address.as_str().to_owned(),
        })
    }

    /// A name: the first letter.
    pub fn name(self, name: &str) -> Cell {
        Cell::text(match self {
            Self::Masked => {
                let first = (1..=name.len())
                    .rev()
                    .find(|end| name.get(..*end).is_some_and(|head| graphemes(head) == 1));
                format!(
                    "{}＊＊＊",
                    first.and_then(|end| name.get(..end)).unwrap_or_default()
                )
            }
            Self::Whole => name.to_owned(),
        })
    }

    /// A telephone number: the last four digits.
    pub fn phone(self, phone: &str) -> Cell {
        Cell::text(match self {
            Self::Masked => {
                let end = phone.len().saturating_sub(4);
                format!("＊＊＊{}", phone.get(end..).unwrap_or_default())
            }
            Self::Whole => phone.to_owned(),
        })
    }

    /// What a person wrote, or how much of it.
    pub fn words(self, text: Option<&Message>) -> Cell {
        match (self, text) {
            (_, None) => Cell::Nothing,
            (Self::Masked, Some(text)) => Cell::text(format!(
                "＊＊＊（{}文字。--reveal で表示）",
                graphemes(text.as_str())
            )),
            (Self::Whole, Some(text)) => Cell::Lines(text.as_str().to_owned()),
        }
    }

    /// What is not shown at all unless it is revealed.
    pub fn other(self, text: Option<&str>) -> Cell {
        match (self, text) {
            (_, None) => Cell::Nothing,
            (Self::Masked, Some(_)) => Cell::text("＊＊＊"),
            (Self::Whole, Some(text)) => Cell::text(text),
        }
    }
}

/// 権限
pub fn role(role: Role) -> Cell {
    Cell::text(match role {
        Role::Manager => "管理者",
        Role::Member => "利用者",
    })
}

/// 状態
pub fn status(status: Status) -> Cell {
    Cell::text(match status {
        Status::Pending => "未ログイン",
        Status::Active => "利用中",
        Status::Disabled => "停止中",
    })
}

/// メールの状況
pub fn delivery(delivery: Delivery) -> Cell {
    Cell::text(match delivery {
        Delivery::Queued => "送信待ち",
        Delivery::Sent => "送信済み（届いたかは未確認）",
        Delivery::Delivered => "届いた",
        Delivery::Bounced => "届かなかった",
        Delivery::Failed => "送信できなかった",
    })
}

/// お問い合わせのやりとりの種類
pub const fn entry(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Answer => "回答",
        EntryKind::Return => "差戻しの理由",
        EntryKind::Close => "完了",
        EntryKind::Addition => "本人からの追加",
    }
}

/// 引き継ぎ
pub fn take_over(state: Option<State>) -> Cell {
    Cell::text(match state {
        None => "なし",
        Some(State::Waiting) => "申請中（停止できる期間）",
        Some(State::Open) => "申請した方が引き継げる",
        Some(State::Completing) => "引き継ぎの最初のログインを待っている",
        Some(State::Stopped) => "停止された",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_a_person_is_shown_masked_and_all_of_it_whole() {
        let address = EmailAddress::parse("hanako@example.jp").unwrap();
        for (cell, masked, whole) in [
            (
                (|shown: Shown| shown.name("介護 太郎")) as fn(Shown) -> Cell,
                "介＊＊＊",
                "介護 太郎",
            ),
            (
                |shown| shown.name("神\u{e0100}田"),
                "神\u{e0100}＊＊＊",
                "神\u{e0100}田",
            ),
            (|shown| shown.name(""), "＊＊＊", ""),
            (|shown| shown.phone("0312345678"), "＊＊＊5678", "0312345678"),
            (|shown| shown.other(Some("事務課")), "＊＊＊", "事務課"),
        ] {
            assert_eq!(
                (cell(Shown::Masked), cell(Shown::Whole)),
                (Cell::text(masked), Cell::text(whole))
            );
        }
        assert_eq!(Shown::Masked.address(&address), Cell::text("h***@e***.jp"));
        assert_eq!(Shown::Whole.other(None), Cell::Nothing);
    }
}
