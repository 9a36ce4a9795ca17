//! Mails to other addresses than the item's own (`docs/adr/0033-a-letter-is-an-item-of-its-own.md`).

use core::iter;

use jiff::Timestamp;

use crate::audit::Unaudited;
use crate::change::Entity;
use crate::time::plus;
use crate::values::{EmailAddress, LetterId};

use super::promise::NOTICE_LIFE;
use super::{Content, Promise};

/// Mails that a commit promises to other addresses than those of the items that it changes. The same commit writes
/// them, so there is no letter without its cause, and no cause without its letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Letter {
    /// Drawn by the caller.
    pub id: LetterId,
    /// Its first mail. Nothing overtakes it.
    pub first: Promise,
    /// The others, numbered from 2.
    pub more: Vec<Promise>,
}

/// A mail that is to be promised in a letter, in the commit that makes what it reports.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mail {
    to: EmailAddress,
    content: Content,
    /// When its secret no longer works, if it brings one.
    expires_at: Option<Timestamp>,
}

impl Mail {
    /// A mail that tells something, and brings no secret.
    pub const fn notice(to: EmailAddress, content: Content) -> Self {
        Self {
            to,
            content,
            expires_at: None,
        }
    }

    /// A mail with a secret that works until this instant, or with none.
    pub const fn with_secret_until(
        to: EmailAddress,
        content: Content,
        expires_at: Option<Timestamp>,
    ) -> Self {
        Self {
            to,
            content,
            expires_at,
        }
    }

    /// The recipient.
    pub const fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// Subject and data.
    pub const fn content(&self) -> &Content {
        &self.content
    }
}

impl Entity for Letter {
    type Audit = Unaudited;
}

impl Letter {
    /// The most mails of a letter: so many notices fill the kilobyte that a write unit pays for.
    pub const MOST_MAILS: usize = 4;

    /// A letter of these mails: each is sent before its secret expires, or within a day, or not at all.
    pub fn new(id: LetterId, first: Mail, more: impl IntoIterator<Item = Mail>, now: Timestamp) -> Self {
        let promised = |(number, mail): (u32, Mail)| {
            let expires_at = mail.expires_at.unwrap_or_else(|| plus(now, NOTICE_LIFE));
            Promise {
                number,
                ..Promise::first(mail.to, mail.content, expires_at, now)
            }
        };
        Self {
            id,
            first: promised((1, first)),
            more: (2..).zip(more).map(promised).collect(),
        }
    }

    /// All its mails.
    pub fn mails(&self) -> impl Iterator<Item = &Promise> {
        iter::once(&self.first).chain(&self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Notice;
    use super::super::samples::told;
    use super::*;
    use crate::samples::{address, t};

    #[test]
    fn a_letter_tells_something_within_a_day_or_not_at_all() {
        let content = told(Notice::MemberDisabled);
        let letter = Letter::new(
            LetterId::new("l"),
            Mail::notice(address(), content.clone()),
            [],
            t(9),
        );
        let mail = &letter.first;
        assert_eq!((&mail.to, &mail.content), (&address(), &content));
        assert_eq!(
            [86_408, 86_409].map(|second| mail.is_expired(t(second))),
            [false, true]
        );
        assert!(mail.is_new_among(&[]));
    }

    #[test]
    fn the_mails_of_a_letter_are_told_apart_by_their_numbers() {
        let mail = || Mail::notice(address(), told(Notice::MemberDisabled));
        let letter = Letter::new(LetterId::new("l"), mail(), [mail(), mail()], t(0));
        let mails: Vec<Promise> = letter.mails().cloned().collect();
        let numbers: Vec<u32> = mails.iter().map(|mail| mail.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(mails[1].is_new_among(&mails[..1]));
        assert!(!mails[1].is_new_among(&mails));
    }
}
