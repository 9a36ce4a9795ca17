//! メール — the mails of the portal and the data of each.
//!
//! A mail is promised by the same write as the change that causes it: to the item's own address on the same item, to any
//! other address as a [`Letter`] in the same commit. The table's stream carries the promise to `deliver-mail`, which
//! sends the mail and records that. The texts belong to the sender
//! (`functions/deliver-mail/mail`).

mod content;
mod delivery;
mod letter;
mod notice;
mod promise;

pub use content::Content;
pub use delivery::Delivery;
pub use letter::{Letter, Mail};
pub use notice::Notice;
pub use promise::{NoResend, Promise};

#[cfg(test)]
mod samples {
    use super::{Content, Notice};
    use crate::account::BrowserKind;
    use crate::initial_password::Source;
    use crate::keys::KeyId;
    use crate::values::MemberId;

    pub(super) fn initial_password(issue: u32) -> Content {
        Content::InitialPassword {
            member: MemberId::new("m"),
            office: "見本訪問介護ステーション".to_owned(),
            source: Source {
                key: KeyId::new("k1"),
                nonce: "n".to_owned(),
                issue,
            },
        }
    }

    pub(super) fn told(what: Notice) -> Content {
        let member = MemberId::new("m");
        Content::Notice {
            member,
            what,
            browser: BrowserKind::default(),
            about: None,
            is_last: false,
        }
    }
}
